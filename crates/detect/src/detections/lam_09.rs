//! LAM-09: a function runs as another role than before.

use super::deployers::{Deployers, Standing, is_person};
use super::incident::{done_or_tried, hourly, verb, who};
use super::roles::{Roles, role_in};
use crate::arn::name_of;
use crate::change::{Change, text_at};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-09",
    title: "The role of a function was changed",
    severity: Severity::High,
    attack: &["T1098", "T1548"],
    fields: &[
        "requestParameters.role",
        "responseElements.role",
        "requestParameters.functionName",
        "userIdentity",
    ],
    page: include_str!("lam_09.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let (deployers, roles) = (Deployers::of(view), Roles::of(view));
    let changes = done_or_tried(view, "lambda", &["UpdateFunctionConfiguration"]);
    hourly(changes.filter_map(|change| of(view, &deployers, &roles, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, roles: &Roles<'_>, change: &Change) -> Option<Finding> {
    let role = text_at(&change.asked(), "role")?;
    let function = change.function()?;
    let earlier = roles.held(&function, change.time);
    let was = earlier.last();
    // A request may name the role by its ARN; configurations that repeat it change nothing.
    if was.is_some_and(|was| name_of(was) == name_of(&role))
        || (was.is_none() && runs_as(view, &role, &function))
    {
        return None;
    }
    let standing = deployers.standing(change);
    let strong = roles.why_strong(&role, change.time);
    let had_before = earlier.contains(&role.as_str());
    let of_others = roles.is_run_by_others(&role, &function, change.time);
    let learned = view.has_learned(&change.account, change.time);
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Low,
        (false, false) => return None,
        // Whoever gives a function back what it alone ran as mends something.
        (true, true) if strong.is_none() && is_put_back(view, deployers, roles, change, &role, &function) => {
            Severity::Note
        }
        (true, true) if had_before && strong.is_none() => Severity::Low,
        (true, true) if was.is_none() && strong.is_none() => Severity::Medium,
        (true, true) => DETECTION.severity,
        // A person who gives a strong role back that was taken away is not excused by it.
        (true, false) if had_before && strong.is_some() && is_person(&change.who) && learned => {
            Severity::Medium
        }
        (true, false) if had_before || was.is_none() => return None,
        (true, false) if of_others && is_person(&change.who) => Severity::Low,
        (true, false) if of_others => return None,
        (true, false) if strong.is_some() && learned => Severity::Medium,
        (true, false) if strong.is_some() => Severity::Low,
        (true, false) if standing == Standing::Successor => return None,
        (true, false) => Severity::Note,
    };
    let name = name_of(&function);
    let from = was.map(|was| format!(" instead of {}", name_of(was))).unwrap_or_default();
    let object = format!("the role of the function {name} to {}{from}", name_of(&role));
    let strength = strong.map(|why| format!(" That role is strong: {why}.")).unwrap_or_default();
    let seen = format!("{} {}.{strength}", who(change), verb(change, "changed", "change", &object));
    let found = Finding::of_change(DETECTION.id, severity, change, seen).about(Some(function));
    Some(found.normally(standing.words().to_owned()))
}

/// True iff the role is the function's own, as which Lambda runs it and no other function, and the change undoes one that somebody else
/// made who should not have.
fn is_put_back(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    roles: &Roles<'_>,
    change: &Change,
    role: &str,
    function: &str,
) -> bool {
    let mut before =
        view.done("lambda", &["UpdateFunctionConfiguration"]).take_while(|other| other.time < change.time);
    let named = |other: &&Change| role_in(other).is_some() && other.function().as_deref() == Some(function);
    let undone = before.by_ref().filter(named).last();
    let strange = undone
        .is_some_and(|other| other.who.name != change.who.name && deployers.standing(other).is_unusual());
    strange && runs_as(view, role, function) && !roles.is_run_by_others(role, function, change.time)
}

/// True iff Lambda was seen to run the function as that role, however late.
fn runs_as(view: &View<'_>, role: &str, function: &str) -> bool {
    let seen = crate::facts::SEPARATOR;
    view.facts.executors.contains(&format!("{role}{seen}{}", name_of(function)))
}
