//! What `verify` makes of what is known: a verdict of each function.

use super::gather::Standing;
use audit::evidence::{Doubt, decide};
use delivery::{Evidence, OfFunction, Unsigned};
use report::{ReadOn, Verification, VerifiedFunction};

/// All that is told, and digests of a copy that lack their signatures.
pub(super) fn judge(evidence: Evidence, standing: Standing) -> (Verification, Vec<Unsigned>) {
    let Standing { window, functions, metrics } = standing;
    let one = |OfFunction { arn, known }| {
        let (listed, mut decided) = (functions.arns.contains(&arn), decide(&known));
        if functions.unrecorded.contains(&arn) {
            let of = decided.doubts.iter_mut().filter(|doubt| **doubt == Doubt::Elsewhere);
            of.for_each(|doubt| *doubt = Doubt::Unrecorded);
        }
        VerifiedFunction { arn, listed, known, decided }
    };
    let (digests, keys, unproven_because) = match evidence.proven {
        Some(proven) => (Some(proven.validation), proven.keys, proven.unseen),
        None => (None, Vec::new(), Vec::new()),
    };
    let verification = Verification {
        window,
        places: evidence.sources,
        metrics,
        functions: evidence.functions.into_iter().map(one).collect(),
        account: evidence.account,
        elsewhere: None,
        read_on: evidence.read_on.map(|late| ReadOn {
            until: late.until,
            functions: late.functions,
            files: late.files,
            spared: late.spared,
        }),
        left_out: evidence.left_out,
        copies: evidence.copies,
        foreign: evidence.foreign,
        others: functions.others,
        unseen: evidence.unseen,
        digests,
        keys,
        unproven_because,
    };
    (verification, evidence.unsigned)
}
