//! Editing selectors: nothing is lost that is not meant to be, nothing exceeds what AWS takes, and what is taken back is back.

use audit::edit::{
    EditError, Exclusions, add_management, exclude, extend, include_again, keep_only, narrows, records_all,
    to_advanced, validate, without,
};
use cloudtrail::event::Event;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Selector, Selectors};
use cloudtrail::selector_json::{document, from_str, request};
use cloudtrail::{Answer, records};
use oracle::worlds::{advanced_selectors, basic_selectors, events, kinds};
use proptest::collection::vec;
use proptest::prelude::*;
use recording::{Inclusion, included};

const TRAIL: RecorderKind = RecorderKind::Trail;

fn understood(selector: &Selector) -> bool {
    selector.doubts().is_empty()
}

/// What a trail may hold: basic selectors or advanced ones, all understood, as AWS would have taken them.
fn sets(kind: ResourceType) -> impl Strategy<Value = Selectors> {
    let basic = vec(basic_selectors().prop_map(Selector::Basic), 1..4);
    let advanced = vec(advanced_selectors(kind).prop_map(Selector::Advanced), 1..5);
    prop_oneof![basic, advanced]
        .prop_map(|list| {
            let list: Vec<Selector> = list.into_iter().filter(understood).collect();
            from_str(&document(&list)).unwrap()
        })
        .prop_filter("taken by AWS", |all| all.list.iter().all(understood) && validate(all, TRAIL).is_empty())
}

fn cases() -> impl Strategy<Value = (ResourceType, Selectors, Vec<Event>)> {
    kinds().prop_flat_map(|kind| (Just(kind), sets(kind), vec(events(kind), 12)))
}

fn recorded(selectors: &Selectors, event: &Event) -> bool {
    selectors.list.iter().any(|one| records(one, event) == Answer::Recorded)
}

fn is_about(event: &Event, kind: ResourceType) -> bool {
    event.category == "Data" && event.resource.as_ref().is_some_and(|one| one.kind == kind.as_str())
}

fn arn(event: &Event) -> &str {
    event.resource.as_ref().map_or("", |one| one.arn.as_str())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_recorded_is_recorded_and_the_plane_besides((kind, before, events) in cases()) {
        let after = extend(&before, &[kind], "aws", TRAIL).unwrap();
        prop_assert!(records_all(&after.list, kind, "aws"));
        prop_assert_eq!(narrows(&before, &after), Inclusion::Included);
        for event in &events {
            prop_assert!(!recorded(&before, event) || recorded(&after, event), "{event:?}");
        }
        prop_assert!(validate(&after, TRAIL).is_empty());
        let again = extend(&after, &[kind], "aws", TRAIL).unwrap();
        prop_assert_eq!(request(&again).unwrap(), request(&after).unwrap());
    }

    #[test]
    fn an_exclusion_drops_what_it_lists_and_nothing_else((kind, before, events) in cases()) {
        let arns: Vec<String> =
            events.iter().take(2).filter(|event| is_about(event, kind)).map(|event| arn(event).to_owned()).collect();
        let Ok(after) = exclude(&before, kind, &arns, TRAIL) else { return Ok(()) };
        for event in &events {
            let dropped = is_about(event, kind) && arns.iter().any(|one| one == arn(event));
            prop_assert_eq!(recorded(&after, event), recorded(&before, event) && !dropped, "{:?}", event);
        }
        let back = include_again(&after, kind, &arns, TRAIL).unwrap();
        prop_assert_eq!(included(&before.list, &back.list), Inclusion::Included);
        if before.list.iter().all(|one| matches!(one, Selector::Advanced(_))) {
            let lists_none = !before.document.contains("NotEquals");
            prop_assert!(!lists_none || request(&back).unwrap() == request(&before).unwrap());
        }
    }

    #[test]
    fn keeping_only_some_keeps_those_and_all_that_is_not_of_the_kind((kind, before, events) in cases()) {
        let arns: Vec<String> =
            events.iter().take(2).filter(|event| is_about(event, kind)).map(|event| arn(event).to_owned()).collect();
        for after in [keep_only(&before, kind, &arns, TRAIL), without(&before, kind, TRAIL)] {
            let none = after.as_ref().ok().is_some_and(|after| after == &without(&before, kind, TRAIL).unwrap_or_default());
            let Ok(after) = after else { continue };
            for event in &events {
                let kept = !is_about(event, kind) || (!none && arns.iter().any(|one| one == arn(event)));
                prop_assert!(!recorded(&after, event) || recorded(&before, event));
                if !none {
                    prop_assert_eq!(recorded(&after, event), recorded(&before, event) && kept, "{:?}", event);
                }
            }
        }
    }

    #[test]
    fn a_conversion_records_the_same((_, before, events) in cases()) {
        let after = to_advanced(&before.list).unwrap();
        for event in &events {
            let records = |list: &[Selector]| list.iter().any(|one| records(one, event) == Answer::Recorded);
            prop_assert_eq!(records(&before.list), records(&after));
        }
    }

    #[test]
    fn management_events_are_added_without_a_loss((_, before, events) in cases()) {
        let after = add_management(&before, TRAIL, Exclusions::Drop).unwrap();
        for event in &events {
            prop_assert!(!recorded(&before, event) || recorded(&after, event));
            prop_assert!(event.category != "Management" || recorded(&after, event));
        }
    }
}

