//! Two documents of event selectors as a change: what a trail is set to, and what it is to be set to.

use crate::document::{Action, Document, Home, Kind, Language, Proposed, property};
use crate::value::{Value, Why};
use cloudtrail::selector_json::{SelectorsError, from_str, recorder_facts, value_from_str};

/// What both documents are called in the answer.
const ADDRESS: &str = "selectors";

/// A change of the selectors of one trail. What the documents say beside the selectors counts: its ARN, whether it logs, how far it
/// reaches. A document that says nothing of that is of a trail of all Regions that logs.
///
/// # Errors
/// [`SelectorsError`] iff one of them cannot be read as event selectors: true in front of it iff that is the one before.
pub fn of_selectors(before: Option<&str>, after: &str) -> Result<Document, (bool, SelectorsError)> {
    let (was, _) = before.map(properties).transpose().map_err(|error| (true, error))?.unzip();
    let (is, home) = properties(after).map_err(|error| (false, error))?;
    let resource = Proposed {
        address: ADDRESS.to_owned(),
        previous_address: None,
        kind: Kind::Trail,
        action: if was.is_some() { Action::Update } else { Action::Declare },
        before: was,
        after: Some(is),
        home,
        moved_from: None,
        at: None,
    };
    Ok(Document { language: Language::Selectors, resources: vec![resource], doubts: Vec::new() })
}

fn properties(text: &str) -> Result<(Value, Home), SelectorsError> {
    from_str(text)?;
    let facts = recorder_facts(text);
    let arn = value_from_str(text).ok().and_then(|value| {
        let members = value.as_object()?;
        let is_arn = |name: &str| name.eq_ignore_ascii_case("TrailARN") || name == "arn";
        let arn = members.iter().find(|(name, _)| is_arn(name))?.1;
        arn.as_str().filter(|arn| arn.starts_with("arn:")).map(str::to_owned)
    });
    let all = [
        (property::NAME, Value::from(ADDRESS)),
        (property::ARN, arn.map_or(Value::Null, Value::Text)),
        (property::MULTI_REGION_TRAIL, Value::Bool(facts.one_region.is_none())),
        (property::ORGANIZATION_TRAIL, Value::Bool(facts.all_accounts)),
        // Selectors of a document that says that it is stopped hold that as a doubt.
        (property::LOGGING, Value::Bool(true)),
        (property::GLOBAL_EVENTS, Value::Bool(true)),
        (property::VALIDATION, Value::Unknown(Why::NotSaid)),
        (property::DOCUMENT, Value::from(text)),
    ];
    let home = Home {
        partition: facts.partition,
        account: facts.account,
        region: facts.home_region,
        region_is_open: false,
    };
    Ok((Value::Map(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()), home))
}
