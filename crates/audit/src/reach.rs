//! Whether the recorder of pasted selectors records at a place at all, as far as the document says it.

use cloudtrail::arn::{Arn, is_default_region};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector_json::{Member, RecorderFacts};

/// What the document says of the recorder at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing that speaks against it.
    Records,
    /// It certainly records nothing there: why.
    Silent(Why),
    /// Whether it records there is not said: why.
    Open(Why),
}

/// What speaks against a recorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is of this partition, and partitions know nothing of each other.
    Partition(String),
    /// It is a channel, which is never counted.
    Channel,
    /// It records nothing now.
    Stopped(Member),
    /// It is of this account, and it is not said whether it records others.
    Owner(String),
    /// It records one account alone: which, where that is known.
    OneAccount(Option<String>, Member),
    /// It is at home in this Region, and it is not said whether it records others.
    HomeRegion(String),
    /// It records one Region alone: which, where that is known.
    OneRegion(Option<String>, Member),
    /// It is at home in this Region, it is not said that it records others, and others may serve the web function.
    ServedElsewhere(String),
    /// Only accounts that have enabled this Region, its home, are recorded.
    OptInHome(String),
}

/// What is said of the recorder at the place of `function`; of any place, where there is none.
#[must_use]
pub fn reach(facts: &RecorderFacts, function: Option<Arn<'_>>) -> Reach {
    if let (Some(partition), Some(function)) = (&facts.partition, function)
        && partition != function.partition
    {
        return Reach::Silent(Why::Partition(partition.clone()));
    }
    let place = function.map(|function| (function.account, function.region));
    if let Some(said) = &facts.stopped {
        return Reach::Silent(if facts.channel { Why::Channel } else { Why::Stopped(said.clone()) });
    }
    let account = match (&facts.one_account, &facts.account, place) {
        (None, Some(owner), Some((account, _))) if owner != account && !facts.all_accounts => {
            return Reach::Open(Why::Owner(owner.clone()));
        }
        (None, Some(owner), None) if !facts.all_accounts => return Reach::Open(Why::Owner(owner.clone())),
        (None, _, _) => organization(facts, place),
        (Some(_), Some(owner), Some((account, _))) if owner == account => Reach::Records,
        (Some(said), Some(owner), Some(_)) => {
            return Reach::Silent(Why::OneAccount(Some(owner.clone()), said.clone()));
        }
        // Whoever names a function of their own account gets an answer for it, as `aws cloudtrail` gave the document there.
        (Some(_), None, Some(_)) => Reach::Records,
        (Some(said), owner, None) => Reach::Open(Why::OneAccount(owner.clone(), said.clone())),
    };
    // Other Regions than that of its ARN may serve a web function, and its calls are recorded where they are served.
    let elsewhere = function.is_some_and(|function| is_web_function(&function)) && !facts.all_regions;
    if let Some(home) = facts.home_region.as_ref().filter(|_| elsewhere && account == Reach::Records) {
        return Reach::Open(Why::ServedElsewhere(home.clone()));
    }
    let Some(said) = &facts.one_region else {
        return match (&facts.home_region, place) {
            _ if facts.all_regions => account,
            (Some(home), Some((_, region))) if home == region => account,
            (Some(home), _) => Reach::Open(Why::HomeRegion(home.clone())),
            (None, _) => account,
        };
    };
    let alone = Why::OneRegion(facts.home_region.clone(), said.clone());
    match (&facts.home_region, place) {
        (Some(home), Some((_, region))) if home == region => account,
        (Some(_), Some(_)) => Reach::Silent(alone),
        _ => Reach::Open(alone),
    }
}

fn is_web_function(arn: &Arn<'_>) -> bool {
    arn.service == "lambda" && arn.resource.starts_with(ResourceType::WebFunction.arn_infix())
}

