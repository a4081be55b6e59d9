//! Verdicts and statuses as a shape and a word: no meaning is in a colour alone.

use crate::words;
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
    html! { span class=(format!("mark {}", class(state))) { span.shape aria-hidden="true" { (shape(state)) } (words::state(state)) } }
}

/// A status: shape and word. What passes with a finding is a warning.
pub(super) fn status(status: Status, word: &str) -> Markup {
    let (class, shape) = match status {
        Status::Fail => ("bad", "\u{2715}"),
        Status::Undetermined => ("open", "?"),
        Status::Pass => ("good", "\u{2713}"),
        Status::NotApplicable => ("none", "\u{2013}"),
    };
    let (class, shape) = if word == "warning" { ("open", "!") } else { (class, shape) };
    html! { span class=(format!("mark {class}")) { span.shape aria-hidden="true" { (shape) } (word) } }
}

/// The answer of the whole audit: its class and its shape.
pub(super) const fn conclusion(conclusion: Conclusion) -> (&'static str, &'static str) {
    match conclusion {
        Conclusion::Yes => ("good", "\u{2713}"),
        Conclusion::No => ("bad", "\u{2715}"),
        Conclusion::Undetermined => ("open", "?"),
        Conclusion::Nothing => ("none", "\u{2013}"),
    }
}
