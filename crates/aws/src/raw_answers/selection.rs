//! Of an answer that lists functions, the members that are kept, as they were sent.
//!
//! The SDK's own tokens are read: what it took for an answer is one here, too, and what is kept says to it what the whole answer said.

use aws_smithy_json::deserialize::error::DeserializeError;
use aws_smithy_json::deserialize::token::skip_to_end;
use aws_smithy_json::deserialize::{EscapedStr, JsonTokenIterator, Token, json_token_iter};

/// The members of a list that are kept: whatever else is said of a function, such as its environment variables, is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Members {
    pub(super) list: &'static str,
    pub(super) of_each: &'static [&'static str],
    pub(super) next: &'static str,
}

impl Members {
    /// The answer with nothing but these members, each as often as it comes; `None` iff it is not an object of JSON.
    pub(super) fn of(self, body: &[u8]) -> Option<String> {
        let mut copy = Copy { tokens: json_token_iter(body), out: String::new() };
        match copy.token()? {
            Token::StartObject { .. } => copy.object(|copy, key| copy.member(self, key))?,
            _ => return None,
        }
        copy.tokens.next().is_none().then_some(copy.out)
    }
}

/// What stands for a value that is not what the SDK expects: it refuses this as it refuses that.
const OTHER: &str = "false";

struct Copy<'a> {
    tokens: JsonTokenIterator<'a>,
    out: String,
}

