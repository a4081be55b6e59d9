//! The natural next command after an audit.

use super::view::{shell, worst_arn};
use audit::answer::Conclusion;
use audit::finding::Audit;
use audit::inventory::GapKind;

/// The flags with which a next command comes to the same answer, each with a space before it.
#[derive(Clone, Copy, Debug)]
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
        (Conclusion::No, _) => (
            format!("invoketrail plan{source}{of_audit}"),
            "what to change, so that every invocation is recorded",
        ),
        (Conclusion::Undetermined, _) if refused => {
            (format!("invoketrail permissions audit{caller} --check"), "which permissions are missing")
        }
        (Conclusion::Undetermined, Some(arn)) => {
            (format!("invoketrail explain{source} {}", shell(&arn)), "the whole proof for one of them")
        }
        _ => (format!("invoketrail audit{source}{of_audit} --output audit.json"), "keeps the evidence"),
    }
}
