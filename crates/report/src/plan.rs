//! A plan as documents: for a person at a terminal, for a pull request, and as the code of whoever manages the recorder.

mod aws_cli;
mod cloudformation;
mod desired;
mod lines;
mod markdown;
mod more;
mod names;
mod next;
mod terminal;
mod terraform;
mod undone;

pub use aws_cli::plan_aws_cli;
pub use cloudformation::plan_cloudformation;
pub use desired::{PlaceDocument, RenderError};
pub use lines::{Line, difference, difference_of_states};
pub use markdown::plan_markdown;
pub use next::{AfterPlan, PlanFormat, manager_sentence, owner_advice, plan_again};
pub use terminal::plan_text;
pub use terraform::plan_terraform;
pub use undone::{MIXED, mixed_sentence, noun_of_change, stranger_sentence, undeclared_sentence};

use super::quantity::quantity;
use audit::answer::Conclusion;
use audit::controls::{REQUIRED, is_about_invocations};
use audit::cost::Monthly;
use audit::finding::Status;
use audit::plan::{Outlook, Owner, Plan, Purpose, Step};
use cloudtrail::recorder::RecorderKind;
use std::collections::BTreeSet;

/// What the plan does, in a sentence; and the required controls that do not pass once it is carried out, or of which nothing is known.
fn headline(plan: &Plan) -> String {
    let mut told = what_is_done(plan);
    if plan.purpose != Purpose::Record || !plan.refusals.is_empty() {
        return told;
    }
    let failing = unmet(plan, Status::Fail);
    if !failing.is_empty() {
        let noun =
            if failing.len() == 1 { "this required control does" } else { "these required controls do" };
        told.push_str(&format!(" But {noun} not pass: {}.", failing.join(", ")));
    }
    let open = unmet(plan, Status::Undetermined);
    if !open.is_empty() {
        let noun =
            if open.len() == 1 { "this required control passes" } else { "these required controls pass" };
        let nor =
            if plan.invocations_after() == Conclusion::Undetermined { "Nor is it" } else { "It is not" };
        told.push_str(&format!(" {nor} known whether {noun}: {}.", open.join(", ")));
    }
    told
}

/// The required controls beside those about invocations that have this status once the plan is carried out.
fn unmet(plan: &Plan, status: Status) -> Vec<&str> {
    let of_all = plan.required_after(status).map(|one| one.control.as_str());
    of_all.filter(|control| !is_about_invocations(control)).collect()
}

/// The required controls, but for those about invocations, that fail or are open today and pass once the plan is carried out.
fn newly_met(plan: &Plan) -> Vec<&str> {
    let turned = plan
        .outlook
        .iter()
        .filter(|one| matches!(one.before, Status::Fail | Status::Undetermined) && one.after == Status::Pass);
    let of_others = turned.map(|one| one.control.as_str()).filter(|control| REQUIRED.contains(control));
    of_others.filter(|control| !is_about_invocations(control)).collect()
}

fn what_is_done(plan: &Plan) -> String {
    if plan.steps.is_empty() {
        return match (&plan.purpose, plan.refusals.is_empty()) {
            (Purpose::Record, true) => nothing_to_change(plan),
            (Purpose::DropCopies, true) => {
                "There is nothing to change, because no paid copy can go.".to_owned()
            }
            (Purpose::Backout(exception), true) => nothing_to_drop(&exception.functions),
            (Purpose::Restore(_), true) => {
                "There is nothing to restore, because no trail has to change.".to_owned()
            }
            (Purpose::Undo, true) => "There is nothing to take back.".to_owned(),
            (_, false) => "Nothing can be changed now. See why under \"Not planned\".".to_owned(),
        };
    }
    let recorders: BTreeSet<&str> = plan.steps.iter().map(|step| step.change.target.arn.as_str()).collect();
    let changes = quantity(plan.steps.len(), ("change", "changes"));
    let of = quantity(recorders.len(), ("recorder", "recorders"));
    let doing = match &plan.purpose {
        Purpose::Record if plan.invocations_after() <= Conclusion::Yes => {
            let met = newly_met(plan);
            let but = if plan.leaves_excepted() { ", except what is under accepted exceptions" } else { "" };
            let pass =
                if met.is_empty() { String::new() } else { format!(", and {} will pass", met.join(", ")) };
            format!("every Lambda invocation will be recorded{but}{pass}")
        }
        Purpose::Record => {
            let (doing, then) = more::more(plan);
            return format!("With {changes} to {of}, {doing} (nothing is changed yet).{then}");
        }
        Purpose::DropCopies => "the same will be recorded with fewer paid copies".to_owned(),
        Purpose::Backout(exception) => format!(
            "{} will no longer be recorded, accepted until {}",
            quantity(exception.functions.len(), ("function", "functions")),
            exception.until
        ),
        Purpose::Restore(_) => "what the ended exceptions left out will be recorded again".to_owned(),
        Purpose::Undo => "what was changed will be taken back".to_owned(),
    };
    format!("With {changes} to {of}, {doing} (nothing is changed yet).")
}

/// Why a backout changes nothing.
fn nothing_to_drop(functions: &[String]) -> String {
    match functions {
        [] => "There is nothing to drop: no function matches.".to_owned(),
        [one] => format!(
            "{} is not recorded today, so there is nothing to drop.",
            super::resource_name::name_in(one)
        ),
        several => format!(
            "None of these {} is recorded today, so there is nothing to drop.",
            quantity(several.len(), ("function", "functions"))
        ),
    }
}

