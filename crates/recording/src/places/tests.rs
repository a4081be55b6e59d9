//! Which accounts and Regions are tried for selectors: one of each kind.

use super::{Place, places};
use crate::clauses::{Candidate, clauses};
use cloudtrail::resource::ResourceType;

fn of(conditions: &str) -> Vec<Place> {
    let text = format!(
        r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},{{"Field":"resources.ARN",{conditions}}}]}}]}}"#
    );
    let selectors = cloudtrail::selector_json::from_str(&text).unwrap();
    let candidate = [Candidate { selectors: Some(&selectors.list), certain: true }];
    let found = places(&clauses(&candidate), ResourceType::Function, None);
    assert!(found.complete);
    found.all
}

#[test]
fn every_kind_of_place_has_one_and_no_more() {
    let all = of(r#""StartsWith":["arn:aws:lambda:us-east-1:111122223333:"]"#);
    let told: Vec<(&str, &str)> =
        all.iter().map(|place| (place.region.as_str(), place.account.as_str())).collect();
    assert_eq!(
        told,
        [("us-east-1", "111122223333"), ("us-east-1", "444455556666"), ("eu-west-1", "111122223333")]
    );
}

#[test]
fn a_partition_has_regions_of_its_own_names_alone() {
    for (value, region) in [
        ("arn:aws-us-gov:lambda:us-gov-", "us-gov-west-1"),
        ("arn:aws-cn:lambda:cn-", "cn-north-1"),
        ("arn:aws-iso:lambda:us-iso-", "us-iso-east-1"),
        ("arn:aws-iso-b:lambda:us-isob-", "us-isob-east-1"),
        ("arn:aws-eusc:lambda:eusc-", "eusc-de-east-1"),
    ] {
        let all = of(&format!(r#""StartsWith":["{value}"]"#));
        let regions: Vec<&str> = all.iter().map(|place| place.region.as_str()).collect();
        assert_eq!(regions, [region], "{value}");
    }
    let all =
        of(r#""StartsWith":["arn:aws:"],"NotStartsWith":["arn:aws:lambda:us-gov-","arn:aws:lambda:cn-"]"#);
    assert_eq!(all.len(), 1, "{all:?}");
}

#[test]
fn values_are_taken_together() {
    let all = of(
        r#""NotStartsWith":["arn:aws:lambda:us-","arn:aws:lambda:us-east-1:"],"NotEndsWith":["west-1:444455556666:function:x"]"#,
    );
    let has = |region: &dyn Fn(&str) -> bool| all.iter().any(|place| region(&place.region));
    assert!(has(&|r| r == "us-east-1"));
    assert!(has(&|r| r.starts_with("us-") && r != "us-east-1" && !r.ends_with("west-1")));
    assert!(has(&|r| r.starts_with("us-") && r.ends_with("west-1")));
    assert!(has(&|r| !r.starts_with("us-") && r.ends_with("west-1")));
    assert!(has(&|r| !r.starts_with("us-") && !r.ends_with("west-1")));
    assert!(
        all.iter().any(|place| place.region.ends_with("west-1") && place.account == "444455556666"),
        "{all:?}"
    );
}

#[test]
fn an_account_that_no_value_leaves_over_is_not_made_up() {
    let digits: Vec<String> = (0..10).map(|digit| format!(r#""{digit}:function:x""#)).collect();
    let all = of(&format!(r#""EndsWith":[{}]"#, digits.join(",")));
    assert_eq!(all.len(), 10, "{all:?}");
}

#[test]
fn the_partitions_that_were_tried_are_named_where_values_tell_arns_apart() {
    let of = |field: &str| {
        let text = format!(
            r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
                {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}}{field}]}}]"#
        );
        let selectors = cloudtrail::selector_json::from_str(&text).unwrap();
        let candidate = [Candidate { selectors: Some(&selectors.list), certain: true }];
        places(&clauses(&candidate), ResourceType::Function, None).partitions
    };
    assert!(of("").is_empty());
    assert_eq!(of(r#",{"Field":"resources.ARN","StartsWith":["arn:aws:"]}"#), ["aws"]);
    assert_eq!(
        of(r#",{"Field":"resources.ARN","StartsWith":["arn:aws:lambda:","arn:aws-cn:lambda:"]}"#),
        ["aws", "aws-cn"]
    );
}

#[test]
fn partitions_that_do_not_exist_are_not_tried() {
    let of_partition = |conditions: &str| -> Vec<String> {
        let mut all: Vec<String> = of(conditions).into_iter().map(|place| place.partition).collect();
        all.dedup();
        all
    };
    assert_eq!(of_partition(r#""NotStartsWith":["arn:awz:lambda:"]"#), ["aws"]);
    assert_eq!(of_partition(r#""StartsWith":["arn:aws-cn:lambda:"]"#), ["aws-cn"]);
    assert_eq!(of_partition(r#""StartsWith":["arn:aws-"]"#).len(), 8);
}
