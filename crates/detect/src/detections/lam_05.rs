//! LAM-05: code changed by whoever does not usually deploy.

use super::deployers::{Deployers, Standing, is_person};
use super::incident::{done_or_tried, incidents, verb, who};
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::BTreeMap;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-05",
    title: "Code was changed by whoever does not usually deploy",
    severity: Severity::Medium,
    attack: &["T1648", "T1078.004"],
    fields: &["userIdentity", "userAgent", "sourceIPAddress", "requestParameters.functionName", "errorCode"],
    page: include_str!("lam_05.md"),
    thresholds: &[Threshold {
        key: "makers",
        default: 3.0,
        meaning: "So many changes of a function's code by pipelines alone, and a person's first one is a finding.",
    }],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let makers = makers(view);
    let mut persons = Vec::new();
    let mut roles = Vec::new();
    for change in done_or_tried(view, "lambda", &["UpdateFunctionCode"]) {
        // Pipelines that are new deploy all day: one finding for each day of them.
        let into = if is_person(&change.who) { &mut persons } else { &mut roles };
        into.extend(of(view, &deployers, &makers, change));
    }
    for change in done_or_tried(view, "lambda", OTHERS) {
        let into = if is_person(&change.who) { &mut persons } else { &mut roles };
        into.extend(of_stranger(&deployers, change));
    }
    let mut found = incidents(persons, HOUR_MILLIS);
    found.extend(incidents(roles, DAY_MILLIS));
    found
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, makers: &Makers<'_>, change: &Change) -> Option<Finding> {
    let dry = change.asked().get("dryRun").is_some_and(|said| *said == true || *said == "true");
    let standing = deployers.standing(change);
    let function = change.function();
    let severity = match (dry, change.succeeded(), standing) {
        (true, ..) => return None,
        (_, true, Standing::Person) if deployers.is_development(change) => Severity::Note,
        (_, false, standing) if standing.is_unusual() => Severity::Low,
        (_, true, Standing::Person | Standing::Altered | Standing::Stranger) => DETECTION.severity,
        (_, true, Standing::Usual)
            if is_person(&change.who) && is_of_pipelines(view, deployers, makers, change) =>
        {
            if deployers.is_development(change) { Severity::Note } else { DETECTION.severity }
        }
        // The records are short, but long enough to know that others do this.
        (_, true, Standing::Unknown) if is_of_others(view, makers, change) => Severity::Low,
        _ => return None,
    };
    let name = function.as_deref().map_or("a function", name_of);
    let object = format!("the code of the function {name}");
    let seen = format!("{} {}.", who(change), verb(change, "changed", "change", &object));
    let normal = match function.as_deref().map(|function| usual_maker(makers, function, change)) {
        Some(Some(maker)) => format!("{} Usually {maker} changes it.", standing.words()),
        _ => standing.words().to_owned(),
    };
    Some(Finding::of_change(DETECTION.id, severity, change, seen).about(function).normally(normal))
}

/// Other changes of what functions do, which say little by themselves.
const OTHERS: &[&str] = &[
    "CreateFunction",
    "CreateAlias",
    "UpdateAlias",
    "PublishLayerVersion",
    "PutFunctionEventInvokeConfig",
    "UpdateFunctionEventInvokeConfig",
    "UpdateFunctionConfiguration",
    "UpdateEventSourceMapping",
    "DeleteEventSourceMapping",
    "PutRuntimeManagementConfig",
];

/// Any change by a principal that was never seen before, or works elsewhere and with other programs: whatever it is, it is none of its work.
fn of_stranger(deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let standing = deployers.standing(change);
    if !standing.is_unusual() || !deployers.is_stranger(change) || deployers.is_development(change) {
        return None;
    }
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let object = format!("{} for the function {name}", change.name);
    let seen = format!("{} {}.", who(change), verb(change, "called", "call", &object));
    let found = Finding::of_change(DETECTION.id, Severity::Low, change, seen);
    Some(found.about(function).normally(standing.words().to_owned()))
}

/// By function: who made it and changed its code, in order.
type Makers<'v> = BTreeMap<String, Vec<&'v Change>>;

fn makers<'v>(view: &'v View<'_>) -> Makers<'v> {
    let mut makers = Makers::new();
    for change in view.done("lambda", &["CreateFunction", "UpdateFunctionCode"]) {
        if let Some(function) = change.function() {
            makers.entry(function).or_default().push(change);
        }
    }
    makers
}

/// What was done to the function before the change.
fn before<'m, 'v>(makers: &'m Makers<'v>, function: &str, change: &Change) -> &'m [&'v Change] {
    let made = makers.get(function).map(Vec::as_slice).unwrap_or_default();
    let end = made.partition_point(|made| made.time < change.time);
    made.get(..end).unwrap_or_default()
}

/// True iff none but pipelines made the function and its code before, and often enough.
fn is_of_pipelines(view: &View<'_>, deployers: &Deployers<'_>, makers: &Makers<'_>, change: &Change) -> bool {
    let Some(function) = change.function() else { return false };
    let enough = view.settings.threshold(DETECTION.id, "makers");
    let made = before(makers, &function, change);
    let by_machine = |made: &&Change| !is_person(&made.who) || deployers.standing(made) == Standing::Machine;
    made.len() as f64 >= enough && made.iter().copied().all(|made| by_machine(&made))
}

/// True iff the function was made, and its code changed, often enough before, and never by this principal.
fn is_of_others(view: &View<'_>, makers: &Makers<'_>, change: &Change) -> bool {
    let Some(function) = change.function() else { return false };
    let made = before(makers, &function, change);
    let enough = made.len() as f64 >= view.settings.threshold(DETECTION.id, "makers");
    enough && made.iter().all(|made| made.who.name != change.who.name)
}

/// Who changed the code of the function most often before.
fn usual_maker(makers: &Makers<'_>, function: &str, change: &Change) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let made = before(makers, function, change).iter();
    for made in made.filter(|made| made.who.name != change.who.name) {
        *counts.entry(made.who.name.as_str()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name_of(name).to_owned())
}
