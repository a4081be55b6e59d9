//! A proxy before the emulator, which knows no refusals: it refuses what a test says, in AWS's own words, and keeps what was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What to answer a request with, by its head (request line and headers); `None` iff the emulator answers.
type Refuse = dyn Fn(&str) -> Option<String> + Send + Sync;

struct State {
    upstream: String,
    refuse: Box<Refuse>,
    refuses: AtomicBool,
    asked: Mutex<Vec<String>>,
}

/// See the module.
pub(crate) struct Refusing {
    pub(crate) url: String,
    state: Arc<State>,
}

impl Refusing {
    pub(crate) fn before(
        upstream: &str,
        refuse: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            upstream: upstream.trim_start_matches("http://").trim_end_matches('/').to_owned(),
            refuse: Box::new(refuse),
            refuses: AtomicBool::new(true),
            asked: Mutex::default(),
        });
        let known = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&known);
                // Whoever goes away in the middle is free to.
                std::thread::spawn(move || state.serve(stream));
            }
        });
        Refusing { url, state }
    }

    /// From now on the emulator answers everything.
    pub(crate) fn relent(&self) {
        self.state.refuses.store(false, Ordering::SeqCst);
    }

    /// The request lines since the last time, sorted.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.state.asked.lock().unwrap());
        asked.sort();
        asked
    }
}

impl State {
    fn serve(&self, mut client: TcpStream) -> Option<()> {
        let mut from = BufReader::new(client.try_clone().ok()?);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            from.read_line(&mut line).ok().filter(|read| *read > 0)?;
            if line == "\r\n" {
                break;
            }
            let name = line.to_ascii_lowercase();
            if let Some(bytes) = name.strip_prefix("content-length:") {
                length = bytes.trim().parse().ok()?;
            }
            if !name.starts_with("connection:") {
                head.push_str(&line);
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body).ok()?;
        self.asked.lock().unwrap().push(head.lines().next()?.to_owned());
        let refused = self.refuses.load(Ordering::SeqCst).then(|| (self.refuse)(&head)).flatten();
        if let Some(answer) = refused {
            return client.write_all(answer.as_bytes()).ok();
        }
        let mut upstream = TcpStream::connect(&self.upstream).ok()?;
        upstream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).ok()?;
        upstream.write_all(&body).ok()?;
        std::io::copy(&mut upstream, &mut client).ok().map(drop)
    }
}

/// An answer of S3.
pub(crate) fn s3(status: &str, code: &str, message: &str) -> String {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    answer(status, "application/xml", &body)
}

/// An answer of a service that speaks JSON.
pub(crate) fn json(status: &str, code: &str, message: &str) -> String {
    let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
    answer(status, "application/x-amz-json-1.1", &body)
}

fn answer(status: &str, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
