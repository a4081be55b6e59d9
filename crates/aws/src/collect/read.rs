//! What was read before it is an inventory: values that carry their gap with them, because its place in the list of gaps
//! is only known at the end.

use audit::inventory::{Gap, OptIn, Organization, Serving, TrailStatus};
use cloudtrail::recorder::{RecorderKind, StoreStatus};
use cloudtrail::selector::Selectors;
use std::collections::BTreeMap;

/// A value, or why there is none.
pub(crate) type Read<T> = Result<T, Gap>;

#[derive(Clone, Debug)]
pub(crate) struct AccountRead {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) audited: bool,
    pub(crate) organization: Read<Option<Organization>>,
    pub(crate) regions: Read<BTreeMap<String, OptIn>>,
    pub(crate) stores: StoresRead,
    pub(crate) places: Vec<PlaceRead>,
}

/// The event data stores that an account sees.
#[derive(Clone, Debug)]
pub(crate) struct StoresRead {
    /// The ones it owns, by ARN.
    pub(crate) owned: Read<Vec<String>>,
    /// All that it sees.
    pub(crate) seen: Vec<RecorderRead>,
    /// Every listing that failed, also behind the first.
    pub(crate) gaps: Vec<Gap>,
}

#[derive(Clone, Debug)]
pub(crate) struct PlaceRead {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) trails: Read<Vec<TrailRead>>,
    pub(crate) channels: ChannelsRead,
    pub(crate) functions: ListingRead,
    pub(crate) web_functions: ListingRead,
    pub(crate) microvm_images: ListingRead,
}

#[derive(Clone, Debug)]
pub(crate) struct ChannelsRead {
    pub(crate) arns: Read<Vec<String>>,
    pub(crate) seen: Vec<RecorderRead>,
}

/// A trail as DescribeTrails shows it at one place, and its status there.
#[derive(Clone, Debug)]
pub(crate) struct TrailRead {
    pub(crate) facts: TrailFacts,
    pub(crate) status: Read<TrailStatus>,
}

/// What DescribeTrails says of a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrailFacts {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) home_region: String,
    pub(crate) multi_region: bool,
    pub(crate) organization: bool,
    pub(crate) log_file_validation: Option<bool>,
    pub(crate) global_service_events: Option<bool>,
    pub(crate) bucket: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct RecorderRead {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) kind: RecorderKind,
    pub(crate) account: String,
    pub(crate) home_region: String,
    pub(crate) multi_region: bool,
    pub(crate) organization: bool,
    pub(crate) selectors: Read<Selectors>,
    pub(crate) status: Read<StoreStatus>,
    pub(crate) log_file_validation: Option<bool>,
    pub(crate) global_service_events: Option<bool>,
    pub(crate) destination: Option<String>,
}

/// Resources of one type at one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListingRead {
    pub(crate) resources: Vec<ResourceRead>,
    pub(crate) gap: Option<Gap>,
}

#[derive(Clone, Debug)]
pub(crate) struct ResourceRead {
    pub(crate) arn: Box<str>,
    pub(crate) serving: Read<Serving>,
}

impl StoresRead {
    /// Nothing could be asked.
    pub(crate) fn unread(gap: &Gap) -> Self {
        StoresRead { owned: Err(gap.clone()), seen: Vec::new(), gaps: Vec::new() }
    }

    /// There are none.
    pub(crate) fn none() -> Self {
        StoresRead { owned: Ok(Vec::new()), seen: Vec::new(), gaps: Vec::new() }
    }
}

impl ListingRead {
    pub(crate) fn unread(gap: &Gap) -> Self {
        ListingRead { resources: Vec::new(), gap: Some(gap.clone()) }
    }
}

impl PlaceRead {
    /// Nothing could be asked.
    pub(crate) fn unread(account: &str, region: &str, gap: &Gap) -> Self {
        PlaceRead {
            account: account.to_owned(),
            region: region.to_owned(),
            trails: Err(gap.clone()),
            channels: ChannelsRead { arns: Err(gap.clone()), seen: Vec::new() },
            functions: ListingRead::unread(gap),
            web_functions: ListingRead::unread(gap),
            microvm_images: ListingRead::unread(gap),
        }
    }
}
