//! A finding in the sentences of the terminal, for formats that show it in lines of their own.

use super::headline::subject_arn;
use super::recorder_sentences;
use super::verdict_words;
use audit::code::Code;
use audit::exception::Accepted;
use audit::finding::{Audit, Finding, Status};
use recording::State;

/// How many lines of a proof, and of gaps, are told.
const SHOWN: usize = 20;

/// The sentences of a finding; nothing from outside is escaped yet.
#[derive(Clone, Debug, Default)]
pub(super) struct FindingText {
    /// The reason.
    pub(super) reason: String,
    /// What it is about, if it is about something in particular.
    pub(super) about: Option<String>,
    /// An example of a call that leaves no record, with what it is an example of.
    pub(super) example: Option<String>,
    /// What each recorder does with it.
    pub(super) turned_away: Vec<String>,
    /// What could not be read and decides.
    pub(super) gaps: Vec<String>,
    /// What to do.
    pub(super) fix: Option<String>,
}

impl FindingText {
    /// A line for each.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.reason.clone()];
        lines.extend(self.about.clone());
        lines.extend(self.example.clone());
        lines.extend(self.turned_away.iter().map(|line| format!("- {line}")));
        lines.extend(self.gaps.iter().map(|line| format!("Gap: {line}")));
        lines.extend(self.fix.iter().map(|fix| format!("Fix: {fix}")));
        lines
    }
}

/// A finding as it is told.
pub(super) fn of_finding(audit: &Audit<'_>, finding: &Finding) -> FindingText {
    let mut text = FindingText {
        reason: recorder_sentences::sentence(&finding.reason),
        about: recorder_sentences::about(audit, finding),
        gaps: gaps(audit, &finding.gaps),
        fix: finding.help.as_ref().map(|help| recorder_sentences::sentence(help)),
        ..FindingText::default()
    };
    let Some(proof) = finding.proof else { return text };
    let verdict = &audit.verdicts[proof.verdict];
    let proves = finding.status != Status::Pass;
    let escape = if proves { verdict.escape.as_ref() } else { verdict.possible.as_ref() };
    if let Some(escape) = escape {
        let place = &audit.places[proof.place];
        let arn = subject_arn(audit, finding, proof);
        let state = if proves { verdict.state } else { State::Recorded };
        let event = verdict_words::example(audit, place, escape, arn.as_deref());
        text.example = Some(format!("{}{event}", verdict_words::of_example(state)));
        if proves {
            text.turned_away = recorder_sentences::turned_away(audit, place, escape);
            text.turned_away.truncate(SHOWN);
        }
    }
    text
}

/// Gaps, each kind once.
pub(super) fn gaps(audit: &Audit<'_>, gaps: &[usize]) -> Vec<String> {
    let groups = recorder_sentences::gap_groups(gaps.iter().map(|at| &audit.gaps[*at]));
    let told = groups.iter().take(SHOWN).map(|group| {
        let kind = group.gap.kind.as_str().replace('_', " ");
        format!("{} {kind}: {}", group.gap.call, group.gap.error)
    });
    told.collect()
}

/// The exception that a finding is about, whether it holds or ended.
pub(super) fn accepted<'a>(audit: &'a Audit<'_>, finding: &Finding) -> Option<&'a Accepted<'a>> {
    // One that matches nothing accepts nothing.
    audit.accepted.get(finding.exception.filter(|_| finding.reason.code != Code::ExceptionUnmatched)?)
}
