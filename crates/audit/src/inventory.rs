//! The inventory: what was seen of accounts, Regions, resources and recorders, and what could not be read.
//!
//! It is potentially incomplete and outdated, and says so: every failure to read is a [`Gap`], and whatever was not read
//! points at its gap. It can be saved, and audited elsewhere and later; nothing in it needs the network.

mod sight;

pub use sight::Sight;

use crate::extra_facts::ExtraFacts;
use cloudtrail::recorder::{Recorder, Seen};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Everything one collection saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// When the collection began: RFC 3339, UTC.
    pub collected_at: String,
    /// The partition of all its accounts: `aws`, `aws-cn`, ...
    pub partition: String,
    /// The ARN of whoever collected, where known.
    pub caller: Option<String>,
    /// The Regions that were asked for; `None` iff all enabled ones.
    pub regions_asked: Option<Vec<String>>,
    /// The accounts audited, and any other that was visited because it owns recorders of these; sorted by id.
    pub accounts: Vec<Account>,
    /// Every audited account in every audited Region; sorted by account, then Region.
    pub places: Vec<Place>,
    /// Every recorder seen anywhere, once; sorted by ARN.
    pub recorders: Vec<Recorder>,
    /// Everything that could not be read. Others point here by index, so it is append-only.
    pub gaps: Vec<Gap>,
    /// What a plan or a backout needs besides; mostly empty.
    pub extra: ExtraFacts,
}

/// An AWS account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// The name in AWS Organizations, where known.
    pub name: Option<String>,
    /// `State` in AWS Organizations (`ACTIVE`, `SUSPENDED`, ...), where known.
    pub state: Option<String>,
    /// False iff it was only visited because it may own recorders of audited accounts.
    pub audited: bool,
    /// The organization it belongs to; `Known(None)` iff it certainly belongs to none.
    pub organization: Seen<Option<Organization>>,
    /// Every Region AWS offers to the account, with its state.
    pub regions: Seen<BTreeMap<String, OptIn>>,
    /// The event data stores *owned* by this account in all its enabled Regions, by ARN: complete iff known. A store
    /// that was listed but could not be read further is a recorder whose selectors are unread.
    pub stores: Seen<Vec<String>>,
}

/// An organization of AWS Organizations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Organization {
    /// `o-...`
    pub id: String,
    /// The management account: it owns the organization's trails and event data stores.
    pub management_account: String,
}

/// Whether an account may use a Region (`RegionOptStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// `ENABLED_BY_DEFAULT`, `opt-in-not-required`: no account can be without it.
    ByDefault,
    /// `ENABLED`, `opted-in`: an opt-in Region that this account has enabled.
    Enabled,
    /// `DISABLED`, `not-opted-in`: an opt-in Region that this account does not have.
    Disabled,
    /// `ENABLING`, `DISABLING`, or a state we do not know: the account may have it, so it is looked into.
    Changing,
}

/// One account in one Region: where functions live and trails are seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Every trail or shadow of a trail that exists here (DescribeTrails with shadow trails): complete iff known.
    pub trails: Seen<Vec<Sighting>>,
    /// Service-linked channels seen here, by ARN.
    pub channels: Seen<Vec<String>>,
    /// `AWS::Lambda::Function`
    pub functions: Listing,
    /// `AWS::Lambda::WebFunction` whose home is here.
    pub web_functions: Listing,
    /// `AWS::Lambda::MicrovmImage`
    pub microvm_images: Listing,
}

/// A trail as it is seen at one place, where it or its shadow exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The trail's ARN.
    pub trail: String,
    /// GetTrailStatus at this place.
    pub status: Seen<TrailStatus>,
}

/// What GetTrailStatus says at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailStatus {
    /// `IsLogging`
    pub logging: bool,
    /// `LatestDeliveryError`, iff there is one and it is not empty: a trail that cannot deliver does not record.
    pub delivery_error: Option<String>,
    /// `LatestDeliveryTime`, RFC 3339.
    pub latest_delivery: Option<String>,
    /// `LatestDigestDeliveryError`, iff there is one and it is not empty.
    pub digest_error: Option<String>,
    /// `StopLoggingTime`, RFC 3339.
    pub stopped_at: Option<String>,
}

/// The resources of one type at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What was listed, also when the listing broke off; sorted by ARN.
    pub resources: Resources,
    /// Why it may not be all; `None` iff the listing is complete.
    pub gap: Option<usize>,
}

/// A list of resources that copies of an inventory share until one of them changes it: a plan judges the same million functions after
/// every step, and no step changes which there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources(Arc<Vec<Resource>>);

impl From<Vec<Resource>> for Resources {
    fn from(list: Vec<Resource>) -> Self {
        Resources(Arc::new(list))
    }
}

impl FromIterator<Resource> for Resources {
    fn from_iter<I: IntoIterator<Item = Resource>>(list: I) -> Self {
        Vec::from_iter(list).into()
    }
}

impl Deref for Resources {
    type Target = Vec<Resource>;

    fn deref(&self) -> &Vec<Resource> {
        &self.0
    }
}

