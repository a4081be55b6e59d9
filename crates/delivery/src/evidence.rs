//! What is known of every function: records that were delivered, counts of invocations, and what could not be seen of either.

mod by_function;
mod counts;
mod functions;
mod late;
mod listed;
mod near;
mod signs;

pub use counts::{Counted, Counts};
pub use functions::{Functions, NotThere, Scope, asked, pair};
pub use late::LateFiles;

use crate::delivered::{Keys, Proven, Read, Unsigned, Weighed, found, read, unusable, weigh};
use crate::reader::Reader;
use crate::sources::LogSource;
use audit::evidence::{Known, Looked, Metric, Records, is_settled};
use by_function::ByFunction;
use listed::Listed;
use logs::digest::{Asked, DigestName};
use logs::scan::Account;
use logs::{Group, LeftOut, Pattern, Question};
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

/// What is looked for, and where.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The functions of the inventory.
    pub functions: &'a Functions,
    /// Which functions are asked about; all where there is none.
    pub patterns: &'a [Pattern],
    /// Where their records are; where the trails deliver to, if none was named.
    pub sources: &'a [LogSource],
    /// Accounts and Regions that are asked about.
    pub scope: Scope<'a>,
    /// Whole hours, milliseconds since 1970.
    pub window: &'a Range<i64>,
    /// Iff digests are asked for: only records that one proves are evidence.
    pub keys: Option<&'a Keys>,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// One function.
#[derive(Clone, Debug)]
pub struct OfFunction {
    /// Its ARN.
    pub arn: String,
    /// What is known of it.
    pub known: Known,
}

/// Names that nothing has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no function is called {}", asked.join(" or "))]
pub struct NoFunction {
    /// As they were typed.
    pub asked: Vec<String>,
    /// The names of functions that there are.
    pub known: Vec<String>,
    /// Records among which they were looked for.
    pub invocations: u64,
}

/// What was read of the window.
pub struct Gathered<'a> {
    sought: Sought<'a>,
    listed: Listed,
    question: Question,
    read: Read,
    by: ByFunction,
    proven: Option<Proven>,
    /// Digests around the window that are to be trusted, iff they were asked for.
    trusted: Option<Vec<DigestName>>,
    unsigned: Vec<Unsigned>,
}

/// All that is known.
#[derive(Debug)]
pub struct Evidence {
    /// By ARN.
    pub functions: Vec<OfFunction>,
    /// Where records were looked for, in words.
    pub sources: Vec<String>,
    /// What was read.
    pub account: Account,
    /// How far deliveries were read on; `None` iff there was nothing to read on for.
    pub read_on: Option<LateFiles>,
    /// What was not read.
    pub left_out: LeftOut,
    /// Records that were there more than once, and counted once.
    pub copies: u64,
    /// Records of functions of other accounts than they were delivered to.
    pub foreign: u64,
    /// Listings that could not be read, in words.
    pub unseen: Vec<String>,
    /// What digests prove, iff they were asked for.
    pub proven: Option<Proven>,
    /// Digests of a copy that lack their signatures.
    pub unsigned: Vec<Unsigned>,
}

/// Lists, and reads what was delivered soon after the window.
///
/// # Errors
/// What a scratch file says.
pub fn gather<'a>(sought: &Sought<'a>, reader: &Reader<'_>) -> io::Result<Gathered<'a>> {
    let listed = sought.list(reader);
    let files = &listed.files;
    let digests = found(files, reader);
    let signed = || Some(sought.window.clone());
    let weighed = sought.keys.map(|keys| weigh(&digests, keys, sought.sources, signed(), reader.door));
    let expected = weighed.as_ref().map(Weighed::expected);
    let trusted = weighed.as_ref().map(Weighed::trusted);
    let question = sought.question();
    let mut read = read(files, &question, expected.as_ref(), reader)?;
    if let Some(expected) = &expected {
        read.holes.merge(files.gone(expected, sought.window, i64::MIN));
        read.holes.merge(unusable(&digests));
    }
    let proven = weighed.map(|weighed| {
        let asked = Asked::events(sought.window.clone());
        let mut proven = weighed.prove(&read.seen, &asked, files);
        let trails = listed.live(sought.functions, reader.door);
        proven.validation.hold_against(&trails, &asked, sought.now);
        files.excuse(&mut proven.validation);
        proven
    });
    let unsigned = proven.as_ref().map(|proven| files.unsigned(&digests, &proven.validation));
    let unsigned = unsigned.unwrap_or_default();
    let by = ByFunction::of(sought.functions, &read, sought.scope, sought.patterns);
    Ok(Gathered { sought: *sought, listed, question, read, by, proven, trusted, unsigned })
}

