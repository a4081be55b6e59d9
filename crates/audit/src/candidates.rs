//! Who records at a place: the recorders that do or may, and those that certainly do not, with the reason.

use crate::finding::{PlaceCandidate, Silent, SilentReason};
use crate::inventory::{Account, Gap, GapKind, Inventory, OptIn, Place, Sighting};
use crate::{Counted, Options};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};

/// What one recorder does at one place.
enum Standing {
    /// It is none of this place's business: another account's, and no organization's.
    Foreign,
    /// It certainly records nothing here.
    Silent(SilentReason),
    /// It certainly exists here, is active and delivers; or whether it does hangs on these gaps.
    May { gaps: Vec<usize> },
}

/// Finds the candidates of places. Gaps that only show when places and recorders are put together are added to `gaps`.
pub(crate) struct Candidates<'a> {
    inventory: &'a Inventory,
    options: &'a Options<'a>,
    pub(crate) gaps: Vec<Gap>,
}

impl<'a> Candidates<'a> {
    pub(crate) fn new(inventory: &'a Inventory, options: &'a Options<'a>) -> Self {
        Candidates { inventory, options, gaps: inventory.gaps.clone() }
    }

    /// The candidates of `place` in the order of the inventory's recorders, then at most one that stands for all that
    /// may exist unseen; and the silent recorders.
    pub(crate) fn at(&mut self, place: &Place) -> (Vec<PlaceCandidate>, Vec<Silent>) {
        let (mut candidates, mut silent) = (Vec::new(), Vec::new());
        for (recorder, seen) in self.inventory.recorders.iter().enumerate() {
            match self.standing(place, seen) {
                Standing::Foreign => {}
                Standing::Silent(reason) => silent.push(Silent { recorder, reason }),
                Standing::May { mut gaps } => {
                    let certain = gaps.is_empty();
                    gaps.extend(seen.selectors.gap());
                    candidates.push(PlaceCandidate { recorder: Some(recorder), certain, gaps });
                }
            }
        }
        let mut gaps = self.unseen(place);
        gaps.sort_unstable();
        gaps.dedup();
        if !gaps.is_empty() {
            candidates.push(PlaceCandidate { recorder: None, certain: false, gaps });
        }
        (candidates, silent)
    }

    fn standing(&mut self, place: &Place, recorder: &Recorder) -> Standing {
        match recorder.kind {
            RecorderKind::Trail => self.trail(place, recorder),
            RecorderKind::EventDataStore => self.store(place, recorder),
            RecorderKind::Channel => {
                let here = place.channels.known().is_some_and(|channels| channels.contains(&recorder.arn));
                let service = recorder.destination.clone().unwrap_or_else(|| "another service".to_owned());
                if here { Standing::Silent(SilentReason::Compensating(service)) } else { Standing::Foreign }
            }
        }
    }

    fn trail(&mut self, place: &Place, trail: &Recorder) -> Standing {
        let own = trail.account == place.account;
        if !own && !trail.organization {
            return Standing::Foreign;
        }
        let elsewhere = !trail.multi_region && trail.home_region != place.region;
        let sightings = match &place.trails {
            Seen::Known(sightings) => sightings,
            Seen::Unread(_) if elsewhere => return other_region(trail),
            Seen::Unread(gap) => return Standing::May { gaps: vec![*gap] },
        };
        let mut here = sightings.iter().filter(|sighting| sighting.trail == trail.arn);
        let Some(sighting) = here.next() else {
            return if elsewhere { other_region(trail) } else { Standing::Silent(SilentReason::NotHere) };
        };
        if here.next().is_some() {
            let error = "the inventory lists this trail twice in one account and Region";
            return Standing::May { gaps: vec![self.undescribed(place, &trail.arn, error)] };
        }
        if elsewhere {
            let error = "the inventory gives this trail of one Region a status in another Region";
            return Standing::May { gaps: vec![self.undescribed(place, &trail.arn, error)] };
        }
        if !own && self.is_of_another_organization(place, trail) {
            let error =
                "the inventory shows an organization's trail in an account that is not of this organization";
            return Standing::May { gaps: vec![self.undescribed(place, &trail.arn, error)] };
        }
        // A trail has no status of its own but that it is there: another one is of something that we do not know.
        let odd = matches!(&trail.status, Seen::Known(status) if *status != StoreStatus::Enabled);
        let standing = match delivering(sighting) {
            Standing::May { mut gaps } if odd => {
                let error = "the inventory gives this trail a status that no trail has";
                gaps.push(self.undescribed(place, &trail.arn, error));
                Standing::May { gaps }
            }
            standing => standing,
        };
        match standing {
            Standing::May { mut gaps } if !own => match self.may_miss_home_region(place, trail) {
                Ok(None) => Standing::May { gaps },
                Ok(Some(reason)) => Standing::Silent(reason),
                Err(gap) => {
                    gaps.push(gap);
                    Standing::May { gaps }
                }
            },
            standing => standing,
        }
    }

