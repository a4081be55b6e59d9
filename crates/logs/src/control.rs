//! Calls that change what is recorded, or which functions there are, out of records.

use crate::home::Home;
use crate::json::Node;
use crate::record::Record;
use cloudtrail::asked::AskedFunction;
use std::borrow::Cow;

/// Those of CloudTrail.
const OF_CLOUDTRAIL: [&str; 15] = [
    "CreateTrail",
    "UpdateTrail",
    "DeleteTrail",
    "StartLogging",
    "StopLogging",
    "PutEventSelectors",
    "CreateEventDataStore",
    "UpdateEventDataStore",
    "DeleteEventDataStore",
    "RestoreEventDataStore",
    "StartEventDataStoreIngestion",
    "StopEventDataStoreIngestion",
    "CreateServiceLinkedChannel",
    "UpdateServiceLinkedChannel",
    "DeleteServiceLinkedChannel",
];

/// Those of Lambda, without the version of the API that may follow (`CreateFunction20150331`).
const OF_LAMBDA: [&str; 8] = [
    "CreateFunction",
    "DeleteFunction",
    "CreateWebFunction",
    "DeleteWebFunction",
    "UpdateWebFunction",
    "CreateMicrovmImage",
    "DeleteMicrovmImage",
    "UpdateMicrovmImage",
];

/// A call that changes something, by whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlCall {
    /// When it completed: milliseconds since 1970.
    pub time: i64,
    /// What was called, without the version of the API.
    pub name: String,
    /// The account whose trail recorded it, where known.
    pub account: Option<String>,
    /// Where it was called, where known.
    pub region: Option<String>,
    /// Who called, by the best name that the record has; `None` iff it names nobody.
    pub caller: Option<String>,
    /// What it was about, as far as the record says: names and ARNs.
    pub about: Vec<String>,
    /// Why it was refused, iff it was.
    pub error: Option<String>,
    /// The event's id.
    pub event_id: String,
}

/// Members of what was asked for and of what was answered that name a trail, a store, a channel or a function.
const NAMES: [&str; 9] = [
    "name",
    "trailName",
    "trailARN",
    "eventDataStore",
    "eventDataStoreArn",
    "channel",
    "channelArn",
    "functionName",
    "functionArn",
];

impl ControlCall {
    /// The call, iff the record is of one that changes something.
    #[must_use]
    pub fn of(record: &Record<'_>, home: Option<&Home>) -> Option<Self> {
        let name = plain_name(&record.event_name);
        let known: &[&str] = match &*record.event_source {
            "cloudtrail.amazonaws.com" => &OF_CLOUDTRAIL,
            "lambda.amazonaws.com" => &OF_LAMBDA,
            _ => return None,
        };
        if !known.contains(&name) {
            return None;
        }
        let mut about = named(record.raw);
        about.sort_unstable();
        about.dedup();
        Some(ControlCall {
            time: record.milliseconds,
            name: name.to_owned(),
            account: record.account(home).map(Cow::into_owned),
            region: record.region_of_call(home).map(str::to_owned),
            caller: record.caller().text().map(str::to_owned),
            about,
            error: record.error_code.as_deref().map(str::to_owned),
            event_id: record.event_id.clone().into_owned(),
        })
    }

    /// True iff it says that it is about what has that ARN, or a thing of that name in the account and the Region of the ARN. A function
    /// may be named by each form that the API takes: with a qualifier, and as `111122223333:function:orders`.
    #[must_use]
    pub fn is_about(&self, arn: &str) -> bool {
        let mut parts = arn.splitn(6, ':').skip(3);
        let (region, account) = (parts.next(), parts.next());
        let name = arn.rsplit(['/', ':']).next();
        let is_function = arn.contains(":function:");
        let qualifier = |rest: &str| rest.is_empty() || is_function && rest.starts_with(':');
        let is_named = |one: &str| {
            let asked = AskedFunction::parse(one).filter(|_| is_function);
            let of_region = asked.and_then(|asked| asked.region).or(self.region.as_deref()) == region;
            let of_account = asked.and_then(|asked| asked.account).or(self.account.as_deref()) == account;
            of_region && of_account && name == Some(asked.map_or(one, |asked| asked.name))
        };
        self.about.iter().any(|one| one.strip_prefix(arn).is_some_and(qualifier) || is_named(one))
    }
}

/// All that a record names; what cannot be read names nothing, and the call is one nevertheless.
fn named(raw: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(raw).unwrap_or_default();
    let Ok(Node::Object(members)) = serde_json::from_str(text) else { return Vec::new() };
    let parts =
        members.into_iter().filter(|(name, _)| name == "requestParameters" || name == "responseElements");
    let of_part = |(_, part)| match part {
        Node::Object(members) => members,
        _ => Vec::new(),
    };
    let names = parts.flat_map(of_part).filter(|(name, _)| NAMES.contains(&&**name));
    let texts = names.filter_map(|(_, value)| match value {
        Node::Text(text) if !text.is_empty() => Some(text.into_owned()),
        _ => None,
    });
    texts.collect()
}

