//! Short ways to read selectors and to ask them about an invocation.

use cloudtrail::event::{Event, EventResource};
use cloudtrail::selector::{Doubt, Selector, Selectors};
use cloudtrail::selector_json::from_str;
use cloudtrail::{Answer, records};

/// The ARN of the function that everything is about.
pub(crate) const ORDERS: &str = "arn:aws:lambda:us-east-1:111122223333:function:orders";

/// An invocation of [`ORDERS`].
pub(crate) fn invocation() -> Event {
    Event {
        category: "Data".to_owned(),
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: Some(EventResource { kind: "AWS::Lambda::Function".to_owned(), arn: ORDERS.to_owned() }),
        user_identity_arn: Some("arn:aws:iam::111122223333:user/ada".to_owned()),
        session_credential_from_console: false,
    }
}

/// A management event that writes.
pub(crate) fn management() -> Event {
    Event { category: "Management".to_owned(), name: "CreateRole".to_owned(), resource: None, ..invocation() }
}

/// The selectors of a document that can be read.
pub(crate) fn read(text: &str) -> Selectors {
    let read = from_str(text);
    assert!(read.is_ok(), "{read:?}\n{text}");
    read.expect("selectors")
}

/// What all selectors together say of an event: `yes` if one records it, else `unknown` if one may, else `no`.
pub(crate) fn says(selectors: &Selectors, event: &Event) -> &'static str {
    let answers: Vec<Answer> = selectors.list.iter().map(|one| records(one, event)).collect();
    if answers.contains(&Answer::Recorded) {
        "yes"
    } else if answers.iter().any(|answer| matches!(answer, Answer::Undetermined(_))) {
        "unknown"
    } else {
        "no"
    }
}

/// All doubts of a document.
pub(crate) fn doubts(text: &str) -> Vec<Doubt> {
    read(text).list.iter().flat_map(Selector::doubts).cloned().collect()
}
