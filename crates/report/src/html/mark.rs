//! Verdicts and statuses as a shape and a word: no meaning is in a colour alone. The style sheet puts the shape before the word.

use crate::verdict_words;
use audit::answer::Conclusion;
use audit::finding::Status;
use maud::{Markup, html};
use recording::State;

/// The shape of a verdict.
pub(super) const fn shape(state: State) -> &'static str {
    match state {
        State::Recorded => "\u{2713}",
        State::PartiallyRecorded => "\u{25d0}",
        State::NotRecorded => "\u{2715}",
        State::Undetermined => "?",
    }
}

/// The class that gives a verdict its colour.
pub(super) const fn class(state: State) -> &'static str {
    match state {
        State::Recorded => "good",
        State::PartiallyRecorded => "part",
        State::NotRecorded => "bad",
        State::Undetermined => "open",
    }
}

/// A verdict: shape and word.
pub(super) fn state(state: State) -> Markup {
    html! { span class=(format!("mark {}", class(state))) { (verdict_words::state(state)) } }
}

/// A status: shape and word. What passes with a finding is a warning.
pub(super) fn status(status: Status, word: &str) -> Markup {
    html! { span class=(format!("mark {}", class_of(status, word))) { (word) } }
}

/// The class that gives a status its colour and shape.
pub(super) fn class_of(status: Status, word: &str) -> &'static str {
    match status {
        _ if word == "warning" => "warn",
        Status::Fail => "bad",
        Status::Undetermined => "open",
        Status::Pass => "good",
        Status::NotApplicable => "none",
    }
}

/// The class of the answer of the whole audit.
pub(super) const fn conclusion(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Yes => "good",
        Conclusion::No => "bad",
        Conclusion::Undetermined => "open",
        Conclusion::Nothing => "none",
    }
}
