//! The natural next command after an audit.

use super::headline::worst_arn;
use super::shell::shell;
use audit::answer::Conclusion;
use audit::controls::is_about_invocations;
use audit::finding::{Audit, Status};
use audit::inventory::GapKind;
use audit::plan::{Owner, owner};
use audit::remedy::{nearest, stopped};
use recording::Open;

/// The flags with which a next command comes to the same answer, each with a space before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextFlags<'a> {
    /// Those that lead to the same facts, and count the same recorders.
    pub source: &'a str,
    /// Those that lead to the same caller of AWS.
    pub caller: &'a str,
    /// Those that an audit alone knows.
    pub of_audit: &'a str,
}

/// The natural next command, and what it is for.
#[must_use]
pub fn next_command(audit: &Audit<'_>, flags: &NextFlags<'_>) -> (String, &'static str) {
    let NextFlags { source, caller, of_audit } = flags;
    let refused = audit.gaps.iter().any(|gap| gap.kind == GapKind::Refused);
    match (audit.answer().conclusion(), worst_arn(audit)) {
        _ if audit.about_invocations() == Conclusion::Nothing => {
            ("invoketrail audit --help".to_owned(), "which accounts and Regions to look at")
        }
        (Conclusion::No, _) => {
            let (format, why) = for_owner(audit);
            (format!("invoketrail plan{source}{of_audit}{format}"), why)
        }
        (Conclusion::Undetermined, _) if refused => {
            (format!("invoketrail permissions audit{caller} --check"), "which permissions are missing")
        }
        (Conclusion::Undetermined, _) if is_about_names(audit) => (
            format!("invoketrail plan{source}{of_audit}"),
            "settles it: a selector that asks for no eventName",
        ),
        (Conclusion::Undetermined, Some(arn)) => {
            (format!("invoketrail explain{source} {}", shell(&arn)), "the whole proof for one of them")
        }
        _ => (format!("invoketrail audit{source}{of_audit} --output audit.json"), "keeps the evidence"),
    }
}

/// True iff something hangs on names of invocations about which AWS's pages contradict each other (U-1).
fn is_about_names(audit: &Audit<'_>) -> bool {
    let findings = audit.every_control().filter(|control| is_about_invocations(control.id));
    let mut proofs = findings.flat_map(|control| &control.findings).filter_map(|finding| finding.proof);
    proofs.any(|proof| audit.verdicts[proof.verdict].open == Some(Open::Names))
}

/// What the next plan is to be written as, with a space before it, and what for: whoever manages the recorder that is nearest to
/// recording what escapes changes it in his own files, and would take any other change back.
fn for_owner(audit: &Audit<'_>) -> (&'static str, &'static str) {
    let findings = audit.every_control().filter(|control| is_about_invocations(control.id));
    let failing = findings.flat_map(|control| &control.findings).filter(|one| one.status == Status::Fail);
    let near = |proof| stopped(audit, proof).or_else(|| nearest(audit, proof).map(|near| near.recorder));
    let near = failing.filter_map(|finding| near(finding.proof?)).next();
    let recorders = &audit.inventory.recorders;
    match near.map(|near| owner(audit.inventory, &recorders[near])) {
        Some(Owner::Terraform { .. }) => {
            (" --format terraform --output-dir terraform", "what to change; Terraform manages the trail")
        }
        Some(Owner::CloudFormation { .. } | Owner::Cdk { .. }) => (
            " --format cloudformation --output-dir cloudformation",
            "what to change; CloudFormation manages the trail",
        ),
        Some(Owner::Pulumi { .. }) => (" --format markdown", "what to change; Pulumi manages the trail"),
        Some(Owner::LandingZoneAccelerator { .. }) => {
            (" --format markdown", "what to change; the Landing Zone Accelerator manages the trail")
        }
        Some(Owner::ControlTower { .. }) => {
            ("", "what to change instead of the trail of AWS Control Tower, which must stay as it is")
        }
        Some(Owner::Nobody | Owner::Unread(_)) | None => {
            ("", "what to change, so that every invocation is recorded")
        }
    }
}
