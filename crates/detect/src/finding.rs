//! A finding: what was seen, what was normal, and the records that it rests on.

use crate::change::Change;
use crate::facts::Evidence;
use crate::grouped::{Call, Grouped};
use std::collections::BTreeSet;
use std::fmt;

/// How much it matters, by default of its detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing: it decides no exit code.
    Note,
    /// Look at it when there is time.
    Low,
    /// Look at it today.
    Medium,
    /// Look at it now.
    High,
    /// Somebody is in.
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Severity; 5] = [Self::Note, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A record that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proof {
    /// When it happened: milliseconds since 1970.
    pub time: i64,
    /// `eventID`.
    pub event_id: String,
    /// The name of the file.
    pub file: String,
    /// Where the record begins among the inflated bytes of the file.
    pub offset: u64,
}

impl Proof {
    /// Of evidence, with the names of these facts.
    #[must_use]
    pub fn of(evidence: &Evidence, view: &Grouped<'_>) -> Proof {
        let names = &view.facts.names;
        Proof {
            time: evidence.time,
            event_id: evidence.id.text(names),
            file: names.text(evidence.file).to_owned(),
            offset: evidence.offset,
        }
    }
}

impl From<&Change> for Proof {
    fn from(change: &Change) -> Proof {
        Proof {
            time: change.time,
            event_id: change.id.clone(),
            file: change.file.clone(),
            offset: change.offset,
        }
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The same for the same finding in every run: the detection and eleven letters, drawn from what it is about and the first record it
    /// rests on.
    pub id: String,
    /// The detection.
    pub detection: String,
    /// How much it matters.
    pub severity: Severity,
    /// When it began: milliseconds since 1970.
    pub time: i64,
    /// When the last of it was.
    pub until: i64,
    /// The account it happened in; empty where unknown.
    pub account: String,
    /// The Region; empty where unknown.
    pub region: String,
    /// The function it is about, as an unqualified ARN.
    pub function: Option<String>,
    /// Who did it, whatever the session: an ARN, a service or an id.
    pub principal: Option<String>,
    /// From where: an address, a network or a service.
    pub address: Option<String>,
    /// From where else, where it stands for records of several places: an exception for networks has to hold all of them.
    pub more_addresses: BTreeSet<String>,
    /// What was seen, in a sentence.
    pub seen: String,
    /// What was normal and over how long, in a sentence; `None` for detections that need no baseline.
    pub normal: Option<String>,
    /// Why it is not what it might seem, or is less sure, in a sentence.
    pub remark: Option<String>,
    /// Where it stands for several things alike, such as trails that were stopped: the ids of the first record of each but the first. They are a
    /// part of its id, so that one thing more is another finding.
    pub further: Vec<String>,
    /// How many records it stands for: as many as are named, or more.
    pub events: u64,
    /// Records it rests on, in order of time: of many, the first of each kind.
    pub proofs: Vec<Proof>,
}

/// Addresses that a finding keeps at most; a text that is none stands for all others.
const MOST_ADDRESSES: usize = 100;

/// The addresses that are not the first one.
pub(crate) fn others<'a>(all: impl Iterator<Item = &'a str>, first: &str) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    for one in all.filter(|one| *one != first) {
        if kept.len() == MOST_ADDRESSES && !kept.contains(one) {
            kept.insert("and others".to_owned());
            break;
        }
        if !kept.contains(one) {
            kept.insert(one.to_owned());
        }
    }
    kept
}

/// Proofs that a finding names at most.
pub const MOST_PROOFS: usize = 50;

impl Finding {
    /// One about a change, with nothing said yet.
    #[must_use]
    pub fn of_change(detection: &str, severity: Severity, change: &Change, seen: String) -> Finding {
        Finding {
            id: String::new(),
            detection: detection.to_owned(),
            severity,
            time: change.time,
            until: change.time,
            account: change.account.clone(),
            region: change.region.clone(),
            function: None,
            principal: Some(change.who.name.clone()).filter(|name| !name.is_empty()),
            address: Some(change.address.clone()).filter(|address| !address.is_empty()),
            more_addresses: BTreeSet::new(),
            seen,
            normal: None,
            remark: None,
            further: Vec::new(),
            events: 1,
            proofs: vec![Proof::from(change)],
        }
    }

    /// One about calls, which are all of one function or of one caller; the first tells what they have in common. Empty for none.
    #[must_use]
    pub fn of_calls(
        detection: &str,
        severity: Severity,
        calls: &[Call<'_>],
        view: &Grouped<'_>,
        seen: String,
    ) -> Option<Finding> {
        let first = calls.iter().min_by_key(|call| call.cell.first.time)?;
        let function = view.function(first);
        let (caller, way) = (view.caller(first), view.way(first));
        let one_function = calls.iter().all(|call| call.key.function == first.key.function);
        let one_caller = calls.iter().all(|call| call.key.caller == first.key.caller);
        let mut proofs: Vec<Proof> = calls.iter().map(|call| Proof::of(&call.cell.first, view)).collect();
        proofs.sort_unstable();
        proofs.dedup();
        proofs.truncate(MOST_PROOFS);
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Some(Finding {
            id: String::new(),
            detection: detection.to_owned(),
            severity,
            time: first.cell.first.time,
            until: calls.iter().map(|call| call.cell.last).max().unwrap_or(first.cell.last),
            account: crate::arn::account_of(function).to_owned(),
            region: way.region.to_owned(),
            function: text(function).filter(|_| one_function),
            principal: text(caller.name).filter(|_| one_caller),
            address: text(way.address),
            more_addresses: others(calls.iter().map(|call| view.way(call).address), way.address),
            seen,
            normal: None,
            remark: None,
            further: Vec::new(),
            events: calls.iter().map(|call| call.cell.ids.total()).sum(),
            proofs,
        })
    }

    /// With what was normal.
    #[must_use]
    pub fn normally(self, normal: String) -> Finding {
        Finding { normal: Some(normal), ..self }
    }

    /// With a remark.
    #[must_use]
    pub fn remarked(self, remark: impl Into<String>) -> Finding {
        Finding { remark: Some(remark.into()), ..self }
    }

    /// About that function.
    #[must_use]
    pub fn about(self, function: Option<String>) -> Finding {
        Finding { function, ..self }
    }

    /// The same with more records that it rests on.
    #[must_use]
    pub fn with_proofs(mut self, more: impl IntoIterator<Item = Proof>) -> Finding {
        self.proofs.extend(more);
        self.proofs.sort_unstable();
        self.proofs.dedup();
        self.proofs.truncate(MOST_PROOFS);
        self.events = self.events.max(self.proofs.len() as u64);
        self.time = self.proofs.iter().map(|proof| proof.time).min().unwrap_or(self.time).min(self.time);
        self.until = self.proofs.iter().map(|proof| proof.time).max().unwrap_or(self.until).max(self.until);
        self
    }

    /// The same with the id that it has in every run.
    #[must_use]
    pub(crate) fn identified(mut self) -> Finding {
        let first = self.proofs.first().map_or("", |proof| &proof.event_id);
        let subject = [self.function.as_deref(), self.principal.as_deref()].map(Option::unwrap_or_default);
        let mut text = format!("{}\n{first}\n{}\n{}", self.detection, subject[0], subject[1]);
        for one in &self.further {
            text.push('\n');
            text.push_str(one);
        }
        let hash = logs::hex(&logs::sha256(text.as_bytes()));
        self.id = format!("{}-{}", self.detection, hash.get(..11).unwrap_or_default());
        self
    }
}
