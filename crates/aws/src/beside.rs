//! What a plan or a backout needs beside an audit, read on request: tags of recorders, invocation counts, facts of functions.
//!
//! It is added to an inventory that was collected before, from this run or from a file; whatever cannot be read is a gap.

mod administrators;
mod counts;
mod function_tags;
mod functions;
mod policy;
mod tags;

pub(crate) use counts::whole;

use crate::collect::Collected;
use crate::session::{Reach, Session};
use audit::inventory::{Gap, Inventory};
use cloudtrail::recorder::Seen;
use futures_util::stream::{StreamExt, iter};
use std::collections::BTreeMap;

/// Places that are read at the same time.
const PLACES_AT_ONCE: usize = 64;

/// What is wanted beside an audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// The tags of trails and event data stores: who manages them.
    pub tags: bool,
    /// The delegated administrators for CloudTrail of organizations whose management account is out of reach.
    pub administrators: bool,
    /// The invocations of each function in the last 30 days.
    pub invocations: bool,
    /// Facts of functions, several calls for each.
    pub functions: bool,
}

impl Session {
    /// Reads what is wanted and adds it to the inventory; what that held of the same kind is replaced.
    ///
    /// `progress` hears of each place that is done.
    pub async fn enrich(
        &self,
        mut inventory: Inventory,
        wants: Wants,
        progress: &(dyn Fn(&str, &str) + Sync),
    ) -> Collected {
        self.begin();
        if wants.tags {
            let read = tags::of(self, &inventory).await;
            inventory.extra.tags =
                read.into_iter().map(|(arn, tags)| (arn, seen(tags, &mut inventory.gaps))).collect();
        }
        if wants.administrators {
            let read = administrators::of(self, &inventory).await;
            inventory.extra.administrators =
                read.into_iter().map(|(id, read)| (id, seen(read, &mut inventory.gaps))).collect();
        }
        if wants.invocations || wants.functions {
            let reads =
                iter(0..inventory.places.len()).map(|at| place(self, &inventory, at, wants, progress));
            let reads: Vec<PlaceRead> = reads.buffered(PLACES_AT_ONCE).collect().await;
            for (at, read) in reads.into_iter().enumerate() {
                let here = &inventory.places[at];
                let key = (here.account.clone(), here.region.clone());
                if let Some(counts) = read.counts {
                    inventory.extra.invocations.insert(key, seen(counts, &mut inventory.gaps));
                }
                for (arn, facts) in read.facts {
                    inventory.extra.functions.insert(arn, functions::settled(facts, &mut inventory.gaps));
                }
            }
        }
        Collected { inventory, requests: self.requests(), interrupted: self.wire.interrupted() }
    }
}

struct PlaceRead {
    counts: Option<Result<BTreeMap<String, u64>, Gap>>,
    facts: Vec<(Box<str>, functions::FactsRead)>,
}

async fn place(
    session: &Session,
    inventory: &Inventory,
    at: usize,
    wants: Wants,
    progress: &(dyn Fn(&str, &str) + Sync),
) -> PlaceRead {
    let place = &inventory.places[at];
    let reach: Result<Reach, Gap> = session.reach(&place.account).await;
    let counts = match (&reach, wants.invocations) {
        (_, false) => None,
        (Err(gap), true) => Some(Err(gap.clone())),
        (Ok(reach), true) => Some(counts::of(session, reach, place, &inventory.collected_at).await),
    };
    let facts = match (&reach, wants.functions) {
        (_, false) => Vec::new(),
        (Err(gap), true) => functions::unread(place, gap),
        (Ok(reach), true) => functions::of(session, reach, place).await,
    };
    progress(&place.account, &place.region);
    PlaceRead { counts, facts }
}

/// The value, or the gap entered into the list; equal gaps are one.
fn seen<T>(read: Result<T, Gap>, gaps: &mut Vec<Gap>) -> Seen<T> {
    match read {
        Ok(value) => Seen::Known(value),
        Err(gap) => {
            // Looked for from the end: gaps of one cause come one after the other.
            let known = gaps.iter().rposition(|one| *one == gap);
            Seen::Unread(known.unwrap_or_else(|| {
                gaps.push(gap);
                gaps.len() - 1
            }))
        }
    }
}
