//! LAM-04: a function got an address that asks nobody who he is.

use super::deployers::{Deployers, Standing, is_person};
use super::incident::{Habits, done_or_tried, hourly, verb, who};
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use std::collections::BTreeMap;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-04",
    title: "A function URL without authentication",
    severity: Severity::High,
    attack: &["T1133"],
    fields: &["requestParameters.authType", "requestParameters.functionName", "userIdentity"],
    page: include_str!("lam_04.md"),
    thresholds: &[],
    find,
};

const NAMES: &[&str] =
    &["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "CreateWebFunction", "UpdateWebFunction"];

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let open = view.done("lambda", NAMES).filter(|change| is_open(change) == Some(true));
    let habits = Habits::of(view, open, |_| String::new());
    let before = before(view);
    let changes = done_or_tried(view, "lambda", NAMES);
    let found = changes.filter_map(|change| {
        let before = before.get(change.id.as_str()).copied().flatten();
        of(view, &deployers, before, habits.days_before(change, String::new()) > 0, change)
    });
    hourly(found.collect())
}

fn of(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    before: Option<bool>,
    used_to: bool,
    change: &Change,
) -> Option<Finding> {
    if is_open(change) != Some(true) {
        return None;
    }
    let function = change.function();
    if before == Some(true) && change.succeeded() {
        return None;
    }
    let standing = deployers.standing(change);
    let loosened = before == Some(false);
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Low,
        (false, false) => return None,
        (true, true) => DETECTION.severity,
        (true, false) if loosened && is_person(&change.who) => DETECTION.severity,
        (true, false) if loosened => Severity::Medium,
        (true, false) if used_to || standing == Standing::Unknown => Severity::Note,
        (true, false) if !view.has_learned(&change.account, change.time) => Severity::Note,
        (true, false) if is_person(&change.who) => Severity::Medium,
        (true, false) => Severity::Low,
    };
    let name = function.as_deref().map_or("a function", name_of);
    let object = format!("the function {name} over a URL that asks for no authentication");
    let seen = format!("{} {}.", who(change), verb(change, "published", "publish", &object));
    let normal = if loosened { "The URL asked for authentication before." } else { standing.words() };
    Some(Finding::of_change(DETECTION.id, severity, change, seen).about(function).normally(normal.to_owned()))
}

/// True iff whoever knows the address may call; `None` where the change says nothing of it.
fn is_open(change: &Change) -> Option<bool> {
    if change.name.ends_with("WebFunction") {
        let open = change.request.contains("ApplicationManaged");
        return (open || change.request.contains("IamAuth")).then_some(open);
    }
    let said = super::field::asked(change, "authType")?;
    Some(said.eq_ignore_ascii_case("NONE"))
}

/// By the id of a change: whether the address of the same function and alias was open before it; `None` where the records do not say.
fn before<'v>(view: &'v View<'_>) -> BTreeMap<&'v str, Option<bool>> {
    const ALL: &[&str] = &[
        "CreateFunctionUrlConfig",
        "UpdateFunctionUrlConfig",
        "DeleteFunctionUrlConfig",
        "DeleteFunction",
        "CreateWebFunction",
        "UpdateWebFunction",
        "DeleteWebFunction",
    ];
    let mut open: BTreeMap<(String, String), bool> = BTreeMap::new();
    let mut before = BTreeMap::new();
    for change in view.changes().iter().filter(|change| change.source == "lambda") {
        if !ALL.contains(&change.name.as_str()) {
            continue;
        }
        let Some(function) = change.function() else { continue };
        let subject = (function, change.text(&["qualifier"]).unwrap_or_default());
        before.insert(change.id.as_str(), open.get(&subject).copied());
        match is_open(change) {
            _ if !change.succeeded() => {}
            _ if change.name == "DeleteFunction" => open.retain(|(function, _), _| *function != subject.0),
            _ if change.name.starts_with("Delete") => drop(open.remove(&subject)),
            Some(now) => drop(open.insert(subject, now)),
            None => {}
        }
    }
    before
}
