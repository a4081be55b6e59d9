//! `invoketrail verify`: do the records of every function really arrive, complete and untampered?

mod canary;
mod counts;
mod gather;
pub(crate) mod hours;
mod judge;
mod show;

use ::args::outcome::Outcome;
use ::args::verify as args;
use anyhow::Result;
use delivery::{LogSource, log_sources};
use gather::{Ready, gather};
use judge::judge;
use show::show;
use std::ops::Range;
use surroundings::config::Config;
use surroundings::context::Context;
use surroundings::misread::hold_logs;
use surroundings::problem::{Problem, say};
use surroundings::settings;
use surroundings::unknown::not_a_source;

/// Gathers, judges, shows; or sends a canary.
///
/// # Errors
/// [`Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: args::Verify, context: Context) -> Result<Outcome> {
    let typed = over_config(typed, &context.config);
    let live = settings::live(typed.live.clone(), context.config.clone());
    let log_sources = match of_lake(&typed) {
        Some(lake) => vec![lake],
        None => sources_but_stdin(&typed.sources)?,
    };
    if typed.canary.canary.is_some() {
        return canary::run(&typed, &log_sources, &live, &context);
    }
    hold_logs(&log_sources)?;
    let source = settings::source(
        ::args::source::Source { inventory: typed.inventory.clone(), demo: typed.demo, live: quiet(&typed) },
        context.config.clone(),
    );
    let gathered = gather(&Ready {
        typed: &typed,
        log_sources: &log_sources,
        live: &live,
        source: &source,
        context: &context,
    })?;
    let Some((evidence, standing)) = gathered else {
        say("note", "interrupted before everything was read, so nothing was judged");
        return Ok(Outcome::Interrupted);
    };
    let (mut verification, unsigned) = judge(evidence, standing);
    if verification.account.files == 0 && typed.window.since.is_none() && typed.window.until.is_none() {
        verification.elsewhere = delivered(&log_sources);
    }
    show(&verification, &unsigned, &typed, &source, &context)?;
    Ok(ending(verification.answer().into(), typed.exit_zero))
}

/// What was typed, over what the configuration file says.
fn over_config(typed: args::Verify, config: &Config) -> args::Verify {
    args::Verify {
        format: settings::format(typed.format, config, settings::ANY),
        output: settings::outputs(typed.output, config, settings::ANY),
        exit_zero: typed.exit_zero || config.exit_zero,
        ..typed
    }
}

/// The sources that were typed.
///
/// # Errors
/// [`Problem`]: no such place, or one that cannot be read twice.
pub(crate) fn sources_but_stdin(typed: &[String]) -> Result<Vec<LogSource>> {
    let sources = log_sources(typed).map_err(|error| not_a_source(&error))?;
    if sources.contains(&LogSource::Stdin) {
        let problem = Problem::misuse("stdin cannot show which files are missing");
        return Err(problem.help("name the folder, or s3://BUCKET/PREFIX").into());
    }
    Ok(sources)
}

/// When the log files of these folders were delivered, whatever time was asked about.
fn delivered(sources: &[LogSource]) -> Option<Range<i64>> {
    let spans = sources.iter().filter_map(LogSource::delivered);
    spans.reduce(|one, other| one.start.min(other.start)..one.end.max(other.end))
}

/// Where the records are, iff they are read out of a lake.
fn of_lake(typed: &args::Verify) -> Option<LogSource> {
    #[cfg(feature = "lake")]
    let place = typed.lake.clone().map(LogSource::Lake);
    #[cfg(not(feature = "lake"))]
    let place = {
        let _ = typed;
        None
    };
    place
}

/// Flags about AWS beside an inventory file are about logs and metrics.
fn quiet(typed: &args::Verify) -> ::args::source::Live {
    if typed.inventory.is_some() { ::args::source::Live::default() } else { typed.live.clone() }
}

/// The outcome, or well where the caller asked for it; what is hidden is told.
pub(crate) fn ending(outcome: Outcome, exit_zero: bool) -> Outcome {
    super::showing::ending(outcome, exit_zero)
}
