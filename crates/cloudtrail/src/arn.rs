//! An Amazon Resource Name, split into its six parts, and the partitions we know.

use std::fmt;

/// The partitions of AWS (botocore `partitions.json`, 1.44.5).
pub const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];

/// An ARN borrowed from the text it was parsed from: `arn:partition:service:region:account:resource`.
///
/// Any part may be empty except `resource`; the resource may itself contain colons and slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, ...: any text without a colon, known to us or not.
    pub partition: &'a str,
    /// `lambda`, `cloudtrail`, `iam`, ...
    pub service: &'a str,
    /// Empty for global services.
    pub region: &'a str,
    /// Twelve digits, or empty.
    pub account: &'a str,
    /// All after the fifth colon.
    pub resource: &'a str,
}

/// A text is not an ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an ARN: it needs the form arn:partition:service:region:account:resource")]
pub struct NotAnArn {
    /// The text as it was given.
    pub text: String,
}

impl<'a> Arn<'a> {
    /// Splits `text` into its parts; `None` iff it does not begin with `arn:` or has fewer than five more parts.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let arn = Arn {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        (!arn.resource.is_empty()).then_some(arn)
    }

    /// As [`Arn::parse`], with an error that quotes the text.
    ///
    /// # Errors
    /// [`NotAnArn`] iff [`Arn::parse`] is `None`.
    pub fn try_parse(text: &'a str) -> Result<Self, NotAnArn> {
        Self::parse(text).ok_or_else(|| NotAnArn { text: text.to_owned() })
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// What names of Regions begin with in each partition but `aws`, whose Regions begin with none of these (the patterns of Regions in the
/// SDKs' `partitions.json`).
pub const REGION_BEGINNINGS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// The partition of a Region, as its name says.
#[must_use]
pub fn partition_of(region: &str) -> &'static str {
    let known = REGION_BEGINNINGS.iter().find(|(beginning, _)| region.starts_with(beginning));
    known.map_or("aws", |(_, partition)| partition)
}

/// True iff every account has the Region: it was launched before 2019-03-20 (AWS Account Management, "Default Regions"). A Region
/// that is not known here is one to be enabled: later ones are.
#[must_use]
pub fn is_default_region(region: &str) -> bool {
    const DEFAULT: [&str; 17] = [
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ];
    // Regions of other partitions are enabled with the account.
    partition_of(region) != "aws" || DEFAULT.contains(&region)
}

#[cfg(test)]
mod tests {
    use super::Arn;

    #[test]
    fn parts_come_back_as_written() {
        let text = "arn:aws:lambda:us-east-1:123456789012:function:orders:live";
        let arn = Arn::parse(text).unwrap();
        assert_eq!((arn.partition, arn.service, arn.resource), ("aws", "lambda", "function:orders:live"));
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn short_or_foreign_texts_are_no_arns() {
        for text in ["", "arn", "arn:aws:lambda", "urn:aws:lambda:r:a:x", "arn:aws:lambda:us-east-1:1:"] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
