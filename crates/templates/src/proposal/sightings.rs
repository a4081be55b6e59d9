//! Where a trail is seen after a change, and with what status.

use super::world::{Flag, World};
use audit::inventory::{Inventory, Place, Sight, Sighting, TrailStatus};
use cloudtrail::recorder::{Recorder, Seen};

/// How far a recorder reaches after a change.
pub(super) struct Reach {
    pub(super) arn: String,
    pub(super) account: String,
    /// Empty iff it is not known.
    pub(super) home_region: String,
    pub(super) multi_region: Flag,
    pub(super) organization: Flag,
    /// Whether it records; `None` iff the change leaves that alone.
    pub(super) active: Option<Flag>,
    /// The trail as the inventory has it before the change; `None` iff the change makes it.
    pub(super) was: Option<Recorder>,
    /// True iff it may be seen at other places than before: otherwise it stays where the inventory has it.
    pub(super) spreads: bool,
    /// The gap because of which it may not be there at all.
    pub(super) doubt: Option<usize>,
}

/// Whether a trail is seen at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Here {
    No,
    Yes,
    Maybe(usize),
}

impl Here {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Maybe(gap), _) | (_, Self::Maybe(gap)) => Self::Maybe(gap),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

impl From<Flag> for Here {
    fn from(flag: Flag) -> Self {
        match flag {
            Flag::Known(true) => Self::Yes,
            Flag::Known(false) => Self::No,
            Flag::Open(gap) => Self::Maybe(gap),
        }
    }
}

impl Reach {
    fn at(&self, place: &Place, world: &World) -> Here {
        let in_region =
            if place.region == self.home_region { Here::Yes } else { Here::from(self.multi_region) };
        let of_account = if place.account == self.account {
            Here::Yes
        } else {
            Here::from(self.organization).and(self.is_member(&place.account, world))
        };
        in_region.and(of_account)
    }

    /// Whether the account is in the organization that the recorder's account manages.
    fn is_member(&self, account: &str, world: &World) -> Here {
        let Some(known) = world.inventory.account(account) else { return Here::No };
        match &known.organization {
            Seen::Unread(_) if world.is_member(&self.account, account) => Here::Yes,
            Seen::Unread(gap) => Here::Maybe(*gap),
            Seen::Known(Some(organization)) if organization.management_account == self.account => Here::Yes,
            Seen::Known(_) => Here::No,
        }
    }
}

impl World {
    /// Shows the trail wherever it is seen after the change.
    pub(super) fn sight(&mut self, reach: &Reach) {
        let here: Vec<Here> = self.inventory.places.iter().map(|place| reach.at(place, self)).collect();
        // Where it is new it does as it does elsewhere in the account.
        let sights: Vec<Sight> =
            self.inventory.places.iter().map(|place| self.sight_at(reach, place)).collect();
        for ((place, here), sight) in self.inventory.places.iter_mut().zip(here).zip(sights) {
            let Seen::Known(trails) = &mut place.trails else { continue };
            let known = trails.iter().position(|one| one.trail == reach.arn);
            if !reach.spreads && known.is_none() {
                continue;
            }
            if here == Here::No && reach.spreads {
                trails.retain(|one| one.trail != reach.arn);
                continue;
            }
            let now = match (known, sight) {
                (Some(at), _) => Some(trails[at].status.clone()),
                (None, Sight::As(status)) => Some(status),
                (None, Sight::New) => None,
                // An organization's trail that the account was seen without.
                (None, Sight::Absent) => continue,
            };
            let mut status = turned(now, reach.active);
            let maybe = match here {
                Here::Maybe(gap) => Some(gap),
                Here::Yes | Here::No => None,
            };
            let is_off = status.known().is_some_and(|status| !status.logging);
            if let Some(gap) = reach.doubt.or(maybe).filter(|_| !is_off) {
                status = Seen::Unread(gap);
            }
            match known {
                Some(at) => trails[at].status = status,
                None => {
                    let later = trails.iter().position(|one| one.trail > reach.arn);
                    let sighting = Sighting { trail: reach.arn.clone(), status };
                    trails.insert(later.unwrap_or(trails.len()), sighting);
                }
            }
        }
    }

