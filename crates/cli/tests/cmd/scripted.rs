//! AWS as a script: an endpoint that answers what a test says, and keeps what it was asked.

use crate::run::{Finished, command};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

pub(crate) const IDENTITY: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::111122223333:assumed-role/SecurityAudit/alice</Arn><UserId>A:alice</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"#;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The request line, and the headers below it.
    head: String,
    pub(crate) body: String,
}

impl Asked {
    /// Method and path.
    pub(crate) fn line(&self) -> &str {
        self.head.split(" HTTP/").next().unwrap()
    }

    /// What a header says, without its name; nothing iff it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }

    /// The Region that it is signed for.
    pub(crate) fn region(&self) -> &str {
        // Credential=KEY/DAY/REGION/SERVICE/aws4_request
        self.header("authorization").split('/').nth(2).unwrap_or_default()
    }

    /// The service that it is signed for.
    pub(crate) fn service(&self) -> &str {
        self.header("authorization").split('/').nth(3).unwrap_or_default()
    }

    fn is_who_asks(&self) -> bool {
        self.body.contains("GetCallerIdentity")
    }
}

/// The next request on this connection.
pub(crate) fn request(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Asked { head, body: String::from_utf8(body).unwrap() }
}

/// Answers, and ends the connection. The status may have header lines behind it.
pub(crate) fn answer(stream: TcpStream, status: &str, body: &str) {
    answered(stream, status, body).unwrap();
}

/// The same to somebody who may be gone.
pub(crate) fn answered(mut stream: TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes())
}

/// An endpoint, for as long as the test runs.
pub(crate) struct Scripted {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    /// Says who asks, and everything else as `script` does: a status and a body.
    pub(crate) fn answering(script: impl Fn(&Asked) -> (String, String) + Send + 'static) -> Scripted {
        Scripted::serving(move |request| match request.is_who_asks() {
            true => ("200 OK".to_owned(), IDENTITY.to_owned()),
            false => script(request),
        })
    }

    /// Says everything as `script` does.
    pub(crate) fn serving(script: impl Fn(&Asked) -> (String, String) + Send + 'static) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let request = request(&stream);
                log.lock().unwrap().push(request.clone());
                let (status, body) = script(&request);
                // Whoever asked may have gone.
                let _ = answered(stream, &status, &body);
            }
        });
        Scripted { url, asked }
    }

    /// The binary, which takes this for AWS and eu-west-1 for its own Region.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ENDPOINT_URL", &self.url);
        command
    }

    /// Runs it with nothing on stdin.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        crate::advice::check(arguments, std::str::from_utf8(&output.stderr).unwrap());
        Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }

    /// What was asked since the last time, without the question who asks.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.into_iter().filter(|one| !one.is_who_asks()).collect()
    }

    /// How often it was asked who asks since the last time; what else was asked is forgotten.
    pub(crate) fn who_asks(&self) -> usize {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.iter().filter(|one| one.is_who_asks()).count()
    }

    /// True iff nothing at all was asked since the last time, not even who asks.
    pub(crate) fn was_left_alone(&self) -> bool {
        self.asked.lock().unwrap().is_empty()
    }
}

/// An answer that refuses, as services with JSON do.
pub(crate) fn refused(action: &str) -> (String, String) {
    let message = format!("User: alice is not authorized to perform: {action}");
    let body = format!(r#"{{"__type":"AccessDeniedException","message":"{message}"}}"#);
    ("400 Bad Request".to_owned(), body)
}
