//! Proxies of the environment: what goes to AWS goes through them, and what stays on this machine does not.

use crate::run::command;
use crate::scripted::{Scripted, refused};
use std::process::Command;

/// A proxy that lets nothing through.
fn proxy() -> Scripted {
    Scripted::serving(|_| ("502 Bad Gateway".to_owned(), String::new()))
}

/// The first line of each request.
fn lines(proxy: &Scripted) -> Vec<String> {
    proxy.asked().iter().map(|asked| asked.line().to_owned()).collect()
}

fn with_keys(mut command: Command) -> Command {
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    command
}

#[test]
fn what_goes_to_aws_goes_through_the_proxy() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = proxy();
        let mut command = with_keys(command(&["audit", "--region", "eu-west-1"]));
        let output = command.env(name, &proxy.url).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("a proxy"), "{stderr}");
        let asked = lines(&proxy);
        assert!(!asked.is_empty(), "{name}: {stderr}");
        assert!(
            asked.iter().all(|line| line == "CONNECT sts.eu-west-1.amazonaws.com:443"),
            "{name}: {asked:?}"
        );
    }
}

/// A proxy would see it in clear, keys of a session among it.
#[test]
fn what_stays_on_this_machine_passes_no_proxy() {
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let (proxy, endpoint) = (proxy(), Scripted::answering(|_| refused("everything")));
        let mut command = endpoint.command(&["audit", "--region", "eu-west-1"]);
        let output = command.env(name, &proxy.url).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{name}: {stderr}");
        assert_eq!(lines(&proxy), [] as [String; 0], "{name}");
        assert!(!endpoint.asked().is_empty(), "{name}");
    }
}
