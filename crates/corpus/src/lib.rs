//! Trees of delivered CloudTrail logs that are made up, with the truth about them. For tests and benchmarks only.

pub mod batch;
pub mod calendar;
pub mod digests;
pub mod draw;
pub mod event;
pub mod example;
pub mod files;
pub mod hash;
pub mod identity;
pub mod labelled;
pub mod lambda;
mod many;
mod others;
pub mod rng;
mod tiny;
pub mod truth;
pub mod world;

pub use many::write;
pub use tiny::tiny;
pub use truth::Truth;

/// What a corpus is to be like. The same plan makes the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Everything that is drawn is drawn from it.
    pub seed: u64,
    /// Bytes of JSON: reached, and passed by no more than a record in each file.
    pub bytes: u64,
    /// How many files; else their sizes are as those of busy accounts, 5 KB to 5 MB packed.
    pub files: Option<usize>,
    /// How many accounts.
    pub accounts: usize,
    /// In which Regions.
    pub regions: Vec<String>,
    /// The first day, seconds since 1970.
    pub from: i64,
    /// How many days.
    pub days: i64,
    /// How many functions, over all places.
    pub functions: usize,
    /// Of 1,000 files, how many begin with records that were delivered before.
    pub duplicates: u64,
    /// What stands before `AWSLogs/`: with its closing slash, or empty.
    pub prefix: String,
    /// `o-...`, iff an organization's trail delivers.
    pub organization: Option<String>,
    /// Whether digests are written.
    pub digests: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            seed: 1,
            bytes: 100_000_000,
            files: None,
            accounts: 3,
            regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
            from: calendar::seconds([2026, 11, 14], [0, 0, 0]),
            days: 7,
            functions: 3000,
            duplicates: 30,
            prefix: String::new(),
            organization: None,
            digests: false,
        }
    }
}

impl Plan {
    /// The moment after the last day.
    #[must_use]
    pub fn to(&self) -> i64 {
        self.from + self.days.max(1) * 86_400
    }
}
