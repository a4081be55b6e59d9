//! What is said while a plan is carried out or taken back: of accounts that it is not for, and of what cannot be taken back.

use audit::change::{Change, State};
use audit::plan::{Purpose, Stranger};

/// What is in the way where nobody can tell what is ours.
pub const MIXED: &str = "this mixes our change with what others did there";

/// What the change is about, for a sentence.
#[must_use]
pub fn noun_of_change(change: &Change) -> String {
    match (change.after(), change.before()) {
        (State::Bucket(Some(bucket)), _) | (_, State::Bucket(Some(bucket))) => {
            format!("bucket {}", bucket.name)
        }
        _ => change.target.arn.clone(),
    }
}

/// What is left of a change that others mixed with theirs; `then` says what becomes of it.
#[must_use]
pub fn mixed_sentence(change: &Change, then: &str) -> String {
    let of = noun_of_change(change);
    format!("{of}: {MIXED}; {then} (the journal holds what was there before)")
}

/// What a restore ended stays ended when it is taken back: whoever wants to leave the functions out again declares that anew. `None`
/// iff the plan ended nothing.
#[must_use]
pub fn undeclared_sentence(purpose: &Purpose) -> Option<String> {
    let Purpose::Restore(ended) = purpose else { return None };
    let ids: Vec<&str> = ended.iter().map(|one| one.id.as_str()).collect();
    let ids = ids.join(", ");
    (!ended.is_empty()).then(|| format!("the exceptions that the restore ended are not declared again ({ids}): controls fail for their functions"))
}

/// What a plan is for, where that is not what was reached.
#[must_use]
pub fn stranger_sentence(stranger: &Stranger) -> String {
    match stranger {
        Stranger::Partition(planned, own) => {
            format!("the plan is for partition {planned}, and the caller's is {own}")
        }
        Stranger::Organization(planned, own) => {
            format!("the plan is for organization {planned}, and the caller's is {own}")
        }
        Stranger::Account(id) => format!("the plan is for account {id}, which was not reached"),
    }
}