    /// True iff the account certainly does not belong to the organization whose management account owns the trail.
    fn is_of_another_organization(&self, place: &Place, trail: &Recorder) -> bool {
        let organization =
            |id: &str| self.inventory.account(id).and_then(|account| account.organization.known());
        match organization(&place.account) {
            Some(Some(ours)) => ours.management_account != trail.account,
            Some(None) => true,
            None => organization(&trail.account).is_some_and(Option::is_none),
        }
    }

    /// The opt-in home Region trap (semantics 4.3): an organization trail at home in an opt-in Region gets nothing from
    /// members that have not enabled that Region, not even what happens in their other Regions.
    fn may_miss_home_region(
        &mut self,
        place: &Place,
        trail: &Recorder,
    ) -> Result<Option<SilentReason>, usize> {
        let state_in = |account: &Account| -> Option<OptIn> {
            account.regions.known().and_then(|regions| regions.get(&trail.home_region).copied())
        };
        if trail.home_region.is_empty() {
            let error = "the home Region of an organization trail is not known";
            return Err(self.unknown_region(&place.account, &trail.home_region, error));
        }
        // No account can be without a Region that is on by default, so any account's listing settles it.
        if self.inventory.accounts.iter().any(|account| state_in(account) == Some(OptIn::ByDefault)) {
            return Ok(None);
        }
        let account = self.inventory.account(&place.account);
        match account.map(|account| (state_in(account), &account.regions)) {
            Some((Some(OptIn::ByDefault | OptIn::Enabled), _)) => Ok(None),
            Some((None, Seen::Unread(gap))) => Err(*gap),
            None => {
                Err(self.unknown_region(&place.account, &trail.home_region, "the account was not visited"))
            }
            Some((Some(OptIn::Changing), _)) => Err(self.unknown_region(
                &place.account,
                &trail.home_region,
                "the account is enabling or disabling this Region, the home of an organization trail",
            )),
            Some((Some(OptIn::Disabled) | None, _)) => {
                Ok(Some(SilentReason::HomeRegionNotEnabled(trail.home_region.clone())))
            }
        }
    }

    fn unknown_region(&mut self, account: &str, region: &str, error: &str) -> usize {
        self.add(Gap {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            call: "account:ListRegions".to_owned(),
            subject: None,
            kind: GapKind::Failed,
            error: error.to_owned(),
        })
    }

    fn store(&mut self, place: &Place, store: &Recorder) -> Standing {
        let mut gaps = Vec::new();
        if store.account != place.account {
            if !store.organization {
                return Standing::Foreign;
            }
            match self.same_organization(&place.account, store) {
                Ok(true) => {}
                Ok(false) => return Standing::Foreign,
                Err(gap) => gaps.push(gap),
            }
        }
        if self.options.recorders == Counted::Trails {
            return Standing::Silent(SilentReason::NotCounted);
        }
        if !store.multi_region && store.home_region != place.region {
            return other_region(store);
        }
        if !self.is_listed(store) {
            let error = "the inventory describes this event data store, and no account's list holds it";
            gaps.push(self.undescribed(place, &store.arn, error));
        }
        match &store.status {
            Seen::Known(StoreStatus::Enabled) => {}
            Seen::Known(StoreStatus::Idle(status)) => {
                return Standing::Silent(SilentReason::Idle(status.clone()));
            }
            Seen::Known(StoreStatus::Changing(status)) => gaps.push(self.add(Gap {
                account: Some(store.account.clone()),
                region: Some(store.home_region.clone()),
                call: "cloudtrail:GetEventDataStore".to_owned(),
                subject: Some(store.arn.clone()),
                kind: GapKind::Failed,
                error: format!("its status is {status}, which does not say whether it records"),
            })),
            Seen::Unread(gap) => gaps.push(*gap),
        }
        Standing::May { gaps }
    }

    /// True iff the list of event data stores of some account holds it, or one of its owner could not be read.
    fn is_listed(&self, store: &Recorder) -> bool {
        let holds = |account: &Account| match account.stores.known() {
            Some(stores) => stores.contains(&store.arn),
            None => account.id == store.account,
        };
        self.inventory.accounts.iter().any(holds)
    }

    /// Whether an organization's store belongs to the organization of `member`. The management account owns it, whoever made it: one
    /// of another account is its own account's for certain, and nobody knows whose else.
    fn same_organization(&mut self, member: &str, store: &Recorder) -> Result<bool, usize> {
        let organization = |id: &str| self.inventory.account(id).map(|account| &account.organization);
        let odd = |call: &str, subject: Option<&str>, error: &str| Gap {
            account: Some(store.account.clone()),
            region: None,
            call: call.to_owned(),
            subject: subject.map(str::to_owned),
            kind: GapKind::Failed,
            error: error.to_owned(),
        };
        match (organization(member), organization(&store.account)) {
            (Some(Seen::Known(None)), _) | (_, Some(Seen::Known(None))) => Ok(false),
            (Some(Seen::Known(Some(ours))), _) if ours.management_account == store.account => Ok(true),
            (Some(Seen::Known(Some(ours))), Some(Seen::Known(Some(theirs)))) if ours.id != theirs.id => {
                Ok(false)
            }
            (Some(Seen::Known(Some(_))), Some(Seen::Known(Some(_)))) => {
                let error =
                    "it is an organization's event data store, and its account is not the management account";
                Err(self.add(odd("cloudtrail:GetEventDataStore", Some(&store.arn), error)))
            }
            (Some(Seen::Unread(gap)), _) | (_, Some(Seen::Unread(gap))) => Err(*gap),
            _ => {
                let error = "the organization of this account was not looked up";
                Err(self.add(odd("organizations:DescribeOrganization", None, error)))
            }
        }
    }

