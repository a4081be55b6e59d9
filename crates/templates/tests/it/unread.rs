//! Over an inventory that does not know everything: what was a question before a change does not stand for what the change does.

use crate::plan::{
    ACCOUNT, Change, REGION, advanced, applied, basic, document, every, field, function, judged, trail, with,
};
use audit::answer::Conclusion;
use audit::inventory::{Gap, GapKind, Inventory, OptIn};
use cloudtrail::recorder::Seen;
use serde_json::{Value, json};

/// The trail that changes, one of its Region alone, and what is beside them.
fn before() -> Vec<Change> {
    let side = with(
        trail("side", every()),
        json!({
            "is_multi_region_trail": false,
            "s3_bucket_name": "others-logs",
            "arn": format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/side"),
        }),
    );
    vec![
        Change::keep("aws_cloudtrail.a", trail("main", every())),
        Change::keep("aws_cloudtrail.b", side),
        Change::keep("aws_lambda_function.f", function("orders")),
        Change::keep("aws_s3_bucket.b", json!({"bucket": "acme-logs"})),
        Change::keep("aws_s3_bucket_policy.p", policy()),
    ]
}

fn policy() -> Value {
    json!({"bucket": "acme-logs", "policy": r#"{"Principal":{"Service":"cloudtrail.amazonaws.com"}}"#})
}

/// All that may end or hide what the trail records, each over the same account.
fn changes() -> Vec<(&'static str, Change)> {
    let main = || trail("main", every());
    let update = |more: Value| Change::update("aws_cloudtrail.a", main(), with(main(), more));
    let unknown = |name: &str| update(json!({ name: null })).unknown(json!({ name: true }));
    vec![
        ("stopped", update(json!({"enable_logging": false}))),
        ("perhaps stopped", unknown("enable_logging")),
        ("perhaps of one Region", unknown("is_multi_region_trail")),
        ("of one Region", update(json!({"is_multi_region_trail": false}))),
        ("deleted", Change::delete("aws_cloudtrail.a", main())),
        ("without bucket", Change::delete("aws_s3_bucket.b", json!({"bucket": "acme-logs"}))),
        ("without policy", Change::delete("aws_s3_bucket_policy.p", policy())),
    ]
}

/// The answer where this change takes the place of what was kept.
fn conclude(change: &Change, inventory: &Inventory) -> Conclusion {
    let all: Vec<Change> = before()
        .into_iter()
        .map(|one| if one.address == change.address { change.clone() } else { one })
        .collect();
    judged(&document(&all), Some(inventory)).1.conclusion
}

fn refused(inventory: &mut Inventory, call: &str) -> usize {
    inventory.gaps.push(Gap {
        account: Some(ACCOUNT.to_owned()),
        region: None,
        call: call.to_owned(),
        subject: None,
        kind: GapKind::Refused,
        error: "denied".to_owned(),
    });
    inventory.gaps.len() - 1
}

fn is_well(conclusion: Conclusion) -> bool {
    matches!(conclusion, Conclusion::Nothing | Conclusion::Yes)
}

/// The account with a further Region, of which nobody could list the trails.
fn unlisted() -> Inventory {
    let mut inventory = applied(&before());
    let gap = refused(&mut inventory, "cloudtrail:DescribeTrails");
    let mut other = inventory.places[0].clone();
    other.region = "us-east-1".to_owned();
    other.trails = Seen::Unread(gap);
    other.functions.resources.clear();
    inventory.places.push(other);
    for account in &mut inventory.accounts {
        if let Seen::Known(regions) = &mut account.regions {
            regions.insert("us-east-1".to_owned(), OptIn::ByDefault);
        }
    }
    inventory
}

#[test]
fn what_ends_where_it_was_seen_ends_where_nobody_listed_trails() {
    let inventory = unlisted();
    for (what, change) in changes() {
        let answer = conclude(&change, &inventory);
        assert!(!is_well(answer), "{what}: {answer:?}");
    }
    let keeps = with(trail("main", every()), json!({"tags": {"a": "b"}}));
    let keeps = Change::update("aws_cloudtrail.a", trail("main", every()), keeps);
    assert!(is_well(conclude(&keeps, &inventory)), "nothing of the trail changes");
}

/// The same where its list was read nowhere.
#[test]
fn what_ends_ends_also_where_nobody_listed_trails_at_all() {
    let mut inventory = unlisted();
    inventory.places.remove(0);
    for (what, change) in changes() {
        let answer = conclude(&change, &inventory);
        assert!(!is_well(answer), "{what}: {answer:?}");
    }
}

/// Whether it logs was not read, and neither was what else there is: only what may be lost tells.
#[test]
fn a_question_that_becomes_another_question_is_not_well() {
    let mut inventory = applied(&before());
    let gap = refused(&mut inventory, "cloudtrail:GetTrailStatus");
    let lists = refused(&mut inventory, "lambda:ListFunctions");
    for place in &mut inventory.places {
        let Seen::Known(trails) = &mut place.trails else { continue };
        trails.retain(|one| one.trail.ends_with("/main"));
        trails.iter_mut().for_each(|one| one.status = Seen::Unread(gap));
        for listing in [&mut place.functions, &mut place.web_functions, &mut place.microvm_images] {
            listing.resources.clear();
        }
        place.functions.gap = Some(lists);
    }
    inventory.recorders.retain(|one| one.arn.ends_with("/main"));
    for (what, change) in changes() {
        let answer = conclude(&change, &inventory);
        assert!(!is_well(answer), "{what}: {answer:?}");
    }
}

/// A bucket of an account that nobody looked at may be that of any trail there.
#[test]
fn a_bucket_that_goes_in_an_account_outside_of_the_inventory_is_a_doubt() {
    let mut inventory = applied(&before());
    inventory.accounts.retain(|account| account.id != ACCOUNT);
    inventory.places.clear();
    inventory.recorders.clear();
    for change in [
        Change::delete("aws_s3_bucket.b", json!({"bucket": "acme-logs"})),
        Change::delete("aws_s3_bucket_policy.p", policy()),
    ] {
        let answer = judged(&document(std::slice::from_ref(&change)), Some(&inventory)).1.conclusion;
        assert_eq!(answer, Conclusion::Undetermined, "{}", change.address);
    }
    let made = Change::create("aws_s3_bucket.b", json!({"bucket": "new"}));
    let answer = judged(&document(&[made]), Some(&inventory)).1.conclusion;
    assert!(is_well(answer), "{answer:?}");
}

/// All objects of S3 are the same objects, however a selector names them.
#[test]
fn all_objects_are_all_objects_in_either_language() {
    let mut of_s3 = advanced("", &[]);
    let objects = vec![
        field("eventCategory", "equals", &["Data"]),
        field("resources.type", "equals", &["AWS::S3::Object"]),
    ];
    let more = json!({"name": "objects", "field_selector": objects});
    of_s3["advanced_event_selector"].as_array_mut().unwrap().push(more);
    for all in ["arn:aws:s3", "arn:aws:s3:::"] {
        let mut then = basic(&["arn:aws:lambda"]);
        let resources = then["event_selector"][0]["data_resource"].as_array_mut().unwrap();
        resources.push(json!({"type": "AWS::S3::Object", "values": [all]}));
        let then = with(then, json!({"advanced_event_selector": []}));
        let change = Change::update("aws_cloudtrail.a", trail("main", of_s3.clone()), trail("main", then));
        let (_, gate) = judged(&document(&[change]), None);
        assert!(gate.stops.is_empty(), "{all}: {:?}", gate.stops);
    }
}
