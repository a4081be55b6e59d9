//! What a plan may do, by its changes alone: whatever it says of itself is not believed.
//!
//! Each change is compared with the account right before it is set, so what a change expects to find is what is live. A step
//! that records less than that is refused here, whoever wrote the plan; only a declared reduction may lose what it declares.

mod undeclared;

use super::may_record::may_record;
use super::{Plan, Purpose, Step, after, narrowings};
use crate::Options;
use crate::change::{Change, Setting, State, Turn};
use crate::edit::{equals, narrows};
use crate::inventory::Inventory;
use crate::journal::Mark;
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Doubt, Selector, Selectors};
use cloudtrail::selector_json::each;
use recording::{Inclusion, included};
use undeclared::undeclared;
pub(super) use undeclared::{UNLOOKED, unlooked};

/// A step does what the purpose of its plan does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {} is refused: {arn}: {why}", .step + 1)]
pub struct Misconduct {
    /// The step, from 0.
    pub step: usize,
    /// The recorder.
    pub arn: String,
    /// What it would do.
    pub why: String,
}

/// Checks every step of a plan against the purpose of the plan.
///
/// # Errors
/// [`Misconduct`]: the first step that is not allowed.
pub fn conduct(plan: &Plan) -> Result<(), Misconduct> {
    covers_only_its_losses(plan)?;
    for (step, one) in plan.steps.iter().enumerate() {
        let refused = |why: String| Misconduct { step, arn: one.change.target.arn.clone(), why };
        if is_first_setting(&plan.steps[..step], &one.change) {
            continue;
        }
        allowed(&plan.purpose, &one.change).map_err(refused)?;
    }
    Ok(())
}

/// An exception excuses what its own plan drops, and nothing that is lost in another way.
fn covers_only_its_losses(plan: &Plan) -> Result<(), Misconduct> {
    let Purpose::Backout(exception) = &plan.purpose else { return Ok(()) };
    let Some(first) = plan.steps.first() else { return Ok(()) };
    let drops = |arn: &str| {
        plan.steps.iter().any(|step| {
            let Setting::Selectors(turn) = &step.change.setting else { return false };
            let read = |text: &str| {
                cloudtrail::selector_json::from_str(text).map(|all| all.list).unwrap_or_default()
            };
            may_record(&read(&turn.before), arn) && !may_record(&read(&turn.after), arn)
        })
    };
    match exception.functions.iter().find(|arn| !drops(arn)) {
        None => Ok(()),
        Some(other) => Err(Misconduct {
            step: 0,
            arn: first.change.target.arn.clone(),
            why: format!("the exception also covers {other}, which the plan does not drop"),
        }),
    }
}

/// True iff the change gives a trail that the plan itself creates its first selectors: AWS's default is there for a moment, and
/// records nothing, because the trail does not log yet. Where the trail was there before, creating it is refused as stale, and
/// the account is asked besides.
fn is_first_setting(before: &[Step], change: &Change) -> bool {
    let creates = |one: &Step| {
        one.change.target.arn == change.target.arn
            && matches!(&one.change.setting, Setting::Trail(Turn { before: None, after: Some(_) }))
    };
    let set = |one: &Step| one.change.same_setting(change);
    let starts = |one: &Step| {
        one.change.target.arn == change.target.arn && matches!(one.change.setting, Setting::Logging(_))
    };
    let Setting::Selectors(turn) = &change.setting else { return false };
    let default = cloudtrail::selector_json::request(&super::create::of_a_new_trail());
    before.iter().any(creates)
        && !before.iter().any(|one| set(one) || starts(one))
        && default.is_ok_and(|default| default == turn.before)
}

fn allowed(purpose: &Purpose, change: &Change) -> Result<(), String> {
    let no = |why: &str| Err(why.to_owned());
    // An undo takes back exactly what a journal holds, and what was done may have been anything.
    if *purpose == Purpose::Undo {
        return Ok(());
    }
    match &change.setting {
        Setting::Bucket(Turn { before: None, after: Some(_) })
        | Setting::Trail(Turn { before: None, after: Some(_) })
        | Setting::MultiRegion(Turn { after: true, .. })
        | Setting::LogFileValidation(Turn { after: true, .. })
        | Setting::Logging(Turn { after: true, .. }) => match purpose {
            Purpose::DropCopies | Purpose::Backout(_) => no("a plan to drop records changes selectors alone"),
            _ => Ok(()),
        },
        Setting::Selectors(turn) => selectors(purpose, turn),
        Setting::Bucket(_) => no("it deletes or replaces a bucket"),
        Setting::Trail(_) => no("it deletes or replaces a trail"),
        Setting::MultiRegion(_) => no("it ends the recording of other Regions"),
        Setting::LogFileValidation(_) => no("it ends log file validation"),
        Setting::Logging(_) => no("it stops a trail"),
    }
}

