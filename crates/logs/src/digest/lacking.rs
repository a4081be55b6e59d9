//! Where a trail lacks digests, and why.

/// Why a trail's records of a time cannot be proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Lack {
    /// It delivers digests, and there is none of the time asked about.
    #[error(
        "its log file validation is on, and there is no digest. Validation was switched on later, or the digests were deleted with the log files"
    )]
    NoDigest,
    /// It delivers digests, and the newest is older than it should be.
    #[error(
        "its log file validation is on, and the newest digest is too old, so later ones may have been deleted with the log files"
    )]
    EndsEarly,
    /// It delivers none.
    #[error("its log file validation is off, so nothing proves what it delivers")]
    Off,
    /// Nobody knows whether it does.
    #[error("AWS does not say whether its log file validation is on, and digests are missing")]
    Unsaid,
}

/// Where a trail lacks digests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lacking {
    /// The trail's ARN.
    pub trail: String,
    /// Why.
    pub why: Lack,
    /// True iff it is known whether the trail delivers; else it may have been stopped.
    pub asked: bool,
    /// Sorted, and not empty.
    pub places: Vec<LackingPlace>,
}

/// An account and Region of a trail that lacks digests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LackingPlace {
    /// Whose events.
    pub account: String,
    /// Where they happened.
    pub region: String,
    /// The end of the newest digest, milliseconds since 1970; `None` iff there is none of the time asked about.
    pub newest: Option<i64>,
}
