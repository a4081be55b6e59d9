//! Whether the recorder of pasted selectors records at a place at all, as far as the document says it.

use cloudtrail::arn::{Arn, is_default_region};
use cloudtrail::json::Beside;
use cloudtrail::resource::ResourceType;

/// What the document says of the recorder at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing that speaks against it.
    Records,
    /// It certainly records nothing there: why.
    Silent(String),
    /// Whether it records there is not said: why.
    Open(String),
}

impl Standing {
    /// Whether it certainly records nothing, and why; `None` iff nothing speaks against it.
    pub(super) fn because(&self) -> Option<(bool, &str)> {
        match self {
            Self::Records => None,
            Self::Silent(why) => Some((true, why)),
            Self::Open(why) => Some((false, why)),
        }
    }
}

/// What is said of the recorder at the place of `function`; of any place, where there is none.
pub(super) fn standing(beside: &Beside, function: Option<Arn<'_>>) -> Standing {
    if let (Some(partition), Some(function)) = (&beside.partition, function)
        && partition != function.partition
    {
        // Partitions know nothing of each other.
        return Standing::Silent(format!(
            "it is a recorder of the partition {partition}, which reaches no other"
        ));
    }
    let place = function.map(|function| (function.account, function.region));
    if let Some(said) = &beside.stopped {
        if beside.channel {
            return Standing::Silent(
                "it is a channel, a copy for another service that is never counted".to_owned(),
            );
        }
        return Standing::Silent(format!("it records nothing now, because {said}"));
    }
    let account = match (&beside.one_account, &beside.account, place) {
        (None, Some(owner), Some((account, _))) if owner != account && !beside.all_accounts => {
            return Standing::Open(format!(
                "it is a recorder of account {owner}, and the document does not say whether it records others (IsOrganizationTrail, OrganizationEnabled)"
            ));
        }
        (None, Some(owner), None) if !beside.all_accounts => {
            return Standing::Open(format!(
                "it is a recorder of account {owner}, and the document does not say whether it records others (IsOrganizationTrail, OrganizationEnabled); name a function with --function ARN"
            ));
        }
        (None, _, _) => organization(beside, place),
        (Some(_), Some(owner), Some((account, _))) if owner == account => Standing::Records,
        (Some(said), Some(owner), Some(_)) => {
            return Standing::Silent(format!("it records account {owner} alone, because {said}"));
        }
        (Some(said), Some(owner), None) => Standing::Open(format!(
            "it records account {owner} alone, because {said}; name a function with --function ARN"
        )),
        // Whoever names a function of their own account gets an answer for it, as `aws cloudtrail` gave the document there.
        (Some(_), None, Some(_)) => Standing::Records,
        (Some(said), None, None) => Standing::Open(format!(
            "it records one account alone, because {said}; name a function of that account with --function ARN"
        )),
    };
    // Other Regions than that of its ARN may serve a web function, and its calls are recorded where they are served.
    let elsewhere = function.is_some_and(|function| is_web_function(&function)) && !beside.all_regions;
    if let Some(home) = beside.home_region.as_ref().filter(|_| elsewhere && account == Standing::Records) {
        return Standing::Open(format!(
            "it is a recorder of {home}, the document does not say that it records others, and other Regions may serve the web function"
        ));
    }
    let Some(said) = &beside.one_region else {
        return match (&beside.home_region, place) {
            _ if beside.all_regions => account,
            (Some(home), Some((_, region))) if home != region => Standing::Open(format!(
                "its home Region is {home}, and the document does not say whether it records others (IsMultiRegionTrail, MultiRegionEnabled)"
            )),
            (Some(home), None) => Standing::Open(format!(
                "its home Region is {home}, and the document does not say whether it records others (IsMultiRegionTrail, MultiRegionEnabled); name a function with --function ARN"
            )),
            _ => account,
        };
    };
    match (&beside.home_region, place) {
        (Some(home), Some((_, region))) if home == region => account,
        (Some(home), Some(_)) => Standing::Silent(format!("it records {home} alone, because {said}")),
        (Some(home), None) => Standing::Open(format!(
            "it records {home} alone, because {said}; name a function with --function ARN"
        )),
        (None, _) => Standing::Open(format!(
            "it records one Region alone, because {said}, and the document does not name it (HomeRegion)"
        )),
    }
}

fn is_web_function(arn: &Arn<'_>) -> bool {
    arn.service == "lambda" && arn.resource.starts_with(ResourceType::WebFunction.arn_infix())
}

