//! The plan that removes paid copies: what others certainly record too, and nothing else.

use super::Reasoned;
use super::may_record::{may_record, reaches};
use super::narrowing::{Narrowing, Reach};
use super::record::target;
use super::skeleton::skeleton;
use super::{Loss, Plan, PlanOptions, Purpose, Refusal, after, finish};
use crate::change::{Change, Setting, Turn};
use crate::code::Code;
use crate::edit::{Goes, reduced, shed};
use crate::inventory::Inventory;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Selector, Selectors};
use cloudtrail::selector_json::{document, from_str, request};
use recording::{Effort, Inclusion, included_within};

const KIND: ResourceType = ResourceType::Function;

/// Steps that looking for copies takes at most, over all recorders together. What was not looked at stays recorded, and the plan
/// says so.
const STEPS: u64 = 1 << 23;

/// The plan that takes out of recorders what others certainly record too: nothing is recorded less, only fewer times.
///
/// Of each recorder goes what, at every place that it reaches, is included in what is left together with all other
/// recorders that certainly record there, whatever the category, type, name and caller. Account trails go before
/// organization trails.
#[must_use]
pub fn drop_copies(inventory: &Inventory, options: &PlanOptions<'_>) -> Plan {
    drop_copies_within(inventory, options, STEPS)
}

/// As [`drop_copies`], with so many steps.
#[must_use]
pub fn drop_copies_within(inventory: &Inventory, options: &PlanOptions<'_>, steps: u64) -> Plan {
    let mut bare = skeleton(inventory);
    let mut effort = Effort::new(steps);
    let (mut steps, mut refusals): (Vec<Reasoned>, Vec<Refusal>) = (Vec::new(), Vec::new());
    let mut order: Vec<&Recorder> = inventory.recorders.iter().collect();
    order.sort_by_key(|one| (one.organization, one.multi_region, one.kind == RecorderKind::EventDataStore));
    let editable = |one: &&Recorder| options.counts(one.kind) && one.kind != RecorderKind::Channel;
    let (mut unsearched, mut needless_at_all): (Vec<&Recorder>, Vec<&Recorder>) = (Vec::new(), Vec::new());
    for recorder in order.into_iter().filter(editable) {
        let Some(selectors) = recorder.selectors.known() else { continue };
        let reach = Reach::of(&bare, &bare, &options.audit, recorder, true);
        if !reach.is_anywhere() {
            continue;
        }
        let found = needless(selectors, &reach, &mut effort);
        if !found.is_whole {
            unsearched.push(recorder);
        }
        if found.left == selectors.list {
            if found.elsewhere {
                let reason = "others record the same where it was looked, but it records in more accounts or Regions than were looked into";
                let nearest =
                    "plan over all of them: without --region, and an organization trail with --organization";
                let nearest = Code::PlanOverAll.says(nearest);
                refusals.push(Refusal::of(recorder, Code::CopyElsewhereUnseen.says(reason), nearest));
            }
            continue;
        }
        if found.left.is_empty() {
            needless_at_all.push(recorder);
            continue;
        }
        let edited = reduced(selectors, found.left, recorder.kind);
        let Ok((before, after_text)) = edited.and_then(|after| Ok((request(selectors)?, request(&after)?)))
        else {
            continue;
        };
        let setting = Setting::Selectors(Turn { before, after: after_text });
        let change = Change { target: target(recorder), setting };
        bare = after(&bare, std::slice::from_ref(&change));
        steps.push((
            change,
            Code::CopyNeedless.says("what it stops recording is recorded by others too, and paid for twice"),
        ));
    }
    refusals.extend(deletable(bare, options, &needless_at_all, &mut effort));
    refusals.extend(stopped(&unsearched));
    let mut plan = finish(inventory, options, Purpose::DropCopies, steps, refusals);
    plan.losses = functions_lost(inventory, &plan);
    say_what_copies_lack(inventory, &mut plan);
    plan
}

