//! One pass over all log files: records counted by function, files hashed that digests list, holes kept by place; what was read
//! before, and need not be hashed, comes out of the index.

mod doubts;

#[cfg(feature = "lake")]
pub(crate) use doubts::is_in_doubt;

use super::hashes::{Hashes, seen, unread_of};
use super::holes::Holes;
use super::proofs::Proofs;
use super::watched::{How, Watched};
use super::{Delivered, Item};
use crate::keeper::Keeper;
use crate::layout::place_of;
use crate::reader::Reader;
use logs::digest::{Expected, Seen, Standing};
use logs::scan::{Account, Consumer, File, Layout, Receiver, scan_sheets};
use logs::{Answer, Columns, Filter, Marks, Named, Question, Row, Sheet, Tally, Trouble};
use std::io;
use store::ScratchFiles;

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// Counts by the question's dimensions.
    pub(crate) answer: Answer,
    /// The account of all files.
    pub(crate) account: Account,
    /// What could not be read.
    pub(crate) holes: Holes,
    /// Every log file, hashed where a digest lists it.
    pub(crate) seen: Vec<Seen>,
    /// The same of files that a digest proves alone: what lies elsewhere, a correction or a copy, changes nothing in it. `None` iff
    /// digests were not asked for.
    pub(crate) proven: Option<Answer>,
    /// Whose records lie in which other files; empty iff digests were not asked for.
    pub(crate) proofs: Proofs,
    /// Records that say they were delivered to another account than the one in whose folder they lie: counted nowhere.
    pub(crate) strays: u64,
    /// How many files were in the index.
    pub(crate) known: u64,
    /// Which of the functions that were asked for there are.
    pub(crate) named: Named,
}

/// Reads all log files once; with an index those alone that are not in it, or that have to be hashed. `expected` is what digests say,
/// iff they were asked for.
///
/// # Errors
/// What a scratch file says.
pub(crate) fn read(
    delivered: &Delivered,
    question: &Question,
    expected: Option<&Expected<'_>>,
    reader: &Reader<'_>,
) -> io::Result<Read> {
    let needed = question.columns().and(Columns::of(&doubts::COLUMNS));
    let columns = if reader.index.is_some() { Columns::ALL } else { needed };
    let layout = Layout { columns, apart: reader.index.is_some() };
    let spill = ScratchFiles;
    let work = |_| ReadingJob {
        tally: Tally::new(question, &spill),
        proven: Tally::new(question, &spill),
        keeper: Keeper::into(reader.index),
        question,
        delivered,
        expected,
        hashes: Hashes::default(),
        hashed: None,
        proofs: Proofs::default(),
        holes: Holes::default(),
        strays: 0,
    };
    let how = |item: &Item| if is_listed(expected, item) { How::Bytes } else { How::Sheet };
    let workers = || (0..reader.threads.max(1)).map(work).collect();
    let ((done, known), mut holes) = match of_a_lake(delivered, layout, reader, workers) {
        Some((done, holes)) => ((done, 0), holes),
        None => Watched::over(delivered, how, reader, |files| {
            let done = scan_sheets(files, layout, workers());
            (done, files.known())
        }),
    };
    let (works, mut account) = done?;
    let (mut tallies, mut proven, mut hashes, mut strays) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let (mut proofs, mut named) = (Proofs::default(), Named::default());
    for work in works {
        named.merge(work.tally.named());
        tallies.push(work.tally);
        proven.push(work.proven);
        hashes.push(work.hashes);
        proofs.merge(work.proofs);
        holes.merge(work.holes);
        strays += work.strays;
    }
    let answer = Answer::of(tallies)?;
    account.enter_corrections(answer.corrections_apart);
    let proven = expected.map(|_| Answer::of(proven)).transpose()?;
    let seen = seen(delivered, hashes);
    Ok(Read { answer, account, holes, seen, proven, proofs, strays, known, named })
}

/// What came of consumers, the account of what they read, and what could not be read; or what one of them says.
type Done<C> = (io::Result<(Vec<C>, Account)>, Holes);

