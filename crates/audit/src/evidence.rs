//! What delivered records say of one function: evidenced, idle, missing, or undetermined and why.
//!
//! A decision over plain values: what was seen of records, what CloudWatch counts, what was read and what was not. A record
//! that was seen stays seen, whatever else is not known; only a full look turns "nothing seen" into "nothing recorded".

mod near;
mod sum;

pub use near::{Near, RECORDED_AFTER, RECORDED_BEFORE, may_be_near};
pub use sum::{Sums, sums};

use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS, MINUTE_MILLIS};
use std::fmt;

/// Records that were seen of one function in its own account, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Records of calls and of attempts to run what was called asynchronously.
    pub records: u64,
    /// Those of calls.
    pub calls: u64,
    /// How often the function ran, as far as the records tell (semantics 11): an indication.
    pub executions: u64,
    /// Time of the first, milliseconds since 1970.
    pub first: i64,
    /// Time of the last, milliseconds since 1970.
    pub last: i64,
    /// Seconds within which half of them were delivered; `None` iff no delivery time is known.
    pub lag_p50: Option<u64>,
    /// Seconds within which 99 of 100 were delivered.
    pub lag_p99: Option<u64>,
}

/// What CloudWatch counts of a function over the whole hours of the window (`AWS/Lambda Invocations`: code that ran).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metric {
    /// So often.
    Known(u64),
    /// Nobody can say, and why.
    Unknown(String),
}

/// What was read of the files that could hold a function's records: those of its account and Region in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// All of them, and there is at least one.
    Whole {
        /// How many.
        files: u64,
    },
    /// Files or records could not be read that could hold its records.
    Partly {
        /// How many things could not be read.
        unread: u64,
        /// The first of them and why, in words.
        first: String,
    },
    /// All that is there, and nothing of it was delivered well after the window: a copy may have been made before the rest came.
    CutOff {
        /// How many.
        files: u64,
        /// When the last of them was delivered, in words.
        newest: String,
    },
    /// All that is there, and it does not look like all that was delivered in the window.
    Lacking {
        /// How many files there are.
        files: u64,
        /// What speaks against it, in words.
        why: String,
    },
    /// All that was delivered in the window and soon after it, and not all that was delivered later: CloudTrail tries to deliver for
    /// [`DELIVERED_FOR`].
    Late {
        /// How many files were read.
        files: u64,
        /// How many were not.
        unread: u64,
        /// The first of those by name, and why, in words.
        first: String,
    },
    /// There is no file of its account and Region in the window.
    NoFile,
    /// Nobody looked where its records would be, and why.
    NotLooked {
        /// In words.
        why: String,
    },
    /// A record of it was there, and a correction of another time, function or account replaced it.
    Corrected,
}

/// Who says that the records would be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The trails of the account themselves.
    Trail,
    /// Whoever asks: a copy, or a place named by hand.
    ByHand,
}

/// Why no digest proves any of the files in which a function's records lie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unproven {
    /// The first of those files, by name.
    pub first: String,
    /// What is the matter with it, in words.
    pub why: String,
}

/// Records of a function that no digest proves, beside others that one does: they count for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartlyUnproven {
    /// How many records of it there are, proven or not.
    pub all: u64,
    /// How many files hold those that are not.
    pub files: u64,
    /// The first of these files.
    pub first: Unproven,
}

/// All that is known of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What was seen; no records iff none. Where one is proven and digests were asked for, those that are proven.
    pub records: Records,
    /// Why none of its records is proven; `None` iff one lies in a file that a digest proves, or nobody asked for digests.
    pub unproven: Option<Unproven>,
    /// Those that are not proven where others are; `None` iff there are none, or nobody asked for digests.
    pub partly_unproven: Option<PartlyUnproven>,
    /// What CloudWatch counts.
    pub metric: Metric,
    /// What was read.
    pub looked: Looked,
    /// Who says so.
    pub origin: Origin,
    /// What was seen just outside of the window; `None` where nothing was, or nobody had to look.
    pub near: Option<Near>,
    /// True iff the window ended long enough ago for its records to have arrived, see [`is_settled`].
    pub settled: bool,
}

/// What may be said of a function. The smaller is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Invoked, everything there was read, and nothing was recorded.
    Missing,
    /// It is unknown.
    Undetermined,
    /// Not invoked, and no records: none were to be expected.
    Idle,
    /// Records arrive.
    Evidenced,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Undetermined => "undetermined",
            Self::Idle => "idle",
            Self::Evidenced => "evidenced",
        }
    }
}

