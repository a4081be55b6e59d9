//! LAM-01: anybody may call a function.

use super::deployers::{Deployers, Standing, is_person};
use super::incident::{Habits, done_or_tried, hourly, verb, who};
use super::policy::{Grant, Reach};
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-01",
    title: "A function was opened to everybody",
    severity: Severity::High,
    attack: &["T1546", "T1578.005"],
    fields: &[
        "requestParameters.principal",
        "requestParameters.sourceArn",
        "requestParameters.sourceAccount",
        "requestParameters.functionUrlAuthType",
        "userIdentity",
    ],
    page: include_str!("lam_01.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let granted = done_or_tried(view, "lambda", &["AddPermission"]);
    let is_open = |change: &&Change| {
        Grant::asked(&change.asked()).is_some_and(|grant| grant.reach(view) == Reach::Open)
    };
    let habits = Habits::of(view, view.done("lambda", &["AddPermission"]).filter(is_open), word);
    hourly(granted.filter_map(|change| of(view, &deployers, &habits, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, habits: &Habits<'_>, change: &Change) -> Option<Finding> {
    let grant = Grant::asked(&change.asked())?;
    let reach = grant.reach(view);
    let standing = deployers.standing(change);
    let opened_before = || habits.days_before(change, word(change)) > 0;
    let severity = match (&reach, change.succeeded()) {
        (Reach::Open, false) if standing.is_unusual() => Severity::Medium,
        (Reach::Open, true) if standing.is_unusual() => DETECTION.severity,
        // The other half of a public function URL, by whoever makes such URLs.
        (Reach::Open, true) if grant.url => Severity::Note,
        (Reach::Open, true) if opened_before() => Severity::Note,
        (Reach::Open, true) if is_person(&change.who) => DETECTION.severity,
        (Reach::Open, true) => Severity::Medium,
        // Anybody may let that service call, for things of their own. LAM-08 sees whoever does not deploy.
        (Reach::AnyOfService(_), true) if matches!(standing, Standing::Altered | Standing::Stranger) => {
            Severity::Low
        }
        _ => return None,
    };
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let to = match &reach {
        Reach::AnyOfService(service) => format!("whatever anybody has in {service}"),
        _ if grant.url => "everybody who knows its URL".to_owned(),
        _ => "everybody".to_owned(),
    };
    let seen = format!(
        "{} {}.",
        who(change),
        verb(change, "opened", "open", &format!("the function {name} to {to}"))
    );
    Some(
        Finding::of_change(DETECTION.id, severity, change, seen)
            .about(function)
            .normally(standing.words().to_owned()),
    )
}

/// The same for what is alike: for a URL alone, or for any call.
fn word(change: &Change) -> String {
    Grant::asked(&change.asked()).map(|grant| grant.url.to_string()).unwrap_or_default()
}
