//! What lies there and is not read: never opened where it is no regular file, named, and decided on; what plainly is something else is
//! left out.

use crate::evidence::Copy;
use crate::late::{Case, LOGS, MAY, function};
use crate::log_files::gzip;
use crate::run::{Finished, root};
use serde_json::Value;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

pub(crate) const DAY: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01";
pub(crate) const NAME: &str = "111122223333_CloudTrail_us-east-1_20260301T1000Z_GGGGGGGGGGGGGGGG.json.gz";

/// A tree with a file of each day, in which the function `gone` has no record though it was invoked.
pub(crate) fn whole() -> Case {
    let case = Case::new();
    case.busy(1..=32);
    case
}

/// A record of that function, of the day that is asked about.
pub(crate) fn gone() -> Value {
    let below = "2026/03/04/111122223333_CloudTrail_us-east-1_20260304T1200Z_0000000000000003.json.gz";
    let path = root().join("crates/cli/tests/cases/records/late-delivery").join(LOGS).join(below);
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let document: Value = serde_json::from_reader(file).unwrap();
    let text = document["Records"][0].to_string();
    let mut record: Value = serde_json::from_str(&text.replace("function:late", "function:gone")).unwrap();
    record["eventID"] = "11111111-1111-4111-8111-0000000000aa".into();
    record["requestID"] = "11111111-1111-4111-8111-0000000000ab".into();
    record["requestParameters"]["functionName"] = "gone".into();
    record
}

pub(crate) fn file(records: &[Value]) -> Vec<u8> {
    serde_json::json!({ "Records": records }).to_string().into_bytes()
}

/// Where a log file of the day that is asked about would lie.
pub(crate) fn delivered(case: &Case) -> PathBuf {
    case.logs().join(DAY).join(NAME)
}

pub(crate) fn beside(case: &Case, name: &str) -> PathBuf {
    let side = case.logs().join("side");
    std::fs::create_dir_all(&side).unwrap();
    side.join(name)
}

fn invocations(case: &Case) -> Finished {
    case.run(&["invocations", "logs", "--no-index", "--format", "json"], MAY, None)
}

fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Both say that it is not read, and neither accuses; `name` is the end of its name.
#[track_caller]
pub(crate) fn is_told(case: &Case, name: &str) {
    let said = case.verify("logs", MAY, &[]);
    assert_eq!(
        (function(&said, "gone").0.as_str(), said.code),
        ("undetermined", Some(4)),
        "{name}: {said:?}"
    );
    assert!(said.stdout.contains(name), "{name}: {said:?}");
    let said = invocations(case);
    assert_eq!(said.code, Some(4), "{name}: {said:?}");
    assert!(said.stdout.contains(name), "{name}: {said:?}");
}

/// Neither says anything of it but that it is left out.
#[track_caller]
pub(crate) fn is_left_out(case: &Case, name: &str) {
    let said = case.verify("logs", MAY, &[]);
    assert_eq!((function(&said, "gone").0.as_str(), said.code), ("missing", Some(3)), "{name}: {said:?}");
    let said = invocations(case);
    assert_eq!(said.code, Some(0), "{name}: {said:?}");
}

#[test]
fn without_anything_unread_the_function_is_missing_and_with_its_record_it_is_not() {
    let case = whole();
    is_left_out(&case, "nothing");
    std::fs::write(delivered(&case), gzip(&file(&[gone()]))).unwrap();
    assert_eq!(function(&case.verify("logs", MAY, &[]), "gone").0, "evidenced");
}

/// Would not end if one of them were opened.
#[test]
fn what_is_no_regular_file_is_never_opened_and_is_a_hole_where_a_log_file_would_be() {
    let outside = tempfile::tempdir().unwrap();
    let waits = outside.path().join("pipe");
    pipe(&waits);
    type Way<'w> = (&'static str, &'w dyn Fn(&Path));
    let ways: [Way<'_>; 4] = [
        ("a pipe", &|path| pipe(path)),
        ("a link to a pipe", &|path| symlink(&waits, path).unwrap()),
        ("a link to a device", &|path| symlink("/dev/zero", path).unwrap()),
        ("a link back", &|path| symlink(".", path).unwrap()),
    ];
    for (what, make) in ways {
        for place in [DAY.to_owned(), format!("{DAY}/sub"), "side".to_owned()] {
            let case = whole();
            let folder = case.logs().join(&place);
            std::fs::create_dir_all(&folder).unwrap();
            make(&folder.join(NAME));
            is_told(&case, NAME);
            assert!(!what.is_empty() && invocations(&case).stdout.contains(&place), "{what} {place}");
        }
        // Under a name that log files do not have: a loss where CloudTrail delivers.
        for (place, lost) in [(DAY, true), ("side", false)] {
            let case = whole();
            let folder = case.logs().join(place);
            std::fs::create_dir_all(&folder).unwrap();
            make(&folder.join("x.bin"));
            if lost { is_told(&case, "x.bin") } else { is_left_out(&case, "x.bin") }
        }
    }
}

