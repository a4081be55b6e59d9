//! What the generator says of its files is what the reader of logs finds in them.

use crate::tree;
use corpus::truth::Group;
use corpus::{Plan, Truth};
use logs::{Caller, Folder, Inflater, ObjectKey, Reader, Record, Wanted};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Groups, and how many records there are, and how many of Lambda's invocations came again.
type Found = (BTreeMap<[String; 3], Group>, u64, u64);

fn read(root: &Path) -> Found {
    let (mut groups, mut records, mut again) = (BTreeMap::new(), 0, 0);
    let (mut seen, mut inflater, mut reader) = (HashSet::new(), Inflater::new(1 << 26), Reader::new());
    for (key, bytes) in tree(root) {
        if key == "public-keys.json" {
            continue;
        }
        let key =
            ObjectKey::parse(key.strip_suffix(".head.json").unwrap_or(&key)).expect("a key of CloudTrail");
        if key.folder != Folder::Logs {
            continue;
        }
        let delivered = key.delivered().unwrap();
        let inflated = inflater.inflate(&bytes);
        assert_eq!(inflated.trouble, None);
        let mut sink = |record: &Record<'_>| {
            assert!(record.milliseconds < delivered);
            assert_eq!(
                (record.recipient_account_id.as_deref(), record.region.as_deref()),
                (Some(key.account), Some(key.region))
            );
            if !record.is_invocation() {
                return;
            }
            if !seen.insert(record.key()) {
                again += 1;
                return;
            }
            let caller = match record.caller() {
                Caller::Principal(name) | Caller::Service(name) | Caller::Other(name) => name,
                Caller::Nobody => "-",
            };
            let at = record.milliseconds / 1000;
            let key = [&*record.event_name, record.function_named().unwrap(), caller].map(str::to_owned);
            let group = groups.entry(key).or_insert(Group { count: 0, first: at, last: at });
            group.count += 1;
            group.first = group.first.min(at);
            group.last = group.last.max(at);
        };
        let accounted = reader.read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut sink);
        assert_eq!(accounted.refusals, 0, "{accounted:?}");
        records += accounted.records;
    }
    (groups, records, again)
}

pub(crate) fn agrees(truth: &Truth, root: &Path) {
    let (groups, records, again) = read(root);
    let said: BTreeMap<_, _> =
        truth.groups().into_iter().map(|(key, group)| (key.map(str::to_owned), group)).collect();
    assert_eq!(groups, said);
    assert_eq!(records, truth.records);
    assert!(again <= truth.duplicates);
}

fn plan() -> Plan {
    Plan {
        seed: 5,
        bytes: 6_000_000,
        files: Some(40),
        duplicates: 400,
        digests: true,
        days: 1,
        ..Plan::default()
    }
}

#[test]
fn the_reader_finds_what_the_generator_says() {
    let folder = tempfile::tempdir().unwrap();
    let truth = corpus::write(&plan(), folder.path()).unwrap();
    assert_eq!(truth.files, 40);
    let Truth { duplicates, failed, .. } = truth;
    assert!(duplicates > 5 && failed > 0, "{duplicates} again, {failed} failed");
    agrees(&truth, folder.path());
    let executions = truth.groups().iter().filter(|(key, _)| key[0] == "InvokeExecution").count();
    assert!(executions > 20, "only {executions} groups of executions");
}

#[test]
fn the_reader_finds_what_stands_in_tiny_files() {
    let folder = tempfile::tempdir().unwrap();
    let truth = corpus::tiny(60, 1, folder.path()).unwrap();
    assert_eq!(truth.files, 60);
    assert!(truth.packed < 60 * 4_000);
    agrees(&truth, folder.path());
}

#[test]
fn the_same_plan_makes_the_same_bytes() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plan = Plan { prefix: "audit/".to_owned(), organization: Some("o-abc123".to_owned()), ..plan() };
    assert_eq!(corpus::write(&plan, one.path()).unwrap(), corpus::write(&plan, other.path()).unwrap());
    assert!(tree(one.path()) == tree(other.path()), "the trees differ");
    let plan = Plan { seed: 6, ..plan };
    let third = tempfile::tempdir().unwrap();
    corpus::write(&plan, third.path()).unwrap();
    assert!(tree(one.path()) != tree(third.path()), "the seed changes nothing");
}

#[test]
fn sizes_add_up_and_are_those_of_busy_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { bytes: 30_000_000, ..Plan::default() };
    let truth = corpus::write(&plan, folder.path()).unwrap();
    assert!(truth.bytes.abs_diff(plan.bytes) < plan.bytes / 100, "{} bytes", truth.bytes);
    let sizes: Vec<usize> = tree(folder.path()).into_values().map(|file| file.len()).collect();
    assert!(sizes.iter().all(|size| (4_000..6_500_000).contains(size)), "{sizes:?}");
}
