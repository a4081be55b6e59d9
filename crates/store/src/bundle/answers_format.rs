//! `answers.jsonl` of a bundle, `invoketrail.answers/1`: what AWS said, one line for each read, after a line that says how it was asked.
//!
//! The lines are in the order of what was asked, not of who answered first. Nothing of a request's headers is in them.

use crate::document::{DocumentError, Format};
use crate::exceptions_file::is_time;
use audit::raw_answers::{Accounts, Asked, Collection, RawAnswer, Request};
use serde::{Deserialize, Serialize};
use text::shape::in_everyday_words;
use text::visible::excerpt;

pub(super) const ANSWERS_FILE: &str = "answers.jsonl";

pub(super) const FORMAT: Format =
    Format { name: "invoketrail.answers", version: 1, noun: "the answers of AWS in a bundle" };

/// Bytes of one line. An answer has at most 7 MiB, of which a byte may take six.
pub(super) const LINE: u64 = 64 << 20;

/// The first line.
#[derive(Serialize, Deserialize)]
struct HeadShape {
    format: String,
    home: String,
    accounts: AccountsShape,
    regions: Option<Vec<String>>,
    role_name: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum AccountsShape {
    Word(String),
    List(Vec<String>),
}

/// Every other line.
#[derive(Default, Serialize, Deserialize)]
struct LineShape {
    account: String,
    region: String,
    operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    selection: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_hex: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<FailureShape>,
    #[serde(default, skip_serializing_if = "is_false")]
    withheld: bool,
}

#[derive(Serialize, Deserialize)]
struct FailureShape {
    class: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    error: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The first line, with its end.
pub(super) fn head(collection: &Collection) -> serde_json::Result<String> {
    let Collection { home, accounts, regions, role_name } = collection.clone();
    let accounts = match accounts {
        Accounts::Caller => AccountsShape::Word("caller".to_owned()),
        Accounts::Organization => AccountsShape::Word("organization".to_owned()),
        Accounts::Listed(ids) => AccountsShape::List(ids),
    };
    line(&HeadShape { format: FORMAT.tag(), home, accounts, regions, role_name })
}

/// Any other line, with its end. `at` is when it was kept.
pub(super) fn written(asked: &Asked, answer: &RawAnswer, at: String) -> serde_json::Result<String> {
    let Asked { account, region, operation, subject, request } = asked.clone();
    let (path, request) = request.map(|Request { path, body }| (path, body)).unzip();
    let asked = LineShape { account, region, operation, subject, path, request, at, ..LineShape::default() };
    line(&match answer.clone() {
        RawAnswer::Answer { status, error_code, selection, body } => {
            let (body, body_hex) = match String::from_utf8(body) {
                Ok(text) => (Some(text), None),
                Err(error) => (None, Some(logs::hex(error.as_bytes()))),
            };
            LineShape { status: Some(status), error_code, selection, body, body_hex, ..asked }
        }
        RawAnswer::Failure { class, code, error } => {
            LineShape { failure: Some(FailureShape { class, code, error }), ..asked }
        }
        RawAnswer::Withheld => LineShape { withheld: true, ..asked },
    })
}

fn line(shape: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(shape)?;
    // What acts on a terminal is written as JSON escapes it: whoever reads it gets the same text.
    Ok(format!("{}\n", text::visible::json(&text)))
}

/// Reads the first line.
pub(super) fn read_head(bytes: &[u8]) -> Result<Collection, String> {
    let shape: HeadShape =
        crate::document::read(bytes, FORMAT).map_err(|error: DocumentError| error.to_string())?;
    let accounts = match shape.accounts {
        AccountsShape::Word(word) if word == "caller" => Accounts::Caller,
        AccountsShape::Word(word) if word == "organization" => Accounts::Organization,
        AccountsShape::Word(_) => {
            return Err("`accounts`: expected `caller`, `organization` or ids".to_owned());
        }
        AccountsShape::List(ids) => Accounts::Listed(ids),
    };
    let HeadShape { home, regions, role_name, .. } = shape;
    Ok(Collection { home, accounts, regions, role_name })
}

/// Reads any other line.
pub(super) fn read_line(bytes: &[u8]) -> Result<(Asked, RawAnswer), String> {
    let shape: LineShape = serde_json::from_slice(bytes)
        .map_err(|error| excerpt(&in_everyday_words(&error.to_string()), 200))?;
    let LineShape { account, region, operation, subject, path, request, at, .. } = shape;
    if !is_time(&at) {
        return Err("`at`: a time has the form 2026-11-23T17:00:00Z".to_owned());
    }
    let request = match (path, request) {
        (Some(path), Some(body)) => Some(Request { path, body }),
        (None, None) => None,
        _ => return Err("`path` and `request` come together".to_owned()),
    };
    let body = match (shape.body, shape.body_hex) {
        (Some(text), None) => Some(text.into_bytes()),
        (None, Some(digits)) => Some(bytes_of(&digits).ok_or("`body_hex`: expected hexadecimal digits")?),
        (None, None) => None,
        _ => return Err("`body` and `body_hex` exclude each other".to_owned()),
    };
    let answer = match (shape.status, body, shape.failure, shape.withheld) {
        (Some(status), Some(body), None, false) => {
            RawAnswer::Answer { status, error_code: shape.error_code, selection: shape.selection, body }
        }
        (None, None, Some(FailureShape { class, code, error }), false) => {
            RawAnswer::Failure { class, code, error }
        }
        (None, None, None, true) => RawAnswer::Withheld,
        _ => return Err("expected a status and a body, a failure, or `withheld`".to_owned()),
    };
    Ok((Asked { account, region, operation, subject, request }, answer))
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Asked, Collection, RawAnswer, Request, head, read_head, read_line, written};
    use audit::raw_answers::Accounts;

