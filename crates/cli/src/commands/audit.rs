//! `invoketrail audit`: is every invocation of every function recorded?

use super::notify::{self, Telling};
use super::showing::{Shown, ending};
use super::{bundle, frameworks, fresh, history};
use ::args::audit as args;
use ::args::outcome::Outcome;
use anyhow::Result;
use audit::Counted;
use audit::accepted::asks_for_tags;
use audit::exception::Exception;
use audit::inputs::{Earlier, Inputs};
use audit::inventory::Inventory;
use audit::raw_answers::Keep;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use surroundings::config::Config;
use surroundings::context::Context;
use surroundings::exceptions::accepted;
use surroundings::facts::{Known, Opened, read_known};
use surroundings::inputs::held_apart;
use surroundings::problem::say;
use surroundings::session::Session;
use surroundings::settings::{self, Showing, Source};

/// What `audit` does.
#[derive(Clone, Debug)]
struct Settings {
    source: Source,
    counted: Counted,
    exceptions: Option<PathBuf>,
    baseline: Option<PathBuf>,
    bundle: Option<PathBuf>,
    showing: Showing,
}

impl Settings {
    /// From what was typed.
    fn of(mut typed: args::Audit, config: Config) -> Self {
        typed.source.inventory = typed.file.take().or(typed.source.inventory);
        Settings {
            counted: settings::counted(&typed.counting, &config),
            exceptions: typed.exceptions.or_else(|| config.exceptions.clone()),
            baseline: typed.baseline,
            bundle: typed.bundle,
            showing: settings::showing(typed.showing, &config),
            source: settings::source(typed.source, config),
        }
    }
}

/// Audits, prints, writes.
///
/// # Errors
/// [`surroundings::problem::Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: args::Audit, context: Context) -> Result<Outcome> {
    let longest = typed.longest.exceptions_max_days;
    let only_new = typed.deciding.only_new();
    // Before AWS is asked anything: a misspelled name costs no time.
    let targets = notify::targets(&typed.notify)?;
    let history = history::of_audit(&typed, &context.config)?;
    let live = settings::live(typed.source.live.clone(), context.config.clone());
    let recorders_said = typed.counting.recorders.is_some() || context.config.recorders.is_some();
    let mut settings = Settings::of(typed, context.config.clone());
    let showing = &settings.showing;
    let frameworks = frameworks::chosen(&showing.framework_files, &showing.frameworks)?;
    settings.bundle.as_deref().map(bundle::can_write).transpose()?;
    let kept = settings.bundle.as_ref().map(|_| bundle::keeper()).transpose()?;
    let opened = Opened::with(&settings.source, kept.clone().map(|kept| kept as Arc<dyn Keep>))?;
    let facts = opened.facts(&context.now)?;
    if facts.interrupted {
        return Ok(interrupted(&settings));
    }
    let mut limit = context.limit(longest);
    let mut exceptions = accepted(settings.exceptions.as_deref(), limit)?;
    if let Some(judged) = facts.judged {
        let as_saved = judged.unless_said(recorders_said, settings.exceptions.is_some(), limit);
        settings.counted = as_saved.recorders.unwrap_or(settings.counted);
        exceptions = as_saved.exceptions.unwrap_or(exceptions);
        limit.most = as_saved.longest;
        limit.hold(&mut exceptions);
    }
    let (baseline, earlier) = match settings.baseline.as_deref().map(earlier).transpose()? {
        Some((inventory, earlier)) => (Some(inventory), earlier),
        None => (None, None),
    };
    if earlier.as_ref().is_some_and(|earlier| earlier.recorders != settings.counted) {
        say("note", super::diff::DIFFERENT_RECORDERS);
    }
    let inputs = Inputs {
        inventory: with_tags(facts.inventory, &exceptions, opened.session()),
        baseline,
        earlier,
        exceptions,
        exceptions_max_days: limit.most,
        today: surroundings::clock::day(&context.now).to_owned(),
        recorders: settings.counted,
        frameworks,
    };
    let flags = Flags::of(&settings, longest);
    let shown = Shown { inputs: &inputs, generated_at: &context.now, flags: flags.next() };
    held_apart(settings.bundle.as_deref())?;
    // Whatever fails from here on, the answer is there.
    let (mut outcome, next) = shown.show(showing)?;
    if let (true, Some(before)) = (only_new, inputs.before()) {
        outcome = fresh::of_audit(&shown, &before, outcome);
    }
    let outcome = ending(outcome, showing.exit_zero);
    let before = match inputs.before() {
        Some(before) => Some(before),
        None if targets.is_empty() => None,
        // Judged as this one is: only the accounts may differ.
        None => history.newest()?.map(|kept| Inputs { recorders: inputs.recorders, ..kept }),
    };
    history.keep(&inputs, &context.now)?;
    if let Some(to) = &settings.bundle {
        let said = opened.session().map(|session| session.aws.collection()).zip(kept.as_deref());
        bundle::write(to, &inputs, &context.now, said.as_ref().map(|(how, kept)| (how, *kept)))?;
    }
    say("next", &next);
    let session = opened.session();
    Telling { targets: &targets, before: before.as_ref(), live: &live, session }.tell(&shown);
    Ok(outcome)
}

/// The inventory that is compared with, and how it was judged where the file is a saved audit.
fn earlier(path: &Path) -> Result<(Inventory, Option<Earlier>)> {
    match read_known(path)? {
        Known::Saved(saved) => {
            let Inputs { inventory, exceptions, today, recorders, .. } = saved.inputs;
            Ok((inventory, Some(Earlier { exceptions, today, recorders })))
        }
        Known::Inventory(inventory) => Ok((*inventory, None)),
    }
}

/// The inventory with the tags that exceptions ask for, where AWS can be asked: those of recorders, and of functions.
fn with_tags(inventory: Inventory, exceptions: &[Exception], session: Option<&Session>) -> Inventory {
    match session.filter(|_| asks_for_tags(exceptions)) {
        Some(session) => session.tagged(inventory, exceptions),
        None => inventory,
    }
}

fn interrupted(settings: &Settings) -> Outcome {
    say("note", "interrupted before everything was read, so nothing was judged");
    let caller = settings.source.caller();
    let told = "keeps what was read before an interruption";
    say("help", &format!("`invoketrail inventory --output inventory.json{caller}` {told}"));
    Outcome::Interrupted
}

/// The flags with which advised commands come to the same answer.
struct Flags {
    source: String,
    caller: String,
    of_audit: String,
}

impl Flags {
    fn of(settings: &Settings, longest: Option<u16>) -> Self {
        let mut source = settings.source.again();
        if settings.counted == Counted::Trails {
            source.push_str(" --recorders trails");
        }
        let path = settings.exceptions.as_deref().map(report::shell_file);
        let exceptions = path.map_or_else(String::new, |path| format!(" --exceptions {path}"));
        let of_audit = format!("{exceptions}{}", settings::longest_again(longest));
        Flags { source, caller: settings.source.caller(), of_audit }
    }

    fn next(&self) -> report::NextFlags<'_> {
        report::NextFlags { source: &self.source, caller: &self.caller, of_audit: &self.of_audit }
    }
}
