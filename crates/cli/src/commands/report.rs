//! `invoketrail report`: a saved audit in another format, decided again from what it holds.

use super::frameworks;
use super::showing::{Shown, ending};
use ::args::outcome::Outcome;
use ::args::report as args;
use anyhow::Result;
use audit::finding::Audit;
use audit::inputs::Inputs;
use report::{NextFlags, shell_file};
use store::SavedAudit;
use surroundings::context::Context;
use surroundings::named_file::called;
use surroundings::problem::{Problem, say};
use surroundings::saved;
use surroundings::settings;

/// Prints, writes.
///
/// # Errors
/// [`Problem`] where the audit cannot be read, says something else than what it holds gives, or cannot be written.
pub(crate) fn run(typed: args::Report, context: &Context) -> Result<Outcome> {
    let showing = settings::showing(typed.showing, &context.config);
    let frameworks = frameworks::chosen(&showing.framework_files, &showing.frameworks)?;
    let mut saved = saved::open(&typed.file)?;
    let says_the_same = agrees(&saved, &saved.inputs.audit(None));
    says_the_same.map_err(|difference| {
        let line = format!("{}: {difference}", called(&typed.file));
        let version = &saved.version;
        let why = format!("it was changed, or version {version}, which made it, decides otherwise");
        let inventory = shell_file(&typed.file);
        Problem::new(line)
            .help(format!("{why}; `invoketrail audit --inventory {inventory}` decides it again"))
    })?;
    if !frameworks.is_empty() {
        saved.inputs.frameworks = frameworks;
    }
    // `plan` takes out of it how it was judged.
    let source = format!(" --inventory {}", shell_file(&typed.file));
    let flags = NextFlags { source: &source, ..NextFlags::default() };
    let inputs: &Inputs = &saved.inputs;
    let (outcome, next) = Shown { inputs, generated_at: &saved.generated_at, flags }.show(&showing)?;
    say("next", &next);
    Ok(ending(outcome, showing.exit_zero))
}

/// Whether an audit says what its inputs give; else the first difference, in words.
fn agrees(saved: &SavedAudit, audit: &Audit<'_>) -> Result<(), String> {
    let answer = audit.answer().conclusion().as_str();
    if saved.answer != answer {
        return Err(format!("its answer is `{}`, and what it holds gives `{answer}`", saved.answer));
    }
    for control in &audit.controls {
        let said = saved.controls.get(control.id).map_or("nothing", String::as_str);
        let is = control.status.as_str();
        if said != is {
            let id = control.id;
            return Err(format!("it says `{said}` of {id}, and what it holds gives `{is}`"));
        }
    }
    Ok(())
}
