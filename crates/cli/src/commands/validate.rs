//! `invoketrail logs validate`: what digests prove of delivered log files.

use super::Context;
use super::verify::hours::now;
use super::verify::{delivered_places, ending};
use crate::again::same;
use crate::args::Format;
use crate::args::verify::{Logs, LogsCommand, Validate, WindowArgs};
use crate::commands::invocations::question::time;
use crate::config::Config;
use crate::delivered::{Delivered, Proven, delivered, found, hash_all, weigh};
use crate::outcome::Outcome;
use crate::output::{layout, print, write_file};
use crate::problem::{Problem, say};
use crate::session::Session;
use crate::settings::{self, Accounts, Live};
use crate::sources::{Place, Trails, Window, delivers};
use anyhow::Result;
use audit::evidence::SETTLED_AFTER;
use aws::Location;
use logs::digest::{Asked, Found, State};
use logs::{Filter, text_of};
use report::{self, Layout, Stamp, Validated};
use std::ops::Range;

const HOUR: i64 = 3_600_000;
/// Commands that are told one by one.
const HEADS: usize = 3;

/// Reads, judges, prints, writes.
///
/// # Errors
/// [`Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: Logs, context: Context) -> Result<Outcome> {
    let LogsCommand::Validate(typed) = typed.command;
    let typed = over_config(typed, &context.config);
    let live = settings::live(typed.live.clone(), context.config.clone());
    let places = delivered_places(&typed.sources)?;
    let asked = asked(&typed.window, &context.now)?;
    let remote = places.is_empty() || places.iter().any(|place| matches!(place, Place::Objects { .. }));
    let session = (remote || typed.public_keys.is_empty()).then(|| Session::open(&live)).transpose();
    let session = session.map_err(|error| if remote { error } else { without_keys(error) })?;
    let window = window(&live, &asked);
    let (delivered, trails) = listed(&places, &window, &live, session.as_ref());
    let found = found(&delivered, session.as_ref());
    let (keys, threads) = (super::verify::keys(&typed.public_keys), typed.threads.count(&context.config));
    let weighed = weigh(&found, (&keys, &places), signed(&asked, &found), session.as_ref())?;
    let (seen, _) = hash_all(&delivered, &weighed.expected(), (session.as_ref(), threads));
    let Proven { mut validation, keys, unseen } = weighed.prove(&seen, &asked, &delivered);
    validation.expect(accounts(&live), live.regions.as_deref().unwrap_or_default());
    if let Some((trails, session)) = trails.as_ref().zip(session.as_ref()) {
        let members = delivered.members();
        let places = |location: &Location| delivers(location, (accounts(&live), &members), &trails.regions);
        let trails = crate::sources::live(session, &trails.locations, places);
        validation.hold_against(&trails, &asked, now(&context.now));
    }
    delivered.excuse(&mut validation);
    if session.as_ref().is_some_and(Session::is_stopped) {
        say("note", "interrupted before everything was read: nothing is judged on half of it");
        return Ok(Outcome::Interrupted);
    }
    let unseen = delivered.holes.told().into_iter().chain(unseen).collect();
    let places = delivered.places.iter().map(Place::typed).collect();
    let validated =
        Validated { asked, places, keys, validation, unseen, left_out: delivered.left_out.clone() };
    answer(&validated, &typed, &context)?;
    head_objects(&delivered.unsigned(&found, &validated.validation));
    next(&validated, &typed, &live);
    Ok(ending(validated.answer().into(), typed.exit_zero))
}

/// Keys of local copies could not be asked for: a file of them does as well.
pub(crate) fn without_keys(error: anyhow::Error) -> anyhow::Error {
    let flag = "hand the keys over: --public-keys FILE; `aws cloudtrail list-public-keys --region REGION --start-time TIME \
                --end-time TIME > FILE` writes it, for the Region and the time of the digests";
    Problem::of_a_copy(error, "the signatures of digests need CloudTrail's public keys", flag)
}

/// What was typed, over what the configuration file says.
fn over_config(mut typed: Validate, config: &Config) -> Validate {
    let fits = |setting, format| {
        let known = |format| matches!(format, Format::Terminal | Format::Json).then_some(format);
        settings::fitting(
            setting,
            format,
            known,
            "proofs are shown for a person or as one JSON document alone",
        )
    };
    if typed.format.is_none() {
        typed.format = config.format.and_then(|format| fits("format", format));
    }
    if typed.output.is_empty() {
        let outputs = config.output.iter().filter(|output| fits("output", output.format).is_some());
        typed.output = outputs.cloned().collect();
    }
    typed.exit_zero |= config.exit_zero;
    typed
}

