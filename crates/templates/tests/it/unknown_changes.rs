//! A change of a recorder that is there, of which one attribute is known only after apply: the answer is never better than with any value that the
//! attribute may have, and never a certain *no* where a value is well. Alone and over inventories, for what else records, and for what nothing records.

use crate::plan::{
    ACCOUNT, Change, REGION, advanced, applied, arn, basic, document, every, field, function, judged, trail,
    with, without,
};
use crate::unknown::{hidden, others, paths};
use audit::answer::Conclusion;
use audit::inventory::{Inventory, OptIn};
use cloudtrail::recorder::Seen;
use serde_json::{Value, json};

/// An event data store, as the provider plans it.
fn store(selectors: Value) -> Value {
    let advanced = selectors["advanced_event_selector"].clone();
    json!({
        "name": "lake",
        "arn": format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/1"),
        "region": REGION,
        "multi_region_enabled": true,
        "organization_enabled": false,
        "suspend": "false",
        "advanced_event_selector": advanced,
    })
}

/// Advanced selectors that invocations under other names than `Invoke` escape.
fn invoke_only() -> Value {
    let mut selectors = advanced("", &[]);
    let all = selectors["advanced_event_selector"].as_array_mut().unwrap();
    all.last_mut().unwrap()["field_selector"].as_array_mut().unwrap().push(field(
        "eventName",
        "equals",
        &["Invoke"],
    ));
    selectors
}

/// Recorders that are there before the change, with the type of the resource that each is.
fn recorders() -> Vec<(&'static str, Value)> {
    let orders = arn("orders");
    let lists = [
        every(),
        basic(&[&orders]),
        basic(&[]),
        advanced("", &[]),
        advanced("equals", &[&orders]),
        invoke_only(),
    ];
    let mut all: Vec<(&str, Value)> =
        lists.into_iter().map(|one| ("aws_cloudtrail.a", trail("main", one))).collect();
    all.push(("aws_cloudtrail.a", with(trail("main", every()), json!({"is_multi_region_trail": false}))));
    let stores = [advanced("", &[]), advanced("equals", &[&orders]), invoke_only()];
    all.extend(stores.into_iter().map(|one| ("aws_cloudtrail_event_data_store.a", store(one))));
    all
}

/// What is there and stays as it is: functions and what records nothing else, a part or everything.
fn stays() -> Vec<Vec<Change>> {
    let functions = ["orders", "payroll"]
        .map(|name| Change::keep(&format!("aws_lambda_function.{name}"), function(name)));
    let other = |selectors: Value| {
        let arn = format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/other");
        Change::keep("aws_cloudtrail.b", with(trail("other", selectors), json!({ "arn": arn })))
    };
    let part = other(basic(&[&arn("payroll")]));
    vec![
        functions.to_vec(),
        vec![part.clone()],
        [functions.to_vec(), vec![part]].concat(),
        [functions.to_vec(), vec![other(every())]].concat(),
    ]
}

/// Nothing; the Region of the document; the same where the account has a Region that nobody looked at.
fn inventories(before: &[Change]) -> Vec<Option<Inventory>> {
    let whole = applied(before);
    let mut part = whole.clone();
    for account in &mut part.accounts {
        if let Seen::Known(regions) = &mut account.regions {
            regions.insert("us-east-1".to_owned(), OptIn::ByDefault);
        }
    }
    vec![None, Some(whole), Some(part)]
}

fn is_well(conclusion: Conclusion) -> bool {
    matches!(conclusion, Conclusion::Nothing | Conclusion::Yes)
}

/// What decides nothing that these worlds know, or makes another recorder of it.
const LEFT_OUT: [&str; 8] = [
    "/name",
    "/region",
    "/home_region",
    "/insight_selector",
    "/s3_bucket_name",
    "/tags",
    "/cloud_watch_logs_group_arn",
    "/enable_log_file_validation",
];

#[test]
fn an_attribute_of_a_changed_recorder_that_is_unknown_makes_the_answer_no_better_and_no_worse() {
    let (mut open, mut sure) = (0, 0);
    for (address, before) in recorders() {
        let attributes = without(before.clone(), &["arn"]);
        let mut all = Vec::new();
        paths(&attributes, "", &mut all);
        all.retain(|path| !LEFT_OUT.contains(&path.as_str()) && !path.ends_with("/name"));
        for (number, stays) in stays().into_iter().enumerate() {
            let with = |change: Change| -> Vec<Change> { [&[change][..], &stays].concat() };
            for inventory in inventories(&with(Change::keep(address, before.clone()))) {
                let conclude = |after: Value, unknown: Value| {
                    let change = Change::update(address, before.clone(), after).unknown(unknown);
                    judged(&document(&with(change)), inventory.as_ref()).1.conclusion
                };
                for path in &all {
                    // AWS refuses a trail of all Regions without global events.
                    if path == "/include_global_service_events" && before["is_multi_region_trail"] == true {
                        continue;
                    }
                    let (after, unknown) = hidden(&before, path);
                    let answer = conclude(after, unknown);
                    for other in others(path, before.pointer(path).unwrap()) {
                        let mut after = before.clone();
                        *after.pointer_mut(path).unwrap() = other.clone();
                        let known = conclude(after, json!({}));
                        let here = format!(
                            "{address} {path} = {other}: {known:?}, unknown {answer:?}, beside {number}, over {}",
                            inventory.is_some()
                        );
                        // Some of these values AWS refuses, and what they select is itself in doubt.
                        assert!(!is_well(answer) || known != Conclusion::No, "{here}");
                        assert!(answer != Conclusion::No || known == Conclusion::No, "{here}");
                        sure += usize::from(is_well(answer));
                        open += usize::from(answer == Conclusion::Undetermined && !is_well(known));
                    }
                }
            }
        }
    }
    assert!(sure > 100 && open > 300, "{sure} {open}");
}
