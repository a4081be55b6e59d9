//! What is said of a plan again from its changes alone: its headline, what it gains and loses, and what else a reduction lets go.

use super::conduct::{keeps, turns};
use super::copies::{functions_lost, say_what_copies_lack};
use super::{Loss, Plan, PlanOptions, Purpose, finish};
use crate::Options;
use crate::change::Setting;
use crate::code::Code;
use crate::exception::Exception;
use crate::inventory::Inventory;
use recording::Inclusion;

/// What a list of those to keep comes to.
const ONLY: [(Code, &str); 2] = [
    (
        Code::NewFunctionsEscape,
        "functions created later are not recorded, and fail the control: exclusion would keep them",
    ),
    (Code::CallsAbroadEscape, "calls to functions in other accounts are no longer recorded here either"),
];

/// Says at each step of a reduction what it stops recording besides the functions that are declared.
pub(super) fn say_what_else_goes(plan: &mut Plan) {
    let Purpose::Backout(exception) = &plan.purpose else { return };
    for step in &mut plan.steps {
        let Setting::Selectors(turn) = &step.change.setting else { continue };
        let (before, after) = turns(turn);
        if keeps(&before, &after, Some(&exception.functions)) != Inclusion::Included {
            step.risks.splice(0..0, ONLY.map(|(code, words)| code.says(words)));
        }
    }
}

/// The plan with its headline, gains and losses as they follow from its changes and the account, under these exceptions on that day. Reasons, owners and cost stay
/// as the plan tells them.
#[must_use]
pub fn retold(inventory: &Inventory, plan: &Plan, exceptions: &[Exception], today: &str) -> Plan {
    let steps = plan.steps.iter().map(|step| (step.change.clone(), step.because.clone())).collect();
    let audit = Options { recorders: plan.scope.recorders, exceptions, today, prices: None };
    let options = PlanOptions { audit, ..PlanOptions::default() };
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
                Some(one) => {
                    loss.because.clone_from(&one.because);
                    loss.risks.clone_from(&one.risks);
                }
                None => loss.because = Code::LossUnexplained.says("the plan does not say why"),
            }
        }
    }
    say_what_else_goes(&mut told);
    if plan.purpose == Purpose::DropCopies {
        say_what_copies_lack(inventory, &mut told);
    }
    Plan { scope: plan.scope.clone(), cost: plan.cost.clone(), ..told }
}
