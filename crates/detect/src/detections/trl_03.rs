//! TRL-03: a change of selectors or of reach stopped recording something.

use super::deployers::Deployers;
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::recorders::{Judged, Kind};
use crate::view::View;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-03",
    title: "A change of selectors may have stopped recording",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &[
        "requestParameters.eventSelectors",
        "requestParameters.advancedEventSelectors",
        "requestParameters.trailName",
    ],
    page: include_str!("trl_03.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let names = &["PutEventSelectors", "UpdateTrail", "CreateTrail"];
    let deployers = Deployers::of(view);
    view.done("cloudtrail", names).filter_map(|change| of(view, &deployers, change)).collect()
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let judged = view.judgements().get(&(change.time, change.id.clone()))?;
    let trail = change.text(&["trailName", "name", "trailARN"]).unwrap_or_default();
    let trail = name_of(&trail);
    let selects = change.name == "PutEventSelectors";
    let worst = judged.losses.iter().min_by_key(|loss| (loss.kind, !loss.known));
    if let Some(loss) = worst {
        let severity = match (loss.kind, loss.known) {
            (Kind::Invocations | Kind::Management, _) => Severity::High,
            (Kind::Other, _) => Severity::Low,
        };
        let what = if selects { "The selectors" } else { "The reach" };
        let seen = format!("{what} of trail {trail} changed: {}", loss.sentence());
        let found = Finding::of_change(DETECTION.id, severity, change, seen);
        let function = loss.functions.first().filter(|_| loss.functions.len() == 1);
        let more: Vec<String> =
            judged.losses.iter().filter(|one| *one != loss).map(|one| one.sentence()).collect();
        let found = found.about(function.cloned());
        return Some(if more.is_empty() { found } else { found.remarked(more.join(" ")) });
    }
    if !selects || !judged.narrows {
        return None;
    }
    let severity = if deployers.manages(change) { Severity::Note } else { Severity::Low };
    narrowed(change, severity, trail, judged)
}

/// What looks weaker and is not known to be.
fn narrowed(change: &Change, severity: Severity, trail: &str, judged: &Judged) -> Option<Finding> {
    let seen = match judged.others_record() {
        Some(other) => {
            format!("Trail {trail} records less than before; {other} what it left out.")
        }
        None => {
            format!("Trail {trail} has other selectors than before; whether something is lost is not known.")
        }
    };
    Some(Finding::of_change(DETECTION.id, severity, change, seen))
}
