//! What a user meets before AWS answers: no credentials, no profile, no endpoint, no role.

use crate::run::{Finished, command, run};
use std::io::{Read, Write};
use std::net::TcpListener;

/// Exit code 1, one `error:` line, one `help:` line.
fn is_told(said: &Finished, error: &str, help: &str) {
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(said.stdout, "", "{said:?}");
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{said:?}");
    assert!(lines[0].starts_with("error: ") && lines[0].contains(error), "{said:?}");
    assert!(lines[1].starts_with("help: ") && lines[1].contains(help), "{said:?}");
}

#[test]
fn no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:orders";
    for arguments in [
        vec!["audit"],
        vec!["audit", "--region", "eu-west-1"],
        vec!["explain", arn],
        vec!["invocations"],
        vec!["inventory", "--output", file.to_str().unwrap()],
        vec!["permissions", "--check"],
    ] {
        is_told(&run(&arguments), "no AWS credentials were found", "aws configure");
    }
    assert!(!file.exists());
}

#[test]
fn a_local_copy_names_the_flag_and_asks_nobody_for_credentials() {
    let copy = "examples/logs/AWSLogs/444455556666";
    let inventory = ["--inventory", "examples/acme.json"];
    for (arguments, flag) in [
        (vec!["logs", "validate", copy], "--public-keys FILE"),
        ([&["verify", copy, "--digests"], &inventory[..]].concat(), "--public-keys FILE"),
        (vec!["verify", copy], "--inventory FILE"),
        (vec!["verify", copy, "--digests"], "--inventory FILE"),
    ] {
        let said = run(&arguments);
        is_told(&said, "AWS could not be asked", flag);
        assert!(!said.stderr.contains("aws configure"), "{said:?}");
    }
}

#[test]
fn no_such_profile() {
    is_told(&run(&["audit", "--profile", "nobody"]), "`nobody`", "list-profiles");
}

#[test]
fn an_endpoint_that_is_none() {
    is_told(&run(&["audit", "--endpoint-url", "localhost:5000"]), "`localhost:5000`", "--endpoint-url");
}

/// An endpoint that gives everybody the same answer, for as long as the test runs.
fn endpoint(status: &'static str, headers: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 16_384];
            let _ = stream.read(&mut request);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n"
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    url
}

fn with_keys(arguments: &[&str]) -> Finished {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let output = command(arguments).envs(keys).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

#[test]
fn expired_credentials() {
    let body = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request \
        is expired</Message></Error></ErrorResponse>";
    let url = endpoint("403 Forbidden", "content-type: text/xml\r\n", body);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    std::fs::write(&file, "what was collected before").unwrap();
    for arguments in [vec!["audit"], vec!["inventory", "--output", file.to_str().unwrap()]] {
        let mut arguments = arguments;
        arguments.extend(["--endpoint-url", &url]);
        is_told(&with_keys(&arguments), "ExpiredToken", "renew");
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "what was collected before");
}

#[test]
fn a_metadata_service_that_refuses_gives_no_credentials() {
    let url = endpoint("403 Forbidden", "", "");
    let variables =
        [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())];
    let output = command(&["audit"]).envs(variables).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said =
        Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() };
    is_told(&said, "no AWS credentials were found", "aws configure");
}

#[test]
fn an_endpoint_of_something_else() {
    let url = endpoint("404 Not Found", "content-type: text/html\r\n", "<html>It works!</html>");
    is_told(&with_keys(&["audit", "--endpoint-url", &url]), "404", "--endpoint-url");
}

#[test]
fn a_region_that_does_not_exist() {
    // Whether there is a network or not, no name of that Region resolves.
    is_told(&with_keys(&["audit", "--region", "us-moon-1"]), "us-moon-1", "the name of the Region");
}

#[test]
fn an_endpoint_where_nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let output = command(&["audit", "--endpoint-url", &url])
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let said = Finished { stdout: String::new(), stderr, code: output.status.code() };
    is_told(&said, "does not answer", "--endpoint-url");
}
