//! The binary `invoketrail`: reads the arguments, runs one command, ends with its exit code.

mod commands;
mod demo;

use anyhow::Result;
use args::outcome::Outcome;
use args::{Cli, Command};
use surroundings::context::Context;
use surroundings::{clock, config, environment, output, problem, progress, verbose};

fn main() -> Outcome {
    logs::give_back_large_buffers();
    match environment::parse().map_err(Into::into).and_then(run) {
        Ok(outcome) => outcome,
        Err(error) => problem::tell(&error),
    }
}

/// A file of a lake that was made by hand can trip assertions of the library that reads it. That is caught and said as damage, so it needs
/// no words of its own.
#[cfg(feature = "lake")]
fn mute_damage() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let of_reading =
            |file: &str| (file.contains("/parquet-") || file.contains("/arrow-")) && !file.contains("writer");
        if !panic.location().is_some_and(|place| of_reading(place.file())) {
            usual(panic);
        }
    }));
}

fn run(mut cli: Cli) -> Result<Outcome> {
    #[cfg(feature = "lake")]
    mute_damage();
    output::choose(cli.color);
    if cli.quiet {
        progress::be_quiet();
    }
    if cli.verbose {
        verbose::begin();
    }
    environment::mention_unknown();
    // Completions are for a shell that starts up, in whatever folder.
    if let Command::Completions(typed) = &cli.command {
        return commands::completions::run(typed);
    }
    if let Command::Frameworks(typed) = &cli.command {
        return commands::frameworks::run(typed);
    }
    if let Command::Man(typed) = &cli.command {
        return commands::man::run(typed);
    }
    let demo = demo::fill(&mut cli.command)?;
    // What this folder's settings say is meant for other accounts.
    let mut config = match (&demo, &cli.config) {
        (Some(_), None) => config::Config::default(),
        (_, named) => config::read(named.as_deref())?,
    };
    environment::overrule(&mut config);
    let now = || if demo.is_some() { demo::NOW.to_owned() } else { clock::now() };
    let context = Context { now: cli.now.unwrap_or_else(now), config };
    match cli.command {
        Command::Audit(typed) => commands::audit::run(typed, context),
        Command::Explain(typed) => commands::explain::run(typed, context),
        Command::Check(typed) => commands::check::run(*typed, context),
        Command::Plan(typed) => commands::plan::run(typed, context),
        Command::Apply(typed) => change::apply::run(typed, context),
        Command::Undo(typed) => change::undo::run(typed, context),
        Command::Backout(typed) => commands::backout::run(typed, context),
        Command::Restore(typed) => commands::restore::run(typed, context),
        Command::Verify(typed) => commands::verify::run(typed, context),
        Command::Logs(typed) => commands::validate::run(typed, context),
        Command::Invocations(typed) => commands::invocations::run(typed, context),
        Command::Detect(typed) => commands::detect::run(*typed, context),
        Command::Inventory(typed) => commands::inventory::run(typed, context),
        Command::Permissions(typed) => commands::permissions::run(typed, context),
        Command::Report(typed) => commands::report::run(typed, &context),
        Command::History(typed) => commands::history::run(typed, context),
        Command::Diff(typed) => commands::diff::run(typed, context),
        #[cfg(feature = "lake")]
        Command::Lake(typed) => commands::lake::run(typed, context),
        #[cfg(not(feature = "lake"))]
        Command::Lake { asked: _ } => {
            let problem = problem::Problem::misuse("this build of invoketrail has no lakes");
            Err(problem.help("install a released binary, or build with --features lake").into())
        }
        Command::Bundle(typed) => commands::bundle::run(typed, context),
        Command::Frameworks(typed) => commands::frameworks::run(&typed),
        Command::Exceptions(typed) => commands::exceptions::run(typed, context),
        Command::Config(typed) => commands::config::run(typed, context),
        Command::Completions(typed) => commands::completions::run(&typed),
        Command::Man(typed) => commands::man::run(&typed),
    }
}
