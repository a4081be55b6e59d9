//! Where the requests go that we sign ourselves, as the SDK decides it for its own: a URL of the settings, for one service or for all,
//! else the address of the partition, of the kind that the settings ask for (FIPS, dual-stack).

use crate::gap::{Class, Failure};
use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use cloudtrail::names::Region;

/// A service that is asked by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    CloudWatch,
    Ec2,
    EventBridge,
    Iam,
    S3,
    SecurityHub,
    Sns,
}

impl Api {
    pub(crate) const ALL: [Api; 7] =
        [Api::CloudWatch, Api::Ec2, Api::EventBridge, Api::Iam, Api::S3, Api::SecurityHub, Api::Sns];

    /// As settings name it: `AWS_ENDPOINT_URL_S3`, `s3 =` in the section `services`.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::CloudWatch => "CloudWatch",
            Self::Ec2 => "EC2",
            Self::EventBridge => "EventBridge",
            Self::Iam => "IAM",
            Self::S3 => "S3",
            Self::SecurityHub => "SecurityHub",
            Self::Sns => "SNS",
        }
    }

    /// As its requests are signed.
    pub(crate) fn signed_as(self) -> &'static str {
        match self {
            Self::CloudWatch => "monitoring",
            Self::Ec2 => "ec2",
            Self::EventBridge => "events",
            Self::Iam => "iam",
            Self::S3 => "s3",
            Self::SecurityHub => "securityhub",
            Self::Sns => "sns",
        }
    }

    /// The URL that the settings name for this service, or for all.
    pub(crate) fn configured(self, config: &SdkConfig) -> Option<String> {
        let of_all = || config.endpoint_url().map(str::to_owned);
        // What was typed comes before whatever stands in the environment and in files.
        if config.get_origin("endpoint_url").is_client_config() {
            return of_all();
        }
        let key = ServiceConfigKey::builder()
            .service_id(self.id())
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        config.service_config().and_then(|known| known.load_config(key)).or_else(of_all)
    }
}

/// A partition whose addresses we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Partition {
    id: &'static str,
    suffix: &'static str,
    dual_stack: &'static str,
}

