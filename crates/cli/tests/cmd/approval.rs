//! Nothing is invoked unasked: whoever sits at a terminal is asked, and only yes sends the canary, once.

use crate::scripted::{Asked, Scripted};
use crate::terminal::{Conversation, answer, terminal};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:orders";
const REQUEST: &str = "6f6f1b10-0c0c-4f63-8b5e-000000000001";
const QUESTION: &str = "Only yes means yes: ";
/// Ctrl-D: at the begin of a line it ends the input.
const END: &str = "\x04";

/// A trail that delivers what is invoked there at once.
struct Trail {
    folder: tempfile::TempDir,
    endpoint: Scripted,
}

impl Trail {
    fn new() -> Trail {
        let folder = tempfile::tempdir().unwrap();
        let day = folder.path().join("AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/23");
        std::fs::create_dir_all(&day).unwrap();
        let endpoint = Scripted::answering(move |asked| invoked(asked, &day));
        Trail { folder, endpoint }
    }

    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let source = self.folder.path().to_str().unwrap();
        [&["verify", source, "--canary", FUNCTION], more].concat()
    }

    fn answered(&self, more: &[&str], typed: &str) -> Conversation {
        answer(self.endpoint.command(&self.arguments(more)), QUESTION, typed)
    }
}

/// The record is there before the answer is.
fn invoked(asked: &Asked, day: &Path) -> (String, String) {
    if !asked.line().ends_with("/invocations") {
        return ("404 Not Found".to_owned(), String::new());
    }
    let name = "111122223333_CloudTrail_eu-central-1_20261123T1700Z_0000000000000001.json.gz";
    let record = format!(
        r#"{{"Records":[{{"eventVersion":"1.08","userIdentity":{{"type":"AWSAccount"}},"eventTime":"2026-11-23T17:00:00Z",
        "eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"eu-central-1","requestID":"{REQUEST}",
        "eventID":"4e5dbdc9-f9e4-4a4f-b1b0-000000000001","readOnly":false,"resources":[{{"accountId":"111122223333",
        "type":"AWS::Lambda::Function","ARN":"{FUNCTION}"}}],"eventType":"AwsApiCall","managementEvent":false,
        "recipientAccountId":"111122223333","eventCategory":"Data"}}]}}"#
    );
    std::fs::write(day.join(name), record).unwrap();
    (format!("200 OK\r\nx-amzn-requestid: {REQUEST}"), String::new())
}

#[test]
fn any_other_answer_than_yes_sends_nothing() {
    let trail = Trail::new();
    for typed in ["n\n", "y\n", "\n", "YES\n", END] {
        let said = trail.answered(&[], typed);
        assert_eq!(said.code, Some(3), "{typed:?}: {said:?}");
        assert_eq!(said.stdout, "", "{typed:?}");
        let question = format!("Send one dry run (nothing is run): {FUNCTION}? {QUESTION}");
        assert!(said.terminal.starts_with(&question), "{typed:?}: {said:?}");
        assert!(said.terminal.contains("note: not approved, so nothing was sent"), "{typed:?}: {said:?}");
        assert!(trail.endpoint.was_left_alone(), "{typed:?}: {said:?}");
    }
}

#[test]
fn yes_sends_one_and_its_record_is_found() {
    for (more, question, kind, what) in [
        (&[][..], "Send one dry run (nothing is run): ", "DryRun", "a dry run"),
        (
            &["--canary-invoke"],
            "RUN the function once, with an empty event: ",
            "RequestResponse",
            "an invocation",
        ),
    ] {
        let trail = Trail::new();
        let said = trail.answered(more, "yes\n");
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.terminal.starts_with(&format!("{question}{FUNCTION}? {QUESTION}")), "{said:?}");
        let told = format!("The record of {what} of {FUNCTION} arrived within ");
        assert!(said.stdout.starts_with(&told), "{said:?}");
        let asked = trail.endpoint.asked();
        let [sent] = &asked[..] else { panic!("{asked:?}") };
        assert!(sent.line().starts_with("POST /2015-03-31/functions/arn"), "{sent:?}");
        assert_eq!((sent.header("x-amz-invocation-type"), sent.region()), (kind, "eu-central-1"));
    }
}

#[test]
fn half_a_terminal_is_nobody_to_ask() {
    let trail = Trail::new();
    let command = || trail.endpoint.command(&trail.arguments(&[]));
    let (mut mine, its) = terminal();
    // Whoever would ask nevertheless is not to wait for ever.
    mine.write_all(b"no\n").unwrap();
    let output = command().stdin(its).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("help: to approve it: --approve-canary"), "{stderr}");

    let (_mine, its) = terminal();
    let status = command().stdin(Stdio::null()).stderr(its).status().unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(trail.endpoint.was_left_alone());
}
