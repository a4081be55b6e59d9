//! Who waits sees what is waited for: a line on a terminal, a line now and then elsewhere, requests with `-v`, nothing with `--quiet`.

use crate::scripted::{Scripted, refused};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};

const AUDIT: [&str; 3] = ["audit", "--region", "eu-west-1"];

/// An endpoint that answers nobody before it hears that it may.
fn held() -> (Scripted, Sender<()>) {
    let (go, wait): (Sender<()>, Receiver<()>) = channel();
    let mut held = Some(wait);
    let held = std::sync::Mutex::new(move || {
        if let Some(wait) = held.take() {
            // The sender is gone once everything may be answered.
            let _ = wait.recv();
        }
    });
    let endpoint = Scripted::answering(move |asked| {
        held.lock().unwrap()();
        refused(asked.header("x-amz-target").rsplit('.').next().unwrap())
    });
    (endpoint, go)
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_what_is_read_while_nothing_is_answered() {
    let (endpoint, go) = held();
    let mut go = Some(go);
    let said = crate::terminal::sit(endpoint.command(&AUDIT), |seen, _, _| {
        // No answer comes before it stands there.
        if seen.contains("reading: 0 of 1 accounts") && seen.contains(" requests") {
            go.take();
        }
    });
    assert!(go.is_none(), "{said:?}");
    // Nothing of it is left where other lines stand.
    let shown = said.terminal.rsplit("\x1b[K").next().unwrap();
    assert!(shown.contains("next: ") && !shown.contains("reading: "), "{shown:?}");
}

#[test]
fn without_a_terminal_a_line_comes_again_and_again() {
    let (endpoint, go) = held();
    let mut command = endpoint.command(&AUDIT);
    command.env("INVOKETRAIL_TEST_BEAT", "20").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let (mut beats, mut go) = (0, Some(go));
    for line in lines {
        beats += usize::from(line.starts_with("progress: reading: 0 of 1 accounts, "));
        if beats == 3 {
            go.take();
        }
    }
    assert!(beats >= 3, "{beats}");
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

#[test]
fn each_request_is_shown_where_that_is_wished_and_never_a_secret() {
    let endpoint =
        Scripted::answering(|asked| refused(asked.header("x-amz-target").rsplit('.').next().unwrap()));
    let quiet = endpoint.run(&["audit", "--region", "eu-west-1"]);
    assert!(!quiet.stderr.contains("request: "), "{quiet:?}");
    let mut command = endpoint.command(&["audit", "--region", "eu-west-1", "-v"]);
    let output = command.env("AWS_SESSION_TOKEN", "the-token").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let requests: Vec<&str> = stderr.lines().filter_map(|line| line.strip_prefix("request: ")).collect();
    let trails =
        requests.iter().find(|line| line.starts_with("cloudtrail:DescribeTrails 111122223333 eu-west-1"));
    let trails = trails.unwrap_or_else(|| panic!("{stderr}"));
    assert!(trails.contains(": AccessDeniedException in ") && trails.ends_with(" ms"), "{trails}");
    assert!(requests.iter().any(|line| line.starts_with("sts:GetCallerIdentity")), "{stderr}");
    for secret in ["secret", "the-token", "Signature=", "AKIAIOSFODNN7EXAMPLE"] {
        assert!(!stderr.contains(secret), "{secret}: {stderr}");
    }
}

#[test]
fn quiet_leaves_the_answer_the_errors_and_what_is_hidden() {
    let acme = ["audit", "--inventory", "examples/acme.json", "--quiet"];
    let said = crate::run::run(&acme);
    assert_eq!((said.code, said.stderr.as_str()), (Some(3), ""));
    assert!(said.stdout.starts_with("Not every Lambda invocation is recorded"), "{}", said.stdout);
    let hidden = crate::run::run(&[&acme[..], &["--exit-zero"]].concat());
    assert_eq!(hidden.stderr, "note: the answer is no: exit code 3 hidden by --exit-zero\n");
    // What a file of this folder decides is shown: nobody named it.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("invoketrail.toml"), "region = [\"eu-west-1\"]\nexit-zero = true\n")
        .unwrap();
    let acme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/acme.json");
    let quiet = ["audit", "--inventory", acme, "--quiet"];
    let output = crate::run::command(&quiet).current_dir(folder.path()).output();
    let stderr = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(stderr.contains("note: using from ./invoketrail.toml: region"), "{stderr}");
    assert!(stderr.contains("note: ignoring `exit-zero` from ./invoketrail.toml"), "{stderr}");
    let wrong = crate::run::run(&["audit", "--inventory", "no/such.json", "--quiet"]);
    assert!(wrong.stderr.starts_with("error: ") && wrong.stderr.contains("\nhelp: "), "{}", wrong.stderr);
}
