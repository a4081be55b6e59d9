//! Ctrl-C while AWS is silent: exit code 130, and what was read until then is kept.

use crate::asked_once::{account, starts_logging};
use crate::run::command;
use crate::scripted::{IDENTITY, answer, request};
use crate::terminal::sit;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

fn start(arguments: &[&str], endpoint: &TcpListener) -> Child {
    let url = format!("http://{}", endpoint.local_addr().unwrap());
    let mut command = command(arguments);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", url);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends what Ctrl-C sends.
fn press(id: u32) {
    let sent = Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Sends what Ctrl-C sends; what the child says until it ends, and its exit code.
fn interrupt(child: Child) -> (String, Option<i32>) {
    press(child.id());
    let output = child.wait_with_output().unwrap();
    assert!(output.stdout.is_empty());
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn what_was_read_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(&["inventory", "--output", file.to_str().unwrap()], &endpoint);
    let (first, _) = endpoint.accept().unwrap();
    assert!(request(&first).body.contains("GetCallerIdentity"));
    answer(first, "200 OK", IDENTITY);
    // Whatever comes next is left without an answer.
    let _silent = endpoint.accept().unwrap();
    let (stderr, code) = interrupt(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("note: interrupted: the file holds what was read until then"), "{stderr}");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("\"interrupted\"") && written.contains("111122223333"), "{written}");
    let audited = crate::run::run(&["audit", "--inventory", file.to_str().unwrap()]);
    assert_eq!(audited.code, Some(4), "half of it is no pass: {audited:?}");
}

#[test]
fn nothing_is_written_where_nothing_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(&["inventory", "--output", file.to_str().unwrap()], &endpoint);
    let _silent = endpoint.accept().unwrap();
    let (stderr, code) = interrupt(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("nothing was written"), "{stderr}");
    assert!(!file.exists());
}

#[test]
fn an_audit_judges_nothing_on_half_of_it() {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(&["audit", "--region", "us-east-1"], &endpoint);
    let _silent = endpoint.accept().unwrap();
    let (stderr, code) = interrupt(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("help: `invoketrail inventory --output inventory.json"), "{stderr}");
    assert!(stderr.contains("--region us-east-1` keeps what was read"), "{stderr}");
}

/// Interrupts when AWS has said who asks, and answers nothing else.
fn interrupted(arguments: &[&str]) -> (String, Option<i32>) {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(arguments, &endpoint);
    let (first, _) = endpoint.accept().unwrap();
    assert!(request(&first).body.contains("GetCallerIdentity"));
    answer(first, "200 OK", IDENTITY);
    let _silent = endpoint.accept().unwrap();
    interrupt(child)
}

#[test]
fn nothing_is_answered_on_half_of_a_bucket_or_of_the_trails() {
    let canary =
        ["verify", "--canary", "arn:aws:lambda:eu-west-1:111122223333:function:a", "--approve-canary"];
    for (arguments, told) in [
        (&["invocations", "--no-index", "s3://acme-trails/"][..], "interrupted before everything was read"),
        (&["invocations", "--no-index", "--region", "eu-west-1"], "interrupted before everything was read"),
        (&["logs", "validate", "--region", "eu-west-1"], "interrupted before everything was read"),
        (&canary, "interrupted: nothing was sent"),
    ] {
        let (stderr, code) = interrupted(arguments);
        assert_eq!(code, Some(130), "{arguments:?}: {stderr}");
        assert!(stderr.contains(&format!("note: {told}")), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("error:"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn who_asks_is_not_known_yet() {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(&["invocations", "s3://acme-trails/"], &endpoint);
    let _silent = endpoint.accept().unwrap();
    let (stderr, code) = interrupt(child);
    assert_eq!(code, Some(130), "{stderr}");
}

/// A yes that comes after it is none.
#[test]
fn nothing_is_changed_where_the_question_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    starts_logging(&file);
    let endpoint = account();
    let (mut pressed, mut typed) = (false, false);
    let said = sit(endpoint.command(&["apply", file.to_str().unwrap()]), |said, terminal, id| {
        if !pressed && said.contains("Only yes means yes: ") {
            press(id);
            pressed = true;
        } else if !typed && said.contains("note: interrupted") {
            terminal.write_all(b"yes\n").unwrap();
            typed = true;
        }
    });
    assert!(typed && said.code == Some(130), "{said:?}");
    assert!(said.terminal.contains("nothing was changed"), "{said:?}");
    let asked = endpoint.asked();
    assert!(!asked.iter().any(|one| one.header("x-amz-target").contains("StartLogging")), "{asked:?}");
}
