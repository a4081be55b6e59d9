//! Evidence from the emulator: objects, layouts, locations, metrics, and what it makes of a canary.

use crate::options;
use crate::seed::Seed;
use aws::{Aim, CanaryTrouble, ObjectTrouble, Session, Stop};
use std::fmt::Write;

async fn opened(seed: &Seed) -> Session {
    Session::open(&options(seed), Stop::new()).await.unwrap().unwrap()
}

/// Keys that need some kind of encoding.
const ODD: [&str; 5] = ["odd/a b", "odd/a+b", "odd/a=é", "odd/100%", "odd/a&b<c>'\""];

fn encoded(key: &str) -> String {
    key.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'/' | b'a'..=b'z' | b'0'..=b'9' => text.push(byte as char),
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
        text
    })
}

#[tokio::test]
async fn more_than_a_thousand_keys_are_listed_and_read() {
    let seed = Seed::account("210000000010");
    let bucket = "invoketrail-listing";
    seed.bucket(bucket);
    for at in 0..1050 {
        seed.object(bucket, &format!("many/{at:04}"), "", "x");
    }
    let evidence = opened(&seed).await;
    let objects = evidence.objects();
    let mut pages = objects.list(bucket, "many/", None, false);
    let (mut keys, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        keys.extend(page.unwrap().entries.into_iter().map(|entry| (entry.key, entry.size)));
        count += 1;
    }
    let expected: Vec<(String, u64)> = (0..1050).map(|at| (format!("many/{at:04}"), 1)).collect();
    assert_eq!((keys, count), (expected, 2));
    let after = objects.list(bucket, "many/", Some("many/1047"), false).all().await.unwrap();
    let after: Vec<&str> = after.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(after, ["many/1048", "many/1049"]);
}

#[tokio::test]
async fn odd_keys_come_back_as_they_were_and_can_be_read() {
    let seed = Seed::account("210000000011");
    let bucket = "invoketrail-odd";
    seed.bucket(bucket);
    for key in ODD {
        seed.object(bucket, &encoded(key), "", key);
    }
    let evidence = opened(&seed).await;
    let listed = evidence.objects().list(bucket, "odd/", None, false).all().await.unwrap();
    let mut keys: Vec<&str> = listed.entries.iter().map(|entry| entry.key.as_str()).collect();
    let mut expected = ODD.to_vec();
    keys.sort_unstable();
    expected.sort_unstable();
    assert_eq!(keys, expected);
    for entry in &listed.entries {
        let object = evidence.objects().get(bucket, &entry.key, Some(entry.size)).await.unwrap();
        assert_eq!(object.bytes, entry.key.as_bytes());
        assert_eq!(object.metadata.etag, entry.etag);
    }
    let narrow = evidence.objects().list(bucket, "odd/a+", None, false).all().await.unwrap();
    assert_eq!(narrow.entries.len(), 1, "{narrow:?}");
}

