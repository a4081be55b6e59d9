//! What AWS said, kept, and collected again from: the same inventory whatever AWS answers, and nothing in it that is a secret.

use crate::acme;
use crate::op::Op;
use crate::world::{Fault, Served};
use audit::again::differences;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::raw_answers::{Asked, Collection, Keep, RawAnswer, Recall};
use aws::{Accounts, CollectedAgain, Session, Stop, collect_again};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const AT: &str = "2026-11-23T12:00:00Z";

/// Answers in memory; those to the same question in the order in which they came.
#[derive(Debug, Default)]
struct Kept(Mutex<BTreeMap<Asked, Vec<RawAnswer>>>);

impl Keep for Kept {
    fn keep(&self, asked: &Asked, said: &RawAnswer) {
        let mut all = self.0.lock().unwrap();
        let before = all.entry(asked.clone()).or_default();
        if before.last() != Some(said) {
            before.push(said.clone());
        }
    }
}

impl Recall for Kept {
    fn recall(&self, asked: &Asked) -> Option<RawAnswer> {
        let mut all = self.0.lock().unwrap();
        let said = all.get_mut(asked)?;
        if said.len() > 1 { Some(said.remove(0)) } else { said.first().cloned() }
    }
}

/// Collects and keeps.
async fn kept(served: &Served, accounts: Accounts) -> (Inventory, Arc<Kept>, Collection) {
    let kept = Arc::new(Kept::default());
    let mut options = served.options(accounts);
    options.limits.attempt = Duration::from_millis(500);
    options.limits.attempts = 2;
    options.limits.silent_attempts = 1;
    let session = Session::recording(&options, Stop::new(), Arc::clone(&kept) as Arc<dyn Keep>);
    let session = session.await.unwrap().unwrap();
    let inventory = session.collect(AT, &|_| {}).await.unwrap().inventory;
    (inventory, kept, session.collection())
}

async fn again(kept: Arc<Kept>, collection: &Collection) -> CollectedAgain {
    collect_again(kept, collection, AT, &[]).await.unwrap()
}

/// Nothing is asked that was not kept, and the inventory is the same.
async fn is_collected_again(served: &Served, accounts: Accounts, what: &str) {
    let (inventory, kept, collection) = kept(served, accounts).await;
    let before = served.asked().len();
    let CollectedAgain { inventory: anew, missing } = again(kept, &collection).await;
    assert_eq!(missing, [], "{what}");
    let anew = anew.unwrap();
    assert_eq!(differences(&inventory, &anew), Vec::<String>::new(), "{what}");
    assert_eq!(inventory, anew, "{what}");
    assert_eq!(served.asked().len(), before, "{what}: AWS was asked");
}

#[tokio::test]
async fn the_same_inventory_comes_from_the_answers_alone() {
    for accounts in [Accounts::Caller, acme::members(), Accounts::Organization] {
        let what = format!("{accounts:?}");
        let mut world = acme::world();
        is_collected_again(&world.serve().await, accounts.clone(), &what).await;
        world = acme::world();
        world.empty_pages = true;
        is_collected_again(&world.serve().await, accounts, &what).await;
    }
}

/// Each operation in turn fails in each way in which AWS and networks fail.
#[tokio::test]
async fn the_same_inventory_comes_whatever_fails() {
    let healthy = acme::world().serve().await;
    healthy.collect(acme::members()).await.unwrap();
    let operations: BTreeSet<String> = healthy.asked().into_iter().map(|op| op.action).collect();
    assert!(operations.len() >= 15, "{operations:?}");
    let of_all = [Fault::Refused, Fault::Page, Fault::Missing, Fault::Cut, Fault::Malformed];
    // What is made of these does not depend on the operation; one stands for each protocol.
    let of_some = [Fault::Throttled, Fault::Unavailable, Fault::Expired, Fault::Vast];
    let some = ["cloudtrail:DescribeTrails", "lambda:ListFunctions", "ec2:DescribeRegions", "sts:AssumeRole"];
    for operation in operations {
        // Without the caller there is nothing to collect.
        if operation == "sts:GetCallerIdentity" {
            continue;
        }
        let more = if some.contains(&operation.as_str()) { &of_some[..] } else { &[] };
        for fault in of_all.into_iter().chain(more.iter().copied()) {
            let failing = operation.clone();
            let world = acme::world().failing(move |op, _| (op.action == failing).then_some(fault));
            let what = format!("{operation} {fault:?}");
            let alone = !operation.starts_with("sts") && !operation.contains("GetEventSelectors");
            let accounts = if alone { Accounts::Caller } else { acme::members() };
            is_collected_again(&world.serve().await, accounts, &what).await;
        }
    }
}

