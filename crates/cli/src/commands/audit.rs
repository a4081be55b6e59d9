//! `invoketrail audit`: is every invocation of every function recorded?

use super::showing::Shown;
use super::{Context, Opened, bundle, exceptions, frameworks, history, read_inventory};
use crate::args::audit as args;
use crate::outcome::Outcome;
use crate::problem::say;
use crate::settings;
use anyhow::Result;
use audit::Counted;
use audit::inputs::Inputs;

/// Audits, prints, writes.
///
/// # Errors
/// [`crate::problem::Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: args::Audit, context: Context) -> Result<Outcome> {
    let longest = typed.longest.exceptions_max_days;
    let limit = context.limit(longest);
    let history = typed.keep.then(|| history::path(&typed.history, &context.config)).transpose()?;
    let settings = settings::audit(typed, context.config.clone());
    let showing = &settings.showing;
    // Before AWS is asked anything: a misspelled name costs no time.
    let frameworks = frameworks::chosen(&showing.framework_files, &showing.frameworks)?;
    settings.bundle.as_deref().map(bundle::can_write).transpose()?;
    let facts = Opened::of(&settings.source)?.facts(&context.now)?;
    if facts.interrupted {
        say("note", "interrupted before everything was read: nothing is judged on half of it");
        let caller = settings.source.caller();
        let told = "keeps what was read before an interruption";
        say("help", &format!("`invoketrail inventory --output inventory.json{caller}` {told}"));
        return Ok(Outcome::Interrupted);
    }
    let inputs = Inputs {
        inventory: facts.inventory,
        baseline: settings.baseline.as_deref().map(read_inventory).transpose()?,
        exceptions: exceptions(settings.exceptions.as_deref(), limit)?,
        today: crate::clock::day(&context.now).to_owned(),
        recorders: settings.counted,
        frameworks,
    };
    if let Some(history) = &history {
        history::keep(history, &inputs, &context.now)?;
    }
    if let Some(to) = &settings.bundle {
        bundle::write(to, &inputs, &context.now)?;
    }
    let mut kept = settings.source.again();
    if settings.counted == Counted::Trails {
        kept.push_str(" --recorders trails");
    }
    let with_exceptions = settings
        .exceptions
        .as_deref()
        .map_or_else(String::new, |path| format!(" --exceptions {}", report::shell(&path.to_string_lossy())));
    let with_exceptions = format!("{with_exceptions}{}", settings::longest_again(longest));
    let caller = settings.source.caller();
    let flags = report::NextFlags { source: &kept, caller: &caller, of_audit: &with_exceptions };
    Shown { inputs: &inputs, generated_at: &context.now, flags }.show(showing)
}
