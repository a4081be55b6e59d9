//! The next commands that say of a plan again what it counts.

use audit::Counted;
use audit::plan::Plan;
use surroundings::again::exceptions_again;
use surroundings::settings::Live;

/// The audit that comes after a plan: of the same accounts, by the recorders that counted in it.
pub(super) fn audit_again(plan: &Plan, live: &Live) -> String {
    format!("invoketrail audit{}{}{}", counted_again(plan), exceptions_again(), live.again())
}

/// The flag with which a next command counts the recorders that counted in the plan.
pub(super) fn counted_again(plan: &Plan) -> &'static str {
    if plan.scope.recorders == Counted::Trails { " --recorders trails" } else { "" }
}
