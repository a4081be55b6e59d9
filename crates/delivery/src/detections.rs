//! Facts for detections, out of delivered files: each file once, what was read before not again.

use crate::invocations::AskError;
use crate::reader::Reader;
use crate::sources::{Feed, LogSource, NO_TAG, Window, survey, survey_objects};
use detect::facts::{Bounds, Facts};
use detect::gather::{Gathered, Gatherer};
use detect::ruled::Ruled;
use logs::scan::{Account, File, FileSink, Known, Options, ReadFile, Receiver, scan};
use logs::{Event, Filter, LeftOut, ObjectKey, Record, Sink};
use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

/// What was read.
#[derive(Debug)]
pub struct Learned {
    /// What is known now, what was known before included.
    pub facts: Facts,
    /// What was read.
    pub account: Account,
    /// What was not read.
    pub left_out: LeftOut,
    /// What to do about what could not be read.
    pub helps: BTreeSet<String>,
    /// Of how many files the records were known already, and of how many in all.
    pub known: (u64, u64),
}

/// What to learn from.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Where the files are.
    pub sources: &'a [LogSource],
    /// Only files that may hold records of then and later: milliseconds since 1970.
    pub since: Option<i64>,
    /// Milliseconds since 1970.
    pub now: i64,
    /// How much is kept.
    pub bounds: Bounds,
    /// Rules of the user's own, to run over each record.
    pub rules: Option<&'a Ruled>,
}

/// Reads what is new, and joins it with what is known.
///
/// # Errors
/// A source that was typed is none, or nothing in it can be listed.
pub fn learn(lesson: &Lesson<'_>, known: Facts, reader: &Reader<'_>) -> Result<Learned, AskError> {
    let seen = known.files.clone();
    // The index holds sheets of invocations: what else records tell is not in it.
    let reader = Reader { index: None, seen: Some(&seen), ..*reader };
    let filter = Filter { since: lesson.since, ..Filter::default() };
    let window = Window::of(&filter);
    let mut survey = survey(lesson.sources, &window, &reader);
    if let Some(door) = reader.door {
        survey_objects(&mut survey, door, true)?;
    }
    let (left_out, files) = (survey.left_out.clone(), survey.files);
    let feed = Feed::new(survey, &reader);
    let all = Mutex::new(Gathered::new(known, lesson.bounds));
    let sink = |_| LearningJob { gatherer: Gatherer::new(lesson.now).with_rules(lesson.rules), all: &all };
    let done = scan(&feed, Options::default(), (0..reader.threads).map(sink).collect());
    feed.end();
    let (sinks, account) = done?;
    drop(sinks);
    let facts = all.into_inner().unwrap_or_else(PoisonError::into_inner).finished();
    Ok(Learned { facts, account, left_out, helps: feed.helps(), known: (feed.known(), files) })
}

/// One thread's work. What it gathers of a file is handed over when the file is read.
pub(crate) struct LearningJob<'a> {
    pub(crate) gatherer: Gatherer<'a>,
    pub(crate) all: &'a Mutex<Gathered>,
}

impl Sink for LearningJob<'_> {
    const EVERY: bool = true;

    fn event(&mut self, event: &Event<'_>) {
        self.gatherer.event(event);
    }

    fn record(&mut self, record: &Record<'_>) {
        self.gatherer.record(record);
    }
}

impl Receiver for LearningJob<'_> {
    type Error = io::Error;
}

impl FileSink for LearningJob<'_> {
    fn begin(&mut self, file: &File) {
        let key = ObjectKey::parse(&file.name);
        let organization = key.and_then(|key| key.organization);
        self.gatherer.begin(&file.name, file.home.as_ref(), organization);
    }

    fn read(&mut self, file: &File, read: &ReadFile<'_>) -> io::Result<()> {
        // What could not be read to its end is read again: it may be whole then.
        let whole = read.trouble.is_none() && read.facts.refusals == 0;
        if whole && file.tag != NO_TAG {
            self.gatherer.done(file.tag);
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.enter(self.gatherer.take());
        Ok(())
    }

    fn known(&mut self, _: &File, _: &Known) -> io::Result<()> {
        Ok(())
    }
}
