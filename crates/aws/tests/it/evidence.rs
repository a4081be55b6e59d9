//! Locations of trails, hourly metrics, and public keys: what was read, and the gaps where it was not.

use crate::acme::CALLER;
use crate::beside::{refused, send, served};
use crate::op::Op;
use crate::server::{Answer, Request};
use audit::inventory::GapKind;
use aws::{Accounts, Session, Stop};
use serde_json::json;

async fn opened(fault: impl Fn(&Op, &Request) -> Option<Answer> + Send + Sync + 'static) -> Session {
    let options = served(fault).await.options(Accounts::Caller);
    Session::open(&options, Stop::new()).await.unwrap().unwrap()
}

fn regions() -> Vec<String> {
    ["us-east-1", "eu-west-1"].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn every_trail_is_located_once_with_its_organization() {
    let evidence = opened(|_, _| None).await;
    assert_eq!(evidence.account(), CALLER);
    let locations = evidence.locations(&regions()).await;
    assert_eq!(locations.gaps, []);
    let [location] = &locations.found[..] else { panic!("{locations:?}") };
    assert_eq!(location.trail, "arn:aws:cloudtrail:us-east-1:111111111111:trail/acme");
    assert_eq!((location.bucket.as_str(), location.prefix.as_str()), ("acme-logs", ""));
    assert_eq!((location.account.as_str(), location.home_region.as_str()), ("111111111111", "us-east-1"));
    assert!(location.organization_trail && location.multi_region);
    assert_eq!(location.organization.as_deref(), Some("o-acme"));
    assert_eq!(location.validation, Some(true));
}

#[tokio::test]
async fn a_trail_says_in_its_home_region_whether_it_logs() {
    let of = |home: bool| {
        opened(move |op, _| {
            let here = op.region == "us-east-1";
            (op.action == "cloudtrail:GetTrailStatus" && here == home).then(refused)
        })
    };
    let elsewhere_refused = of(false).await;
    let location = elsewhere_refused.locations(&regions()).await.found.remove(0);
    assert_eq!(location.home_region, "us-east-1");
    assert!(elsewhere_refused.status(&location).await.unwrap().logging);
    let gap = of(true).await.status(&location).await.unwrap_err();
    assert_eq!((gap.call.as_str(), gap.kind), ("cloudtrail:GetTrailStatus", GapKind::Refused));
    assert_eq!(gap.subject.as_deref(), Some(location.trail.as_str()));
}

#[tokio::test]
async fn an_organization_without_an_id_and_a_region_without_trails_are_gaps() {
    let evidence = opened(|op, _| {
        let hidden = op.action == "organizations:DescribeOrganization"
            || (op.action == "cloudtrail:DescribeTrails" && op.region == "eu-west-1");
        hidden.then(refused)
    })
    .await;
    let locations = evidence.locations(&regions()).await;
    assert_eq!(locations.found[0].organization, None);
    let calls: Vec<(&str, GapKind)> =
        locations.gaps.iter().map(|gap| (gap.call.as_str(), gap.kind)).collect();
    assert_eq!(
        calls,
        [
            ("cloudtrail:DescribeTrails", GapKind::Refused),
            ("organizations:DescribeOrganization", GapKind::Refused)
        ]
    );
}

#[tokio::test]
async fn a_trail_without_a_bucket_is_a_gap_and_a_prefix_is_kept() {
    let evidence = opened(|op, _| {
        let arn = |name: &str| format!("arn:aws:cloudtrail:us-east-1:{CALLER}:trail/{name}");
        let trails = json!({"trailList": [
            {"TrailARN": arn("a"), "S3BucketName": "logs", "S3KeyPrefix": "team/x"}, {"TrailARN": arn("b")}, {},
        ]});
        (op.action == "cloudtrail:DescribeTrails").then(|| send(200, trails.to_string()))
    })
    .await;
    let locations = evidence.locations(&regions()[..1]).await;
    assert_eq!(locations.found.len(), 1);
    assert_eq!((locations.found[0].prefix.as_str(), locations.found[0].validation), ("team/x", None));
    assert_eq!(locations.gaps.len(), 2);
    assert!(locations.gaps[0].subject.as_ref().unwrap().ends_with("trail/b"));
}

const HOUR: i64 = 3_600_000;
/// 2026-11-23T00:00:00Z
const DAY: i64 = 1_795_392_000_000;

fn points(id: &str, status: &str, points: &[(&str, &str)]) -> String {
    let times: String = points.iter().map(|(time, _)| format!("<member>{time}</member>")).collect();
    let values: String = points.iter().map(|(_, value)| format!("<member>{value}</member>")).collect();
    format!(
        "<member><Id>{id}</Id><Timestamps>{times}</Timestamps><Values>{values}</Values>\
         <StatusCode>{status}</StatusCode></member>"
    )
}

fn metrics(series: &[String], next: &str) -> String {
    format!(
        "<GetMetricDataResponse><GetMetricDataResult><MetricDataResults>{}</MetricDataResults>{next}\
         </GetMetricDataResult></GetMetricDataResponse>",
        series.concat()
    )
}

async fn invocations(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Session {
    opened(move |op, request| (op.action == "monitoring:GetMetricData").then(|| answer(&request.body))).await
}

#[tokio::test]
async fn hours_come_from_all_pages_in_order() {
    let evidence = invocations(|body| {
        assert!(
            body.contains("StartTime=2026-11-23T00%3A00%3A00Z&EndTime=2026-11-23T03%3A00%3A00Z"),
            "{body}"
        );
        assert!(body.contains(".Period=3600"), "{body}");
        let page = if body.contains("NextToken=more") {
            let first = points("m0", "Complete", &[("2026-11-23T00:00:00Z", "1")]);
            metrics(&[first, points("m1", "Complete", &[])], "")
        } else {
            let first = points("m0", "PartialData", &[("2026-11-23T02:00:00Z", "3.0")]);
            metrics(&[first], "<NextToken>more</NextToken>")
        };
        send(200, page)
    })
    .await;
    // The hours that lie between are whole ones.
    let read =
        evidence.invocations(CALLER, "us-east-1", &["f", "g"], DAY - 1, DAY + 3 * HOUR + 1).await.unwrap();
    assert_eq!(read["f"], [(DAY, 1), (DAY + 2 * HOUR, 3)]);
    assert_eq!(read["g"], []);
    let none = evidence.invocations(CALLER, "us-east-1", &["f"], DAY + 1, DAY + HOUR).await.unwrap();
    assert_eq!(none["f"], []);
}

#[tokio::test]
async fn what_is_not_whole_is_a_gap_and_never_a_zero() {
    let answers = [
        metrics(&[points("m0", "PartialData", &[])], ""),
        metrics(&[], ""),
        metrics(&[points("m7", "Complete", &[])], ""),
        metrics(&[points("m0", "Complete", &[("2026-11-22T23:00:00Z", "1")])], ""),
        metrics(&[points("m0", "Complete", &[("2026-11-23T00:30:00Z", "1")])], ""),
        metrics(&[points("m0", "Complete", &[("2026-11-23T00:00:00Z", "1")])], "")
            .replace("<Timestamps>", "<T>"),
        metrics(&[points("m0", "Complete", &[])], "<NextToken>again</NextToken>"),
        "<html>".to_owned(),
    ];
    for answer in answers {
        let evidence = invocations(move |_| send(200, answer.clone())).await;
        let read = evidence.invocations(CALLER, "us-east-1", &["f"], DAY, DAY + 2 * HOUR).await;
        let gap = read.unwrap_err();
        assert_eq!((gap.call.as_str(), gap.kind), ("cloudwatch:GetMetricData", GapKind::Failed));
    }
    let evidence = invocations(|_| refused()).await;
    let gap = evidence.invocations(CALLER, "us-east-1", &["f"], DAY, DAY + HOUR).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::Refused);
}

/// Begins as a SubjectPublicKeyInfo does, and as an RSAPublicKey does.
const VALUES: [&str; 2] = ["MIIBIjANBgkqhkiG9w0BAQE=", "MIIBCgKCAQEA"];

/// Answers for keys in eu-west-1 alone, which is not the caller's own Region.
async fn keys(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Session {
    opened(move |op, request| {
        let here = op.action == "cloudtrail:ListPublicKeys" && op.region == "eu-west-1";
        here.then(|| answer(&request.body))
    })
    .await
}

#[tokio::test]
async fn keys_are_passed_through_in_either_encoding() {
    let evidence = keys(|body| {
        let asked: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(asked["StartTime"], json!(DAY / 1000));
        assert_eq!(asked["EndTime"], json!((DAY + 3 * HOUR) / 1000), "two hours later");
        let second = asked["NextToken"] == "more";
        let key = |at: usize| {
            json!({"Fingerprint": format!("f{at}"), "Value": VALUES[at],
                   "ValidityStartTime": 1_795_000_000.5, "ValidityEndTime": 1_796_000_000})
        };
        let page = if second {
            json!({"PublicKeyList": [key(1)]})
        } else {
            json!({"PublicKeyList": [key(0)], "NextToken": "more"})
        };
        send(200, page.to_string())
    })
    .await;
    let read = evidence.public_keys("eu-west-1", DAY, DAY + HOUR).await.unwrap();
    let told: Vec<(&str, usize)> = read.iter().map(|key| (key.fingerprint.as_str(), key.der.len())).collect();
    assert_eq!(told, [("f0", 17), ("f1", 9)]);
    assert_eq!((read[0].valid_from, read[0].valid_to), (1_795_000_000_500, 1_796_000_000_000));
    assert!(read.iter().all(|key| key.der.starts_with(&[0x30, 0x82])));
}

#[tokio::test]
async fn a_key_less_is_a_gap() {
    let answers = [
        json!({}),
        json!({"PublicKeyList": [{"Fingerprint": "f", "ValidityStartTime": 1, "ValidityEndTime": 2}]}),
        json!({"PublicKeyList": [], "NextToken": "same"}),
    ];
    for answer in answers {
        let evidence = keys(move |_| send(200, answer.to_string())).await;
        let gap = evidence.public_keys("eu-west-1", DAY, DAY).await.unwrap_err();
        assert_eq!((gap.call.as_str(), gap.kind), ("cloudtrail:ListPublicKeys", GapKind::Failed));
    }
    let evidence = keys(|_| refused()).await;
    assert_eq!(evidence.public_keys("eu-west-1", DAY, DAY).await.unwrap_err().kind, GapKind::Refused);
}