    /// The gaps behind which recorders may hide that were never seen.
    fn unseen(&mut self, place: &Place) -> Vec<usize> {
        let mut gaps: Vec<usize> = place.trails.gap().into_iter().collect();
        gaps.extend(self.strangers(place));
        if self.options.recorders == Counted::Trails {
            return gaps;
        }
        let Some(account) = self.inventory.account(&place.account) else {
            gaps.push(self.not_visited(&place.account));
            return gaps;
        };
        gaps.extend(account.stores.gap());
        gaps.extend(self.undescribed_stores(place, account));
        match &account.organization {
            Seen::Unread(gap) => gaps.push(*gap),
            Seen::Known(None) => {}
            Seen::Known(Some(organization)) => match self.inventory.account(&organization.management_account)
            {
                Some(management) if !management.audited && !is_active(management) => {
                    gaps.push(self.inactive(management));
                }
                Some(management) => {
                    gaps.extend(management.stores.gap());
                    gaps.extend(self.undescribed_stores(place, management));
                }
                None => gaps.push(self.not_visited(&organization.management_account)),
            },
        }
        gaps
    }

    /// Trails that were seen here but are not among the recorders: somebody cut the inventory.
    fn strangers(&mut self, place: &Place) -> Vec<usize> {
        let sightings = place.trails.known().map_or(&[][..], Vec::as_slice);
        let strangers: Vec<&Sighting> =
            sightings.iter().filter(|sighting| self.inventory.recorder(&sighting.trail).is_none()).collect();
        let error = "the trail was seen here, but the inventory does not describe it";
        strangers.into_iter().map(|sighting| self.undescribed(place, &sighting.trail, error)).collect()
    }

    /// Event data stores of an account that were listed but are not among the recorders.
    fn undescribed_stores(&mut self, place: &Place, owner: &Account) -> Vec<usize> {
        let listed = owner.stores.known().map_or(&[][..], Vec::as_slice);
        let missing: Vec<&String> =
            listed.iter().filter(|arn| self.inventory.recorder(arn).is_none()).collect();
        let error = "the event data store was listed, but the inventory does not describe it";
        missing.into_iter().map(|arn| self.undescribed(place, arn, error)).collect()
    }

    fn undescribed(&mut self, place: &Place, recorder: &str, error: &str) -> usize {
        self.add(Gap {
            account: Some(place.account.clone()),
            region: Some(place.region.clone()),
            call: "cloudtrail:GetEventSelectors".to_owned(),
            subject: Some(recorder.to_owned()),
            kind: GapKind::Failed,
            error: error.to_owned(),
        })
    }

    /// A management account in which nobody can work: its stores may record all members, and nobody could look.
    fn inactive(&mut self, management: &Account) -> usize {
        let state = management.state.as_deref().unwrap_or_default();
        self.add(Gap {
            account: Some(management.id.clone()),
            region: None,
            call: "cloudtrail:ListEventDataStores".to_owned(),
            subject: None,
            kind: GapKind::Failed,
            error: format!(
                "the management account is {state}, so its event data stores could not be looked at"
            ),
        })
    }

    fn not_visited(&mut self, account: &str) -> usize {
        self.add(Gap {
            account: Some(account.to_owned()),
            region: None,
            call: "cloudtrail:ListEventDataStores".to_owned(),
            subject: None,
            kind: GapKind::Failed,
            error: "the account was not visited, so its event data stores are not known".to_owned(),
        })
    }

    /// The position of this gap, which is added unless it is there.
    pub(crate) fn add(&mut self, gap: Gap) -> usize {
        let own = self.inventory.gaps.len();
        if let Some(known) = self.gaps[own..].iter().position(|known| *known == gap) {
            return own + known;
        }
        self.gaps.push(gap);
        self.gaps.len() - 1
    }
}

fn is_active(account: &Account) -> bool {
    account.state.as_deref().is_none_or(|state| state == "ACTIVE")
}

fn other_region(recorder: &Recorder) -> Standing {
    Standing::Silent(SilentReason::OtherRegion(recorder.home_region.clone()))
}

/// A trail that logs but cannot deliver does not record.
fn delivering(sighting: &Sighting) -> Standing {
    match &sighting.status {
        Seen::Unread(gap) => Standing::May { gaps: vec![*gap] },
        Seen::Known(status) if !status.logging => Standing::Silent(SilentReason::NotLogging),
        Seen::Known(status) => match &status.delivery_error {
            Some(error) => Standing::Silent(SilentReason::CannotDeliver(error.clone())),
            None => Standing::May { gaps: Vec::new() },
        },
    }
}
