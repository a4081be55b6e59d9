//! Plans that record less on purpose: a declared reduction.

use super::conduct::{UNLOOKED, unlooked};
mod standing;

use super::Reasoned;
use super::finish::finish_seen;
use super::may_record::{may_record, reaches};
use super::record::target;
use super::retold::say_what_else_goes;
use super::{Loss, Plan, PlanOptions, Purpose, Refusal};
use crate::backout::{Choice, Pattern, Wanted, choose};
use crate::change::{Change, Setting, Turn};
use crate::code::{Code, Coded};
use crate::cost::Uncounted;
use crate::count::count;
use crate::edit::{EditError, exclude, keep_only};
use crate::exception::Exception;
use crate::finding::Audit;
use crate::inventory::Inventory;
use crate::judge::judge_invocations;
use crate::{Options, cost};
use cloudtrail::recorder::{RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use cloudtrail::selector_json::request;
use standing::{Standing, recorded};
use std::collections::BTreeSet;

const KIND: ResourceType = ResourceType::Function;

/// A reduction that somebody declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// What is wanted.
    pub wanted: Wanted,
    /// What must be kept whatever it costs.
    pub keep: Vec<Pattern>,
    /// Who declares it, why and until when; its functions are filled in by the plan.
    pub exception: Exception,
}

/// The plan of a declared reduction: every loss is listed, and nothing but those is lost.
#[must_use]
pub fn backout(inventory: &Inventory, options: &PlanOptions<'_>, reduction: &Reduction) -> Plan {
    let before = judge_invocations(inventory, &options.audit);
    let costs = options.prices.map(|prices| cost::by_function(&before, prices));
    let cost = |arn: &str| costs.as_ref().and_then(|costs| costs.get(arn)).copied();
    let mut choice = choose(inventory, &reduction.wanted, &reduction.keep, cost);
    if matches!(reduction.wanted, Wanted::Budget(_)) {
        let uncounted = Uncounted::of(&before).beside_functions();
        choice.unmet.extend(
            uncounted
                .to_sentences()
                .into_iter()
                .map(|one| Code::BudgetUncounted.says(format!("{one}, so no budget can be promised"))),
        );
        if !uncounted.is_empty() {
            choice.dropped.clear();
        }
    }
    let standing = Standing::of(&before, &choice);
    choice.dropped.retain(|one| standing.recorded.contains(one.arn.as_str()));
    let arns: Vec<String> = choice.dropped.iter().map(|one| one.arn.clone()).collect();
    let edit = |selectors: &Selectors, dropped: &[String], kind: RecorderKind| match &reduction.wanted {
        Wanted::Only(kept) => keep_only(selectors, KIND, kept, kind),
        Wanted::Budget(_) | Wanted::Drop(_) => exclude(selectors, KIND, dropped, kind),
    };
    let mut refusals: Vec<Refusal> = choice.unmet.iter().map(unmet).collect();
    // A list of those to keep would also drop what may be recorded, and nobody would have declared that.
    let is_unknown = matches!(reduction.wanted, Wanted::Only(_)) && standing.is_open;
    refusals.extend(standing.refusals);
    let (steps, refused) = match arns.is_empty() {
        true => (Vec::new(), Vec::new()),
        false => edited(&before, &arns, &because(&choice, &reduction.wanted), edit),
    };
    let hindered = is_unknown || !refused.is_empty();
    refusals.extend(refused);
    // Where one recorder cannot leave them out, leaving them out elsewhere would save nothing and lose evidence.
    let steps = if hindered { Vec::new() } else { steps };
    let exception =
        Exception { functions: if hindered { Vec::new() } else { arns }, ..reduction.exception.clone() };
    let mut exceptions = options.audit.exceptions.to_vec();
    exceptions.push(exception.clone());
    let judged = Options { exceptions: &exceptions, ..options.audit };
    let today = options;
    let options = PlanOptions { audit: judged, ..*options };
    let purpose = Purpose::Backout(exception.clone());
    let nothing = refusals.clone();
    let (mut plan, (lost, open)) = finish_seen(inventory, &options, purpose, steps, refusals, lost);
    if !open.is_empty() {
        // As where a recorder was not read: who is not known may record them, and leaving them out would save nothing.
        let purpose = Purpose::Backout(Exception { functions: Vec::new(), ..exception });
        let refusals = nothing.into_iter().chain(open).collect();
        return finish_seen(inventory, today, purpose, Vec::new(), refusals, |_, _| ()).0;
    }
    plan.losses = losses(inventory, &plan, &choice);
    prove(&mut plan, &lost, &exception);
    say_what_else_goes(&mut plan);
    plan
}