    /// How it would be seen at a place where it was not. An account that it did not reach before says nothing about it.
    fn sight_at(&self, reach: &Reach, place: &Place) -> Sight {
        let Some(was) = &reach.was else { return Sight::New };
        if stood_at(was, place) {
            return Sight::Absent;
        }
        let reached = place.account == was.account || was.organization;
        sight_of(&self.inventory, was, if reached { &place.account } else { &was.account })
    }

    /// Lets a trail that was there before, and was made again, be seen no further than its reach grew, and with what kept it from delivering.
    pub(super) fn as_seen_before(&mut self, arn: &str, before: &Inventory) {
        let (Some(was), Some(is)) = (before.recorder(arn), self.inventory.recorder(arn)) else { return };
        let (was, is) = (&before.recorders[was], &self.inventory.recorders[is]);
        let same = (was.multi_region, was.organization) == (is.multi_region, is.organization);
        let seen = |place: &Place| {
            let all = place.trails.known()?;
            Some(all.iter().find(|one| one.trail == arn).map(|one| one.status.clone()))
        };
        for place in &mut self.inventory.places {
            let Some(at) = before.place(&place.account, &place.region) else { continue };
            let Seen::Known(trails) = &mut place.trails else { continue };
            let reached = place.account == was.account || was.organization;
            match seen(&before.places[at]) {
                Some(None) if same || stood_at(was, &before.places[at]) => {
                    trails.retain(|one| one.trail != arn);
                }
                Some(None) => {
                    match sight_of(before, was, if reached { &place.account } else { &was.account }) {
                        Sight::Absent => trails.retain(|one| one.trail != arn),
                        Sight::As(status) => held_back(trails, arn, &status),
                        Sight::New => {}
                    }
                }
                Some(Some(status)) => held_back(trails, arn, &status),
                None => {}
            }
        }
    }

    /// Adds an event data store to the list of its account.
    pub(super) fn list_store(&mut self, reach: &Reach) {
        for account in self.inventory.accounts.iter_mut().filter(|account| account.id == reach.account) {
            if let Seen::Known(stores) = &mut account.stores
                && let Err(at) = stores.binary_search(&reach.arn)
            {
                stores.insert(at, reach.arn.clone());
            }
        }
    }
}

/// Whether a trail is one of this place already by what it is, whatever the list of the place says.
fn stood_at(trail: &Recorder, place: &Place) -> bool {
    let in_region = trail.multi_region || trail.home_region == place.region;
    in_region && trail.account == place.account
}

/// How a trail that is there would be seen in a further Region of the account. One that is seen nowhere is no new one: the list that would show it
/// was not read.
fn sight_of(inventory: &Inventory, trail: &Recorder, account: &str) -> Sight {
    let sight = inventory.sight(trail, account);
    let home = inventory.place(&trail.account, &trail.home_region).map(|at| &inventory.places[at]);
    let gap = || home.into_iter().chain(&inventory.places).find_map(|place| place.trails.gap());
    match sight {
        Sight::New => gap().map_or(Sight::New, |gap| Sight::As(Seen::Unread(gap))),
        seen => seen,
    }
}

/// The status of a trail once logging is as the document says.
fn turned(now: Option<Seen<TrailStatus>>, active: Option<Flag>) -> Seen<TrailStatus> {
    let fresh = |logging| TrailStatus { logging, ..TrailStatus::default() };
    match (now, active) {
        (Some(now), None) => now,
        (_, Some(Flag::Known(false))) => Seen::Known(fresh(false)),
        (_, Some(Flag::Open(gap))) => Seen::Unread(gap),
        (Some(Seen::Unread(gap)), Some(Flag::Known(true))) => Seen::Unread(gap),
        // What kept it from delivering is still there.
        (Some(Seen::Known(status)), Some(Flag::Known(true))) => {
            Seen::Known(TrailStatus { logging: true, stopped_at: None, ..status })
        }
        (None, _) => Seen::Known(fresh(true)),
    }
}

/// Lets what was not read of a trail, or kept it from delivering, go on doing so.
fn held_back(trails: &mut [Sighting], arn: &str, then: &Seen<TrailStatus>) {
    for one in trails.iter_mut().filter(|one| one.trail == arn) {
        match (then, &mut one.status) {
            (Seen::Unread(gap), Seen::Known(now)) if now.logging => one.status = Seen::Unread(*gap),
            (Seen::Known(then), Seen::Known(now)) => now.delivery_error.clone_from(&then.delivery_error),
            _ => {}
        }
    }
}
