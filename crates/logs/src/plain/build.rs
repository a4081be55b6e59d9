//! One record's bytes to a [`Record`], by parsing all of it.

use crate::accounted::Reason;
use crate::json::Node;
use crate::record::{
    Aggregated, CLOUDTRAIL, Function, Identity, LAMBDA, Record, Requested, Text, is_nearly_invocation,
};
use crate::time::milliseconds;

/// What one whole JSON object is.
#[derive(Debug, PartialEq)]
pub(crate) enum Judged<'a> {
    /// A record of Lambda or CloudTrail.
    OfInterest(Box<Record<'a>>),
    /// A record of something else.
    Other,
    /// An Insights event: it tells of a change of rates, not of a call.
    NotAnEvent,
    /// It may be of interest, and cannot be read.
    Refused(Reason),
}

/// Bytes: CloudTrail's records hold at most 256 KB (user guide, quotas). What is 64 times as large is none, and parsing it would
/// take many times its size of memory.
pub(crate) const LARGEST_RECORD: usize = 16 << 20;

/// Reads the object `raw`, which begins at `offset`.
pub(crate) fn judge(raw: &[u8], offset: usize) -> Judged<'_> {
    if raw.len() > LARGEST_RECORD {
        let refused = Judged::Refused(Reason::TooLarge { most: LARGEST_RECORD as u64 });
        return if looks_of_interest(raw) { refused } else { Judged::Other };
    }
    match tree(raw) {
        Ok(Node::Object(members)) => read(Members(&members), raw, offset).unwrap_or_else(Judged::Refused),
        Ok(_) => Judged::Refused(Reason::NotAnObject),
        // A record that does not even look as if it were of interest counts as read: nobody asked for its inside.
        Err(_) if !looks_of_interest(raw) => Judged::Other,
        Err(reason) => Judged::Refused(reason),
    }
}

fn tree(raw: &[u8]) -> Result<Node<'_>, Reason> {
    let text =
        std::str::from_utf8(raw).map_err(|error| Reason::NotUtf8 { at: error.valid_up_to() as u64 })?;
    serde_json::from_str(text).map_err(|error| Reason::NotJson { why: error.to_string() })
}

/// False iff these bytes, which are not read, name another source and none of ours, and hold no escape that may spell one. What cannot
/// be read is not something else only because it cannot be read.
fn looks_of_interest(raw: &[u8]) -> bool {
    let mut another = false;
    for at in memchr::memmem::find_iter(raw, b"\"eventSource\"") {
        match source_at(raw, at) {
            Some(source) if [LAMBDA, CLOUDTRAIL].contains(&source) => return true,
            Some(source) => another |= !is_nearly_ours(source),
            None => {}
        }
    }
    !another || memchr::memmem::find_iter(raw, br"\u00").any(|at| spells_a_letter(raw, at))
}

/// The text in the member `eventSource` whose key begins at `at`; `None` iff there is none that can be read.
fn source_at(raw: &[u8], at: usize) -> Option<&str> {
    let rest = raw.get(at + b"\"eventSource\"".len()..)?.trim_ascii_start().strip_prefix(b":")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"\"")?;
    std::str::from_utf8(rest.get(..memchr::memchr(b'"', rest)?)?).ok()
}

/// True iff the escape `\u00..` at `at` stands for a letter, a dot, or one of their neighbours in ASCII.
pub(crate) fn spells_a_letter(raw: &[u8], at: usize) -> bool {
    match raw.get(at + 4..at + 6) {
        Some([b'4'..=b'7', _]) => true,
        Some([b'2', low]) => low.eq_ignore_ascii_case(&b'e'),
        _ => false,
    }
}

