//! What detections found, as documents: one value, and each format a function of it.

mod csv;
mod documents;
mod html;
mod markdown;
mod ocsf;
mod sarif;
mod show;
mod terminal;
mod tuned;

pub use show::{Again, Shown, show_text};
pub use tuned::{baseline_text, detections_list, replay_text};

use super::page::Layout;
use super::quantity::{grouped, quantity, size};
use super::shortfall::shortfall;
use cloudtrail::time::DAY_MILLIS;
use detect::detection::Detection;
use detect::exception::{Accepted, Exception};
use detect::facts::Facts;
use detect::finding::{Finding, Severity};
use detect::ruled::Ruled;
use detect::story::Story;
use logs::scan::Account;
use logs::{LeftOut, text_of};
use std::io::{self, Write};

/// The format of findings as JSON and JSON lines, and its version.
pub const DETECTIONS_FORMAT: &str = "invoketrail.detections/1";

/// What is told.
#[derive(Clone, Copy)]
pub struct Detections<'a> {
    /// In order of time.
    pub findings: &'a [Finding],
    /// How many findings more there are, outside the time and the severity that were asked for.
    pub not_asked_for: usize,
    /// The moment since which findings are asked for, and that of the newest record; iff that is earlier, so that nothing asked for was
    /// looked at.
    pub nothing_since: Option<(i64, i64)>,
    /// The worst first.
    pub stories: &'a [Story],
    /// Which of them are accepted.
    pub accepted: &'a Accepted,
    /// By which exceptions.
    pub exceptions: &'a [Exception],
    /// What the findings were found in.
    pub facts: &'a Facts,
    /// What was read in this run.
    pub account: &'a Account,
    /// What was not read.
    pub left_out: &'a LeftOut,
    /// Of how many files the records were known already, and of how many in all.
    pub known: (u64, u64),
    /// Days of records before a baseline speaks.
    pub learn_days: i64,
    /// Rules of the user's own: title by id, in the order of their files.
    pub rules: &'a [RuleTold],
    /// Milliseconds since 1970.
    pub now: i64,
    /// The version of the tool.
    pub version: &'a str,
}

/// A rule of the user's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTold {
    /// As findings name it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Techniques of MITRE ATT&CK that it names.
    pub attack: Vec<String>,
}

/// What documents say of the rules.
#[must_use]
pub fn rules_told(ruled: &Ruled) -> Vec<RuleTold> {
    let attack = |tags: &[String]| {
        let ids = tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
        let is_technique =
            |id: &&str| id.starts_with('t') && id[1..].starts_with(|one: char| one.is_ascii_digit());
        ids.filter(is_technique).map(str::to_uppercase).collect()
    };
    let told = |(id, rule): (_, &detect::sigma::Rule)| RuleTold {
        id: ruled.name(id),
        title: rule.title.clone(),
        attack: attack(&rule.tags),
    };
    ruled.rules().rules().map(told).collect()
}

/// A format of findings.
#[derive(Clone, Copy, Debug)]
pub struct DetectionsFormat {
    name: &'static str,
    suffix: &'static str,
    write: fn(&Detections<'_>, &Layout, &mut dyn Write) -> io::Result<()>,
}

impl PartialEq for DetectionsFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for DetectionsFormat {}

impl DetectionsFormat {
    /// For a person.
    pub const TERMINAL: DetectionsFormat =
        DetectionsFormat { name: "terminal", suffix: "txt", write: terminal::document };

    /// All of them, that for a person first.
    pub const ALL: [DetectionsFormat; 8] = [
        DetectionsFormat::TERMINAL,
        DetectionsFormat { name: "json", suffix: "json", write: documents::json },
        DetectionsFormat { name: "jsonl", suffix: "jsonl", write: documents::jsonl },
        DetectionsFormat { name: "markdown", suffix: "md", write: markdown::document },
        DetectionsFormat { name: "html", suffix: "html", write: html::document },
        DetectionsFormat { name: "csv", suffix: "csv", write: csv::document },
        DetectionsFormat { name: "sarif", suffix: "sarif", write: sarif::document },
        DetectionsFormat { name: "ocsf", suffix: "ocsf.json", write: ocsf::document },
    ];

    /// Its name, as it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What the names of its files end in.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        self.suffix
    }

    /// Writes what was found.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(self, found: &Detections<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(found, layout, out)
    }
}

impl<'a> Detections<'a> {
    /// Findings that decide: neither accepted nor notes.
    pub fn open(&self) -> impl Iterator<Item = (usize, &'a Finding)> + '_ {
        let is_open = |at: &usize, one: &Finding| one.severity > Severity::Note && self.by(*at).is_none();
        self.findings.iter().enumerate().filter(move |(at, one)| is_open(at, one))
    }

    /// The exception that accepts the finding.
    #[must_use]
    pub fn by(&self, finding: usize) -> Option<&'a Exception> {
        let at = self.accepted.by.get(finding).copied().flatten()?;
        self.exceptions.get(at)
    }

