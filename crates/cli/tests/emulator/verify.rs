//! Records in a bucket, the trail that says where, digests with their metadata, and a canary whose record comes while it waits.

use crate::refusing::{Refusing, s3};
use crate::seed::{Seed, url};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// Puts bytes under a key, with header lines.
pub(crate) fn put(seed: &Seed, bucket: &str, key: &str, headers: &str, body: &[u8]) {
    let host = url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    let head = format!(
        "PUT /{bucket}/{key} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}authorization: AWS4-HMAC-SHA256 \
         Credential={}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\ncontent-length: {}\r\n\r\n",
        seed.key,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{key}: {answer}");
}

/// Puts the tree below a prefix, signatures as metadata.
pub(crate) fn put_tree(seed: &Seed, bucket: &str, prefix: &str, folder: &Path, below: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let key = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        if path.is_dir() {
            put_tree(seed, bucket, prefix, &path, &key);
        } else if !name.ends_with(".head.json") {
            let head = std::fs::read(format!("{}.head.json", path.display())).ok();
            let head: Option<serde_json::Value> = head.and_then(|head| serde_json::from_slice(&head).ok());
            let signature = head.map(|head| {
                format!("x-amz-meta-signature: {}\r\n", head["Metadata"]["signature"].as_str().unwrap())
            });
            let bytes = std::fs::read(&path).unwrap();
            put(seed, bucket, &format!("{prefix}{key}"), &signature.unwrap_or_default(), &bytes);
        }
    }
}

fn command(seed: &Seed, arguments: &[&str]) -> Command {
    command_at(&url(), seed, &[arguments, &["--region", "us-east-1"]].concat())
}

