//! What accepted exceptions say in the control about functions: a warning while they hold, a fail once they ended.

use super::about_places;
use crate::accepted::Accepted;
use crate::code::Code;
use crate::count::count;
use crate::finding::{Audit, Finding, Status};

/// How many functions are not recorded and excused.
pub(super) fn excused(audit: &Audit<'_>) -> usize {
    audit.accepted.iter().filter(|accepted| accepted.holds).map(|accepted| accepted.functions.len()).sum()
}

/// One finding for each exception under which a function is not recorded.
pub(super) fn findings(audit: &Audit<'_>) -> Vec<Finding> {
    audit.accepted.iter().filter(|accepted| !accepted.functions.is_empty()).map(finding).collect()
}

fn finding(accepted: &Accepted<'_>) -> Finding {
    let exception = accepted.exception;
    let n = accepted.functions.len();
    let (functions, are) = (count(n, "function"), if n == 1 { "is" } else { "are" });
    let (status, reason, help) = if accepted.holds {
        let reason = format!(
            "{functions} {are} not recorded under exception {}, accepted by {} until {}: {}",
            exception.id, exception.owner, exception.until, exception.reason
        );
        (
            Status::Pass,
            Code::ExceptionHolds.says(reason),
            Code::RecordAgainByDay.says(format!("it ends on {}: record again by then", exception.until)),
        )
    } else {
        let reason = format!(
            "exception {} of {} ended on {}, and {functions} {are} still not recorded",
            exception.id, exception.owner, exception.until
        );
        (
            Status::Fail,
            Code::ExceptionEnded.says(reason),
            Code::RestoreOrDeclare.says("record again with invoketrail restore, or declare a new exception"),
        )
    };
    let places = accepted.functions.iter().map(|function| function.place).collect();
    let mut finding = Finding {
        places,
        resources: accepted.functions.clone(),
        help: Some(help),
        ..about_places(status, reason)
    };
    finding.tidy();
    finding
}
