//! A change out of the JSON of its record.

use super::{Change, Who, is_watched, source_of, stem};
use logs::{Home, Record, milliseconds};
use serde_json::{Map, Value};

/// Bytes of JSON that are kept of one member. The selectors of a trail at AWS's limits stay below.
const LARGEST: usize = 256 << 10;

/// Members that are long and decide nothing: what a function runs, what it is told, what it is labelled with.
const LEFT_OUT: [&str; 6] = ["code", "environment", "tags", "zipFile", "tagsList", "vpcConfig"];

impl Change {
    /// Of a record's JSON, iff calls like it are kept. `file` and `offset` say where it lies.
    #[must_use]
    pub fn read(raw: &[u8], home: Option<&Home>, file: &str, offset: u64) -> Option<Change> {
        let record: Value = serde_json::from_slice(raw).ok()?;
        let text = |member: &str| record.get(member).and_then(Value::as_str).unwrap_or_default();
        let source = source_of(text("eventSource"))?;
        let name = stem(text("eventName"));
        if !is_watched(source, name) {
            return None;
        }
        let addendum =
            record.get("addendum").and_then(|one| one.get("originalEventID")).and_then(Value::as_str);
        let time = milliseconds(text("eventTime"))?;
        let (request, cut) = kept(record.get("requestParameters"));
        let (response, cut_too) = kept(record.get("responseElements"));
        let (beside, _) = kept(record.get("additionalEventData"));
        let or_home = |said: &str, of_home: fn(&Home) -> &str| match home {
            Some(home) if said.is_empty() => of_home(home).to_owned(),
            _ => said.to_owned(),
        };
        Some(Change {
            time,
            id: addendum.filter(|id| !id.is_empty()).unwrap_or(text("eventID")).to_owned(),
            source: source.to_owned(),
            name: name.to_owned(),
            account: or_home(text("recipientAccountId"), |home| &home.account),
            region: or_home(text("awsRegion"), |home| &home.region),
            who: who(&record),
            address: text("sourceIPAddress").to_owned(),
            agent: text("userAgent").to_owned(),
            error: text("errorCode").to_owned(),
            request,
            response,
            beside,
            cut: cut || cut_too,
            file: file.to_owned(),
            offset,
        })
    }

    /// As [`Change::read`], of a record that the reader looked into already.
    #[must_use]
    pub fn of(record: &Record<'_>, home: Option<&Home>, file: &str) -> Option<Change> {
        let source = source_of(&record.event_source)?;
        if !is_watched(source, stem(&record.event_name)) || record.aggregated.is_some() {
            return None;
        }
        Change::read(record.raw, home, file, record.offset)
    }
}

fn who(record: &Value) -> Who {
    let identity = record.get("userIdentity").unwrap_or(&Value::Null);
    let text = |path: &str| super::text_at(identity, path).unwrap_or_default();
    let console =
        record.get("sessionCredentialFromConsole").is_some_and(|said| *said == "true" || *said == true);
    let (arn, issuer) = (text("arn"), text("sessionContext.sessionIssuer.arn"));
    let parts = crate::call::CallerFields {
        kind: &text("type"),
        arn: &arn,
        issuer: &issuer,
        account: &text("accountId"),
        principal_id: &text("principalId"),
        service: &text("invokedBy"),
        on_behalf_of: &text("onBehalfOf.userId"),
    };
    Who {
        kind: parts.kind.to_owned(),
        account: parts.account().to_owned(),
        name: parts.name().to_owned(),
        session: parts.session().to_owned(),
        service: parts.service.to_owned(),
        key: text("accessKeyId"),
        console,
    }
}

/// A member as JSON, and true iff it was too large to be kept.
fn kept(member: Option<&Value>) -> (String, bool) {
    let Some(member) = member else { return ("null".to_owned(), false) };
    let trimmed = match member {
        Value::Object(members) => Value::Object(without(members)),
        other => other.clone(),
    };
    let text = trimmed.to_string();
    if text.len() > LARGEST { ("null".to_owned(), true) } else { (text, false) }
}

fn without(members: &Map<String, Value>) -> Map<String, Value> {
    let wanted = members.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
    wanted.map(|(name, value)| (name.clone(), value.clone())).collect()
}
