//! An inventory while a document is written into it.

use super::Assumed;
use crate::document::Doubt;
use crate::document::{About, Home, Kind, Proposed, property};
use crate::value::{Value, Why};
use audit::inventory::{Gap, GapKind, Inventory};
use cloudtrail::recorder::{Recorder, Seen};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct World {
    pub(super) inventory: Inventory,
    pub(super) doubts: Vec<Doubt>,
    pub(super) assumed: Assumed,
    /// The recorders that the document makes: ARN, address.
    made: BTreeMap<String, String>,
    /// Accounts that saw a trail of an organization, each with the account that manages it: they are in it, whatever else was read of them.
    members: BTreeSet<(String, String)>,
}

/// True or false, or open because of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Known(bool),
    Open(usize),
}

impl Flag {
    /// It, or what to take it for while it is open.
    pub(super) const fn or(self, open: bool) -> bool {
        match self {
            Self::Known(flag) => flag,
            Self::Open(_) => open,
        }
    }

    pub(super) const fn gap(self) -> Option<usize> {
        match self {
            Self::Known(_) => None,
            Self::Open(gap) => Some(gap),
        }
    }
}

impl World {
    pub(super) fn new(inventory: Inventory, assumed: Assumed) -> Self {
        let members = members(&inventory);
        World { inventory, doubts: Vec::new(), assumed, made: BTreeMap::new(), members }
    }

    /// True iff the account was seen to be in the organization of the other.
    pub(super) fn is_member(&self, management: &str, account: &str) -> bool {
        self.members.contains(&(management.to_owned(), account.to_owned()))
    }

    /// A gap about a part of a resource, with the doubt that says so.
    pub(super) fn open(&mut self, resource: &Proposed, path: &str, about: About, call: &str) -> usize {
        let error = format!("`{path}` of {} {}", resource.address, words(&about));
        self.doubts.push(resource.doubt(path, about));
        let gap = Gap {
            account: resource.home.account.clone(),
            region: resource.home.region.clone(),
            call: call.to_owned(),
            subject: Some(resource.address.clone()),
            kind: GapKind::AfterApply,
            error,
        };
        let gaps = &mut self.inventory.gaps;
        match gaps.iter().rposition(|known| *known == gap) {
            Some(at) => at,
            None => {
                gaps.push(gap);
                gaps.len() - 1
            }
        }
    }

    /// A property that is true or false.
    pub(super) fn flag(&mut self, resource: &Proposed, properties: &Value, name: &str, call: &str) -> Flag {
        let why = match properties.get(name) {
            Some(Value::Bool(flag)) => return Flag::Known(*flag),
            Some(Value::Unknown(why)) => why.clone(),
            Some(_) => Why::WrongType("true or false"),
            None => Why::NotSaid,
        };
        Flag::Open(self.open(resource, &format!("$.{name}"), About::Unknown(why), call))
    }

    /// Puts a recorder in its place, instead of one of the same ARN. If the document made that one, too, nobody can say which of them
    /// AWS will hold.
    pub(super) fn put(&mut self, resource: &Proposed, mut recorder: Recorder) {
        let made = self.made.insert(recorder.arn.clone(), resource.address.clone());
        if let Some(other) = made.filter(|other| *other != resource.address) {
            let gap = self.open(resource, "$", About::Twice(other), "cloudtrail:GetEventSelectors");
            recorder.selectors = Seen::Unread(gap);
        }
        let all = &mut self.inventory.recorders;
        match all.binary_search_by(|one| one.arn.cmp(&recorder.arn)) {
            Ok(at) => all[at] = recorder,
            Err(at) => all.insert(at, recorder),
        }
    }

