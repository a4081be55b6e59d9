//! Calls that change what is recorded, or which functions there are, out of delivered files.

use crate::invocations::AskError;
use crate::reader::Reader;
use crate::sources::{Feed, LogSource, Window, survey, survey_objects};
use logs::scan::{Account, File, FileSink, Known, Options, ReadFile, Receiver, scan};
use logs::{ControlCall, Filter, Home, LeftOut, Record, Sink};
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct ControlCalls {
    /// In order of time, copies of an event once.
    pub calls: Vec<ControlCall>,
    /// What was read.
    pub account: Account,
    /// What was not read.
    pub left_out: LeftOut,
    /// What to do about what could not be read.
    pub helps: BTreeSet<String>,
}

/// The calls of that time (milliseconds since 1970) in the sources.
///
/// # Errors
/// A source that was typed is none, or nothing in it can be listed.
pub fn control_calls(
    sources: &[LogSource],
    time: &Range<i64>,
    reader: &Reader<'_>,
) -> Result<ControlCalls, AskError> {
    // The index holds sheets of invocations: each file is read.
    let reader = Reader { index: None, ..*reader };
    let filter = Filter { since: Some(time.start), until: Some(time.end), ..Filter::default() };
    let window = Window::of(&filter);
    let mut survey = survey(sources, &window, &reader);
    if let Some(door) = reader.door {
        survey_objects(&mut survey, door, true)?;
    }
    let left_out = survey.left_out.clone();
    let feed = Feed::new(survey, &reader);
    let sinks = (0..reader.threads).map(|_| Calls { time: time.clone(), ..Calls::default() }).collect();
    let done = scan(&feed, Options::default(), sinks);
    feed.end();
    let helps = feed.helps();
    let (sinks, account) = done?;
    let mut calls: Vec<ControlCall> = sinks.into_iter().flat_map(|sink| sink.calls).collect();
    calls.sort_unstable();
    // Trails of an organization and of an account record the same event, under one id.
    calls.dedup_by(|one, other| one.event_id == other.event_id && one.time == other.time);
    Ok(ControlCalls { calls, account, left_out, helps })
}

/// Takes them out of the records of a thread.
#[derive(Default)]
struct Calls {
    time: Range<i64>,
    home: Option<Home>,
    calls: Vec<ControlCall>,
}

impl Sink for Calls {
    fn record(&mut self, record: &Record<'_>) {
        if self.time.contains(&record.milliseconds) {
            self.calls.extend(ControlCall::of(record, self.home.as_ref()));
        }
    }
}

impl Receiver for Calls {
    type Error = io::Error;
}

impl FileSink for Calls {
    fn begin(&mut self, file: &File) {
        self.home.clone_from(&file.home);
    }

    fn read(&mut self, _: &File, _: &ReadFile<'_>) -> io::Result<()> {
        Ok(())
    }

    fn known(&mut self, file: &File, _: &Known) -> io::Result<()> {
        Err(io::Error::other(format!("{}: its records are not there", file.name)))
    }
}
