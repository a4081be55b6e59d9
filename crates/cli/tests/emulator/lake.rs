//! A lake in a bucket: written with conditional requests, the same bytes as in a folder, and whole after a refusal in the middle.

use crate::Finished;
use crate::buckets::as_json;
use crate::refusing::{Refusing, s3};
use crate::seed::{Seed, url};
use crate::verify::{examples, put_tree};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

struct World {
    seed: Seed,
    bucket: String,
}

impl World {
    fn new(account: &str) -> World {
        let seed = Seed::account(account);
        let bucket = format!("invoketrail-lake-{account}");
        seed.bucket(&bucket);
        put_tree(&seed, &bucket, "trails/", &examples().join("logs"), "AWSLogs");
        World { seed, bucket }
    }

    fn at(&self, prefix: &str) -> String {
        format!("s3://{}/{prefix}", self.bucket)
    }

    fn write(&self, url: &str, to: &str) -> Finished {
        as_json(url, &self.seed, &["lake", "write", &self.at("trails"), "--to", to, "--threads", "2"])
    }
}

fn json(said: &Finished) -> Value {
    serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}", said.stderr))
}

#[test]
fn a_lake_in_a_bucket_answers_as_the_log_files_do() {
    let world = World::new("310000000071");
    let (url, lake) = (url(), world.at("lake"));
    let written = world.write(&url, &lake);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert_eq!(json(&written)["folders_written"], 12);
    let again = json(&world.write(&url, &lake));
    assert_eq!((&again["folders_written"], &again["folders_same"]), (&0.into(), &12.into()));
    let verified = as_json(&url, &world.seed, &["lake", "verify", &lake, "--against", &world.at("trails")]);
    assert_eq!((verified.code, &json(&verified)["answer"]), (Some(0), &"yes".into()), "{}", verified.stderr);
    let asked = |source: &[&str]| {
        let said = as_json(&url, &world.seed, &[&["invocations"], source].concat());
        let mut answer = json(&said);
        answer["reading"]["left_out"].take();
        (said.code, answer)
    };
    assert_eq!(asked(&[&world.at("trails"), "--no-index"]), asked(&["--lake", &lake]));
    let event = "31f86a50";
    let shown = as_json(&url, &world.seed, &["lake", "show", event, "--lake", &lake]);
    assert_eq!(shown.code, Some(1), "{}", shown.stderr);
}

#[test]
fn a_refusal_in_the_middle_loses_nothing_and_the_same_command_goes_on() {
    let world = World::new("310000000072");
    let lake = world.at("lake");
    let puts = AtomicUsize::new(0);
    let proxy = Refusing::before(&url(), move |head| {
        let is_put = head.starts_with("PUT ") && head.contains("/lake/");
        let refused = is_put && puts.fetch_add(1, Ordering::SeqCst) == 7;
        refused.then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"))
    });
    let failed = world.write(&proxy.url, &lake);
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(failed.stderr.contains("s3:PutObject"), "the permission is named: {}", failed.stderr);
    let half = as_json(&url(), &world.seed, &["lake", "verify", &lake]);
    assert_ne!(half.code, Some(3), "half a lake says nothing that is not so: {}", half.stdout);
    assert_eq!(world.write(&url(), &lake).code, Some(0));
    let verified = as_json(&url(), &world.seed, &["lake", "verify", &lake, "--against", &world.at("trails")]);
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
}

#[test]
fn objects_are_written_under_a_condition() {
    let world = World::new("310000000073");
    let proxy = Refusing::before(&url(), |head| {
        let is_put = head.starts_with("PUT ") && head.contains("/lake/");
        let lower = head.to_ascii_lowercase();
        let conditional = lower.contains("if-none-match: *") || lower.contains("if-match:");
        (is_put && !conditional).then(|| s3("400 Bad Request", "InvalidRequest", "no condition"))
    });
    let written = world.write(&proxy.url, &world.at("lake"));
    assert_eq!(written.code, Some(0), "{}", written.stderr);
}

/// Every file of a folder by its path below it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(one) = open.pop() {
        for entry in std::fs::read_dir(one).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let below = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(below, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn a_lake_of_a_bucket_has_the_same_bytes_wherever_it_is_written() {
    let world = World::new("310000000074");
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        let to = folder.path().join("lake");
        assert_eq!(world.write(&url(), to.to_str().unwrap()).code, Some(0));
    }
    let bytes = files(one.path());
    assert!(bytes.len() > 20 && bytes == files(other.path()));
}

