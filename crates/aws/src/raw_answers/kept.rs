//! Which answers are kept, by operation, and which members of those that may hold secrets.

use super::selection::Members;
use serde_json::{Map, Value};

/// How much of an operation's answers is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// All of each.
    Whole,
    /// These members alone.
    Selection(Members),
    /// Whether it worked, and not the answer.
    Outcome,
}

impl Kept {
    /// `None` iff nothing of it is kept: no audit rests on it.
    pub(super) fn of(action: &str) -> Option<Self> {
        Some(match action {
            "sts:GetCallerIdentity"
            | "organizations:ListAccounts"
            | "organizations:DescribeOrganization"
            | "account:ListRegions"
            | "ec2:DescribeRegions"
            | "cloudtrail:DescribeTrails"
            | "cloudtrail:GetTrailStatus"
            | "cloudtrail:GetEventSelectors"
            | "cloudtrail:ListEventDataStores"
            | "cloudtrail:GetEventDataStore"
            | "cloudtrail:ListChannels"
            | "cloudtrail:GetChannel"
            | "cloudtrail:ListTags"
            | "lambda:ListTags" => Self::Whole,
            "lambda:ListFunctions" => {
                Self::Selection(Members { list: "Functions", of_each: &["FunctionArn"], next: "NextMarker" })
            }
            "lambda:ListWebFunctions" => {
                Self::Selection(Members { list: "functions", of_each: &["functionArn"], next: "nextToken" })
            }
            "lambda:ListWebFunctionEndpoints" => Self::Selection(Members {
                list: "endpoints",
                of_each: &["endpointType", "regions"],
                next: "nextToken",
            }),
            "lambda:ListMicrovmImages" => {
                Self::Selection(Members { list: "items", of_each: &["imageArn"], next: "nextToken" })
            }
            "sts:AssumeRole" => Self::Outcome,
            _ => return None,
        })
    }
}

/// The members that say which error it is; `None` iff it is not an object of JSON.
pub(super) fn error_of(body: &[u8]) -> Option<Vec<u8>> {
    const MEMBERS: [&str; 7] = ["__type", "code", "Code", "message", "Message", "errorMessage", "Type"];
    let mut answer = object(body)?;
    let kept = MEMBERS.iter().filter_map(|name| answer.remove_entry(*name));
    serde_json::to_vec(&kept.collect::<Map<String, Value>>()).ok()
}

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(body).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::error_of;

    #[test]
    fn of_an_error_what_says_which_it_is_is_kept() {
        let body = br#"{"Type":"User","Message":"no","Environment":"s3cret"}"#;
        let kept = String::from_utf8(error_of(body).unwrap()).unwrap();
        assert!(kept.contains("\"no\"") && !kept.contains("s3cret"), "{kept}");
        assert_eq!(error_of(b"<html>"), None);
    }
}
