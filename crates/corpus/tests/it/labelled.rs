//! Labelled attacks: the same for the same seed, all of them in the logs, and the logs readable.

use crate::tree;
use corpus::labelled::{Labels, Plan, labels, write};
use logs::{Inflater, ObjectKey, Reader, Record, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SMALL: Plan = Plan { seed: 7, days: 40, functions: 30 };

fn made(plan: &Plan) -> (tempfile::TempDir, Labels) {
    let folder = tempfile::tempdir().unwrap();
    let (labels, written) = write(plan, folder.path()).unwrap();
    assert!(written.duplicates > 100 && written.records > 10_000, "{written:?}");
    (folder, labels)
}

/// Every event of Lambda and CloudTrail by its id, and how many events there are in all.
fn lambda_and_trails(root: &Path) -> (BTreeMap<String, String>, u64) {
    let (mut found, mut records) = (BTreeMap::new(), 0);
    let (mut inflater, mut reader) = (Inflater::new(1 << 28), Reader::new());
    for (key, bytes) in tree(root) {
        let key = ObjectKey::parse(&key).expect("a key of CloudTrail");
        let delivered = key.delivered().unwrap();
        let inflated = inflater.inflate(&bytes);
        assert_eq!(inflated.trouble, None);
        let mut sink = |record: &Record<'_>| {
            assert!(record.milliseconds < delivered);
            assert_eq!(record.recipient_account_id.as_deref(), Some(key.account));
            assert_eq!(record.region.as_deref(), Some(key.region));
            found.insert(record.event_id.to_string(), record.event_name.to_string());
        };
        let accounted = reader.read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut sink);
        assert_eq!(accounted.refusals, 0, "{accounted:?}");
        records += accounted.records;
    }
    (found, records)
}

/// Every `eventID` of the tree: those of all services.
fn ids(root: &Path) -> BTreeSet<String> {
    let mut inflater = Inflater::new(1 << 28);
    let mut found = BTreeSet::new();
    for bytes in tree(root).into_values() {
        let file: serde_json::Value = serde_json::from_slice(inflater.inflate(&bytes).bytes).unwrap();
        let records = file["Records"].as_array().unwrap();
        found.extend(records.iter().map(|record| record["eventID"].as_str().unwrap().to_owned()));
    }
    found
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    let plan = Plan { days: 16, functions: 12, ..SMALL };
    let ((one, said), (other, also)) = (made(&plan), made(&plan));
    assert_eq!(said.to_json(), also.to_json());
    assert!(tree(one.path()) == tree(other.path()), "the trees differ");
    let (third, _) = made(&Plan { seed: 8, ..plan });
    assert!(tree(one.path()) != tree(third.path()), "the seed changes nothing");
}

#[test]
fn every_labelled_event_is_in_the_logs_and_every_record_is_read() {
    let (folder, made) = made(&SMALL);
    assert_eq!(made, labels(&SMALL));
    let all = ids(folder.path());
    for story in &made.stories {
        assert!(!story.events.is_empty() && !story.principals.is_empty(), "{story:?}");
        for event in &story.events {
            assert!(all.contains(event), "{event} of {} {}", story.id, story.technique);
        }
    }
    let (found, records) = lambda_and_trails(folder.path());
    assert!(records > all.len() as u64, "nothing was delivered twice");
    let names: BTreeSet<&str> = found.values().map(String::as_str).collect();
    for name in ["Invoke", "InvokeExecution", "StopLogging", "PutEventSelectors", "AddPermission20150331v2"] {
        assert!(names.contains(name), "no {name}");
    }
}

#[test]
fn no_event_belongs_to_two_stories() {
    let labels = labels(&SMALL);
    let all: Vec<&String> = labels.stories.iter().flat_map(|story| &story.events).collect();
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn every_technique_is_loud_slow_and_quiet() {
    for (seed, functions) in [(1, 20), (2, 300), (3, 60), (4, 1), (5, 8)] {
        let labels = labels(&Plan { seed, days: 60, functions });
        let mut paces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for story in labels.stories.iter().filter(|story| story.steps.len() == 1) {
            paces.entry(story.technique).or_default().insert(story.variant);
        }
        let trails = (1..=11).filter(|at| *at != 10).map(|at| format!("TRL-{at:02}"));
        let functions = (1..=13).map(|at| format!("LAM-{at:02}"));
        let calls = (1..=19).map(|at| format!("INV-{at:02}"));
        for technique in trails.chain(functions).chain(calls) {
            let all = paces.get(technique.as_str()).cloned().unwrap_or_default();
            assert_eq!(all, BTreeSet::from(["loud", "quiet", "slow"]), "{technique} of seed {seed}");
        }
    }
}
