//! A recorder as an inventory knows it.

use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::Selectors;
use std::collections::{BTreeMap, BTreeSet};

/// A recorder as an inventory knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRecorder {
    /// Its ARN.
    pub arn: String,
    /// Trail or event data store.
    pub kind: RecorderKind,
    /// True iff it reaches every Region.
    pub multi_region: bool,
    /// True iff it reaches every account of the organization.
    pub organization: bool,
    /// Other accounts that it is known to reach: they see it, or belong to its organization.
    pub members: BTreeSet<String>,
    /// Accounts and Regions that it would reach and does not certainly: true where it was seen to be absent, false where that was not read.
    pub holes: BTreeMap<(String, String), bool>,
    /// True iff it records; `None` where that was not read.
    pub recording: Option<bool>,
    /// Its selectors; `None` where they were not read.
    pub selectors: Option<Selectors>,
    /// When that was so: milliseconds since 1970.
    pub at: i64,
    /// The name of the bucket that a trail delivers to; `None` for stores, or where that was not read.
    pub bucket: Option<String>,
    /// The key that it encrypts with: an ARN, an id or an alias; `None` where there is none, or where that was not read.
    pub key: Option<String>,
    /// The ARN of the log group that a trail delivers to; `None` where there is none, or where that was not read.
    pub log_group: Option<String>,
}