#[tokio::test]
async fn the_layout_of_an_organization_is_discovered() {
    let seed = Seed::account("210000000012");
    let bucket = "invoketrail-layout";
    seed.bucket(bucket);
    for account in ["210000000012", "210000000099"] {
        for region in ["us-east-1", "eu-west-1"] {
            let key = format!("team/AWSLogs/o-acme12345/{account}/CloudTrail/{region}/2026/11/23/x.json.gz");
            seed.object(bucket, &key, "", "x");
        }
    }
    seed.object(
        bucket,
        "team/AWSLogs/210000000012/CloudTrail-Digest/us-east-1/2026/11/23/d.json.gz",
        "",
        "x",
    );
    let evidence = opened(&seed).await;
    let folders = async |prefix: &str| {
        let page = evidence.objects().list(bucket, prefix, None, true).all().await.unwrap();
        assert_eq!(page.entries, []);
        page.folders
    };
    assert_eq!(folders("team/AWSLogs/").await, ["team/AWSLogs/210000000012/", "team/AWSLogs/o-acme12345/"]);
    let organization = "team/AWSLogs/o-acme12345/";
    assert_eq!(
        folders(organization).await,
        [format!("{organization}210000000012/"), format!("{organization}210000000099/")]
    );
    let account = format!("{organization}210000000099/CloudTrail/");
    assert_eq!(folders(&account).await, [format!("{account}eu-west-1/"), format!("{account}us-east-1/")]);
    assert_eq!(folders("nothing/").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_large_object_comes_whole_and_with_its_metadata() {
    let seed = Seed::account("210000000013");
    let bucket = "invoketrail-large";
    seed.bucket(bucket);
    let whole: String = (0..2_857_143).map(|at| format!("{at:07}")).collect();
    seed.object(
        bucket,
        "large",
        "x-amz-meta-signature: ab12\r\nX-Amz-Meta-Signature-Algorithm: SHA256withRSA\r\n",
        &whole,
    );
    seed.object(bucket, "empty", "", "");
    let evidence = opened(&seed).await;
    let objects = evidence.objects();
    let size = whole.len() as u64;
    let object = objects.get(bucket, "large", Some(size)).await.unwrap();
    assert!(object.bytes == whole.as_bytes());
    assert_eq!(object.metadata.user["signature"], "ab12");
    assert_eq!(object.metadata.user["signature-algorithm"], "SHA256withRSA");
    let head = objects.head(bucket, "large").await.unwrap();
    assert_eq!(head, object.metadata);
    assert!(head.modified.is_some() && head.size == size);
    for size in [None, Some(0)] {
        assert_eq!(objects.get(bucket, "empty", size).await.unwrap().bytes, b"");
    }
    assert_eq!(objects.get(bucket, "large", Some(7)).await.unwrap_err().trouble, ObjectTrouble::Changed);
    assert_eq!(objects.get(bucket, "none", None).await.unwrap_err().trouble, ObjectTrouble::Missing);
    let nowhere = objects.get("invoketrail-nowhere", "none", None).await.unwrap_err();
    assert_eq!(nowhere.trouble, ObjectTrouble::NoBucket);
}

#[tokio::test]
async fn a_trail_says_where_it_delivers() {
    let id = "210000000014";
    let seed = Seed::account(id);
    seed.bucket("invoketrail-located");
    seed.cloudtrail(
        "us-east-1",
        "CreateTrail",
        r#"{"Name":"located","S3BucketName":"invoketrail-located","S3KeyPrefix":"team",
            "IsMultiRegionTrail":true,"EnableLogFileValidation":true}"#,
    );
    let regions = ["us-east-1".to_owned(), "eu-west-1".to_owned()];
    let locations = opened(&seed).await.locations(&regions).await;
    assert_eq!(locations.gaps, []);
    let [location] = &locations.found[..] else { panic!("{locations:?}") };
    assert_eq!(location.trail, format!("arn:aws:cloudtrail:us-east-1:{id}:trail/located"));
    assert_eq!((location.bucket.as_str(), location.prefix.as_str()), ("invoketrail-located", "team"));
    assert_eq!((location.account.as_str(), location.home_region.as_str()), (id, "us-east-1"));
    assert!(location.multi_region && !location.organization_trail && location.organization.is_none());
    assert_eq!(location.validation, Some(true));
}

/// 2026-11-23T00:00:00Z
const DAY: i64 = 1_795_392_000_000;
const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn metrics_are_read_by_the_hour() {
    let id = "210000000015";
    let seed = Seed::account(id);
    // The emulator may have seen an earlier run.
    let name = format!("shop-{}", std::process::id());
    for (time, value) in [("00%3A10", "3"), ("00%3A50", "4"), ("02%3A00", "5"), ("03%3A00", "9")] {
        let body = format!(
            "Action=PutMetricData&Version=2010-08-01&Namespace=AWS%2FLambda\
             &MetricData.member.1.MetricName=Invocations&MetricData.member.1.Value={value}\
             &MetricData.member.1.Timestamp=2026-11-23T{time}%3A00Z\
             &MetricData.member.1.Dimensions.member.1.Name=FunctionName\
             &MetricData.member.1.Dimensions.member.1.Value={name}"
        );
        seed.query("monitoring", "us-east-1", &body);
    }
    let evidence = opened(&seed).await;
    let read =
        evidence.invocations(id, "us-east-1", &[name.as_str(), "idle"], DAY, DAY + 3 * HOUR).await.unwrap();
    assert_eq!(read[&name], [(DAY, 7), (DAY + 2 * HOUR, 5)]);
    assert_eq!(read["idle"], []);
}

#[tokio::test]
async fn keys_that_cannot_be_listed_are_a_gap() {
    let seed = Seed::account("210000000016");
    let gap = opened(&seed).await.public_keys("us-east-1", DAY, DAY + HOUR).await.unwrap_err();
    assert_eq!(gap.call, "cloudtrail:ListPublicKeys");
}

#[tokio::test]
async fn a_canary_finds_its_function_or_says_that_there_is_none() {
    let id = "210000000017";
    let seed = Seed::account(id);
    let evidence = opened(&seed).await;
    let none = format!("arn:aws:lambda:us-east-1:{id}:function:none");
    let error = evidence.invoke(&none, "marker-1", Aim::Check).await.unwrap_err();
    assert_eq!(error.trouble, CanaryTrouble::Missing, "{error}");
}
