//! LAM-10: nobody checks any more whose code a function runs, or on what.

use super::deployers::{Deployers, Standing, is_person};
use super::incident::{Habits, beside, done_or_tried, hourly, verb, who};
use crate::arn::name_of;
use crate::change::{Change, text_at};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-10",
    title: "Code signing or the runtime was changed",
    severity: Severity::Medium,
    attack: &["T1553", "T1195"],
    fields: &[
        "requestParameters.codeSigningConfigArn",
        "requestParameters.codeSigningPolicies",
        "userIdentity",
    ],
    page: include_str!("lam_10.md"),
    thresholds: &[],
    find,
};

const NAMES: &[&str] = &[
    "PutFunctionCodeSigningConfig",
    "DeleteFunctionCodeSigningConfig",
    "UpdateCodeSigningConfig",
    "DeleteCodeSigningConfig",
    "PutRuntimeManagementConfig",
    "UpdateRuntimeAlias",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let changes = || done_or_tried(view, "lambda", NAMES);
    let habits = Habits::of(view, changes(), |change| change.name.clone());
    hourly(changes().filter_map(|change| of(view, &deployers, &habits, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, habits: &Habits<'_>, change: &Change) -> Option<Finding> {
    let standing = deployers.standing(change);
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let (severity, done, bare, object) = judge(view, change, name)?;
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Low,
        (false, false) => return None,
        (true, true) => severity,
        (true, false) if severity <= Severity::Low || habits.hold(change, change.name.clone()) => {
            return None;
        }
        (true, false) if standing == Standing::Usual && is_person(&change.who) => severity,
        (true, false) => Severity::Low,
    };
    let seen = format!("{} {}.", who(change), verb(change, done, bare, &object));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    Some(found.about(function).normally(standing.words().to_owned()))
}

/// How much it matters, what was done in two forms, and to what.
type Judged = (Severity, &'static str, &'static str, String);

fn judge(view: &View<'_>, change: &Change, name: &str) -> Option<Judged> {
    let asked = change.asked();
    let configuration = || text_at(&asked, "codeSigningConfigArn").unwrap_or_default();
    match change.name.as_str() {
        "DeleteFunctionCodeSigningConfig" => {
            // A function that goes takes its configuration along.
            let gone = beside(view, change, HOUR_MILLIS, |other| {
                other.did("lambda", "DeleteFunction") && other.function() == change.function()
            });
            let object = format!("the check of signatures from the function {name}");
            (!gone).then_some((Severity::Medium, "removed", "remove", object))
        }
        "PutFunctionCodeSigningConfig" => {
            let before = earlier(view, change)?;
            let changed = before != configuration();
            let object = format!("the check of signatures of the function {name} for another");
            changed.then_some((Severity::Medium, "exchanged", "exchange", object))
        }
        "DeleteCodeSigningConfig" => {
            let object = format!("the code-signing configuration {}", name_of(&configuration()));
            Some((Severity::Medium, "deleted", "delete", object))
        }
        "UpdateCodeSigningConfig" => {
            let warns = text_at(&asked, "codeSigningPolicies.untrustedArtifactOnDeployment");
            let warns = warns.is_some_and(|policy| policy.eq_ignore_ascii_case("Warn"));
            let publishers = asked.get("allowedPublishers").is_some_and(|said| !said.is_null());
            let config = name_of(&configuration()).to_owned();
            if warns {
                let object =
                    format!("the code-signing configuration {config} let unsigned code pass with a warning");
                Some((Severity::Medium, "made", "make", object))
            } else {
                let object = format!("who may sign, in the code-signing configuration {config}");
                publishers.then_some((Severity::Medium, "changed", "change", object))
            }
        }
        "UpdateRuntimeAlias" => {
            let alias = change.text(&["name", "aliasName", "alias"]).unwrap_or_default();
            Some((
                Severity::Medium,
                "pointed",
                "point",
                format!("the runtime alias {alias} to another runtime"),
            ))
        }
        _ => {
            let manual = text_at(&asked, "updateRuntimeOn").is_some_and(|when| when == "Manual");
            let object = format!("the function {name} to one version of its runtime");
            manual.then_some((Severity::Low, "pinned", "pin", object))
        }
    }
}

/// The configuration that the same function had before; `None` where the records name none.
fn earlier(view: &View<'_>, change: &Change) -> Option<String> {
    let same = view.done("lambda", &["PutFunctionCodeSigningConfig", "CreateFunction"]);
    let same = same.filter(|other| other.time < change.time && other.function() == change.function());
    same.filter_map(|other| text_at(&other.asked(), "codeSigningConfigArn")).last()
}
