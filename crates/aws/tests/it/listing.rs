//! Listings of a bucket: pages, ends that are none, and the Region in which it is.

use crate::beside::served;
use crate::objects::{bucket, error, with};
use crate::op::Op;
use crate::server::{Answer, Request};
use crate::signature::assert_signed;
use aws::{Accounts, ObjectTrouble, Session, Stop};
use std::sync::{Arc, Mutex};

fn listing(keys: &[String], next: Option<&str>) -> String {
    let objects: String = keys
        .iter()
        .map(|key| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-23T00:00:00.000Z</LastModified>\
                 <ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>"
            )
        })
        .collect();
    let next = next.map(|next| format!("<NextContinuationToken>{next}</NextContinuationToken>"));
    format!(
        "<ListBucketResult><IsTruncated>{}</IsTruncated>{objects}{}<EncodingType>url</EncodingType>\
         <KeyCount>{}</KeyCount></ListBucketResult>",
        next.is_some(),
        next.unwrap_or_default(),
        keys.len()
    )
}

fn token(request: &Request) -> Option<&str> {
    request.query.split('&').find_map(|pair| pair.strip_prefix("continuation-token="))
}

fn page(request: &Request) -> Answer {
    let at: usize = token(request).map_or(0, |token| token.trim_start_matches("t%2B").parse().unwrap());
    let keys: Vec<String> = (at * 100..at * 100 + 100).map(|key| format!("a+{key:04}")).collect();
    with(200, &[], &listing(&keys, (at < 9).then(|| format!("t+{}", at + 1)).as_deref()))
}

