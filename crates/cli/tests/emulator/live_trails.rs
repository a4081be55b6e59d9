//! Trails that deliver digests, held against the digests that are there: of one nothing is left, and only the trail itself tells.

use crate::seed::{Seed, url};
use crate::verify::{command_at, examples, put_tree};
use serde_json::Value;

/// The account whose digests are among the examples.
const SHOP: &str = "444455556666";

#[test]
fn a_trail_whose_logs_and_digests_are_all_gone_is_told_by_name() {
    let seed = Seed::account(SHOP);
    let run = std::process::id();
    let [shop, quiet] = ["shop", "quiet"].map(|name| format!("invoketrail-{name}-{run}"));
    for bucket in [&shop, &quiet] {
        seed.bucket(bucket);
    }
    put_tree(&seed, &shop, "", &examples().join(format!("logs/AWSLogs/{SHOP}")), &format!("AWSLogs/{SHOP}"));
    let trail = |name: &str, bucket: &str, validation: bool| {
        let body = format!(
            r#"{{"Name":"{name}","S3BucketName":"{bucket}","IsMultiRegionTrail":false,"EnableLogFileValidation":{validation}}}"#
        );
        seed.cloudtrail("us-east-1", "CreateTrail", &body);
        seed.cloudtrail("us-east-1", "StartLogging", &format!(r#"{{"Name":"{name}"}}"#));
    };
    trail("shop-all", &shop, true);
    let day = ["--since", "2026-11-21", "--until", "2026-11-21", "--public-keys", "logs/public-keys.json"];
    let answer = |arguments: &[&str], digests: &str| {
        let whole = [arguments, &day[..], &["--region", "us-east-1", "--format", "json"]].concat();
        let output =
            command_at(&url(), &seed, &whole).env("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z").output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let document: Value = serde_json::from_str(&said).unwrap_or_else(|_| {
            panic!("{said}{}", String::from_utf8_lossy(&output.stderr));
        });
        let digests = document.pointer(digests).unwrap();
        let lacking = digests["trails_lacking_digests"].as_array().into_iter().flatten();
        let lacking = lacking.map(|one| {
            let places = one["places"].as_array().unwrap();
            assert_eq!((&places[0]["account"], &places[0]["region"]), (&SHOP.into(), &"us-east-1".into()));
            (one["trail"].as_str().unwrap().to_owned(), one["why"].as_str().unwrap().to_owned())
        });
        (output.status.code(), digests["state"].as_str().unwrap().to_owned(), lacking.collect::<Vec<_>>())
    };
    let validate = || answer(&["logs", "validate"], "");
    assert_eq!(validate(), (Some(0), "valid".to_owned(), vec![]));
    trail("quiet", &quiet, true);
    trail("loud", &quiet, false);
    let arn = |name: &str| format!("arn:aws:cloudtrail:us-east-1:{SHOP}:trail/{name}");
    let lacking = [(arn("loud"), "validation_off"), (arn("quiet"), "no_digest")];
    let lacking = lacking.map(|(arn, why)| (arn, why.to_owned())).to_vec();
    let told = (Some(4), "not_assertable".to_owned(), lacking);
    assert_eq!(validate(), told);
    let facts = ["--inventory", "acme.json", "--metrics", "metrics.json", "--function", "cart"];
    let verify = [&["verify", "--digests"], &facts[..]].concat();
    assert_eq!(answer(&verify, "/digests"), told);
    for name in ["quiet", "loud"] {
        seed.cloudtrail("us-east-1", "DeleteTrail", &format!(r#"{{"Name":"{name}"}}"#));
    }
    assert_eq!(validate(), (Some(0), "valid".to_owned(), vec![]));
}