    /// The ARN that a resource has with these properties: the one that the file says, or the one that its name gives. Of an event data
    /// store, and where no name is known, the address stands for what AWS gives it.
    pub(super) fn arn(&self, resource: &Proposed, properties: &Value, home: &Home) -> String {
        let text = |name: &str| properties.get(name).and_then(Value::as_text);
        if let Some(arn) = text(property::ARN) {
            return arn.to_owned();
        }
        let (kind, name) = match resource.kind {
            Kind::EventDataStore => ("eventdatastore", None),
            _ => ("trail", text(property::NAME)),
        };
        let name = name.unwrap_or(&resource.address);
        let part = |said: &Option<String>| said.clone().unwrap_or_default();
        let partition = home.partition.as_ref().unwrap_or(&self.inventory.partition);
        format!("arn:{partition}:cloudtrail:{}:{}:{kind}/{name}", part(&home.region), part(&home.account))
    }
}

/// What is open, as the end of a sentence about it.
fn words(about: &About) -> String {
    let why = match about {
        About::Unknown(why) | About::Condition(why) | About::Count(why) => why,
        About::SelectorsUnread(why) => return format!("cannot be read: {why}"),
        About::Twice(other) => return format!("is the same recorder as {other}"),
        About::NoAccount => return "has no account".to_owned(),
        About::NoRegion => return "has no Region".to_owned(),
        About::NamesAHome => {
            return "names an account or a Region, and the file does not say its own".to_owned();
        }
        About::EmptiedSelectors => return "become empty, and AWS does not say what that records".to_owned(),
        About::NotInInventory => return "is not in the inventory".to_owned(),
        About::OutsideInventory => return "is in an account or Region outside of the inventory".to_owned(),
        About::WhichOne => return "does not say which recorder of the inventory it is".to_owned(),
        About::BucketReplaced => return "is made anew with the name of one that goes".to_owned(),
        About::PolicyWithoutCloudTrail => return "does not let CloudTrail write".to_owned(),
        About::PolicyDeleted => return "is taken away, and may have let CloudTrail write".to_owned(),
        About::BucketUndelivered(error) => {
            return format!("delivers to a bucket that AWS cannot deliver to: {error}");
        }
        About::MayBeMended(error) => {
            return format!("may mend that AWS cannot deliver: {error}");
        }
        About::Selectors(_)
        | About::Incomplete(_)
        | About::NotLookedInto(_)
        | About::Differs
        | About::AlreadyThere => return "is in doubt".to_owned(),
    };
    match why {
        Why::AfterApply => "is known only after the change is applied".to_owned(),
        Why::Sensitive => "is marked as sensitive".to_owned(),
        Why::NoParameter(name) => format!("needs a value of the parameter {name}"),
        Why::Unsupported(name) => format!("uses {name}, which is not evaluated"),
        Why::Elsewhere(name) => format!("refers to {name}, which is not in the file"),
        Why::Cycle(name) => format!("refers to itself through {name}"),
        Why::TooLarge => "is too large".to_owned(),
        Why::WrongType(wanted) => format!("is not {wanted}"),
        Why::NotSaid => "is not in the file".to_owned(),
    }
}

fn members(inventory: &Inventory) -> BTreeSet<(String, String)> {
    let seen = inventory.places.iter().flat_map(|place| {
        let trails = place.trails.known().into_iter().flatten();
        trails
            .filter_map(move |one| inventory.recorder(&one.trail).map(|at| (place, &inventory.recorders[at])))
    });
    let of_organization = seen.filter(|(place, trail)| trail.organization && trail.account != place.account);
    of_organization.map(|(place, trail)| (trail.account.clone(), place.account.clone())).collect()
}

/// Takes a recorder out of an inventory.
pub(crate) fn take(world: &mut Inventory, arn: &str) {
    world.recorders.retain(|recorder| recorder.arn != arn);
    for place in &mut world.places {
        if let Seen::Known(trails) = &mut place.trails {
            trails.retain(|sighting| sighting.trail != arn);
        }
    }
    for account in &mut world.accounts {
        if let Seen::Known(stores) = &mut account.stores {
            stores.retain(|store| store != arn);
        }
    }
}
