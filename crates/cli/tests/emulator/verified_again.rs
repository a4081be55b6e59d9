//! `verify` over a bucket that was read before: only what is new is asked for, and the answer is the one without the index.

use crate::refusing::{Refusing, s3};
use crate::seed::{Seed, url};
use crate::verify::{command_at, examples, put, put_tree};

const ETL: &str = "AWSLogs/o-acme4example/111122223333/CloudTrail/us-east-1/2026/11/21";

/// Answer, conversation and exit code, and which log files were asked for.
type Finished = (String, String, Option<i32>, Vec<String>);

fn run(proxy: &Refusing, seed: &Seed, source: &str, more: &[&str]) -> Finished {
    let facts =
        ["verify", source, "--inventory", "acme.json", "--metrics", "metrics.json", "--format", "json"];
    let window = ["--since", "2026-11-20", "--until", "2026-11-21", "--region", "us-east-1"];
    let arguments = [&facts[..], &window, more].concat();
    proxy.asked();
    let mut command = command_at(&proxy.url, seed, &arguments);
    let output = command.env("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let mut got = proxy.asked();
    got.retain(|line| line.starts_with("GET ") && line.contains("/CloudTrail/") && line.contains(".json.gz"));
    (text(output.stdout), text(output.stderr), output.status.code(), got)
}

#[test]
fn a_bucket_is_read_again_only_where_it_changed() {
    // The server may keep what an earlier run put there.
    let bucket = &format!("invoketrail-verify-again-{}", std::process::id());
    let seed = Seed::account("310000000041");
    seed.bucket(bucket);
    put_tree(&seed, bucket, "", &examples().join("logs"), "");
    let proxy = Refusing::before(&url(), |head| {
        let refused = head.lines().next()?.contains("T2355Z_refused");
        refused.then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"))
    });
    let (folder, source) = (tempfile::tempdir().unwrap(), format!("s3://{bucket}"));
    let index = folder.path().join("index.sqlite");
    let index = ["--index", index.to_str().unwrap()];
    // As many reads as are said, and what is said without the index.
    let agrees = |reads: usize, code: i32| {
        let without = run(&proxy, &seed, &source, &["--no-index"]);
        let with = run(&proxy, &seed, &source, &index);
        assert_eq!((&with.0, &with.1, with.2), (&without.0, &without.1, Some(code)));
        assert_eq!(with.3.len(), reads, "{:?}", with.3);
        without.3.len()
    };
    let all = run(&proxy, &seed, &source, &["--no-index"]).3.len();
    assert!(all > 5, "{all}");
    agrees(all, 3);
    agrees(0, 3);

    let key = |name: &str| format!("{ETL}/111122223333_CloudTrail_us-east-1_20261121T{name}.json.gz");
    let read = |path: &str| {
        let folder = std::fs::read_dir(examples().join("logs").join(path)).unwrap();
        let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        (paths[0].file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&paths[0]).unwrap())
    };
    let (name, bytes) = read(ETL);
    put(&seed, bucket, &key("2350Z_added"), "", &bytes);
    assert_eq!(agrees(1, 3), all + 1);
    agrees(0, 3);
    // Half of another under its name: as damaged out of the index as when it was read.
    put(&seed, bucket, &format!("{ETL}/{name}"), "", &bytes[..bytes.len() / 2]);
    agrees(1, 4);
    agrees(0, 4);
    put(&seed, bucket, &format!("{ETL}/{name}"), "", &bytes);
    agrees(1, 3);

    // What is refused is asked for each time, until it is there.
    put(&seed, bucket, &key("2355Z_refused"), "", &bytes);
    agrees(1, 4);
    agrees(1, 4);
    proxy.relent();
    agrees(1, 3);
    agrees(0, 3);

    // What digests list is read each time, and nothing else.
    let keys = examples().join("logs/public-keys.json");
    let digests = ["--digests", "--public-keys", keys.to_str().unwrap()];
    let without = run(&proxy, &seed, &source, &[&digests[..], &["--no-index"]].concat());
    let with = run(&proxy, &seed, &source, &[&digests[..], &index].concat());
    assert_eq!((&with.0, &with.1, with.2), (&without.0, &without.1, without.2));
    assert_eq!((with.3.len(), without.3.len()), (5, all + 2), "{:?}", with.3);
}
