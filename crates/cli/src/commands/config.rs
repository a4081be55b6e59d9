//! `invoketrail config show`: which settings count, and where each comes from.

use ::args::config as args;
use ::args::outcome::Outcome;
use ::args::validate::Format;
use anyhow::Result;
use surroundings::context::Context;
use surroundings::output::{layout, print};

/// Prints. The format is as typed: the one in the file is what is shown.
///
/// # Errors
/// [`surroundings::problem::Problem`] where stdout takes nothing.
pub(crate) fn run(typed: args::Config, context: Context) -> Result<Outcome> {
    let args::ConfigCommand::Show(typed) = typed.command;
    let settings = context.config.shown();
    let text = match typed.format.unwrap_or(Format::Terminal) {
        Format::Terminal => report::settings_text(&settings, &layout()),
        Format::Json => report::settings_json(&settings),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Well)
}