/// Why nothing can be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Doubt {
    /// Something that could hold its records was not read.
    #[error("{unread} that could hold its records could not be read, the first: {first}", unread = things(*unread))]
    Unread {
        /// How many things.
        unread: u64,
        /// The first of them and why.
        first: String,
    },
    /// Whoever can write there could have put its records there.
    #[error(
        "records of it are there, and no digest proves any of the files that they lie in, the first: {first}: {why}"
    )]
    Unproven {
        /// The first of the files, by name.
        first: String,
        /// What is the matter with it.
        why: String,
    },
    /// Nobody looked.
    #[error("its records were not looked for: {why}")]
    NotLooked {
        /// In words.
        why: String,
    },
    /// A record was delivered, and another one says what it ought to have said.
    #[error("a record of it was delivered, and a later one corrects its time, function or account: see both")]
    Corrected,
    /// The place that was named holds nothing of the account and Region.
    #[error(
        "no file of this account and Region was delivered in this window: if there are files of other days, name the days with --since and --until; else add the bucket that its trail delivers to"
    )]
    Elsewhere,
    /// The same, and the inventory says that no trail records the function: no bucket holds its records.
    #[error(
        "no trail of the inventory records it (invoketrail explain says why), and no file of its account and Region was read: a record may be elsewhere"
    )]
    Unrecorded,
    /// The copy may be older than the window.
    #[error(
        "the copy may be incomplete: the newest file of this account and Region was delivered at {newest}, which is too early for the last records of the window"
    )]
    CutOff {
        /// In words.
        newest: String,
    },
    /// What is there does not show that it is all that there was.
    #[error("{why}")]
    Lacking {
        /// In words.
        why: String,
    },
    /// Something that was delivered late could hold its records, and was not read.
    #[error(
        "CloudTrail may deliver a record up to 30 days late, and {unread} of this account and Region delivered later could not be read, the first: {first}",
        unread = if *unread == 1 { "1 file".to_owned() } else { format!("{unread} files") }
    )]
    Late {
        /// How many files.
        unread: u64,
        /// The first of them and why.
        first: String,
    },
    /// Its records lie just outside of the window, and may be of the calls that CloudWatch counts within it.
    #[error(
        "its only records are just outside of the window, the first at {first}: a call is recorded when it completes, up to 15 minutes after \
         CloudWatch counts it, or when it is accepted, up to 6 hours before it runs; name a longer time (--since, --until)"
    )]
    JustOutside {
        /// When, in words.
        first: String,
    },
    /// Records may still arrive.
    #[error("the window ended less than {} ago, and records may still arrive", words(SETTLED_AFTER))]
    Unsettled,
    /// No record, and no count of invocations to hold against.
    #[error("no records, and whether it was invoked is not known: {why}")]
    NoMetric {
        /// Why.
        why: String,
    },
}

/// What is worth knowing beside the outcome, and changes none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Note {
    /// The records tell of far fewer executions than CloudWatch counts.
    #[error(
        "the records show {executions} executions, far fewer than the {invocations} invocations that CloudWatch counts"
    )]
    FarFewer {
        /// By the records.
        executions: u64,
        /// By CloudWatch.
        invocations: u64,
    },
    /// Some of its records are not proven, and were not counted.
    #[error(
        "{proven} of {all} records are proven, and only these are counted. The other {rest}",
        rest = unproven_rest(all.saturating_sub(*proven), *files, why)
    )]
    NotAllProven {
        /// How many are proven.
        proven: u64,
        /// How many there are.
        all: u64,
        /// How many files hold the others.
        files: u64,
        /// What is the matter with the first of these files.
        why: String,
    },
    /// Something was not read: there may be more records.
    #[error("{unread} of this account and Region could not be read, so there may be more records; the first: {first}", unread = things(*unread))]
    Unread {
        /// How many things.
        unread: u64,
        /// The first of them and why.
        first: String,
    },
    /// More may still arrive.
    #[error("the window ended less than {} ago: more records may still arrive", words(SETTLED_AFTER))]
    Unsettled,
}

/// A decision and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What may be said.
    pub outcome: Outcome,
    /// Why not more; sorted, and empty iff the outcome is not undetermined.
    pub doubts: Vec<Doubt>,
    /// Sorted.
    pub notes: Vec<Note>,
}

/// Milliseconds that must have passed since the end of the window. Delivery takes about five minutes on average and is not
/// guaranteed (user guide, "How CloudTrail works"; no upper bound is documented, U-17).
pub const SETTLED_AFTER: i64 = HOUR_MILLIS;

/// Milliseconds for which CloudTrail tries to deliver a record where it cannot at once (user guide, "Getting and viewing your
/// CloudTrail log files"): a record of the window may lie in any file delivered until then.
pub const DELIVERED_FOR: i64 = 30 * DAY_MILLIS;

