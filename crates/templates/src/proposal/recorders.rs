//! Recorders made, changed and deleted in an inventory, as a document proposes it.

use super::find::Found;
use super::hidden::is_open;
use super::sightings::Reach;
use super::world::{Flag, World, take};
use crate::document::{About, Action, Home, Kind, Proposed, property};
use crate::selectors::{self, Read};
use crate::value::{Value, Why};
use audit::edit::narrows_within;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use cloudtrail::selector::Selectors;
use recording::{Effort, Inclusion};

const SELECTORS: &str = "cloudtrail:GetEventSelectors";
const DESCRIBE: &str = "cloudtrail:DescribeTrails";
const STATUS: &str = "cloudtrail:GetTrailStatus";
const STORE: &str = "cloudtrail:GetEventDataStore";

/// Steps that the comparison of selectors of the file and the inventory may take.
const EFFORT: u64 = 1_000_000;

/// What a document says of how far a recorder reaches, and whether it records.
struct Flags {
    multi_region: Flag,
    organization: Flag,
    active: Flag,
}

impl World {
    /// Adds a recorder with these properties; `doubt` iff it may not be there. Its ARN, or `None` iff it is not a recorder.
    pub(super) fn insert(
        &mut self,
        resource: &Proposed,
        home: &Home,
        properties: &Value,
        doubt: Option<usize>,
    ) -> Option<String> {
        let kind = match resource.kind {
            Kind::Trail => RecorderKind::Trail,
            Kind::EventDataStore => RecorderKind::EventDataStore,
            _ => return None,
        };
        let flags = self.flags(resource, properties, kind);
        let selectors = self.selectors(resource, properties);
        let homes = self.possible_homes(resource, home, flags.organization);
        let mut arn = None;
        for (home, is_possible) in homes {
            let made = self.arn(resource, properties, &home);
            let name = properties.get(property::NAME).and_then(Value::as_text);
            let status = match (kind, flags.active) {
                (RecorderKind::EventDataStore, Flag::Known(false)) => {
                    Seen::Known(StoreStatus::Idle("STOPPED_INGESTION".to_owned()))
                }
                (RecorderKind::EventDataStore, active) => {
                    let open = [active.gap(), flags.multi_region.gap(), flags.organization.gap()];
                    let open = open.into_iter().chain([is_possible, doubt]).flatten().next();
                    open.map_or(Seen::Known(StoreStatus::Enabled), Seen::Unread)
                }
                _ => Seen::Known(StoreStatus::Enabled),
            };
            let trail = kind == RecorderKind::Trail;
            let said = |name: &str| match properties.get(name) {
                Some(Value::Bool(flag)) => Some(*flag),
                _ => None,
            };
            let recorder = Recorder {
                arn: made.clone(),
                name: name.unwrap_or(&resource.address).to_owned(),
                kind,
                account: home.account.clone().unwrap_or_default(),
                home_region: home.region.clone().unwrap_or_default(),
                multi_region: flags.multi_region.or(true) || home.region.is_none(),
                organization: flags.organization.or(true),
                selectors: selectors.clone(),
                status,
                log_file_validation: said(property::VALIDATION).filter(|_| trail),
                global_service_events: said(property::GLOBAL_EVENTS).filter(|_| trail),
                destination: bucket(properties).filter(|_| trail),
            };
            let reach = Reach {
                arn: made.clone(),
                account: recorder.account.clone(),
                home_region: recorder.home_region.clone(),
                multi_region: if home.region.is_none() {
                    is_possible.map_or(flags.multi_region, Flag::Open)
                } else {
                    flags.multi_region
                },
                organization: flags.organization,
                active: Some(flags.active),
                was: None,
                spreads: true,
                doubt: is_possible.or(doubt),
            };
            self.put(resource, recorder);
            if trail {
                self.sight(&reach);
            } else {
                self.list_store(&reach);
            }
            arn.get_or_insert(made);
        }
        arn
    }

