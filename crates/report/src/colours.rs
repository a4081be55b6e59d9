//! The colour of a verdict and of a status at a terminal.

use super::page::Style;
use audit::answer::Conclusion;
use audit::finding::Status;
use recording::State;

/// The colour of a verdict.
pub(super) const fn state_style(state: State) -> Style {
    match state {
        State::Recorded => Style::Good,
        State::PartiallyRecorded | State::NotRecorded => Style::Bad,
        State::Undetermined => Style::Open,
    }
}

/// The colour of an answer.
pub(super) const fn conclusion_style(conclusion: Conclusion) -> Style {
    match conclusion {
        Conclusion::Nothing | Conclusion::Yes => Style::Good,
        Conclusion::Undetermined => Style::Open,
        Conclusion::No => Style::Bad,
    }
}

/// The colour of a status, and the word for it.
pub(super) fn status(status: Status) -> (Style, &'static str) {
    match status {
        Status::Fail => (Style::Bad, "fail"),
        Status::Undetermined => (Style::Open, "undetermined"),
        Status::Pass => (Style::Good, "pass"),
        Status::NotApplicable => (Style::Dim, "not applicable"),
    }
}
