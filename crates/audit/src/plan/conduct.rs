//! What a plan may do, by its changes alone: whatever it says of itself is not believed.
//!
//! Each change is compared with the account right before it is set, so what a change expects to find is what is live. A step
//! that records less than that is refused here, whoever wrote the plan; only a declared reduction may lose what it declares.

use super::copies::functions_lost;
use super::{Loss, Plan, PlanOptions, Purpose, finish, narrowings};
use crate::Options;
use crate::change::{Change, Setting, Turn};
use crate::edit::{equals, narrows};
use crate::inventory::Inventory;
use cloudtrail::event::Field;
use cloudtrail::json::each;
use cloudtrail::selector::{AdvancedSelector, Doubt, Selector, Selectors};
use recording::{Inclusion, included};

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
    for (step, one) in plan.steps.iter().enumerate() {
        let refused = |why: String| Misconduct { step, arn: one.change.target.arn.clone(), why };
        allowed(&plan.purpose, &one.change).map_err(refused)?;
    }
    Ok(())
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
    let read = |text: &str| cloudtrail::json::from_str(text).map_err(|error| error.to_string());
    let (before, after) = (read(&turn.before)?, read(&turn.after)?);
    let kept = match purpose {
        // Whether others record the same is judged over the account.
        Purpose::DropCopies => return Ok(()),
        Purpose::Backout(exception) => keeps(&before, &after, &exception.functions),
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

/// As [`narrows`], except that invocations of these functions may be lost.
fn keeps(before: &Selectors, after: &Selectors, functions: &[String]) -> Inclusion {
    let mut arns = equals(Field::ResourcesArn, "");
    arns.condition.equals = functions.to_vec();
    // An event of a version or an alias names it behind the function's ARN.
    arns.condition.starts_with = functions.iter().map(|arn| format!("{arn}:")).collect();
    let fields = vec![
        equals(Field::EventCategory, "Data"),
        equals(Field::ResourcesType, "AWS::Lambda::Function"),
        arns,
    ];
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
/// there afterwards, unless the plan declares a reduction.
///
/// # Errors
/// [`Misconduct`]: the first step that drops what nobody else certainly records.
pub fn conduct_over(inventory: &Inventory, plan: &Plan) -> Result<(), Misconduct> {
    // A declared reduction is judged by what it declares, and an undo by its journal.
    if matches!(plan.purpose, Purpose::Backout(_) | Purpose::Undo) {
        return Ok(());
    }
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let Some(first) = narrowings(inventory, &changes, &Options::default()).into_iter().next() else {
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

/// The plan with its headline, gains and losses as they follow from its changes and the account. Reasons, owners and cost stay
/// as the plan tells them.
#[must_use]
pub fn retold(inventory: &Inventory, plan: &Plan) -> Plan {
    let steps = plan.steps.iter().map(|step| (step.change.clone(), step.because.clone())).collect();
    let options = PlanOptions::default();
    let mut told = finish(inventory, &options, plan.purpose.clone(), steps, plan.refusals.clone());
    for (new, old) in told.steps.iter_mut().zip(&plan.steps) {
        new.owner = old.owner.clone();
        new.change = old.change.clone();
    }
    if matches!(plan.purpose, Purpose::DropCopies | Purpose::Backout(_)) {
        told.losses = functions_lost(inventory, &told);
        for loss in &mut told.losses {
            let said = |one: &&Loss| (&one.recorder, &one.function) == (&loss.recorder, &loss.function);
            match plan.losses.iter().find(said) {
                Some(one) => loss.because.clone_from(&one.because),
                None => "the plan does not say why".clone_into(&mut loss.because),
            }
        }
    }
    Plan { scope: plan.scope.clone(), cost: plan.cost.clone(), ..told }
}
