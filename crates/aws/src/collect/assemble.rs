//! What was read, put together: sorted, each recorder once, each gap once and in an order of its own.

use super::read::{AccountRead, ListingRead, PlaceRead, Read, RecorderRead, ResourceRead, TrailRead};
use audit::inventory::{Account, Gap, Inventory, Listing, Place, Resource, Serving, Sighting};
use cloudtrail::recorder::{Recorder, Seen};
use std::collections::{BTreeMap, HashMap};

/// The inventory's list of gaps. Equal gaps are one: all that hangs on one failure points at one gap.
#[derive(Debug, Default)]
struct Ledger {
    gaps: Vec<Gap>,
    /// Where to look for an equal one, by call and place.
    known: HashMap<(String, Option<String>, Option<String>), Vec<usize>>,
}

impl Ledger {
    fn enter(&mut self, gap: Gap) -> usize {
        let key = (gap.call.clone(), gap.account.clone(), gap.region.clone());
        let alike = self.known.entry(key).or_default();
        if let Some(at) = alike.iter().copied().find(|at| self.gaps[*at] == gap) {
            return at;
        }
        self.gaps.push(gap);
        alike.push(self.gaps.len() - 1);
        self.gaps.len() - 1
    }

    fn seen<T>(&mut self, read: Read<T>) -> Seen<T> {
        match read {
            Ok(value) => Seen::Known(value),
            Err(gap) => Seen::Unread(self.enter(gap)),
        }
    }
}

/// `empty` with everything in it. `accounts` are sorted by id.
pub(crate) fn inventory(
    empty: Inventory,
    accounts: Vec<AccountRead>,
    trails: Vec<RecorderRead>,
    lost: Vec<Gap>,
) -> Inventory {
    let mut ledger = Ledger::default();
    for gap in lost {
        ledger.enter(gap);
    }
    let mut recorders = Recorders::default();
    let mut inventory = empty;
    for read in accounts {
        let (account, places) = account(read, &mut ledger, &mut recorders);
        inventory.accounts.push(account);
        inventory.places.extend(places);
    }
    for trail in trails {
        recorders.see(trail);
    }
    inventory.places.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    inventory.recorders =
        recorders.by_arn.into_values().map(|recorder| finish(recorder, &mut ledger)).collect();
    inventory.gaps = ledger.gaps;
    inventory
}

/// Recorders by ARN. The same one may be seen from several accounts and Regions.
#[derive(Debug, Default)]
struct Recorders {
    by_arn: BTreeMap<String, RecorderRead>,
}

impl Recorders {
    /// Whoever could read more of it is believed.
    fn see(&mut self, recorder: RecorderRead) {
        let unread =
            |one: &RecorderRead| usize::from(one.selectors.is_err()) + usize::from(one.status.is_err());
        match self.by_arn.get(&recorder.arn) {
            Some(known) if unread(known) <= unread(&recorder) => {}
            _ => {
                self.by_arn.insert(recorder.arn.clone(), recorder);
            }
        }
    }
}

fn account(read: AccountRead, ledger: &mut Ledger, recorders: &mut Recorders) -> (Account, Vec<Place>) {
    let organization = ledger.seen(read.organization);
    let regions = ledger.seen(read.regions);
    let stores = ledger.seen(read.stores.owned);
    for gap in read.stores.gaps {
        ledger.enter(gap);
    }
    for store in read.stores.seen {
        recorders.see(store);
    }
    let places = read.places.into_iter().map(|read| place(read, ledger, recorders)).collect();
    let AccountRead { id, name, state, audited, .. } = read;
    (Account { id, name, state, audited, organization, regions, stores }, places)
}

fn place(read: PlaceRead, ledger: &mut Ledger, recorders: &mut Recorders) -> Place {
    let sightings = |trails: Vec<TrailRead>, ledger: &mut Ledger| {
        trails.into_iter().map(|trail| sighting(trail, ledger)).collect()
    };
    let trails = match read.trails {
        Ok(trails) => Seen::Known(sightings(trails, ledger)),
        Err(gap) => Seen::Unread(ledger.enter(gap)),
    };
    for channel in read.channels.seen {
        recorders.see(channel);
    }
    Place {
        account: read.account,
        region: read.region,
        trails,
        channels: ledger.seen(read.channels.arns),
        functions: listing(read.functions, ledger),
        web_functions: listing(read.web_functions, ledger),
        microvm_images: listing(read.microvm_images, ledger),
    }
}

fn sighting(trail: TrailRead, ledger: &mut Ledger) -> Sighting {
    Sighting { trail: trail.facts.arn, status: ledger.seen(trail.status) }
}

fn listing(read: ListingRead, ledger: &mut Ledger) -> Listing {
    let gap = read.gap.map(|gap| ledger.enter(gap));
    let mut resource = |ResourceRead { arn, serving }: ResourceRead| {
        let serving = serving.unwrap_or_else(|gap| Serving::Unread(ledger.enter(gap)));
        Resource { arn, serving }
    };
    Listing { resources: read.resources.into_iter().map(&mut resource).collect(), gap }
}

fn finish(read: RecorderRead, ledger: &mut Ledger) -> Recorder {
    let selectors = ledger.seen(read.selectors);
    let status = ledger.seen(read.status);
    let RecorderRead { arn, name, kind, account, home_region, .. } = read;
    let RecorderRead {
        multi_region,
        organization,
        log_file_validation,
        global_service_events,
        destination,
        ..
    } = read;
    Recorder {
        arn,
        name,
        kind,
        account,
        home_region,
        multi_region,
        organization,
        selectors,
        status,
        log_file_validation,
        global_service_events,
        destination,
    }
}