#[test]
fn what_is_excluded_on_purpose_stays_so_in_the_half_that_is_added() {
    let basic = r#"{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,
        "ExcludeManagementEventSources":["kms.amazonaws.com"]}]}"#;
    let advanced = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},
        {"Field":"readOnly","Equals":["false"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]}"#;
    // One of two excludes it, so it is recorded in part, and no part is taken away.
    let one_of_two = r#"{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,
        "ExcludeManagementEventSources":["kms.amazonaws.com"]},
        {"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}]}"#;
    let event = |source: &str, read_only| Event {
        category: "Management".to_owned(),
        source: source.to_owned(),
        name: "DescribeKey".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only,
        resource: None,
        user_identity_arn: None,
        session_credential_from_console: false,
    };
    for (document, keep, kms) in [
        (basic, Exclusions::Keep, false),
        (basic, Exclusions::Drop, true),
        (advanced, Exclusions::Keep, false),
        (advanced, Exclusions::Drop, true),
        (one_of_two, Exclusions::Keep, true),
    ] {
        let after = add_management(&from_str(document).unwrap(), TRAIL, keep).unwrap();
        for read_only in [true, false] {
            assert!(recorded(&after, &event("ec2.amazonaws.com", read_only)), "{}", after.document);
            assert_eq!(recorded(&after, &event("kms.amazonaws.com", read_only)), kms, "{}", after.document);
        }
    }
}

fn functions() -> [ResourceType; 1] {
    [ResourceType::Function]
}

#[test]
fn basic_stays_basic_while_it_can() {
    let other = r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,
        "ExcludeManagementEventSources":["kms.amazonaws.com"],
        "DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/"]}]}]}"#;
    let after = extend(&from_str(other).unwrap(), &functions(), "aws", TRAIL).unwrap();
    assert!(after.document.starts_with(r#"{"EventSelectors""#), "{}", after.document);
    assert!(after.document.contains("kms.amazonaws.com") && after.document.contains("arn:aws:s3:::a/"));
    let both = [ResourceType::Function, ResourceType::WebFunction];
    let after = extend(&from_str(other).unwrap(), &both, "aws", TRAIL).unwrap();
    assert!(
        after.document.starts_with(r#"{"AdvancedEventSelectors""#),
        "no basic selector takes a web function"
    );
    assert!(after.document.contains("kms.amazonaws.com") && after.document.contains("arn:aws:s3:::a/"));
}

#[test]
fn the_default_of_a_new_trail_keeps_its_management_events() {
    let after = extend(
        &from_str(r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true}]}"#).unwrap(),
        &ResourceType::ALL,
        "aws",
        TRAIL,
    )
    .unwrap();
    assert!(after.document.contains("Management"), "{}", after.document);
    assert_eq!(after.list.len(), 4);
}

