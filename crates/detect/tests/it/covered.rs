//! When another recorder certainly records what one recorded, and which trail a name means.

use crate::world::{DAY, REGION, SHOP, change, found_with, function, moment, of, user, with};
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector_json;
use detect::finding::{Finding, Severity};
use detect::recorders::KnownRecorder;
use detect::settings::Settings;
use serde_json::{Value, json};

fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:cloudtrail:{region}:{SHOP}:trail/{name}")
}

/// A trail of an inventory that was collected later, which records these functions.
fn trail(name: &str, functions: &[&str]) -> KnownRecorder {
    let values =
        functions.iter().map(|one| if one.is_empty() { "arn:aws:lambda".to_owned() } else { function(one) });
    let selectors = json!({"EventSelectors": [{
        "ReadWriteType": "All", "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::Lambda::Function", "Values": values.collect::<Vec<_>>()}]
    }]});
    KnownRecorder {
        arn: arn(REGION, name),
        kind: RecorderKind::Trail,
        multi_region: true,
        organization: false,
        members: std::collections::BTreeSet::new(),
        holes: std::collections::BTreeMap::new(),
        recording: Some(true),
        selectors: selector_json::from_value(&selectors).ok(),
        at: moment(30 * DAY),
        bucket: Some(format!("{name}-logs")),
        key: Some(format!("arn:aws:kms:{REGION}:{SHOP}:key/{name}-key")),
        log_group: None,
    }
}

fn eve(minutes: i64, service: &str, name: &str, request: Value) -> Value {
    change(minutes, service, name, &user(SHOP, "eve"), request)
}

fn stop(minutes: i64, name: &str) -> Value {
    eve(minutes, "cloudtrail", "StopLogging", json!({"name": name}))
}

fn in_region(record: Value, region: &str) -> Value {
    with(record, &[("awsRegion", json!(region)), ("eventID", json!(format!("there-{region}")))])
}

/// What is found where the inventory knows these recorders.
fn told(records: &[Value], recorders: Vec<KnownRecorder>, detection: &str) -> Vec<Finding> {
    let settings = Settings { now: moment(400 * DAY), recorders, ..Settings::default() };
    of(&found_with(records, &settings), detection).into_iter().cloned().collect()
}

/// How much the stop of the trail t matters, and the remark.
fn stopped(before: &[Value], recorders: Vec<KnownRecorder>) -> (Severity, String) {
    let found = told(&[before.to_vec(), vec![stop(100, "t")]].concat(), recorders, "TRL-01");
    assert_eq!(found.len(), 1, "{found:#?}");
    (found[0].severity, found[0].remark.clone().unwrap_or_default())
}

const COVERED: &str = "Nothing is lost: x records the same.";

#[test]
fn only_a_recorder_that_is_known_to_record_records_the_same() {
    let both = |x: KnownRecorder| vec![trail("t", &[""]), x];
    let covered = (Severity::Low, COVERED.to_owned());
    assert_eq!(stopped(&[], both(trail("x", &[""]))), covered);
    // A status that was not read, or one that is about to change.
    let unread = |kind| KnownRecorder { recording: None, kind, ..trail("x", &[""]) };
    for kind in [RecorderKind::Trail, RecorderKind::EventDataStore] {
        let (severity, remark) = stopped(&[], both(unread(kind)));
        assert!(severity == Severity::High && !remark.contains("records the same"), "{kind:?}: {remark}");
    }
    // It was started after t was stopped; before that nobody knows.
    let start = |minutes| eve(minutes, "cloudtrail", "StartLogging", json!({"name": "x"}));
    let (severity, remark) = stopped(&[start(120)], both(trail("x", &[""])));
    assert!(severity == Severity::High && !remark.contains("records the same"), "{remark}");
    assert_eq!(stopped(&[start(50)], both(trail("x", &[""]))), covered, "it was started before");
}

#[test]
fn a_trail_that_cannot_deliver_records_nothing() {
    let of_bucket = |name: &str, bucket: &str| eve(50, "s3", name, json!({"bucketName": bucket}));
    let of_key = |name: &str| eve(50, "kms", name, json!({"keyId": "x-key"}));
    let policy = |action: &str| {
        let one = json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": action});
        with(
            of_bucket("PutBucketPolicy", "x-logs"),
            &[("requestParameters.bucketPolicy", json!({"Statement": [one]}))],
        )
    };
    let both = || vec![trail("t", &[""]), trail("x", &[""])];
    for taken in [
        of_bucket("DeleteBucket", "x-logs"),
        of_bucket("DeleteBucketPolicy", "x-logs"),
        policy("s3:GetBucketAcl"),
        of_key("DisableKey"),
        of_key("ScheduleKeyDeletion"),
    ] {
        let (severity, remark) = stopped(std::slice::from_ref(&taken), both());
        assert!(severity == Severity::High && !remark.contains("records the same"), "{taken}: {remark}");
        let elsewhere =
            eve(70, "cloudtrail", "UpdateTrail", json!({"name": "x", "s3BucketName": "b", "kmsKeyId": "k"}));
        let answer = json!({"trailARN": arn(REGION, "x"), "s3BucketName": "b", "kmsKeyId": "k", "isMultiRegionTrail": true,
            "isOrganizationTrail": false});
        let moved = with(elsewhere, &[("responseElements", answer)]);
        assert_eq!(stopped(&[taken, moved], both()).1, COVERED, "it delivers elsewhere since");
    }
    for kept in [of_bucket("DeleteBucket", "other"), policy("s3:PutObject"), of_key("EnableKey")] {
        assert_eq!(stopped(std::slice::from_ref(&kept), both()).1, COVERED, "{kept}");
    }
}

