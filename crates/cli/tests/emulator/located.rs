//! `invocations` without a source: the trails say where the records are, an organization's too, and what cannot be seen is told.

use crate::Finished;
use crate::buckets::{as_json, calls, record, run_at};
use crate::refusing::{Refusing, json, s3};
use crate::seed::{Seed, url};
use serde_json::Value;

/// A record in a log file of that account, number of its own.
fn put(seed: &Seed, bucket: &str, root: &str, account: &str, region: &str, number: usize) {
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

/// Another account of the organization.
const OTHER: &str = "111122223333";

/// The management account of an organization, with a trail of its own and one of the organization.
struct World {
    seed: Seed,
    /// Where the trails deliver to.
    own: String,
    shared: String,
    /// Behind the bucket: the folder of the organization.
    organization: String,
}

impl World {
    fn new(id: &str) -> World {
        let seed = Seed::account(id);
        let organization = format!("AWSLogs/{}/", organization(&seed));
        let (own, shared) = (format!("invoketrail-own-{id}"), format!("invoketrail-organization-{id}"));
        seed.bucket(&own);
        seed.bucket(&shared);
        trail(&seed, "own", &own, r#""S3KeyPrefix":"team","IsMultiRegionTrail":false"#);
        trail(&seed, "all", &shared, r#""IsMultiRegionTrail":true,"IsOrganizationTrail":true"#);
        put(&seed, &own, "team/AWSLogs/", id, "us-east-1", 1);
        // Somebody else's trail delivers to the same place.
        put(&seed, &own, "team/AWSLogs/", OTHER, "us-east-1", 2);
        put(&seed, &shared, &organization, id, "eu-west-1", 3);
        put(&seed, &shared, &organization, OTHER, "eu-west-1", 4);
        put(&seed, &shared, &organization, OTHER, "us-east-1", 5);
        World { seed, own, shared, organization }
    }

    /// The answer of all files, without an index.
    fn run(&self, url: &str, arguments: &[&str]) -> Finished {
        run_at(url, &self.seed, &[&["--no-index"], arguments].concat())
    }
}

/// Trails cannot be looked up there.
fn no_trails_of_eu_west_1(head: &str) -> Option<String> {
    let there = head.contains("/eu-west-1/cloudtrail/") && head.contains("DescribeTrails");
    there.then(|| json("400 Bad Request", "AccessDeniedException", "User is not authorized"))
}

#[test]
fn the_trails_say_where_the_records_are() {
    let id = "310000000032";
    let world = World::new(id);
    let World { seed, own, shared, organization } = &world;
    let all = world.run(&url(), &[]);
    assert_eq!(calls(&all), (Some(0), 4, 4), "{}", all.stderr);
    let told = format!(
        "note: reading where the trails deliver to: s3://{shared}/{organization} s3://{own}/team/AWSLogs/{id}/\n"
    );
    assert!(all.stderr.contains(&told), "{}", all.stderr);
    for (arguments, files) in [
        (&["--region", "eu-west-1"][..], 2),
        (&["--account", OTHER], 2),
        (&["--account", OTHER, "--region", "us-east-1"], 1),
        (&["--account", id], 2),
    ] {
        let said = world.run(&url(), arguments);
        assert_eq!(calls(&said), (Some(0), files, files), "{arguments:?}: {}", said.stderr);
    }

    // A member of the organization who may look into its own folder, and not around it.
    let around = format!("prefix={}&", organization.replace('/', "%2F"));
    let member = Refusing::before(&url(), move |head| {
        let line = head.lines().next().unwrap_or_default().replace(' ', "&");
        line.contains(&around).then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"))
    });
    let said = world.run(&member.url, &["--account", OTHER]);
    assert_eq!(calls(&said), (Some(0), 2, 2), "{}", said.stderr);
    assert_eq!(world.run(&member.url, &[]).code, Some(4));

    // Whoever validates without a source looks in the same buckets, whoever else delivers there.
    let said = as_json(&url(), seed, &["logs", "validate"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}", said.stderr));
    let places = serde_json::json!([format!("s3://{shared}/AWSLogs/"), format!("s3://{own}/team/AWSLogs/")]);
    assert_eq!((said.code, &document["places"]), (Some(4), &places), "{}", said.stdout);
    assert_eq!(document["unproven"].as_array().unwrap().len(), 5, "{}", said.stdout);
}

#[test]
fn what_cannot_be_seen_of_trails_and_buckets_is_told_and_the_rest_is_answered() {
    let id = "310000000035";
    let world = World::new(id);
    let bucket = format!("GET /{}?", world.own);
    let refusing = Refusing::before(&url(), move |head| {
        let refused = head.starts_with(&bucket).then(|| s3("403 Forbidden", "AccessDenied", "Access Denied"));
        refused.or_else(|| no_trails_of_eu_west_1(head))
    });
    let regions = ["--region", "us-east-1", "--region", "eu-west-1"];
    let partly = world.run(&refusing.url, &regions);
    assert_eq!(calls(&partly), (Some(4), 3, 3), "{}", partly.stderr);
    let document: Value = serde_json::from_str(&partly.stdout).unwrap();
    let troubles = document["reading"]["troubles"].as_array().unwrap();
    let names: Vec<&str> = troubles.iter().map(|trouble| trouble["file"].as_str().unwrap()).collect();
    let folder = format!("s3://{}/team/AWSLogs/{id}/", world.own);
    assert_eq!(names, ["cloudtrail:DescribeTrails in eu-west-1", folder.as_str()], "{}", partly.stdout);
    for help in ["help: grant the caller cloudtrail:DescribeTrails", "help: grant the caller s3:ListBucket"] {
        assert!(partly.stderr.contains(help), "{}", partly.stderr);
    }
}

#[test]
fn no_answer_that_was_kept_hides_a_gap() {
    let world = World::new("310000000036");
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.sqlite");
    let arguments = ["--region", "us-east-1", "--region", "eu-west-1", "--index", index.to_str().unwrap()];
    assert_eq!(run_at(&url(), &world.seed, &arguments).code, Some(0));
    assert_eq!(run_at(&url(), &world.seed, &arguments).code, Some(0));
    let refusing = Refusing::before(&url(), no_trails_of_eu_west_1);
    let said = run_at(&refusing.url, &world.seed, &arguments);
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