fn selectors(purpose: &Purpose, turn: &Turn<String>) -> Result<(), String> {
    let read = |text: &str| cloudtrail::selector_json::from_str(text).map_err(|error| error.to_string());
    let (before, after) = (read(&turn.before)?, read(&turn.after)?);
    let kept = match purpose {
        // Whether others record the same is judged over the account.
        Purpose::DropCopies => return Ok(()),
        Purpose::Backout(exception) => match keeps(&before, &after, Some(&exception.functions)) {
            // A list of those to keep lets go whatever is created later; which of today's go, and whether all of those
            // were looked at, is judged over the account.
            lost if lost != Inclusion::Included && (is_keep_list(&after) || !names_functions(&after)) => {
                keeps(&before, &after, None)
            }
            kept => kept,
        },
        Purpose::Record | Purpose::Restore(_) | Purpose::Undo => narrows(&before, &after),
    };
    match kept {
        Inclusion::Included => Ok(()),
        Inclusion::Lost { witness, .. } => Err(format!(
            "it ends the recording of events that are recorded today, such as {} {} of {}",
            witness.category, witness.name, witness.source
        )),
        Inclusion::Undetermined { .. } => {
            Err("it changes selectors that are not understood, and may end what is recorded today".to_owned())
        }
    }
}

/// True iff some events of functions are recorded: where this recorder keeps none of those to keep, nothing of them is left in it.
fn names_functions(selectors: &Selectors) -> bool {
    let kind = ResourceType::Function.as_str();
    selectors.list.iter().any(|one| match one {
        Selector::Advanced(one) => {
            one.condition(Field::ResourcesType).is_none_or(|condition| {
                condition.equals.is_empty() || condition.equals.iter().any(|value| value == kind)
            }) && one
                .condition(Field::EventCategory)
                .is_none_or(|condition| condition.turns_away(Some("Data")).is_none())
        }
        Selector::Basic(one) => one.data_resources.iter().any(|resource| resource.kind == kind),
    })
}

/// True iff functions are recorded by name.
fn is_keep_list(selectors: &Selectors) -> bool {
    let kind = ResourceType::Function.as_str();
    selectors.list.iter().any(|one| match one {
        Selector::Advanced(one) => {
            let equals = |field| one.condition(field).map_or(&[][..], |condition| &condition.equals);
            equals(Field::ResourcesType).iter().any(|value| value == kind)
                && !equals(Field::ResourcesArn).is_empty()
        }
        // A value that is the ARN of a function ends with its name.
        Selector::Basic(one) => one.data_resources.iter().any(|resource| {
            resource.kind == kind && resource.values.iter().any(|value| value.contains(":function:"))
        }),
    })
}

/// As [`narrows`], except that invocations of these functions may be lost; of all functions where none are named.
pub(super) fn keeps(before: &Selectors, after: &Selectors, functions: Option<&[String]>) -> Inclusion {
    // A condition without values would let all of them go.
    if functions.is_some_and(<[String]>::is_empty) {
        return narrows(before, after);
    }
    let mut fields = vec![
        equals(Field::EventCategory, "Data"),
        equals(Field::ResourcesType, ResourceType::Function.as_str()),
    ];
    if let Some(functions) = functions {
        let mut arns = equals(Field::ResourcesArn, "");
        arns.condition.equals = functions.to_vec();
        // An event of a version or an alias names it after the function's ARN.
        arns.condition.starts_with = functions.iter().map(|arn| format!("{arn}:")).collect();
        fields.push(arns);
    }
    let declared = AdvancedSelector { name: String::new(), fields, doubts: Vec::new() };
    let mut list = after.list.clone();
    list.push(Selector::Advanced(declared));
    let (was, is) = (each(before).unwrap_or_default(), each(after).unwrap_or_default());
    for (selector, one) in before.list.iter().enumerate() {
        let Some(doubt) = one.doubts().iter().find(|doubt| **doubt != Doubt::NoSelectors) else { continue };
        // What is not understood stays to the letter.
        if !was.get(selector).is_some_and(|text| is.contains(text)) {
            return Inclusion::Undetermined { selector, doubt: Some(doubt.clone()) };
        }
    }
    included(&before.list, &list)
}

