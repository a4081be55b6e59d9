//! An audit, shown: decided from its inputs, printed, written to files, with the next command and the exit code.

use anyhow::Result;
use args::outcome::Outcome;
use audit::inputs::Inputs;
use report::{AuditDocument, AuditFormat, Layout, NextFlags, Stamp, WriteInputs};
use surroundings::inputs::held_apart;
use surroundings::output::{layout_of, print, write_file, write_private};
use surroundings::problem::say;
use surroundings::settings::Showing;

/// What an audit is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    /// All that it is decided from.
    pub(super) inputs: &'a Inputs,
    /// The time that its documents name.
    pub(super) generated_at: &'a str,
    /// The flags with which advised commands come to the same answer.
    pub(super) flags: NextFlags<'a>,
}

impl Shown<'_> {
    /// Decides, and hands over the document.
    pub(super) fn document<T>(&self, take: impl FnOnce(&AuditDocument<'_>) -> T) -> T {
        let Shown { inputs, generated_at, flags } = *self;
        // The prices that come with the program are prices: a test holds it.
        let prices = store::read_prices(None).ok();
        let audit = inputs.audit(prices.as_ref());
        let drift = inputs.drift(&audit);
        let (version, counted) = (env!("CARGO_PKG_VERSION"), inputs.recorders);
        let stamp = Stamp { version, generated_at, counted, drift: drift.as_ref() };
        let since = inputs.baseline.as_ref().map_or("", |before| before.collected_at.as_str());
        let write = |out: &mut dyn std::io::Write| store::write_inputs(inputs, out);
        let inputs = Some(WriteInputs(&write));
        take(&AuditDocument { audit: &audit, stamp, since, flags, inputs })
    }

    /// Prints the audit and writes its files; the exit code that its answer has, hidden or not, and the next command, which is said after
    /// all else that is written.
    ///
    /// # Errors
    /// [`surroundings::problem::Problem`] where a file or stdout cannot be written.
    pub(super) fn show(&self, showing: &Showing) -> Result<(Outcome, String)> {
        self.document(|document| show(document, showing))
    }
}

fn show(document: &AuditDocument<'_>, showing: &Showing) -> Result<(Outcome, String)> {
    held_apart(showing.outputs.iter().map(|output| output.path.as_path()))?;
    for output in &showing.outputs {
        let write = |out: &mut dyn std::io::Write| output.format.0.write(document, &Layout::default(), out);
        // This one holds the whole inventory.
        match output.format.0 {
            AuditFormat::Json => write_private(&output.path, write)?,
            _ => write_file(&output.path, write)?,
        }
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout_of(showing.all);
    print(|out| showing.format.0.write(document, &layout, out))?;
    let (command, why) = report::next_command(document.audit, &document.flags);
    Ok((document.audit.answer().conclusion().into(), format!("{command}  # {why}")))
}

/// The outcome, or well where the caller asked for it; what is hidden is told.
pub(super) fn ending(outcome: Outcome, exit_zero: bool) -> Outcome {
    if !exit_zero || outcome == Outcome::Well {
        return outcome;
    }
    let answer = if outcome == Outcome::No { "no" } else { "undetermined" };
    surroundings::problem::insist(
        "note",
        &format!("the answer is {answer}: exit code {} hidden by --exit-zero", outcome.code()),
    );
    Outcome::Well
}

#[cfg(test)]
mod tests {
    use super::ending;
    use args::outcome::Outcome;
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
                assert_eq!(
                    Outcome::from(audit.answer().conclusion()).code(),
                    code,
                    "{required:?}, advisory {advisory:?}"
                );
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
