//! The natural next command after an audit.

use super::view::{Invocations, invocations, shell, worst_arn};
use audit::answer::Answer;
use audit::finding::Audit;
use audit::inventory::GapKind;

/// The natural next command, and what it is for. `source` are the flags that lead it to the same facts, and `caller` those
/// that lead it to the same caller of AWS; each flag with a space before it.
#[must_use]
pub fn next_command(audit: &Audit<'_>, source: &str, caller: &str) -> (String, &'static str) {
    let refused = audit.gaps.iter().any(|gap| gap.kind == GapKind::Refused);
    let open = matches!(audit.answer(), Answer::Undetermined(_));
    match (invocations(audit), worst_arn(audit)) {
        (Invocations::CannotTell | Invocations::Yes, _) if refused && open => {
            (format!("invoketrail permissions audit{caller} --check"), "which permissions are missing")
        }
        (Invocations::No | Invocations::CannotTell, Some(arn)) => {
            (format!("invoketrail explain{source} {}", shell(&arn)), "the whole proof for one of them")
        }
        (Invocations::Nothing, _) => {
            ("invoketrail audit --help".to_owned(), "which accounts and Regions to look at")
        }
        _ => (format!("invoketrail audit{source} --output audit.json"), "keeps the evidence"),
    }
}
