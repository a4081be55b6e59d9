//! `invoketrail completions`: what a shell needs to complete our arguments.

use anyhow::Result;
use args::Cli;
use args::completions::Completions;
use args::outcome::Outcome;
use clap::CommandFactory;
use surroundings::output::print;

/// Prints them.
///
/// # Errors
/// What stdout says.
pub(crate) fn run(typed: &Completions) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(typed.shell, &mut Cli::command(), "invoketrail", &mut script);
    print(|out| out.write_all(&script))?;
    Ok(Outcome::Well)
}
