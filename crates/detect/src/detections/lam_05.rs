//! LAM-05: code changed by whoever does not usually deploy.

use super::deployers::{Deployers, Standing, is_person, makers};
use super::incident::{done_or_tried, incidents, verb, who};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::facts::{DAY, HOUR};
use crate::finding::{Finding, Severity};
use crate::view::{View, name_of};

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
    let mut persons = Vec::new();
    let mut roles = Vec::new();
    for change in done_or_tried(view, "lambda", &["UpdateFunctionCode"]) {
        // Pipelines that are new deploy all day: one finding for each day of them.
        let into = if is_person(&change.who) { &mut persons } else { &mut roles };
        into.extend(of(view, &deployers, change));
    }
    let mut found = incidents(persons, HOUR);
    found.extend(incidents(roles, DAY));
    found
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let dry = change.asked().get("dryRun").is_some_and(|said| *said == true || *said == "true");
    let standing = deployers.standing(change);
    let function = change.function();
    let severity = match (dry, change.succeeded(), standing) {
        (true, ..) => return None,
        (_, false, standing) if standing.is_unusual() => Severity::Low,
        (_, true, Standing::Person | Standing::Altered | Standing::Stranger) => DETECTION.severity,
        (_, true, Standing::Usual) if is_person(&change.who) && is_of_pipelines(view, deployers, change) => {
            DETECTION.severity
        }
        _ => return None,
    };
    let name = function.as_deref().map_or("a function", name_of);
    let object = format!("the code of the function {name}");
    let seen = format!("{} {}.", who(change), verb(change, "changed", "change", &object));
    let normal = match function.as_deref().map(|function| usual_maker(view, function, change)) {
        Some(Some(maker)) => format!("{} Usually {maker} changes it.", standing.words()),
        _ => standing.words().to_owned(),
    };
    Some(Finding::of_change(DETECTION.id, severity, change, seen).about(function).normally(normal))
}

/// True iff none but pipelines made the function and its code before, and often enough.
fn is_of_pipelines(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> bool {
    let Some(function) = change.function() else { return false };
    let enough = view.settings.threshold(DETECTION.id, "makers");
    let made = makers(view, &function, change.time);
    let by_machine = |made: &&Change| !is_person(&made.who) || deployers.standing(made) == Standing::Machine;
    made.len() as f64 >= enough && made.iter().all(by_machine)
}

/// Who changed the code of the function most often before.
fn usual_maker(view: &View<'_>, function: &str, change: &Change) -> Option<String> {
    let mut counts = std::collections::BTreeMap::new();
    for made in makers(view, function, change.time).iter().filter(|made| made.who.name != change.who.name) {
        *counts.entry(made.who.name.clone()).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name_of(&name).to_owned())
}