impl Gathered<'_> {
    /// The ARNs of all functions that are listed, or that records name.
    #[must_use]
    pub fn functions(&self) -> Vec<&str> {
        self.by.records.keys().map(String::as_str).collect()
    }

    /// How many files were in the index, and how many there were.
    #[must_use]
    pub fn from_index(&self) -> (u64, u64) {
        (self.read.known, self.read.account.files)
    }

    /// What digests prove, iff they were asked for.
    #[must_use]
    pub fn proven(&self) -> Option<&Proven> {
        self.proven.as_ref()
    }

    /// A name that is mistyped must not pass for one whose records arrive; what was not listed or read may have it.
    ///
    /// # Errors
    /// Iff nothing at all is called as was asked for.
    pub fn check_names(&self) -> Result<(), NoFunction> {
        let (listed, read) = (self.sought.functions, &self.read);
        let is = |at: usize, pattern: &Pattern| {
            read.named.found.get(at).is_some_and(|found| *found)
                || listed.arns.iter().any(|arn| asked(std::slice::from_ref(pattern), arn))
        };
        let missing = self.sought.patterns.iter().enumerate().filter(|(at, pattern)| !is(*at, pattern));
        let missing: Vec<String> = missing.map(|(_, pattern)| pattern.as_str().to_owned()).collect();
        let all = listed.unlisted.is_empty() && read.account.is_whole();
        if missing.is_empty() || !(all || self.by.records.is_empty() && listed.unlisted.is_empty()) {
            return Ok(());
        }
        let known = read.named.others.iter().chain(&listed.names).cloned().collect();
        Err(NoFunction { asked: missing, known, invocations: read.account.invocations })
    }

    /// What is known of each function with these counts; where one was invoked and has no record, what was delivered later is read.
    ///
    /// # Errors
    /// What a scratch file says.
    pub fn read_on(self, counted: &BTreeMap<String, Counted>, reader: &Reader<'_>) -> io::Result<Evidence> {
        let Gathered { sought, listed, question, read, by, proven, trusted, unsigned } = self;
        let seen = listed.seen_of(&read.holes, &sought.functions.trails);
        let settled = is_settled(sought.window.end, sought.now);
        let uncounted = || Metric::Unknown("it was not asked for".to_owned());
        let known = |(arn, records): (&String, &Records)| OfFunction {
            arn: arn.clone(),
            known: Known {
                records: *records,
                unproven: by.unproven(arn, &read.proofs),
                partly_unproven: by.beside(arn, &read.proofs),
                metric: counted.get(arn).map_or_else(uncounted, |one| one.metric.clone()),
                looked: seen.looked(arn),
                origin: listed.origin,
                near: None,
                settled,
            },
        };
        let mut functions: Vec<OfFunction> = by.records.iter().map(known).collect();
        let late =
            late::read_on(&mut functions, counted, &sought, &listed, &question, trusted.as_deref(), reader)?;
        for one in functions.iter_mut().filter(|one| one.known.records.records == 0) {
            let looked = std::mem::replace(&mut one.known.looked, Looked::NoFile);
            one.known.looked = by.looked(&one.arn, looked);
        }
        near::look(&mut functions, counted, &sought, &listed, &question, reader)?;
        // What lies beside the tree is met again by whoever reads on.
        let mut unseen = Vec::new();
        for one in
            sought.functions.unlisted.iter().cloned().chain(seen.unlisted_in_words()).chain(late.unseen)
        {
            if !unseen.contains(&one) {
                unseen.push(one);
            }
        }
        let mut account = read.account;
        account.merge(late.account);
        Ok(Evidence {
            functions,
            sources: listed.files.sources.iter().map(LogSource::typed).collect(),
            account,
            read_on: late.read_on,
            left_out: listed.files.left_out.clone(),
            copies: read.answer.copies + late.copies,
            foreign: foreign(&read.answer.groups) + read.strays,
            unseen,
            proven,
            unsigned,
        })
    }
}

/// Records of functions of other accounts than the one they were delivered to: they prove nothing of their owner's trail.
fn foreign(groups: &[Group]) -> u64 {
    let elsewhere = groups.iter().filter(|group| match &group.labels[..] {
        [arn, account] => pair(arn).is_some_and(|(owner, _)| owner != account),
        _ => false,
    });
    elsewhere.map(|group| group.cell.records()).sum()
}