/// The time that is asked about. Where only its beginning is named, it ends with the last hour whose digest may be expected.
fn asked(typed: &WindowArgs, now: &str) -> Result<Asked> {
    let since = typed.since.as_deref().map(|text| time("since", text, now)).transpose()?;
    let until = typed.until.as_deref().map(|text| time("until", text, now)).transpose()?;
    let from = since.map(|(first, _)| first);
    let to = until.map(|(_, behind)| behind).or_else(|| from.map(|_| expected(now)));
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        let problem = match until {
            Some(_) => Problem::misuse("--until is not behind --since"),
            None => Problem::misuse(format!(
                "no digest can be expected yet of what was delivered behind {}",
                text_of(to)
            ))
            .help("name an earlier --since, or --until"),
        };
        return Err(problem.into());
    }
    Ok(Asked { from, to, events: false })
}

/// The end of the last whole hour whose digest can be expected now: as long after it as records may still arrive.
fn expected(now: &str) -> i64 {
    (self::now(now) - SETTLED_AFTER).div_euclid(HOUR) * HOUR
}

/// The time of the digests whose keys are needed.
fn signed(asked: &Asked, found: &[Found]) -> Option<Range<i64>> {
    let all = all(found);
    let from = asked.from.or(all.as_ref().map(|all| all.start))?;
    Some(from..asked.to.or(all.map(|all| all.end))?)
}

/// The time that digests are about.
fn all(found: &[Found]) -> Option<Range<i64>> {
    let digests = || found.iter().filter_map(Found::digest);
    let from = digests().map(|digest| digest.start).min()?;
    Some(from..digests().map(|digest| digest.end).max()?)
}

/// The accounts that were named.
fn accounts(live: &Live) -> &[String] {
    match &live.accounts {
        Accounts::Listed(ids) => ids,
        Accounts::Caller | Accounts::Organization => &[],
    }
}

/// The files that are looked for.
fn window(live: &Live, asked: &Asked) -> Window {
    // The digest of the hour before lists files of the first minutes, and the one behind proves the last.
    let filter = Filter {
        accounts: accounts(live).to_vec(),
        regions: live.regions.clone().unwrap_or_default(),
        since: asked.from.map(|from| from.saturating_sub(2 * HOUR)),
        until: asked.to.map(|to| to.saturating_add(2 * HOUR)),
        ..Filter::default()
    };
    Window::of(&filter).with_digests()
}

/// What lies in the places; in those of the trails, and these, where none was typed.
fn listed(
    places: &[Place],
    window: &Window,
    live: &Live,
    session: Option<&Session>,
) -> (Delivered, Option<Trails>) {
    let Some(session) = session.filter(|_| places.is_empty()) else {
        return (delivered(places, window, session), None);
    };
    let trails = Trails::of(session, live.regions.as_deref().unwrap_or_default());
    let mut files = delivered(&trails.roots(|_| true), window, Some(session));
    files.gaps(&trails.gaps);
    (files, Some(trails))
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

/// The newest digest of a copy has no successor that holds its signature, which lies in the object's metadata: how to get it.
pub(crate) fn head_objects(commands: &[String]) {
    for command in commands.iter().take(HEADS) {
        say("help", &format!("a copy lacks the newest digest's signature; this gets it: {command}"));
    }
    if commands.len() > HEADS {
        let more = commands.len() - HEADS;
        say(
            "help",
            &format!("and likewise for {more} more trails and Regions, whose reasons name the digests"),
        );
    }
}

fn next(validated: &Validated, typed: &Validate, live: &Live) {
    let sources: String = typed.sources.iter().map(|source| format!(" {}", report::shell(source))).collect();
    let told = match validated.validation.state() {
        State::Valid => {
            format!(
                "invoketrail verify{sources}{}  # and do the records of every function arrive?",
                live.again()
            )
        }
        State::NotAssertable => format!("{}  # each window, and why", same(&[], " --format json")),
        State::Invalid => format!("{}  # all that differs, to keep", same(&[], " --format json")),
    };
    say("next", &told);
}

#[cfg(test)]
mod tests {
    use super::asked;
    use crate::args::verify::WindowArgs;
    use logs::text_of;

    #[test]
    fn the_time_asked_about_ends_where_digests_can_be_expected_and_begins_with_the_first() {
        let of = |since: Option<&str>, until: Option<&str>| {
            let typed = WindowArgs { since: since.map(str::to_owned), until: until.map(str::to_owned) };
            let asked = asked(&typed, "2026-11-23T17:20:00Z").ok()?;
            Some((asked.from.map(text_of), asked.to.map(text_of)))
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(of(None, None), Some((None, None)));
        let day = (text("2026-11-22T17:20:00Z"), text("2026-11-23T16:00:00Z"));
        assert_eq!(of(Some("24h"), None), Some(day));
        assert_eq!(of(None, Some("2026-11-21")), Some((None, text("2026-11-22T00:00:00Z"))));
        assert_eq!(of(Some("1h"), None), None);
        assert_eq!(of(Some("2026-11-21"), Some("2026-11-20")), None);
    }
}
