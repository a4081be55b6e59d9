//! LAM-04: a function got an address that asks nobody who he is.

use super::deployers::{Deployers, Standing};
use super::incident::{done_or_tried, hourly, verb, who};
use crate::change::Change;
use crate::detection::Detection;
use crate::facts::DAY;
use crate::finding::{Finding, Severity};
use crate::view::{View, name_of};

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
    let changes = done_or_tried(view, "lambda", NAMES);
    hourly(changes.filter_map(|change| of(view, &deployers, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    if is_open(change) != Some(true) {
        return None;
    }
    let function = change.function();
    let before = earlier(view, change);
    if before == Some(true) && change.succeeded() {
        return None;
    }
    let standing = deployers.standing(change);
    let day = change.time.div_euclid(DAY);
    let used_to = view.done("lambda", NAMES).any(|other| {
        other.time.div_euclid(DAY) < day && other.who.name == change.who.name && is_open(other) == Some(true)
    });
    let loosened = before == Some(false);
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Low,
        (false, false) => return None,
        (true, true) => DETECTION.severity,
        (true, false) if loosened => Severity::Medium,
        (true, false) if used_to || standing == Standing::Unknown => Severity::Note,
        (true, false) if !view.has_learned(&change.account, change.time) => Severity::Note,
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
    let said = crate::change::text_at(&change.asked(), "authType")?;
    Some(said.eq_ignore_ascii_case("NONE"))
}

/// Whether the address of the same function (and alias) was open before; `None` where the records do not say.
fn earlier(view: &View<'_>, change: &Change) -> Option<bool> {
    let subject = |change: &Change| (change.function(), change.text(&["qualifier"]));
    let of = subject(change);
    let name = of.0.as_deref().map(name_of)?.to_owned();
    let deleted = |other: &Change| other.name.starts_with("Delete");
    let all = view.done(
        "lambda",
        &[
            "CreateFunctionUrlConfig",
            "UpdateFunctionUrlConfig",
            "DeleteFunctionUrlConfig",
            "DeleteFunction",
            "CreateWebFunction",
            "UpdateWebFunction",
            "DeleteWebFunction",
        ],
    );
    let same = all.filter(|other| other.time < change.time && other.request.contains(&name));
    let mut open = None;
    for other in same {
        let whole = other.name == "DeleteFunction";
        let matches = subject(other) == of || (whole && other.function() == of.0);
        if matches && deleted(other) {
            open = None;
        } else if matches && let Some(now) = is_open(other) {
            open = Some(now);
        }
    }
    open
}
