//! One pass over all log files: records counted by function, files hashed that digests list, holes kept by place.

use super::Delivered;
use super::hashes::{Hashes, seen};
use super::holes::{Holes, place_of};
use super::watched::{Watched, at};
use crate::sources::Session;
use cli::store::ScratchFiles;
use logs::digest::{Expected, Seen, Unread};
use logs::scan::{Account, Consumer, File, Options, scan};
use logs::{Answer, Column, Columns, Marks, Question, Sheet, Tally};
use std::io;

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
}

/// Reads all log files once.
///
/// # Errors
/// What a scratch file says.
pub(crate) fn read(
    delivered: &Delivered,
    question: &Question,
    expected: &Expected<'_>,
    session: Option<&Session>,
) -> io::Result<Read> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { columns: question.columns(), ..Options::default() };
    let spill = ScratchFiles;
    let work = |_| Work {
        tally: Tally::new(question, &spill),
        delivered,
        expected,
        hashes: Hashes::default(),
        holes: Holes::default(),
    };
    let (done, mut holes) = Watched::over(
        delivered,
        |_| true,
        session,
        |files| scan(files, options, (0..threads).map(work).collect()),
    );
    let (works, account) = done?;
    let (mut tallies, mut hashes) = (Vec::new(), Vec::new());
    for work in works {
        tallies.push(work.tally);
        hashes.push(work.hashes);
        holes.merge(work.holes);
    }
    Ok(Read { answer: Answer::of(tallies)?, account, holes, seen: seen(delivered, hashes) })
}

struct Work<'a> {
    tally: Tally<'a>,
    delivered: &'a Delivered,
    expected: &'a Expected<'a>,
    hashes: Hashes,
    holes: Holes,
}

impl Consumer for Work<'_> {
    type Error = io::Error;

    fn sheet(&mut self, file: &File, sheet: &Sheet, inflated: &[u8]) -> io::Result<()> {
        let at = at(&file.tag);
        let facts = &sheet.facts;
        if let Some(item) = self.delivered.logs.get(at) {
            let amiss = facts.trouble.clone().or_else(|| {
                let (offset, why) = facts.refused.first()?;
                Some(format!("byte {offset}: {why}"))
            });
            if let Some(why) = &amiss {
                self.holes.add(place_of(&item.key), &file.name, why, facts.refusals.max(1));
            }
            if let Some(why) = facts.trouble.clone().filter(|_| self.wants_hash(file)) {
                // What inflates to more than the limit may be whole; what has no bytes at all is not.
                let unread = if inflated.is_empty() && item.size > 0 {
                    Unread::Refused { why }
                } else {
                    Unread::Damaged { why }
                };
                self.hashes.refuse(at, unread);
            }
        }
        self.tally.sheet(file, sheet, inflated)
    }

    fn wants_hash(&self, file: &File) -> bool {
        let item = self.delivered.logs.get(at(&file.tag));
        item.is_some_and(|item| !self.expected.claims(&item.key).is_empty())
    }

    fn hashed(&mut self, file: &File, hash: [u8; 32]) -> io::Result<()> {
        self.hashes.enter(at(&file.tag), hash);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.tally.end()
    }
}

/// The first of the files that holds a record of that request; the names of all that were read; and what could not be.
pub(crate) fn has_request(
    delivered: &Delivered,
    request: &str,
    session: &Session,
) -> (Option<String>, Vec<String>, Option<String>) {
    let (done, holes) = Watched::over(
        delivered,
        |_| true,
        Some(session),
        |files| {
            let search = Search { request, found: Vec::new(), read: Vec::new() };
            let options = Options { columns: Columns::of(&[Column::RequestId]), ..Options::default() };
            scan(files, options, vec![search])
        },
    );
    let Ok((searches, _)) = done;
    let (mut found, mut read): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for search in searches {
        found.extend(search.found);
        read.extend(search.read);
    }
    (found.into_iter().min(), read, holes.told().into_iter().next())
}

struct Search<'a> {
    request: &'a str,
    found: Vec<String>,
    read: Vec<String>,
}

impl Consumer for Search<'_> {
    type Error = std::convert::Infallible;

    fn sheet(&mut self, file: &File, sheet: &Sheet, _: &[u8]) -> Result<(), Self::Error> {
        self.read.push(file.name.clone());
        let number = uuid(self.request);
        let is = |row: &logs::Row| match number {
            Some(number) if row.marks.any(Marks::REQUEST_UUID) => row.request == number,
            _ => sheet.texts.get(row.text(Column::RequestId)) == Some(self.request),
        };
        if sheet.rows.iter().any(is) {
            self.found.push(file.name.clone());
        }
        Ok(())
    }
}

/// The number that a UUID spells.
fn uuid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|digit| *digit != '-').collect();
    (text.len() == 36 && digits.len() == 32).then(|| u128::from_str_radix(&digits, 16).ok()).flatten()
}
