//! From places to an answer: out of the index where nothing changed, else by reading what is new.

use super::late::later;
use super::located::{self, Located, by_trails};
use super::question::Asked;
use crate::args::{self, invocations::Invocations as Typed};
use crate::commands::Context;
use crate::commands::verify::hours::now;
use crate::remembered::{self, Keeper, tell_damage, tell_known};
use crate::session::Session;
use crate::settings::{self, Live};
use crate::sources::{Feed, Place, Survey, Window, survey, survey_objects};
use crate::unknown::no_function;
use anyhow::Result;
use logs::scan::{Account, Consumer, File, Layout, Receiver, scan_sheets};
use logs::{Columns, Named, Sheet, Table, Tally, Timeline, Trouble};
use report::{Invocations, LeftOut, LookedUntil};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io;
use std::time::SystemTime;
use store::{Index, ScratchFiles};

/// How to read.
#[derive(Debug)]
pub(super) struct Settings {
    typed: Vec<String>,
    threads: usize,
    index: Option<Index>,
    live: Live,
    /// Milliseconds since 1970.
    now: i64,
}

impl Settings {
    /// # Errors
    /// [`crate::problem::Problem`] iff the index that was named cannot be used.
    pub(super) fn of(typed: &Typed, context: &Context) -> Result<Self> {
        let config = &context.config;
        let threads = typed.reading.threads.count(config);
        let live = args::Live {
            profile: typed.reading.profile.clone(),
            endpoint_url: typed.reading.endpoint_url.clone(),
            region: typed.filter.region.clone(),
            ..args::Live::default()
        };
        Ok(Settings {
            typed: typed.sources.clone(),
            threads,
            index: remembered::open(&typed.reading.remembering, config)?,
            live: settings::live(live, config.clone()),
            now: now(&context.now),
        })
    }
}

/// What was found, and in what.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) found: Invocations,
    pub(super) account: Account,
    pub(super) looked_until: Option<LookedUntil>,
    pub(super) left_out: LeftOut,
    /// What to do about what could not be read.
    pub(super) helps: BTreeSet<String>,
}

/// An answer as the index keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    found: Invocations,
    account: Account,
}

/// `None` iff it was interrupted.
///
/// # Errors
/// [`crate::problem::Problem`] where a place that was typed is none, or a scratch file cannot be written.
pub(super) fn ask(asked: &Asked, typed: Vec<Place>, settings: &Settings) -> Result<Option<Answered>> {
    let session = session(&typed, settings)?;
    let answered = answer(asked, typed, (settings, session.as_ref()));
    // Whoever interrupts is told of that, and of nothing that came of it.
    if session.as_ref().is_some_and(Session::is_stopped) {
        return Ok(None);
    }
    answered.map(Some)
}

fn answer(
    asked: &Asked,
    typed: Vec<Place>,
    (settings, session): (&Settings, Option<&Session>),
) -> Result<Answered> {
    let window = Window::of(&asked.question.filter);
    let by_hand = !typed.is_empty();
    let Located { places, gaps } = match session {
        Some(session) if !by_hand => by_trails(session, &asked.question.filter)?,
        _ => Located { places: typed, gaps: Vec::new() },
    };
    let index = settings.index.as_ref();
    let mut survey = survey(&places, &window, index.map(|_| SystemTime::now()));
    if let Some(session) = session {
        survey_objects(&mut survey, session, by_hand)?;
    }
    let (looked_until, later_holes) =
        later(&mut survey, &asked.question.filter, session, settings.now).unzip();
    let later_holes = later_holes.unwrap_or_default();
    let left_out = survey.left_out.clone();
    let files = survey.files;
    // An answer with gaps is not kept, and none that was kept is about them.
    let key = survey
        .state()
        .filter(|_| gaps.is_empty() && later_holes.all().next().is_none())
        .map(|state| key(asked, settings, state));
    let known = index.zip(key.as_ref()).and_then(|(index, key)| index.answer::<Kept>(key));
    if let Some(Kept { found, account }) = known {
        tell_known(files, files);
        return Ok(Answered { found, account, looked_until, left_out, helps: BTreeSet::new() });
    }
    let Read { mut kept, from_index, mut helps, named } = read(asked, survey, (settings, session))?;
    located::enter(&gaps, &mut kept.account, &mut helps);
    for hole in later_holes.all() {
        let (name, why) = &hole.first;
        let more = hole.count.saturating_sub(1);
        let why = if more > 0 { format!("{why}, and {more} more like it") } else { why.clone() };
        kept.account.enter_unread(name, &why);
        kept.account.files += more;
        kept.account.unread += more;
    }
    mistyped(asked, &named, &kept.account)?;
    if let (Some(index), Some(key)) = (index, &key)
        && kept.account.unread == 0
    {
        index.keep_answer(key, &kept);
    }
    tell_known(from_index, files);
    tell_damage(index);
    Ok(Answered { found: kept.found, account: kept.account, looked_until, left_out, helps })
}

