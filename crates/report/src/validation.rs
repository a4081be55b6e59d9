//! What digests prove, as documents: by chain and window, with reasons, and in sum.

mod documents;
mod terminal;
mod unproven;

pub use documents::validation_json;
pub(super) use documents::validation_members;
pub use terminal::validation_text;
pub(super) use terminal::{digest_lines, digest_sentence, key_line};

use audit::answer::Conclusion;
use logs::digest::{Asked, KeySource, State, Validation};
use logs::{LeftOut, text_of};

/// The format of a validation as JSON, and its version.
pub const VALIDATION_FORMAT: &str = "invoketrail.validation/1";

/// All that a document says.
#[derive(Clone, Debug)]
pub struct Validated {
    /// Which time was asked about.
    pub asked: Asked,
    /// Where it was looked for, in words.
    pub places: Vec<String>,
    /// Whose keys.
    pub keys: Vec<KeySource>,
    /// What digests prove.
    pub validation: Validation,
    /// What could not be looked into, in words.
    pub unseen: Vec<String>,
    /// What was found and not looked at.
    pub left_out: LeftOut,
}

impl Validated {
    /// The answer: whether what was asked about is as it was delivered.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        of_digests(&self.validation, &self.unseen)
    }
}

/// What digests say, where `unseen` could not be looked into.
pub(super) fn of_digests(validation: &Validation, unseen: &[String]) -> Conclusion {
    let seen = if unseen.is_empty() { Conclusion::Yes } else { Conclusion::Undetermined };
    seen.worse(match validation.state() {
        State::Valid => Conclusion::Yes,
        State::NotAssertable => Conclusion::Undetermined,
        State::Invalid => Conclusion::No,
    })
}

/// The word for a state.
fn state(state: State) -> &'static str {
    match state {
        State::Valid => "valid",
        State::NotAssertable => "not assertable",
        State::Invalid => "invalid",
    }
}

fn times(from: i64, to: i64) -> String {
    format!("{} to {}", text_of(from), text_of(to))
}
