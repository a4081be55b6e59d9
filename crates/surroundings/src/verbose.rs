//! `-v`: each request to AWS as a line on stderr, with what came of it, how long it took, and what it waited for.
//!
//! Only events of our own are shown. Those of the libraries below may hold headers, and so keys.

use crate::problem::insist;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The target of the events that are shown.
const REQUEST: &str = "invoketrail::request";

/// From here on requests are shown.
pub fn begin() {
    // It is called once, before anything else could have set one.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Requests));
}

struct Requests;

impl<S: Subscriber> Layer<S> for Requests {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == REQUEST
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        insist("request", &words.line());
    }
}

/// A wait for its turn that is shorter than this many milliseconds is not worth a word.
const WORTH_A_WORD: u64 = 10;

/// The members of an event.
#[derive(Default)]
struct Words {
    /// Action, account, Region and what it was about, in the order in which they came.
    about: Vec<String>,
    answer: String,
    /// What came of the attempt before.
    because: String,
    /// Milliseconds, and which attempt it was.
    numbers: BTreeMap<&'static str, u64>,
}

impl Words {
    fn line(&self) -> String {
        let number = |name: &str| self.numbers.get(name).copied().unwrap_or_default();
        let mut line = format!("{}: {} in {} ms", self.about.join(" "), self.answer, number("millis"));
        if number("attempt") > 1 {
            let (attempt, pause) = (number("attempt"), number("pause"));
            // Writing into a string cannot fail.
            let _ = write!(line, "; try {attempt}, after a pause of {pause} ms because of {}", self.because);
        }
        if number("paced") >= WORTH_A_WORD {
            let _ = write!(line, "; waited {} ms to keep the pace that AWS allows", number("paced"));
        }
        line
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "answer" => value.clone_into(&mut self.answer),
            "because" => value.clone_into(&mut self.because),
            _ if value.is_empty() => {}
            _ => self.about.push(value.to_owned()),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.numbers.insert(field.name(), value);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_request_says_which_try_it_was_and_what_it_waited_for() {
        let mut words = Words {
            about: vec!["lambda:ListFunctions".to_owned(), "eu-west-1".to_owned()],
            answer: "answered".to_owned(),
            ..Words::default()
        };
        words.numbers = [("millis", 12), ("attempt", 1), ("paced", 9)].into();
        assert_eq!(words.line(), "lambda:ListFunctions eu-west-1: answered in 12 ms");
        words.because = "TooManyRequestsException".to_owned();
        words.numbers = [("millis", 12), ("attempt", 3), ("paced", 70), ("pause", 400)].into();
        assert_eq!(
            words.line(),
            "lambda:ListFunctions eu-west-1: answered in 12 ms; try 3, after a pause of 400 ms because of \
             TooManyRequestsException; waited 70 ms to keep the pace that AWS allows"
        );
    }
}
