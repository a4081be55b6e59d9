//! What came of a canary: one invocation, and the wait for its record.

use logs::text_of;
use std::time::Duration;
use text::visible::visible;

/// How the wait ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waited {
    /// The record is there.
    Arrived {
        /// Where.
        file: String,
        /// How long it took.
        after: Duration,
    },
    /// Not in time: new files of the account and Region that came meanwhile, and what could not be read of them.
    Nothing {
        /// How many files were read.
        files: usize,
        /// What could not be read.
        unread: Option<String>,
    },
    /// Ctrl-C.
    Interrupted,
}

/// A canary that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Canary<'a> {
    /// The function, by ARN.
    pub function: &'a str,
    /// True iff the function ran; false iff it was a dry run.
    pub runs: bool,
    /// The request's id.
    pub request: &'a str,
    /// When AWS answered, in milliseconds since 1970.
    pub answered_at: Option<i64>,
    /// What the function failed with.
    pub function_error: Option<&'a str>,
    /// How the wait ended.
    pub waited: &'a Waited,
    /// How long was to be waited.
    pub timeout: Duration,
}

/// What was sent.
#[must_use]
pub const fn canary_noun(runs: bool) -> &'static str {
    if runs { "an invocation" } else { "a dry run" }
}

/// The answer, for a terminal.
#[must_use]
pub fn canary_text(canary: &Canary<'_>) -> String {
    let function = visible(canary.function);
    let answered = canary.answered_at.map(|at| format!(", answered at {}", text_of(at))).unwrap_or_default();
    let failed = canary
        .function_error
        .map(|error| format!("\nThe function failed ({}); it was invoked nevertheless.", visible(error)));
    let request = visible(canary.request);
    let what = canary_noun(canary.runs);
    let head = match canary.waited {
        Waited::Arrived { file, after } => format!(
            "The record of {what} of {function} arrived within {} s: request {request}{answered}\nin {}",
            after.as_secs() + 1,
            visible(file)
        ),
        Waited::Interrupted => {
            format!("Interrupted. {what} of {function} was sent: request {request}{answered}")
        }
        Waited::Nothing { files, unread } => {
            let timeout = canary.timeout.as_secs_f64().ceil();
            let mut text = format!(
                "No record of {what} of {function} arrived within {timeout} s: request {request}{answered}\n\
                 {files} new log files of its account and Region were read meanwhile."
            );
            if let Some(unread) = unread {
                text.push_str(&format!("\nNot all could be read: {}", visible(unread)));
            }
            if !canary.runs {
                text.push_str(
                    "\nAWS does not document whether a dry run is recorded at all (U-6): --canary-invoke runs the function once.",
                );
            }
            text.push_str("\nDelivery takes about five minutes on average and is not guaranteed: --canary-timeout waits longer.");
            text
        }
    };
    format!("{head}{}\n", failed.unwrap_or_default())
}
