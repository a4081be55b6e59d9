//! Whether a plan is for the accounts that were reached.

use super::Plan;
use crate::inventory::Inventory;

/// What a plan is for, and was not reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// A partition, and that of the caller.
    Partition(String, String),
    /// An organization, and that of the caller.
    Organization(String, String),
    /// An account.
    Account(String),
}

/// What the plan is for, where that is not what was read; `None` iff it is.
#[must_use]
pub fn stranger(plan: &Plan, inventory: &Inventory) -> Option<Stranger> {
    if plan.scope.partition != inventory.partition {
        return Some(Stranger::Partition(plan.scope.partition.clone(), inventory.partition.clone()));
    }
    let mut known = inventory.accounts.iter().filter_map(|account| account.organization.known()?.as_ref());
    if let (Some(planned), Some(own)) = (&plan.scope.organization, known.next())
        && *planned != own.id
    {
        return Some(Stranger::Organization(planned.clone(), own.id.clone()));
    }
    let is_known = |id: &String| inventory.accounts.iter().any(|account| account.id == *id);
    plan.scope.accounts.iter().find(|id| !is_known(id)).cloned().map(Stranger::Account)
}