/// Why a plan to record changes nothing: all is recorded, or what is not known is no matter of a recorder's settings.
fn nothing_to_change(plan: &Plan) -> String {
    let about = plan.outlook.iter().filter(|one| is_about_invocations(&one.control));
    let why = |status: Status| {
        let first = about.clone().find(|one| one.after == status);
        first.map_or_else(String::new, |one| format!(": {}", one.reason))
    };
    match plan.invocations_after() {
        Conclusion::No => {
            format!(
                "There is nothing that a plan can change, and not every Lambda invocation is recorded{}.",
                why(Status::Fail)
            )
        }
        Conclusion::Undetermined => format!(
            "There is nothing to change, but it is not known whether every Lambda invocation is recorded{}.",
            why(Status::Undetermined)
        ),
        _ if plan.leaves_excepted() => {
            "There is nothing to change, because every invocation is recorded except what is under accepted exceptions."
                .to_owned()
        }
        _ if plan.outlook.iter().any(is_short) => {
            "There is nothing to change, because every Lambda invocation is recorded.".to_owned()
        }
        _ => "There is nothing to change, because everything is recorded.".to_owned(),
    }
}

/// True iff a required control does not pass of everything that it asks about.
fn is_short(one: &Outlook) -> bool {
    let unmet = matches!(one.after, Status::Fail | Status::Undetermined);
    REQUIRED.contains(&one.control.as_str()) && (unmet || one.excepted)
}

/// Whose setting a step changes, and which.
fn subject(step: &Step) -> String {
    let target = &step.change.target;
    let noun = match target.kind {
        RecorderKind::EventDataStore => "event data store",
        RecorderKind::Trail | RecorderKind::Channel => "trail",
    };
    format!(
        "{noun} {} of {} in {}: {}",
        target.name,
        target.account,
        target.home_region,
        lines::title(&step.change.setting)
    )
}

/// Who manages the recorder, where that matters.
fn owner(owner: &Owner) -> Option<String> {
    let managed = |by: &str, mark: &str, then: &str| Some(format!("managed by {by} ({mark}): {then}"));
    match owner {
        Owner::Nobody => None,
        Owner::Terraform { mark } => managed(
            "Terraform",
            mark,
            "change it there, because its next apply reverts other changes (--format terraform)",
        ),
        Owner::Pulumi { mark } => managed(
            "Pulumi",
            mark,
            "change the program, because the next `pulumi up` reverts other changes (--format markdown shows them)",
        ),
        Owner::CloudFormation { stack } => managed(
            "CloudFormation",
            &stack_or_tag(stack),
            "change the template, because any other change is drift (--format cloudformation)",
        ),
        Owner::Cdk { mark } => managed(
            "the AWS CDK",
            mark,
            "change the app, because any other change is drift (--format cloudformation shows the properties)",
        ),
        Owner::LandingZoneAccelerator { mark } => managed(
            "the Landing Zone Accelerator",
            mark,
            "set lambdaDataEvents in its global-config.yaml (--format markdown shows the line)",
        ),
        Owner::ControlTower { mark } => managed("AWS Control Tower", mark, "its trail must not be changed"),
        Owner::Unread(reason) => Some(format!("unknown, because {reason}")),
    }
}

/// `stack audit`, or the tag that names CloudFormation without a stack.
#[must_use]
pub(super) fn stack_or_tag(stack: &str) -> String {
    if stack.starts_with("tag ") { stack.to_owned() } else { format!("stack {stack}") }
}

/// As [`money`]; at least the low end where something was not counted.
pub(super) fn cost(monthly: Monthly, is_least: bool) -> String {
    if is_least { format!("at least {} a month", dollars(monthly.low)) } else { money(monthly) }
}

/// `$12.30 to $24.60 a month`, or one figure where both are the same.
fn money(monthly: Monthly) -> String {
    let (low, high) = (dollars(monthly.low), dollars(monthly.high));
    if low == high { format!("{low} a month") } else { format!("{low} to {high} a month") }
}

fn dollars(amount: f64) -> String {
    let cents = format!("{amount:.2}");
    let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let grouped = digits.parse::<usize>().map_or_else(|_| digits.to_owned(), super::quantity::grouped);
    format!("{sign}${grouped}.{rest}")
}

#[cfg(test)]
mod tests {
    use super::{Monthly, cost, dollars, money};

    #[test]
    fn money_is_told_in_dollars_and_cents() {
        assert_eq!(dollars(1_234_567.891), "$1,234,567.89");
        assert_eq!(dollars(0.004), "$0.00");
        assert_eq!(dollars(-12.5), "-$12.50");
        assert_eq!(money(Monthly { low: 1.0, high: 1.001 }), "$1.00 a month");
        assert_eq!(money(Monthly { low: 1.0, high: 2.0 }), "$1.00 to $2.00 a month");
        assert_eq!(cost(Monthly { low: 1.0, high: 2.0 }, false), "$1.00 to $2.00 a month");
        assert_eq!(cost(Monthly { low: 1.0, high: 2.0 }, true), "at least $1.00 a month");
    }
}
