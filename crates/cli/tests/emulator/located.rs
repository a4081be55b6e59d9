//! `invocations` without a source: the trails say where the records are, an organization's too, and what cannot be seen is told.

use crate::buckets::{as_json, calls, record, run_at};
use crate::refusing::{Refusing, json, s3};
use crate::seed::{Seed, url};
use serde_json::Value;

/// A record in a log file of that account, number of its own.
fn put(seed: &Seed, bucket: &str, root: &str, (account, region): (&str, &str), number: usize) {
    let key = format!(
        "{root}{account}/CloudTrail/{region}/2026/11/20/{account}_CloudTrail_{region}_20261120T1205Z_{number}.json"
    );
    seed.object(bucket, &key, "", &record(account, region, "20", number));
}

fn trail(seed: &Seed, name: &str, bucket: &str, more: &str) {
    let body = format!(r#"{{"Name":"{name}","S3BucketName":"{bucket}",{more}}}"#);
    seed.cloudtrail("us-east-1", "CreateTrail", &body);
}

/// Makes it the management account of an organization; the organization's id.
fn organization(seed: &Seed) -> String {
    let call = |operation: &str, body: &str| {
        let headers = format!(
            "content-type: application/x-amz-json-1.1\r\nx-amz-target: AWSOrganizationsV20161128.{operation}\r\n"
        );
        seed.send("POST /", ("organizations", "us-east-1"), &headers, body)
    };
    // An earlier run may have made it.
    call("CreateOrganization", r#"{"FeatureSet":"ALL"}"#);
    let described = call("DescribeOrganization", "{}");
    let document: Value = serde_json::from_str(described.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    document["Organization"]["Id"].as_str().unwrap().to_owned()
}

#[test]
fn the_trails_say_where_the_records_are() {
    let (id, other) = ("310000000032", "111122223333");
    let seed = Seed::account(id);
    let organization = organization(&seed);
    let (own, shared) = ("invoketrail-own-trail", "invoketrail-organization-trail");
    seed.bucket(own);
    seed.bucket(shared);
    trail(&seed, "own", own, r#""S3KeyPrefix":"team","IsMultiRegionTrail":false"#);
    trail(&seed, "all", shared, r#""IsMultiRegionTrail":true,"IsOrganizationTrail":true"#);
    put(&seed, own, "team/AWSLogs/", (id, "us-east-1"), 1);
    // Somebody else's trail delivers to the same place.
    put(&seed, own, "team/AWSLogs/", (other, "us-east-1"), 2);
    let root = format!("AWSLogs/{organization}/");
    put(&seed, shared, &root, (id, "eu-west-1"), 3);
    put(&seed, shared, &root, (other, "eu-west-1"), 4);
    put(&seed, shared, &root, (other, "us-east-1"), 5);

    let all = run_at(&url(), &seed, &["--no-index"]);
    assert_eq!(calls(&all), (Some(0), 4, 4), "{}", all.stderr);
    let told = format!(
        "note: reading where the trails deliver to: s3://{shared}/{root} s3://{own}/team/AWSLogs/{id}/\n"
    );
    assert!(all.stderr.contains(&told), "{}", all.stderr);
    for (arguments, files) in [
        (&["--region", "eu-west-1"][..], 2),
        (&["--account", other], 2),
        (&["--account", other, "--region", "us-east-1"], 1),
        (&["--account", id], 2),
    ] {
        let said = run_at(&url(), &seed, &[&["--no-index"], arguments].concat());
        assert_eq!(calls(&said), (Some(0), files, files), "{arguments:?}: {}", said.stderr);
    }

    // A member of the organization who may look into its own folder, and not around it.
    let around = format!("prefix=AWSLogs%2F{organization}%2F&");
    let member = Refusing::before(&url(), move |head| {
        let line = head.lines().next().unwrap_or_default().replace(' ', "&");
        line.contains(&around).then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"))
    });
    let said = run_at(&member.url, &seed, &["--no-index", "--account", other]);
    assert_eq!(calls(&said), (Some(0), 2, 2), "{}", said.stderr);
    assert_eq!(run_at(&member.url, &seed, &["--no-index"]).code, Some(4));

    // Whoever validates without a source looks in the same buckets, whoever else delivers there.
    let said = as_json(&url(), &seed, &["logs", "validate"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}", said.stderr));
    let places = serde_json::json!([format!("s3://{shared}/AWSLogs/"), format!("s3://{own}/team/AWSLogs/")]);
    assert_eq!((said.code, &document["places"]), (Some(4), &places), "{}", said.stdout);
    assert_eq!(document["unproven"].as_array().unwrap().len(), 5, "{}", said.stdout);

    // One bucket refuses to be listed, in one Region the trails cannot be looked up: what is elsewhere is in the answer.
    let refusing = Refusing::before(&url(), |head| {
        if head.starts_with("GET /invoketrail-own-trail?") {
            return Some(s3("403 Forbidden", "AccessDenied", "Access Denied"));
        }
        let there = head.contains("/eu-west-1/cloudtrail/") && head.contains("DescribeTrails");
        there.then(|| json("400 Bad Request", "AccessDeniedException", "User is not authorized"))
    });
    let regions = ["--no-index", "--region", "us-east-1", "--region", "eu-west-1"];
    let partly = run_at(&refusing.url, &seed, &regions);
    assert_eq!(calls(&partly), (Some(4), 3, 3), "{}", partly.stderr);
    let document: Value = serde_json::from_str(&partly.stdout).unwrap();
    let troubles = document["reading"]["troubles"].as_array().unwrap();
    let names: Vec<&str> = troubles.iter().map(|trouble| trouble["file"].as_str().unwrap()).collect();
    let bucket = format!("s3://{own}/team/AWSLogs/{id}/");
    assert_eq!(names, ["cloudtrail:DescribeTrails in eu-west-1", bucket.as_str()], "{}", partly.stdout);
    for help in ["help: grant the caller cloudtrail:DescribeTrails", "help: grant the caller s3:ListBucket"] {
        assert!(partly.stderr.contains(help), "{}", partly.stderr);
    }

    // No answer that was kept hides a gap.
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.sqlite");
    let arguments = [&regions[1..], &["--index", index.to_str().unwrap()]].concat();
    assert_eq!(run_at(&url(), &seed, &arguments).code, Some(0));
    assert_eq!(run_at(&url(), &seed, &arguments).code, Some(0));
    let only_trails = Refusing::before(&url(), |head| {
        let there = head.contains("/eu-west-1/cloudtrail/") && head.contains("DescribeTrails");
        there.then(|| json("400 Bad Request", "AccessDeniedException", "User is not authorized"))
    });
    let said = run_at(&only_trails.url, &seed, &arguments);
    assert_eq!(calls(&said), (Some(4), 4, 4), "{}", said.stderr);
}

#[test]
fn where_no_trail_is_seen_a_bucket_is_asked_for() {
    let seed = Seed::account("310000000033");
    let said = run_at(&url(), &seed, &["--region", "us-east-1"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    let told = "error: no trail that the caller sees delivers what was asked for\nhelp: name the bucket: s3://BUCKET/PREFIX";
    assert!(said.stderr.contains(told), "{}", said.stderr);
    let refusing = Refusing::before(&url(), |head| {
        let refused = json("400 Bad Request", "AccessDeniedException", "User is not authorized");
        head.contains("DescribeTrails").then_some(refused)
    });
    let said = run_at(&refusing.url, &seed, &["--region", "us-east-1"]);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(
        said.stderr.contains("cannot tell where trails deliver to: cloudtrail:DescribeTrails"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("help: grant the caller cloudtrail:DescribeTrails"), "{}", said.stderr);
}