/// The members of one object of a record.
#[derive(Clone, Copy)]
struct Members<'n, 'a>(&'n [(Text<'a>, Node<'a>)]);

impl<'n, 'a> Members<'n, 'a> {
    fn all(self, member: &'static str) -> impl Iterator<Item = &'n Node<'a>> {
        self.0.iter().filter(move |(key, _)| key == member).map(|(_, value)| value)
    }

    /// The member; `None` also where it is `null`.
    fn one(self, member: &'static str) -> Result<Option<&'n Node<'a>>, Reason> {
        let mut found = self.all(member);
        let first = found.next();
        if found.next().is_some() {
            return Err(Reason::Twice { member });
        }
        Ok(first.filter(|value| **value != Node::Null))
    }

    fn text(self, member: &'static str) -> Result<Option<Text<'a>>, Reason> {
        match self.one(member)? {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Reason::Type { member }),
        }
    }

    /// A text, and `None` for anything else.
    fn perhaps(self, member: &'static str) -> Result<Option<Text<'a>>, Reason> {
        let value = self.one(member)?;
        Ok(value.and_then(|value| if let Node::Text(text) = value { Some(text.clone()) } else { None }))
    }

    fn needed(self, member: &'static str) -> Result<Text<'a>, Reason> {
        self.text(member)?.ok_or(Reason::Missing { member })
    }

    fn truth(self, member: &'static str) -> Result<Option<bool>, Reason> {
        match self.one(member)? {
            None => Ok(None),
            Some(Node::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(Reason::Type { member }),
        }
    }

    /// The object in a member; without members where there is none.
    fn object(self, member: &'static str) -> Result<Members<'n, 'a>, Reason> {
        match self.one(member)? {
            None => Ok(Members(&[])),
            Some(Node::Object(members)) => Ok(Members(members)),
            Some(_) => Err(Reason::Type { member }),
        }
    }

    /// As [`Members::object`], `None` for anything that is no object.
    fn perhaps_object(self, member: &'static str) -> Result<Option<Members<'n, 'a>>, Reason> {
        let value = self.one(member)?;
        Ok(value
            .and_then(|value| if let Node::Object(members) = value { Some(Members(members)) } else { None }))
    }
}

fn read<'a>(record: Members<'_, 'a>, raw: &'a [u8], offset: usize) -> Result<Judged<'a>, Reason> {
    let says = |member, wanted: &[&str]| {
        record.all(member).any(|value| matches!(value, Node::Text(text) if wanted.contains(&&**text)))
    };
    // An export may write what is absent as null.
    if record.all("insightDetails").any(|value| *value != Node::Null) {
        return Ok(Judged::NotAnEvent);
    }
    if !says("eventSource", &[LAMBDA, CLOUDTRAIL]) {
        return of_another(record);
    }
    let version = record.text("eventVersion")?;
    if let Some(text) = version.as_ref().filter(|text| !text.starts_with("1.")) {
        return Err(Reason::Version { text: text.clone().into_owned() });
    }
    let category = record.text("eventCategory")?;
    let aggregated = category.as_deref() == Some("Aggregated");
    let (event_id, recipient_account_id, event_name, event_time) = if aggregated {
        let start = record.object("timeWindow")?.needed("windowStart")?;
        (record.needed("eventId")?, record.text("accountId")?, Text::default(), start)
    } else {
        let account = record.text("recipientAccountId")?;
        (record.needed("eventID")?, account, record.needed("eventName")?, record.needed("eventTime")?)
    };
    if is_nearly_invocation(&event_name) {
        return Err(Reason::Name { text: event_name.into_owned() });
    }
    let time = milliseconds(&event_time);
    Ok(Judged::OfInterest(Box::new(Record {
        offset: offset as u64,
        raw,
        event_id,
        milliseconds: time.ok_or_else(|| Reason::Time { text: event_time.clone().into_owned() })?,
        event_time,
        event_name,
        event_source: record.needed("eventSource")?,
        event_version: version,
        event_type: record.text("eventType")?,
        category,
        management: record.truth("managementEvent")?,
        read_only: record.truth("readOnly")?,
        region: record.text("awsRegion")?,
        recipient_account_id,
        request_id: record.text("requestID")?,
        shared_event_id: record.text("sharedEventID")?,
        source_address: record.text("sourceIPAddress")?,
        user_agent: record.text("userAgent")?,
        error_code: record.text("errorCode")?,
        error_message: record.text("errorMessage")?,
        vpc_endpoint: record.text("vpcEndpointId")?,
        console: record.text("sessionCredentialFromConsole")?,
        identity: identity(record.object("userIdentity")?)?,
        function: function(record.one("resources")?)?,
        requested: record.perhaps_object("requestParameters")?.map(requested).transpose()?,
        executed: match record.perhaps_object("additionalEventData")? {
            Some(data) => data.perhaps("functionVersion")?,
            None => None,
        },
        corrects: match record.perhaps_object("addendum")? {
            Some(addendum) => addendum.perhaps("originalEventID")?,
            None => None,
        },
        aggregated: if aggregated { Some(window(record)?) } else { None },
    })))
}

/// A record that does not say that it is one of ours is of something else where it says of what: every record does.
fn of_another<'a>(record: Members<'_, 'a>) -> Result<Judged<'a>, Reason> {
    let member = "eventSource";
    let mut wrong = Reason::Missing { member };
    for source in record.all(member) {
        match source {
            Node::Text(text) if text.trim().is_empty() => {}
            // AWS documents one way to write it, and not that others mean something else.
            Node::Text(text) if is_nearly_ours(text) => {
                return Err(Reason::Source { text: text.clone().into_owned() });
            }
            Node::Text(_) => return Ok(Judged::Other),
            Node::Null => {}
            _ => wrong = Reason::Type { member },
        }
    }
    Err(wrong)
}

/// True iff the source is one of ours, written in capitals or not, with something around it that is no letter or none; or says nothing.
pub(crate) fn is_nearly_ours(source: &str) -> bool {
    let source = source.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    source.is_empty() || [LAMBDA, CLOUDTRAIL].iter().any(|ours| source.eq_ignore_ascii_case(ours))
}

fn identity<'a>(identity: Members<'_, 'a>) -> Result<Identity<'a>, Reason> {
    let issuer = identity.object("sessionContext")?.object("sessionIssuer")?;
    Ok(Identity {
        kind: identity.text("type")?,
        principal_id: identity.text("principalId")?,
        arn: identity.text("arn")?,
        account: identity.text("accountId")?,
        user_name: identity.text("userName")?,
        invoked_by: identity.text("invokedBy")?,
        issuer_arn: issuer.text("arn")?,
        access_key: identity.perhaps("accessKeyId")?,
        on_behalf_of: match identity.perhaps_object("onBehalfOf")? {
            Some(user) => user.perhaps("userId")?,
            None => None,
        },
    })
}

/// The first resource of Lambda. All are looked at: a list that cannot be read in full is not half believed.
fn function<'a>(resources: Option<&Node<'a>>) -> Result<Option<Function<'a>>, Reason> {
    let wrong = Reason::Type { member: "resources" };
    let list = match resources {
        None => return Ok(None),
        Some(Node::List(list)) => list,
        Some(_) => return Err(wrong),
    };
    let mut found = None;
    for element in list {
        let Node::Object(members) = element else { return Err(wrong) };
        let members = Members(members);
        let (arn, kind, account) = (members.text("ARN")?, members.text("type")?, members.text("accountId")?);
        match kind {
            Some(kind) if found.is_none() && kind.starts_with("AWS::Lambda::") => {
                found = Some(Function { arn, kind, account });
            }
            _ => {}
        }
    }
    Ok(found)
}

