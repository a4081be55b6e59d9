//! A record of a service that the reader does not look into, out of its JSON.

use logs::{Event, Function, Identity, Record, Text, milliseconds};
use serde_json::Value;
use std::borrow::Cow;

/// The record; `None` iff it has no time, id or name that can be read.
pub(crate) fn record_of<'r>(json: &'r Value, event: &Event<'r>) -> Option<Record<'r>> {
    let text = |path: &str| at(json, path);
    let whole = |path: &str| at(json, path).filter(|said| !said.is_empty());
    let event_time = whole("/eventTime")?;
    let resources = json.get("resources").and_then(Value::as_array);
    let function = resources.into_iter().flatten().find_map(|one| {
        let kind = at(one, "/type").filter(|kind| kind.starts_with("AWS::Lambda::"))?;
        Some(Function { arn: at(one, "/ARN"), kind, account: at(one, "/accountId") })
    });
    Some(Record {
        offset: event.offset,
        raw: event.raw,
        event_id: whole("/eventID")?,
        milliseconds: milliseconds(&event_time)?,
        event_time,
        event_name: whole("/eventName")?,
        event_source: whole("/eventSource")?,
        event_version: text("/eventVersion"),
        event_type: text("/eventType"),
        category: text("/eventCategory"),
        management: json.get("managementEvent").and_then(Value::as_bool),
        read_only: json.get("readOnly").and_then(Value::as_bool),
        region: text("/awsRegion"),
        recipient_account_id: text("/recipientAccountId"),
        request_id: text("/requestID"),
        shared_event_id: text("/sharedEventID"),
        source_address: text("/sourceIPAddress"),
        user_agent: text("/userAgent"),
        error_code: text("/errorCode"),
        error_message: text("/errorMessage"),
        vpc_endpoint: text("/vpcEndpointId"),
        console: text("/sessionCredentialFromConsole"),
        identity: Identity {
            kind: text("/userIdentity/type"),
            principal_id: text("/userIdentity/principalId"),
            arn: text("/userIdentity/arn"),
            account: text("/userIdentity/accountId"),
            user_name: text("/userIdentity/userName"),
            invoked_by: text("/userIdentity/invokedBy"),
            issuer_arn: text("/userIdentity/sessionContext/sessionIssuer/arn"),
            access_key: text("/userIdentity/accessKeyId"),
            on_behalf_of: text("/userIdentity/onBehalfOf/userId"),
        },
        function,
        requested: None,
        executed: None,
        corrects: text("/addendum/originalEventID"),
        aggregated: None,
    })
}

/// The text at the end of these names, each with a slash before it.
fn at<'r>(json: &'r Value, path: &str) -> Option<Text<'r>> {
    let found = path.split('/').skip(1).try_fold(json, |json, name| json.get(name));
    found.and_then(Value::as_str).map(Cow::Borrowed)
}