    /// Where the recorder may be at home: there, or in any account that the inventory knows, with the gap that says so. A trail of an
    /// organization belongs to the management account, whoever makes it.
    fn possible_homes(
        &mut self,
        resource: &Proposed,
        home: &Home,
        organization: Flag,
    ) -> Vec<(Home, Option<usize>)> {
        let call = "cloudtrail:DescribeTrails";
        let mut home = home.clone();
        if let (Some(account), Flag::Known(true)) = (&home.account, organization)
            && let Some(account) = self.inventory.account(account)
            && let Some(Some(organization)) = account.organization.known()
        {
            home.account = Some(organization.management_account.clone());
        }
        if home.account.is_some() && home.region.is_some() {
            return vec![(home, None)];
        }
        let about = if home.account.is_none() { About::NoAccount } else { About::NoRegion };
        let gap = self.open(resource, "$", about, call);
        if home.account.is_some() {
            return vec![(home, Some(gap))];
        }
        let each = self.inventory.accounts.iter().map(|account| account.id.clone());
        each.map(|id| (Home { account: Some(id), ..home.clone() }, Some(gap))).collect()
    }

    fn flags(&mut self, resource: &Proposed, properties: &Value, kind: RecorderKind) -> Flags {
        let (regions, accounts) = reach_names(kind);
        let (active, call, status) = match kind {
            RecorderKind::EventDataStore => (property::INGESTION, STORE, STORE),
            _ => (property::LOGGING, DESCRIBE, STATUS),
        };
        if kind == RecorderKind::Trail {
            self.validation(resource, properties);
        }
        Flags {
            multi_region: self.flag(resource, properties, regions, call),
            organization: self.flag(resource, properties, accounts, call),
            active: self.flag(resource, properties, active, status),
        }
    }

    /// The doubt that nobody knows whether digests are delivered, iff nobody does. No recording rests on it.
    fn validation(&mut self, resource: &Proposed, properties: &Value) {
        if let Some(why) = properties.get(property::VALIDATION).and_then(Value::why) {
            let path = format!("$.{}", property::VALIDATION);
            self.doubts.push(resource.doubt(path, About::Unknown(why.clone())));
        }
    }

    fn selectors(&mut self, resource: &Proposed, properties: &Value) -> Seen<Selectors> {
        let homeless = self.assumed.account || self.assumed.region;
        if homeless && selectors::names_a_home(properties) {
            return Seen::Unread(self.open(resource, "$", About::NamesAHome, SELECTORS));
        }
        match selectors::read(properties, resource.kind == Kind::EventDataStore) {
            Read::Known(selectors, open) => {
                let doubts = open.into_iter().map(|(path, about)| resource.doubt(path, about));
                self.doubts.extend(doubts);
                Seen::Known(selectors)
            }
            Read::Open(path, about) => Seen::Unread(self.open(resource, &path, about, SELECTORS)),
        }
    }

    /// Takes a recorder out. Its ARN, iff it was there; where it may be any of several, each of them is in doubt.
    pub(super) fn remove(&mut self, resource: &Proposed, home: &Home, was: &Value) -> Option<String> {
        match self.find(resource, home, was) {
            Found::One(arn) => {
                take(&mut self.inventory, &arn);
                Some(arn)
            }
            Found::None => {
                self.doubts.push(resource.doubt("$", About::NotInInventory));
                None
            }
            Found::Unsure(all) => {
                self.shake(resource, &all);
                None
            }
        }
    }

    /// Puts recorders in doubt of which each may be the one that changes.
    fn shake(&mut self, resource: &Proposed, all: &[String]) {
        let gap = self.open(resource, "$", About::WhichOne, SELECTORS);
        for recorder in self.inventory.recorders.iter_mut().filter(|one| all.contains(&one.arn)) {
            recorder.selectors = Seen::Unread(gap);
        }
        for place in &mut self.inventory.places {
            let Seen::Known(trails) = &mut place.trails else { continue };
            for sighting in trails.iter_mut().filter(|one| all.contains(&one.trail)) {
                sighting.status = Seen::Unread(gap);
            }
        }
    }

    /// Makes a recorder. One that is there already under its ARN is as the document says afterwards.
    pub(super) fn create(&mut self, resource: &Proposed, home: &Home, is: &Value) -> Option<String> {
        let Found::One(arn) = self.find(resource, home, is) else {
            return self.insert(resource, home, is, None);
        };
        self.doubts.push(resource.doubt("$", About::AlreadyThere));
        let before = self.inventory.clone();
        let named = Value::Map([(property::ARN.to_owned(), Value::Text(arn.clone()))].into());
        self.remove(resource, home, &named);
        let made = self.insert(resource, home, is, None);
        self.as_seen_before(&arn, &before);
        made
    }