#[tokio::test]
async fn all_pages_are_read_in_order() {
    let (evidence, asked) = bucket(|_, request| {
        assert_signed(request, "secret");
        assert!(
            request.query.contains("prefix=p%20%2B%2Fq%3D&start-after=p%20%2B%2Fq%3D1"),
            "{}",
            request.query
        );
        page(request)
    })
    .await;
    let mut pages = evidence.objects().list("logs", "p +/q=", Some("p +/q=1"), false);
    let all = pages.all().await.unwrap();
    let keys: Vec<String> = all.entries.iter().map(|entry| entry.key.clone()).collect();
    assert_eq!(keys, (0..1000).map(|key| format!("a {key:04}")).collect::<Vec<_>>());
    assert_eq!(asked.lock().unwrap().len(), 11);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_listing_that_is_cut_off_is_an_error_behind_good_pages() {
    let (evidence, _) = bucket(|_, request| match (page(request), token(request)) {
        (Answer::Send { body, .. }, Some("t%2B3")) => with(200, &[], &body[..body.len() / 2]),
        (answer, _) => answer,
    })
    .await;
    let mut pages = evidence.objects().list("logs", "", None, false);
    for _ in 0..3 {
        assert_eq!(pages.next().await.unwrap().unwrap().entries.len(), 100);
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!((error.trouble, error.message.as_str()), (ObjectTrouble::Failed, "the answer is cut off"));
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_circle_and_endless_emptiness_are_errors() {
    let (evidence, _) = bucket(|_, request| {
        let next = match token(request) {
            None => "one",
            Some("one") => "two",
            Some(_) => "one",
        };
        with(200, &[], &listing(&[], Some(next)))
    })
    .await;
    let error = evidence.objects().list("logs", "", None, false).all().await.unwrap_err();
    assert!(error.message.contains("does not end"), "{error}");
    let (evidence, asked) = bucket(|_, request| {
        let at: usize = token(request).map_or(0, |token| token.parse().unwrap());
        with(200, &[], &listing(&[], Some(&(at + 1).to_string())))
    })
    .await;
    assert!(evidence.objects().list("logs", "", None, false).all().await.is_err());
    assert_eq!(asked.lock().unwrap().len(), 1 + 1000);
}

/// With a new token each time, and the same key.
#[tokio::test]
async fn a_listing_that_goes_on_and_comes_to_nothing_new_is_an_error() {
    let (evidence, asked) = bucket(|_, request| {
        let at: usize = token(request).map_or(0, |token| token.parse().unwrap());
        with(200, &[], &listing(&["a key".to_owned()], Some(&(at + 1).to_string())))
    })
    .await;
    let error = evidence.objects().list("logs", "", None, false).all().await.unwrap_err();
    assert!(error.message.contains("does not end"), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 1 + 2);
}

#[tokio::test]
async fn a_listing_that_is_refused_names_the_permission() {
    let (evidence, _) = bucket(|_, _| error(403, "AccessDenied", "Access Denied")).await;
    let error = evidence.objects().list("logs", "a/", None, true).all().await.unwrap_err();
    assert_eq!(error.trouble, ObjectTrouble::Refused { permission: "s3:ListBucket" });
    assert!(error.help().unwrap().contains("s3:ListBucket on logs"), "{error:?}");
}

/// A session, and what was asked of S3, of a bucket that answers as it likes everywhere.
async fn anywhere(
    answer: impl Fn(&Op, &Request) -> Answer + Send + Sync + 'static,
) -> (Session, Arc<Mutex<Vec<(String, String)>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let served = served(move |op, request| {
        let here = request.path.starts_with("/logs");
        here.then(|| {
            let what = format!("{} {}{}", request.method, request.path, request.query);
            log.lock().unwrap().push((op.region.clone(), what));
            answer(op, request)
        })
    });
    let options = served.await.options(Accounts::Caller);
    (Session::open(&options, Stop::new()).await.unwrap().unwrap(), asked)
}

#[tokio::test]
async fn the_region_of_a_bucket_is_found_once() {
    let (evidence, asked) = anywhere(|op, request| match request.method.as_str() {
        // Even a refusal tells it.
        "HEAD" => with(403, &[("x-amz-bucket-region", "eu-west-1")], ""),
        _ => with(if op.region == "eu-west-1" { 200 } else { 500 }, &[], "bytes"),
    })
    .await;
    for _ in 0..3 {
        evidence.objects().get("logs", "a", None).await.unwrap();
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(asked[1..].iter().all(|(region, _)| region == "eu-west-1"), "{asked:?}");
}

#[tokio::test]
async fn the_location_is_asked_where_the_head_says_nothing() {
    let (evidence, asked) = anywhere(|op, request| match (request.method.as_str(), request.query.as_str()) {
        ("HEAD", _) => with(403, &[], ""),
        (_, "location") => with(200, &[], "<LocationConstraint>EU</LocationConstraint>"),
        _ => with(if op.region == "eu-west-1" { 200 } else { 500 }, &[], "bytes"),
    })
    .await;
    evidence.objects().get("logs", "a", None).await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_redirect_is_followed_and_remembered() {
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; \
                     expecting 'af-south-1'</Message><Region>af-south-1</Region></Error>";
    let (evidence, asked) =
        anywhere(move |op, request| match (request.method.as_str(), op.region.as_str()) {
            ("HEAD", _) => with(200, &[], ""),
            (_, "us-east-1") => with(400, &[], malformed),
            (_, "af-south-1") => with(301, &[("x-amz-bucket-region", "ap-east-1")], ""),
            _ => with(200, &[], "bytes"),
        })
        .await;
    for _ in 0..2 {
        evidence.objects().get("logs", "a", None).await.unwrap();
    }
    let regions: Vec<String> = asked.lock().unwrap().iter().map(|(region, _)| region.clone()).collect();
    assert_eq!(regions, ["us-east-1", "us-east-1", "af-south-1", "ap-east-1", "ap-east-1"]);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let (evidence, asked) = anywhere(|op, _| {
        let other = if op.region == "us-east-1" { "eu-west-1" } else { "us-east-1" };
        with(301, &[("x-amz-bucket-region", other)], "")
    })
    .await;
    let error = evidence.objects().get("logs", "a", None).await.unwrap_err();
    assert_eq!(error.trouble, ObjectTrouble::Failed);
    assert!(asked.lock().unwrap().len() <= 6);
}

#[tokio::test]
async fn no_bucket_is_told_by_the_head() {
    let (evidence, _) = anywhere(|_, _| with(404, &[("x-amz-request-id", "1")], "")).await;
    let error = evidence.objects().list("logs", "", None, false).all().await.unwrap_err();
    assert_eq!(error.trouble, ObjectTrouble::NoBucket);
}