fn requested<'a>(parameters: Members<'_, 'a>) -> Result<Requested<'a>, Reason> {
    Ok(Requested {
        function_name: parameters.perhaps("functionName")?,
        invocation_type: parameters.perhaps("invocationType")?,
        source_arn: parameters.perhaps("sourceArn")?,
        source_account: parameters.perhaps("sourceAccount")?,
    })
}

/// User guide, "CloudTrail record contents for aggregated events".
fn window<'a>(record: Members<'_, 'a>) -> Result<Aggregated<'a>, Reason> {
    let primary = record.object("summary")?.object("primaryDimension")?;
    let count = match primary.one("statistics")? {
        Some(Node::List(list)) => list.iter().try_fold(0_u64, |sum, one| {
            let Node::Object(members) = one else { return None };
            match Members(members).one("value") {
                Ok(Some(Node::Number(Some(value)))) => sum.checked_add(*value),
                _ => None,
            }
        }),
        _ => None,
    };
    Ok(Aggregated { window_end: record.object("timeWindow")?.text("windowEnd")?, count })
}

#[cfg(test)]
mod tests {
    use super::{Judged, judge};

    const RECORD: &str = r#"{"eventVersion":"1.08","eventTime":"2026-11-20T01:02:03Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","eventID":"1","userIdentity":{}}"#;

    /// What cannot be read is not something else only because it cannot be read.
    #[test]
    fn a_record_that_is_not_json_is_refused_unless_it_names_another_source() {
        let lambda = r#""eventSource":"lambda.amazonaws.com""#;
        for damaged in [
            r#""eventSource""lambda.amazonaws.com""#,
            r#""eventSource:"lambda.amazonaws.com""#,
            r#""eventSource":lambda.amazonaws.com""#,
            r#""eventSourc_":"lambda.amazonaws.com","a":NaN"#,
            r#""eventSource":"Lambda.amazonaws.com","a":NaN"#,
            r#""eventSource":null,"a":NaN"#,
            r#""a":NaN"#,
        ] {
            let record = RECORD.replace(lambda, damaged);
            assert!(matches!(judge(record.as_bytes(), 0), Judged::Refused(_)), "{record}");
        }
        for other in [
            r#""eventSource":"s3.amazonaws.com","a":NaN"#,
            r#""eventSource" : "sts.amazonaws.com","eventSourceARN":"arn:aws:sqs:us-east-1:1:q","a":tru"#,
        ] {
            let record = RECORD.replace(lambda, other);
            assert_eq!(judge(record.as_bytes(), 0), Judged::Other, "{record}");
        }
    }

    #[test]
    fn insight_details_that_are_null_are_absent() {
        let record = RECORD.replace(r#""userIdentity":{}"#, r#""userIdentity":{},"insightDetails":null"#);
        assert!(matches!(judge(record.as_bytes(), 0), Judged::OfInterest(_)));
        let record = RECORD.replace(r#""userIdentity":{}"#, r#""userIdentity":{},"insightDetails":{}"#);
        assert_eq!(judge(record.as_bytes(), 0), Judged::NotAnEvent);
    }
}