#[test]
fn what_is_not_understood_stays_where_it_stands_and_is_never_rewritten() {
    let strange = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"eventMood","Contains":["good"]}]}]}"#;
    let before = from_str(strange).unwrap();
    let after = extend(&before, &functions(), "aws", TRAIL).unwrap();
    assert!(
        after.document.contains("eventMood") && after.document.contains("Contains"),
        "{}",
        after.document
    );
    assert_eq!(after.list[..1], before.list[..]);
    let basic = r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeNightEvents":true}]}"#;
    let told = extend(&from_str(basic).unwrap(), &functions(), "aws", TRAIL);
    assert!(matches!(told, Err(EditError::NotUnderstood { .. } | EditError::Request(_))), "{told:?}");
}

/// Two documents may differ in what we do not know alone: then nobody can say that nothing is lost.
#[test]
fn what_is_not_understood_stands_only_for_itself() {
    let all = |mood: &str| {
        let fields = r#"{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}"#;
        from_str(&format!(
            r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{fields}],"Unheard":{{"of":"{mood}"}}}}]}}"#
        ))
        .unwrap()
    };
    assert_eq!(narrows(&all("good"), &all("good")), Inclusion::Included);
    let answer = narrows(&all("good"), &all("bad"));
    assert!(matches!(answer, Inclusion::Undetermined { selector: 0, doubt: Some(_) }), "{answer:?}");
}

#[test]
fn what_does_not_fit_names_the_nearest() {
    let arns: Vec<String> =
        (0..498).map(|n| format!("\"arn:aws:lambda:us-east-1:111111111111:function:f{n}\"")).collect();
    let full = format!(
        r#"{{"AdvancedEventSelectors":[{{"Name":"some","FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
        {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},
        {{"Field":"resources.ARN","Equals":[{}]}}]}}]}}"#,
        arns.join(",")
    );
    let told = extend(&from_str(&full).unwrap(), &functions(), "aws", TRAIL).unwrap_err();
    let EditError::DoesNotFit { needed, allowed, nearest, .. } = told else { panic!("{told:?}") };
    assert_eq!((needed, allowed), (502, 500));
    assert!(nearest.contains("selector 0 \"some\""), "{nearest}");
}

#[test]
fn five_basic_selectors_for_reads_are_converted() {
    let one = r#"{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true,"DataResources":[]}"#;
    let five = format!(r#"{{"EventSelectors":[{}]}}"#, [one; 5].join(","));
    let after = extend(&from_str(&five).unwrap(), &functions(), "aws", TRAIL).unwrap();
    assert!(after.document.starts_with(r#"{"AdvancedEventSelectors""#), "{}", after.document);
}

#[test]
fn a_store_takes_five_selectors() {
    let one = r#"{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}"#;
    let five = format!(r#"{{"AdvancedEventSelectors":[{}]}}"#, [one; 5].join(","));
    let before = from_str(&five).unwrap();
    assert!(extend(&before, &functions(), "aws", TRAIL).is_ok());
    let told = extend(&before, &functions(), "aws", RecorderKind::EventDataStore);
    assert!(matches!(told, Err(EditError::DoesNotFit { .. })), "{told:?}");
}

#[test]
fn an_empty_list_is_never_the_result() {
    let only = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;
    let told = without(&from_str(only).unwrap(), ResourceType::Function, TRAIL);
    assert_eq!(told, Err(EditError::NothingLeft));
}

#[test]
fn what_aws_refuses_is_named() {
    for (text, wrong) in [
        (
            r#"{"EventSelectors":[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda:*"]}]}]}"#,
            true,
        ),
        (
            r#"{"EventSelectors":[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]}"#,
            false,
        ),
    ] {
        assert_eq!(!validate(&from_str(text).unwrap(), TRAIL).is_empty(), wrong, "{text}");
    }
}
