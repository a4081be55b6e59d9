//! `invoketrail logs validate`: what digests prove of delivered log files.

use super::verify::hours::now;
use super::verify::{ending, sources_but_stdin};
use crate::commands::invocations::question::{backwards, time};
use crate::commands::proofs::{head_objects, keys, tell, without_keys};
use anyhow::Result;
use args::outcome::Outcome;
use args::reading::WindowArgs;
use args::validate::{Format, Logs, LogsCommand, Validate};
use audit::evidence::SETTLED_AFTER;
use cloudtrail::time::HOUR_MILLIS;
use delivery::{LogSource, Proved, ToProve, prove};
use logs::digest::{Asked, State};
use logs::text_of;
use report::{self, Layout, Stamp, Validated};
use surroundings::again::same;
use surroundings::config::Config;
use surroundings::context::Context;
use surroundings::inputs::held_apart;
use surroundings::misread::hold_logs;
use surroundings::output::{layout, print, write_file};
use surroundings::problem::{Problem, say};
use surroundings::session::{Session, reader};
use surroundings::settings::{self, Live};

/// Reads, judges, prints, writes.
///
/// # Errors
/// [`Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: Logs, context: Context) -> Result<Outcome> {
    let LogsCommand::Validate(typed) = typed.command;
    let typed = over_config(typed, &context.config);
    let live = settings::live(typed.live.clone(), context.config.clone());
    let sources = sources_but_stdin(&typed.sources)?;
    hold_logs(&sources)?;
    let asked = asked(&typed.window, &context.now)?;
    let remote =
        sources.is_empty() || sources.iter().any(|source| matches!(source, LogSource::Objects { .. }));
    let session = (remote || typed.public_keys.is_empty()).then(|| Session::open(&live)).transpose();
    let session = session.map_err(|error| if remote { error } else { without_keys(error) })?;
    let keys = keys(&typed.public_keys)?;
    let wanted = ToProve {
        sources: &sources,
        scope: live.scope(),
        asked: &asked,
        keys: &keys,
        now: now(&context.now),
    };
    let threads = settings::threads(typed.threads, &context.config);
    let Proved { proven, sources, unseen, left_out, unsigned } =
        prove(&wanted, &reader(session.as_ref(), None, threads));
    tell(&proven);
    if session.as_ref().is_some_and(Session::is_stopped) {
        say("note", "interrupted before everything was read, so nothing was judged");
        return Ok(Outcome::Interrupted);
    }
    let validated = Validated {
        asked,
        places: sources,
        keys: proven.keys,
        validation: proven.validation,
        unseen,
        left_out,
    };
    answer(&validated, &typed, &context)?;
    head_objects(&unsigned);
    next(&validated, &typed, &live);
    Ok(ending(validated.answer().into(), typed.exit_zero))
}

/// What was typed, over what the configuration file says.
fn over_config(typed: Validate, config: &Config) -> Validate {
    let why = "proofs are shown for a person or as one JSON document alone";
    Validate {
        format: settings::format(typed.format, config, why),
        output: settings::outputs(typed.output, config, why),
        exit_zero: typed.exit_zero || config.exit_zero,
        ..typed
    }
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
            Some(_) => backwards(),
            None => Problem::misuse(format!(
                "CloudTrail has not delivered digests for anything after {} yet",
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
    (self::now(now) - SETTLED_AFTER).div_euclid(HOUR_MILLIS) * HOUR_MILLIS
}

fn answer(validated: &Validated, typed: &Validate, context: &Context) -> Result<()> {
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: audit::Counted::All,
        drift: None,
    };
    held_apart(typed.output.iter().map(|output| output.path.as_path()))?;
    for output in &typed.output {
        let plain = Layout::default();
        write_file(&output.path, |out| match output.format {
            Format::Terminal => out.write_all(report::validation_text(validated, &plain).as_bytes()),
            Format::Json => report::validation_json(validated, &stamp, out),
        })?;
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout();
    match typed.format.unwrap_or(Format::Terminal) {
        Format::Json => print(|out| report::validation_json(validated, &stamp, out)),
        Format::Terminal => {
            print(|out| out.write_all(report::validation_text(validated, &layout).as_bytes()))
        }
    }
}

fn next(validated: &Validated, typed: &Validate, live: &Live) {
    let sources: String =
        typed.sources.iter().map(|source| format!(" {}", report::shell_file(source))).collect();
    let told = match validated.validation.state() {
        State::Valid => {
            format!(
                "invoketrail verify{sources}{}  # and do the records of every function arrive?",
                live.again()
            )
        }
        // That format was the last step: it names every window, file and reason.
        State::NotAssertable if typed.format == Some(Format::Json) => return,
        State::NotAssertable => format!("{}  # each window and file, and why", same(&[], " --format json")),
        State::Invalid if typed.format == Some(Format::Json) => return,
        State::Invalid => format!("{}  # all that differs, to keep", same(&[], " --format json")),
    };
    say("next", &told);
}

#[cfg(test)]
mod tests {
    use super::asked;
    use args::reading::WindowArgs;
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
