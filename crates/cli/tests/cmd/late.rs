//! Records that are delivered late: CloudTrail tries for thirty days. What was delivered later is read, or nothing is called missing.

use crate::bucket::{Asked, Bucket};
use crate::run::{Finished, command, root};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(crate) const LOGS: &str = "AWSLogs/111122223333/CloudTrail/us-east-1";

/// A copy of the case in which a record lies in the folder of three days later.
pub(crate) struct Case(tempfile::TempDir);

impl Case {
    pub(crate) fn new() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let from = root().join("crates/cli/tests/cases/records/late-delivery");
        for name in ["inv.json", "met.json"] {
            std::fs::copy(from.join(name), folder.path().join(name)).unwrap();
        }
        for (day, name) in [
            ("01", "1T1200Z_0000000000000001"),
            ("02", "2T0200Z_0000000000000002"),
            ("04", "4T1200Z_0000000000000003"),
        ] {
            let below =
                format!("{LOGS}/2026/03/{day}/111122223333_CloudTrail_us-east-1_2026030{name}.json.gz");
            let to = folder.path().join("logs").join(&below);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(from.join(below), to).unwrap();
        }
        Case(folder)
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.0.path().join("logs")
    }

    /// A file of other events on each of these days of March, and of April after the 31st.
    pub(crate) fn busy(&self, days: std::ops::RangeInclusive<u32>) {
        let quiet = self
            .logs()
            .join(LOGS)
            .join("2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0200Z_0000000000000002.json.gz");
        for day in days {
            let (month, day) = if day > 31 { ("04", day - 31) } else { ("03", day) };
            let to = self.logs().join(LOGS).join(format!("2026/{month}/{day:02}"));
            std::fs::create_dir_all(&to).unwrap();
            let name = format!(
                "111122223333_CloudTrail_us-east-1_2026{month}{day:02}T0300Z_00000000000000aa.json.gz"
            );
            std::fs::copy(&quiet, to.join(name)).unwrap();
        }
    }

    pub(crate) fn verify(&self, source: &str, now: &str, more: &[&str]) -> Finished {
        let facts = ["--inventory", "inv.json", "--metrics", "met.json", "--no-index"];
        let day = ["--since", "2026-03-01", "--until", "2026-03-01", "--format", "json"];
        self.run(&[&["verify", source], &facts[..], &day, more].concat(), now, None)
    }

    pub(crate) fn run(&self, arguments: &[&str], now: &str, bucket: Option<&Bucket>) -> Finished {
        let mut command = command(arguments);
        command.current_dir(self.0.path()).env("INVOKETRAIL_NOW", now);
        if let Some(bucket) = bucket {
            command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
            command.env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", &bucket.url);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }
}

pub(crate) fn function(said: &Finished, name: &str) -> (String, String) {
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let all = document["functions"].as_array().unwrap();
    let one =
        all.iter().find(|one| one["function"].as_str().unwrap().ends_with(&format!(":{name}"))).unwrap();
    (one["result"].as_str().unwrap().to_owned(), one["doubts"].to_string())
}

pub(crate) const MAY: &str = "2026-05-01T00:00:00Z";

#[test]
fn a_record_that_was_delivered_days_later_is_evidence_and_a_copy_that_ends_early_makes_nothing_missing() {
    let case = Case::new();
    let said = case.verify("logs", MAY, &[]);
    assert_eq!(function(&said, "late").0, "evidenced", "{said:?}");
    assert_eq!(function(&said, "seen").0, "evidenced", "{said:?}");
    assert_eq!(function(&said, "idle").0, "idle", "{said:?}");
    let (gone, doubts) = function(&said, "gone");
    assert_eq!(gone, "undetermined", "{said:?}");
    assert!(doubts.contains("no file of this account and Region was delivered on 2026-03-03"), "{doubts}");
    assert_eq!(said.code, Some(4), "{said:?}");
}

#[test]
fn a_copy_with_all_days_makes_missing_what_no_later_file_holds() {
    let case = Case::new();
    case.busy(3..=31);
    let said = case.verify("logs", MAY, &[]);
    assert_eq!(function(&said, "late").0, "evidenced", "{said:?}");
    assert_eq!(function(&said, "gone").0, "missing", "{said:?}");
    assert_eq!(said.code, Some(3), "{said:?}");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(document["read_on"]["until"], "2026-04-01T00:00:00Z", "{document}");
    assert_eq!(document["read_on"]["files"], 30, "{document}");
    // One day that the copy has not is enough.
    std::fs::remove_dir_all(case.logs().join(LOGS).join("2026/03/17")).unwrap();
    let (gone, doubts) = function(&case.verify("logs", MAY, &[]), "gone");
    assert!(gone == "undetermined" && doubts.contains("delivered on 2026-03-17"), "{gone} {doubts}");
}

#[test]
fn until_now_is_far_enough_and_what_is_yet_to_come_is_not_waited_for() {
    let case = Case::new();
    case.busy(3..=4);
    // Of the 5th nothing can be asked yet.
    let said = case.verify("logs", "2026-03-05T10:00:00Z", &[]);
    assert_eq!(function(&said, "gone").0, "missing", "{said:?}");
    let (gone, doubts) = function(&case.verify("logs", "2026-03-06T00:00:00Z", &[]), "gone");
    assert!(gone == "undetermined" && doubts.contains("2026-03-05"), "{gone} {doubts}");
}

#[test]
fn a_later_day_that_cannot_be_read_makes_nothing_missing() {
    for below in [
        "2026/03/04",
        "2026/03/20",
        "2026/03",
        "2026/03/09/111122223333_CloudTrail_us-east-1_20260309T0300Z_00000000000000aa.json.gz",
    ] {
        let case = Case::new();
        case.busy(3..=31);
        let path = case.logs().join(LOGS).join(below);
        if path.is_dir() {
            std::fs::remove_dir_all(&path).unwrap()
        } else {
            std::fs::remove_file(&path).unwrap()
        }
        std::os::unix::fs::symlink(&path, &path).unwrap();
        let said = case.verify("logs", MAY, &[]);
        assert_eq!(function(&said, "gone").0, "undetermined", "{below}: {said:?}");
        assert_eq!(said.code, Some(4), "{below}: {said:?}");
    }
    let case = Case::new();
    case.busy(3..=31);
    let damaged = case
        .logs()
        .join(LOGS)
        .join("2026/03/09/111122223333_CloudTrail_us-east-1_20260309T0300Z_00000000000000aa.json.gz");
    std::fs::write(damaged, "no gzip").unwrap();
    let said = case.verify("logs", MAY, &[]);
    assert_eq!((function(&said, "gone").0.as_str(), said.code), ("undetermined", Some(4)), "{said:?}");
}

/// A digest of the 4th that nobody signed, and that says of the file of that day which events it holds.
fn digest(case: &Case, oldest: &str, newest: &str) {
    digest_of(case, ("04", "20260304T1200Z_0000000000000003"), oldest, newest);
}

/// The same, of a day of March and the name of a log file.
fn digest_of(case: &Case, log: (&str, &str), oldest: &str, newest: &str) {
    digest_ending(case, (log.0, "13:00:00"), log, (oldest, newest));
}

/// The same, with the day of March and the time of its end.
fn digest_ending(case: &Case, (on, end): (&str, &str), (day, file): (&str, &str), events: (&str, &str)) {
    let key = format!("{LOGS}/2026/03/{day}/111122223333_CloudTrail_us-east-1_{file}.json.gz");
    let folder =
        case.logs().join(LOGS.replace("CloudTrail", "CloudTrail-Digest")).join(format!("2026/03/{on}"));
    std::fs::create_dir_all(&folder).unwrap();
    let time = end.replace(':', "");
    let name = format!("111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_202603{on}T{time}Z.json.gz");
    let at = LOGS.replace("CloudTrail", "CloudTrail-Digest");
    let (oldest, newest) = events;
    let document = serde_json::json!({
        "awsAccountId": "111122223333", "digestStartTime": format!("2026-03-{day}T12:00:00Z"),
        "digestEndTime": format!("2026-03-{on}T{end}Z"),
        "digestS3Bucket": "logs", "digestS3Object": format!("{at}/2026/03/{on}/{name}"),
        "digestPublicKeyFingerprint": "00", "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": newest, "oldestEventTime": oldest,
        "previousDigestS3Bucket": null, "previousDigestS3Object": null, "previousDigestHashValue": null,
        "previousDigestHashAlgorithm": null, "previousDigestSignature": null,
        "logFiles": [{"s3Bucket": "logs", "s3Object": key, "hashValue": "00".repeat(32), "hashAlgorithm": "SHA-256",
            "newestEventTime": newest, "oldestEventTime": oldest}],
    });
    write_gzip(&folder.join(&name), &document.to_string());
}

pub(crate) fn write_gzip(path: &Path, text: &str) {
    let mut gzip =
        flate2::write::GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
    gzip.finish().unwrap();
}

#[test]
fn of_later_files_those_are_read_that_digests_do_not_rule_out() {
    for (oldest, newest, read) in [
        ("2026-03-01T10:20:00Z", "2026-03-04T11:00:00Z", true),
        ("2026-03-04T10:20:00Z", "2026-03-04T11:00:00Z", false),
        ("2026-02-28T10:20:00Z", "2026-02-28T23:59:59Z", false),
    ] {
        let case = Case::new();
        case.busy(3..=31);
        digest(&case, oldest, newest);
        let said = case.verify("logs", MAY, &[]);
        let told = if read { "evidenced" } else { "missing" };
        assert_eq!(function(&said, "late").0, told, "{oldest}: {said:?}");
        let document: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(document["read_on"]["files_spared_by_digests"], u64::from(!read), "{document}");
    }
    // A file of the time asked about that a digest lists, and that is not there, may hold what is missed.
    let case = Case::new();
    case.busy(3..=31);
    digest(&case, "2026-03-01T10:20:00Z", "2026-03-04T11:00:00Z");
    std::fs::remove_file(
        case.logs()
            .join(LOGS)
            .join("2026/03/04/111122223333_CloudTrail_us-east-1_20260304T1200Z_0000000000000003.json.gz"),
    )
    .unwrap();
    let (late, doubts) = function(&case.verify("logs", MAY, &[]), "late");
    assert!(late == "undetermined" && doubts.contains("a digest lists it"), "{late} {doubts}");
}

/// A digest that cannot be read may name any file: nothing is called missing beside it, in the window and later.
#[test]
fn a_digest_that_cannot_be_read_makes_nothing_missing() {
    for day in ["01", "20"] {
        let case = Case::new();
        case.busy(3..=31);
        let file = format!("202603{day}T1230Z_00000000000000bb");
        digest_of(&case, (day, &file), "2026-02-28T12:00:00Z", "2026-02-28T12:20:00Z");
        assert_eq!(function(&case.verify("logs", MAY, &[]), "gone").0, "missing", "{day}");
        let folder =
            case.logs().join(LOGS.replace("CloudTrail", "CloudTrail-Digest")).join(format!("2026/03/{day}"));
        let path = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        for damaged in [&b"no gzip"[..], b""] {
            std::fs::write(&path, damaged).unwrap();
            let (gone, doubts) = function(&case.verify("logs", MAY, &[]), "gone");
            assert!(
                gone == "undetermined" && doubts.contains("cannot be read as a digest"),
                "{day} {gone} {doubts}"
            );
        }
    }
}

/// Without keys as well: what a file held that a digest of the window names, and that is not there, is not known.
#[test]
fn a_file_that_a_digest_of_the_window_names_is_not_passed_over() {
    let taken = ("01", "20260301T1230Z_00000000000000bb");
    for (oldest, newest, told) in [
        ("2026-03-01T12:00:00Z", "2026-03-01T12:20:00Z", "undetermined"),
        ("2026-02-28T12:00:00Z", "2026-02-28T12:20:00Z", "missing"),
    ] {
        let case = Case::new();
        case.busy(3..=31);
        digest_of(&case, taken, oldest, newest);
        let (gone, doubts) = function(&case.verify("logs", MAY, &[]), "gone");
        assert_eq!(gone, told, "{doubts}");
        assert_eq!(doubts.contains("a digest lists it"), told == "undetermined", "{doubts}");
    }
}

/// What was delivered in the last hour of a day stands in a digest of the next.
#[test]
fn a_digest_of_the_first_hour_after_the_days_that_are_read_names_files_of_the_last() {
    let taken = ("02", "20260302T2358Z_00000000000000bb");
    for (end, told) in [("00:15:00", "undetermined"), ("02:00:00", "undetermined")] {
        let case = Case::new();
        case.busy(3..=31);
        digest_ending(&case, ("03", end), taken, ("2026-03-01T22:00:00Z", "2026-03-01T23:00:00Z"));
        let (gone, doubts) = function(&case.verify("logs", MAY, &[]), "gone");
        assert!(gone == told && doubts.contains("a digest lists it"), "{end} {gone} {doubts}");
    }
}

#[test]
fn a_bucket_is_read_on_too_and_a_listing_that_fails_then_makes_nothing_missing() {
    let case = Case::new();
    case.busy(3..=31);
    let verify = |bucket: &Bucket| {
        let facts = ["--inventory", "inv.json", "--metrics", "met.json", "--no-index", "--format", "json"];
        let all =
            [&["verify", "s3://logs/"], &facts[..], &["--since", "2026-03-01", "--until", "2026-03-01"]]
                .concat();
        case.run(&all, MAY, Some(bucket))
    };
    let said = verify(&Bucket::of(&case.logs(), |_| None));
    assert_eq!(function(&said, "late").0, "evidenced", "{said:?}");
    assert_eq!(function(&said, "gone").0, "missing", "{said:?}");
    let object = |asked: &Asked<'_>| matches!(asked, Asked::Object { key } if key.contains("/2026/03/2"));
    let refused = || {
        Some(("403 Forbidden", "<Error><Code>AccessDenied</Code><Message>no</Message></Error>".to_owned()))
    };
    let said = verify(&Bucket::of(&case.logs(), move |asked| object(asked).then(refused).flatten()));
    assert_eq!(function(&said, "gone").0, "undetermined", "{said:?}");
}

#[test]
fn who_is_asked_who_invoked_says_how_far_it_looked_in_every_format() {
    let case = Case::new();
    let ask = |now: &str, more: &[&str]| {
        let all = [
            &[
                "invocations",
                "logs",
                "--no-index",
                "--by",
                "function",
                "--since",
                "2026-03-01",
                "--until",
                "2026-03-01",
            ],
            more,
        ]
        .concat();
        case.run(&all, now, None)
    };
    let told = "CloudTrail may deliver a record up to 30 days late";
    let said = ask(MAY, &[]);
    assert!(said.stdout.contains("Looked at files delivered before 2026-03-03T00:00:00Z"), "{said:?}");
    let csv = ask(MAY, &["--format", "csv"]);
    assert!(csv.stderr.contains(told) && !csv.stdout.contains(told), "{csv:?}");
    for format in ["json", "jsonl"] {
        let said = ask(MAY, &["--format", format]);
        let first = if format == "json" { said.stdout.as_str() } else { said.stdout.lines().next().unwrap() };
        let document: Value = serde_json::from_str(first).unwrap();
        assert_eq!(document["reading"]["delivered_until"], "2026-03-03T00:00:00Z", "{document}");
        assert_eq!(document["reading"]["later_files"], 0, "{document}");
    }
    // Nothing more can have been delivered yet.
    let now = ask("2026-03-03T00:00:00Z", &["--format", "csv"]);
    assert!(!now.stderr.contains(told), "{now:?}");
    // Digests name the later file: it is read.
    digest(&case, "2026-03-01T10:20:00Z", "2026-03-04T11:00:00Z");
    let said = ask(MAY, &["--format", "csv"]);
    assert!(
        said.stdout.contains("late") && said.stderr.contains("the 1 later file that digests name"),
        "{said:?}"
    );
    // Records beside the tree were read with the others: nothing of them is counted as unread.
    let loose = case.logs().join("loose.json");
    std::fs::write(&loose, r#"{"Records":[{"eventVersion":"1.11"}]}"#).unwrap();
    let beside = ask(MAY, &["--format", "json"]);
    let document: Value = serde_json::from_str(&beside.stdout).unwrap();
    assert_eq!(document["reading"]["files"]["unread"], 0, "{document}");
    std::fs::remove_file(loose).unwrap();
    // It is gone: the answer may lack calls.
    let later = "2026/03/04/111122223333_CloudTrail_us-east-1_20260304T1200Z_0000000000000003.json.gz";
    std::fs::remove_file(case.logs().join(LOGS).join(later)).unwrap();
    let said = ask(MAY, &[]);
    let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.code == Some(4) && told.contains("a digest lists it with events of the time asked about"),
        "{said:?}"
    );
}
