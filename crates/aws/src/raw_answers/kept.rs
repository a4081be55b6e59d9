//! Which answers are kept, by operation, and which members of those that may hold secrets.

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

/// The members of a list that are kept: whatever else is said of a function, such as its environment variables, is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Members {
    list: &'static str,
    of_each: &'static [&'static str],
    next: &'static str,
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

impl Members {
    /// The answer with nothing but these members; `None` iff it is not an object of JSON.
    pub(super) fn of(self, body: &[u8]) -> Option<Vec<u8>> {
        let mut answer = object(body)?;
        let mut selection = Map::new();
        if let Some(list) = answer.remove(self.list) {
            let list = match list {
                Value::Array(all) => Value::Array(all.into_iter().map(|one| self.of_one(one)).collect()),
                // Not a list: the collector refuses it, whatever it is.
                Value::Null => Value::Null,
                _ => Value::Bool(false),
            };
            selection.insert(self.list.to_owned(), list);
        }
        if let Some(next) = answer.remove(self.next) {
            selection.insert(self.next.to_owned(), next);
        }
        serde_json::to_vec(&selection).ok()
    }

    fn of_one(self, one: Value) -> Value {
        match one {
            Value::Object(mut members) => {
                let kept = self.of_each.iter().filter_map(|name| members.remove_entry(*name));
                Value::Object(kept.collect())
            }
            Value::Null => Value::Null,
            _ => Value::Bool(false),
        }
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
    use super::{Kept, error_of};

    fn selected(action: &str, body: &str) -> Option<String> {
        let Some(Kept::Selection(members)) = Kept::of(action) else { return None };
        members.of(body.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn of_a_function_its_arn_alone_is_kept() {
        let body = r#"{"Functions": [{"FunctionArn": "arn:a", "Environment": {"Variables": {"TOKEN": "s3cret"}},
            "Description": "s3cret"}, "s3cret", null], "NextMarker": "m", "Other": "s3cret"}"#;
        assert_eq!(
            selected("lambda:ListFunctions", body).unwrap(),
            r#"{"Functions":[{"FunctionArn":"arn:a"},false,null],"NextMarker":"m"}"#
        );
        let twice = r#"{"Functions": [{"FunctionArn": "x", "FunctionArn": "y", "E": "s3cret"}]}"#;
        assert_eq!(
            selected("lambda:ListFunctions", twice).unwrap(),
            r#"{"Functions":[{"FunctionArn":"y"}]}"#
        );
        for (body, kept) in
            [("{}", Some("{}")), (r#"{"Functions": "s3cret"}"#, Some(r#"{"Functions":false}"#))]
        {
            assert_eq!(selected("lambda:ListFunctions", body).as_deref(), kept, "{body}");
        }
        assert_eq!(selected("lambda:ListFunctions", "[1]"), None);
        let web =
            r#"{"endpoints":[{"endpointType":"HomeRegion","regions":["r"],"secret":1}],"nextToken":null}"#;
        let kept = selected("lambda:ListWebFunctionEndpoints", web).unwrap();
        assert!(!kept.contains("secret") && kept.contains("HomeRegion") && kept.contains("\"r\""), "{kept}");
    }

    #[test]
    fn of_an_error_what_says_which_it_is_is_kept() {
        let body = br#"{"Type":"User","Message":"no","Environment":"s3cret"}"#;
        let kept = String::from_utf8(error_of(body).unwrap()).unwrap();
        assert!(kept.contains("\"no\"") && !kept.contains("s3cret"), "{kept}");
        assert_eq!(error_of(b"<html>"), None);
    }
}
