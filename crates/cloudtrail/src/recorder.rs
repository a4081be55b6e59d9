//! A recorder: a trail, an event data store or a channel, with all that was seen of its configuration.

use crate::selector::Selectors;
use std::fmt;

/// What kind of recorder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecorderKind {
    /// A trail: delivers to a bucket.
    Trail,
    /// An event data store of CloudTrail Lake (closed to new customers since 2026-05-31).
    EventDataStore,
    /// A service-linked channel: a copy for another AWS service; never counted as a recorder, only named.
    Channel,
}

impl RecorderKind {
    /// In words, one of them.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Trail => "trail",
            Self::EventDataStore => "event data store",
            Self::Channel => "channel",
        }
    }
}

impl fmt::Display for RecorderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// Something that was asked for: known, or not read because of the gap at that place in the inventory's list of gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// This is what AWS answered.
    Known(T),
    /// AWS could not be asked, or did not answer: index into the list of gaps.
    Unread(usize),
}

impl<T> Seen<T> {
    /// The value iff it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unread(_) => None,
        }
    }

    /// The gap iff it was not read.
    pub fn gap(&self) -> Option<usize> {
        match self {
            Self::Known(_) => None,
            Self::Unread(gap) => Some(*gap),
        }
    }
}

/// One recorder, as its owner's account sees it in its home Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorder {
    /// Its ARN: what it is known by everywhere.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Trail, event data store or channel.
    pub kind: RecorderKind,
    /// The account in its ARN.
    pub account: String,
    /// Where it was made; its selectors can be read and set there alone.
    pub home_region: String,
    /// True iff it reaches every Region that is enabled.
    pub multi_region: bool,
    /// True iff it reaches every account of its owner's organization.
    pub organization: bool,
    /// Its event selectors.
    pub selectors: Seen<Selectors>,
    /// What AWS says of its activity where that does not depend on the place: an event data store's status; `Enabled`
    /// for channels. For trails see the sightings of the inventory.
    pub status: Seen<StoreStatus>,
    /// `LogFileValidationEnabled` of a trail; `None` for other kinds.
    pub log_file_validation: Option<bool>,
    /// `IncludeGlobalServiceEvents` of a trail: whether it records events of global services (IAM, STS, CloudFront), which
    /// happen in one Region of the partition. `None` where it was not said, and for other kinds.
    pub global_service_events: Option<bool>,
    /// The bucket of a trail; the service a channel belongs to; `None` otherwise.
    pub destination: Option<String>,
}

/// `Status` of an event data store (semantics 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreStatus {
    /// It ingests. Also the status given to trails and channels, which have none of their own.
    Enabled,
    /// It certainly does not ingest: `STOPPED_INGESTION`, `PENDING_DELETION`, `CREATED`.
    Idle(String),
    /// It may or may not ingest just now: `STARTING_INGESTION`, `STOPPING_INGESTION`, and names we do not know.
    Changing(String),
}

impl StoreStatus {
    /// Reads the name AWS gives the status.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "ENABLED" => Self::Enabled,
            "STOPPED_INGESTION" | "PENDING_DELETION" | "CREATED" => Self::Idle(name.to_owned()),
            other => Self::Changing(other.to_owned()),
        }
    }

    /// The name AWS gives it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Idle(name) | Self::Changing(name) => name,
        }
    }
}
