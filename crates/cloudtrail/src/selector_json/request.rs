//! Selectors as the members of AWS's own requests: one form for all spellings, so that equal states have equal bytes.

use super::walk::plain;
use crate::selector::{AdvancedSelector, BasicSelector, Doubt, Operator, Selector, Selectors};
use serde_json::{Map, Value, json};

/// Selectors cannot be written as a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// There is something beside the selectors that we do not know, and no request would carry it.
    #[error("the document holds something beside the selectors that we do not know")]
    Beside,
    /// Basic and advanced selectors at once: AWS takes either.
    #[error("the document has basic and advanced selectors, and AWS takes only one of the two kinds")]
    BothKinds,
}

/// The selectors as PutEventSelectors takes them: `{"AdvancedEventSelectors":[...]}` or `{"EventSelectors":[...]}`,
/// compact, with sorted members.
///
/// Selectors that we understand are written in AWS's spelling without empty members; one that holds a doubt is written as
/// it stood, with all that we do not know. Two sets of selectors have the same request iff they are the same in the same
/// order. Reading a request and writing it again gives the same bytes. Empty lists are written as what setting nothing comes
/// to, the selectors of a new trail: as a state to be compared they are the same, as a record of what is recorded they are not.
///
/// # Errors
/// [`RequestError`] iff no request can carry what the document holds.
pub fn request(selectors: &Selectors) -> Result<String, RequestError> {
    if selectors.list.iter().all(|one| one.doubts() == [Doubt::NoSelectors]) {
        return Ok(document(&[Selector::Basic(BasicSelector::of_a_new_trail())]));
    }
    let basic = selectors.list.iter().filter(|one| matches!(one, Selector::Basic(_))).count();
    if basic > 0 && basic < selectors.list.len() {
        return Err(RequestError::BothKinds);
    }
    let list = entries(selectors)?;
    // A doubtful basic selector is held as an advanced one of which nothing is known.
    let is_basic = basic > 0 || list.first().is_some_and(is_basic);
    let member = if is_basic { "EventSelectors" } else { "AdvancedEventSelectors" };
    Ok(sorted(&json!({ member: list })).to_string())
}

/// As [`request`], but to the byte what AWS answered wherever that can be sent back: an empty name, members that are `null`
/// and empty lists of advanced selectors stay, so that what is set back is what was there. Members are sorted.
///
/// # Errors
/// As [`request`].
pub fn as_found(selectors: &Selectors) -> Result<String, RequestError> {
    let plain = request(selectors)?;
    let advanced = |one: &Selector| matches!(one, Selector::Advanced(_));
    if selectors.list.is_empty() || !selectors.list.iter().all(advanced) {
        return Ok(plain);
    }
    let Ok(found) = verbatim(selectors) else { return Ok(plain) };
    let whole: Value = serde_json::from_str(&plain).unwrap_or_default();
    let Some(written) = whole.get("AdvancedEventSelectors").and_then(Value::as_array) else {
        return Ok(plain);
    };
    let list =
        written.iter().zip(&found).map(|(written, found)| if aws_spelling(found) { found } else { written });
    let list: Vec<Value> = list.cloned().collect();
    Ok(sorted(&json!({ "AdvancedEventSelectors": list })).to_string())
}

/// True iff an advanced selector is spelled as AWS spells it; Terraform and others spell otherwise.
fn aws_spelling(selector: &Value) -> bool {
    let Some(members) = selector.as_object() else { return false };
    let fields = members.get("FieldSelectors").and_then(Value::as_array);
    let capital = |name: &String| name.starts_with(|first: char| first.is_ascii_uppercase());
    let field = |one: &Value| {
        one.as_object().is_some_and(|members| {
            members.keys().all(capital)
                && members.iter().all(|(name, value)| name == "Field" || value.is_array() || value.is_null())
        })
    };
    members.keys().all(capital) && fields.is_some_and(|fields| fields.iter().all(field))
}