/// The name without the version of the API: `UpdateFunctionCode20150331v2` is `UpdateFunctionCode`.
fn plain_name(name: &str) -> &str {
    let versioned = name.rfind('v').filter(|at| name[at + 1..].bytes().all(|byte| byte.is_ascii_digit()));
    let name = versioned.map_or(name, |at| &name[..at]);
    name.trim_end_matches(|one: char| one.is_ascii_digit() || one == '_')
}

#[cfg(test)]
mod tests {
    use super::{ControlCall, plain_name};
    use crate::{Record, Wanted, read_plainly};

    fn call(record: &str) -> Option<ControlCall> {
        let mut found = None;
        let mut take = |record: &Record<'_>| found = ControlCall::of(record, None);
        read_plainly(record.as_bytes(), Wanted::LambdaAndCloudTrail, &mut take);
        found
    }

    fn record(source: &str, name: &str, rest: &str) -> String {
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve"}},"eventTime":"2026-11-20T01:02:04Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","eventID":"21111111-2222-3333-4444-555555555555","recipientAccountId":"111122223333",{rest}}}"#
        )
    }

    #[test]
    fn a_call_names_who_changed_what() {
        let text = record(
            "cloudtrail",
            "StopLogging",
            r#""requestParameters":{"name":"main"},"responseElements":null"#,
        );
        let call = call(&text).unwrap();
        assert_eq!(
            (call.name.as_str(), call.caller.as_deref()),
            ("StopLogging", Some("arn:aws:iam::111122223333:user/eve"))
        );
        assert!(call.is_about("arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"));
        assert!(!call.is_about("arn:aws:cloudtrail:eu-west-1:111122223333:trail/other"));
        assert!(!call.is_about("arn:aws:cloudtrail:eu-west-1:444455556666:trail/main"));
        assert!(!call.is_about("arn:aws:cloudtrail:us-east-1:111122223333:trail/main"));
    }

    #[test]
    fn a_function_is_named_in_each_form_of_the_api() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
        let is_about = |said: &str| {
            let rest = format!(r#""requestParameters":{{"functionName":"{said}"}},"responseElements":null"#);
            call(&record("lambda", "DeleteFunction", &rest)).unwrap().is_about(arn)
        };
        for said in [
            "orders",
            "orders:live",
            "111122223333:function:orders",
            "111122223333:orders:7",
            "eu-west-1:111122223333:function:orders:live",
            "eu-west-1:orders",
            "arn:aws:lambda:111122223333:function:orders",
        ] {
            assert!(is_about(said), "{said}");
        }
        assert!(!is_about("us-east-1:111122223333:function:orders") && !is_about("function:orders-old"));
        assert!(is_about(arn) && is_about(&format!("{arn}:live")));
        for said in
            ["orders-old", "444455556666:function:orders", "111122223333:function:orders-old", ":orders"]
        {
            assert!(!is_about(said), "{said}");
        }
        assert!(!is_about(&format!("{arn}-old")));
    }

    #[test]
    fn versions_of_the_api_are_left_out_and_other_calls_are_none() {
        let text = record(
            "lambda",
            "CreateFunction20150331",
            r#""requestParameters":{"functionName":"orders","runtime":7},"responseElements":{"functionArn":"arn:aws:lambda:eu-west-1:111122223333:function:orders"}"#,
        );
        let created = call(&text).unwrap();
        assert!(
            created.name == "CreateFunction"
                && created.is_about("arn:aws:lambda:eu-west-1:111122223333:function:orders")
        );
        for (source, name) in [
            ("lambda", "Invoke"),
            ("cloudtrail", "LookupEvents"),
            ("lambda", "StopLogging"),
            ("s3", "CreateTrail"),
        ] {
            assert_eq!(call(&record(source, name, r#""requestParameters":null"#)), None, "{name}");
        }
        assert_eq!(plain_name("UpdateFunctionCode20150331v2"), "UpdateFunctionCode");
        assert_eq!(plain_name("v"), "");
        assert_eq!(plain_name(""), "");
    }

    #[test]
    fn what_cannot_be_read_names_nothing_and_is_a_call_nevertheless() {
        for broken in [
            r#""requestParameters":"main""#,
            r#""requestParameters":{"name":{"x":[1]}}"#,
            r#""requestParameters":[]"#,
        ] {
            let call = call(&record("cloudtrail", "DeleteTrail", broken)).unwrap();
            assert_eq!(call.about, Vec::<String>::new(), "{broken}");
        }
    }
}
