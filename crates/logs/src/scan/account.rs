//! The account of many files: what was read of each, what could not be, and why.

use crate::record::Record;
use crate::sheet::{Facts, Sheet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Troubles that are kept with their file and reason; of more, only the number is.
pub const KEPT_TROUBLES: usize = 1_000;

/// How many records of a file are of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Invocations.
    pub invocations: u64,
    /// Records of the control planes of Lambda and CloudTrail.
    pub control: u64,
    /// Aggregated events, and the calls that they stand for.
    pub aggregated: (u64, u64),
}

impl Counts {
    /// Counts one record.
    #[inline(always)]
    pub(super) fn take(&mut self, record: &Record<'_>) {
        if let Some(aggregated) = &record.aggregated {
            self.aggregated.0 += 1;
            self.aggregated.1 = self.aggregated.1.saturating_add(aggregated.count.unwrap_or(0));
        } else if record.is_invocation() {
            self.invocations += 1;
        } else {
            self.control += 1;
        }
    }

    /// Those of a sheet that was made earlier.
    #[must_use]
    pub fn of(sheet: &Sheet) -> Self {
        Counts { invocations: sheet.rows.len() as u64, control: sheet.control, aggregated: sheet.aggregated }
    }
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trouble {
    /// The name of the file.
    pub file: String,
    /// Where, among the inflated bytes; `None` where it is about the whole file.
    pub offset: Option<u64>,
    /// Why.
    pub why: String,
}

/// The account of many files: `files` is `whole + damaged + unread`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Files that the source gave.
    pub files: u64,
    /// Those of which nothing could be had.
    pub unread: u64,
    /// Those with records or stretches that could not be read, or whose gzip wrapping is damaged.
    pub damaged: u64,
    /// Packed bytes of those that could be had.
    pub packed: u64,
    /// Inflated bytes.
    pub bytes: u64,
    /// Records read, of whatever source.
    pub records: u64,
    /// Those that are invocations.
    pub invocations: u64,
    /// Those of the control planes of Lambda and CloudTrail.
    pub control: u64,
    /// Aggregated events among them, and the calls that they stand for.
    pub aggregated: (u64, u64),
    /// Whole things that hold no API event.
    pub not_events: u64,
    /// Records and stretches of bytes that could not be read.
    pub refusals: u64,
    /// Corrections that were too many to be applied ([`crate::Answer::corrections_apart`]): calls may be counted twice.
    #[serde(default)]
    pub corrections_apart: u64,
    /// The first [`KEPT_TROUBLES`] by name and offset.
    pub troubles: BTreeSet<Trouble>,
}

impl Account {
    /// Enters a file of which nothing could be had.
    pub fn enter_unread(&mut self, name: &str, why: &str) {
        self.files += 1;
        self.unread += 1;
        self.trouble(Trouble { file: name.to_owned(), offset: None, why: why.to_owned() });
    }

    /// Enters corrections that were too many to be applied ([`crate::Answer::corrections_apart`]): the files were read, and the answer
    /// does not have what the corrections say. Nothing is entered iff there are none.
    pub fn enter_corrections(&mut self, apart: u64) {
        if apart > 0 {
            self.corrections_apart += apart;
            let why =
                format!("{apart} corrections are too many to be applied, so calls may be counted twice");
            self.trouble(Trouble { file: "corrections (addendum)".to_owned(), offset: None, why });
        }
    }

    /// Enters a file that was read, now or earlier.
    pub fn enter(&mut self, name: &str, packed: u64, facts: &Facts, counts: Counts) {
        let Facts { bytes, records, not_events, refusals, refused, trouble } = facts;
        self.files += 1;
        self.packed += packed;
        self.bytes += bytes;
        self.records += records;
        self.not_events += not_events;
        self.refusals += refusals;
        self.invocations += counts.invocations;
        self.control += counts.control;
        self.aggregated.0 += counts.aggregated.0;
        self.aggregated.1 = self.aggregated.1.saturating_add(counts.aggregated.1);
        if *refusals > 0 || trouble.is_some() {
            self.damaged += 1;
        }
        if let Some(why) = trouble {
            self.trouble(Trouble { file: name.to_owned(), offset: None, why: why.clone() });
        }
        for (offset, why) in refused {
            self.trouble(Trouble { file: name.to_owned(), offset: Some(*offset), why: why.clone() });
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.troubles.insert(trouble);
        if self.troubles.len() > KEPT_TROUBLES {
            self.troubles.pop_last();
        }
    }

    /// Adds what another thread entered.
    pub fn merge(&mut self, other: Account) {
        self.files += other.files;
        self.unread += other.unread;
        self.damaged += other.damaged;
        self.packed += other.packed;
        self.bytes += other.bytes;
        self.records += other.records;
        self.invocations += other.invocations;
        self.control += other.control;
        self.aggregated.0 += other.aggregated.0;
        self.aggregated.1 = self.aggregated.1.saturating_add(other.aggregated.1);
        self.not_events += other.not_events;
        self.refusals += other.refusals;
        self.corrections_apart += other.corrections_apart;
        other.troubles.into_iter().for_each(|trouble| self.trouble(trouble));
    }

    /// True iff every byte of every file was read, and each correction was applied.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.unread == 0 && self.damaged == 0 && self.corrections_apart == 0
    }
}