    /// Makes a recorder, or changes the one that is there: its ARN before and after.
    pub(super) fn declare(
        &mut self,
        resource: &Proposed,
        home: &Home,
        is: &Value,
    ) -> (Option<String>, Option<String>) {
        match self.find(resource, home, is) {
            Found::One(arn) => {
                self.change(&arn, resource, None, is);
                (Some(arn.clone()), Some(arn))
            }
            Found::None => (None, self.insert(resource, home, is, None)),
            Found::Unsure(all) => {
                self.shake(resource, &all);
                (None, self.insert(resource, home, is, None))
            }
        }
    }

    /// Changes what the document changes: the ARN before and after. One that the inventory does not hold may or may not be there.
    pub(super) fn update(
        &mut self,
        resource: &Proposed,
        home: &Home,
        was: &Value,
        is: &Value,
    ) -> (Option<String>, Option<String>) {
        match self.find(resource, home, was) {
            Found::One(arn) => {
                self.compare(&arn, resource, was);
                self.change(&arn, resource, Some(was), is);
                (Some(arn.clone()), Some(arn))
            }
            Found::None => {
                let gap = self.open(resource, "$", About::NotInInventory, DESCRIBE);
                (None, self.insert(resource, home, is, Some(gap)))
            }
            Found::Unsure(all) => {
                self.shake(resource, &all);
                let gap = self.open(resource, "$", About::WhichOne, DESCRIBE);
                (None, self.insert(resource, home, is, Some(gap)))
            }
        }
    }

    /// That the document and the inventory say the same of the recorder as it is; a doubt where they do not.
    fn compare(&mut self, arn: &str, resource: &Proposed, was: &Value) {
        let Some(at) = self.inventory.recorder(arn) else { return };
        let recorder = &self.inventory.recorders[at];
        let (regions, accounts) = reach_names(recorder.kind);
        let flags = [
            (regions, Some(recorder.multi_region)),
            (accounts, Some(recorder.organization)),
            (property::VALIDATION, recorder.log_file_validation),
        ];
        let differs = |(name, seen): &(&str, Option<bool>)| match (was.get(name), seen) {
            (Some(Value::Bool(said)), Some(seen)) => said != seen,
            _ => false,
        };
        let mut paths: Vec<String> =
            flags.iter().filter(|one| differs(one)).map(|(name, _)| format!("$.{name}")).collect();
        let is_store = recorder.kind == RecorderKind::EventDataStore;
        if let (Seen::Known(seen), Read::Known(said, _)) =
            (&recorder.selectors, selectors::read(was, is_store))
        {
            let mut effort = Effort::new(EFFORT);
            let mut within = |one: &Selectors, other: &Selectors| {
                narrows_within(one, other, &mut effort) == Inclusion::Included
            };
            if !(within(seen, &said) && within(&said, seen)) {
                paths.push(format!(
                    "$.{}",
                    if is_store { property::ADVANCED_SELECTORS } else { property::SELECTORS }
                ));
            }
        }
        let doubts = paths.into_iter().map(|path| resource.doubt(path, About::Differs));
        self.doubts.extend(doubts);
    }

