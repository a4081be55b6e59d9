//! Names of AWS that become parts of hosts, paths and ARNs: each is a type that cannot hold anything else.
//!
//! Whatever comes from a file or an answer is parsed into one of these before it is used to call anything.

use crate::arn::{Arn, PARTITIONS};
use std::fmt;

/// A text is not the name it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {noun}")]
pub struct NotAName {
    /// What it should be, with its article.
    pub noun: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $holds:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The name.
            ///
            /// # Errors
            /// [`NotAName`] iff the text cannot be one.
            pub fn parse(text: &str) -> Result<Self, NotAName> {
                let holds: fn(&str) -> bool = $holds;
                if holds(text) { Ok($name(text.to_owned())) } else { Err(NotAName { noun: $noun }) }
            }

            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A Region: at most 40 lower-case letters, digits and hyphens, a letter first.
    Region,
    "a Region",
    |text| {
        (2..=40).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && !text.ends_with('-')
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    }
);

name!(
    /// The id of an account: twelve digits.
    AccountId,
    "an account id of twelve digits",
    |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
);

name!(
    /// A partition that we know.
    Partition,
    "a partition of AWS",
    |text| PARTITIONS.contains(&text)
);

name!(
    /// The name of a bucket, those of old ones in us-east-1 too.
    BucketName,
    "the name of a bucket",
    |text| {
        (3..=255).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !text.contains("..")
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    }
);

name!(
    /// The name of a trail.
    TrailName,
    "the name of a trail",
    |text| {
        (1..=128).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    }
);

name!(
    /// The ARN of a function, without version or alias.
    FunctionArn,
    "the ARN of a function without version or alias",
    |text| {
        let Some(arn) = Arn::parse(text) else { return false };
        let name = arn.resource.strip_prefix("function:").unwrap_or_default();
        arn.service == "lambda"
            && Partition::parse(arn.partition).is_ok()
            && Region::parse(arn.region).is_ok()
            && AccountId::parse(arn.account).is_ok()
            && (1..=140).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    }
);

#[cfg(test)]
mod tests {
    use super::{AccountId, BucketName, FunctionArn, Partition, Region, TrailName};

    /// What no name may hold, wherever it came from.
    const HOSTILE: [&str; 14] = [
        "",
        " ",
        "evil.example/",
        "a/b",
        "a\u{0}b",
        "us-east-1@evil.example",
        "us-east-1#",
        "us-east-1?x",
        "..",
        "us-east-1:443",
        "us-east-1\r\nHost: x",
        "\u{202e}us-east-1",
        "us_east%2f",
        "-us-east-1",
    ];

    #[test]
    fn nothing_hostile_is_a_name() {
        for text in HOSTILE {
            assert!(Region::parse(text).is_err(), "{text:?}");
            assert!(AccountId::parse(text).is_err(), "{text:?}");
            assert!(Partition::parse(text).is_err(), "{text:?}");
            assert!(BucketName::parse(text).is_err(), "{text:?}");
            assert!(TrailName::parse(text).is_err(), "{text:?}");
            let arn = format!("arn:aws:lambda:{text}:111122223333:function:a");
            assert!(FunctionArn::parse(&arn).is_err(), "{arn:?}");
        }
    }

    #[test]
    fn real_names_are_names() {
        for region in ["us-east-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "ap-southeast-7"] {
            assert_eq!(Region::parse(region).unwrap().as_str(), region);
        }
        assert!(BucketName::parse("my.logs-1").is_ok() && BucketName::parse("Old_Bucket").is_ok());
        assert!(TrailName::parse("aws-controltower-BaselineCloudTrail").is_ok());
        assert!(FunctionArn::parse("arn:aws:lambda:eu-west-1:111122223333:function:a").is_ok());
    }
}
