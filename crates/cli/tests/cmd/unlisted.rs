//! Listings that fail, each in turn and in each way: what could not be listed is not assertable, and never called missing.

use crate::bucket::{Asked, Bucket, listing};
use crate::evidence::Copy;
use crate::run::{Finished, command, root, run};
use serde_json::Value;
use std::path::Path;

const SHOP: &str = "AWSLogs/444455556666";
const DAY: [&str; 6] = ["--since", "2026-11-21", "--until", "2026-11-21", "--format", "json"];

/// The shop's own trail alone.
fn shop() -> Copy {
    let tree = Copy::below("");
    let logs = tree.folder.path().join("AWSLogs");
    for entry in std::fs::read_dir(&logs).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("444455556666") {
            std::fs::remove_dir_all(path).unwrap();
        }
    }
    tree
}

fn keys() -> String {
    root().join("examples/logs/public-keys.json").to_str().unwrap().to_owned()
}

fn validate(source: &str) -> Vec<String> {
    let keys = keys();
    [&["logs", "validate", source, "--public-keys", &keys], &DAY[..]]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

fn verify(source: &str) -> Vec<String> {
    let keys = keys();
    let facts = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json", "--no-index"];
    let digests = ["--digests", "--public-keys", &keys, "--function", "cart"];
    let all = [&["verify", source], &facts[..], &digests, &DAY[..]].concat();
    all.into_iter().map(str::to_owned).collect()
}

fn asked(bucket: &Bucket, arguments: &[String]) -> Finished {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = command(&arguments);
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    let output =
        command.env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", &bucket.url).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn local(arguments: &[String]) -> Finished {
    run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Undetermined, in the exit code, in the document, and in every word.
fn is_open(said: &Finished, about: &str) {
    assert_eq!(said.code, Some(4), "{about}: {said:?}");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let digests = if document["digests"].is_null() { &document } else { &document["digests"] };
    assert_eq!(digests["state"], "not_assertable", "{about}: {document}");
    assert_eq!(digests["totals"]["invalid"], 0, "{about}: {document}");
    assert_eq!(digests["totals"]["files"]["invalid"], 0, "{about}: {document}");
    assert!(!document["unseen"].as_array().unwrap().is_empty(), "{about}: {document}");
    for accusing in ["is not there", "forged", "deleted"] {
        assert!(!said.stdout.contains(accusing), "{about}: {accusing}: {}", said.stdout);
    }
    if let Some(functions) = document["functions"].as_array() {
        for one in functions {
            assert_ne!(one["result"], "missing", "{about}: {one}");
            // What was seen, and is proven, stays evidence.
            let proven = one["result"] == "evidenced" && one["records"].as_u64().unwrap() > 0;
            assert!(proven || one["result"] == "undetermined", "{about}: {one}");
        }
    }
}

/// What comes instead of a listing: the first page, and a further one.
type Way = (&'static str, fn(bool) -> Option<(&'static str, String)>);

fn error(status: &'static str, code: &str) -> Option<(&'static str, String)> {
    Some((status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>")))
}

const PAGE: &str = "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>\
                    <NextContinuationToken>next</NextContinuationToken></ListBucketResult>";

const WAYS: [Way; 8] = [
    ("refused", |_| error("403 Forbidden", "AccessDenied")),
    ("refused on the second page", |further| match further {
        false => Some(("200 OK", PAGE.to_owned())),
        true => error("403 Forbidden", "AccessDenied"),
    }),
    ("throttled", |_| error("503 Slow Down", "SlowDown")),
    ("cut off", |_| Some(("200 OK", "<ListBucketResult><KeyCount>0</KeyCount><IsTrunc".to_owned()))),
    ("an empty body", |_| Some(("200 OK", String::new()))),
    ("no listing", |_| Some(("200 OK", "{}".to_owned()))),
    ("an error in a success", |_| error("200 OK", "InternalError")),
    ("going on for ever", |_| Some(("200 OK", PAGE.to_owned()))),
];

#[test]
fn each_listing_that_fails_in_each_way_is_not_assertable() {
    let tree = shop();
    let source = format!("s3://logs/{SHOP}/");
    let whole = Bucket::of(tree.folder.path(), |_| None);
    for arguments in [validate(&source), verify(&source)] {
        let said = asked(&whole, &arguments);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let listed = whole.listed();
    for told in [
        "/",
        "/CloudTrail/",
        "/CloudTrail-Digest/",
        "/CloudTrail/us-east-1/",
        "/CloudTrail-Digest/us-east-1/",
    ] {
        assert!(listed.contains(&format!("{SHOP}{told}")), "{told}: {listed:?}");
    }
    // Side by side, because what is throttled is tried again for a while.
    std::thread::scope(|scope| {
        for (prefix, (name, way)) in listed.iter().flat_map(|prefix| WAYS.map(|way| (prefix, way))) {
            // Who lists for `verify` is the same, and waits as long once more when it reads on.
            let both = [validate(&source), verify(&source)];
            for arguments in both.into_iter().take(if name == "throttled" { 1 } else { 2 }) {
                let tree = &tree;
                scope.spawn(move || {
                    let failing = prefix.clone();
                    let bucket = Bucket::of(tree.folder.path(), move |asked| match asked {
                        Asked::Listing { prefix, further } if *prefix == failing => way(*further),
                        _ => None,
                    });
                    is_open(&asked(&bucket, &arguments), &format!("{} {prefix} {name}", arguments[0]));
                });
            }
        }
    });
}

#[test]
fn what_was_listed_and_is_not_there_stays_invalid() {
    let tree = shop();
    // The bucket that CloudTrail delivered to, by its digests: another one is a copy, of which nobody says when it begins.
    let source = format!("s3://acme-log-archive/{SHOP}/");
    let empty = tree.folder.path().join("nothing");
    std::fs::create_dir(&empty).unwrap();
    let none = listing(&empty, "", true, "");
    let bucket = Bucket::of(tree.folder.path(), move |asked| match asked {
        Asked::Listing { prefix, .. } if prefix.ends_with("/CloudTrail/us-east-1/") => {
            Some(("200 OK", none.clone()))
        }
        _ => None,
    });
    let said = asked(&bucket, &validate(&source));
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stdout.contains("is not there"), "{said:?}");
}

#[test]
fn each_folder_and_file_of_a_copy_that_leads_nowhere_is_not_assertable() {
    let tree = shop();
    let whole = tree.path().to_owned();
    for arguments in [validate(&whole), verify(&whole)] {
        let said = local(&arguments);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let shop = tree.folder.path().join(SHOP);
    let mut each = vec![shop.clone()];
    for kind in ["CloudTrail", "CloudTrail-Digest"] {
        for below in ["", "us-east-1", "us-east-1/2026", "us-east-1/2026/11", "us-east-1/2026/11/21"] {
            each.push(shop.join(kind).join(below));
        }
    }
    let day = shop.join("CloudTrail/us-east-1/2026/11/21");
    each.extend(std::fs::read_dir(day).unwrap().map(|entry| entry.unwrap().path()));
    for path in each {
        let path = Path::new(path.to_str().unwrap().trim_end_matches('/')).to_owned();
        let outside = tempfile::tempdir().unwrap();
        let kept = outside.path().join("kept");
        std::fs::rename(&path, &kept).unwrap();
        // Round in a circle, and to nothing: neither says what was there.
        for leads_to in [path.clone(), tree.folder.path().join("nowhere")] {
            std::os::unix::fs::symlink(&leads_to, &path).unwrap();
            is_open(&local(&validate(&whole)), path.to_str().unwrap());
            is_open(&local(&verify(&whole)), path.to_str().unwrap());
            std::fs::remove_file(&path).unwrap();
        }
        std::fs::rename(&kept, &path).unwrap();
    }
}

#[test]
fn digests_alone_say_nothing_of_log_files_that_nobody_named() {
    let tree = shop();
    let digests = tree.folder.path().join(SHOP).join("CloudTrail-Digest");
    let said = local(&validate(digests.to_str().unwrap()));
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stdout.contains("it lies outside of what was named"), "{said:?}");
    assert!(!said.stdout.contains("is not there"), "{said:?}");
}

#[test]
fn an_archived_object_is_to_be_restored_and_nobody_lacks_a_permission() {
    let tree = shop();
    let source = format!("s3://logs/{SHOP}/");
    let bucket = Bucket::of(tree.folder.path(), |asked| match asked {
        Asked::Object { key } if key.contains("/CloudTrail/") => error("403 Forbidden", "InvalidObjectState"),
        _ => None,
    });
    let invocations = ["invocations", &source, "--no-index"].map(str::to_owned);
    for arguments in [validate(&source), verify(&source), invocations.to_vec()] {
        let said = asked(&bucket, &arguments);
        let told = format!("{}{}", said.stdout, said.stderr);
        assert!(told.contains("aws s3api restore-object --bucket logs --key KEY"), "{said:?}");
        assert!(told.contains("archived") && !told.contains("grant"), "{said:?}");
        assert!(matches!(said.code, Some(4 | 1)), "{said:?}");
    }
}
