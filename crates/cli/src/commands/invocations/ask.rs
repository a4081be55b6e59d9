//! From sources to an answer: opens what is needed for it, and words what kept it from being had.

use super::located::{by_trails, helps};
use super::question::Asked;
use crate::commands::verify::hours::now;
use anyhow::Result;
use args::{invocations::Invocations as Typed, source as flags};
use delivery::{Answered, AskError, Inquiry, Located, LogSource, Unlisted};
use store::Index;
use surroundings::context::Context;
use surroundings::problem::{Problem, io_problem};
use surroundings::remembered::{self, tell_damage, tell_known};
use surroundings::session::{Session, reader};
use surroundings::settings::{self, Live};
use surroundings::unknown::no_function;

/// How to read.
#[derive(Debug)]
pub(super) struct Settings {
    typed: Vec<String>,
    threads: usize,
    index: Option<Index>,
    live: Live,
    /// Milliseconds since 1970.
    now: i64,
    #[cfg(feature = "lake")]
    lake: Option<delivery::lake::LakePlace>,
}

impl Settings {
    /// # Errors
    /// [`surroundings::problem::Problem`] iff the index that was named cannot be used.
    pub(super) fn of(typed: &Typed, context: &Context) -> Result<Self> {
        let config = &context.config;
        let threads = settings::threads(typed.reading.threads, config);
        let live = flags::Live {
            profile: typed.reading.profile.clone(),
            endpoint_url: typed.reading.endpoint_url.clone(),
            region: typed.filter.region.clone(),
            ..flags::Live::default()
        };
        Ok(Settings {
            typed: typed.sources.clone(),
            threads,
            index: remembered::open(&typed.reading.remembering, config)?,
            live: settings::live(live, config.clone()),
            now: now(&context.now),
            #[cfg(feature = "lake")]
            lake: typed.lake.as_deref().map(crate::commands::lake::lake_place).transpose()?,
        })
    }
}

/// `None` iff it was interrupted.
///
/// # Errors
/// [`Problem`] where a place that was typed is none, nothing is called as was asked for, or a scratch file cannot be written.
pub(super) fn ask(asked: &Asked, typed: Vec<LogSource>, settings: &Settings) -> Result<Option<Answered>> {
    #[cfg(feature = "lake")]
    if let Some(place) = &settings.lake {
        return of_lake(asked, place, settings);
    }
    let session = session(&typed, settings)?;
    let answered = answer(asked, typed, settings, session.as_ref());
    // Whoever interrupts is told of that, and of nothing that came of it.
    if session.as_ref().is_some_and(Session::is_stopped) {
        return Ok(None);
    }
    answered.map(Some)
}

fn answer(
    asked: &Asked,
    typed: Vec<LogSource>,
    settings: &Settings,
    session: Option<&Session>,
) -> Result<Answered> {
    let Located { sources, gaps } = match session {
        Some(session) if typed.is_empty() => by_trails(session, &asked.question.filter)?,
        _ => Located { sources: typed, gaps: Vec::new() },
    };
    let inquiry = Inquiry {
        question: &asked.question,
        timeline: asked.timeline.then_some(asked.limit),
        typed: &settings.typed,
        sources: &sources,
        gaps: &gaps,
        now: settings.now,
    };
    let index = settings.index.as_ref();
    let answered = delivery::ask(&inquiry, &reader(session, index, settings.threads));
    let mut answered = answered.map_err(|error| problem(&error))?;
    answered.helps.extend(helps(&gaps));
    let (known, files) = answered.from_index;
    tell_known(known, files);
    tell_damage(index);
    Ok(answered)
}

/// The same out of a lake.
#[cfg(feature = "lake")]
fn of_lake(
    asked: &Asked,
    place: &delivery::lake::LakePlace,
    settings: &Settings,
) -> Result<Option<Answered>> {
    let session = place.is_remote().then(|| Session::open(&settings.live)).transpose()?;
    let inquiry = Inquiry {
        question: &asked.question,
        timeline: asked.timeline.then_some(asked.limit),
        typed: &settings.typed,
        sources: &[],
        gaps: &[],
        now: settings.now,
    };
    let reader = reader(session.as_ref(), None, settings.threads);
    let answered = delivery::lake::Lake::new(place).ask(&inquiry, &reader);
    if session.as_ref().is_some_and(Session::is_stopped) {
        return Ok(None);
    }
    answered.map(Some).map_err(|error| problem(&error).into())
}

/// A session with AWS, where one of the sources is there or none was named.
fn session(sources: &[LogSource], settings: &Settings) -> Result<Option<Session>> {
    let any = sources.is_empty() || sources.iter().any(|source| matches!(source, LogSource::Objects { .. }));
    any.then(|| Session::open(&settings.live)).transpose()
}

/// In the user's words.
fn problem(error: &AskError) -> Problem {
    match error {
        AskError::Unlisted(unlisted @ Unlisted { refusal, .. }) => {
            let problem = Problem::new(unlisted.to_string());
            match &refusal.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        }
        AskError::NoFunction(none) => {
            no_function(none, &format!("in {} invocation records", none.invocations))
        }
        #[cfg(feature = "lake")]
        AskError::Lake(error) => crate::commands::lake::failed("read", error),
        AskError::Scratch(error) => io_problem("write to", "a scratch file", error).help(
            "records that do not fit into memory go to the folder for temporary files: TMPDIR names another",
        ),
    }
}
