//! Which number a finding has: that of its cause, as the brief audit and the page number causes.

use crate::cause::{Cause, causes};
use audit::finding::{Audit, ControlResult, Finding, Status};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The causes of an audit, in their order.
pub(super) struct Numbers<'a>(Vec<Cause<'a>>);

impl<'a> Numbers<'a> {
    pub(super) fn of(audit: &'a Audit<'_>) -> Self {
        Numbers(causes(audit))
    }

    /// Position of the cause of which the finding comes; past all of them where it comes of none.
    pub(super) fn cause(&self, finding: &Finding) -> usize {
        let open = finding.status != Status::Pass;
        let of = self.0.iter().position(|cause| open && cause.findings.contains(&finding));
        of.unwrap_or(self.0.len())
    }

    /// The numbers of findings that are sorted by cause: `3` of a cause with one, `3.1` and `3.2` of one with two; `15` where the finding
    /// comes of none.
    pub(super) fn of_all(&self, all: &[(&ControlResult, Cow<'_, Finding>)]) -> Vec<String> {
        let causes: Vec<usize> = all.iter().map(|(_, finding)| self.cause(finding)).collect();
        let mut many: BTreeMap<usize, usize> = BTreeMap::new();
        causes.iter().for_each(|cause| *many.entry(*cause).or_default() += 1);
        // Warnings are numbered on their own.
        let none = causes.iter().all(|cause| *cause == self.0.len());
        let (mut next, mut within) = (if none { 0 } else { self.0.len() }, BTreeMap::new());
        let number = |cause: &usize| {
            if *cause == self.0.len() {
                next += 1;
                return next.to_string();
            }
            let nth: &mut usize = within.entry(*cause).or_default();
            *nth += 1;
            match many.get(cause) {
                Some(1) => (cause + 1).to_string(),
                _ => format!("{}.{nth}", cause + 1),
            }
        };
        causes.iter().map(number).collect()
    }
}
