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
                if Self::is(text) { Ok($name(text.to_owned())) } else { Err(NotAName { noun: $noun }) }
            }

            /// True iff the text can be one: for lists of a million of them.
            #[must_use]
            pub fn is(text: &str) -> bool {
                let holds: fn(&str) -> bool = $holds;
                holds(text)
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
        // AWS takes no fewer than three; what was seen may be shorter, and leads nowhere else.
        (1..=255).contains(&text.len())
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

name!(
    /// The id of an organization.
    OrganizationId,
    "the id of an organization",
    |text| {
        text.strip_prefix("o-").is_some_and(|id| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
    }
);

name!(
    /// The name of a function, a web function or a MicroVM image, without version or alias.
    ResourceName,
    "the name of a function, without a version or alias",
    |text| {
        (1..=256).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    }
);

name!(
    /// Any ARN: of a partition that we know, each part of it such that it leads nowhere else.
    AwsArn,
    "an ARN of AWS",
    |text| {
        let Some(arn) = Arn::parse(text) else { return false };
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        text.len() <= 2_048
            && Partition::parse(arn.partition).is_ok()
            && !arn.service.is_empty()
            && arn.service.bytes().all(plain)
            && (arn.region.is_empty() || Region::parse(arn.region).is_ok())
            && (arn.account.is_empty() || AccountId::parse(arn.account).is_ok())
            && arn.resource.bytes().all(|byte| byte.is_ascii_graphic())
            && !arn.resource.split('/').any(|part| part == "..")
    }
);

name!(
    /// The ARN of a trail, an event data store or a channel.
    RecorderArn,
    "the ARN of a trail, an event data store or a channel",
    |text| {
        let Some(arn) = Arn::parse(text) else { return false };
        arn.service == "cloudtrail"
            && Partition::parse(arn.partition).is_ok()
            && Region::parse(arn.region).is_ok()
            && AccountId::parse(arn.account).is_ok()
            && arn.resource.split_once('/').is_some_and(|(kind, name)| match kind {
                "trail" | "eventdatastore" => TrailName::parse(name).is_ok(),
                // Those of services have a path: aws-service-channel/SERVICE/ID.
                "channel" => arn.resource.len() <= 512 && name.split('/').all(|part| TrailName::parse(part).is_ok()),
                _ => false,
            })
    }
);

#[cfg(test)]
mod tests {
    use super::{
        AccountId, AwsArn, BucketName, FunctionArn, OrganizationId, Partition, RecorderArn, Region,
        ResourceName, TrailName,
    };

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
            assert!(OrganizationId::parse(text).is_err(), "{text:?}");
            assert!(OrganizationId::parse(&format!("o-{text}")).is_err(), "{text:?}");
            assert!(AwsArn::parse(text).is_err(), "{text:?}");
            // What is the end of a path may be the whole name of a function, never of a recorder.
            assert!(
                RecorderArn::parse(&format!("arn:aws:cloudtrail:us-east-1:111122223333:trail/{text}"))
                    .is_err()
            );
            for [region, account] in
                [[text, "111122223333"], ["us-east-1", text]].iter().filter(|_| !text.is_empty())
            {
                let arn = format!("arn:aws:cloudtrail:{region}:{account}:trail/a");
                assert!(RecorderArn::parse(&arn).is_err() && AwsArn::parse(&arn).is_err(), "{arn:?}");
            }
            if !matches!(text, ".." | "-us-east-1") {
                assert!(ResourceName::parse(text).is_err(), "{text:?}");
            }
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
        assert!(
            OrganizationId::parse("o-acme4example").is_ok()
                && ResourceName::parse("us-east-1.edge_1").is_ok()
        );
        for arn in [
            "arn:aws:sts::111122223333:assumed-role/SecurityAudit/alice@example.com",
            "arn:aws-us-gov:iam::111122223333:role/service-role/a+b=c,d.e@f_g-h",
            "arn:aws:s3:::logs/AWSLogs/",
            "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/4a1c0f22-0000-4000-8000-000000000001",
        ] {
            assert!(AwsArn::parse(arn).is_ok(), "{arn}");
        }
        assert!(AwsArn::parse("arn:aws-evil:iam::111122223333:role/a").is_err());
        assert!(AwsArn::parse("arn:aws:iam::111122223333:role/a/../b").is_err());
        assert!(AwsArn::parse("arn:aws:iam::111122223333:role/a b").is_err());
        assert!(RecorderArn::parse("arn:aws:cloudtrail:us-east-1:111122223333:trail/main").is_ok());
    }
}
