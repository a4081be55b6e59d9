//! Where the records come from, and the state that they are joined with.

use super::known::Known;
use super::moment;
use crate::commands::invocations::located::by_trails;
use crate::commands::invocations::question::time;
use anyhow::Result;
use args::detect::Detect;
use args::source as flags;
use cloudtrail::time::DAY_MILLIS;
use delivery::{AskError, Learned, Lesson, LogSource, learn as read, log_sources};
use detect::facts::{Bounds, Facts};
use logs::Filter;
use store::{State, StateError, same_organization};
use surroundings::context::Context;
use surroundings::named_file::called;
use surroundings::problem::{Problem, say};
use surroundings::session::{Session, reader};
use surroundings::settings;
use surroundings::unknown::not_a_source;

/// Days of records that are read before the time that is asked for: what is normal, and what was silent for a month.
const BEFORE: i64 = 45;
/// Days that are read of a bucket when nobody says since when.
const OF_BUCKETS: i64 = 60;

/// What is known after reading; `None` iff it was interrupted.
///
/// # Errors
/// [`Problem`] where a place is none, nothing could be read, or the state cannot be used.
pub(super) fn learn(typed: &Detect, context: &Context, told_before: &Known) -> Result<Option<Learned>> {
    let now = moment(context);
    let typed_sources = log_sources(&typed.sources).map_err(|error| not_a_source(&error))?;
    let opened =
        typed.state.as_deref().map(|path| State::open(path).map_err(|error| state_problem(typed, &error)));
    let (mut state, known) = match opened.transpose()? {
        Some((state, known)) => (Some(state), known),
        None => (None, Facts::default()),
    };
    let objects = |source: &LogSource| matches!(source, LogSource::Objects { .. });
    let lake = lake_of(typed)?;
    let any = typed_sources.is_empty() && lake.is_none() || typed_sources.iter().any(objects);
    let any = any || lake.as_ref().is_some_and(Lake::is_remote);
    let live = flags::Live {
        profile: typed.reading.profile.clone(),
        endpoint_url: typed.reading.endpoint_url.clone(),
        region: typed.reading.region.clone(),
        ..flags::Live::default()
    };
    let live = settings::live(live, context.config.clone());
    let session = any.then(|| Session::open(&live)).transpose()?;
    let asked = typed.window.since.as_ref().map(|text| time("since", text, &context.now)).transpose()?;
    let since =
        asked.map(|(first, _)| first - BEFORE * DAY_MILLIS).or(any.then_some(now - OF_BUCKETS * DAY_MILLIS));
    let sources = match &session {
        Some(session) if typed_sources.is_empty() && lake.is_none() => {
            by_trails(session, &Filter { since, ..Filter::default() })?.sources
        }
        _ => typed_sources,
    };
    let bounds = Bounds::default();
    let threads = settings::threads(typed.reading.threads, &context.config);
    let organizations = Facts { organizations: known.organizations.clone(), ..Facts::default() };
    let rules = told_before.rules.as_ref();
    let lesson = Lesson { sources: &sources, since, now, bounds, rules };
    let reader = reader(session.as_ref(), None, threads);
    let learned = match &lake {
        Some(lake) => lake.learn(&lesson, known, &reader),
        None => read(&lesson, known, &reader),
    };
    if session.as_ref().is_some_and(Session::is_stopped) {
        say("note", "interrupted before everything was read");
        return Ok(None);
    }
    let mut learned = learned.map_err(|error| unread(&error))?;
    if let Some(state) = &mut state {
        same_organization(&organizations, &learned.facts).map_err(|error| state_problem(typed, &error))?;
        let facts = std::mem::take(&mut learned.facts);
        learned.facts = state.keep(facts, &bounds).map_err(|error| state_problem(typed, &error))?;
    }
    let ran = learned.facts.rules_run.as_ref();
    let missed = rules.is_some_and(|rules| ran.is_some_and(|ran| !rules.keys().is_subset(ran)));
    if missed {
        say(
            "note",
            "some Sigma rules did not run over files that were read before: read them again without --state",
        );
    }
    Ok(Some(learned))
}

/// A lake that is learned from.
struct Lake {
    #[cfg(feature = "lake")]
    place: delivery::lake::LakePlace,
}

#[cfg(feature = "lake")]
impl Lake {
    fn is_remote(&self) -> bool {
        self.place.is_remote()
    }

    /// Out of the lake, and out of the sources of the lesson, where there are any.
    fn learn(
        &self,
        lesson: &Lesson<'_>,
        known: Facts,
        reader: &delivery::Reader<'_>,
    ) -> Result<Learned, AskError> {
        let of_lake = delivery::lake::learn_from(&self.place, lesson, known, reader)?;
        if lesson.sources.is_empty() {
            return Ok(of_lake);
        }
        let mut learned = read(lesson, of_lake.facts, reader)?;
        learned.account.merge(of_lake.account);
        learned.known.1 += of_lake.known.1;
        Ok(learned)
    }
}

#[cfg(not(feature = "lake"))]
impl Lake {
    fn is_remote(&self) -> bool {
        false
    }

    fn learn(
        &self,
        lesson: &Lesson<'_>,
        known: Facts,
        reader: &delivery::Reader<'_>,
    ) -> Result<Learned, AskError> {
        read(lesson, known, reader)
    }
}

/// The lake that was named.
///
/// # Errors
/// It is no place, or rules are to run and nothing but a lake was named, which has no records that they could look at.
fn lake_of(typed: &Detect) -> Result<Option<Lake>> {
    #[cfg(feature = "lake")]
    if let Some(place) = &typed.lake {
        if !typed.knowledge.sigma.is_empty() && typed.sources.is_empty() {
            let problem = Problem::misuse("Sigma rules look at whole records, which a lake does not have");
            return Err(problem.help("name the log files for them: SOURCE beside --lake").into());
        }
        return Ok(Some(Lake { place: crate::commands::lake::lake_place(place)? }));
    }
    #[cfg(not(feature = "lake"))]
    let _ = typed;
    Ok(None)
}

fn state_problem(typed: &Detect, error: &StateError) -> Problem {
    let file = typed.state.as_deref().map(called).unwrap_or_default();
    Problem::new(format!("cannot use the state {file}: {error}")).help(error.help())
}

fn unread(error: &AskError) -> Problem {
    match error {
        AskError::Unlisted(unlisted) => {
            let problem = Problem::new(unlisted.to_string());
            match &unlisted.refusal.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        }
        other => Problem::new(other.to_string()),
    }
}