/// What passes, and what never answers: the last word counts.
#[tokio::test]
async fn the_same_inventory_comes_after_repetitions_and_silence() {
    let flaky = acme::world().failing(|_, count| (count % 3 == 0).then_some(Fault::Unavailable));
    is_collected_again(&flaky.serve().await, acme::members(), "every third fails").await;
    let silent = |op: &Op, _| (op.action == "lambda:ListFunctions").then_some(Fault::Hang);
    let silent = acme::world().failing(silent).serve().await;
    is_collected_again(&silent, acme::members(), "silence").await;
}

/// Every operation that a collection asks is kept; of an assumed role, only that it was.
#[tokio::test]
async fn every_operation_of_a_collection_is_kept_and_no_credentials_are() {
    let served = acme::world().serve().await;
    let (_, kept, _) = kept(&served, Accounts::Organization).await;
    let kept = kept.0.lock().unwrap();
    let operations: BTreeSet<&str> = kept.keys().map(|asked| asked.operation.as_str()).collect();
    let asked: BTreeSet<String> = served.asked().into_iter().map(|op| op.action).collect();
    assert_eq!(operations, asked.iter().map(String::as_str).collect());
    for (asked, said) in kept.iter() {
        if asked.operation == "sts:AssumeRole" {
            assert_eq!((&asked.request, &said[..]), (&None, &[RawAnswer::Withheld][..]));
        }
        for said in said {
            let RawAnswer::Answer { body, selection, .. } = said else { continue };
            let text = String::from_utf8_lossy(body);
            assert!(!text.contains("SessionToken") && !text.contains("SecretAccessKey"), "{asked:?}");
            let listed = asked.operation.starts_with("lambda:List") && asked.operation != "lambda:ListTags";
            assert_eq!(*selection, listed, "{asked:?}");
        }
    }
}

/// An answer that is changed, of another account or taken away changes what is collected, or is named.
#[tokio::test]
async fn answers_that_are_changed_moved_or_gone_are_found() {
    let served = acme::world().serve().await;
    let (inventory, whole, collection) = kept(&served, acme::members()).await;
    let whole = whole.0.lock().unwrap().clone();
    let mut operations = BTreeSet::new();
    for (asked, said) in &whole {
        // One of each operation; not one of which nothing is read but that there is one.
        if asked.operation == "sts:AssumeRole" || !operations.insert(&asked.operation) {
            continue;
        }
        let gone = |moved: Option<Asked>| {
            let mut left = whole.clone();
            left.remove(asked);
            left.extend(moved.map(|moved| (moved, said.clone())));
            Arc::new(Kept(Mutex::new(left)))
        };
        let elsewhere = Asked { account: "999999999999".to_owned(), ..asked.clone() };
        for left in [gone(None), gone(Some(elsewhere))] {
            let Ok(anew) = collect_again(left, &collection, AT, &[]).await else {
                assert_eq!(asked.operation, "sts:GetCallerIdentity");
                continue;
            };
            assert!(anew.missing.contains(asked), "{asked:?}");
        }
        let RawAnswer::Answer { status, body, .. } = &said[0] else { continue };
        let changed = RawAnswer::Answer {
            status: *status,
            error_code: None,
            selection: false,
            body: body.iter().map(|byte| if byte.is_ascii_digit() { b'8' } else { *byte }).collect(),
        };
        let mut other = whole.clone();
        other.insert(asked.clone(), vec![changed.clone()]);
        let Ok(anew) = collect_again(Arc::new(Kept(Mutex::new(other))), &collection, AT, &[]).await else {
            continue;
        };
        let same = changed == said[0] || anew.inventory.as_ref() == Some(&inventory);
        // Trails' times and the ids of channels are digits; where there is none, or none that is read, nothing changes.
        let named = anew.inventory.as_ref().map(|anew| differences(&inventory, anew).len());
        assert!(same || named > Some(0) || anew.inventory.is_none(), "{asked:?}");
    }
}