/// A command that asks AWS at that address.
pub(crate) fn command_at(url: &str, seed: &Seed, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_invoketrail"));
    command
        .args(arguments)
        .args(["--endpoint-url", url])
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("INVOKETRAIL_TEST_HASTE", "once"),
            ("COLUMNS", "100"),
        ])
        .envs([("AWS_ACCESS_KEY_ID", seed.key.as_str()), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .env("AWS_SESSION_TOKEN", "token")
        // No index but the one that is named.
        .env("XDG_CACHE_HOME", "/dev/null")
        .current_dir(examples());
    command
}

/// Standard output, standard error and exit code at a fixed time.
fn run(seed: &Seed, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = command(seed, arguments).env("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn a_bucket_says_what_its_copy_on_a_disk_says() {
    let seed = Seed::account("310000000021");
    let bucket = "invoketrail-verify";
    seed.bucket(bucket);
    put_tree(&seed, bucket, "audit/x/", &examples().join("logs"), "");
    let facts = [
        "--inventory",
        "acme.json",
        "--metrics",
        "metrics.json",
        "--since",
        "2026-11-20",
        "--until",
        "2026-11-21",
    ];
    let functions = |source: &str| {
        let (out, err, code) = run(&seed, &[&["verify", source, "--format", "jsonl"], &facts[..]].concat());
        assert_eq!(code, Some(3), "{source}: {out}{err}");
        out.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let on_disk = functions("logs");
    assert!(on_disk.len() > 5);
    // The root, the folder around it, and the bucket's own folder of one of them.
    assert_eq!(functions(&format!("s3://{bucket}/audit/x")), on_disk);
    assert_eq!(functions(&format!("s3://{bucket}/audit/x/AWSLogs/")), on_disk);
    assert_eq!(functions(&format!("s3://{bucket}/audit/x/AWSLogs")), on_disk);

    // Digests: signatures come with the objects, and the bucket is not the one that CloudTrail delivered to. The trail of the
    // shop has them, and the one of the organization has none.
    let day = ["--since", "2026-11-21", "--until", "2026-11-21", "--public-keys", "logs/public-keys.json"];
    let shop = format!("s3://{bucket}/audit/x/AWSLogs/444455556666/");
    let whole = format!("s3://{bucket}/audit/x");
    let expected =
        [(shop.as_str(), 0, "Valid: 5 of 5 listed log files"), (whole.as_str(), 4, "Cannot tell for ")];
    for (source, wanted, told) in expected {
        let verify = [&["verify", source, "--digests", "--function", "cart"], &facts[..4], &day[..]].concat();
        let (out, err, code) = run(&seed, &verify);
        assert_eq!(code, Some(wanted), "{source}: {out}{err}");
        assert!(out.contains(told), "{source}: {out}");
        let (out, err, code) = run(&seed, &[&["logs", "validate", source], &day[..]].concat());
        assert_eq!(code, Some(wanted), "{source}: {out}{err}");
        assert!(out.starts_with(told), "{source}: {out}");
    }
    // The file of keys lies loose there.
    let (out, _, _) = run(&seed, &[&["logs", "validate", &whole, "--format", "json"], &day[..]].concat());
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["reading"]["left_out"]["other"], 1, "{out}");
    let validate = [&["logs", "validate", &shop], &day[..]].concat();

    // One byte more in a log file.
    let below = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21";
    let file = std::fs::read_dir(examples().join("logs").join(below)).unwrap().next().unwrap().unwrap();
    let mut bytes = std::fs::read(file.path()).unwrap();
    bytes.push(b'x');
    put(&seed, bucket, &format!("audit/x/{below}/{}", file.file_name().to_str().unwrap()), "", &bytes);
    let (out, err, code) = run(&seed, &validate);
    assert_eq!(code, Some(3), "{out}{err}");
    assert!(out.contains("is damaged"), "{out}");
}

#[test]
fn what_a_bucket_refuses_decides_only_about_its_own_account_and_region() {
    let seed = Seed::account("310000000034");
    let bucket = "invoketrail-verify-half";
    seed.bucket(bucket);
    put_tree(&seed, bucket, "", &examples().join("logs"), "");
    let refusing = Refusing::before(&url(), |head| {
        let line = head.lines().next().unwrap_or_default();
        let listing = line.contains("prefix=") && line.contains("777788889999%2FCloudTrail%2F");
        let object = line.contains("/o-acme4example/111122223333/CloudTrail/us-east-1/");
        (listing || object).then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"))
    });
    let source = format!("s3://{bucket}");
    let facts = ["--inventory", "acme.json", "--metrics", "metrics.json", "--format", "jsonl"];
    let window = ["--since", "2026-11-20", "--until", "2026-11-21"];
    let verify = |more: &[&str]| {
        let arguments = [&["verify", &source], &facts[..], &window[..], more].concat();
        let mut command = command_at(&refusing.url, &seed, &arguments);
        let output = command.env("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z").output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let results = out.lines().skip(1).map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let name = line["function"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
            (name, line["result"].as_str().unwrap().to_owned(), line.to_string())
        });
        (output.status.code(), results.collect::<Vec<_>>(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, results, err) = verify(&[]);
    assert_eq!(code, Some(4), "{results:?}{err}");
    let of = |name: &str| results.iter().find(|(function, ..)| function == name).unwrap();
    for (name, result, permission) in [
        ("nightly-etl", "undetermined", Some("s3:ListBucket")),
        // Missing, where all can be read.
        ("invoices-v2", "undetermined", Some("s3:GetObject")),
        ("cart", "evidenced", None),
        ("newsletter", "evidenced", None),
        ("stock", "idle", None),
    ] {
        let (_, said, line) = of(name);
        assert_eq!(said, result, "{line}");
        assert!(permission.is_none_or(|permission| line.contains(permission)), "{line}");
    }

    // One function: nothing of another account, Region or earlier year is looked at.
    refusing.relent();
    refusing.asked();
    let (code, results, err) = verify(&["--function", "cart"]);
    assert_eq!((code, results.len()), (Some(0), 1), "{err}");
    let asked = refusing.asked();
    let other = |line: &&String| {
        line.contains("prefix=") && ["1111", "7777", "eu-west-1"].iter().any(|part| line.contains(part))
    };
    assert_eq!(asked.iter().find(other), None);
    let mut listed = asked.iter().filter(|line| line.contains("prefix=") && line.contains("us-east-1%2F"));
    // The folder of the account's own trail and that of the organization's.
    assert_eq!(listed.clone().count(), 2, "{asked:?}");
    assert!(listed.all(|line| line.contains("start-after=")), "{asked:?}");
}

#[test]
fn a_bucket_that_is_not_there_decides_nothing() {
    let seed = Seed::account("310000000022");
    let facts = ["--inventory", "acme.json", "--metrics", "metrics.json", "--function", "invoices-v2"];
    let (out, err, code) = run(&seed, &[&["verify", "s3://invoketrail-no-such-bucket"], &facts[..]].concat());
    assert_eq!(code, Some(4), "{out}{err}");
    assert!(out.contains("undetermined"), "{out}");
    let words: Vec<&str> = out.split_whitespace().collect();
    assert!(words.join(" ").contains("there is no such bucket"), "{out}");
}

fn record(account: &str, function: &str, time: &str, request: &str) -> String {
    let arn = format!("arn:aws:lambda:us-east-1:{account}:function:{function}");
    format!(
        r#"{{"Records":[{{"eventVersion":"1.08","userIdentity":{{"type":"AWSService","invokedBy":"events.amazonaws.com"}},
        "eventTime":"{time}","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1",
        "sourceIPAddress":"events.amazonaws.com","userAgent":"events.amazonaws.com","requestParameters":{{"functionName":"{arn}",
        "invocationType":"RequestResponse"}},"responseElements":null,"requestID":"{request}",
        "eventID":"4e5dbdc9-f9e4-4a4f-b1b0-{account}","readOnly":false,"resources":[{{"accountId":"{account}",
        "type":"AWS::Lambda::Function","ARN":"{arn}"}}],"eventType":"AwsApiCall","managementEvent":false,
        "recipientAccountId":"{account}","eventCategory":"Data"}}]}}"#
    )
}