#[test]
fn all_recorders_that_are_needed_are_named_and_no_other() {
    let all = vec![trail("a", &["other"]), trail("m", &["f"]), trail("n", &["g"]), trail("t", &["f", "g"])];
    assert_eq!(stopped(&[], all.clone()).1, "Nothing is lost: m and n together record the same.");
    let alone = [all, vec![trail("z", &[""])]].concat();
    assert_eq!(stopped(&[], alone).1, "Nothing is lost: z records the same.");
    // x recorded what t recorded, and was stopped as well: w does now.
    let three = vec![trail("t", &["f"]), trail("w", &[""]), trail("u", &["f"])];
    assert_eq!(stopped(&[stop(110, "u")], three).1, "Nothing is lost: w records the same.");
}

#[test]
fn a_name_means_the_trail_of_that_name_in_the_region_of_the_call() {
    let there =
        |multi_region| KnownRecorder { arn: arn("us-east-1", "t"), multi_region, ..trail("t", &[""]) };
    let single = |name: &str| KnownRecorder { multi_region: false, ..trail(name, &[""]) };
    let stop = |region: &str, known: Vec<KnownRecorder>| {
        let found = told(&[in_region(stop(100, "t"), region)], known, "TRL-01");
        (found[0].severity, found[0].remark.clone().unwrap_or_default())
    };
    // The trail of the other Region goes on recording, of its own Region alone.
    let (severity, remark) = stop("us-east-1", vec![single("t"), there(false)]);
    assert!(severity == Severity::High && remark.contains("in us-east-1 of"), "{remark}");
    let (_, remark) = stop(REGION, vec![single("t"), there(false)]);
    assert!(remark.contains(&format!("in {REGION} of")), "{remark}");
    // One that reaches every Region records the same, and is told from the one that was stopped.
    let (severity, remark) = stop(REGION, vec![single("t"), there(true)]);
    assert_eq!(
        (severity, remark.as_str()),
        (Severity::Low, "Nothing is lost: t of us-east-1 records the same.")
    );
    let (severity, remark) = stop("us-east-1", vec![single("t"), there(true)]);
    assert!(severity == Severity::High && !remark.contains("records the same"), "{remark}");
}

#[test]
fn a_trail_of_the_same_name_elsewhere_is_another_finding() {
    let here = stop(100, "t");
    let there = in_region(stop(102, "t"), "us-east-1");
    let one = told(std::slice::from_ref(&here), Vec::new(), "TRL-01");
    let two = told(&[here, there], Vec::new(), "TRL-01");
    assert_eq!((one.len(), two.len()), (1, 1));
    assert_ne!(one[0].id, two[0].id, "a baseline with the first does not hide the second");
    assert!(
        two[0].seen.contains(&format!("In {REGION}, ")) && two[0].seen.contains("In us-east-1, "),
        "{}",
        two[0].seen
    );
}

#[test]
fn a_loss_says_where_nobody_knows_whether_the_trail_recorded() {
    let unread = KnownRecorder { recording: None, ..trail("t", &[""]) };
    let (severity, remark) = stopped(&[], vec![unread]);
    assert!(
        severity == Severity::High && remark.contains("It is not known whether t recorded until then."),
        "{remark}"
    );
    // An inventory that was collected before the stop says that it records.
    let (_, remark) = stopped(&[], vec![KnownRecorder { at: moment(1), ..trail("t", &[""]) }]);
    assert!(remark.contains("are not recorded any more") && !remark.contains("not known"), "{remark}");
}

/// A trail of an organization records the same only for accounts that see it: one where it was seen to be absent, or not read, is a hole.
#[test]
fn a_trail_that_the_account_does_not_see_records_nothing_of_it() {
    let of_organization = |holes: &[(&str, bool)]| KnownRecorder {
        organization: true,
        holes: holes
            .iter()
            .map(|(region, absent)| ((SHOP.to_owned(), (*region).to_owned()), *absent))
            .collect(),
        ..trail("x", &[""])
    };
    let both = |holes: &[(&str, bool)]| stopped(&[], vec![trail("t", &[""]), of_organization(holes)]).0;
    assert_eq!(both(&[]), Severity::Low);
    for absent in [true, false] {
        assert_eq!(both(&[(REGION, absent)]), Severity::High, "{absent}");
    }
}

/// The account whose trail stops is recorded by another account's trail for the organization only where it is known to belong to it.
#[test]
fn a_trail_of_an_organization_records_no_account_that_may_belong_to_another() {
    const MANAGER: &str = "999988887777";
    let far = |members: &[&str]| KnownRecorder {
        arn: arn(REGION, "x").replace(SHOP, MANAGER),
        organization: true,
        members: members.iter().map(|one| (*one).to_owned()).collect(),
        ..trail("x", &[""])
    };
    let with = |known: KnownRecorder| stopped(&[], vec![trail("t", &[""]), known]).0;
    assert_eq!(with(far(&[SHOP])), Severity::Low);
    assert_eq!(with(far(&[])), Severity::High);
    assert_eq!(with(far(&["111111111111"])), Severity::High);
    // The same holds where the trail that stops is one of an organization itself: another's does not reach its accounts.
    let whole = |known: KnownRecorder| KnownRecorder { organization: true, ..known };
    let both = |known: KnownRecorder| stopped(&[], vec![whole(trail("t", &[""])), known]).0;
    assert_eq!(both(whole(trail("x", &[""]))), Severity::Low);
    assert_eq!(both(far(&[SHOP])), Severity::High);
}
