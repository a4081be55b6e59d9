//! The answer of an audit in one word. What a headline says and what an exit code tells come from it and from nothing else.

use crate::finding::{Audit, ControlResult, Status, Weight};

/// The answer, as all required controls give it: a no wins over ignorance, ignorance over a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Every required control passes, or there is nothing that it could be about.
    Yes,
    /// These required controls fail.
    No(Vec<&'a ControlResult>),
    /// None fails, and of these it is not known whether they pass.
    Undetermined(Vec<&'a ControlResult>),
}

impl Audit<'_> {
    /// The answer.
    #[must_use]
    pub fn answer(&self) -> Answer<'_> {
        let required = |status: Status| -> Vec<&ControlResult> {
            let of = |one: &&ControlResult| one.weight == Weight::Required && one.status == status;
            self.controls.iter().filter(of).collect()
        };
        match (required(Status::Fail), required(Status::Undetermined)) {
            (failing, _) if !failing.is_empty() => Answer::No(failing),
            (_, open) if !open.is_empty() => Answer::Undetermined(open),
            _ => Answer::Yes,
        }
    }
}