fn log_key(account: &str, day: &str, minute: &str) -> String {
    let stamp = format!("{}T{minute}Z", day.replace('/', ""));
    // The server may keep what an earlier run put there.
    let run = std::process::id();
    format!(
        "team/AWSLogs/{account}/CloudTrail/us-east-1/{day}/{account}_CloudTrail_us-east-1_{stamp}_{run:016}.json.gz"
    )
}

/// An account with functions and a trail.
fn account(id: &str, bucket: &str) -> Seed {
    let seed = Seed::account(id);
    seed.bucket(bucket);
    seed.role();
    seed.functions(id, "us-east-1", 2);
    let trail = format!(
        r#"{{"Name":"main","S3BucketName":"{bucket}","S3KeyPrefix":"team","IsMultiRegionTrail":true}}"#
    );
    seed.cloudtrail("us-east-1", "CreateTrail", &trail);
    seed.cloudtrail("us-east-1", "StartLogging", r#"{"Name":"main"}"#);
    seed
}

#[test]
fn the_trail_says_where_and_what_ran_without_a_record_is_missing() {
    let (id, bucket) = ("310000000023", "invoketrail-verify-trail");
    let seed = account(id, bucket);
    let request = "6f6f1b10-0c0c-4f63-8b5e-000000000001";
    let body = record(id, "f0000", "2026-11-23T10:00:00Z", request);
    put(&seed, bucket, &log_key(id, "2026/11/23", "1005"), "", body.as_bytes());
    let file = std::env::temp_dir().join(format!("invoketrail-metrics-{}.json", std::process::id()));
    let series = |name: &str| {
        format!(
            r#"{{"function":"arn:aws:lambda:us-east-1:{id}:function:{name}","points":[["2026-11-23T10:00:00Z",1]]}}"#
        )
    };
    let metrics = format!(
        r#"{{"format":"invoketrail.metrics/1","period_seconds":3600,"series":[{},{}]}}"#,
        series("f0000"),
        series("f0001")
    );
    std::fs::write(&file, metrics).unwrap();
    let kept = tempfile::tempdir().unwrap();
    let inventory = kept.path().join("inventory.json");
    let (_, err, code) = run(&seed, &["inventory", "--output", inventory.to_str().unwrap()]);
    assert!(matches!(code, Some(0 | 4)), "{err}");
    let mut document: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&inventory).unwrap()).unwrap();
    for account in document["accounts"].as_array_mut().unwrap() {
        account["stores"] = serde_json::json!({"known": []});
    }
    std::fs::write(&inventory, document.to_string()).unwrap();
    let metrics = ["verify", "--metrics", file.to_str().unwrap(), "--inventory", inventory.to_str().unwrap()];
    // Nothing was delivered on the first day: the trail may have delivered elsewhere then.
    let (out, err, code) = run(&seed, &metrics);
    assert_eq!(code, Some(4), "{out}{err}");
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("was delivered on 2026-11-22 to where its trails deliver now"), "{out}");
    put(&seed, bucket, &log_key(id, "2026/11/22", "2005"), "", br#"{"Records":[]}"#);
    // The server knows no event data stores; one of them might hold the record.
    let (out, _, code) = run(&seed, &["verify", "--metrics", file.to_str().unwrap()]);
    assert!(code == Some(4) && out.contains("ListEventDataStores"), "{out}");
    let (out, err, code) = run(&seed, &metrics);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(code, Some(3), "{out}{err}");
    let told = "1 of 2 functions was invoked and left no record; 1 has records.";
    assert!(out.starts_with(told), "{out}");

    // CloudWatch itself counts nothing here: no record of the second one was to be expected.
    let (out, err, code) = run(&seed, &["verify"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.starts_with("Records arrive for 1 of 2 functions; 1 is idle."), "{out}");
}

#[test]
fn a_canary_waits_until_its_record_is_there() {
    let (id, bucket) = ("310000000024", "invoketrail-canary");
    let seed = account(id, bucket);
    let arn = format!("arn:aws:lambda:us-east-1:{id}:function:f0000");
    let arguments =
        ["verify", "--canary", &arn, "--approve-canary", "--canary-timeout", "60s", "--canary-poll", "100ms"];
    let mut child = command(&seed, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let request = loop {
        let Some(Ok(line)) = lines.next() else { panic!("nothing was sent: {said}") };
        said.push_str(&line);
        if let Some((_, request)) = line.split_once(", request ") {
            break request.to_owned();
        }
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = logs::text_of(i64::try_from(now.as_millis()).unwrap() / 1_000 * 1_000);
    let day = now[..10].replace('-', "/");
    // Another record first, which is not the one.
    let other = record(id, "f0000", &now, "6f6f1b10-0c0c-4f63-8b5e-000000000002");
    put(&seed, bucket, &log_key(id, &day, "0001"), "", other.as_bytes());
    put(&seed, bucket, &log_key(id, &day, "0002"), "", record(id, "f0000", &now, &request).as_bytes());
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{out}{said}");
    assert!(out.starts_with(&format!("The record of a dry run of {arn} arrived within")), "{out}");
    assert!(out.contains("T0002Z"), "{out}");
}

#[test]
fn a_canary_whose_record_does_not_come_says_so() {
    let (id, bucket) = ("310000000025", "invoketrail-canary-none");
    let seed = account(id, bucket);
    let arn = format!("arn:aws:lambda:us-east-1:{id}:function:f0000");
    let arguments =
        ["verify", "--canary", &arn, "--approve-canary", "--canary-timeout", "1s", "--canary-poll", "100ms"];
    let output = command(&seed, &arguments).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{out}{}", String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("U-6") && out.contains("--canary-invoke"), "{out}");
    // Where nothing delivers, nothing is sent.
    let nowhere = Seed::account("310000000026");
    let output = command(&nowhere, &arguments).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("nothing was sent"), "{err}");
}
