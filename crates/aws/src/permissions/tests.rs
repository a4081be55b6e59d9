//! Which calls each job may make.

use super::{Job, actions};
use std::collections::BTreeSet;

#[test]
fn only_applying_and_a_canary_write() {
    for job in [Job::Audit, Job::Plan, Job::Backout, Job::Evidence] {
        assert!(actions(job).iter().all(|action| !action.write), "{job:?}");
    }
    let written: Vec<&str> =
        actions(Job::Canary).iter().filter(|action| action.write).map(|action| action.name).collect();
    assert_eq!(written, ["lambda:InvokeFunction"]);
    assert!(actions(Job::Apply).iter().any(|action| action.name == "cloudtrail:PutEventSelectors"));
}

/// `verify` collects as an audit does, where no inventory is named.
#[test]
fn evidence_may_read_all_that_an_audit_reads() {
    let names = |job| actions(job).iter().map(|action| action.name).collect::<BTreeSet<_>>();
    let missing: Vec<_> = names(Job::Audit).difference(&names(Job::Evidence)).copied().collect();
    assert_eq!(missing, [] as [&str; 0]);
}

#[test]
fn each_is_named_once() {
    for job in
        [Job::Audit, Job::Plan, Job::Apply, Job::Backout, Job::Evidence, Job::Canary, Job::Notify, Job::Lake]
    {
        let names: BTreeSet<&str> = actions(job).iter().map(|action| action.name).collect();
        assert_eq!(names.len(), actions(job).len(), "{job:?}");
    }
}
