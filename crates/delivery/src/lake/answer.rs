//! Questions that are answered out of a lake: the same answers as out of the log files that it was written from.

use super::catalogue::{Catalogue, catalogue};
use super::folders::path_of;
use super::scan::{Rows, Scan, scan_lake};
use super::shelf::{LakeError, LakePlace, Shelf};
use crate::delivered::delivered;
use crate::detections::{Learned, LearningJob, Lesson};
use crate::invocations::{Answered, AskError, Inquiry, LaterFiles, mistyped};
use crate::reader::Reader;
use crate::sources::{LogSource, Window};
use audit::evidence::DELIVERED_FOR;
use cloudtrail::time::DAY_MILLIS;
use detect::facts::Facts;
use detect::gather::{Gathered, Gatherer};
use logs::scan::{Layout, Sheets};
use logs::{Filter, Invocations, LeftOut, Named, Table, Tally, Timeline};
use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};
use store::ScratchFiles;

/// A lake that questions are asked of.
#[derive(Clone, Copy)]
pub struct Lake<'a> {
    place: &'a LakePlace,
}

impl<'a> Lake<'a> {
    /// At that place.
    #[must_use]
    pub fn new(place: &'a LakePlace) -> Lake<'a> {
        Lake { place }
    }

    /// As [`crate::ask`], out of the lake.
    ///
    /// # Errors
    /// The lake cannot be listed, a name is that of no function, or a scratch file cannot be written.
    pub fn ask(self, inquiry: &Inquiry<'_>, reader: &Reader<'_>) -> Result<Answered, AskError> {
        let question = inquiry.question;
        let shelf = Shelf::new(self.place, reader.door);
        let bound = question
            .filter
            .until
            .map(|until| until.saturating_add(DELIVERED_FOR).min(inquiry.now).max(until));
        let window = Window::of(&Filter { until: bound, ..question.filter.clone() });
        let found = listed(&shelf, &window)?;
        let looked_until = bound.map(|bound| LaterFiles {
            delivered: end_of(&found).min(bound),
            read: 0,
            digests_unread: 0,
        });
        let spill = ScratchFiles;
        let layout = Layout { columns: question.columns(), apart: false };
        let sinks = (0..reader.threads.max(1)).map(|_| Sheets::new(layout, Tally::new(question, &spill)));
        let (folders, beside) = (&found.folders, HashSet::new());
        let (rows, wanted) = (Rows::Invocations, &|_: &str| Some(0));
        let scan = Scan { folders, shelf: &shelf, rows, wanted, beside: &beside };
        let (sinks, mut account, _) = scan_lake(&scan, sinks.collect())?;
        let tallies: Vec<Tally<'_>> = sinks.into_iter().map(Sheets::into_consumer).collect();
        let mut named = Named::default();
        tallies.iter().for_each(|tally| named.merge(tally.named()));
        let answer = match inquiry.timeline {
            Some(limit) => Invocations::Timeline(Timeline::of(tallies, limit)?),
            None => Invocations::Groups(Table::of(tallies)?),
        };
        account.enter_corrections(match &answer {
            Invocations::Groups(table) => table.corrections_apart(),
            Invocations::Timeline(timeline) => timeline.corrections_apart,
        });
        mistyped(question, named, &account)?;
        Ok(Answered {
            found: answer,
            from_index: (0, account.files),
            account,
            looked_until,
            left_out: LeftOut::default(),
            helps: BTreeSet::new(),
        })
    }
}

/// The folders of a lake; a place without any is none.
fn listed(shelf: &Shelf<'_>, window: &Window) -> Result<Catalogue, LakeError> {
    let found = catalogue(shelf, window)?;
    if found.folders.is_empty() && shelf.list("invocations")?.is_empty() {
        return Err(shelf.no_lake());
    }
    Ok(found)
}

/// The end of the last day that the lake has a folder of: nothing that was delivered later is in it.
fn end_of(found: &Catalogue) -> i64 {
    let last = found.folders.iter().map(|folder| folder.partition.day()).max();
    let begin = last.and_then(|day| logs::milliseconds(&format!("{day}T00:00:00Z")));
    begin.map_or(i64::MIN, |begin| begin + DAY_MILLIS)
}

/// The paths of the log files of these sources, as a lake of them would say them.
fn paths_of(sources: &[LogSource], window: &Window, reader: &Reader<'_>) -> HashSet<String> {
    if sources.is_empty() {
        return HashSet::new();
    }
    let there = delivered(sources, window, reader);
    there.logs.iter().map(|item| path_of(item, &there)).collect()
}

/// As [`crate::learn`], out of a lake. Rules need the records themselves, which a lake does not have. Log files that the lesson names beside
/// the lake are left out of the account.
///
/// # Errors
/// The lake cannot be listed.
pub fn learn_from(
    place: &LakePlace,
    lesson: &Lesson<'_>,
    known: Facts,
    reader: &Reader<'_>,
) -> Result<Learned, AskError> {
    let shelf = Shelf::new(place, reader.door);
    let filter = Filter { since: lesson.since, ..Filter::default() };
    let found = listed(&shelf, &Window::of(&filter))?;
    let all = Mutex::new(Gathered::new(known, lesson.bounds));
    let sink = |_| LearningJob { gatherer: Gatherer::new(lesson.now), all: &all };
    let sinks = (0..reader.threads.max(1)).map(sink).collect();
    let (folders, wanted) = (&found.folders, &|_: &str| Some(0));
    let beside = paths_of(lesson.sources, &Window::of(&filter), reader);
    let scan = Scan { folders, shelf: &shelf, rows: Rows::All, wanted, beside: &beside };
    let (sinks, account, _) = scan_lake(&scan, sinks)?;
    drop(sinks);
    let facts = all.into_inner().unwrap_or_else(PoisonError::into_inner).finished();
    let files = account.files;
    Ok(Learned { facts, account, left_out: LeftOut::default(), helps: BTreeSet::new(), known: (0, files) })
}