    /// Changes a recorder that is there: all that the document says, or what differs from `was`.
    fn change(&mut self, arn: &str, resource: &Proposed, was: Option<&Value>, is: &Value) {
        let Some(at) = self.inventory.recorder(arn) else { return };
        let differs = |name: &str| match was {
            Some(was) => is.get(name) != was.get(name),
            None => is.get(name).is_some(),
        };
        // Two values that are unknown for one reason need not be the same.
        let changed = |name: &str| {
            let is_other =
                differs(name) || resource.action != Action::Keep && is.get(name).is_some_and(is_open);
            is_other && !resource.stays_as_it_is(name)
        };
        let kind = self.inventory.recorders[at].kind;
        let flags = self.changed_flags(resource, &changed, is, at);
        let lists = [property::SELECTORS, property::ADVANCED_SELECTORS, property::DOCUMENT];
        if lists.into_iter().any(&changed) {
            let emptied = was.is_some_and(|was| is_set(was, property::ADVANCED_SELECTORS))
                && !is_set(is, property::ADVANCED_SELECTORS)
                && !is_set(is, property::SELECTORS);
            let selectors = if emptied {
                let path = format!("$.{}", property::ADVANCED_SELECTORS);
                Seen::Unread(self.open(resource, &path, About::EmptiedSelectors, SELECTORS))
            } else {
                self.selectors(resource, is)
            };
            self.inventory.recorders[at].selectors = selectors;
        }
        let said = |name: &str| match is.get(name) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        };
        let open_validation = kind == RecorderKind::Trail && changed(property::VALIDATION);
        if open_validation {
            self.validation(resource, is);
        }
        let recorder = &mut self.inventory.recorders[at];
        let was = recorder.clone();
        recorder.multi_region = flags.multi_region.or(true);
        recorder.organization = flags.organization.or(true);
        if open_validation {
            recorder.log_file_validation = said(property::VALIDATION);
        }
        if kind == RecorderKind::Trail && changed(property::GLOBAL_EVENTS) {
            recorder.global_service_events = said(property::GLOBAL_EVENTS);
        }
        let moves = differs(property::BUCKET) || differs(property::SAME_BUCKET);
        if kind == RecorderKind::Trail && moves {
            recorder.destination = bucket(is);
        }
        let reach = Reach {
            arn: arn.to_owned(),
            account: recorder.account.clone(),
            home_region: recorder.home_region.clone(),
            multi_region: flags.multi_region,
            organization: flags.organization,
            active: flags.active,
            // Where the file says again how far it reaches, the inventory knows where it is seen.
            spreads: flags.multi_region != Flag::Known(was.multi_region)
                || flags.organization != Flag::Known(was.organization),
            was: Some(was),
            doubt: None,
        };
        match kind {
            RecorderKind::EventDataStore => self.restatus(at, &reach),
            _ => self.sight(&reach),
        }
    }

    /// The flags of a recorder after the change; those that it leaves alone as the inventory has them.
    fn changed_flags(
        &mut self,
        resource: &Proposed,
        changed: &dyn Fn(&str) -> bool,
        is: &Value,
        at: usize,
    ) -> ChangedFlags {
        let recorder = &self.inventory.recorders[at];
        let (kind, regions, accounts) = (recorder.kind, recorder.multi_region, recorder.organization);
        let (region_flag, account_flag) = reach_names(kind);
        let active_flag = match kind {
            RecorderKind::EventDataStore => property::INGESTION,
            _ => property::LOGGING,
        };
        let mut one = |name: &str, now: bool| match changed(name) {
            true => self.flag(resource, is, name, DESCRIBE),
            false => Flag::Known(now),
        };
        let multi_region = one(region_flag, regions);
        let organization = one(account_flag, accounts);
        let unsaid = matches!(is.get(active_flag), Some(Value::Unknown(Why::NotSaid)));
        let active = (changed(active_flag) && !unsaid).then(|| self.flag(resource, is, active_flag, STATUS));
        ChangedFlags { multi_region, organization, active }
    }

    /// The status of an event data store after a change.
    fn restatus(&mut self, at: usize, reach: &Reach) {
        let recorder = &mut self.inventory.recorders[at];
        match reach.active {
            Some(Flag::Known(true)) => recorder.status = Seen::Known(StoreStatus::Enabled),
            Some(Flag::Known(false)) => {
                recorder.status = Seen::Known(StoreStatus::Idle("STOPPED_INGESTION".to_owned()));
            }
            Some(Flag::Open(gap)) => recorder.status = Seen::Unread(gap),
            None => {}
        }
        let is_idle = matches!(recorder.status, Seen::Known(StoreStatus::Idle(_)));
        if let Some(gap) = reach.multi_region.gap().or(reach.organization.gap()).filter(|_| !is_idle) {
            recorder.status = Seen::Unread(gap);
        }
    }
}

struct ChangedFlags {
    multi_region: Flag,
    organization: Flag,
    active: Option<Flag>,
}

/// The properties that say whether a recorder reaches all Regions, and all accounts of an organization.
pub(crate) const fn reach_names(kind: RecorderKind) -> (&'static str, &'static str) {
    match kind {
        RecorderKind::EventDataStore => (property::MULTI_REGION_STORE, property::ORGANIZATION_STORE),
        RecorderKind::Trail | RecorderKind::Channel => {
            (property::MULTI_REGION_TRAIL, property::ORGANIZATION_TRAIL)
        }
    }
}

/// The name of the bucket of a trail, where it is known.
fn bucket(properties: &Value) -> Option<String> {
    properties.get(property::BUCKET).and_then(Value::as_text).map(str::to_owned)
}

/// True iff the list holds something, or may.
fn is_set(properties: &Value, name: &str) -> bool {
    match properties.get(name) {
        None => false,
        Some(Value::List(items)) => !items.is_empty(),
        Some(_) => true,
    }
}
