//! Objects: what goes wrong is told apart, parts fit together, and every request is signed.

use crate::beside::{send, served};
use crate::op::Op;
use crate::server::{Answer, Request};
use crate::signature::assert_signed;
use aws::{Accounts, ObjectError, ObjectTrouble, Session, Stop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const PART: usize = 8 << 20;

/// A session before a bucket `logs`, which `answer` gives the answers for; it is in us-east-1.
pub(crate) async fn bucket(
    answer: impl Fn(&Op, &Request) -> Answer + Send + Sync + 'static,
) -> (Session, Arc<Mutex<Vec<Op>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let served = served(move |op, request| {
        if !request.path.starts_with("/logs") {
            return None;
        }
        log.lock().unwrap().push(op.clone());
        Some(match (request.method.as_str(), request.path.as_str()) {
            ("HEAD", "/logs") => with(200, &[("x-amz-bucket-region", "us-east-1")], ""),
            _ => answer(op, request),
        })
    });
    let options = served.await.options(Accounts::Caller);
    (Session::open(&options, Stop::new()).await.unwrap().unwrap(), asked)
}

pub(crate) fn with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Answer::Send { status, headers, body: body.to_owned() }
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    send(status, format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

/// The part of `whole` that the request asks for.
fn ranged(request: &Request, whole: &str, etag: &str) -> Answer {
    let (from, to) = request.headers["range"].strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let from: usize = from.parse().unwrap();
    if from >= whole.len() {
        return error(416, "InvalidRange", "not satisfiable");
    }
    let to = to.parse::<usize>().unwrap().min(whole.len() - 1);
    let range = format!("bytes {from}-{to}/{}", whole.len());
    let etag = format!("\"{etag}\"");
    let headers =
        [("content-range", range.as_str()), ("etag", etag.as_str()), ("x-amz-meta-signature", "ab12")];
    with(206, &headers, &whole[from..=to])
}

async fn trouble(status: u16, code: &'static str, message: &'static str) -> ObjectError {
    let (evidence, _) = bucket(move |_, _| error(status, code, message)).await;
    evidence.objects().get("logs", "a/b.json.gz", None).await.unwrap_err()
}

#[tokio::test]
async fn a_key_of_kms_a_refusal_and_a_missing_object_are_told_apart() {
    let decrypt = "User: arn:aws:iam::1:user/a is not authorized to perform: kms:Decrypt on resource: x";
    let kms = trouble(403, "AccessDenied", decrypt).await;
    assert_eq!(kms.trouble, ObjectTrouble::Kms);
    assert!(kms.help().unwrap().contains("kms:Decrypt"), "{kms:?}");
    assert_eq!(trouble(400, "KMS.DisabledException", "it is disabled").await.trouble, ObjectTrouble::Kms);
    let refused = trouble(403, "AccessDenied", "Access Denied").await;
    assert_eq!(refused.trouble, ObjectTrouble::Refused { permission: "s3:GetObject" });
    assert_eq!(refused.to_string(), "s3://logs/a/b.json.gz: refused: AccessDenied: Access Denied");
    assert_eq!(trouble(404, "NoSuchKey", "no").await.trouble, ObjectTrouble::Missing);
    assert_eq!(trouble(404, "NoSuchBucket", "no").await.trouble, ObjectTrouble::NoBucket);
    assert_eq!(trouble(503, "SlowDown", "slow").await.trouble, ObjectTrouble::Failed);
    assert_eq!(trouble(500, "InternalError", "oh").await.trouble, ObjectTrouble::Failed);
}

#[tokio::test]
async fn a_page_of_somebody_else_makes_nothing_missing() {
    let (evidence, _) = bucket(|_, _| send(404, "<html>not here</html>")).await;
    let objects = evidence.objects();
    assert_eq!(objects.get("logs", "a", None).await.unwrap_err().trouble, ObjectTrouble::Failed);
    assert_eq!(objects.head("logs", "a").await.unwrap_err().trouble, ObjectTrouble::Failed);
    let (evidence, _) = bucket(|_, _| with(404, &[("x-amz-request-id", "1")], "")).await;
    assert_eq!(evidence.objects().head("logs", "a").await.unwrap_err().trouble, ObjectTrouble::Missing);
}

#[tokio::test]
async fn half_of_the_reads_refused_is_half_of_the_objects() {
    let (evidence, asked) = bucket(|_, request| {
        let odd = request.path.bytes().last().unwrap() % 2 == 1;
        if odd { error(403, "AccessDenied", "no") } else { ranged(request, "bytes", "e") }
    })
    .await;
    let objects = evidence.objects();
    let mut read = 0;
    for at in 0..100 {
        match objects.get("logs", &format!("k{at}"), Some(5)).await {
            Ok(object) => {
                assert_eq!(object.bytes, b"bytes");
                assert_eq!(object.metadata.user["signature"], "ab12");
                read += 1;
            }
            Err(error) => assert!(matches!(error.trouble, ObjectTrouble::Refused { .. }), "{error}"),
        }
    }
    assert_eq!((read, asked.lock().unwrap().len()), (50, 101), "refusals are not repeated");
}

#[tokio::test]
async fn half_of_the_reads_throttled_is_all_of_the_objects() {
    let count = AtomicUsize::new(0);
    let (evidence, _) = bucket(move |_, request| {
        let odd = count.fetch_add(1, Ordering::SeqCst) % 2 == 1;
        if odd { error(503, "SlowDown", "slow") } else { ranged(request, "bytes", "e") }
    })
    .await;
    for at in 0..40 {
        evidence.objects().get("logs", &format!("k{at}"), None).await.unwrap();
    }
}

#[tokio::test]
async fn a_large_object_is_put_together_from_its_parts() {
    let whole: Arc<str> = (0..3_000_000).map(|at| format!("{at:07}")).collect::<String>().into();
    let here = Arc::clone(&whole);
    let (evidence, asked) = bucket(move |_, request| {
        let first = request.headers["range"].starts_with("bytes=0-");
        assert_eq!(request.headers.get("if-match").map(String::as_str), (!first).then_some("\"e1\""));
        assert_signed(request, "secret");
        ranged(request, &here, "e1")
    })
    .await;
    for size in [Some(whole.len() as u64), None] {
        let object = evidence.objects().get("logs", "large", size).await.unwrap();
        assert!(object.bytes == whole.as_bytes());
        assert_eq!((object.metadata.size, object.metadata.etag.as_str()), (21_000_000, "e1"));
    }
    assert_eq!(asked.lock().unwrap().len(), 1 + 2 * 3);
}

#[tokio::test]
async fn an_object_that_changes_meanwhile_is_noticed() {
    let whole: Arc<str> = "x".repeat(2 * PART + 5).into();
    let changed = async |how: fn(&Request, &str) -> Answer, size: Option<u64>| {
        let here = Arc::clone(&whole);
        let (evidence, _) = bucket(move |_, request| how(request, &here)).await;
        evidence.objects().get("logs", "a", size).await.unwrap_err().trouble
    };
    let precondition = changed(
        |request, whole| match request.headers.get("if-match") {
            None => ranged(request, whole, "e"),
            Some(_) => error(412, "PreconditionFailed", "no"),
        },
        None,
    );
    assert_eq!(precondition.await, ObjectTrouble::Changed);
    let shorter = changed(
        |request, whole| match request.headers.get("if-match") {
            None => ranged(request, whole, "e"),
            Some(_) => ranged(request, &whole[1..], "e"),
        },
        None,
    );
    assert_eq!(shorter.await, ObjectTrouble::Changed);
    let another = changed(
        |request, whole| {
            ranged(request, whole, if request.headers.contains_key("if-match") { "f" } else { "e" })
        },
        None,
    );
    assert_eq!(another.await, ObjectTrouble::Changed);
    assert_eq!(changed(|request, whole| ranged(request, whole, "e"), Some(7)).await, ObjectTrouble::Changed);
    assert_eq!(changed(|request, _| ranged(request, "", "e"), Some(7)).await, ObjectTrouble::Changed);
}

#[tokio::test]
async fn an_answer_that_contradicts_itself_is_no_object() {
    let ranges =
        ["bytes 0-3/4", "bytes 1-5/6", "bytes 0-4/3", "bytes */5", "bytes 0-4/18446744073709551615", "x"];
    for range in ranges {
        let (evidence, _) = bucket(move |_, _| with(206, &[("content-range", range)], "bytes")).await;
        let error = evidence.objects().get("logs", "a", None).await.unwrap_err();
        assert_eq!(error.trouble, ObjectTrouble::Failed, "{range}: {error}");
    }
}

#[tokio::test]
async fn an_empty_object_is_an_object() {
    let (evidence, _) = bucket(|_, request| match request.headers.contains_key("range") {
        true => error(416, "InvalidRange", "not satisfiable"),
        false => with(200, &[("etag", "\"e\"")], ""),
    })
    .await;
    for size in [None, Some(0)] {
        assert!(evidence.objects().get("logs", "a", size).await.unwrap().bytes.is_empty());
    }
}

#[tokio::test]
async fn odd_keys_are_sent_and_signed_as_they_are() {
    let keys = ["a b", "a+b", "day=23/é.gz", "a//b", "../x", "100%", "a?b#c&d", "🗝 \"'<>\\^`{|}"];
    for key in keys {
        let (evidence, _) = bucket(move |_, request| {
            assert_signed(request, "secret");
            let path = request.path.strip_prefix("/logs/").unwrap();
            with(200, &[], &format!("{path} {}", request.query))
        })
        .await;
        let object = evidence.objects().get("logs", key, None).await.unwrap();
        let told = String::from_utf8(object.bytes).unwrap();
        let expected: String = key
            .bytes()
            .map(|byte| match byte {
                b'/' | b'.' | b'a'..=b'z' | b'0'..=b'9' => (byte as char).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        assert_eq!(told, format!("{expected} "));
    }
}

#[tokio::test]
async fn what_cannot_be_a_bucket_is_never_asked_for() {
    let (evidence, asked) = bucket(|_, _| send(200, "")).await;
    for name in ["", "a/b", "..", "logs?x", "log s"] {
        let error = evidence.objects().get(name, "a", None).await.unwrap_err();
        assert_eq!(error.trouble, ObjectTrouble::NoBucket, "{name}");
    }
    assert_eq!(asked.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn an_interruption_says_so() {
    let served = served(|_, request| request.path.starts_with("/logs").then_some(Answer::Hang)).await;
    let stop = Stop::new();
    let evidence = Session::open(&served.options(Accounts::Caller), stop.clone()).await.unwrap().unwrap();
    let (read, ()) = tokio::join!(evidence.objects().get("logs", "a", None), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        stop.stop();
    });
    assert_eq!(read.unwrap_err().trouble, ObjectTrouble::Interrupted);
}

/// Who reads many objects may spread the work over threads.
#[tokio::test]
async fn every_reading_can_move_between_threads() {
    const fn movable<T: Send>(_: &T) {}
    let (evidence, _) = bucket(|_, request| ranged(request, "bytes", "e")).await;
    movable(&evidence);
    let objects = evidence.objects();
    movable(&objects.get("logs", "a", None));
    movable(&objects.head("logs", "a"));
    let mut pages = objects.list("logs", "", None, false);
    movable(&pages.next());
    movable(&evidence.locations(&[]));
    movable(&evidence.public_keys("us-east-1", 0, 0));
    movable(&evidence.invocations("1", "us-east-1", &[], 0, 0));
    movable(&evidence.invoke("x", "y", aws::Aim::Check));
}
