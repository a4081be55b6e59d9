//! Collecting: all accounts and Regions side by side, then what their recorders' owners alone can tell, then the
//! inventory, in an order that does not depend on who answered first.

mod account;
mod assemble;
mod channels;
mod functions;
mod listing;
pub(crate) mod organization;
mod owners;
mod places;
mod read;
pub(crate) mod regions;
mod stores;
mod trails;

use crate::error::CollectError;
use crate::options::{Accounts, Options};
use crate::session::Session;
use audit::inventory::{Gap, Inventory};
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use organization::Target;
use read::{AccountRead, Read};

pub(crate) use listing::{listed, pages};
pub(crate) use trails::{described, status};

/// Accounts that are read at the same time. More would wait for permits with their credentials growing old.
const ACCOUNTS_AT_ONCE: usize = 64;

/// What came of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// What was seen, and what could not be read.
    pub inventory: Inventory,
    /// HTTP requests that the session has sent so far, repetitions included; the search for credentials is not counted.
    pub requests: u64,
    /// True iff something was given up because of [`crate::Stop`].
    pub interrupted: bool,
}

/// How far a collection has come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// So many accounts will be read.
    Accounts {
        /// Their number.
        count: usize,
    },
    /// An account's Regions are known, and so many of them will be read.
    Regions {
        /// Account id.
        account: String,
        /// Their number.
        count: usize,
    },
    /// A page of Lambda resources came.
    Resources {
        /// Account id.
        account: String,
        /// Region.
        region: String,
        /// How many came with this page.
        count: usize,
    },
    /// One account in one Region is done.
    Place {
        /// Account id.
        account: String,
        /// Region.
        region: String,
    },
    /// An account is done.
    Account {
        /// Account id.
        id: String,
    },
}

/// What every part of a collection needs.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    session: &'a Session,
    options: &'a Options,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Session {
    /// Reads the accounts that the session was opened for into an inventory.
    ///
    /// `collected_at` is when it begins: RFC 3339, UTC. `progress` is called as things come in. Two runs over the same world
    /// give the same inventory.
    ///
    /// # Errors
    /// [`CollectError`] iff nothing could be collected at all; whatever else could not be read is a gap of the inventory.
    pub async fn collect(
        &self,
        collected_at: &str,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Collected, CollectError> {
        self.begin();
        let options = &self.options;
        let empty = Inventory {
            collected_at: collected_at.to_owned(),
            regions_asked: asked(options),
            partition: self.caller.partition.clone(),
            caller: Some(self.caller.arn.clone()),
            ..Inventory::default()
        };
        let run = Run { session: self, options, progress };
        let (mut accounts, lost) = run.accounts().await?;
        let managers = owners::managers(run, &accounts).await;
        accounts.extend(managers);
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        let trails = owners::trails(run, &accounts).await;
        let inventory = assemble::inventory(empty, accounts, trails, lost);
        Ok(Collected { inventory, requests: self.requests(), interrupted: self.wire.interrupted() })
    }
}

impl Run<'_> {
    /// Every account that was asked for, and the gaps of looking for them.
    async fn accounts(self) -> Result<(Vec<AccountRead>, Vec<Gap>), CollectError> {
        let (targets, lost) = match &self.options.accounts {
            Accounts::Caller => (vec![Target::unnamed(&self.session.caller.account)], Vec::new()),
            Accounts::Listed(ids) => {
                let mut targets: Vec<Target> = ids.iter().map(|id| Target::unnamed(id)).collect();
                targets.sort_by(|a, b| a.id.cmp(&b.id));
                targets.dedup_by(|a, b| a.id == b.id);
                (targets, Vec::new())
            }
            Accounts::Organization => organization::targets(self).await?,
        };
        let others = targets.iter().any(|target| target.id != self.session.caller.account && target.usable());
        if others && self.options.role_name.is_none() {
            return Err(CollectError::NoRole);
        }
        (self.progress)(Progress::Accounts {
            count: targets.iter().filter(|target| target.usable()).count(),
        });
        let organization = match self.options.accounts {
            Accounts::Organization if !targets.is_empty() => Some(self.own_organization().await),
            _ => None,
        };
        let reads = iter(targets).map(|target| account::read(self, target, organization.clone()));
        let accounts = reads.buffered(ACCOUNTS_AT_ONCE).try_collect().await?;
        Ok((accounts, lost))
    }

    async fn own_organization(self) -> Read<Option<audit::inventory::Organization>> {
        organization::of(self.session, &self.session.own()).await
    }
}

/// The Regions that were asked for, each once; an empty list asks for nothing in particular.
fn asked(options: &Options) -> Option<Vec<String>> {
    let mut regions = options.regions.clone().filter(|regions| !regions.is_empty())?;
    regions.sort();
    regions.dedup();
    Some(regions)
}
