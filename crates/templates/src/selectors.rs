//! Selectors of a template as `cloudtrail` reads them: a part that is unknown becomes a doubt at its place.
//!
//! An unknown part is written into the document as a member that no selector has (`KnownAfterApply` and the like), so that
//! [`cloudtrail::selector_json`] treats it as it treats everything it does not know: it drops the conditions that might be wider, and never counts
//! the selector as recording. A basic selector records the more, the more it holds; of one that is unknown in part, the part that is
//! known stays a selector of its own.

use crate::document::{About, property};
use crate::value::{Value, Why};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Doubt, Selectors};
use cloudtrail::selector_json::{SelectorsError, from_str, from_value, value_from_str};
use serde_json::{Map, Value as Json, json};

/// What the selectors of a recorder are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// These; what is open in them is told beside them, each with its path.
    Known(Selectors, Vec<(String, About)>),
    /// Nobody can say: the path and why.
    Open(String, About),
}

/// Values of one list that are looked at: more selectors than AWS takes, of any kind, by far.
const LIMIT: usize = 20_000;

/// Reads the selectors of a trail or an event data store from its properties.
#[must_use]
pub fn read(properties: &Value, is_store: bool) -> Read {
    let member = |name: &str| properties.get(name);
    if let Some(Value::Text(document)) = member(property::DOCUMENT) {
        return with_doubts(from_str(document), Vec::new());
    }
    for name in [property::SELECTORS, property::ADVANCED_SELECTORS] {
        if let Some(why) = member(name).and_then(Value::why) {
            return Read::Open(format!("$.{name}"), About::Unknown(why.clone()));
        }
        if member(name).is_some_and(|list| count(list) > LIMIT) {
            return Read::Open(format!("$.{name}"), About::Unknown(Why::TooLarge));
        }
    }
    let list = |name: &str| match member(name) {
        Some(Value::List(items)) => items.as_slice(),
        Some(one @ Value::Map(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    let (basic, advanced) = (list(property::SELECTORS), list(property::ADVANCED_SELECTORS));
    let mut open = Vec::new();
    let mut document = Map::new();
    if !basic.is_empty() {
        let mut all = Vec::new();
        for (at, selector) in basic.iter().enumerate() {
            basic_parts(selector, &format!("$.{}[{at}]", property::SELECTORS), &mut open, &mut all);
        }
        document.insert(property::SELECTORS.to_owned(), all.into());
    }
    if !advanced.is_empty() {
        let each = advanced.iter().enumerate().map(|(at, selector)| {
            advanced_part(selector, &format!("$.{}[{at}]", property::ADVANCED_SELECTORS), &mut open)
        });
        document.insert(property::ADVANCED_SELECTORS.to_owned(), each.collect::<Vec<_>>().into());
    }
    if document.is_empty() {
        document = if is_store {
            // What AWS gives a store that is made without any is not in the file.
            Map::from_iter([(property::ADVANCED_SELECTORS.to_owned(), json!([]))])
        } else {
            of_a_new_trail()
        };
    }
    with_doubts(from_value(&Json::Object(document)), open)
}

/// What was read, with its doubts; those of `open` are told already.
fn with_doubts(read: Result<Selectors, SelectorsError>, mut open: Vec<(String, About)>) -> Read {
    match read {
        Ok(selectors) => {
            let doubts = selectors.list.iter().flat_map(|one| one.doubts());
            let doubts = doubts.filter(|doubt| !is_marked(doubt, &open));
            let doubts: Vec<_> =
                doubts.map(|doubt| ("$".to_owned(), About::Selectors(doubt.clone()))).collect();
            open.extend(doubts);
            Read::Known(selectors, open)
        }
        Err(error) => {
            let path = match &error {
                SelectorsError::WrongType { path, .. }
                | SelectorsError::NotAllowed { path, .. }
                | SelectorsError::Twice { path }
                | SelectorsError::NoSelectors { path } => path.clone(),
                SelectorsError::NotJson { .. } => "$".to_owned(),
            };
            Read::Open(path, About::SelectorsUnread(error.to_string()))
        }
    }
}

/// True iff the doubt is only that a member stands for an unknown part, which is told already.
fn is_marked(doubt: &Doubt, open: &[(String, About)]) -> bool {
    let last = match doubt {
        Doubt::Member { path } => path.rsplit('.').next(),
        Doubt::FieldName { name, .. } => Some(name.as_str()),
        _ => None,
    };
    let markers = open.iter().filter_map(|(_, about)| match about {
        About::Unknown(why) => Some(why.member()),
        _ => None,
    });
    last.is_some_and(|last| markers.into_iter().any(|marker| marker == last))
}

/// What AWS gives a trail that nobody set selectors of: all management events, and no data events.
fn of_a_new_trail() -> Map<String, Json> {
    let one = json!({"DataResources": [], "IncludeManagementEvents": true, "ReadWriteType": "All"});
    Map::from_iter([(property::SELECTORS.to_owned(), json!([one]))])
}

/// Values in a value, itself included, but no more than it takes to see that there are too many.
fn count(value: &Value) -> usize {
    let within: &mut dyn Iterator<Item = &Value> = match value {
        Value::List(items) => &mut items.iter(),
        Value::Map(members) => &mut members.values(),
        _ => return 1,
    };
    let mut all = 1;
    for one in within {
        all += count(one);
        if all > LIMIT {
            break;
        }
    }
    all
}

/// One basic selector: what is known of it, and one that may record anything iff something is not.
fn basic_parts(selector: &Value, path: &str, open: &mut Vec<(String, About)>, all: &mut Vec<Json>) {
    if let Some(known) = selector.to_json() {
        all.push(known);
        return;
    }
    let Some((at, why)) = selector.first_unknown(path) else { return };
    all.push(json!({ (why.member()): true }));
    open.push((at, About::Unknown(why)));
    let Value::Map(members) = selector else { return };
    let is_known = |name: &str| members.get(name).is_none_or(|value| value.to_json().is_some());
    // Any other that is unknown leaves nothing that is recorded for certain.
    const PARTS: [&str; 3] = ["DataResources", "IncludeManagementEvents", "ExcludeManagementEventSources"];
    if members.keys().any(|name| !PARTS.contains(&name.as_str()) && !is_known(name)) {
        return;
    }
    let mut known: Map<String, Json> =
        members.iter().filter_map(|(name, value)| Some((name.clone(), value.to_json()?))).collect();
    if let Some(Value::List(data)) = members.get("DataResources") {
        let certain = data.iter().filter_map(data_part);
        known.insert("DataResources".to_owned(), certain.collect::<Vec<_>>().into());
    }
    if !is_known("IncludeManagementEvents") || !is_known("ExcludeManagementEventSources") {
        known.insert("IncludeManagementEvents".to_owned(), false.into());
    }
    all.push(known.into());
}

/// What is known of an entry of `DataResources`: with the values that are known, iff its type is.
fn data_part(entry: &Value) -> Option<Json> {
    if let Some(known) = entry.to_json() {
        return Some(known);
    }
    let kind = entry.get("Type")?.to_json()?;
    let (Value::Map(members), Value::List(values)) = (entry, entry.get("Values")?) else { return None };
    if members.len() > 2 {
        return None;
    }
    let values: Vec<Json> = values.iter().filter_map(Value::to_json).collect();
    (!values.is_empty()).then(|| json!({"Type": kind, "Values": values}))
}

/// One advanced selector, in which every condition that is unknown in part is a doubt.
fn advanced_part(selector: &Value, path: &str, open: &mut Vec<(String, About)>) -> Json {
    if let Some(known) = selector.to_json() {
        return known;
    }
    let (at, why) = selector.first_unknown(path).unwrap_or((path.to_owned(), Why::AfterApply));
    let whole = json!({"FieldSelectors": [], (why.member()): true});
    let Some(Value::List(fields)) = selector.get("FieldSelectors") else {
        open.push((at, About::Unknown(why)));
        return whole;
    };
    let mut known = Vec::new();
    for (position, field) in fields.iter().enumerate() {
        known.push(match field.to_json() {
            Some(field) => field,
            None => {
                let path = format!("{path}.FieldSelectors[{position}]");
                let (at, why) = field.first_unknown(&path).unwrap_or((path, Why::AfterApply));
                let marked = match field.get("Field").and_then(Value::as_text) {
                    Some(name) => json!({"Field": name, (why.member()): true}),
                    None => json!({"Field": why.member(), (why.member()): true}),
                };
                open.push((at, About::Unknown(why)));
                marked
            }
        });
    }
    let mut all = Map::from_iter([("FieldSelectors".to_owned(), Json::Array(known))]);
    let Value::Map(members) = selector else { return whole };
    for (name, value) in members.iter().filter(|(name, _)| *name != "FieldSelectors") {
        match value.to_json() {
            Some(value) => _ = all.insert(name.clone(), value),
            // A name decides nothing.
            None if name == "Name" => {}
            None => {
                let (at, why) = value.first_unknown(&format!("{path}.{name}")).unwrap_or_default();
                all.insert(why.member().to_owned(), true.into());
                open.push((at, About::Unknown(why)));
            }
        }
    }
    all.into()
}

/// True iff a selector names an account or a Region, as ARNs do: it says something else of another one.
#[must_use]
pub fn names_a_home(properties: &Value) -> bool {
    let lists = [property::SELECTORS, property::ADVANCED_SELECTORS];
    let document = properties.get(property::DOCUMENT).and_then(Value::as_text);
    lists.into_iter().filter_map(|name| properties.get(name)).any(mentions)
        || document.and_then(|text| value_from_str(text).ok()).is_some_and(|all| document_mentions(&all))
}

fn mentions(value: &Value) -> bool {
    match value {
        Value::Text(text) => is_of_a_home(text),
        Value::List(items) => items.iter().any(mentions),
        Value::Map(members) => members.values().any(mentions),
        _ => false,
    }
}

fn document_mentions(value: &Json) -> bool {
    match value {
        Json::String(text) => is_of_a_home(text),
        Json::Array(items) => items.iter().any(document_mentions),
        Json::Object(members) => members.values().any(document_mentions),
        _ => false,
    }
}

/// True iff a value is a beginning of an ARN that reaches its Region, or an end of one that reaches its account.
fn is_of_a_home(text: &str) -> bool {
    if text.starts_with("arn:") {
        return text.splitn(6, ':').skip(3).take(2).any(|part| !part.is_empty());
    }
    let infixes = ResourceType::ALL.map(|kind| format!(":{}", kind.arn_infix()));
    infixes.iter().any(|infix| text.find(infix.as_str()).is_some_and(|at| at > 0))
}

#[cfg(test)]
mod tests {
    use super::is_of_a_home;

    #[test]
    fn what_says_the_same_of_every_home_names_none() {
        for text in
            ["arn:aws:lambda", "arn:aws:lambda:", "AWS::Lambda::Function", ":function:orders", "Invoke"]
        {
            assert!(!is_of_a_home(text), "{text}");
        }
        for text in [
            "arn:aws:lambda:eu",
            "arn:aws:lambda::1111",
            "arn:aws:iam::111122223333:role/r",
            "3:function:orders",
            "3:web-function/x",
        ] {
            assert!(is_of_a_home(text), "{text}");
        }
    }
}