/// Checks a plan over the account as it is: what its changes stop recording must be recorded by those that certainly record
/// there afterwards, unless the plan declares a reduction. That declares exactly the functions which are recorded before and not after.
///
/// # Errors
/// [`Misconduct`]: the first step that drops what nobody else certainly records.
pub fn conduct_over(inventory: &Inventory, plan: &Plan) -> Result<(), Misconduct> {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    match &plan.purpose {
        // An undo is judged by its journal.
        Purpose::Undo => return Ok(()),
        Purpose::Backout(exception) => {
            return undeclared(inventory, plan, &exception.functions).map_or(Ok(()), Err);
        }
        Purpose::Record | Purpose::DropCopies | Purpose::Restore(_) => {}
    }
    stranger(inventory, plan)?;
    let Some(first) = narrowings(inventory, &changes, &options_of(plan)).into_iter().next() else {
        return Ok(());
    };
    let step = changes.iter().position(|change| change.target.arn == first.recorder).unwrap_or_default();
    let place = first.place.map_or_else(
        || "where it records and nothing was read".to_owned(),
        |(account, region)| format!("in account {account}, {region}"),
    );
    let why = format!("nobody else certainly records afterwards what it records {place}");
    Err(Misconduct { step, arn: first.recorder, why })
}

/// As [`conduct_over`], of a plan whose journal has these marks: it is judged by what it found, and a step that is done counts only as far as it
/// still stands, because nothing sets it again.
///
/// # Errors
/// As [`conduct_over`].
pub fn conduct_on(inventory: &Inventory, plan: &Plan, marks: &[Mark]) -> Result<(), Misconduct> {
    let mut rest = plan.clone();
    if !matches!(plan.purpose, Purpose::Backout(_)) {
        let over = |at: usize| marks.get(at).is_some_and(|mark| mark.is_over());
        let steps = plan.steps.iter().enumerate();
        let standing = steps.filter(|(at, step)| !over(*at) || is_done(inventory, &step.change));
        rest.steps = standing.map(|(_, step)| step.clone()).collect();
    }
    conduct_over(&unbegun(inventory, plan, marks), &rest).map_err(|refused| {
        let same = |step: &Step| step.change.target.arn == refused.arn;
        Misconduct { step: plan.steps.iter().position(same).unwrap_or(refused.step), ..refused }
    })
}

/// True iff the recorder selects what the change sets, or the change is not about selectors.
fn is_done(inventory: &Inventory, change: &Change) -> bool {
    if !matches!(change.setting, Setting::Selectors(_)) {
        return true;
    }
    let at = inventory.recorder(&change.target.arn);
    let found = at.and_then(|at| inventory.recorders[at].selectors.known());
    found.is_some_and(|found| State::Selectors(found.document.clone()) == change.after())
}

/// How a plan judges, without exceptions: by the recorders that counted when it was made.
fn options_of(plan: &Plan) -> Options<'static> {
    Options { recorders: plan.scope.recorders, ..Options::default() }
}

/// The account as it was before the steps that were begun, where it is as they left it: a plan that was stopped half-way is judged by
/// what it found.
#[must_use]
pub fn unbegun(inventory: &Inventory, plan: &Plan, marks: &[Mark]) -> Inventory {
    let done = super::begun(plan, marks).into_iter().map(|at| &plan.steps[at].change);
    let selects = done.filter(|change| matches!(change.setting, Setting::Selectors(_)));
    let back: Vec<Change> =
        selects.filter(|change| is_done(inventory, change)).map(Change::inverse).collect();
    after(inventory, &back)
}

/// A recorder that was not seen cannot be compared with others: nothing of it is dropped as a copy.
fn stranger(inventory: &Inventory, plan: &Plan) -> Result<(), Misconduct> {
    for (step, one) in plan.steps.iter().enumerate() {
        let Setting::Selectors(turn) = &one.change.setting else { continue };
        let arn = &one.change.target.arn;
        if inventory.recorder(arn).is_some() || is_first_setting(&plan.steps[..step], &one.change) {
            continue;
        }
        let (before, after) = turns(turn);
        if narrows(&before, &after) != Inclusion::Included {
            let why = "it was not looked at, so nobody knows what it alone records".to_owned();
            return Err(Misconduct { step, arn: arn.clone(), why });
        }
    }
    Ok(())
}

/// The selectors before and after; none where they cannot be read, which [`conduct`] refuses.
pub(super) fn turns(turn: &Turn<String>) -> (Selectors, Selectors) {
    let read = |text: &str| cloudtrail::selector_json::from_str(text).unwrap_or_default();
    (read(&turn.before), read(&turn.after))
}
