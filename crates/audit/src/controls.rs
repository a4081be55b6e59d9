//! The controls: one file each, found by the name of the control.
//!
//! A control looks at a judged audit and answers with findings; it never reads selectors or decides about events. Its
//! status is the worst of its findings, so status, reason and evidence cannot contradict each other.

mod accepting;
mod delivery_healthy;
mod exceptions;
mod group;
mod lambda_data_events;
mod lambda_invocations_recorded;
mod log_file_validation;
mod management_events_recorded;
pub(crate) mod names;
mod new_functions;
mod paid_copies;
mod recorder_exists;
mod recorder_logging;
mod selector_values_can_match;

pub use names::{ABOUT_INVOCATIONS, ADVISORY, REQUIRED, is_about_invocations};

use crate::code::{Code, Coded};
use crate::cost::Prices;
use crate::finding::{Audit, ControlResult, Finding, Status, Weight};

/// Every control, in the order in which they are reported: the main one first.
pub(crate) fn all(audit: &Audit<'_>, prices: Option<&Prices>) -> Vec<ControlResult> {
    let mut all = vec![
        lambda_invocations_recorded::functions(audit),
        lambda_invocations_recorded::web_functions(audit),
        lambda_invocations_recorded::microvm_images(audit),
        recorder_exists::control(audit),
        recorder_logging::control(audit),
        management_events_recorded::control(audit),
        lambda_data_events::current(audit),
        lambda_data_events::future(audit),
        delivery_healthy::control(audit),
        log_file_validation::control(audit),
        paid_copies::control(audit, prices),
        selector_values_can_match::control(audit),
    ];
    for control in &mut all {
        doubt_unseen(audit, control);
    }
    all
}

/// Every control is about every place that was to be audited, so none can pass while some were not seen.
fn doubt_unseen(audit: &Audit<'_>, control: &mut ControlResult) {
    if audit.unseen.is_empty() {
        return;
    }
    let reason = Code::NotAllSeen.says("not every account and Region that was to be audited was seen");
    if matches!(control.status, Status::Pass | Status::NotApplicable) {
        control.status = Status::Undetermined;
        control.reason.clone_from(&reason);
    }
    let finding = Finding { gaps: audit.unseen.clone(), ..about_places(Status::Undetermined, reason) };
    control.findings.push(finding);
    control.findings.sort_by_key(|finding| finding.status);
}

/// What a control is, before it is asked.
struct About {
    id: &'static str,
    title: &'static str,
    weight: Weight,
}

impl About {
    /// The answer: the worst status of the findings, with the reason of the first of them; `otherwise` and its reason where
    /// there is none, or only warnings.
    fn answer(
        &self,
        audit: &Audit<'_>,
        findings: Vec<Finding>,
        otherwise: Status,
        reason: Coded,
    ) -> ControlResult {
        let mut findings = accepting::parted(audit, self.id, findings);
        let otherwise = accepting::otherwise(audit, self.id, &findings, otherwise, reason);
        findings.sort_by_key(|finding| finding.status);
        let (status, reason) = match findings.first() {
            Some(worst) if worst.status != Status::Pass => {
                let more = findings.iter().skip(1).filter(|finding| finding.status != Status::Pass).count();
                let tail = match more {
                    0 => String::new(),
                    1 => " (and one more finding)".to_owned(),
                    n => format!(" (and {n} more findings)"),
                };
                (worst.status, worst.reason.code.says(format!("{}{tail}", worst.reason)))
            }
            _ => otherwise,
        };
        ControlResult { id: self.id, title: self.title, weight: self.weight, status, reason, findings }
    }
}

/// A finding that is about places and recorders rather than a verdict; the caller adds them.
fn about_places(status: Status, reason: Coded) -> Finding {
    Finding {
        status,
        reason,
        places: Vec::new(),
        resources: Vec::new(),
        recorders: Vec::new(),
        proof: None,
        gaps: Vec::new(),
        help: None,
        exception: None,
    }
}

/// A warning for each exception whose `match` finds nothing, in the first control that it names.
pub(crate) fn warn_unmatched(audit: &mut Audit<'_>) {
    let nothing = audit.accepted.iter().enumerate().filter(|(_, one)| one.matched == Some(false));
    let told = nothing.filter_map(|(at, one)| {
        let controls = &one.exception.matched.as_ref()?.controls;
        let control = audit.controls.iter().position(|control| controls.iter().any(|id| id == control.id))?;
        let (id, owner) = (&one.exception.id, &one.exception.owner);
        let reason = format!("exception {id} of {owner} matches no failing finding of its controls");
        let help = Code::DropException.says("remove the exception, or correct what it matches");
        let warning = about_places(Status::Pass, Code::ExceptionUnmatched.says(reason));
        Some((control, Finding { exception: Some(at), help: Some(help), ..warning }))
    });
    for (control, finding) in told.collect::<Vec<_>>() {
        audit.controls[control].findings.push(finding);
    }
}

/// `trail main`, or `trail main of 111122223333` where another one has that name.
fn named(audit: &Audit<'_>, recorder: usize) -> String {
    let all = &audit.inventory.recorders;
    let one = &all[recorder];
    let told = format!("{} {}", one.kind, one.name);
    let namesakes = all.iter().filter(|other| other.kind == one.kind && other.name == one.name).count();
    if namesakes > 1 { format!("{told} of {} in {}", one.account, one.home_region) } else { told }
}