/// The same of a recorder that nothing confines to one account.
fn organization(facts: &RecorderFacts, place: Option<(&str, &str)>) -> Reach {
    let home = facts.home_region.as_deref().filter(|home| facts.all_accounts && !is_default_region(home));
    let owner = facts.account.as_deref();
    match (home, place) {
        // An account that calls a function there has enabled the Region; who made the recorder has, too.
        (Some(home), Some((account, region))) if home == region || owner == Some(account) => Reach::Records,
        // User guide, "Creating a trail for an organization".
        (Some(home), _) => Reach::Open(Why::OptInHome(home.to_owned())),
        (None, _) => Reach::Records,
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, Why, reach};
    use cloudtrail::arn::Arn;

    fn of(members: &str, place: Option<(&str, &str)>) -> Reach {
        let arn = place.map(|(account, region)| format!("arn:aws:lambda:{region}:{account}:function:f"));
        reach(
            &cloudtrail::selector_json::recorder_facts(&format!("{{{members}}}")),
            arn.as_deref().and_then(Arn::parse),
        )
    }

    #[test]
    fn a_recorder_of_another_partition_records_nothing_here() {
        let here = Some(("111122223333", "us-east-1"));
        for partition in ["aws-cn", "aws-us-gov"] {
            let arn = format!(r#""TrailARN":"arn:{partition}:cloudtrail:cn-north-1:111122223333:trail/x""#);
            assert!(matches!(of(&arn, here), Reach::Silent(Why::Partition(of)) if of == partition));
        }
    }

    #[test]
    fn a_recorder_of_another_account_records_here_only_where_something_says_so() {
        let arn = r#""TrailARN":"arn:aws:cloudtrail:us-east-1:999999999999:trail/x""#;
        let of = |more: &str, account: &str| of(&format!("{arn}{more}"), Some((account, "us-east-1")));
        assert!(matches!(of("", "111122223333"), Reach::Open(Why::Owner(owner)) if owner == "999999999999"));
        assert_eq!(of("", "999999999999"), Reach::Records);
        assert_eq!(of(r#","IsOrganizationTrail":true"#, "111122223333"), Reach::Records);
        assert!(matches!(of(r#","IsOrganizationTrail":false"#, "111122223333"), Reach::Silent(_)));
        // No function was named: those of other accounts are asked about, too.
        assert!(
            matches!(super::tests::of(arn, None), Reach::Open(Why::Owner(owner)) if owner == "999999999999")
        );
        let store = r#""EventDataStoreArn":"arn:aws:cloudtrail:us-east-1:999999999999:eventdatastore/x""#;
        let here = Some(("111122223333", "us-east-1"));
        assert!(matches!(super::tests::of(store, here), Reach::Open(_)));
        assert_eq!(super::tests::of(&format!(r#"{store},"OrganizationEnabled":true"#), here), Reach::Records);
    }

    #[test]
    fn a_recorder_of_an_organization_records_accounts_that_have_its_home_region() {
        let at = |home: &str, place| {
            let arn = format!(r#""TrailARN":"arn:aws:cloudtrail:{home}:111122223333:trail/x""#);
            of(&format!(r#"{arn},"IsMultiRegionTrail":true,"IsOrganizationTrail":true"#), place)
        };
        let member = |region| Some(("444455556666", region));
        assert_eq!(at("eu-west-1", member("us-east-1")), Reach::Records);
        assert!(
            matches!(at("af-south-1", member("us-east-1")), Reach::Open(Why::OptInHome(home)) if home == "af-south-1")
        );
        assert!(matches!(at("af-south-1", None), Reach::Open(_)));
        assert_eq!(at("af-south-1", member("af-south-1")), Reach::Records);
        assert_eq!(at("af-south-1", Some(("111122223333", "us-east-1"))), Reach::Records);
    }

    #[test]
    fn a_recorder_of_another_region_records_here_only_where_something_says_so() {
        let arn = r#""TrailARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/x""#;
        let at = |more: &str, region| of(&format!("{arn}{more}"), Some(("111122223333", region)));
        assert!(matches!(at("", "us-east-1"), Reach::Open(Why::HomeRegion(home)) if home == "eu-west-1"));
        assert_eq!(at("", "eu-west-1"), Reach::Records);
        assert_eq!(at(r#","IsMultiRegionTrail":true"#, "us-east-1"), Reach::Records);
        assert!(matches!(at(r#","IsMultiRegionTrail":false"#, "us-east-1"), Reach::Silent(_)));
        let organization = format!(r#"{arn},"IsOrganizationTrail":true"#);
        assert!(matches!(of(&organization, None), Reach::Open(Why::HomeRegion(home)) if home == "eu-west-1"));
        assert_eq!(of(&format!(r#"{organization},"IsMultiRegionTrail":true"#), None), Reach::Records);
        // A store that is described, and says nothing of Regions, has all of them.
        let store = r#""name":"s","arn":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x""#;
        assert_eq!(of(store, Some(("111122223333", "us-east-1"))), Reach::Records);
    }

    #[test]
    fn a_recorder_of_one_region_may_miss_calls_to_a_web_function() {
        let arn = r#""TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/x""#;
        let web = |more: &str| {
            let facts = cloudtrail::selector_json::recorder_facts(&format!("{{{arn}{more}}}"));
            reach(&facts, Arn::parse("arn:aws:lambda:us-east-1:111122223333:web-function/shop"))
        };
        assert_eq!(web(""), Reach::Open(Why::ServedElsewhere("us-east-1".to_owned())));
        assert!(matches!(web(r#","IsMultiRegionTrail":false"#), Reach::Open(_)));
        assert_eq!(web(r#","IsMultiRegionTrail":true"#), Reach::Records);
    }

    #[test]
    fn what_only_channels_have_makes_it_a_channel() {
        for members in [
            r#""ApplyToAllRegions":true"#,
            r#""Source":"CloudTrail","Destinations":[{"Type":"AWS_SERVICE","Location":"securitylake"}]"#,
            r#""SourceConfig":{"ApplyToAllRegions":false}"#,
        ] {
            let reach = of(members, Some(("111122223333", "us-east-1")));
            assert_eq!(reach, Reach::Silent(Why::Channel), "{members}");
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
            assert!(
                matches!(of(member, here), Reach::Silent(Why::Partition(of)) if of == "aws-cn"),
                "{member}"
            );
        }
        assert_eq!(of(r#""KmsKeyId":"alias/k","id":"main""#, here), Reach::Records);
    }

    #[test]
    fn a_store_with_its_name_alone_and_a_trail_whose_bucket_is_not_known_yet_are_of_one_account() {
        for members in
            [r#""Name":"s""#, r#""name":"s""#, r#""s3_bucket_name":null,"is_multi_region_trail":true"#]
        {
            assert!(matches!(of(members, None), Reach::Open(Why::OneAccount(None, _))), "{members}");
        }
        assert_eq!(of(r#""name":"s","organization_enabled":true"#, None), Reach::Records);
    }

    #[test]
    fn the_home_region_names_the_partition() {
        let here = Some(("111122223333", "us-east-1"));
        let members = r#""HomeRegion":"cn-north-1","IsMultiRegionTrail":true"#;
        assert!(matches!(of(members, here), Reach::Silent(Why::Partition(of)) if of == "aws-cn"));
        assert_eq!(of(r#""HomeRegion":"eu-west-1","IsMultiRegionTrail":true"#, here), Reach::Records);
    }

    #[test]
    fn what_a_whole_description_leaves_out_is_its_default() {
        let here = Some(("111122223333", "us-east-1"));
        let trail = r#""S3BucketName":"b","IsMultiRegionTrail":true,"IsLogging":true"#;
        let store = r#""RetentionPeriod":90,"MultiRegionEnabled":true"#;
        for members in [trail, store] {
            assert!(matches!(of(members, None), Reach::Open(Why::OneAccount(None, _))));
            // Whoever names a function asks about their own account.
            assert_eq!(of(members, here), Reach::Records);
        }
        assert!(matches!(of(&format!(r#"{trail},"IsOrganizationTrail":null"#), None), Reach::Open(_)));
        assert_eq!(of(&format!(r#"{trail},"IsOrganizationTrail":true"#), None), Reach::Records);
        let null = r#""S3BucketName":"b","IsMultiRegionTrail":null,"IsOrganizationTrail":true"#;
        assert!(matches!(of(null, here), Reach::Open(_)));
    }

    #[test]
    fn what_stands_beside_the_selectors_decides() {
        let here = Some(("111122223333", "eu-west-1"));
        let arn = r#""TrailARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/t""#;
        let silent = |reach| matches!(reach, Reach::Silent(_));
        let open = |reach| matches!(reach, Reach::Open(_));
        assert_eq!(of("", here), Reach::Records);
        assert_eq!(of(r#""IsMultiRegionTrail":true,"IsLogging":true"#, None), Reach::Records);
        assert!(silent(of(r#""Status":"STOPPED_INGESTION""#, here)));
        assert!(silent(of(r#""enable_logging":false"#, None)));
        for member in ["ChannelArn", "Arn"] {
            let channel = format!(r#""{member}":"arn:aws:cloudtrail:eu-west-1:111122223333:channel/c""#);
            for place in [here, None] {
                assert!(matches!(of(&channel, place), Reach::Silent(Why::Channel)));
            }
        }
        let one_region = format!(r#"{arn},"IsMultiRegionTrail":false,"IsOrganizationTrail":false"#);
        assert_eq!(of(&one_region, here), Reach::Records);
        assert!(silent(of(&one_region, Some(("111122223333", "us-east-1")))));
        assert!(silent(of(&one_region, Some(("444455556666", "eu-west-1")))));
        assert!(open(of(&one_region, None)));
        assert!(open(of(r#""is_multi_region_trail":false"#, here)));
        assert_eq!(of(r#""IsOrganizationTrail":false"#, here), Reach::Records);
        assert!(open(of(r#""IsOrganizationTrail":false"#, None)));
        assert!(open(of(&format!(r#"{arn},"IsOrganizationTrail":false"#), None)));
    }
}