impl DerefMut for Resources {
    fn deref_mut(&mut self) -> &mut Vec<Resource> {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a> IntoIterator for &'a mut Resources {
    type Item = &'a mut Resource;
    type IntoIter = std::slice::IterMut<'a, Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'a> IntoIterator for &'a Resources {
    type Item = &'a Resource;
    type IntoIter = std::slice::Iter<'a, Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A Lambda resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its unqualified ARN.
    pub arn: Box<str>,
    /// The Regions that serve it besides its own; only web functions can have any, and only theirs can be unread.
    pub serving: Serving,
}

/// Where a resource is served besides its own Region. Invocations are recorded in the Region that serves (semantics 1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Serving {
    /// Nowhere else.
    #[default]
    Home,
    /// Also in these Regions, sorted.
    Also(Box<[String]>),
    /// Not read: the gap.
    Unread(usize),
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The account that was asked about, where known.
    pub account: Option<String>,
    /// The Region that was asked, where there is one.
    pub region: Option<String>,
    /// The call, named like its IAM action: `cloudtrail:GetEventSelectors`.
    pub call: String,
    /// The recorder or resource it was about, where there is one.
    pub subject: Option<String>,
    /// Why.
    pub kind: GapKind,
    /// What AWS or the network said, in one line.
    pub error: String,
}

impl Gap {
    /// What is not known, as the end of a sentence that says what hangs on it.
    #[must_use]
    pub fn why(&self) -> String {
        match self.kind {
            GapKind::Refused => format!("AWS refused {}", self.call),
            GapKind::AfterApply => self.error.clone(),
            _ => format!("{} could not be read", self.call),
        }
    }
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// The caller lacks the permission: the call names the missing action.
    Refused,
    /// Throttled, failing or silent until we gave up.
    Failed,
    /// The service does not know the operation in this Region, so there is nothing of that kind there (HTTP 404 without
    /// an error code of AWS, or `UnknownOperationException`). It does not decide where nothing was listed.
    NotOffered,
    /// The user interrupted the collection before this was read.
    Interrupted,
    /// A proposed change decides it, and its template leaves it open: nobody can say before the change is applied.
    AfterApply,
}

impl GapKind {
    /// The word for it in our formats.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::NotOffered => "not_offered",
            Self::Interrupted => "interrupted",
            Self::AfterApply => "after_apply",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Refused, Self::Failed, Self::NotOffered, Self::Interrupted, Self::AfterApply]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl Inventory {
    /// The account of that id.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts
            .binary_search_by(|account| account.id.as_str().cmp(id))
            .ok()
            .map(|at| &self.accounts[at])
    }

    /// The position of the recorder of that ARN.
    #[must_use]
    pub fn recorder(&self, arn: &str) -> Option<usize> {
        self.recorders.binary_search_by(|recorder| recorder.arn.as_str().cmp(arn)).ok()
    }

    /// Whether the trail of that ARN logs and delivers, wherever it is seen; `None` iff that was read nowhere.
    #[must_use]
    pub fn is_logging(&self, arn: &str) -> Option<bool> {
        let sightings = self.places.iter().filter_map(|place| place.trails.known()).flatten();
        let of_trail = sightings.filter(|sighting| sighting.trail == arn);
        let known = of_trail.filter_map(|sighting| sighting.status.known());
        known.map(|status| status.logging && status.delivery_error.is_none()).reduce(|all, one| all && one)
    }

    /// The position of the place.
    #[must_use]
    pub fn place(&self, account: &str, region: &str) -> Option<usize> {
        let key = (account, region);
        self.places.binary_search_by(|place| (place.account.as_str(), place.region.as_str()).cmp(&key)).ok()
    }

    /// The gaps of calls that say what is there and what it records, on which nothing of the inventory rests: they may be about anything.
    /// What a template leaves open is about the resource that it names, and about nothing else.
    #[must_use]
    pub fn gaps_of_nothing(&self) -> Vec<usize> {
        let is_facts = |gap: &Gap| {
            let is_here = gap.account.as_deref().is_none_or(|id| self.account(id).is_some());
            is_here && gap.kind != GapKind::AfterApply && FACTS.contains(&gap.call.as_str())
        };
        let mut open: Vec<usize> = (0..self.gaps.len()).filter(|at| is_facts(&self.gaps[*at])).collect();
        // Most have none, and nothing is looked through then.
        if !open.is_empty() {
            let rested: BTreeSet<usize> = self.gaps_rested_on().collect();
            open.retain(|gap| !rested.contains(gap));
        }
        open
    }

    fn gaps_rested_on(&self) -> impl Iterator<Item = usize> {
        let accounts = self
            .accounts
            .iter()
            .flat_map(|account| [account.organization.gap(), account.regions.gap(), account.stores.gap()]);
        let recorders =
            self.recorders.iter().flat_map(|recorder| [recorder.selectors.gap(), recorder.status.gap()]);
        let places = self.places.iter().flat_map(|place| {
            let statuses = place.trails.known().into_iter().flatten().map(|sighting| sighting.status.gap());
            let listings = [&place.functions, &place.web_functions, &place.microvm_images];
            let serving = listings.into_iter().flat_map(|listing| &listing.resources).map(|resource| {
                match resource.serving {
                    Serving::Unread(gap) => Some(gap),
                    Serving::Home | Serving::Also(_) => None,
                }
            });
            let listed = listings.into_iter().map(|listing| listing.gap);
            [place.trails.gap(), place.channels.gap()]
                .into_iter()
                .chain(statuses)
                .chain(listed)
                .chain(serving)
        });
        accounts.chain(recorders).chain(places).flatten()
    }
}

/// The calls that say which accounts, Regions, trails and functions there are, and what trails record. Event data stores are asked for in every
/// Region, and an account rests on the first gap of all.
const FACTS: [&str; 10] = [
    "organizations:ListAccounts",
    "organizations:DescribeOrganization",
    "account:ListRegions",
    "ec2:DescribeRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetEventSelectors",
    "lambda:ListFunctions",
    "lambda:ListWebFunctions",
    "lambda:ListMicrovmImages",
];