fn unmet(told: &Coded) -> Refusal {
    let nearest = if told.contains("budget") {
        Code::HigherBudget.says(
            "a higher budget, a shorter must-keep list, or --drop-copies where something is recorded twice",
        )
    } else {
        Code::SeeAudit.says("see the functions with invoketrail audit --format jsonl")
    };
    Refusal { places: Vec::new(), recorder: None, reason: told.clone(), nearest }
}

fn because(choice: &Choice, wanted: &Wanted) -> Coded {
    let n = count(choice.dropped.len(), "function");
    match wanted {
        Wanted::Budget(budget) => Code::LeaveOutForBudget.says(format!(
            "without {n} of high cost and little risk, recording costs at most ${budget:.2} a month"
        )),
        Wanted::Drop(_) => {
            Code::LeaveOut.says(format!("{n} left out by name: functions created later stay recorded"))
        }
        Wanted::Only(kept) => {
            Code::KeepOnly.says(format!("only {} stay recorded, by name", count(kept.len(), "function")))
        }
    }
}

/// The changes that edit every recorder which records any of the functions, and why one cannot be edited.
fn edited(
    before: &Audit<'_>,
    arns: &[String],
    because: &Coded,
    edit: impl Fn(&Selectors, &[String], RecorderKind) -> Result<Selectors, EditError>,
) -> (Vec<Reasoned>, Vec<Refusal>) {
    let (mut steps, mut refusals) = (Vec::new(), Vec::new());
    for recorder in before.inventory.recorders.iter().filter(|one| one.kind != RecorderKind::Channel) {
        // What an account's own recorder keeps of other accounts' functions is what its own people invoked: not this question.
        let own: Vec<String> = arns.iter().filter(|arn| reaches(recorder, arn)).cloned().collect();
        if own.is_empty() {
            continue;
        }
        let Seen::Known(selectors) = &recorder.selectors else {
            refusals.push(Refusal::of(
                recorder,
                Code::MayRecord.says("its selectors were not read, and it may record them"),
                Code::GrantCall
                    .says("let the caller read them (invoketrail permissions audit --check says what is missing), collect anew, and ask again"),
            ));
            continue;
        };
        if !own.iter().any(|arn| may_record(&selectors.list, arn)) {
            continue;
        }
        let edited = edit(selectors, &own, recorder.kind);
        if let Ok(after) = &edited
            && let Some(why) = unlooked(before, &recorder.arn, selectors, after, arns)
        {
            refusals.push(Refusal::of(
                recorder,
                Code::NotLookedAt.says(why),
                Code::PlanOverAll.says(UNLOOKED),
            ));
            continue;
        }
        match edited.and_then(|after| Ok((request(selectors)?, request(&after)?))) {
            Ok((before, after)) if before != after => {
                let setting = Setting::Selectors(Turn { before, after });
                steps.push((Change { target: target(recorder), setting }, because.clone()));
            }
            Ok(_) => {}
            Err(error) => {
                let nearest = match &error {
                    EditError::DoesNotFit { needed, allowed, nearest, .. } => {
                        advice(own.len(), needed.saturating_sub(*allowed), *allowed, nearest)
                    }
                    _ => Code::EditByHand.says("an edit by hand"),
                };
                refusals.push(Refusal::of(recorder, error.code().says(error.to_string()), nearest));
            }
        }
    }
    (steps, refusals)
}

