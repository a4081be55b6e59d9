//! `-v`: each request to AWS as a line on stderr, with what came of it and how long it took.
//!
//! Only events of our own are shown. Those of the libraries below may hold headers, and so keys.

use crate::problem::insist;
use std::fmt::{Debug, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The target of the events that are shown.
const REQUEST: &str = "invoketrail::request";

/// From here on requests are shown.
pub(crate) fn begin() {
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

/// The members of an event.
#[derive(Default)]
struct Words {
    /// Action, account, Region and what it was about, in the order in which they came.
    about: Vec<String>,
    answer: String,
    millis: String,
}

impl Words {
    fn line(&self) -> String {
        format!("{}: {} in {} ms", self.about.join(" "), self.answer, self.millis)
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "answer" => value.clone_into(&mut self.answer),
            _ if value.is_empty() => {}
            _ => self.about.push(value.to_owned()),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "millis" {
            // Writing into a string cannot fail.
            let _ = write!(self.millis, "{value:?}");
        }
    }
}