/// A call that never came to a request, because its service had been silent too often: what was said of it comes again, on any page.
#[tokio::test]
async fn what_was_never_sent_fails_again_as_it_did() {
    let served = acme::world().serve().await;
    let (_, whole, collection) = kept(&served, Accounts::Caller).await;
    let mut whole = whole.0.lock().unwrap().clone();
    let second = |asked: &Asked| {
        let request = asked.request.as_ref();
        asked.operation == "lambda:ListFunctions" && request.is_some_and(|one| one.path.contains("Marker="))
    };
    let page = whole.keys().find(|asked| second(asked)).unwrap().clone();
    whole.remove(&page);
    let silent = RawAnswer::Failure { class: "silent".to_owned(), code: None, error: "no answer".to_owned() };
    whole.insert(Asked { request: None, ..page.clone() }, vec![silent]);
    let anew = again(Arc::new(Kept(Mutex::new(whole))), &collection).await;
    assert_eq!(anew.missing, []);
    let anew = anew.inventory.unwrap();
    let gap = &anew.gaps[0];
    assert_eq!(
        (anew.gaps.len(), gap.call.as_str(), gap.error.as_str()),
        (1, "lambda:ListFunctions", "no answer")
    );
    let place = anew.place(acme::CALLER, &page.region).unwrap();
    let functions = &anew.places[place].functions;
    assert!(functions.gap == Some(0) && !functions.resources.is_empty(), "the first page is there");
}

/// Answers that lead to more and more questions come to an end.
#[tokio::test]
async fn answers_that_lead_to_endless_questions_are_given_up() {
    let served = acme::world().serve().await;
    let (_, kept, collection) = kept(&served, Accounts::Caller).await;
    let regions: Vec<String> = (0..900)
        .map(|at| format!(r#"{{"RegionName":"xx-west-{at}","RegionOptStatus":"ENABLED"}}"#))
        .collect();
    let body = format!(r#"{{"Regions":[{}]}}"#, regions.join(",")).into_bytes();
    for (asked, said) in kept.0.lock().unwrap().iter_mut() {
        if asked.operation == "account:ListRegions" {
            *said = vec![RawAnswer::Answer {
                status: 200,
                error_code: None,
                selection: false,
                body: body.clone(),
            }];
        }
    }
    let CollectedAgain { inventory, missing } = again(kept, &collection).await;
    assert!(inventory.is_none() && missing.len() == 1_000, "{}", missing.len());
}

/// Whatever stands in the answers, there is an inventory, or an error; never a panic.
#[tokio::test]
async fn hostile_answers_end_in_words() {
    let served = acme::world().serve().await;
    let (_, whole, collection) = kept(&served, acme::members()).await;
    let whole = whole.0.lock().unwrap().clone();
    let twice = br#"{"trailList":[],"trailList":[{}],"Functions":[],"Functions":7,"Regions":{}}"#.to_vec();
    let deep = [b"{\"a\":".repeat(50_000), b"1".to_vec(), b"}".repeat(50_000)].concat();
    let bodies = [Vec::new(), twice, deep, vec![0xff; 64], vec![b'{'; 200_000], vec![b' '; 8 << 20]];
    for body in bodies {
        for (status, error_code) in [(200, None), (0, None), (65_535, None), (400, Some("a\r\nb".to_owned()))]
        {
            let said = RawAnswer::Answer { status, error_code, selection: true, body: body.clone() };
            let hostile = whole.keys().map(|asked| {
                let kept = asked.operation == "sts:GetCallerIdentity" || asked.operation == "sts:AssumeRole";
                (asked.clone(), if kept { whole[asked].clone() } else { vec![said.clone()] })
            });
            let hostile = Arc::new(Kept(Mutex::new(hostile.collect())));
            let anew = collect_again(hostile, &collection, AT, &[]).await.unwrap();
            assert!(anew.inventory.is_some_and(|anew| !anew.gaps.is_empty()));
        }
    }
    let nobody = Collection { home: "../evil".to_owned(), ..collection.clone() };
    assert!(collect_again(Arc::new(Kept::default()), &nobody, AT, &[]).await.is_err());
    let none: &[Exception] = &[];
    assert!(collect_again(Arc::new(Kept::default()), &collection, AT, none).await.is_err());
}
