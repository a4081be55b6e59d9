//! What a plan may do, by its changes alone: whatever it says of itself is not believed.
//!
//! Each change is compared with the account right before it is set, so what a change expects to find is what is live. A step
//! that records less than that is refused here, whoever wrote the plan; only a declared reduction may lose what it declares.

use super::{Plan, Purpose, after};
use crate::Options;
use crate::candidates::Candidates;
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

/// Checks a plan to drop copies over the account as it is: at every place, what a changed recorder records today is recorded
/// afterwards by those that certainly record there, of every category, type, function, name and caller.
///
/// # Errors
/// [`Misconduct`]: the first step that drops what nobody else certainly records.
pub fn conduct_over(inventory: &Inventory, plan: &Plan) -> Result<(), Misconduct> {
    if plan.purpose != Purpose::DropCopies {
        return Ok(());
    }
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let then = after(inventory, &changes);
    let options = Options::default();
    let (mut was, mut is) = (Candidates::new(inventory, &options), Candidates::new(&then, &options));
    for (before, place) in inventory.places.iter().zip(&then.places) {
        let certain = is.at(place).0;
        let certain = certain.iter().filter(|one| one.certain).filter_map(|one| one.recorder);
        let known = certain.filter_map(|at| then.recorders[at].selectors.known());
        let union: Vec<Selector> = known.flat_map(|selectors| selectors.list.iter().cloned()).collect();
        let here = was.at(before).0;
        let records = |arn: &str| {
            here.iter().filter_map(|one| one.recorder).any(|at| inventory.recorders[at].arn == arn)
        };
        for (step, one) in plan.steps.iter().enumerate() {
            let (arn, Setting::Selectors(turn)) = (&one.change.target.arn, &one.change.setting) else {
                continue;
            };
            if !records(arn) {
                continue;
            }
            let list = cloudtrail::json::from_str(&turn.before).map(|all| all.list).unwrap_or_default();
            if included(&list, &union) != Inclusion::Included {
                let (account, region) = (&place.account, &place.region);
                let why = format!("nobody else certainly records all of it in account {account}, {region}");
                return Err(Misconduct { step, arn: arn.clone(), why });
            }
        }
    }
    Ok(())
}