/// The same out of a lake; `None` iff the log files are to be read.
#[cfg(feature = "lake")]
fn of_a_lake<C: Consumer<Error = io::Error>>(
    delivered: &Delivered,
    layout: Layout,
    reader: &Reader<'_>,
    workers: impl FnOnce() -> Vec<C>,
) -> Option<Done<C>> {
    Some(crate::lake::sheets_of(reader.lake?, delivered, layout, reader, workers()))
}

/// The same where there are no lakes.
#[cfg(not(feature = "lake"))]
fn of_a_lake<C: Consumer<Error = io::Error>>(
    _: &Delivered,
    _: Layout,
    _: &Reader<'_>,
    _: impl FnOnce() -> Vec<C>,
) -> Option<Done<C>> {
    None
}

/// True iff a digest lists the file, so that it has to be hashed.
fn is_listed(expected: Option<&Expected<'_>>, item: &Item) -> bool {
    expected.is_some_and(|expected| !expected.claims(&item.key).is_empty())
}

struct ReadingJob<'a> {
    tally: Tally<'a>,
    /// Of files that a digest proves.
    proven: Tally<'a>,
    keeper: Keeper<'a>,
    question: &'a Question,
    delivered: &'a Delivered,
    expected: Option<&'a Expected<'a>>,
    hashes: Hashes,
    /// That of the file whose sheet comes next.
    hashed: Option<(usize, [u8; 32])>,
    proofs: Proofs,
    holes: Holes,
    strays: u64,
}

impl Consumer for ReadingJob<'_> {
    fn sheet(&mut self, file: &File, sheet: &Sheet, trouble: Option<&Trouble>) -> io::Result<()> {
        self.keeper.keep(file, sheet);
        let at = file.number;
        let facts = &sheet.facts;
        // An answer rests on each file with an invocation of the time that was asked about, whatever the file is called; and with
        // a correction, which may take a record of that time out of it.
        let Filter { since, until, .. } = &self.question.filter;
        let asked = since.unwrap_or(i64::MIN)..until.unwrap_or(i64::MAX);
        let decides = |row: &Row| asked.contains(&row.milliseconds) || row.marks.any(Marks::CORRECTS);
        if sheet.rows.iter().any(decides) {
            self.hashes.count(at);
        }
        if let Some(item) = self.delivered.logs.get(at) {
            let wrong = facts.trouble.clone().or_else(|| {
                let (offset, why) = facts.refused.first()?;
                Some(format!("byte {offset}: {why}"))
            });
            if let Some(why) = &wrong {
                self.holes.add(place_of(&item.key), &file.name, why, facts.refusals.max(1));
            }
            // What is too large may be whole; what is damaged is not.
            if let Some(trouble) = trouble.filter(|_| self.wants_hash(file)) {
                self.hashes.refuse(at, unread_of(trouble));
            }
        }
        let settled = doubts::settle(sheet, file.home.as_ref(), &asked);
        settled.enter(&mut self.holes, &file.name);
        self.strays += settled.strays;
        let kept = settled.sheet.as_ref().unwrap_or(sheet);
        if let Some((expected, item)) = self.expected.zip(self.delivered.logs.get(at)) {
            let hash = self.hashed.take().filter(|(of, _)| *of == at).map(|(_, hash)| hash);
            let standing = expected.standing(&item.key, hash);
            self.proofs.take(kept, &self.question.filter, &file.name, standing);
            if standing == Standing::Proven {
                self.proven.sheet(file, kept, trouble)?;
            }
        }
        self.tally.sheet(file, kept, trouble)
    }
}

impl Receiver for ReadingJob<'_> {
    type Error = io::Error;

    fn wants_hash(&self, file: &File) -> bool {
        let item = self.delivered.logs.get(file.number);
        item.is_some_and(|item| is_listed(self.expected, item))
    }

    fn hashed(&mut self, file: &File, hash: [u8; 32]) -> io::Result<()> {
        self.hashes.enter(file.number, hash);
        self.hashed = Some((file.number, hash));
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.keeper.end();
        self.proven.end()?;
        self.tally.end()
    }
}

#[cfg(test)]
mod tests;
