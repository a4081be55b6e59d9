//! What a user meets before AWS answers: no credentials, no profile, no endpoint, no role.

use crate::run::{Said, command, run};

/// Exit code 1, one `error:` line, one `help:` line.
fn is_told(said: &Said, error: &str, help: &str) {
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
        vec!["inventory", "--output", file.to_str().unwrap()],
        vec!["permissions", "--check"],
    ] {
        is_told(&run(&arguments), "no AWS credentials were found", "aws configure");
    }
    assert!(!file.exists());
}

#[test]
fn no_such_profile() {
    is_told(&run(&["audit", "--profile", "nobody"]), "`nobody`", "list-profiles");
}

#[test]
fn an_endpoint_that_is_none() {
    is_told(&run(&["audit", "--endpoint-url", "localhost:5000"]), "`localhost:5000`", "--endpoint-url");
}

#[test]
fn an_endpoint_where_nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let output = command(&["audit", "--endpoint-url", &url])
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let said = Said { stdout: String::new(), stderr, code: output.status.code() };
    is_told(&said, "does not answer", "--endpoint-url");
}
