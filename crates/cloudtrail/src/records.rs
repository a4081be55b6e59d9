//! The definition of recording: does this selector record this event?

use crate::event::{Event, Field};
use crate::selector::{AdvancedSelector, BasicSelector, DataResource, Doubt, Operator, Selector};
use std::fmt;

/// What a selector does with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It records the event, whatever its doubts.
    Recorded,
    /// It does not record the event, whatever its doubts: this turned the event away.
    TurnedAway(TurnedAway),
    /// All that we understand of it admits the event, but it holds something we do not understand.
    Undetermined(Doubt),
}

/// The member and operator by which a selector turned an event away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TurnedAway {
    /// A field of an advanced selector (`resources.ARN`) or a member of a basic one (`ReadWriteType`).
    pub field: &'static str,
    /// The operator of that field; for a member of a basic selector, `Equals`.
    pub operator: Operator,
}

impl TurnedAway {
    const fn basic(member: &'static str) -> Self {
        TurnedAway { field: member, operator: Operator::Equals }
    }
}

impl fmt::Display for TurnedAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.operator)
    }
}

/// Says what `selector` does with `event`.
///
/// [`Answer::Recorded`] iff the selector has no doubts and admits the event by the rules of semantics 2 (basic) or 3.1
/// (advanced). [`Answer::TurnedAway`] iff a part that we understand turns it away: a selector only ever narrows by what
/// it adds, so what we do not understand cannot bring the event back. Otherwise [`Answer::Undetermined`].
#[must_use]
pub fn records(selector: &Selector, event: &Event) -> Answer {
    let turned_away = match selector {
        Selector::Basic(basic) => basic_turns_away(basic, event),
        Selector::Advanced(advanced) => advanced_turns_away(advanced, event),
    };
    match (turned_away, selector.doubts().first()) {
        (Some(reason), _) => Answer::TurnedAway(reason),
        (None, Some(doubt)) => Answer::Undetermined(doubt.clone()),
        (None, None) => Answer::Recorded,
    }
}

/// Of several fields that turn the event away, the first in the order of [`Field`]: category and type before ARN, so that
/// the reason does not depend on the order in which somebody wrote the document.
fn advanced_turns_away(selector: &AdvancedSelector, event: &Event) -> Option<TurnedAway> {
    let turned_away = selector.fields.iter().filter_map(|field_selector| {
        let operator = field_selector.condition.turns_away(event.get(field_selector.field))?;
        Some((field_selector.field, operator))
    });
    let (field, operator) = turned_away.min_by_key(|(field, _)| *field)?;
    Some(TurnedAway { field: field.as_str(), operator })
}

fn basic_turns_away(selector: &BasicSelector, event: &Event) -> Option<TurnedAway> {
    if !selector.read_write.admits(event.read_only) {
        return Some(TurnedAway::basic("ReadWriteType"));
    }
    match event.category.as_str() {
        "Management" if !selector.include_management => Some(TurnedAway::basic("IncludeManagementEvents")),
        "Management" if selector.exclude_management_sources.contains(&event.source) => {
            Some(TurnedAway { field: "ExcludeManagementEventSources", operator: Operator::NotEquals })
        }
        "Management" => None,
        "Data" => data_resources_turn_away(selector, event),
        _ => Some(TurnedAway { field: Field::EventCategory.as_str(), operator: Operator::Equals }),
    }
}

fn data_resources_turn_away(selector: &BasicSelector, event: &Event) -> Option<TurnedAway> {
    let Some(resource) = &event.resource else { return Some(TurnedAway::basic("DataResources.Type")) };
    // An entry of a type that no basic selector takes is a doubt, and we cannot say which events it is about; but it
    // names its type, so events of another type are turned away for certain.
    let mut of_type = selector.data_resources.iter().filter(|entry| entry.kind == resource.kind).peekable();
    if of_type.peek().is_none() {
        return Some(TurnedAway::basic("DataResources.Type"));
    }
    if of_type.any(|entry| entry.values.iter().any(|value| basic_value_hits(entry, value, &resource.arn))) {
        None
    } else {
        Some(TurnedAway::basic("DataResources.Values"))
    }
}

/// How one value of a basic selector is compared with `resources.ARN`, as operator and text, so that whoever reasons
/// about sets of events uses the same reading as [`records`] (semantics 2):
/// `arn:PARTITION:SERVICE` is every resource of the service in that partition; an S3 value is a prefix; a Lambda or
/// DynamoDB value is one exact ARN.
#[must_use]
pub fn basic_value(kind: &str, value: &str) -> (Operator, String) {
    let (service, prefix) = match kind {
        "AWS::S3::Object" => ("s3", true),
        "AWS::DynamoDB::Table" => ("dynamodb", false),
        _ => ("lambda", false),
    };
    let mut parts = value.split(':');
    let whole_service = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| !partition.is_empty())
        && parts.next() == Some(service)
        && parts.next().is_none();
    if whole_service {
        (Operator::StartsWith, format!("{value}:"))
    } else if prefix {
        (Operator::StartsWith, value.to_owned())
    } else {
        (Operator::Equals, value.to_owned())
    }
}

fn basic_value_hits(entry: &DataResource, value: &str, arn: &str) -> bool {
    let (operator, text) = basic_value(&entry.kind, value);
    operator.hits(&text, arn)
}