#[test]
fn what_may_hold_records_and_was_not_read_makes_nothing_missing() {
    let whole_file = file(&[gone()]);
    let packed = gzip(&whole_file);
    let noise: Vec<u8> = (0..200_u8).map(|at| at.wrapping_mul(151) ^ 0x5a).collect();
    let zeros = [0_u8; 100];
    let wide: Vec<u8> = whole_file.iter().flat_map(|byte| [*byte, 0]).collect();
    for (name, bytes) in [
        ("x.json.gz", packed[..20].to_vec()),
        ("y.json.gz", packed[..15].to_vec()),
        ("z.json.gz", [&packed[..10], &noise].concat()),
        ("x.bak", [&packed[..10], &noise].concat()),
        ("x.json.zst", zstd::encode_all(&whole_file[..], 3).unwrap()[..20].to_vec()),
        ("wide.json", wide.clone()),
        ("x.json.lz4", [&[4, 0x22, 0x4d, 0x18], &zeros[..]].concat()),
        ("x.json.Z", [&[0x1f, 0x9d, 0x90], &zeros[..]].concat()),
        ("x.rar", [b"Rar!\x1a\x07\x01\0", &zeros[..]].concat()),
    ] {
        let case = whole();
        std::fs::write(beside(&case, name), &bytes).unwrap();
        is_told(&case, name);
    }
    let case = whole();
    std::fs::write(delivered(&case), &wide).unwrap();
    is_told(&case, NAME);
}

#[test]
fn records_that_begin_late_in_their_file_are_seen() {
    let record = gone();
    let blanks = [&[b' '; 70_000], &file(std::slice::from_ref(&record))[..]].concat();
    let text = record.to_string();
    let late = format!(
        "{{\"Records\":[{{\"additionalEventData\":{{\"x\":\"{}\"}},{}]}}",
        "a".repeat(70_000),
        &text[1..]
    );
    for bytes in [blanks.clone(), late.into_bytes(), gzip(&blanks)] {
        let case = whole();
        std::fs::write(beside(&case, "x.json"), &bytes).unwrap();
        let said = case.verify("logs", MAY, &[]);
        assert_eq!((function(&said, "gone").0.as_str(), said.code), ("undetermined", Some(4)), "{said:?}");
        let said = invocations(&case);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.stdout.contains("function:gone"), "{said:?}");
    }
}

#[test]
fn what_plainly_is_something_else_is_left_out() {
    let long = format!("{{\"fileVersion\":\"1.0\",\"items\":[{}]}}", "{\"a\":1},".repeat(20_000) + "{}");
    let parquet = [&b"PAR1"[..], &[0; 100], b"PAR1"].concat();
    for (name, bytes) in [
        ("README.md", b"# hello".to_vec()),
        (".DS_Store", b"\0\0\0\x01Bud1".to_vec()),
        ("index.html", b"<html></html>".to_vec()),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec()),
        ("a.parquet", parquet),
        ("a.csv", b"a,b\n1,2\n".to_vec()),
        ("settings.json", b"{\"a\":1}".to_vec()),
        ("config.json", long.clone().into_bytes()),
        ("config.json.gz", gzip(long.as_bytes())),
        ("flow.log.gz", gzip(b"version account-id interface-id\n2 111122223333 eni-1\n")),
        ("nothing.json.gz", gzip(b"")),
        ("empty.json", Vec::new()),
    ] {
        let case = whole();
        std::fs::write(beside(&case, name), &bytes).unwrap();
        is_left_out(&case, name);
    }
}

#[test]
fn whatever_lies_deeper_than_cloudtrail_delivers_lies_under_its_key_too() {
    for (name, bytes) in
        [("zero.json.gz", Vec::new()), ("x.json", b"{\"a\":1}".to_vec()), ("x.html", b"<html>".to_vec())]
    {
        for place in [DAY.to_owned(), format!("{DAY}/sub"), format!("{DAY}/sub/sub")] {
            let case = whole();
            let folder = case.logs().join(&place);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), &bytes).unwrap();
            is_told(&case, name);
        }
    }
    // What systems put everywhere is no loss anywhere.
    let case = whole();
    std::fs::create_dir_all(case.logs().join(DAY).join("sub")).unwrap();
    std::fs::write(case.logs().join(DAY).join("sub/.DS_Store"), "x").unwrap();
    is_left_out(&case, ".DS_Store");
}

/// A copy of the example with the day's first log file of the shop taken out: where it was, and its bytes.
fn without_one() -> (Copy, PathBuf, Vec<u8>) {
    let tree = Copy::below("");
    let file = tree.files("AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21", ".json.gz").remove(0);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    (tree, file, bytes)
}

fn validated(tree: &Copy) -> Finished {
    let keys = root().join("examples/logs/public-keys.json");
    let day = ["--since", "2026-11-21", "--until", "2026-11-21", "--format", "json"];
    let all =
        [&["logs", "validate", tree.path(), "--public-keys", keys.to_str().unwrap()], &day[..]].concat();
    crate::run::run(&all)
}

