//! Questions that are answered out of a lake: the same answers as out of the log files that it was written from.

use super::catalogue::{Catalogue, catalogue};
use super::folders::path_of;
use super::scan::{Rows, Scan, scan_lake};
use super::shelf::{LakeError, LakePlace, Shelf};
use crate::delivered::{Delivered, Holes, Item, delivered};
use crate::detections::{Learned, Lesson, Work as Learning};
use crate::invocations::{Answered, AskError, Inquiry, LaterFiles, mistyped};
use crate::reader::Reader;
use crate::sources::{Place, Window};
use audit::evidence::DELIVERED_FOR;
use detect::facts::Facts;
use detect::gather::{Gathered, Gatherer};
use logs::scan::{Account, Consumer, Layout, Sheets};
use logs::{Filter, Invocations, LeftOut, Named, Table, Tally, Timeline};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use store::ScratchFiles;

const DAY: i64 = 24 * 3_600_000;

/// Why a folder of a lake does not show that nothing is missing.
const DIGESTS_UNASKED: &str = "the lake was written without --digests, so it does not know log files that digests name and that were gone: write it with --digests";

/// The log files that a lake was written from, as far as the window concerns them. What cannot be read of the lake is a hole.
pub(crate) fn delivered_of(lake: &LakePlace, window: &Window, reader: &Reader<'_>) -> Delivered {
    let shelf = Shelf::new(lake, reader.door);
    let place = Place::Lake(shelf.name(""));
    let mut all = Delivered::of_lake(place, window);
    let Catalogue { folders, .. } = match catalogue(&shelf, window) {
        Ok(catalogue) => catalogue,
        Err(error) => {
            all.holes.add((None, None), &error.name, &error.why, 1);
            return all;
        }
    };
    for folder in &folders {
        let about = (Some(folder.partition.account()), Some(folder.partition.region()));
        match folder.manifest(&shelf) {
            Err(error) => all.holes.add(about, &error.name, &error.why, 1),
            Ok(manifest) => {
                if manifest.digests.is_none() {
                    all.digests_unasked.add(about, &folder.partition.to_string(), DIGESTS_UNASKED, 1);
                }
                for input in manifest.inputs.iter().filter(|input| input.unlisted) {
                    let why = input.unread.as_deref().unwrap_or_default();
                    all.holes.add(about, &manifest.path_of(input), why, 1);
                }
                // When the events of such a file were, the manifest does not say.
                for key in manifest.digests.iter().flat_map(|digests| digests.missing.keys()) {
                    let why = "a valid digest lists it, and it was not there when the lake was written";
                    all.holes.add(about, key, why, 1);
                }
                let listed = manifest.inputs.iter().filter(|input| !input.unlisted);
                all.logs.extend(listed.map(|input| {
                    let path = manifest.path_of(input);
                    let key = path.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
                    let key = key.map_or_else(|| input.name.clone(), |(_, key)| key.to_owned());
                    Item {
                        place: 0,
                        below: PathBuf::from(path),
                        key,
                        size: input.bytes,
                        etag: String::new(),
                        tag: None,
                    }
                }))
            }
        }
    }
    all
}

/// Hands the invocations of these log files to consumers, out of the lake.
pub(crate) fn sheets_of<C: Consumer<Error = io::Error>>(
    lake: &LakePlace,
    delivered: &Delivered,
    layout: Layout,
    reader: &Reader<'_>,
    consumers: Vec<C>,
) -> (io::Result<(Vec<C>, Account)>, Holes) {
    let shelf = Shelf::new(lake, reader.door);
    let names = delivered.logs.iter().enumerate();
    let names: HashMap<String, usize> = names.map(|(number, item)| (delivered.name(item), number)).collect();
    let folders = match catalogue(&shelf, &delivered.window) {
        Ok(catalogue) => catalogue.folders,
        Err(error) => return (Err(io::Error::other(error.to_string())), Holes::default()),
    };
    let wanted = |path: &str| names.get(path).copied();
    let beside = HashSet::new();
    let rows = Rows::Invocations;
    let scan = Scan { folders: &folders, shelf: &shelf, rows, wanted: &wanted, beside: &beside };
    let sinks = consumers.into_iter().map(|consumer| Sheets::new(layout, consumer)).collect();
    match scan_lake(&scan, sinks) {
        Err(error) => (Err(error), Holes::default()),
        Ok((sinks, account, unread)) => {
            let mut holes = Holes::default();
            for (partition, name, why) in unread {
                holes.add((Some(partition.account()), Some(partition.region())), &name, &why, 1);
            }
            (Ok((sinks.into_iter().map(Sheets::into_consumer).collect(), account)), holes)
        }
    }
}

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
    begin.map_or(i64::MIN, |begin| begin + DAY)
}

/// The paths of the log files of these places, as a lake of them would say them.
fn paths_of(places: &[Place], window: &Window, reader: &Reader<'_>) -> HashSet<String> {
    if places.is_empty() {
        return HashSet::new();
    }
    let there = delivered(places, window, reader);
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
    let sink = |_| Learning { gatherer: Gatherer::new(lesson.now), all: &all };
    let sinks = (0..reader.threads.max(1)).map(sink).collect();
    let (folders, wanted) = (&found.folders, &|_: &str| Some(0));
    let beside = paths_of(lesson.places, &Window::of(&filter), reader);
    let scan = Scan { folders, shelf: &shelf, rows: Rows::All, wanted, beside: &beside };
    let (sinks, account, _) = scan_lake(&scan, sinks)?;
    drop(sinks);
    let facts = all.into_inner().unwrap_or_else(PoisonError::into_inner).finished();
    let files = account.files;
    Ok(Learned { facts, account, left_out: LeftOut::default(), helps: BTreeSet::new(), known: (0, files) })
}
