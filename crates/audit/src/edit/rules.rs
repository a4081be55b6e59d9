//! What AWS refuses in selectors, each rule with its source. An emulator may take what AWS does not.

use super::limits;
use cloudtrail::event::Field;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Condition, Operator, Selector, Selectors};

/// Something that AWS would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// PutEventSelectors, InvalidEventSelectorsException, CreateEventDataStore.
    #[error("{needed} {what}, and at most {allowed} are taken")]
    TooMany {
        /// What.
        what: &'static str,
        /// How many there are.
        needed: usize,
        /// How many are taken.
        allowed: usize,
    },
    /// "Basic and advanced event selectors are mutually exclusive" (PutEventSelectors).
    #[error("basic and advanced selectors at once")]
    BothKinds,
    /// Event data stores and channels have advanced selectors only (CreateEventDataStore).
    #[error("basic selectors on something that is not a trail")]
    BasicOnStore,
    /// API_AdvancedFieldSelector: "eventCategory" is required.
    #[error("selector {0} has no eventCategory")]
    NoCategory(usize),
    /// API_AdvancedFieldSelector: required for Data events.
    #[error("selector {0} is for data events and names no resources.type")]
    NoResourceType(usize),
    /// API_AdvancedFieldSelector: the operators each field takes, by category (semantics 3.2).
    #[error("selector {selector}: {field} is not taken there, or not with {operator}")]
    Operator {
        /// The selector.
        selector: usize,
        /// The field.
        field: Field,
        /// The operator.
        operator: Operator,
    },
    /// API_AdvancedFieldSelector: OperatorValue has 1 to 2048 characters.
    #[error("selector {0} holds an empty value, or one longer than 2,048 characters")]
    ValueLength(usize),
    /// API_AdvancedFieldSelector: one resources.type, one eventCategory.
    #[error("selector {selector}: {field} takes one value")]
    SeveralValues {
        /// The selector.
        selector: usize,
        /// The field.
        field: Field,
    },
    /// API_AdvancedEventSelector: SelectorName has at most 1,000 characters.
    #[error("the name of selector {0} is longer than 1,000 characters")]
    Name(usize),
    /// API_AdvancedFieldSelector: readOnly is true or false.
    #[error("selector {selector}: {field} cannot be `{value}`")]
    Value {
        /// The selector.
        selector: usize,
        /// The field.
        field: Field,
        /// The value.
        value: String,
    },
    /// Observed: `Value arn:aws:lambda:* for DataResources.Values is invalid` (semantics 2).
    #[error("selector {selector}: `{value}` is not a valid value for DataResources")]
    DataResource {
        /// The selector.
        selector: usize,
        /// The value.
        value: String,
    },
}

/// Everything in the selectors that AWS would refuse, as far as we know; what we do not understand is passed over.
#[must_use]
pub fn validate(selectors: &Selectors, recorder: RecorderKind) -> Vec<Violation> {
    let list = &selectors.list;
    let mut found = Vec::new();
    if let Some((what, needed, allowed)) = limits::excess(list, recorder) {
        found.push(Violation::TooMany { what, needed, allowed });
    }
    let basic = list.iter().filter(|one| matches!(one, Selector::Basic(_))).count();
    if basic > 0 && basic < list.len() {
        found.push(Violation::BothKinds);
    }
    if basic > 0 && recorder != RecorderKind::Trail {
        found.push(Violation::BasicOnStore);
    }
    for (at, one) in list.iter().enumerate().filter(|(_, one)| one.doubts().is_empty()) {
        match one {
            Selector::Basic(basic) => self::basic(at, basic, &mut found),
            Selector::Advanced(advanced) => self::advanced(at, advanced, recorder, &mut found),
        }
    }
    found
}

fn basic(selector: usize, basic: &BasicSelector, found: &mut Vec<Violation>) {
    let sources = &basic.exclude_management_sources;
    for value in
        sources.iter().filter(|one| !matches!(one.as_str(), "kms.amazonaws.com" | "rdsdata.amazonaws.com"))
    {
        found.push(Violation::DataResource { selector, value: value.clone() });
    }
    for value in basic.data_resources.iter().flat_map(|one| &one.values) {
        let wild = value.contains('*') || !value.starts_with("arn:");
        if wild {
            found.push(Violation::DataResource { selector, value: value.clone() });
        }
    }
}

fn advanced(selector: usize, one: &AdvancedSelector, recorder: RecorderKind, found: &mut Vec<Violation>) {
    if one.name.chars().count() > 1_000 {
        found.push(Violation::Name(selector));
    }
    let only = |field: Field| one.condition(field).and_then(|condition| condition.equals.first());
    let category = only(Field::EventCategory).map(String::as_str);
    if category.is_none() {
        found.push(Violation::NoCategory(selector));
    }
    if category == Some("Data") && one.condition(Field::ResourcesType).is_none() {
        found.push(Violation::NoResourceType(selector));
    }
    for field in &one.fields {
        for operator in
            Operator::ALL.into_iter().filter(|operator| !field.condition.values(*operator).is_empty())
        {
            if !taken(category, field.field, operator, recorder) {
                found.push(Violation::Operator { selector, field: field.field, operator });
            }
        }
        values(selector, field.field, &field.condition, found);
    }
}

fn values(selector: usize, field: Field, condition: &Condition, found: &mut Vec<Violation>) {
    let all: Vec<&String> = Operator::ALL.iter().flat_map(|operator| condition.values(*operator)).collect();
    if all.iter().any(|value| value.is_empty() || value.chars().count() > 2_048) {
        found.push(Violation::ValueLength(selector));
    }
    let one_only = matches!(field, Field::EventCategory | Field::ResourcesType | Field::ReadOnly);
    if one_only && all.len() > 1 {
        found.push(Violation::SeveralValues { selector, field });
    }
    let flags: &[&str] = match field {
        Field::ReadOnly => &["true", "false"],
        Field::SessionCredentialFromConsole => &["true"],
        _ => return,
    };
    for value in all.into_iter().filter(|value| !flags.contains(&value.as_str())) {
        found.push(Violation::Value { selector, field, value: value.clone() });
    }
}

/// True iff AWS takes the operator on the field for that category (the table of semantics 3.2).
fn taken(category: Option<&str>, field: Field, operator: Operator, recorder: RecorderKind) -> bool {
    let equals = operator == Operator::Equals;
    let store = recorder == RecorderKind::EventDataStore;
    match field {
        Field::EventCategory | Field::ReadOnly => equals,
        Field::ResourcesType => equals && category == Some("Data"),
        Field::SessionCredentialFromConsole => matches!(operator, Operator::Equals | Operator::NotEquals),
        Field::ErrorCode | Field::VpcEndpointId => category == Some("NetworkActivity"),
        Field::EventSource if category == Some("Management") && !store => operator == Operator::NotEquals,
        Field::EventName | Field::EventType | Field::UserIdentityArn if category == Some("Management") => {
            store
        }
        Field::ResourcesArn => category == Some("Data"),
        Field::EventSource | Field::EventName | Field::EventType | Field::UserIdentityArn => true,
    }
}
