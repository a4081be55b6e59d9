//! What was verified, as documents: each function's result and what it rests on, and an account of what was read for it.

mod documents;
mod markdown;
mod next;
mod terminal;

pub use documents::{verification_json, verification_jsonl};
pub use markdown::verification_markdown;
pub use next::AfterVerification;
pub use terminal::verification_text;

use super::quantity::{grouped, quantity, size};
use super::validation::of_digests;
use audit::answer::Conclusion;
use audit::evidence::{Decided, Doubt, Known, Metric, Outcome, Sums, sums};
use logs::LeftOut;
use logs::digest::{KeySource, Validation};
use logs::scan::Account;
use std::ops::Range;

/// The format of a verification as JSON and JSON lines, and its version.
pub const VERIFY_FORMAT: &str = "invoketrail.verify/1";

/// What the records do not prove, in one sentence of every document.
pub(super) const NOT_PROVEN: &str = "A record proves that one invocation was recorded, not that every one is: \
     `invoketrail audit` decides that. Counts of records and of CloudWatch may differ, because of retries, event sources and \
     clocks. See docs/concepts/evidence.md.";

/// Why a function is missing, in one sentence of every document.
pub(super) const WHY_MISSING: &str = "CloudWatch counts invocations, and no file that is there and could hold their records, by the recorders of the inventory, has one";

/// All that a document says.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Milliseconds since 1970, whole hours.
    pub window: Range<i64>,
    /// Where records were looked for, in words.
    pub places: Vec<String>,
    /// Where counts of invocations come from: `cloudwatch`, `file` or `none`.
    pub metrics: &'static str,
    /// By ARN.
    pub functions: Vec<VerifiedFunction>,
    /// What was read.
    pub account: Account,
    /// When the log files were delivered that are there, where none of them is of the window; milliseconds since 1970.
    pub elsewhere: Option<Range<i64>>,
    /// What was read of later deliveries for functions without a record; `None` iff there is no such function, or nothing later.
    pub read_on: Option<ReadOn>,
    /// What was not.
    pub left_out: LeftOut,
    /// Records that were there more than once, and counted once.
    pub copies: u64,
    /// Records of functions of other accounts than they were delivered to.
    pub foreign: u64,
    /// Web functions and MicroVM images, which CloudWatch's metric does not count.
    pub others: usize,
    /// Listings that could not be read, in words.
    pub unseen: Vec<String>,
    /// What digests prove, where it was asked for.
    pub digests: Option<Validation>,
    /// Whose keys verified the digests.
    pub keys: Vec<KeySource>,
    /// Keys that could not be asked for, in words.
    pub unproven_because: Vec<String>,
}

/// How far deliveries after the window were read on: a record may be delivered late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOn {
    /// Delivered until then, milliseconds since 1970.
    pub until: i64,
    /// Functions of which nothing had been seen before.
    pub functions: usize,
    /// Files that were read.
    pub files: u64,
    /// Files that were not, because digests say that they hold no event of the window.
    pub spared: u64,
}

impl ReadOn {
    /// In one sentence.
    pub(super) fn sentence(&self) -> String {
        let spared = match self.spared {
            0 => String::new(),
            n => format!(
                "; digests say that {} others hold no event of the time asked about",
                grouped(size(n))
            ),
        };
        format!(
            "{} had no record in the files of the window, so later files (delivered until {}) were read, too: {} more{spared}.",
            quantity(self.functions, ("function", "functions")),
            logs::text_of(self.until),
            grouped(size(self.files)),
        )
    }
}

/// One function.
#[derive(Clone, Debug)]
pub struct VerifiedFunction {
    /// Its ARN.
    pub arn: String,
    /// False iff only records name it: the inventory does not know it.
    pub listed: bool,
    /// What is known of it.
    pub known: Known,
    /// What may be said.
    pub decided: Decided,
}

impl VerifiedFunction {
    /// True iff it has records, of which no digest proves one.
    #[must_use]
    pub fn is_unproven(&self) -> bool {
        self.decided.doubts.iter().any(|doubt| matches!(doubt, Doubt::Unproven { .. }))
    }

    /// True iff CloudWatch counts invocations of it, no record of it was found, and it is unknown whether there is one.
    fn ran_unseen(&self) -> bool {
        let ran = counted(&self.known.metric).is_some_and(|n| n > 0);
        ran && self.known.records.records == 0 && self.decided.outcome == Outcome::Undetermined
    }
}

impl Verification {
    /// How many functions there are of each outcome.
    #[must_use]
    pub fn sums(&self) -> Sums {
        sums(self.functions.iter().map(|one| one.decided.outcome))
    }