#[test]
fn a_log_file_of_a_bucket_that_a_digest_lists_and_that_is_gone_is_named() {
    let (seed, bucket) = (Seed::account("310000000075"), "invoketrail-lake-310000000075".to_owned());
    let world = World { seed, bucket };
    world.seed.bucket(&world.bucket);
    // Keys are as digests list them.
    put_tree(&world.seed, &world.bucket, "", &examples().join("logs/AWSLogs"), "AWSLogs");
    let (keys, source) = (examples().join("logs/public-keys.json"), world.at("AWSLogs"));
    // An emulator that was used before has lakes of earlier runs.
    let at = |lake: &str| world.at(&format!("{}-{lake}", std::process::id()));
    let write = |lake: &str| {
        let lake = at(lake);
        let flags = ["--to", &lake, "--digests", "--public-keys", keys.to_str().unwrap()];
        let said = as_json(&url(), &world.seed, &[&["lake", "write", &source], &flags[..]].concat());
        let document = json(&said);
        let count = |name: &str| document[name].as_array().unwrap().len();
        (said.code, count("files_missing"), count("folders_kept"))
    };
    assert_eq!(write("one"), (Some(0), 0, 0));
    let day = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21";
    let files: Vec<String> = files(&examples().join("logs").join(day)).into_keys().collect();
    let delete = |name: &str| {
        let target = format!("DELETE /{}/{day}/{name}", world.bucket);
        let answer = world.seed.send(&target, ("s3", "us-east-1"), "", "");
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    };
    let (first, others) = files.split_first().unwrap();
    delete(first);
    // The lake that has it keeps it.
    assert_eq!(write("one"), (Some(4), 0, 1));
    assert_eq!(write("two"), (Some(3), 1, 0));
    others.iter().for_each(|name| delete(name));
    assert_eq!(write("three"), (Some(3), files.len(), 0));
    // What is missing beside is written into the manifest of the folder that stays.
    assert_eq!(write("two"), (Some(3), 1, 1));
    for (lake, missing) in [("two", 1), ("three", files.len())] {
        let said = as_json(&url(), &world.seed, &["lake", "verify", &at(lake)]);
        assert_eq!((said.code, &json(&said)["digests"]["missing"]), (Some(3), &missing.into()), "{lake}");
    }
}

#[test]
fn a_lake_in_a_bucket_keeps_what_was_there_first_and_is_mended() {
    let world = World::new("310000000076");
    let at = |name: &str| world.at(&format!("{}-{name}", std::process::id()));
    let verify = |lake: &str| {
        as_json(&url(), &world.seed, &["lake", "verify", lake, "--against", &world.at("trails")])
    };
    // Another writer, with other flags, is done while this one is about to write its first part, or its first manifest.
    for before in ["part-00000.parquet", "_manifest.json"] {
        let lake = at(before.trim_end_matches(".parquet"));
        let (seed, source, to) = (Seed::account("310000000076"), world.at("trails"), lake.clone());
        let first = AtomicUsize::new(0);
        let proxy = Refusing::before(&url(), move |head| {
            let line = head.lines().next().unwrap_or_default();
            if line.starts_with("PUT ") && line.contains(before) && first.fetch_add(1, Ordering::SeqCst) == 0
            {
                let other = as_json(&url(), &seed, &["lake", "write", &source, "--to", &to, "--raw"]);
                // Where the one that waits has written folders already, they stay.
                assert!(matches!(other.code, Some(0 | 4)), "{}", other.stderr);
            }
            None
        });
        let overtaken = world.write(&proxy.url, &lake);
        assert_eq!(overtaken.code, Some(4), "{}", overtaken.stderr);
        let named = json(&overtaken)["folders_unread"].as_array().map(Vec::len);
        assert!(named > Some(0), "{}", overtaken.stdout);
        let verified = verify(&lake);
        assert_eq!(verified.code, Some(0), "{before}: {}", verified.stdout);
        assert_eq!(world.write(&url(), &lake).code, Some(0));
    }
    // A part that is gone, or another: the next writing sees it.
    let lake = at("mended");
    assert_eq!(world.write(&url(), &lake).code, Some(0));
    let part = format!(
        "{}-mended/invocations/account=444455556666/region=us-east-1/day=2026-11-21/part-00000.parquet",
        std::process::id()
    );
    for damage in ["DELETE", "PUT", "extra"] {
        let (method, key) = match damage {
            "extra" => ("PUT", part.replace("00000", "00007")),
            method => (method, part.clone()),
        };
        let body = if method == "PUT" { "no Parquet" } else { "" };
        world.seed.send(&format!("{method} /{}/{key}", world.bucket), ("s3", "us-east-1"), "", body);
        assert_eq!(verify(&lake).code, Some(3), "{damage}");
        assert_eq!(world.write(&url(), &lake).code, Some(0), "{damage}");
        let verified = verify(&lake);
        assert_eq!(verified.code, Some(0), "{damage}: {}", verified.stdout);
    }
}
