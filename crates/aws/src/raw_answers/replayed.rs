//! A collection over again, from answers that were kept: the same collector, no credentials, no network.

use super::{Replay, Tape};
use crate::error::CollectError;
use crate::options::{self, Options};
use crate::session::Session;
use audit::accepted::{asked_for_tags, asks_for_tags};
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::raw_answers::{Accounts, Asked, Collection, Recall};
use std::sync::Arc;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectedAgain {
    /// What these answers say; `None` iff so much is missing that it was given up.
    pub inventory: Option<Inventory>,
    /// What the collector asks and is not among the answers.
    pub missing: Vec<Asked>,
}

/// Collects again as `collection` says, with the tags for which these exceptions ask. Nothing is sent anywhere.
///
/// # Errors
/// [`CollectError`] iff nothing can be collected at all: not even the caller is among the answers.
pub async fn collect_again(
    recall: Arc<dyn Recall>,
    collection: &Collection,
    collected_at: &str,
    exceptions: &[Exception],
) -> Result<CollectedAgain, CollectError> {
    let replay = Replay::new(recall);
    let work = async {
        let session = Session::replayed(collection, Tape::Replay(Arc::clone(&replay))).await?;
        let inventory = session.collect(collected_at, &|_| {}).await?.inventory;
        Ok(if asks_for_tags(exceptions) { session.tagged(inventory, exceptions).await } else { inventory })
    };
    let collected = tokio::select! {
        biased;
        () = replay.lost() => None,
        collected = work => Some(collected?),
    };
    Ok(CollectedAgain { inventory: collected, missing: replay.missing() })
}

impl Session {
    /// Adds to an inventory the tags for which exceptions ask: those of recorders, and of functions.
    pub async fn tagged(&self, inventory: Inventory, exceptions: &[Exception]) -> Inventory {
        let wants = crate::Wants { tags: true, ..crate::Wants::default() };
        let inventory = self.enrich(inventory, wants, &|_, _| {}).await.inventory;
        let arns: Vec<String> =
            asked_for_tags(exceptions, &inventory).into_iter().map(str::to_owned).collect();
        let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
        self.read_function_tags(inventory, &arns).await.inventory
    }

    /// How it collects, for whoever collects again.
    #[must_use]
    pub fn collection(&self) -> Collection {
        Collection {
            home: self.home.clone(),
            accounts: match &self.options.accounts {
                options::Accounts::Caller => Accounts::Caller,
                options::Accounts::Listed(ids) => Accounts::Listed(ids.clone()),
                options::Accounts::Organization => Accounts::Organization,
            },
            regions: self.options.regions.clone(),
            role_name: self.options.role_name.clone(),
        }
    }
}

/// The options of a collection over again.
pub(crate) fn options_of(collection: &Collection) -> Options {
    Options {
        accounts: match &collection.accounts {
            Accounts::Caller => options::Accounts::Caller,
            Accounts::Listed(ids) => options::Accounts::Listed(ids.clone()),
            Accounts::Organization => options::Accounts::Organization,
        },
        regions: collection.regions.clone(),
        role_name: collection.role_name.clone(),
        ..Options::default()
    }
}