    /// The answer: a no wins over ignorance, ignorance over a yes; of records, of what was read for them, and of digests.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        let records = match self.sums().worst() {
            Some(Outcome::Missing) => Conclusion::No,
            Some(Outcome::Undetermined) => Conclusion::Undetermined,
            Some(Outcome::Evidenced | Outcome::Idle) => Conclusion::Yes,
            None => Conclusion::Nothing,
        };
        let reading = if self.is_whole() { Conclusion::Nothing } else { Conclusion::Undetermined };
        records.worse(reading).worse(self.of_digests())
    }

    /// True iff all that was to be read was.
    fn is_whole(&self) -> bool {
        self.unseen.is_empty() && self.account.is_whole()
    }

    /// What digests say; nothing where they were not asked for.
    fn of_digests(&self) -> Conclusion {
        let digests = self.digests.as_ref();
        digests.map_or(Conclusion::Nothing, |proven| of_digests(proven, &self.unproven_because))
    }

    /// The worst first, what ran without a record before what may not have run, then by ARN.
    fn sorted(&self) -> Vec<&VerifiedFunction> {
        let mut all: Vec<&VerifiedFunction> = self.functions.iter().collect();
        all.sort_by_key(|one| (one.decided.outcome, !one.ran_unseen(), &one.arn));
        all
    }

    /// The answer in one sentence.
    fn headline(&self) -> String {
        let sums = self.sums();
        let beside = self.beside();
        // Whoever changed files comes before whatever else is wrong, and so does a question about another time.
        let first = match (self.of_digests(), &self.elsewhere) {
            (Conclusion::No, _) => {
                "A digest, or a log file that it lists, is not as CloudTrail delivered it. ".to_owned()
            }
            (_, Some(there)) => format!(
                "No log file was delivered in this time; those that are there were delivered from {} to {}. ",
                day(there.start),
                day(there.end)
            ),
            _ => String::new(),
        };
        if sums.all() == 0 {
            return format!("{first}There is no function to verify, and no record names one{beside}.");
        }
        let all = quantity(sums.all(), ("function", "functions"));
        let mut parts = Vec::new();
        // The answer comes first: what is missing, what is unknown, what is well.
        match (sums.missing, sums.undetermined) {
            (0, 0) => parts.push(format!("Records arrive for {} of {all}", sums.evidenced)),
            (0, open) => parts.push(format!("Unknown for {open} of {all} whether their records arrive")),
            (missing, _) => {
                let were = if missing == 1 { "was" } else { "were" };
                parts.push(format!("{missing} of {all} {were} invoked and left no record"));
            }
        }
        let part = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        };
        if sums.missing > 0 {
            parts.extend(part(sums.undetermined, "is undetermined", "are undetermined"));
        }
        let unseen = match (self.functions.iter().filter(|one| one.ran_unseen()).count(), sums.undetermined) {
            (0, _) => None,
            (1, 1) => Some(" (it was invoked, and no record of it was found)".to_owned()),
            (n, of) if n == of => Some(" (they were invoked, and no record of them was found)".to_owned()),
            (1, _) => Some(" (1 of them was invoked, and no record of it was found)".to_owned()),
            (n, _) => Some(format!(" ({n} of them were invoked, and no record of these was found)")),
        };
        if let (Some(unseen), Some(last)) = (unseen, parts.last_mut()) {
            last.push_str(&unseen);
        }
        if sums.missing + sums.undetermined > 0 {
            parts.extend(part(sums.evidenced, "has records", "have records"));
        }
        parts.extend(part(sums.idle, "is idle", "are idle"));
        format!("{first}{}{beside}.", parts.join("; "))
    }

    /// What decides the answer beside the functions, as the end of a sentence.
    fn beside(&self) -> String {
        let reading = if self.is_whole() { "" } else { "; not everything could be read" };
        let digests = match self.of_digests() {
            Conclusion::Undetermined => "; digests do not prove all of it",
            // What is not as it was delivered is said first.
            Conclusion::No | Conclusion::Yes | Conclusion::Nothing => "",
        };
        format!("{reading}{digests}")
    }
}

/// `2026-11-22`
fn day(at: i64) -> String {
    logs::text_of(at).get(..10).unwrap_or_default().to_owned()
}

/// The count, or `?`.
fn counted(metric: &Metric) -> Option<u64> {
    match metric {
        Metric::Known(count) => Some(*count),
        Metric::Unknown(_) => None,
    }
}

/// `12 s`, `5 min`, `2 h`: never less than it is.
fn lag(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

/// The word for an outcome.
fn word(outcome: Outcome) -> &'static str {
    outcome.as_str()
}
