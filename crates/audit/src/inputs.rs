//! All that an audit is decided from, in one value: whoever has it decides the same again, without AWS.

use crate::drift::{self, Drift, Snapshot, Terms};
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
    /// How the earlier audit was judged, iff the baseline is a saved audit; else it is judged as this one is, on its own day.
    pub earlier: Option<Earlier>,
    /// Accepted exceptions.
    pub exceptions: Vec<Exception>,
    /// For how many days an exception may be declared, iff that is limited.
    pub exceptions_max_days: Option<u16>,
    /// The day of the audit: `YYYY-MM-DD`, UTC.
    pub today: String,
    /// Which recorders count.
    pub recorders: Counted,
    /// The frameworks that narrow what is shown; mostly none.
    pub frameworks: Vec<Framework>,
}

/// How an earlier audit was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The exceptions that there were.
    pub exceptions: Vec<Exception>,
    /// The day of that audit: `YYYY-MM-DD`, UTC.
    pub today: String,
    /// Which recorders counted.
    pub recorders: Counted,
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
        let terms = |one: &Exception| (one.id.clone(), Terms::of(one, &self.today));
        Snapshot { exceptions: self.exceptions.iter().map(terms).collect(), ..drift::snapshot(audit) }
    }

    /// What changed since the baseline, where there is one.
    #[must_use]
    pub fn drift(&self, audit: &Audit<'_>) -> Option<Drift> {
        let before = self.before()?;
        Some(drift::drift(&before.snapshot(&before.audit(None)), &self.snapshot(audit)))
    }

    /// What the baseline is decided from, where there is one: its own exceptions, day and recorders, where it is a saved audit; else
    /// these exceptions on the day on which it was collected, because one that ended since then held, and the same recorders.
    #[must_use]
    pub fn before(&self) -> Option<Inputs> {
        let inventory = self.baseline.clone()?;
        let own = || {
            let collected = inventory.collected_at.get(..10).unwrap_or(&self.today);
            let today = collected.min(&self.today).to_owned();
            Earlier { exceptions: self.exceptions.clone(), today, recorders: self.recorders }
        };
        let Earlier { exceptions, today, recorders } = self.earlier.clone().unwrap_or_else(own);
        Some(Inputs {
            inventory,
            baseline: None,
            earlier: None,
            exceptions,
            exceptions_max_days: None,
            today,
            recorders,
            frameworks: self.frameworks.clone(),
        })
    }

    fn options<'a>(&'a self, prices: Option<&'a Prices>) -> Options<'a> {
        let Inputs { exceptions, today, recorders, .. } = self;
        Options { recorders: *recorders, exceptions, today, prices }
    }
}