/// Says at each step whose log files can be validated that those of the copies that stay cannot.
pub(super) fn say_what_copies_lack(inventory: &Inventory, plan: &mut Plan) {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let then = after(inventory, &changes);
    // Event data stores cannot be changed by anybody.
    let is_proven =
        |one: &Recorder| one.kind == RecorderKind::EventDataStore || one.log_file_validation == Some(true);
    for step in &mut plan.steps {
        let arn = &step.change.target.arn;
        if !inventory.recorder(arn).is_some_and(|at| is_proven(&inventory.recorders[at])) {
            continue;
        }
        let others = then.recorders.iter().filter(|one| one.arn != *arn && one.kind != RecorderKind::Channel);
        let (proven, bare): (Vec<&Recorder>, Vec<&Recorder>) = others.partition(|one| is_proven(one));
        let holds = |one: &&Recorder, function: &str| {
            let list = one.selectors.known().map(|all| &all.list);
            reaches(one, function) && list.is_some_and(|list| may_record(list, function))
        };
        let lost = plan.losses.iter().filter(|loss| loss.recorder == *arn).map(|loss| loss.function.as_str());
        let lacks = |function: &&str| !proven.iter().any(|one| holds(one, function));
        // Where all that is left can be validated there is nothing to look for.
        let first = if bare.is_empty() { None } else { lost.into_iter().find(lacks) };
        let Some(function) = first else { continue };
        let names: Vec<&str> =
            bare.iter().filter(|one| holds(one, function)).map(|one| one.name.as_str()).collect();
        step.risks.push(Code::CopiesUnproven.says(format!(
            "the copies that stay have no log file validation ({}), so nobody can prove that their log files are unchanged",
            names.join(", ")
        )));
    }
}

/// What one recorder can do without.
struct Needless {
    /// Its selectors without that.
    left: Vec<Selector>,
    /// Some of it stays because the recorder also records where nobody looked.
    elsewhere: bool,
    /// It was looked at to the end.
    is_whole: bool,
}

fn needless(selectors: &Selectors, reach: &Reach<'_>, effort: &mut Effort) -> Needless {
    let mut elsewhere = false;
    let (left, is_whole) = shed(&selectors.list, KIND, |now, less| {
        let (now, less) = (read(now), read(less));
        // What the recorder itself holds twice is delivered, and paid for, once.
        let goes = included_within(&now.list, &less.list, effort) != Inclusion::Included
            && match reach.loses(&now, Some(&less), effort) {
                None => true,
                Some(Narrowing { place, .. }) => {
                    elsewhere |= place.is_none() && !effort.is_used_up();
                    false
                }
            };
        match goes {
            // An answer for which the steps did not suffice is no answer.
            _ if effort.is_used_up() => Goes::Stop,
            true => Goes::Yes,
            false => Goes::No,
        }
    });
    Needless { left, elsewhere, is_whole }
}

/// What is said of recorders that nothing would be left of: each of them, after those before it are gone.
fn deletable(
    mut bare: Inventory,
    options: &PlanOptions<'_>,
    recorders: &[&Recorder],
    effort: &mut Effort,
) -> Vec<Refusal> {
    let mut told = Vec::new();
    for recorder in recorders {
        let Some(selectors) = recorder.selectors.known() else { continue };
        let reach = Reach::of(&bare, &bare, &options.audit, recorder, false);
        if reach.loses(selectors, None, effort).is_some() {
            continue;
        }
        let (reason, by_hand) = match recorder.kind {
            RecorderKind::Trail => (
                "other recorders already record all that it records, and a trail without selectors records management events",
                "to stop paying for the copy, delete the trail by hand; look first whether anybody reads its bucket",
            ),
            _ => (
                "other recorders already record all that it records, and the plan deletes no event data store",
                "to stop paying for the copy, delete it by hand; the events that it holds are lost with it",
            ),
        };
        let by_hand = Code::DeleteByHand.says(by_hand);
        told.push(Refusal::of(recorder, Code::NothingOwn.says(reason), by_hand));
        bare.recorders.retain(|one| one.arn != recorder.arn);
        for place in &mut bare.places {
            if let Seen::Known(trails) = &mut place.trails {
                trails.retain(|one| one.trail != recorder.arn);
            }
        }
    }
    told
}

/// What is said where the search stopped before it had seen these recorders to the end.
fn stopped(recorders: &[&Recorder]) -> Option<Refusal> {
    let first = recorders.first()?;
    let others = match recorders.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    Some(Refusal {
        places: Vec::new(),
        recorder: Some(first.arn.clone()),
        reason: Code::SearchStopped.says(format!(
            "the search for paid copies stopped at its work limit before it had seen all of {}{others}; what it had not seen stays recorded",
            first.name
        )),
        nearest: Code::PlanAgain.says("apply this plan and plan again, or compare these recorders by hand"),
    })
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
            because: Code::LossRecordedByOther.says("recorded by another recorder"),
            risks: Vec::new(),
        }));
    }
    losses
}
