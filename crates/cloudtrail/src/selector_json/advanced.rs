//! One advanced selector from JSON.

use super::SelectorsError;
use super::walk::{Path, entries, list, plain, string, strings};
use crate::event::Field;
use crate::selector::{AdvancedSelector, Condition, Doubt, FieldSelector, Operator};
use serde_json::Value;

/// The event categories that selectors can name (semantics 3.2, and 5 for aggregated events).
const CATEGORIES: [&str; 8] = [
    "Management",
    "Data",
    "NetworkActivity",
    "Insight",
    "ConfigurationItem",
    "Evidence",
    "ActivityAuditLog",
    "Aggregated",
];

/// The longest value that AWS takes (OperatorValue), in characters.
const LONGEST_VALUE: usize = 2_048;

/// The fields AWS requires of a data selector.
const REQUIRED_FOR_DATA: [Field; 1] = [Field::ResourcesType];

pub(super) fn read(path: &Path<'_>, value: &Value) -> Result<AdvancedSelector, SelectorsError> {
    let mut selector = AdvancedSelector { name: String::new(), fields: Vec::new(), doubts: Vec::new() };
    let mut opaque = false;
    for (at, key, member) in entries(path, value)? {
        match plain(key).as_str() {
            "name" => string(&at, member)?.clone_into(&mut selector.name),
            "fieldselectors" | "fieldselector" => {
                let mut seen = Vec::new();
                for (at, item) in list(&at, member)? {
                    field_selector(&at, item, &mut seen, &mut selector)?;
                }
            }
            _ => {
                opaque = true;
                selector.doubts.push(Doubt::Member { path: at.to_string() });
            }
        }
    }
    doubt_fields(path, &mut selector);
    if opaque {
        selector.fields.clear();
    }
    Ok(selector)
}

/// Reads one entry of `FieldSelectors` into `selector`: a condition where we understand all of it, else a doubt. `seen`
/// holds the fields of the entries before, in doubt or not.
fn field_selector(
    path: &Path<'_>,
    value: &Value,
    seen: &mut Vec<Field>,
    selector: &mut AdvancedSelector,
) -> Result<(), SelectorsError> {
    let mut name = None;
    let mut condition = Condition::default();
    let doubts_before = selector.doubts.len();
    for (at, key, member) in entries(path, value)? {
        let key = plain(key);
        if key == "field" {
            name = Some(string(&at, member)?.to_owned());
        } else if let Some(operator) = operator_of(&key) {
            condition.values_mut(operator).extend(strings(&at, member)?);
        } else {
            selector.doubts.push(Doubt::Member { path: at.to_string() });
        }
    }
    let name = name.unwrap_or_default();
    let Some(field) = Field::parse(&name) else {
        selector.doubts.push(Doubt::FieldName { path: path.to_string(), name });
        return Ok(());
    };
    if seen.contains(&field) {
        selector.doubts.push(Doubt::Repeated { path: path.to_string(), field });
        selector.fields.retain(|other| other.field != field);
        return Ok(());
    }
    seen.push(field);
    if let Some(doubt) = strange_condition(path, field, &condition) {
        selector.doubts.push(doubt);
    } else if condition == Condition::default() && selector.doubts.len() == doubts_before {
        selector.doubts.push(Doubt::NoValues { path: path.to_string(), field });
    }
    // A category we do not know stays a condition: `Equals` another word cannot become `Data`.
    let doubts = &selector.doubts[doubts_before..];
    let foreign_category = field == Field::EventCategory
        && condition.equals.len() == 1
        && matches!(doubts, [Doubt::Value { .. }]);
    if doubts.is_empty() || foreign_category {
        selector.fields.push(FieldSelector { field, condition });
    }
    Ok(())
}

fn operator_of(key: &str) -> Option<Operator> {
    Operator::ALL.into_iter().find(|operator| plain(operator.as_str()) == key)
}

/// A condition on a known field whose meaning AWS does not document.
fn strange_condition(path: &Path<'_>, field: Field, condition: &Condition) -> Option<Doubt> {
    let known: Option<&[&str]> = match field {
        Field::EventCategory => Some(&CATEGORIES),
        Field::ReadOnly => Some(&["true", "false"]),
        Field::SessionCredentialFromConsole => Some(&["true"]),
        _ => None,
    };
    let offered: &[Operator] = match field {
        Field::EventCategory | Field::ReadOnly | Field::ResourcesType => &[Operator::Equals],
        Field::SessionCredentialFromConsole => &[Operator::Equals, Operator::NotEquals],
        _ => &Operator::ALL,
    };
    let used = || Operator::ALL.into_iter().filter(|operator| !condition.values(*operator).is_empty());
    if let Some(operator) = used().find(|operator| !offered.contains(operator)) {
        return Some(Doubt::OperatorOnField { path: path.to_string(), field, operator });
    }
    let values = || used().flat_map(|operator| condition.values(operator));
    let doubt = |value: &String| Doubt::Value {
        path: path.to_string(),
        field: field.to_string(),
        value: value.chars().take(80).collect(),
    };
    // A value has 1 to 2,048 characters (OperatorValue); AWS refuses any other.
    if let Some(value) = values().find(|value| value.is_empty() || value.chars().count() > LONGEST_VALUE) {
        return Some(doubt(value));
    }
    // One category and one type to a selector (API_AdvancedFieldSelector).
    if matches!(field, Field::EventCategory | Field::ResourcesType) && values().nth(1).is_some() {
        let several = values().cloned().collect::<Vec<_>>().join(", ");
        return Some(doubt(&several));
    }
    let known = known?;
    let strange = used()
        .flat_map(|operator| condition.values(operator))
        .find(|value| !known.contains(&value.as_str()))?;
    Some(Doubt::Value { path: path.to_string(), field: field.to_string(), value: strange.clone() })
}

/// Doubts about fields that are missing, or that AWS does not offer for data events (semantics 3.2).
fn doubt_fields(path: &Path<'_>, selector: &mut AdvancedSelector) {
    let path = path.to_string();
    let Some(category) = selector.condition(Field::EventCategory) else {
        selector.doubts.push(Doubt::Missing { path, field: Field::EventCategory });
        return;
    };
    if !category.equals.iter().any(|value| value == "Data") {
        return;
    }
    for field in REQUIRED_FOR_DATA {
        if selector.condition(field).is_none() {
            selector.doubts.push(Doubt::Missing { path: path.clone(), field });
        }
    }
    for field in [Field::ErrorCode, Field::VpcEndpointId] {
        if selector.condition(field).is_some() {
            let category = "Data".to_owned();
            selector.doubts.push(Doubt::NotOffered { path: path.clone(), field, category });
            selector.fields.retain(|other| other.field != field);
        }
    }
}
