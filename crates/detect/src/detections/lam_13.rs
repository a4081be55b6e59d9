//! LAM-13: somebody asks for a shell in a MicroVM.

use super::deployers::is_person;
use super::incident::{Habits, done_or_tried, hourly, verb, who};
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-13",
    title: "A shell in a MicroVM",
    severity: Severity::High,
    attack: &["T1648", "T1059"],
    fields: &["eventName", "requestParameters", "userIdentity", "errorCode"],
    page: include_str!("lam_13.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let asked = || done_or_tried(view, "lambda", &["CreateMicrovmShellAuthToken"]);
    let habits = Habits::of(view, asked().filter(|change| change.succeeded()), |_| String::new());
    hourly(asked().filter_map(|change| of(&habits, change)).collect())
}

fn of(habits: &Habits<'_>, change: &Change) -> Option<Finding> {
    let used_to = habits.hold(change, String::new());
    let severity = match (change.succeeded(), is_person(&change.who), used_to) {
        (_, _, true) => return None,
        (false, ..) => Severity::Medium,
        (true, true, _) => DETECTION.severity,
        (true, false, _) => Severity::Medium,
    };
    let said = change.text(&["microvmIdentifier", "microvmArn", "microvmId", "imageIdentifier", "imageArn"]);
    let object = format!("a shell in the MicroVM {}", said.unwrap_or_else(|| "(not named)".to_owned()));
    let seen = format!("{} {}.", who(change), verb(change, "asked for", "ask for", &object));
    let normal = "This principal asked for such shells on fewer than 3 days before.";
    Some(Finding::of_change(DETECTION.id, severity, change, seen).normally(normal.to_owned()))
}