/// What helps where values do not fit: fewer functions if that can, otherwise room.
fn advice(dropped: usize, over: usize, allowed: usize, nearest: &str) -> Coded {
    match dropped.saturating_sub(over) {
        0 => Code::MakeRoom.says(format!(
            "AWS takes {allowed}, and what this recorder lists leaves no room for one more: {nearest}; or let it record all functions \
             and leave them out of the others"
        )),
        fits => Code::LeaveOutFewer.says(format!(
            "AWS takes {allowed}: leave out at most {}, those of the highest cost first",
            count(fits, "function")
        )),
    }
}

/// Each function that a recorder drops.
fn losses(inventory: &Inventory, plan: &Plan, choice: &Choice) -> Vec<Loss> {
    let mut losses = Vec::new();
    for step in &plan.steps {
        let Setting::Selectors(turn) = &step.change.setting else { continue };
        let list = |document: &str| {
            cloudtrail::selector_json::from_str(document).map(|all| all.list).unwrap_or_default()
        };
        let (before, after) = (list(&turn.before), list(&turn.after));
        let drops = |arn: &str| may_record(&before, arn) && !may_record(&after, arn);
        let reached = |arn: &str| {
            inventory
                .recorder(&step.change.target.arn)
                .is_some_and(|at| reaches(&inventory.recorders[at], arn))
        };
        for one in choice.dropped.iter().filter(|one| reached(&one.arn) && drops(&one.arn)) {
            let cost = one
                .cost
                .map_or_else(|| "its cost is not known".to_owned(), |cost| format!("${cost:.2} a month"));
            let risk = match one.risk.reasons.as_slice() {
                [] => "nothing speaks for keeping it".to_owned(),
                reasons => reasons.iter().map(|one| one.words.as_str()).collect::<Vec<_>>().join("; "),
            };
            losses.push(Loss {
                recorder: step.change.target.arn.clone(),
                function: one.arn.clone(),
                because: Code::LossDeclared.says(format!("{cost}; {risk}")),
                risks: one.risk.reasons.iter().map(|one| one.code).collect(),
            });
        }
    }
    losses
}

/// The functions that are recorded before and not after; why some of them may be recorded all the same.
fn lost(before: &Audit<'_>, after: &Audit<'_>) -> (BTreeSet<String>, Vec<Refusal>) {
    let (was, is) = (recorded(before), recorded(after));
    let lost: BTreeSet<&str> = was.difference(&is).copied().collect();
    let open = standing::open(after, |arn| lost.contains(arn));
    let refusals = open.iter().map(|(why, arns)| {
        let reason = format!("{} may be recorded all the same: {why}", standing::named(arns));
        let nearest = "make it readable (invoketrail permissions audit --check) and plan again";
        Refusal {
            places: Vec::new(),
            recorder: None,
            reason: Code::MayRecord.says(reason),
            nearest: Code::GrantCall.says(nearest),
        }
    });
    let refusals = refusals.collect();
    (lost.into_iter().map(str::to_owned).collect(), refusals)
}

/// Checks the plan against its word: exactly the functions of the exception are no longer recorded. A plan that does not
/// keep it is emptied.
fn prove(plan: &mut Plan, lost: &BTreeSet<String>, exception: &Exception) {
    let meant: BTreeSet<&String> = exception.functions.iter().collect();
    let kept_word = lost.iter().eq(meant.iter().copied());
    if !plan.steps.is_empty() && !kept_word {
        let reason = format!(
            "the changes would drop {} and {} were meant",
            count(lost.len(), "function"),
            meant.len()
        );
        plan.steps.clear();
        plan.losses.clear();
        plan.refusals.push(Refusal {
            places: Vec::new(),
            recorder: None,
            reason: Code::WouldDropOthers.says(reason),
            nearest: Code::EditByHand
                .says("what is not understood in the selectors has to be edited by hand first"),
        });
    }
}