    const AT: &str = "2026-11-30T12:00:00Z";

    #[test]
    fn what_is_written_is_read_back() {
        let request = Request { path: "/".to_owned(), body: "{\"a\":\"\u{202e}\"}".to_owned() };
        let asked = Asked { account: "1".to_owned(), request: Some(request), ..Asked::default() };
        let answer = |body: &[u8]| RawAnswer::Answer {
            status: 200,
            error_code: Some("X".to_owned()),
            selection: true,
            body: body.to_vec(),
        };
        let failure = RawAnswer::Failure {
            class: "silent".to_owned(),
            code: None,
            error: "no answer\u{1b}".to_owned(),
        };
        for said in [
            answer(b"{}"),
            answer("\u{7f}\u{202e}\0é".as_bytes()),
            answer(&[0xff, 0, 0x1b]),
            failure,
            RawAnswer::Withheld,
        ] {
            for asked in [asked.clone(), Asked::default()] {
                let line = written(&asked, &said, AT.to_owned()).unwrap();
                assert!(line.ends_with("\n") && !line.contains(['\u{202e}', '\u{1b}', '\0']), "{line}");
                assert_eq!(read_line(line.as_bytes()).unwrap(), (asked, said.clone()));
            }
        }
        for accounts in [Accounts::Caller, Accounts::Organization, Accounts::Listed(vec!["1".to_owned()])] {
            let how = Collection { home: "x".to_owned(), accounts, ..Collection::default() };
            assert_eq!(read_head(head(&how).unwrap().as_bytes()).unwrap(), how);
        }
    }

    #[test]
    fn a_line_that_says_two_things_or_none_is_refused() {
        let line = |rest: &str| {
            let text =
                format!("{{\"account\":\"1\",\"region\":\"r\",\"operation\":\"o\",\"at\":\"{AT}\"{rest}}}");
            read_line(text.as_bytes())
        };
        assert!(line(",\"withheld\":true").is_ok());
        for rest in [
            "",
            ",\"status\":200",
            ",\"body\":\"\"",
            ",\"status\":200,\"body\":\"\",\"withheld\":true",
            ",\"status\":200,\"body\":\"\",\"body\":\"x\"",
            ",\"status\":200,\"body\":\"\",\"body_hex\":\"00\"",
            ",\"status\":200,\"body_hex\":\"0\"",
            ",\"status\":200,\"body_hex\":\"é0\"",
            ",\"status\":99999,\"body\":\"\"",
            ",\"path\":\"/\",\"withheld\":true",
            ",\"account\":\"2\",\"withheld\":true",
        ] {
            assert!(line(rest).is_err(), "{rest}");
        }
        assert!(read_line(b"").is_err() && read_head(b"{}").is_err());
    }
}
