//! Full recording again, after declared reductions: what they left out is let in again, and whatever else is lacking is
//! planned as for any account.

use super::Reasoned;
use super::record::target;
use super::{Plan, PlanOptions, Purpose, Refusal, after, finish, record};
use crate::candidates::Candidates;
use crate::change::{Change, Setting, Turn};
use crate::code::{Code, Coded};
use crate::edit::include_again;
use crate::exception::Exception;
use crate::inventory::Inventory;
use crate::{Counted, Options};
use cloudtrail::recorder::{RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector_json::request;
use recording::{Candidate, State, Subject, decide};
use std::collections::{BTreeMap, HashSet};

/// The plan after which everything is recorded, and no exception is needed any more. No plan made an exception with a `match`, so no
/// plan ends one.
#[must_use]
pub fn restore(inventory: &Inventory, options: &PlanOptions<'_>, exceptions: &[Exception]) -> Plan {
    let exceptions: Vec<Exception> = exceptions.iter().filter(|one| one.matched.is_none()).cloned().collect();
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
                let because = Code::LetInAgain.says("lets in again what the reduction left out by name");
                steps.push((Change { target: target(recorder), setting }, because));
            }
            Ok(_) => {}
            Err(error) => refusals.push(Refusal {
                places: Vec::new(),
                recorder: Some(recorder.arn.clone()),
                reason: error.code().says(error.to_string()),
                nearest: Code::EditByHand.says("an edit by hand"),
            }),
        }
    }
    let changes: Vec<Change> = steps.iter().map(|(change, _)| change.clone()).collect();
    let (rest, refused) = record::steps(&after(inventory, &changes), &options);
    for (change, because) in rest {
        join(&mut steps, change, because);
    }
    refusals.extend(refused);
    let changes: Vec<Change> = steps.iter().map(|(change, _)| change.clone()).collect();
    let recorders = options.audit.recorders;
    let still = still_excused(inventory, recorders, &changes, options.audit.exceptions, &exceptions);
    refusals.extend(still.iter().map(|(id, why)| Refusal {
        places: Vec::new(),
        recorder: None,
        reason: Code::ExceptionStays.says(format!("exception {id} stays: {why}")),
        nearest: Code::RestoreLater.says("restore again once it is recorded"),
    }));
    let ended = exceptions.iter().filter(|one| !still.contains_key(&one.id)).cloned().collect();
    finish(inventory, &options, Purpose::Restore(ended), steps, refusals)
}

/// Those of the exceptions that are still needed, as these recorders record, once the changes are carried out, by id, and why: a function that they excuse, and no
/// other exception does, is not certainly recorded. Whether the function is there does not matter: one of that name may be made again.
#[must_use]
pub fn still_excused(
    inventory: &Inventory,
    recorders: Counted,
    changes: &[Change],
    others: &[Exception],
    ending: &[Exception],
) -> BTreeMap<String, String> {
    let then = after(inventory, changes);
    let options = Options { recorders, ..Options::default() };
    let mut candidates = Candidates::new(&then, &options);
    let excused: HashSet<&str> = others.iter().flat_map(|one| &one.functions).map(String::as_str).collect();
    let mut is_recorded = |arn: &str| {
        let mut parts = arn.split(':').skip(3);
        let (region, account) = (parts.next()?, parts.next()?);
        let place = &then.places[then.place(account, region)?];
        let here = candidates.at(place).0;
        let selectors = |at: usize| then.recorders[at].selectors.known().map(|all| all.list.as_slice());
        let here: Vec<Candidate<'_>> = here
            .iter()
            .map(|one| Candidate { selectors: one.recorder.and_then(selectors), certain: one.certain })
            .collect();
        Some(decide(&here, Subject::Named(ResourceType::Function, arn)).state == State::Recorded)
    };
    let mut still = BTreeMap::new();
    for one in ending {
        let mut open = one.functions.iter().filter(|arn| !excused.contains(arn.as_str()));
        let why = open.find_map(|arn| match is_recorded(arn) {
            Some(true) => None,
            Some(false) => Some(format!("{arn} is not certainly recorded")),
            None => Some(format!("{arn} lies in an account and Region that were not looked at")),
        });
        still.extend(why.map(|why| (one.id.clone(), why)));
    }
    still
}

/// Adds a change; two changes of one setting become one, because a setting is set once.
fn join(steps: &mut Vec<Reasoned>, change: Change, because: Coded) {
    let same = steps.iter_mut().find(|(one, _)| one.same_setting(&change));
    match (same.map(|(one, why)| (&mut one.setting, why)), &change.setting) {
        (Some((Setting::Selectors(first), why)), Setting::Selectors(second)) => {
            first.after.clone_from(&second.after);
            why.words.push_str("; ");
            why.words.push_str(&because);
        }
        _ => steps.push((change, because)),
    }
}
