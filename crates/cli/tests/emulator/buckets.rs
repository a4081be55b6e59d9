//! Log files in a bucket: only the accounts, Regions and days that are asked for, and none of them twice.

use crate::Finished;
use crate::refusing::{Refusing, s3};
use crate::seed::{Seed, url};
use serde_json::Value;
use std::process::Command;

const ACCOUNT: &str = "310000000009";
const BUCKET: &str = "invoketrail-records";

fn run(seed: &Seed, source: &str, arguments: &[&str]) -> Finished {
    run_at(&url(), seed, &[&[source], arguments].concat())
}

/// `invocations` as JSON, asking AWS at that address.
pub(crate) fn run_at(url: &str, seed: &Seed, arguments: &[&str]) -> Finished {
    as_json(url, seed, &[&["invocations"], arguments].concat())
}

/// A command's answer as JSON, asking AWS at that address.
pub(crate) fn as_json(url: &str, seed: &Seed, arguments: &[&str]) -> Finished {
    let output = Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(arguments)
        .args(["--format", "json", "--endpoint-url", url])
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("INVOKETRAIL_TEST_HASTE", "once"),
            ("AWS_REGION", "us-east-1"),
        ])
        .envs([("AWS_ACCESS_KEY_ID", seed.key.as_str()), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .env("AWS_SESSION_TOKEN", "token")
        // No index but the one that is named.
        .env("XDG_CACHE_HOME", "/dev/null")
        .env("INVOKETRAIL_NOW", "2026-11-23T12:00:00Z")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

pub(crate) fn calls(said: &Finished) -> (Option<i32>, u64, u64) {
    let document: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}", said.stderr));
    let number = |value: &Value| value.as_u64().unwrap();
    (said.code, number(&document["total"]["calls"]), number(&document["reading"]["files"]["read"]))
}

pub(crate) fn record(account: &str, region: &str, day: &str, number: usize) -> String {
    format!(
        r#"{{"Records":[{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::{account}:user/eve"}},"eventTime":"2026-11-{day}T12:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"{region}","requestID":"r","eventID":"00000000-0000-4000-8000-{number:012}","resources":[{{"accountId":"{account}","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:{region}:{account}:function:orders"}}],"recipientAccountId":"{account}"}}]}}"#
    )
}

#[test]
fn a_bucket_of_an_organization_is_read_by_what_is_asked_for() {
    let seed = Seed::account(ACCOUNT);
    seed.bucket(BUCKET);
    let mut number = 0;
    for account in ["111122223333", "444455556666"] {
        for region in ["eu-west-1", "us-east-1"] {
            for day in ["19", "20", "21"] {
                number += 1;
                let key = format!(
                    "audit/AWSLogs/o-abc/{account}/CloudTrail/{region}/2026/11/{day}/{account}_CloudTrail_{region}_202611{day}T1205Z_x.json"
                );
                seed.object(BUCKET, &key, "", &record(account, region, day, number));
            }
            let digest =
                format!("audit/AWSLogs/o-abc/{account}/CloudTrail-Digest/{region}/2026/11/20/d.json");
            seed.object(BUCKET, &digest, "", "{}");
        }
    }
    seed.object(BUCKET, "notes/other.json", "", &record("111122223333", "eu-west-1", "20", 99));

    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.sqlite");
    let index = ["--index", index.to_str().unwrap()];
    let source = format!("s3://{BUCKET}/audit");
    let all = run(&seed, &source, &["--no-index"]);
    assert_eq!(calls(&all), (Some(0), 12, 12));
    let with = [run(&seed, &source, &index), run(&seed, &source, &index)];
    assert!(with.iter().all(|said| said.stdout == all.stdout), "the index changes nothing");
    for (arguments, calls_and_files) in [
        (&["--account", "111122223333"][..], (6, 6)),
        (&["--region", "us-east-1"], (6, 6)),
        (&["--since", "2026-11-20"], (8, 8)),
        (&["--since", "2026-11-20", "--until", "2026-11-20", "--region", "eu-west-1"], (2, 4)),
        (&["--until", "2026-11-18"], (0, 4)),
    ] {
        let said = run(&seed, &source, &[arguments, &index].concat());
        let (code, calls, files) = calls(&said);
        assert_eq!((code, (calls, files)), (Some(0), calls_and_files), "{arguments:?}");
    }
    let one = format!("s3://{BUCKET}/audit/AWSLogs/o-abc/444455556666/CloudTrail/eu-west-1/2026/11/21/");
    assert_eq!(calls(&run(&seed, &one, &[])), (Some(0), 1, 1));
    // The same folder without its slash is gone into, too, from the first day on.
    let watched = Refusing::before(&url(), |_| None);
    let without = format!("s3://{BUCKET}/audit/AWSLogs/o-abc/444455556666");
    let said = run_at(&watched.url, &seed, &[&without, "--since", "2026-11-21", "--region", "eu-west-1"]);
    assert_eq!(calls(&said), (Some(0), 1, 1));
    let asked = watched.asked();
    let mut days = asked.iter().filter(|line| line.contains("prefix=") && line.contains("eu-west-1"));
    assert!(days.next().is_some_and(|line| line.contains("start-after=")), "{asked:?}");
    assert_eq!(days.next(), None);
    let flat = format!("s3://{BUCKET}/notes/");
    assert_eq!(calls(&run(&seed, &flat, &[])), (Some(0), 1, 1));
    let whole = format!("s3://{BUCKET}");
    // What lies beside the tree and holds records is read.
    assert_eq!(calls(&run(&seed, &whole, &[])), (Some(0), 13, 13));
    beside_the_tree(&seed, &whole);

    let missing = run(&seed, "s3://invoketrail-no-such-bucket/x", &[]);
    assert_eq!(missing.code, Some(1), "{}", missing.stderr);
    assert!(missing.stderr.contains("there is no such bucket"), "{}", missing.stderr);
}

/// What lies beside the tree, or in it under another name, is looked into.
fn beside_the_tree(seed: &Seed, whole: &str) {
    seed.object(BUCKET, "notes/read.me", "", "hello");
    seed.object(BUCKET, "notes/settings.json", "", "{}");
    let said = run(seed, whole, &[]);
    assert_eq!(calls(&said), (Some(0), 13, 13));
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let names = serde_json::json!(["notes/read.me", "notes/settings.json"]);
    assert_eq!(document["reading"]["left_out"]["names"], names, "{}", document["reading"]);
    // What holds records and is not read decides, and so does whatever lies where CloudTrail delivers to.
    let day = "audit/AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/11/21";
    for key in ["notes/other.json.bak".to_owned(), format!("{day}/x.json.gz.Ab12Cd")] {
        seed.object(BUCKET, &key, "", &record("111122223333", "eu-west-1", "20", 99));
    }
    let said = run(seed, whole, &[]);
    assert_eq!(calls(&said), (Some(4), 13, 13));
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let troubles = document["reading"]["troubles"].as_array().unwrap();
    let files: Vec<&str> = troubles.iter().filter_map(|trouble| trouble["file"].as_str()).collect();
    let named = |name: &str| files.iter().any(|file| file.ends_with(name));
    assert!(files.len() == 2 && named("other.json.bak") && named("x.json.gz.Ab12Cd"), "{files:?}");
}

/// The object that a request asks for, if it is one of the records'.
fn number(head: &str) -> Option<usize> {
    head.strip_prefix("GET /invoketrail-half/")?.split_once(".json")?.0.rsplit('_').next()?.parse().ok()
}

#[test]
fn a_bucket_that_refuses_half_of_the_reads_loses_nothing_of_the_rest() {
    let (seed, bucket) = (Seed::account("310000000031"), "invoketrail-half");
    seed.bucket(bucket);
    let key = |number| {
        format!(
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1205Z_{number}.json"
        )
    };
    for number in 0..12 {
        seed.object(bucket, &key(number), "", &record("111122223333", "eu-west-1", "20", number));
    }
    let refusing = Refusing::before(&url(), |head| match number(head)? {
        1 | 3 | 5 | 7 => Some(s3("403 Forbidden", "AccessDenied", "Access Denied")),
        9 => Some(s3(
            "403 Forbidden",
            "AccessDenied",
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: kms:Decrypt on resource: k",
        )),
        11 => Some(s3("404 Not Found", "NoSuchKey", "The specified key does not exist.")),
        _ => None,
    });
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.sqlite");
    let source = format!("s3://{bucket}/");
    let arguments = [&source, "--index", index.to_str().unwrap()];

    let half = run_at(&refusing.url, &seed, &arguments);
    assert_eq!(calls(&half), (Some(4), 6, 6), "{}", half.stderr);
    let document: Value = serde_json::from_str(&half.stdout).unwrap();
    assert_eq!(document["reading"]["files"]["unread"], 6, "{}", half.stdout);
    let troubles = document["reading"]["troubles"].as_array().unwrap();
    let why = |number| {
        let name = format!("s3://{bucket}/{}", key(number));
        let trouble = troubles.iter().find(|trouble| trouble["file"] == name.as_str());
        trouble.map(|trouble| trouble["reason"].as_str().unwrap())
    };
    for number in 0..12 {
        let expected = match number {
            9 => Some("the key it is encrypted with cannot be used"),
            11 => Some("there is no such object"),
            odd if odd % 2 == 1 => Some("refused"),
            _ => None,
        };
        let said = why(number);
        assert_eq!(said.is_some(), expected.is_some(), "{number}: {said:?}");
        assert!(said.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{number}: {said:?}");
    }
    for permission in ["help: grant the caller s3:GetObject", "help: grant the caller kms:Decrypt"] {
        assert_eq!(half.stderr.matches(permission).count(), 1, "{}", half.stderr);
    }
    let reads =
        |refusing: &Refusing| refusing.asked().iter().filter_map(|line| number(line)).collect::<Vec<_>>();
    assert_eq!(reads(&refusing).len(), 12);

    // The same again: what was read is known, and what was refused is asked for once more.
    let again = run_at(&refusing.url, &seed, &arguments);
    assert_eq!((again.code, &again.stdout), (half.code, &half.stdout));
    let mut asked = reads(&refusing);
    asked.sort_unstable();
    assert_eq!(asked, [1, 3, 5, 7, 9, 11]);

    // The refusal ends: the missing half is read, and nothing else.
    refusing.relent();
    let whole = run_at(&refusing.url, &seed, &arguments);
    assert_eq!(calls(&whole), (Some(0), 12, 12), "{}", whole.stderr);
    let mut asked = reads(&refusing);
    asked.sort_unstable();
    assert_eq!(asked, [1, 3, 5, 7, 9, 11]);
    assert_eq!(run_at(&url(), &seed, &[&source, "--no-index"]).stdout, whole.stdout);
    run_at(&refusing.url, &seed, &arguments);
    assert_eq!(reads(&refusing), [] as [usize; 0]);
}

/// A log file of one record below a root that ends in `AWSLogs/`.
fn put(seed: &Seed, bucket: &str, root: &str, region: &str, day: &str, number: usize) {
    let account = "111122223333";
    let key = format!(
        "{root}{account}/CloudTrail/{region}/2026/11/{day}/{account}_CloudTrail_{region}_202611{day}T1205Z_{number}.json"
    );
    seed.object(bucket, &key, "", &record(account, region, day, number));
}

#[test]
fn all_roots_of_a_bucket_are_read_as_those_of_a_folder_are() {
    let (seed, bucket) = (Seed::account("310000000051"), "invoketrail-roots");
    seed.bucket(bucket);
    let roots = ["AWSLogs/", "org/AWSLogs/", "org/AWSLogs/o-abc/", "AWSLogs/AWSLogs/", "a/b/c/d/AWSLogs/"];
    for (number, root) in roots.into_iter().enumerate() {
        put(&seed, bucket, root, "eu-west-1", "20", number);
    }
    // Loose records are read beside them, files of other services are not.
    seed.object(bucket, "notes/other.json", "", &record("111122223333", "eu-west-1", "20", 90));
    let balancer = "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/20/a.log";
    seed.object(bucket, balancer, "", &record("111122223333", "eu-west-1", "20", 91));
    for (source, found) in [
        (format!("s3://{bucket}"), 6),
        (format!("s3://{bucket}/"), 6),
        (format!("s3://{bucket}/AWSLogs/"), 2),
        (format!("s3://{bucket}/AWSLogs/AWSLogs"), 1),
        (format!("s3://{bucket}/org"), 2),
        (format!("s3://{bucket}/a/"), 1),
        (format!("s3://{bucket}/a/b/c/d"), 1),
    ] {
        let said = run(&seed, &source, &["--no-index"]);
        assert_eq!(calls(&said), (Some(0), found, found), "{source}: {}", said.stdout);
        let days = run(&seed, &source, &["--no-index", "--since", "2026-11-20", "--until", "2026-11-20"]);
        assert_eq!(calls(&days), (Some(0), found, found), "{source}: {}", days.stdout);
    }
    // Whoever may not look around may yet look into the root, and is told.
    let refusing = Refusing::before(&url(), |head| {
        let line = head.lines().next().unwrap_or_default();
        let around = line.contains("delimiter=") && !line.contains("AWSLogs");
        around.then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"))
    });
    let half = run_at(&refusing.url, &seed, &[&format!("s3://{bucket}"), "--no-index"]);
    assert_eq!(calls(&half), (Some(4), 2, 2), "{}", half.stderr);
}

#[test]
fn the_beginning_of_a_regions_name_is_that_of_all_regions_that_begin_so() {
    let (seed, bucket) = (Seed::account("310000000052"), "invoketrail-regions");
    seed.bucket(bucket);
    let mut number = 0;
    for region in ["eu-west-1", "us-east-1", "us-east-2"] {
        for day in ["20", "25"] {
            number += 1;
            put(&seed, bucket, "AWSLogs/", region, day, number);
        }
    }
    let of = |end: &str, more: &[&str]| {
        let source = format!("s3://{bucket}/AWSLogs/111122223333/CloudTrail/{end}");
        calls(&run(&seed, &source, &[&["--no-index"], more].concat()))
    };
    let until = ["--until", "2026-11-21"];
    assert_eq!(of("us-east", &until), (Some(0), 2, 2));
    assert_eq!(of("us-east", &[]), (Some(0), 4, 4));
    assert_eq!(of("us-east-1", &until), (Some(0), 1, 1));
    assert_eq!(of("us-east-1/2026/11/2", &until), (Some(0), 1, 1));
    assert_eq!(of("us-east-1/2026/11/2", &[]), (Some(0), 2, 2));
}