/// The same of a recorder that nothing confines to one account.
fn organization(beside: &Beside, place: Option<(&str, &str)>) -> Standing {
    let home = beside.home_region.as_deref().filter(|home| beside.all_accounts && !is_default_region(home));
    let owner = beside.account.as_deref();
    match (home, place) {
        // An account that calls a function there has enabled the Region; who made the recorder has, too.
        (Some(home), Some((account, region))) if home == region || owner == Some(account) => {
            Standing::Records
        }
        // User guide, "Creating a trail for an organization".
        (Some(home), _) => Standing::Open(format!(
            "it records accounts that have enabled its home Region {home}, and not every account has"
        )),
        (None, _) => Standing::Records,
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, standing};
    use cloudtrail::arn::Arn;

    fn of(members: &str, place: Option<(&str, &str)>) -> Standing {
        let arn = place.map(|(account, region)| format!("arn:aws:lambda:{region}:{account}:function:f"));
        standing(&cloudtrail::json::beside(&format!("{{{members}}}")), arn.as_deref().and_then(Arn::parse))
    }

    #[test]
    fn a_recorder_of_another_partition_records_nothing_here() {
        let here = Some(("111122223333", "us-east-1"));
        for partition in ["aws-cn", "aws-us-gov"] {
            let arn = format!(r#""TrailARN":"arn:{partition}:cloudtrail:cn-north-1:111122223333:trail/x""#);
            assert!(matches!(of(&arn, here), Standing::Silent(why) if why.contains(partition)));
        }
    }

    #[test]
    fn a_recorder_of_another_account_records_here_only_where_something_says_so() {
        let arn = r#""TrailARN":"arn:aws:cloudtrail:us-east-1:999999999999:trail/x""#;
        let of = |more: &str, account: &str| of(&format!("{arn}{more}"), Some((account, "us-east-1")));
        assert!(matches!(of("", "111122223333"), Standing::Open(why) if why.contains("999999999999")));
        assert_eq!(of("", "999999999999"), Standing::Records);
        assert_eq!(of(r#","IsOrganizationTrail":true"#, "111122223333"), Standing::Records);
        assert!(matches!(of(r#","IsOrganizationTrail":false"#, "111122223333"), Standing::Silent(_)));
        // No function was named: those of other accounts are asked about, too.
        assert!(matches!(super::tests::of(arn, None), Standing::Open(why) if why.contains("999999999999")));
        let store = r#""EventDataStoreArn":"arn:aws:cloudtrail:us-east-1:999999999999:eventdatastore/x""#;
        let here = Some(("111122223333", "us-east-1"));
        assert!(matches!(super::tests::of(store, here), Standing::Open(_)));
        assert_eq!(
            super::tests::of(&format!(r#"{store},"OrganizationEnabled":true"#), here),
            Standing::Records
        );
    }

    #[test]
    fn a_recorder_of_an_organization_records_accounts_that_have_its_home_region() {
        let at = |home: &str, place| {
            let arn = format!(r#""TrailARN":"arn:aws:cloudtrail:{home}:111122223333:trail/x""#);
            of(&format!(r#"{arn},"IsMultiRegionTrail":true,"IsOrganizationTrail":true"#), place)
        };
        let member = |region| Some(("444455556666", region));
        assert_eq!(at("eu-west-1", member("us-east-1")), Standing::Records);
        assert!(
            matches!(at("af-south-1", member("us-east-1")), Standing::Open(why) if why.contains("af-south-1"))
        );
        assert!(matches!(at("af-south-1", None), Standing::Open(_)));
        assert_eq!(at("af-south-1", member("af-south-1")), Standing::Records);
        assert_eq!(at("af-south-1", Some(("111122223333", "us-east-1"))), Standing::Records);
    }

    #[test]
    fn a_recorder_of_another_region_records_here_only_where_something_says_so() {
        let arn = r#""TrailARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/x""#;
        let at = |more: &str, region| of(&format!("{arn}{more}"), Some(("111122223333", region)));
        assert!(matches!(at("", "us-east-1"), Standing::Open(why) if why.contains("eu-west-1")));
        assert_eq!(at("", "eu-west-1"), Standing::Records);
        assert_eq!(at(r#","IsMultiRegionTrail":true"#, "us-east-1"), Standing::Records);
        assert!(matches!(at(r#","IsMultiRegionTrail":false"#, "us-east-1"), Standing::Silent(_)));
        let organization = format!(r#"{arn},"IsOrganizationTrail":true"#);
        assert!(matches!(of(&organization, None), Standing::Open(why) if why.contains("eu-west-1")));
        assert_eq!(of(&format!(r#"{organization},"IsMultiRegionTrail":true"#), None), Standing::Records);
        // A store that is described, and says nothing of Regions, has all of them.
        let store = r#""name":"s","arn":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x""#;
        assert_eq!(of(store, Some(("111122223333", "us-east-1"))), Standing::Records);
    }

    #[test]
    fn a_recorder_of_one_region_may_miss_calls_to_a_web_function() {
        let arn = r#""TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/x""#;
        let web = |more: &str| {
            let beside = cloudtrail::json::beside(&format!("{{{arn}{more}}}"));
            standing(&beside, Arn::parse("arn:aws:lambda:us-east-1:111122223333:web-function/shop"))
        };
        assert!(matches!(web(""), Standing::Open(why) if why.contains("web function")));
        assert!(matches!(web(r#","IsMultiRegionTrail":false"#), Standing::Open(_)));
        assert_eq!(web(r#","IsMultiRegionTrail":true"#), Standing::Records);
    }

    #[test]
    fn what_only_channels_have_makes_it_a_channel() {
        for members in [
            r#""ApplyToAllRegions":true"#,
            r#""Source":"CloudTrail","Destinations":[{"Type":"AWS_SERVICE","Location":"securitylake"}]"#,
            r#""SourceConfig":{"ApplyToAllRegions":false}"#,
        ] {
            let standing = of(members, Some(("111122223333", "us-east-1")));
            assert!(matches!(standing, Standing::Silent(why) if why.contains("channel")), "{members}");
        }
    }

    #[test]
    fn whatever_names_a_partition_beside_the_selectors_names_that_of_the_recorder() {
        let here = Some(("111122223333", "us-east-1"));
        for member in [
            r#""KmsKeyId":"arn:aws-cn:kms:cn-north-1:111122223333:key/k""#,
            r#""cloud_watch_logs_role_arn":"arn:aws-cn:iam::111122223333:role/r""#,
            r#""ChannelArn":"arn:aws-cn:cloudtrail:cn-north-1:111122223333:channel/c""#,
            r#""id":"arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/t""#,
        ] {
            assert!(matches!(of(member, here), Standing::Silent(why) if why.contains("aws-cn")), "{member}");
        }
        assert_eq!(of(r#""KmsKeyId":"alias/k","id":"main""#, here), Standing::Records);
    }

    #[test]
    fn a_store_with_its_name_alone_and_a_trail_whose_bucket_is_not_known_yet_are_of_one_account() {
        for members in
            [r#""Name":"s""#, r#""name":"s""#, r#""s3_bucket_name":null,"is_multi_region_trail":true"#]
        {
            assert!(
                matches!(of(members, None), Standing::Open(why) if why.contains("one account alone")),
                "{members}"
            );
        }
        assert_eq!(of(r#""name":"s","organization_enabled":true"#, None), Standing::Records);
    }

    #[test]
    fn the_home_region_names_the_partition() {
        let here = Some(("111122223333", "us-east-1"));
        let members = r#""HomeRegion":"cn-north-1","IsMultiRegionTrail":true"#;
        assert!(matches!(of(members, here), Standing::Silent(why) if why.contains("aws-cn")));
        assert_eq!(of(r#""HomeRegion":"eu-west-1","IsMultiRegionTrail":true"#, here), Standing::Records);
    }

    #[test]
    fn what_a_whole_description_leaves_out_is_its_default() {
        let here = Some(("111122223333", "us-east-1"));
        let trail = r#""S3BucketName":"b","IsMultiRegionTrail":true,"IsLogging":true"#;
        let store = r#""RetentionPeriod":90,"MultiRegionEnabled":true"#;
        for members in [trail, store] {
            assert!(matches!(of(members, None), Standing::Open(why) if why.contains("one account alone")));
            // Whoever names a function asks about their own account.
            assert_eq!(of(members, here), Standing::Records);
        }
        assert!(matches!(of(&format!(r#"{trail},"IsOrganizationTrail":null"#), None), Standing::Open(_)));
        assert_eq!(of(&format!(r#"{trail},"IsOrganizationTrail":true"#), None), Standing::Records);
        let null = r#""S3BucketName":"b","IsMultiRegionTrail":null,"IsOrganizationTrail":true"#;
        assert!(matches!(of(null, here), Standing::Open(_)));
    }

    #[test]
    fn what_stands_beside_the_selectors_decides() {
        let here = Some(("111122223333", "eu-west-1"));
        let arn = r#""TrailARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/t""#;
        let silent = |standing| matches!(standing, Standing::Silent(_));
        let open = |standing| matches!(standing, Standing::Open(_));
        assert_eq!(of("", here), Standing::Records);
        assert_eq!(of(r#""IsMultiRegionTrail":true,"IsLogging":true"#, None), Standing::Records);
        assert!(silent(of(r#""Status":"STOPPED_INGESTION""#, here)));
        assert!(silent(of(r#""enable_logging":false"#, None)));
        for member in ["ChannelArn", "Arn"] {
            let channel = format!(r#""{member}":"arn:aws:cloudtrail:eu-west-1:111122223333:channel/c""#);
            for place in [here, None] {
                assert!(matches!(of(&channel, place), Standing::Silent(why) if why.contains("channel")));
            }
        }
        let one_region = format!(r#"{arn},"IsMultiRegionTrail":false,"IsOrganizationTrail":false"#);
        assert_eq!(of(&one_region, here), Standing::Records);
        assert!(silent(of(&one_region, Some(("111122223333", "us-east-1")))));
        assert!(silent(of(&one_region, Some(("444455556666", "eu-west-1")))));
        assert!(open(of(&one_region, None)));
        assert!(open(of(r#""is_multi_region_trail":false"#, here)));
        assert_eq!(of(r#""IsOrganizationTrail":false"#, here), Standing::Records);
        assert!(open(of(r#""IsOrganizationTrail":false"#, None)));
        assert!(open(of(&format!(r#"{arn},"IsOrganizationTrail":false"#), None)));
    }
}