/// Each selector as [`request`] writes it, compact and with sorted members: equal iff nothing in them differs, understood or not.
///
/// # Errors
/// [`RequestError::Beside`] iff one that we do not understand cannot be found in the document.
pub fn each(selectors: &Selectors) -> Result<Vec<String>, RequestError> {
    Ok(entries(selectors)?.iter().map(|value| sorted(value).to_string()).collect())
}

fn entries(selectors: &Selectors) -> Result<Vec<Value>, RequestError> {
    let doubtful = selectors.list.iter().any(|one| !one.doubts().is_empty());
    let verbatim = if doubtful { verbatim(selectors)? } else { Vec::new() };
    let one = |(at, selector): (usize, &Selector)| match (selector.doubts(), verbatim.get(at)) {
        ([], _) | (_, None) => value(selector),
        (_, Some(value)) => sorted(value),
    };
    Ok(selectors.list.iter().enumerate().map(one).collect())
}

/// The request that sets these selectors, all of one kind and understood.
#[must_use]
pub fn document(list: &[Selector]) -> String {
    let member = if list.iter().any(|one| matches!(one, Selector::Basic(_))) {
        "EventSelectors"
    } else {
        "AdvancedEventSelectors"
    };
    sorted(&json!({ member: list.iter().map(value).collect::<Vec<_>>() })).to_string()
}

fn is_basic(value: &Value) -> bool {
    !value.as_object().is_some_and(|members| {
        members.keys().any(|key| matches!(plain(key).as_str(), "fieldselectors" | "fieldselector"))
    })
}

/// The selectors as they stand in the document, one for each of the list.
fn verbatim(selectors: &Selectors) -> Result<Vec<Value>, RequestError> {
    const HOLDERS: [&str; 4] =
        ["eventselectors", "eventselector", "advancedeventselectors", "advancedeventselector"];
    let document: Value = serde_json::from_str(&selectors.document).map_err(|_| RequestError::Beside)?;
    let entries = |value: &Value| match value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let found: Vec<Value> = match &document {
        Value::Object(members) if members.keys().any(|key| HOLDERS.contains(&plain(key).as_str())) => members
            .iter()
            .filter(|(key, _)| HOLDERS.contains(&plain(key).as_str()))
            .flat_map(|(_, value)| entries(value))
            .collect(),
        other => entries(other),
    };
    if found.len() == selectors.list.len() { Ok(found) } else { Err(RequestError::Beside) }
}

fn value(selector: &Selector) -> Value {
    match selector {
        Selector::Basic(basic) => self::basic(basic),
        Selector::Advanced(advanced) => self::advanced(advanced),
    }
}

fn basic(basic: &BasicSelector) -> Value {
    let resources: Vec<Value> =
        basic.data_resources.iter().map(|one| json!({ "Type": one.kind, "Values": one.values })).collect();
    json!({
        "ReadWriteType": basic.read_write.as_str(),
        "IncludeManagementEvents": basic.include_management,
        "DataResources": resources,
        "ExcludeManagementEventSources": basic.exclude_management_sources,
    })
}

fn advanced(advanced: &AdvancedSelector) -> Value {
    let mut members = Map::new();
    if !advanced.name.is_empty() {
        members.insert("Name".to_owned(), json!(advanced.name));
    }
    let fields = advanced.fields.iter().map(|one| {
        let mut field = Map::from_iter([("Field".to_owned(), json!(one.field.as_str()))]);
        for operator in Operator::ALL {
            let values = one.condition.values(operator);
            if !values.is_empty() {
                field.insert(operator.as_str().to_owned(), json!(values));
            }
        }
        Value::Object(field)
    });
    members.insert("FieldSelectors".to_owned(), Value::Array(fields.collect()));
    Value::Object(members)
}

/// The same with the members of every object in the order of their names, whatever order the JSON library keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        other => other.clone(),
    }
}
