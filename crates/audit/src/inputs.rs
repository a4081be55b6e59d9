//! All that an audit is decided from, in one value: whoever has it decides the same again, without AWS.

use crate::drift::{self, Drift, Snapshot};
use crate::exception::Exception;
use crate::finding::Audit;
use crate::framework::Framework;
use crate::inventory::Inventory;
use crate::{Counted, Options, cost::Prices};

/// What an audit is decided from. The same inputs and prices always give the same audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// What was seen of the accounts.
    pub inventory: Inventory,
    /// An earlier inventory, iff changes since then were asked for.
    pub baseline: Option<Inventory>,
    /// Accepted exceptions.
    pub exceptions: Vec<Exception>,
    /// The day of the audit: `YYYY-MM-DD`, UTC.
    pub today: String,
    /// Which recorders count.
    pub recorders: Counted,
    /// The frameworks that narrow what is shown; mostly none.
    pub frameworks: Vec<Framework>,
}

impl Inputs {
    /// The audit, narrowed to the frameworks.
    #[must_use]
    pub fn audit<'a>(&'a self, prices: Option<&'a Prices>) -> Audit<'a> {
        let mut audit = crate::audit(&self.inventory, &self.options(prices));
        audit.narrow(&self.frameworks);
        audit
    }

    /// The audit and its exceptions, to be compared with others.
    #[must_use]
    pub fn snapshot(&self, audit: &Audit<'_>) -> Snapshot {
        let told = |one: &Exception| (one.id.clone(), one.told(&self.today));
        Snapshot { exceptions: self.exceptions.iter().map(told).collect(), ..drift::snapshot(audit) }
    }

    /// What changed since the baseline, where there is one.
    #[must_use]
    pub fn drift(&self, audit: &Audit<'_>) -> Option<Drift> {
        let before = crate::audit(self.baseline.as_ref()?, &self.options(None));
        Some(drift::drift(&drift::snapshot(&before), &drift::snapshot(audit)))
    }

    fn options<'a>(&'a self, prices: Option<&'a Prices>) -> Options<'a> {
        let Inputs { exceptions, today, recorders, .. } = self;
        Options { recorders: *recorders, exceptions, today, prices }
    }
}