impl<'a> Copy<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        self.tokens.next()?.ok()
    }

    /// The rest of an object; each member that is kept is written by `member`, which says whether it is.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Option<bool>) -> Option<()> {
        self.out.push('{');
        let mut some = false;
        loop {
            let key = match self.token()? {
                Token::ObjectKey { key, .. } => key,
                Token::EndObject { .. } => break,
                _ => return None,
            };
            let before = self.out.len();
            if some {
                self.out.push(',');
            }
            self.text(key);
            self.out.push(':');
            if member(self, &key.to_unescaped().ok()?)? {
                some = true;
            } else {
                self.out.truncate(before);
                let first = self.token()?;
                self.skip(&first)?;
            }
        }
        self.out.push('}');
        Some(())
    }

    /// The rest of a list.
    fn list(&mut self, mut each: impl FnMut(&mut Self, Token<'a>) -> Option<()>) -> Option<()> {
        self.out.push('[');
        let mut some = false;
        loop {
            let first = match self.token()? {
                Token::EndArray { .. } => break,
                first => first,
            };
            if std::mem::replace(&mut some, true) {
                self.out.push(',');
            }
            each(self, first)?;
        }
        self.out.push(']');
        Some(())
    }

    /// The value of a member of the answer.
    fn member(&mut self, members: Members, key: &str) -> Option<bool> {
        if key == members.next {
            let first = self.token()?;
            self.text_value(&first)?;
        } else if key == members.list {
            match self.token()? {
                Token::StartArray { .. } => self.list(|copy, first| copy.one(members, &first))?,
                first => self.no_more_than_null(&first)?,
            }
        } else {
            return Some(false);
        }
        Some(true)
    }

    /// One of the list.
    fn one(&mut self, members: Members, first: &Token<'a>) -> Option<()> {
        if !matches!(first, Token::StartObject { .. }) {
            return self.no_more_than_null(first);
        }
        self.object(|copy, key| {
            if !members.of_each.contains(&key) {
                return Some(false);
            }
            match copy.token()? {
                Token::StartArray { .. } => copy.list(|copy, first| copy.text_value(&first))?,
                first => copy.text_value(&first)?,
            }
            Some(true)
        })
    }

    fn text_value(&mut self, first: &Token<'a>) -> Option<()> {
        match first {
            Token::ValueString { value, .. } => {
                self.text(*value);
                Some(())
            }
            other => self.no_more_than_null(other),
        }
    }

    fn no_more_than_null(&mut self, first: &Token<'a>) -> Option<()> {
        self.out.push_str(if matches!(first, Token::ValueNull { .. }) { "null" } else { OTHER });
        self.skip(first)
    }

    /// As it was sent.
    fn text(&mut self, text: EscapedStr<'a>) {
        self.out.push('"');
        self.out.push_str(text.as_escaped_str());
        self.out.push('"');
    }

    /// Goes to the end of the value that begins so.
    fn skip(&mut self, first: &Token<'a>) -> Option<()> {
        let rest: Result<(), DeserializeError> = match first {
            Token::StartObject { .. } | Token::StartArray { .. } => skip_to_end(&mut self.tokens),
            _ => Ok(()),
        };
        rest.ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::raw_answers::selected;

    fn of(body: &str) -> Option<String> {
        selected("lambda:ListFunctions", body.as_bytes())
    }

    #[test]
    fn of_a_function_its_arn_alone_is_kept() {
        let body = r#"{"Functions": [{"FunctionArn": "arn:a", "Environment": {"Variables": {"TOKEN": "s3cret"}},
            "Description": "s3cret"}, "s3cret", null], "NextMarker": "m", "Other": "s3cret"}"#;
        assert_eq!(
            of(body).unwrap(),
            r#"{"Functions":[{"FunctionArn":"arn:a"},false,null],"NextMarker":"m"}"#
        );
        for (body, kept) in
            [("{}", Some("{}")), (r#"{"Functions": "s3cret"}"#, Some(r#"{"Functions":false}"#))]
        {
            assert_eq!(of(body).as_deref(), kept, "{body}");
        }
        assert_eq!(of("[1]"), None);
        let web =
            r#"{"endpoints":[{"endpointType":"HomeRegion","regions":["r"],"secret":1}],"nextToken":null}"#;
        let kept = selected("lambda:ListWebFunctionEndpoints", web.as_bytes()).unwrap();
        assert!(!kept.contains("secret") && kept.contains("HomeRegion") && kept.contains("\"r\""), "{kept}");
    }

    /// What only the SDK's reader takes is kept, too: whoever reads it again reads what it read.
    #[test]
    fn what_the_sdk_reads_is_kept_as_it_was_sent() {
        for (body, kept) in [
            // Twice: the later one counts, in the answer and in what is kept of it.
            (
                r#"{"Functions": [{"FunctionArn": "x", "FunctionArn": "y", "E": "s3cret"}]}"#,
                r#"{"Functions":[{"FunctionArn":"x","FunctionArn":"y"}]}"#,
            ),
            (
                r#"{"Functions": [null], "NextMarker": "m", "Functions": null}"#,
                r#"{"Functions":[null],"NextMarker":"m","Functions":null}"#,
            ),
            // Numbers and halves of characters that no value of ours can hold.
            (
                r#"{"Functions": [{"Timeout": 1e999, "FunctionArn": "x", "Description": "\ud800"}], "a": -1e-999}"#,
                r#"{"Functions":[{"FunctionArn":"x"}]}"#,
            ),
            (
                r#"{"Functions": [{"FunctionArn": "\u0061\ud800"}]}"#,
                r#"{"Functions":[{"FunctionArn":"\u0061\ud800"}]}"#,
            ),
            // A secret where a name is expected.
            (
                r#"{"Functions": [{"FunctionArn": {"E": "s3cret"}}, [1, [2]]], "NextMarker": ["s3cret"]}"#,
                r#"{"Functions":[{"FunctionArn":false},false],"NextMarker":false}"#,
            ),
        ] {
            assert_eq!(of(body).as_deref(), Some(kept), "{body}");
            assert_eq!(of(kept).as_deref(), Some(kept), "again: {body}");
        }
        for broken in
            ["", "{", r#"{"Functions": [}"#, "{} {}", "null", r#"{"Functions": [{"FunctionArn": "x"}"#]
        {
            assert_eq!(of(broken), None, "{broken}");
        }
    }
}
