//! `invoketrail logs validate`: what digests prove of delivered log files.

use super::Context;
use super::verify::{delivered_places, ending, keys, of_digests};
use crate::args::Format;
use crate::args::verify::{Logs, LogsCommand, Validate, WindowArgs};
use crate::commands::invocations::question::time;
use crate::delivered::{Delivered, Proven, delivered, found, hash_all, prove};
use crate::outcome::Outcome;
use crate::output::{layout, print, write_file};
use crate::problem::{Problem, say};
use crate::settings::{self, Accounts, Live};
use crate::sources::{Place, Session, Trails, Window};
use anyhow::Result;
use cli::report::{self, Layout, Stamp, Validated};
use logs::Filter;
use logs::digest::{Asked, Expected, Found, State};
use std::ops::Range;

const HOUR: i64 = 3_600_000;

/// Reads, judges, prints, writes.
///
/// # Errors
/// [`Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: Logs, context: Context) -> Result<Outcome> {
    let LogsCommand::Validate(typed) = typed.command;
    let live = settings::live(typed.live.clone(), context.config.clone());
    let places = delivered_places(&typed.sources)?;
    let asked = asked(&typed.window, &context.now)?;
    let remote = places.is_empty() || places.iter().any(|place| matches!(place, Place::Objects { .. }));
    let session = (remote || typed.public_keys.is_empty()).then(|| Session::open(&live)).transpose()?;
    let window = window(&live, asked.as_ref());
    let delivered = listed(&places, &window, &live, session.as_ref());
    let found = found(&delivered, session.as_ref());
    let expected = Expected::of(&found);
    let (seen, _) = hash_all(&delivered, &expected, session.as_ref());
    let signed = asked.clone().or_else(|| all(&found));
    let Proven { validation, unseen } =
        prove((&found, &seen), &keys(&typed.public_keys), signed, &of_time(asked.as_ref()), session.as_ref())?;
    if session.as_ref().is_some_and(Session::is_stopped) {
        say("note", "interrupted before everything was read: nothing is judged on half of it");
        return Ok(Outcome::Interrupted);
    }
    let unseen = delivered.holes.told().into_iter().chain(unseen).collect();
    let places = delivered.places.iter().map(Place::typed).collect();
    let validated = Validated { asked, places, validation, unseen };
    answer(&validated, &typed, &context)?;
    next(&validated, &typed);
    Ok(ending(of_digests(&validated.validation, &validated.unseen), typed.exit_zero))
}

/// The window in milliseconds since 1970; `None` iff all there is.
fn asked(typed: &WindowArgs, now: &str) -> Result<Option<Range<i64>>> {
    let since = typed.since.as_deref().map(|text| time("since", text, now)).transpose()?;
    let until = typed.until.as_deref().map(|text| time("until", text, now)).transpose()?;
    if since.is_none() && until.is_none() {
        return Ok(None);
    }
    let until = until.map_or_else(|| super::verify::hours::now(now), |(_, behind)| behind);
    let since = since.map_or(0, |(first, _)| first);
    if since >= until {
        return Err(Problem::misuse("--until is not behind --since").into());
    }
    Ok(Some(since..until))
}

fn of_time(asked: Option<&Range<i64>>) -> Asked {
    asked.map_or_else(Asked::default, |time| Asked::delivered(time.clone()))
}

/// The time that digests are about.
fn all(found: &[Found]) -> Option<Range<i64>> {
    let digests = || found.iter().filter_map(Found::digest);
    let from = digests().map(|digest| digest.start).min()?;
    Some(from..digests().map(|digest| digest.end).max()?)
}

/// The files that are looked for.
fn window(live: &Live, asked: Option<&Range<i64>>) -> Window {
    let accounts = match &live.accounts {
        Accounts::Listed(ids) => ids.clone(),
        Accounts::Caller | Accounts::Organization => Vec::new(),
    };
    // The digest of the hour before lists files of the first minutes, and the one behind proves the last.
    let filter = Filter {
        accounts,
        regions: live.regions.clone().unwrap_or_default(),
        since: asked.map(|asked| asked.start.saturating_sub(2 * HOUR)),
        until: asked.map(|asked| asked.end.saturating_add(2 * HOUR)),
        ..Filter::default()
    };
    Window::of(&filter).with_digests()
}

/// What lies in the places; in those of the trails where none was typed.
fn listed(places: &[Place], window: &Window, live: &Live, session: Option<&Session>) -> Delivered {
    let Some(session) = session.filter(|_| places.is_empty()) else {
        return delivered(places, window, session);
    };
    let trails = Trails::of(session, live.regions.as_deref().unwrap_or_default());
    let mut files = delivered(&trails.roots(|_| true), window, Some(session));
    files.gaps(&trails.gaps);
    files
}

fn answer(validated: &Validated, typed: &Validate, context: &Context) -> Result<()> {
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: audit::Counted::All,
        drift: None,
    };
    for output in &typed.output {
        let plain = Layout::default();
        write_file(&output.path, |out| match output.format {
            Format::Terminal | Format::Markdown => {
                out.write_all(report::validation_text(validated, &plain).as_bytes())
            }
            Format::Json | Format::Jsonl => report::validation_json(validated, &stamp, out),
        })?;
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout();
    match typed.format.unwrap_or(Format::Terminal) {
        Format::Json | Format::Jsonl => print(|out| report::validation_json(validated, &stamp, out)),
        _ => print(|out| out.write_all(report::validation_text(validated, &layout).as_bytes())),
    }
}

fn next(validated: &Validated, typed: &Validate) {
    let sources: Vec<String> = typed.sources.iter().map(|source| report::shell(source)).collect();
    let sources = sources.join(" ");
    let told = match validated.validation.state() {
        State::Valid => {
            format!("invoketrail verify {sources}  # and do the records of every function arrive?")
        }
        State::NotAssertable => {
            format!(
                "invoketrail logs validate {sources} --since TIME --until TIME  # only the time that matters"
            )
        }
        State::Invalid => {
            format!("invoketrail logs validate {sources} --format json  # all that differs, to keep")
        }
    };
    say("next", &told);
}