#[test]
fn a_pipe_or_a_link_back_in_the_place_of_a_log_file_is_not_assertable() {
    for make in [|path: &Path| pipe(path), |path: &Path| symlink(".", path).unwrap()] {
        let (tree, path, _) = without_one();
        assert_eq!(validated(&tree).code, Some(3), "it is gone");
        make(&path);
        let said = validated(&tree);
        assert_eq!(said.code, Some(4), "{said:?}");
        assert!(!said.stdout.contains("is not there"), "{said:?}");
        let document: Value = serde_json::from_str(&said.stdout).unwrap();
        assert!(!document["unseen"].as_array().unwrap().is_empty(), "{document}");
    }
}

#[test]
fn what_lies_beside_a_missing_log_file_under_a_longer_name_is_noted() {
    let (tree, path, bytes) = without_one();
    let other = path.with_extension("gz.bak");
    std::fs::write(&other, bytes).unwrap();
    let said = validated(&tree);
    assert_eq!(said.code, Some(3), "{said:?}");
    let name = other.file_name().unwrap().to_str().unwrap();
    let note = said.stderr.lines().find(|line| line.starts_with("note: ") && line.contains(name));
    assert!(note.is_some_and(|note| note.contains("is not there")), "{said:?}");
}

#[test]
fn a_record_without_resources_is_evidence_where_its_function_is_known_and_a_doubt_where_it_is_not() {
    let changed = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut record = gone();
        change(record.as_object_mut().unwrap());
        record
    };
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:gone";
    let only =
        |resource: Value| changed(&|record| record["resources"] = Value::Array(vec![resource.clone()]));
    let asked = |name: &'static str| {
        changed(&|record| {
            record.remove("resources");
            record["requestParameters"]["functionName"] = name.into();
        })
    };
    for record in [
        asked("gone"),
        asked("gone:prod"),
        asked("111122223333:function:gone"),
        asked("arn:aws:lambda:us-east-1:111122223333:function:gone:prod"),
        changed(&|record| record["resources"] = Value::Array(Vec::new())),
        only(serde_json::json!({"ARN": arn})),
        only(serde_json::json!({"arn": arn, "type": "AWS::Lambda::Function"})),
    ] {
        let case = whole();
        std::fs::write(delivered(&case), gzip(&file(std::slice::from_ref(&record)))).unwrap();
        assert_eq!(function(&case.verify("logs", MAY, &[]), "gone").0, "evidenced", "{record}");
        assert!(invocations(&case).stdout.contains(arn), "{record}");
    }
    for record in [
        changed(&|record| {
            record.remove("resources");
            record["requestParameters"] = Value::Null;
        }),
        asked("not a name"),
        changed(&|record| record["awsRegion"] = "eu-west-1".into()),
    ] {
        let case = whole();
        std::fs::write(delivered(&case), gzip(&file(std::slice::from_ref(&record)))).unwrap();
        let said = case.verify("logs", MAY, &[]);
        let (gone, doubts) = function(&said, "gone");
        assert_eq!((gone.as_str(), said.code), ("undetermined", Some(4)), "{record}: {said:?}");
        assert!(doubts.contains("invocation records"), "{doubts}");
    }
    // Those that start or steer a MicroVM are of no function, and of no other time.
    let elsewhere = changed(&|record| {
        record.remove("resources");
        record["requestParameters"] = Value::Null;
        record["eventTime"] = "2026-03-05T10:00:00Z".into();
    });
    let case = whole();
    std::fs::write(delivered(&case), gzip(&file(&[elsewhere]))).unwrap();
    assert_eq!(function(&case.verify("logs", MAY, &[]), "gone").0, "missing");
}

#[test]
fn what_says_nothing_of_itself_was_not_read() {
    let with = |source: Option<Value>| {
        let mut record = gone();
        match source {
            Some(source) => record["eventSource"] = source,
            None => _ = record.as_object_mut().unwrap().remove("eventSource"),
        }
        gzip(&file(&[record]))
    };
    for bytes in [
        gzip(&file(&[serde_json::json!({})])),
        with(None),
        with(Some(Value::Null)),
        with(Some(5.into())),
        with(Some("Lambda.amazonaws.com".into())),
        with(Some("lambda.amazonaws.com ".into())),
        with(Some("".into())),
        gzip(b""),
        gzip(b" \n "),
        Vec::new(),
    ] {
        let case = whole();
        std::fs::write(delivered(&case), &bytes).unwrap();
        is_told(&case, NAME);
    }
}

#[test]
fn what_is_met_twice_is_told_once() {
    let case = whole();
    std::fs::write(beside(&case, "x.json.gz"), gzip(&file(&[gone()]))).unwrap();
    let said = case.verify("logs", MAY, &[]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(document["unseen"].as_array().unwrap().len(), 1, "{document}");
}
