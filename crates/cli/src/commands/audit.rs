//! `invoketrail audit`: is every invocation of every function recorded?

use super::{Context, Opened, exceptions, frameworks, read_inventory};
use crate::args::audit as args;
use crate::outcome::Outcome;
use crate::output::{layout_of, print, write_file};
use crate::problem::say;
use crate::settings;
use anyhow::Result;
use audit::Counted;
use audit::finding::Audit;
use report::{self, AuditDocument, Layout, Stamp};

/// Audits, prints, writes.
///
/// # Errors
/// [`crate::problem::Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: args::Audit, context: Context) -> Result<Outcome> {
    let longest = typed.longest.exceptions_max_days;
    let limit = context.limit(longest);
    let settings = settings::audit(typed, context.config.clone());
    // Before AWS is asked anything: a misspelled name costs no time.
    let frameworks = frameworks::chosen(&settings.framework_files, &settings.frameworks)?;
    let facts = Opened::of(&settings.source)?.facts(&context.now)?;
    if facts.interrupted {
        say("note", "interrupted before everything was read: nothing is judged on half of it");
        let caller = settings.source.caller();
        let told = "keeps what was read before an interruption";
        say("help", &format!("`invoketrail inventory --output inventory.json{caller}` {told}"));
        return Ok(Outcome::Interrupted);
    }
    let exceptions = exceptions(settings.exceptions.as_deref(), limit)?;
    // The prices that come with the program are prices: a test holds it.
    let prices = store::read_prices(None).ok();
    let options = audit::Options {
        recorders: settings.counted,
        exceptions: &exceptions,
        today: crate::clock::day(&context.now),
        prices: prices.as_ref(),
    };
    let mut audit = audit::audit(&facts.inventory, &options);
    let before = settings.baseline.as_deref().map(read_inventory).transpose()?;
    let drift = before.as_ref().map(|before| {
        let before = audit::drift::snapshot(&audit::audit(before, &options));
        audit::drift::drift(&before, &audit::drift::snapshot(&audit))
    });
    audit.narrow(&frameworks);
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: settings.counted,
        drift: drift.as_ref(),
    };
    let since = before.map(|before| before.collected_at).unwrap_or_default();
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
    let document = AuditDocument { audit: &audit, stamp, since: &since, flags };
    for output in &settings.outputs {
        write_file(&output.path, |out| output.format.0.write(&document, &Layout::default(), out))?;
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout_of(settings.all);
    print(|out| settings.format.0.write(&document, &layout, out))?;
    let (command, why) = report::next_command(&audit, &flags);
    say("next", &format!("{command}  # {why}"));
    Ok(ending(outcome(&audit), settings.exit_zero))
}

/// The worst status of the controls that are required.
fn outcome(audit: &Audit<'_>) -> Outcome {
    audit.answer().conclusion().into()
}

/// The outcome, or well where the caller asked for it; what is hidden is told.
pub(super) fn ending(outcome: Outcome, exit_zero: bool) -> Outcome {
    if !exit_zero || outcome == Outcome::Well {
        return outcome;
    }
    let answer = if outcome == Outcome::No { "no" } else { "undetermined" };
    crate::problem::insist(
        "note",
        &format!("the answer is {answer}: exit code {} hidden by --exit-zero", outcome.code()),
    );
    Outcome::Well
}

#[cfg(test)]
mod tests {
    use super::{ending, outcome};
    use crate::outcome::Outcome;
    use audit::finding::{ControlResult, Status, Weight};
    use audit::inventory::Inventory;

    fn control(weight: Weight, status: Status) -> ControlResult {
        let reason = audit::code::Coded::default();
        ControlResult { id: "a-control", title: "", weight, status, reason, findings: Vec::new() }
    }

    #[test]
    fn the_exit_code_is_the_worst_required_status() {
        use Status::{Fail, NotApplicable, Pass, Undetermined};
        let inventory = Inventory::default();
        let mut audit = audit::audit(&inventory, &audit::Options::default());
        for (required, code) in [
            (vec![], 0),
            (vec![Pass, NotApplicable], 0),
            (vec![Pass, Undetermined, Pass], 4),
            (vec![Undetermined, Fail, Pass], 3),
            (vec![Fail, Undetermined], 3),
        ] {
            audit.controls = required.iter().map(|status| control(Weight::Required, *status)).collect();
            for advisory in [Pass, Undetermined, Fail] {
                audit.controls.push(control(Weight::Advisory, advisory));
                assert_eq!(outcome(&audit).code(), code, "{required:?}, advisory {advisory:?}");
            }
        }
    }

    #[test]
    fn only_an_answer_can_be_hidden_and_only_where_it_was_asked_for() {
        for outcome in [Outcome::No, Outcome::Undetermined] {
            assert_eq!(ending(outcome, true), Outcome::Well);
            assert_eq!(ending(outcome, false), outcome);
        }
    }
}