/// A name that no function has must not pass for one that nobody calls. What could not be read may have it.
///
/// # Errors
/// [`crate::problem::Problem`] iff all was read, and there is such a name.
fn mistyped(asked: &Asked, named: &Named, account: &Account) -> Result<()> {
    let patterns = &asked.question.filter.functions;
    let missing: Vec<&str> = patterns
        .iter()
        .zip(&named.found)
        .filter(|(_, found)| !**found)
        .map(|(one, _)| one.as_str())
        .collect();
    if missing.is_empty() || account.invocations == 0 || !account.is_whole() {
        return Ok(());
    }
    let among = format!("in {} invocation records", account.invocations);
    Err(no_function(&missing, &among, named.others.iter().map(String::as_str)).into())
}

/// A session with AWS, where one of the places is there or none was named.
fn session(places: &[Place], settings: &Settings) -> Result<Option<Session>> {
    let any = places.is_empty() || places.iter().any(|place| matches!(place, Place::Objects { .. }));
    any.then(|| Session::open(&settings.live)).transpose()
}

/// A question over a set of files, as a key. Names in the answer begin with what was typed.
fn key(asked: &Asked, settings: &Settings, state: [u8; 32]) -> [u8; 32] {
    let limit = if asked.timeline { asked.limit } else { 0 };
    let mut hasher = Sha256::new();
    hasher.update(format!("{:?} {} {limit} {:?}", asked.question, asked.timeline, settings.typed));
    hasher.update(state);
    hasher.finalize().into()
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
fn read(
    asked: &Asked,
    survey: Survey<'_>,
    (settings, session): (&Settings, Option<&Session>),
) -> Result<Read> {
    let index = settings.index.as_ref();
    let columns = if index.is_some() { Columns::ALL } else { asked.question.columns() };
    let layout = Layout { columns, apart: index.is_some() };
    let spill = ScratchFiles;
    let work = |_| Work { tally: Tally::new(&asked.question, &spill), keeper: Keeper::into(index) };
    let feed = Feed::new(survey, index, session, settings.threads);
    let done = scan_sheets(&feed, layout, (0..settings.threads).map(work).collect());
    feed.end();
    let (works, mut account) = done.map_err(scratch_problem)?;
    let mut named = Named::default();
    works.iter().for_each(|work| named.merge(work.tally.named()));
    let tallies = works.into_iter().map(|work| work.tally).collect();
    let found = if asked.timeline {
        Timeline::of(tallies, asked.limit).map(Invocations::Timeline)
    } else {
        Table::of(tallies).map(Invocations::Groups)
    };
    let found = found.map_err(scratch_problem)?;
    account.enter_corrections(match &found {
        Invocations::Groups(table) => table.corrections_apart(),
        Invocations::Timeline(timeline) => timeline.corrections_apart,
    });
    let kept = Kept { found, account };
    Ok(Read { kept, from_index: feed.known(), helps: feed.helps(), named })
}

/// One thread's work: counts, and keeps what was read.
struct Work<'a> {
    tally: Tally<'a>,
    keeper: Keeper<'a>,
}

impl Consumer for Work<'_> {
    fn sheet(&mut self, file: &File, sheet: &Sheet, trouble: Option<&Trouble>) -> io::Result<()> {
        self.keeper.keep(file, sheet);
        self.tally.sheet(file, sheet, trouble)
    }
}

impl Receiver for Work<'_> {
    type Error = io::Error;

    fn end(&mut self) -> io::Result<()> {
        self.keeper.end();
        self.tally.end()
    }
}

fn scratch_problem(error: io::Error) -> anyhow::Error {
    let problem = crate::problem::io_problem("write to", "a scratch file", &error);
    problem
        .help(
            "records that do not fit into memory go to the folder for temporary files: TMPDIR names another",
        )
        .into()
}
