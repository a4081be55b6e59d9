//! The plan that removes paid copies: what others certainly record too, and nothing else.

use super::narrowing::{Narrowing, Reach};
use super::record::{Reasoned, target};
use super::reduce::{may_record, reaches, refusal};
use super::skeleton::skeleton;
use super::{Loss, Plan, PlanOptions, Purpose, Refusal, after, finish};
use crate::change::{Change, Setting, Turn};
use crate::edit::{reduced, shed};
use crate::inventory::Inventory;
use cloudtrail::json::{document, from_str, request};
use cloudtrail::recorder::{Recorder, RecorderKind};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Selector, Selectors};
use recording::{Inclusion, included};

const KIND: ResourceType = ResourceType::Function;

/// The plan that takes out of recorders what others certainly record too: nothing is recorded less, only fewer times.
///
/// Of each recorder goes what, at every place that it reaches, is included in what is left together with all other
/// recorders that certainly record there, whatever the category, type, name and caller. Account trails go before
/// organization trails.
#[must_use]
pub fn drop_copies(inventory: &Inventory, options: &PlanOptions<'_>) -> Plan {
    let mut bare = skeleton(inventory);
    let (mut steps, mut refusals): (Vec<Reasoned>, Vec<Refusal>) = (Vec::new(), Vec::new());
    let mut order: Vec<&Recorder> = inventory.recorders.iter().collect();
    order.sort_by_key(|one| (one.organization, one.multi_region, one.kind == RecorderKind::EventDataStore));
    let editable = |one: &&Recorder| options.counts(one.kind) && one.kind != RecorderKind::Channel;
    for recorder in order.into_iter().filter(editable) {
        let Some(selectors) = recorder.selectors.known() else { continue };
        let reach = Reach::of(&bare, &bare, &options.audit, recorder, true);
        if !reach.is_anywhere() {
            continue;
        }
        let mut elsewhere = false;
        let less = shed(&selectors.list, KIND, |now, less| {
            let (now, less) = (read(now), read(less));
            // What the recorder itself holds twice is delivered, and paid for, once.
            if included(&now.list, &less.list) == Inclusion::Included {
                return false;
            }
            match reach.loses(&now, Some(&less)) {
                None => true,
                Some(Narrowing { place, .. }) => {
                    elsewhere |= place.is_none();
                    false
                }
            }
        });
        if less == selectors.list {
            if elsewhere {
                let reason = "others record the same where it was looked, but it records in more accounts or Regions than were looked into";
                let nearest =
                    "plan over all of them: without --region, and an organization trail with --organization";
                refusals.push(refusal(recorder, reason.to_owned(), nearest));
            }
            continue;
        }
        let edited = reduced(selectors, less, recorder.kind);
        let Ok((before, after_text)) = edited.and_then(|after| Ok((request(selectors)?, request(&after)?)))
        else {
            continue;
        };
        let setting = Setting::Selectors(Turn { before, after: after_text });
        let change = Change { target: target(recorder), setting };
        bare = after(&bare, std::slice::from_ref(&change));
        steps.push((
            change,
            "what it stops recording is recorded by others too, and paid for twice".to_owned(),
        ));
    }
    let mut plan = finish(inventory, options, Purpose::DropCopies, steps, refusals);
    plan.losses = functions_lost(inventory, &plan);
    plan
}

/// A list as selectors, for comparing.
fn read(list: &[Selector]) -> Selectors {
    Selectors { list: list.to_vec(), document: document(list) }
}

/// The functions that each step stops recording.
pub(super) fn functions_lost(inventory: &Inventory, plan: &Plan) -> Vec<Loss> {
    let functions = inventory.places.iter().flat_map(|place| &place.functions.resources);
    let arns: Vec<&str> = functions.map(|one| one.arn.as_ref()).collect();
    let mut losses = Vec::new();
    for step in &plan.steps {
        let Setting::Selectors(turn) = &step.change.setting else { continue };
        let list = |text: &str| from_str(text).map(|all| all.list).unwrap_or_default();
        let (before, after) = (list(&turn.before), list(&turn.after));
        let arn = &step.change.target.arn;
        let Some(recorder) = inventory.recorder(arn).map(|at| &inventory.recorders[at]) else { continue };
        let dropped = |function: &&&str| {
            reaches(recorder, function) && may_record(&before, function) && !may_record(&after, function)
        };
        losses.extend(arns.iter().filter(dropped).map(|function| Loss {
            recorder: arn.clone(),
            function: (*function).to_owned(),
            because: "recorded by another recorder".to_owned(),
        }));
    }
    losses
}
