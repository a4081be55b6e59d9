//! LAM-06: a layer of an account that is not ours, or one of ours for everybody.

use super::deployers::{Deployers, Standing};
use super::field::{field, text};
use super::incident::{Habits, done_or_tried, hourly, verb, who};
use super::policy::{Grant, Reach, account_in};
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use serde_json::Value;
use std::collections::BTreeMap;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-06",
    title: "A layer from outside, or shared with outside",
    severity: Severity::Medium,
    attack: &["T1648", "T1578.005"],
    fields: &[
        "requestParameters.layers",
        "responseElements.layers",
        "requestParameters.principal",
        "userIdentity",
    ],
    page: include_str!("lam_06.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    // By layer without its version, and by account: when it was first seen in a function.
    let mut seen: BTreeMap<String, i64> = BTreeMap::new();
    let mut found = Vec::new();
    for change in view.changes().iter().filter(|change| change.source == "lambda") {
        if !change.request.contains(":layer:") && !change.response.contains(":layer:") {
            continue;
        }
        found.extend(attached(view, &deployers, change, &seen));
        if change.succeeded() && change.name != "PublishLayerVersion" {
            for layer in layers(&change.asked()).into_iter().chain(layers(&change.answered())) {
                for key in account_in(&layer).into_iter().chain([unversioned(&layer)]) {
                    seen.entry(key).or_insert(change.time);
                }
            }
        }
    }
    let shared = || done_or_tried(view, "lambda", &["AddLayerVersionPermission"]);
    let word =
        |change: &Change| format!("{:?}", Grant::asked(&change.asked()).map(|grant| grant.reach(view)));
    let habits = Habits::of(view, shared().filter(|change| change.succeeded()), word);
    found
        .extend(shared().filter_map(|change| {
            shared_with(view, &deployers, change, || habits.hold(change, word(change)))
        }));
    hourly(found)
}

fn attached(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    change: &Change,
    seen: &BTreeMap<String, i64>,
) -> Option<Finding> {
    let names = ["CreateFunction", "UpdateFunctionConfiguration"];
    if !names.contains(&change.name.as_str()) || !change.succeeded() {
        return None;
    }
    let day = change.time.div_euclid(DAY_MILLIS);
    let known = |key: &str| seen.get(key).is_some_and(|first| first.div_euclid(DAY_MILLIS) < day);
    let asked = layers(&change.asked());
    let foreign = |layer: &&String| {
        account_in(layer).is_some_and(|account| !view.is_allowed(&account) && !known(&account))
    };
    let standing = deployers.standing(change);
    let learned = view.has_learned(&change.account, change.time);
    let (layer, severity, whose) = match asked.iter().find(foreign) {
        Some(layer) => {
            let severity = match (standing.is_unusual(), learned) {
                (true, _) => Severity::High,
                (false, true) if standing == Standing::Machine || standing == Standing::Usual => {
                    Severity::Low
                }
                (false, true) => DETECTION.severity,
                (false, false) => Severity::Note,
            };
            (layer, severity, "of an account that is not yours")
        }
        None => {
            // One of our own that nothing used before, put in by whoever does not deploy.
            let new = |layer: &&String| !known(&unversioned(layer));
            let layer = asked
                .iter()
                .find(new)
                .filter(|_| standing.is_unusual() && change.name != "CreateFunction")?;
            (layer, DETECTION.severity, "that no function used before")
        }
    };
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let words = format!(
        "{} put the layer {} into the function {name}: one {whose}.",
        who(change),
        unversioned(layer)
    );
    let normal = if learned {
        "No function used a layer of that account, or that layer, on days before.".to_owned()
    } else {
        "The records are too short to know which layers are usual.".to_owned()
    };
    Some(Finding::of_change(DETECTION.id, severity, change, words).about(function).normally(normal))
}

fn shared_with(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    change: &Change,
    used_to: impl Fn() -> bool,
) -> Option<Finding> {
    let reach = Grant::asked(&change.asked())?.reach(view);
    let standing = deployers.standing(change);
    let to = match reach {
        Reach::Open => "everybody".to_owned(),
        Reach::Foreign(account, _) => format!("{account}, which is not yours"),
        Reach::AnyOfService(_) | Reach::Own => return None,
    };
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Low,
        (false, false) => return None,
        (true, _) if used_to() => return None,
        (true, true) => Severity::High,
        (true, false) if standing == Standing::Unknown => Severity::Low,
        (true, false) => DETECTION.severity,
    };
    let layer = change.text(&["layerName"]).unwrap_or_default();
    let object = format!("the layer {} with {to}", name_of(&layer));
    let words = format!("{} {}.", who(change), verb(change, "shared", "share", &object));
    Some(Finding::of_change(DETECTION.id, severity, change, words).normally(standing.words().to_owned()))
}

/// The ARNs of layers, as a request or an answer lists them.
fn layers(value: &Value) -> Vec<String> {
    let arn = |one: &Value| one.as_str().or_else(|| text(one, "arn")).map(str::to_owned);
    match field(value, "layers") {
        Some(Value::Array(all)) => all.iter().filter_map(arn).collect(),
        Some(one) => arn(one).into_iter().collect(),
        None => Vec::new(),
    }
}

fn unversioned(layer: &str) -> String {
    layer
        .rsplit_once(':')
        .filter(|(_, version)| version.parse::<u64>().is_ok())
        .map_or(layer, |(bare, _)| bare)
        .to_owned()
}