    /// The exception that accepted the finding, and has ended.
    #[must_use]
    pub fn ended(&self, finding: usize) -> Option<&'a Exception> {
        let at = self.accepted.ended.get(finding).copied().flatten()?;
        self.exceptions.get(at)
    }

    /// The answer in a sentence.
    #[must_use]
    pub fn headline(&self) -> String {
        let open: Vec<&Finding> = self.open().map(|(_, one)| one).collect();
        let notes = self.findings.iter().filter(|one| one.severity == Severity::Note).count();
        let accepted = (0..self.findings.len()).filter(|at| self.by(*at).is_some()).count();
        let mut more = Vec::new();
        if accepted > 0 {
            more.push(format!("{} accepted", grouped(accepted)));
        }
        if notes > 0 {
            more.push(quantity(notes, ("note", "notes")));
        }
        let more = if more.is_empty() { String::new() } else { format!("; {}", more.join(", ")) };
        let Some(worst) = open.iter().map(|one| one.severity).max() else {
            if let Some((since, newest)) = self.nothing_since {
                let earlier = match self.not_asked_for {
                    0 => String::new(),
                    n => format!(" Before that: {}.", quantity(n, ("finding", "findings"))),
                };
                return format!(
                    "Nothing since {} was checked: the newest record is of {}.{earlier}",
                    text_of(since),
                    text_of(newest)
                );
            }
            if self.not_asked_for > 0 {
                let others = quantity(self.not_asked_for, ("finding", "findings"));
                return format!(
                    "No finding is as asked for{more}. {others} outside --since, --until or --severity."
                );
            }
            return format!("No detection fires in {}{more}.", self.extent());
        };
        let stories = self.stories.iter().filter(|story| self.is_open(story)).count();
        let found = quantity(open.len(), ("finding", "findings"));
        let told = quantity(stories, ("story", "stories"));
        format!("{found} in {told}, the worst {worst}{more}.")
    }

    /// True iff a finding of the story decides.
    #[must_use]
    pub fn is_open(&self, story: &Story) -> bool {
        story.findings.iter().any(|at| self.open().any(|(open, _)| open == *at))
    }

    /// What was looked at, in a few words.
    fn extent(&self) -> String {
        let mut functions: Vec<u32> = self.facts.cells.keys().map(|key| key.function).collect();
        functions.sort_unstable();
        functions.dedup();
        let calls: u64 = self.facts.cells.values().map(|cell| cell.ids.total()).sum();
        let spans = self.facts.accounts.values();
        let span = spans.copied().reduce(detect::facts::Span::over);
        let of = format!(
            "{} of {} and {}",
            quantity(size(calls), ("call", "calls")),
            quantity(functions.len(), ("function", "functions")),
            quantity(self.facts.changes.len(), ("change", "changes"))
        );
        match span {
            Some(span) => format!("{of}, from {} to {}", text_of(span.first), text_of(span.last)),
            None => of,
        }
    }

    /// What limits the answer, each in a sentence.
    fn limits(&self) -> Vec<String> {
        let mut told = Vec::new();
        let late: Vec<&str> = self
            .facts
            .accounts
            .iter()
            .filter(|(_, span)| !self.has_learned(span))
            .map(|(id, _)| id.as_str())
            .collect();
        if !late.is_empty() {
            let named = few(&late, 5);
            told.push(format!(
                "The records of {named} span less than {} days: detections that compare with what is normal there cannot speak yet.",
                self.learn_days
            ));
        }
        if let Some(day) = self.facts.calls_from {
            let day = text_of(i64::from(day) * DAY_MILLIS);
            let day = day.get(..10).unwrap_or_default();
            told.push(format!(
                "Calls before {day} are forgotten: see \"What is kept\" in the reference of detect."
            ));
        }
        if let Some(from) = self.facts.changes_from {
            told.push(format!("Changes before {} are forgotten.", text_of(from)));
        }
        for file in self.facts.ahead.iter().take(3) {
            told.push(format!(
                "{file} holds records of later than an hour from now. They count when their time has come."
            ));
        }
        for at in &self.accepted.unused {
            if let Some(one) = self.exceptions.get(*at) {
                told.push(format!("Exception {} matches no finding.", one.id));
            }
        }
        if !self.account.is_whole() {
            told.push(format!("{}: findings may be missing.", shortfall(self.account)));
        }
        told
    }

    fn has_learned(&self, span: &detect::facts::Span) -> bool {
        let from =
            self.facts.calls_from.map_or(span.first, |day| span.first.max(i64::from(day) * DAY_MILLIS));
        from + self.learn_days * DAY_MILLIS <= span.last
    }

    /// What the detection of a finding is called, and the techniques that it is of.
    fn told_of(&self, id: &str) -> (&'a str, Vec<&'a str>) {
        if let Some(one) = detection(id) {
            return (one.title, one.attack.to_vec());
        }
        let rule = self.rules.iter().find(|rule| rule.id == id);
        rule.map_or(("", Vec::new()), |rule| {
            (rule.title.as_str(), rule.attack.iter().map(String::as_str).collect())
        })
    }
}

/// The detection of that id.
#[must_use]
pub fn detection(id: &str) -> Option<&'static Detection> {
    detect::detections::ALL.iter().copied().find(|one| one.id == id)
}

/// A moment without its fraction and its `Z`: `2026-11-20 10:02:03`.
fn moment(time: i64) -> String {
    let text = text_of(time);
    text.get(..19).map_or(text.clone(), |text| text.replace('T', " "))
}

/// The first of them, and how many more there are.
fn few(names: &[&str], most: usize) -> String {
    let shown = names.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {} more", grouped(more)),
    }
}

/// What an earlier run did not find, of so many open findings, and how many of its findings are not found any more.
#[must_use]
pub fn since_baseline(new: usize, open: usize, resolved: usize) -> String {
    let new = quantity(new, ("new finding", "new findings"));
    format!("since the baseline: {new} of {}, {} not found any more", grouped(open), grouped(resolved))
}
