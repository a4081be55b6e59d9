//! The canary: one invocation that bears its marker, and never a second one.

use crate::acme::CALLER;
use crate::beside::{refused, send, served};
use crate::server::{Answer, Request};
use aws::{Accounts, Aim, CanaryTrouble, Session, Stop};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MARKER: &str = "invoketrail-0123abcd";

fn function() -> String {
    format!("arn:aws:lambda:eu-west-1:{CALLER}:function:shop:live")
}

/// The headers of every invocation, and a session that sends them.
async fn lambda(
    answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> (Session, Arc<Mutex<Vec<Request>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let served = served(move |_, request| {
        let path = request.path.clone();
        path.ends_with("/invocations").then(|| {
            let answer = answer(request);
            let (method, query, body) = (request.method.clone(), request.query.clone(), request.body.clone());
            log.lock().unwrap().push(Request { method, path, query, headers: request.headers.clone(), body });
            answer
        })
    });
    let mut options = served.await.options(Accounts::Caller);
    options.limits.attempt = Duration::from_millis(500);
    (Session::open(&options, Stop::new()).await.unwrap().unwrap(), asked)
}

fn accepted(status: u16) -> Answer {
    let headers = vec![
        ("x-amzn-requestid", "11111111-2222-4333-8444-555555555555".to_owned()),
        ("date", "Mon, 23 Nov 2026 00:00:01 GMT".to_owned()),
    ];
    Answer::Send { status, headers, body: String::new() }
}

#[tokio::test]
async fn a_check_bears_its_marker_in_the_user_agent() {
    let (evidence, asked) = lambda(|_| accepted(204)).await;
    let sent = evidence.invoke(&function(), MARKER, Aim::Check).await.unwrap();
    assert_eq!(sent.request_id.as_deref(), Some("11111111-2222-4333-8444-555555555555"));
    assert_eq!((sent.status, sent.answered_at), (204, Some(1_795_392_001_000)));
    let asked = asked.lock().unwrap();
    let [request] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(request.headers["x-amz-invocation-type"], "DryRun");
    assert!(request.headers["user-agent"].contains(&format!("app/{MARKER}")), "{:?}", request.headers);
    assert!(!request.headers.contains_key("x-amz-client-context"));
    assert!(request.headers["authorization"].contains("/eu-west-1/lambda/"));
}

#[tokio::test]
async fn a_run_bears_it_in_the_client_context_too() {
    let (evidence, asked) = lambda(|_| {
        // Longer than any other call may take.
        std::thread::sleep(Duration::from_millis(700));
        Answer::Send {
            status: 200,
            headers: vec![("x-amz-function-error", "Unhandled".to_owned())],
            body: "{}".to_owned(),
        }
    })
    .await;
    let sent = evidence.invoke(&function(), MARKER, Aim::Run).await.unwrap();
    assert_eq!(sent.function_error.as_deref(), Some("Unhandled"));
    assert_eq!((sent.request_id, sent.answered_at), (None, None));
    let asked = asked.lock().unwrap();
    assert_eq!(asked[0].headers["x-amz-invocation-type"], "RequestResponse");
    // {"custom":{"invoketrail":"invoketrail-0123abcd"}}
    let context = "eyJjdXN0b20iOnsiaW52b2tldHJhaWwiOiJpbnZva2V0cmFpbC0wMTIzYWJjZCJ9fQ==";
    assert_eq!(asked[0].headers["x-amz-client-context"], context);
}

#[tokio::test]
async fn it_is_sent_once_whatever_comes_of_it() {
    let coded = |status: u16, code: &'static str| {
        move || Answer::Send {
            status,
            headers: vec![("x-amzn-errortype", code.to_owned())],
            body: r#"{"message":"said"}"#.to_owned(),
        }
    };
    type Make = Box<dyn Fn() -> Answer + Send + Sync>;
    let cases: [(Make, CanaryTrouble); 6] = [
        (Box::new(refused), CanaryTrouble::Refused),
        (Box::new(coded(404, "ResourceNotFoundException")), CanaryTrouble::Missing),
        (Box::new(coded(429, "TooManyRequestsException")), CanaryTrouble::Throttled),
        (Box::new(coded(500, "ServiceException")), CanaryTrouble::Uncertain),
        (Box::new(|| send(502, "<html>")), CanaryTrouble::Uncertain),
        (Box::new(|| Answer::Hang), CanaryTrouble::Uncertain),
    ];
    for (make, trouble) in cases {
        let (evidence, asked) = lambda(move |_| make()).await;
        let error = evidence.invoke(&function(), MARKER, Aim::Check).await.unwrap_err();
        assert_eq!(error.trouble, trouble, "{error}");
        assert_eq!(asked.lock().unwrap().len(), 1, "{error}");
        if trouble == CanaryTrouble::Refused {
            assert!(error.help().unwrap().contains("lambda:InvokeFunction"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_from_the_start_is_never_sent() {
    let (evidence, asked) = lambda(|_| accepted(204)).await;
    for arn in ["", "shop", "arn:aws:lambda:eu-west-1:222222222222:layer:x", "arn:aws:s3:::bucket"] {
        let error = evidence.invoke(arn, MARKER, Aim::Check).await.unwrap_err();
        assert_eq!(error.trouble, CanaryTrouble::NotAFunction, "{arn}");
    }
    for marker in ["", "a b", "a\r\nb", "a/b", &"x".repeat(51)] {
        let error = evidence.invoke(&function(), marker, Aim::Check).await.unwrap_err();
        assert_eq!(error.trouble, CanaryTrouble::BadMarker, "{marker}");
    }
    assert_eq!(asked.lock().unwrap().len(), 0);
}