/// As the SDKs have them: what hosts end with.
const PARTITIONS: [Partition; 8] = [
    partition("aws", "amazonaws.com", "api.aws"),
    partition("aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    partition("aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"),
    partition("aws-iso", "c2s.ic.gov", "api.aws.ic.gov"),
    partition("aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"),
    partition("aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    partition("aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    partition("aws-us-gov", "amazonaws.com", "api.aws"),
];

const fn partition(id: &'static str, suffix: &'static str, dual_stack: &'static str) -> Partition {
    Partition { id, suffix, dual_stack }
}

/// Where a request goes and how it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    api: Api,
    partition: Partition,
    region: String,
}

impl Target {
    /// EC2 in that Region; `None` iff the partition is not one of those whose addresses we know.
    pub(crate) fn ec2(partition: &str, region: &str) -> Option<Self> {
        Self::regional(Api::Ec2, partition, region)
    }

    /// CloudWatch in that Region; `None` as for [`Target::ec2`].
    pub(crate) fn cloudwatch(partition: &str, region: &str) -> Option<Self> {
        Self::regional(Api::CloudWatch, partition, region)
    }

    /// S3 in that Region, with the bucket in the path; `None` as for [`Target::ec2`].
    pub(crate) fn s3(partition: &str, region: &str) -> Option<Self> {
        Self::regional(Api::S3, partition, region)
    }

    /// IAM, which has one address in each partition; `None` iff we do not know it.
    pub(crate) fn iam(partition: &str) -> Option<Self> {
        let region = match partition {
            "aws" => "us-east-1",
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => return None,
        };
        Self::regional(Api::Iam, partition, region)
    }

    /// A service of notifications in that Region; `None` as for [`Target::ec2`].
    pub(crate) fn notified(api: Api, partition: &str, region: &str) -> Option<Self> {
        Self::regional(api, partition, region)
    }

    fn regional(api: Api, partition: &str, region: &str) -> Option<Self> {
        let partition = PARTITIONS.into_iter().find(|known| known.id == partition)?;
        // It becomes part of a host's name, and the request is signed with the session's token.
        Region::parse(region).ok()?;
        Some(Target { api, partition, region: region.to_owned() })
    }

    pub(crate) fn service(&self) -> &'static str {
        self.api.signed_as()
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// The URL, without a slash at its end.
    ///
    /// # Errors
    /// What the settings ask for cannot be had there. A request that is to be FIPS goes nowhere else.
    pub(crate) fn url(&self, config: &SdkConfig) -> Result<String, Failure> {
        let (fips, dual_stack) =
            (config.use_fips().unwrap_or_default(), config.use_dual_stack().unwrap_or_default());
        let impossible = |why: String| Failure::new(Class::Final, why);
        let id = self.api.id();
        if let Some(url) = self.api.configured(config) {
            let kind = if fips { "FIPS" } else { "dual-stack" };
            if fips || dual_stack {
                return Err(impossible(format!("an endpoint URL of {id} cannot be combined with {kind}")));
            }
            return Ok(url.trim_end_matches('/').to_owned());
        }
        let host = self.host(fips, dual_stack);
        let host = host.ok_or_else(|| impossible(format!("{id} has no FIPS endpoint in this partition")))?;
        Ok(format!("https://{host}"))
    }

    /// As the rules say that the SDKs have of each service (endpoint-rule-set); `None` iff there is none of that kind.
    fn host(&self, fips: bool, dual_stack: bool) -> Option<String> {
        let Partition { id, suffix, dual_stack: other } = self.partition;
        let region = &self.region;
        let gov = id == "aws-us-gov";
        let ending = if dual_stack { other } else { suffix };
        let kind = |fips: bool| if fips { "-fips" } else { "" };
        Some(match self.api {
            Api::S3 if fips && id == "aws-cn" => return None,
            Api::S3 => {
                let dual_stack = if dual_stack { ".dualstack" } else { "" };
                format!("s3{}{dual_stack}.{region}.{suffix}", kind(fips))
            }
            // Their usual endpoints in AWS GovCloud are FIPS.
            Api::Ec2 => format!("ec2{}.{region}.{ending}", kind(fips && (dual_stack || !gov))),
            Api::CloudWatch => format!("monitoring{}.{region}.{ending}", kind(fips && !gov)),
            Api::EventBridge => format!("events{}.{region}.{ending}", kind(fips && !gov)),
            Api::Sns => format!("sns{}.{region}.{ending}", kind(fips && !gov)),
            Api::SecurityHub => format!("securityhub{}.{region}.{ending}", kind(fips)),
            Api::Iam => match (id, fips, dual_stack) {
                ("aws-us-gov", ..) => format!("iam.us-gov.{ending}"),
                ("aws-cn", false, false) => format!("iam.{region}.{ending}"),
                ("aws-cn", true, _) | (_, _, false) => format!("iam{}.{ending}", kind(fips)),
                _ => format!("iam{}.global.{ending}", kind(fips)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Api, Target};
    use aws_config::SdkConfig;
    use aws_types::origin::Origin;
    use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

    fn config(fips: bool, dual_stack: bool) -> SdkConfig {
        SdkConfig::builder().use_fips(fips).use_dual_stack(dual_stack).build()
    }

    /// The URL for each of: neither, dual-stack, FIPS, both.
    fn urls(target: &Target) -> [String; 4] {
        [(false, false), (false, true), (true, false), (true, true)].map(|(fips, dual_stack)| {
            target.url(&config(fips, dual_stack)).unwrap_or_else(|failure| failure.error)
        })
    }

    /// A service, a partition, a Region, and the hosts: of neither kind, of dual-stack, of FIPS, of both.
    const HOSTS: [(Api, &str, &str, [&str; 4]); 12] = [
        (
            Api::S3,
            "aws",
            "eu-west-1",
            [
                "s3.eu-west-1.amazonaws.com",
                "s3.dualstack.eu-west-1.amazonaws.com",
                "s3-fips.eu-west-1.amazonaws.com",
                "s3-fips.dualstack.eu-west-1.amazonaws.com",
            ],
        ),
        (
            Api::S3,
            "aws-eusc",
            "eusc-de-east-1",
            [
                "s3.eusc-de-east-1.amazonaws.eu",
                "s3.dualstack.eusc-de-east-1.amazonaws.eu",
                "s3-fips.eusc-de-east-1.amazonaws.eu",
                "s3-fips.dualstack.eusc-de-east-1.amazonaws.eu",
            ],
        ),
        (
            Api::Ec2,
            "aws",
            "us-east-1",
            [
                "ec2.us-east-1.amazonaws.com",
                "ec2.us-east-1.api.aws",
                "ec2-fips.us-east-1.amazonaws.com",
                "ec2-fips.us-east-1.api.aws",
            ],
        ),
        (
            Api::Ec2,
            "aws-us-gov",
            "us-gov-west-1",
            [
                "ec2.us-gov-west-1.amazonaws.com",
                "ec2.us-gov-west-1.api.aws",
                "ec2.us-gov-west-1.amazonaws.com",
                "ec2-fips.us-gov-west-1.api.aws",
            ],
        ),
        (
            Api::Ec2,
            "aws-iso-e",
            "eu-isoe-west-1",
            [
                "ec2.eu-isoe-west-1.cloud.adc-e.uk",
                "ec2.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
                "ec2-fips.eu-isoe-west-1.cloud.adc-e.uk",
                "ec2-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
            ],
        ),
        (
            Api::CloudWatch,
            "aws",
            "us-east-1",
            [
                "monitoring.us-east-1.amazonaws.com",
                "monitoring.us-east-1.api.aws",
                "monitoring-fips.us-east-1.amazonaws.com",
                "monitoring-fips.us-east-1.api.aws",
            ],
        ),
        (
            Api::CloudWatch,
            "aws-us-gov",
            "us-gov-east-1",
            [
                "monitoring.us-gov-east-1.amazonaws.com",
                "monitoring.us-gov-east-1.api.aws",
                "monitoring.us-gov-east-1.amazonaws.com",
                "monitoring.us-gov-east-1.api.aws",
            ],
        ),
        (
            Api::CloudWatch,
            "aws-iso",
            "us-iso-east-1",
            [
                "monitoring.us-iso-east-1.c2s.ic.gov",
                "monitoring.us-iso-east-1.api.aws.ic.gov",
                "monitoring-fips.us-iso-east-1.c2s.ic.gov",
                "monitoring-fips.us-iso-east-1.api.aws.ic.gov",
            ],
        ),
        (
            Api::CloudWatch,
            "aws-iso-b",
            "us-isob-east-1",
            [
                "monitoring.us-isob-east-1.sc2s.sgov.gov",
                "monitoring.us-isob-east-1.api.aws.scloud",
                "monitoring-fips.us-isob-east-1.sc2s.sgov.gov",
                "monitoring-fips.us-isob-east-1.api.aws.scloud",
            ],
        ),
        (
            Api::Iam,
            "aws",
            "us-east-1",
            ["iam.amazonaws.com", "iam.global.api.aws", "iam-fips.amazonaws.com", "iam-fips.global.api.aws"],
        ),
        (
            Api::Iam,
            "aws-cn",
            "cn-north-1",
            [
                "iam.cn-north-1.amazonaws.com.cn",
                "iam.global.api.amazonwebservices.com.cn",
                "iam-fips.amazonaws.com.cn",
                "iam-fips.api.amazonwebservices.com.cn",
            ],
        ),
        (
            Api::Iam,
            "aws-us-gov",
            "us-gov-west-1",
            [
                "iam.us-gov.amazonaws.com",
                "iam.us-gov.api.aws",
                "iam.us-gov.amazonaws.com",
                "iam.us-gov.api.aws",
            ],
        ),
    ];

    #[test]
    fn each_kind_of_endpoint_has_the_address_that_the_sdks_know() {
        for (api, partition, region, hosts) in HOSTS {
            let target = match api {
                Api::Iam => Target::iam(partition),
                _ => Target::regional(api, partition, region),
            };
            assert_eq!(target.as_ref().map(Target::region), Some(region), "{api:?} {partition}");
            let found = target.as_ref().map(urls);
            assert_eq!(found, Some(hosts.map(|host| format!("https://{host}"))), "{target:?}");
        }
    }

    #[test]
    fn what_is_to_be_fips_goes_nowhere_else() {
        let china = Target::s3("aws-cn", "cn-north-1").map(|target| urls(&target)).unwrap_or_default();
        assert_eq!(china[..2].iter().filter(|url| url.starts_with("https://s3.")).count(), 2);
        assert!(china[2..].iter().all(|said| said == "S3 has no FIPS endpoint in this partition"));
        let target = Target::s3("aws", "eu-west-1");
        for (fips, dual_stack) in [(true, false), (false, true), (true, true)] {
            let settings = SdkConfig::builder().use_fips(fips).use_dual_stack(dual_stack);
            let settings = settings.endpoint_url("http://localhost:1").build();
            let said = target.as_ref().map(|target| target.url(&settings));
            assert!(said.is_some_and(|said| said.is_err()), "{fips} {dual_stack}");
        }
    }

    #[test]
    fn what_is_no_region_becomes_no_host() {
        for region in ["", "evil.example/", "a.b", "EU"] {
            assert_eq!(Target::s3("aws", region), None, "{region}");
        }
        assert_eq!(Target::s3("aws-evil", "us-east-1"), None);
    }

    /// Settings that name a URL for S3 alone.
    #[derive(Debug)]
    struct OfS3;

    impl LoadServiceConfig for OfS3 {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            assert_eq!((key.env(), key.profile()), ("AWS_ENDPOINT_URL", "endpoint_url"));
            (key.service_id() == "S3").then(|| "https://s3.example/".to_owned())
        }
    }

    #[test]
    fn the_url_of_one_service_comes_before_that_of_all_and_after_what_was_typed() {
        let all = || SdkConfig::builder().endpoint_url("https://all.example").service_config(OfS3);
        let mut typed = all();
        typed.insert_origin("endpoint_url", Origin::shared_config());
        let urls = |config: &SdkConfig| Api::ALL.map(|api| api.configured(config).unwrap_or_default());
        let others = "https://all.example";
        let wanted = |of_s3: &'static str| Api::ALL.map(|api| if api == Api::S3 { of_s3 } else { others });
        assert_eq!(urls(&all().build()), wanted("https://s3.example/"));
        assert_eq!(urls(&typed.build()), wanted(others));
        let target = Target::s3("aws", "eu-west-1")
            .map(|target| target.url(&SdkConfig::builder().service_config(OfS3).build()).unwrap_or_default());
        assert_eq!(target.as_deref(), Some("https://s3.example"));
    }
}
