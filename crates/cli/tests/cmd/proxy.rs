//! Proxies of the environment: what goes to AWS goes through them, and what stays on this machine does not.

use crate::run::command;
use crate::scripted::{Scripted, answered, refused, request};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// A proxy that lets nothing through, and keeps the first line of each request.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn new() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                log.lock().unwrap().push(request(&stream).line().to_owned());
                // Whoever asked may have gone.
                let _ = answered(stream, "502 Bad Gateway", "");
            }
        });
        Proxy { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn with_keys(mut command: Command) -> Command {
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    command
}

#[test]
fn what_goes_to_aws_goes_through_the_proxy() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = Proxy::new();
        let mut command = with_keys(command(&["audit", "--region", "eu-west-1"]));
        let output = command.env(name, &proxy.url).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("a proxy"), "{stderr}");
        let asked = proxy.asked();
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
        let (proxy, endpoint) = (Proxy::new(), Scripted::answering(|_| refused("everything")));
        let mut command = endpoint.command(&["audit", "--region", "eu-west-1"]);
        let output = command.env(name, &proxy.url).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{name}: {stderr}");
        assert_eq!(proxy.asked(), [] as [String; 0], "{name}");
        assert!(!endpoint.asked().is_empty(), "{name}");
    }
}