/// True iff a window that ended at `until` is closed long enough at `now` (milliseconds since 1970).
#[must_use]
pub const fn is_settled(until: i64, now: i64) -> bool {
    now.saturating_sub(until) >= SETTLED_AFTER
}

/// Executions by the records as a share of CloudWatch's, below which a note is made. No document of AWS gives a tolerance.
const FEW: (u64, u64) = (1, 2);

/// Decides about one function.
///
/// - *Evidenced* iff a record was seen, whatever else is not known; where digests were asked for, in a file that one proves.
/// - *Missing* iff none was seen, CloudWatch counts invocations, everything that could hold one was read (what was delivered late, too),
///   the place is known to be the right one and not a copy that lacks a part of that time, the window is closed long enough, and no
///   record just outside of it may be of the calls that are counted.
/// - *Idle* iff none was seen, CloudWatch counts no invocation, and the window is closed long enough for both to be final.
/// - *Undetermined* otherwise, with every reason.
#[must_use]
pub fn decide(known: &Known) -> Decided {
    let notes = notes(known);
    let decided = |outcome, doubts| Decided { outcome, doubts, notes: notes.clone() };
    if known.records.records > 0 {
        // Nor is it missing: the records may be genuine.
        return match known.unproven.clone() {
            None => decided(Outcome::Evidenced, Vec::new()),
            Some(Unproven { first, why }) => {
                decided(Outcome::Undetermined, vec![Doubt::Unproven { first, why }])
            }
        };
    }
    let mut doubts = Vec::new();
    if !known.settled {
        doubts.push(Doubt::Unsettled);
    }
    match &known.metric {
        // Nothing ran: what was not read can hold nothing that was to be expected.
        Metric::Known(0) if doubts.is_empty() => return decided(Outcome::Idle, doubts),
        Metric::Known(0) => return decided(Outcome::Undetermined, doubts),
        Metric::Known(_) => {}
        Metric::Unknown(why) => doubts.push(Doubt::NoMetric { why: why.clone() }),
    }
    doubts.extend(hidden(known));
    if let Some(near) = known.near.as_ref().filter(|near| near.explains()) {
        doubts.push(Doubt::JustOutside { first: near.first.clone() });
    }
    doubts.sort();
    let outcome = if doubts.is_empty() { Outcome::Missing } else { Outcome::Undetermined };
    decided(outcome, doubts)
}

/// Why a record may be there that was not seen.
fn hidden(known: &Known) -> Option<Doubt> {
    match &known.looked {
        Looked::Whole { .. } => None,
        Looked::Partly { unread, first } => Some(Doubt::Unread { unread: *unread, first: first.clone() }),
        Looked::NotLooked { why } => Some(Doubt::NotLooked { why: why.clone() }),
        Looked::CutOff { newest, .. } => Some(Doubt::CutOff { newest: newest.clone() }),
        Looked::Lacking { why, .. } => Some(Doubt::Lacking { why: why.clone() }),
        Looked::Late { unread, first, .. } => Some(Doubt::Late { unread: *unread, first: first.clone() }),
        Looked::NoFile => Some(Doubt::Elsewhere),
        Looked::Corrected => Some(Doubt::Corrected),
    }
}

fn notes(known: &Known) -> Vec<Note> {
    let mut notes = Vec::new();
    if known.records.records == 0 {
        return notes;
    }
    let executions = known.records.executions;
    if let Metric::Known(invocations) = known.metric
        && executions.saturating_mul(FEW.1) < invocations.saturating_mul(FEW.0)
    {
        notes.push(Note::FarFewer { executions, invocations });
    }
    if let Some(PartlyUnproven { all, files, first }) = &known.partly_unproven {
        let (proven, why) = (known.records.records, first.why.clone());
        notes.push(Note::NotAllProven { proven, all: *all, files: *files, why });
    }
    if let Looked::Partly { unread, first } = &known.looked {
        notes.push(Note::Unread { unread: *unread, first: first.clone() });
    }
    if !known.settled {
        notes.push(Note::Unsettled);
    }
    notes.sort();
    notes
}

fn things(count: u64) -> String {
    if count == 1 { "1 thing".to_owned() } else { format!("{count} things") }
}

/// `8 are in 1 log file: no digest lists it`
fn unproven_rest(records: u64, files: u64, why: &str) -> String {
    let are = if records == 1 { "is" } else { "are" };
    match files {
        1 => format!("{records} {are} in 1 log file: {why}"),
        files => format!("{records} {are} in {files} log files (the first: {why})"),
    }
}

/// Milliseconds in words, whole hours or minutes.
fn words(milliseconds: i64) -> impl fmt::Display {
    match milliseconds / MINUTE_MILLIS {
        60 => "1 hour".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}
