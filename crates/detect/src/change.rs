//! A call that changes something which recording, functions or their guards rest on, as its record tells it.

mod read;
mod watched;

pub use watched::{is_log_bucket, is_watched, source_of, stem};

use cloudtrail::arn::partition_of;
use cloudtrail::asked::AskedFunction;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who called, as the record says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Who {
    /// `userIdentity.type`.
    pub kind: String,
    /// The account of the caller; empty for services.
    pub account: String,
    /// What the caller is known by, whatever the session: the ARN of the role, of the user, or the service.
    pub name: String,
    /// The name of the session of a role; else empty.
    pub session: String,
    /// `userIdentity.invokedBy`; else empty.
    pub service: String,
    /// `accessKeyId`; else empty.
    pub key: String,
    /// True iff the session began in the console.
    pub console: bool,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// When it completed: milliseconds since 1970.
    pub time: i64,
    /// The event's id.
    pub id: String,
    /// `eventSource` without its domain: `lambda`, `cloudtrail`, `s3`.
    pub source: String,
    /// What was called, without the version of the API: `UpdateFunctionCode`.
    pub name: String,
    /// The account that recorded it; empty where unknown.
    pub account: String,
    /// Where it was called; empty where unknown.
    pub region: String,
    /// Who called.
    pub who: Who,
    /// `sourceIPAddress`.
    pub address: String,
    /// `userAgent`.
    pub agent: String,
    /// Why it was refused; empty iff it was not.
    pub error: String,
    /// `requestParameters` as JSON, without what is too large to matter; `null` where there is none.
    pub request: String,
    /// `responseElements`, likewise.
    pub response: String,
    /// What is said of the error, or of what was called beside: `additionalEventData`, likewise.
    pub beside: String,
    /// True iff something was too large to be kept: what is not there may have been.
    pub cut: bool,
    /// The name of the file.
    pub file: String,
    /// Where the record begins among the inflated bytes of the file.
    pub offset: u64,
}

impl Change {
    /// Bytes of memory that it takes, about.
    pub(crate) fn weight(&self) -> usize {
        let texts = [&self.request, &self.response, &self.beside, &self.agent, &self.file, &self.who.name];
        700 + texts.iter().map(|text| text.len()).sum::<usize>()
    }

    /// True iff it was carried out.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.error.is_empty()
    }

    /// True iff it is that call of that service (`lambda`, `cloudtrail`), and was carried out.
    #[must_use]
    pub fn did(&self, source: &str, name: &str) -> bool {
        self.source == source && self.name == name && self.succeeded()
    }

    /// What was asked for, as JSON; `null` where it cannot be read.
    #[must_use]
    pub fn asked(&self) -> Value {
        serde_json::from_str(&self.request).unwrap_or_default()
    }

    /// What was answered, as JSON; `null` where it cannot be read.
    #[must_use]
    pub fn answered(&self) -> Value {
        serde_json::from_str(&self.response).unwrap_or_default()
    }

    /// The first of these members of what was asked for that is a text which is not empty, else of what was answered; a member inside
    /// another is named with dots.
    #[must_use]
    pub fn text(&self, members: &[&str]) -> Option<String> {
        let (asked, answered) = (self.asked(), self.answered());
        members.iter().find_map(|member| text_at(&asked, member).or_else(|| text_at(&answered, member)))
    }

    /// The ARN of the function that it is about, without a version or alias; `None` where the record names none.
    #[must_use]
    pub fn function(&self) -> Option<String> {
        let said = self.text(&["functionName", "functionArn", "resourceArn", "resource"])?;
        function_arn(&said, &self.region, &self.account)
    }
}

/// A text at a path with dots.
#[must_use]
pub fn text_at(value: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(value, |value, member| value.get(member))?;
    found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The unqualified ARN of the function of that name, or that ARN, or that which has this end, such as `111122223333:function:name`.
#[must_use]
pub fn function_arn(said: &str, region: &str, account: &str) -> Option<String> {
    if let Some(asked) = AskedFunction::parse(said) {
        let (region, account) = (asked.region.unwrap_or(region), asked.account.unwrap_or(account));
        let partition = asked.partition.unwrap_or_else(|| partition_of(region));
        let known = !account.is_empty() && !region.is_empty();
        return known.then(|| format!("arn:{partition}:lambda:{region}:{account}:function:{}", asked.name));
    }
    let mut parts = said.split(':');
    if said.starts_with("arn:") {
        let parts: Vec<&str> = parts.collect();
        let function = parts.get(2) == Some(&"lambda") && parts.len() >= 7;
        return function.then(|| parts.get(..7).map(|parts| parts.join(":"))).flatten();
    }
    let name = parts.next().filter(|name| !name.is_empty() && !account.is_empty() && !region.is_empty())?;
    Some(format!("arn:{}:lambda:{region}:{account}:function:{name}", partition_of(region)))
}

#[cfg(test)]
mod tests {
    use super::function_arn;

    #[test]
    fn a_function_is_one_however_it_is_named() {
        let arn = Some("arn:aws:lambda:eu-west-1:111122223333:function:pay".to_owned());
        for said in [
            "pay",
            "pay:live",
            "111122223333:function:pay",
            "111122223333:function:pay:7",
            "111122223333:pay",
            "function:pay",
            "eu-west-1:111122223333:function:pay:live",
            "eu-west-1:111122223333:pay",
            "arn:aws:lambda:111122223333:function:pay",
            "arn:aws:lambda:eu-west-1:111122223333:function:pay",
            "arn:aws:lambda:eu-west-1:111122223333:function:pay:live",
        ] {
            assert_eq!(function_arn(said, "eu-west-1", "111122223333"), arn, "{said}");
        }
        assert_eq!(function_arn("arn:aws:s3:::bucket", "eu-west-1", "1"), None);
        assert_eq!(function_arn("", "eu-west-1", "1"), None);
    }
}
