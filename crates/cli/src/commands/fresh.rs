//! `--fail-on new`: what an earlier run found already does not decide the exit code.

use super::showing::Shown;
use anyhow::Result;
use args::outcome::Outcome;
use audit::answer::Conclusion;
use audit::drift::Drift;
use audit::inputs::Inputs;
use detect::finding::Severity;
use report::{Notice, open_findings};
use std::collections::BTreeMap;
use std::path::Path;
use surroundings::named_file::called;
use surroundings::output::read_file;
use surroundings::problem::{Problem, insist};

/// The exit code of an audit over what it has beyond the earlier one; stderr says what that hides, and what got better.
pub(super) fn of_audit(shown: &Shown<'_>, before: &Inputs, answer: Outcome) -> Outcome {
    // A framework narrows what is shown, and not what is new.
    let whole = |inputs: &Inputs| Inputs { frameworks: Vec::new(), ..inputs.clone() };
    let (now, before) = (whole(shown.inputs), whole(before));
    let was = Shown { inputs: &before, ..*shown }.document(|earlier| open_findings(earlier.audit));
    let (notice, drift) = Shown { inputs: &now, ..*shown }.document(|later| {
        let notice = Notice::of(&was, &open_findings(later.audit), later.audit);
        (notice, later.stamp.drift.map_or(Conclusion::Nothing, Drift::conclusion))
    });
    insist("note", &format!("since the baseline: {}", notice.sentence()));
    let new = Outcome::from(drift.worse(notice.conclusion()));
    // Something may record less than before, and all is recorded all the same.
    let outcome = if answer.worse(new) == answer { new } else { answer };
    tell_hidden(answer, outcome);
    outcome
}

/// The findings that decided in an earlier run of `detect`, by id.
///
/// # Errors
/// [`Problem`] iff the file cannot be read, or is something else.
pub(super) fn findings_of(path: &Path) -> Result<BTreeMap<String, Severity>> {
    let bytes = read_file(path)?;
    store::read_open_findings(&bytes).map_err(|error| {
        Problem::new(format!("cannot read {}: {error}", called(path)))
            .help("the findings of an earlier run are written by --output findings.json")
            .into()
    })
}

/// The exit code over the findings that were not there before, of so many open ones.
pub(super) fn of_findings(answer: Outcome, new: usize, open: usize, resolved: usize) -> Outcome {
    insist("note", &report::since_baseline(new, open, resolved));
    let outcome = if answer == Outcome::No && new == 0 { Outcome::Well } else { answer };
    tell_hidden(answer, outcome);
    outcome
}

fn tell_hidden(answer: Outcome, outcome: Outcome) {
    if outcome == Outcome::Well && answer != outcome {
        let word = if answer == Outcome::No { "no" } else { "undetermined" };
        let line = format!(
            "the answer is {word}, and nothing is new: exit code {} hidden by --fail-on new",
            answer.code()
        );
        insist("note", &line);
    }
}

/// The exit code of a check over the findings that its baseline does not have, which are so many new and open ones, and resolved ones.
pub(super) fn of_check(answer: Outcome, new: Outcome, count: usize, open: usize, resolved: usize) -> Outcome {
    insist("note", &report::since_baseline(count, open, resolved));
    tell_hidden(answer, new);
    new
}
