//! What recording costs: invocations times price times copies, as a range, never as a promise.

/// Prices with their date and source: data, not knowledge. A file of the user's may replace them.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// The day they were looked up: `YYYY-MM-DD`.
    pub as_of: String,
    /// Where.
    pub source: String,
    /// US dollars for 100,000 data events delivered to a trail, for each copy.
    pub data_events_per_100k: f64,
    /// US dollars for 100,000 management events delivered to a trail beyond the first copy.
    pub management_copies_per_100k: f64,
    /// US dollars for a gigabyte that an event data store ingests.
    pub lake_ingest_per_gb: f64,
    /// The assumed size of one record in bytes, for prices by volume: low and high.
    pub record_bytes: (u64, u64),
    /// The assumed number of records for one invocation, low and high: asynchronous ones give rise to two or more
    /// (semantics 1.2, 11).
    pub records_per_invocation: (f64, f64),
}

/// US dollars a month (30 days), as a range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Monthly {
    /// The least it is likely to be.
    pub low: f64,
    /// The most it is likely to be.
    pub high: f64,
}
