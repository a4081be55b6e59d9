//! Full recording again, after declared reductions: what they left out is let in again, and whatever else is lacking is
//! planned as for any account.

use super::record::{Reasoned, target};
use super::{Plan, PlanOptions, Purpose, Refusal, after, finish, record};
use crate::Options;
use crate::change::{Change, Setting, Turn};
use crate::edit::include_again;
use crate::exception::Exception;
use crate::inventory::Inventory;
use cloudtrail::json::request;
use cloudtrail::recorder::{RecorderKind, Seen};
use cloudtrail::resource::ResourceType;

/// The plan after which everything is recorded, and none of the exceptions is needed any more.
#[must_use]
pub fn restore(inventory: &Inventory, options: &PlanOptions<'_>, exceptions: &[Exception]) -> Plan {
    let ids: Vec<String> = exceptions.iter().map(|one| one.id.clone()).collect();
    let others: Vec<Exception> =
        options.audit.exceptions.iter().filter(|one| !ids.contains(&one.id)).cloned().collect();
    let judged = Options { exceptions: &others, ..options.audit };
    let options = PlanOptions { audit: judged, ..*options };
    // What another exception still leaves out stays out.
    let stays = |arn: &String| others.iter().any(|one| one.functions.contains(arn));
    let arns: Vec<String> =
        exceptions.iter().flat_map(|one| &one.functions).filter(|arn| !stays(arn)).cloned().collect();
    let mut steps: Vec<Reasoned> = Vec::new();
    let mut refusals: Vec<Refusal> = Vec::new();
    for recorder in inventory.recorders.iter().filter(|one| one.kind != RecorderKind::Channel) {
        let Seen::Known(selectors) = &recorder.selectors else { continue };
        let again = include_again(selectors, ResourceType::Function, &arns, recorder.kind);
        match again.and_then(|after| Ok((request(selectors)?, request(&after)?))) {
            Ok((before, after)) if before != after => {
                let setting = Setting::Selectors(Turn { before, after });
                let because = "lets in again what the reduction left out by name".to_owned();
                steps.push((Change { target: target(recorder), setting }, because));
            }
            Ok(_) => {}
            Err(error) => refusals.push(Refusal {
                places: Vec::new(),
                recorder: Some(recorder.arn.clone()),
                reason: error.to_string(),
                nearest: "an edit by hand".to_owned(),
            }),
        }
    }
    let changes: Vec<Change> = steps.iter().map(|(change, _)| change.clone()).collect();
    let (rest, refused) = record::steps(&after(inventory, &changes), &options);
    for (change, because) in rest {
        join(&mut steps, change, because);
    }
    refusals.extend(refused);
    finish(inventory, &options, Purpose::Restore(ids), steps, refusals)
}

/// Adds a change; two changes of one setting become one, because a setting is set once.
fn join(steps: &mut Vec<Reasoned>, change: Change, because: String) {
    let same = steps.iter_mut().find(|(one, _)| one.same_setting(&change));
    match (same.map(|(one, why)| (&mut one.setting, why)), &change.setting) {
        (Some((Setting::Selectors(first), why)), Setting::Selectors(second)) => {
            first.after.clone_from(&second.after);
            why.push_str("; ");
            why.push_str(&because);
        }
        _ => steps.push((change, because)),
    }
}
