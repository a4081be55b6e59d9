//! From sources to an answer: out of the index where nothing changed, else by reading what is new.

use super::late::later;
use super::{Answered, AskError, Inquiry};
use crate::evidence::NoFunction;
use crate::keeper::Keeper;
use crate::reader::Reader;
use crate::sources::{Feed, Survey, Window, survey, survey_objects};
use logs::Sha256;
use logs::scan::{Account, Consumer, File, Layout, Receiver, scan_sheets};
use logs::{Columns, Invocations, Named, Question, Sheet, Table, Tally, Timeline, Trouble};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use store::ScratchFiles;

/// An answer as the index keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    found: Invocations,
    account: Account,
}

/// Asks.
///
/// # Errors
/// A place that was typed is none, a name is that of no function, or a scratch file cannot be written.
pub fn ask(inquiry: &Inquiry<'_>, reader: &Reader<'_>) -> Result<Answered, AskError> {
    let Inquiry { question, sources, gaps, now, .. } = *inquiry;
    let window = Window::of(&question.filter);
    let mut survey = survey(sources, &window, reader);
    if let Some(door) = reader.door {
        survey_objects(&mut survey, door, !inquiry.typed.is_empty())?;
    }
    let (looked_until, later_holes) = later(&mut survey, &question.filter, reader, now).unzip();
    let later_holes = later_holes.unwrap_or_default();
    let (left_out, files) = (survey.left_out.clone(), survey.files);
    // An answer with gaps is not kept, and none that was kept is about them.
    let key = survey
        .state()
        .filter(|_| gaps.is_empty() && later_holes.all().next().is_none())
        .map(|state| key(inquiry, state));
    let known = reader.index.zip(key.as_ref()).and_then(|(index, key)| index.answer::<Kept>(key));
    if let Some(Kept { found, account }) = known {
        let helps = BTreeSet::new();
        return Ok(Answered { found, account, looked_until, left_out, helps, from_index: (files, files) });
    }
    let Read { mut kept, from_index, helps, named } = read(inquiry, survey, reader)?;
    for gap in gaps {
        let place = gap.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
        kept.account.enter_unread(&format!("{}{place}", gap.call), &gap.error);
    }
    for hole in later_holes.all() {
        let (name, why) = &hole.first;
        let more = hole.count.saturating_sub(1);
        let why = if more > 0 { format!("{why}, and {more} more like it") } else { why.clone() };
        kept.account.enter_unread(name, &why);
        kept.account.files += more;
        kept.account.unread += more;
    }
    mistyped(question, named, &kept.account)?;
    if let (Some(index), Some(key)) = (reader.index, &key)
        && kept.account.unread == 0
    {
        index.keep_answer(key, &kept);
    }
    let Kept { found, account } = kept;
    Ok(Answered { found, account, looked_until, left_out, helps, from_index: (from_index, files) })
}

/// A name that no function has must not pass for one that nobody calls. What could not be read may have it.
///
/// # Errors
/// Iff all was read, and there is such a name.
pub(crate) fn mistyped(question: &Question, named: Named, account: &Account) -> Result<(), AskError> {
    let patterns = question.filter.functions.iter().zip(&named.found);
    let missing = patterns.filter(|(_, found)| !**found).map(|(one, _)| one.as_str().to_owned());
    let asked: Vec<String> = missing.collect();
    if asked.is_empty() || account.invocations == 0 || !account.is_whole() {
        return Ok(());
    }
    let known = named.others.into_iter().collect();
    Err(NoFunction { asked, known, invocations: account.invocations }.into())
}

/// A question over a set of files, as a key. Names in the answer begin with what was typed.
fn key(inquiry: &Inquiry<'_>, state: [u8; 32]) -> [u8; 32] {
    let timeline = inquiry.timeline.is_some();
    let limit = inquiry.timeline.unwrap_or(0);
    let mut hasher = Sha256::default();
    hasher.update(format!("{:?} {timeline} {limit} {:?}", inquiry.question, inquiry.typed));
    hasher.update(state);
    hasher.finish()
}

/// What came of reading.
struct Read {
    kept: Kept,
    /// How many files were in the index.
    from_index: u64,
    /// What to do about what could not be read.
    helps: BTreeSet<String>,
    /// Which of the functions that were asked for there are.
    named: Named,
}

/// Reads all files.
fn read(inquiry: &Inquiry<'_>, survey: Survey<'_>, reader: &Reader<'_>) -> io::Result<Read> {
    let question = inquiry.question;
    let columns = if reader.index.is_some() { Columns::ALL } else { question.columns() };
    let layout = Layout { columns, apart: reader.index.is_some() };
    let spill = ScratchFiles;
    let work = |_| CountingJob { tally: Tally::new(question, &spill), keeper: Keeper::into(reader.index) };
    let feed = Feed::new(survey, reader);
    let done = scan_sheets(&feed, layout, (0..reader.threads).map(work).collect());
    feed.end();
    let (works, mut account) = done?;
    let mut named = Named::default();
    works.iter().for_each(|work| named.merge(work.tally.named()));
    let tallies = works.into_iter().map(|work| work.tally).collect();
    let found = match inquiry.timeline {
        Some(limit) => Invocations::Timeline(Timeline::of(tallies, limit)?),
        None => Invocations::Groups(Table::of(tallies)?),
    };
    account.enter_corrections(match &found {
        Invocations::Groups(table) => table.corrections_apart(),
        Invocations::Timeline(timeline) => timeline.corrections_apart,
    });
    let kept = Kept { found, account };
    Ok(Read { kept, from_index: feed.known(), helps: feed.helps(), named })
}

/// One thread's work: counts, and keeps what was read.
struct CountingJob<'a> {
    tally: Tally<'a>,
    keeper: Keeper<'a>,
}

impl Consumer for CountingJob<'_> {
    fn sheet(&mut self, file: &File, sheet: &Sheet, trouble: Option<&Trouble>) -> io::Result<()> {
        self.keeper.keep(file, sheet);
        self.tally.sheet(file, sheet, trouble)
    }
}

impl Receiver for CountingJob<'_> {
    type Error = io::Error;

    fn end(&mut self) -> io::Result<()> {
        self.keeper.end();
        self.tally.end()
    }
}
