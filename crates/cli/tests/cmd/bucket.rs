//! A bucket of S3 as a folder: an endpoint that lists it and gives its files out, and does with one listing what a test says.

use crate::scripted::{IDENTITY, request};
use std::collections::BTreeSet;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What comes instead of a listing, or of an object.
pub(crate) type Fault = dyn Fn(&Asked<'_>) -> Option<(&'static str, String)> + Send + Sync;

/// One question.
pub(crate) enum Asked<'a> {
    /// Which prefix is listed, and whether it is a further page.
    Listing { prefix: &'a str, further: bool },
    /// Which object is read.
    Object { key: &'a str },
}

/// The endpoint, for as long as the test runs; its bucket is `logs`.
pub(crate) struct Bucket {
    pub(crate) url: String,
    listed: Arc<Mutex<BTreeSet<String>>>,
}

impl Bucket {
    /// Every file below the folder is an object; what stands in a file `.head.json` is the metadata of the one beside it.
    pub(crate) fn of(
        folder: &Path,
        fault: impl Fn(&Asked<'_>) -> Option<(&'static str, String)> + Send + Sync + 'static,
    ) -> Bucket {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let listed = Arc::new(Mutex::new(BTreeSet::new()));
        let (log, folder, fault) = (Arc::clone(&listed), folder.to_owned(), Arc::new(fault));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, folder, fault) = (Arc::clone(&log), folder.clone(), Arc::clone(&fault));
                std::thread::spawn(move || serve(stream, &folder, &*fault, &log));
            }
        });
        Bucket { url, listed }
    }

    /// The prefixes that were listed so far.
    pub(crate) fn listed(&self) -> BTreeSet<String> {
        self.listed.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, folder: &Path, fault: &Fault, log: &Mutex<BTreeSet<String>>) {
    let asked = request(&stream);
    let line = asked.line().to_owned();
    if asked.body.contains("GetCallerIdentity") {
        return send(stream, "200 OK", IDENTITY.as_bytes());
    }
    let (method, uri) = line.split_once(' ').unwrap();
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let key = decoded(
        ["/logs", "/acme-log-archive"]
            .iter()
            .find_map(|name| path.strip_prefix(name))
            .unwrap_or_default()
            .trim_start_matches('/'),
    );
    if method == "HEAD" && key.is_empty() {
        return send(stream, "200 OK\r\nx-amz-bucket-region: us-east-1", b"");
    }
    if key.is_empty() {
        let of = |name: &str| {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(known, _)| *known == name).map(|(_, value)| decoded(value)).unwrap_or_default()
        };
        let (prefix, further) = (of("prefix"), !of("continuation-token").is_empty());
        log.lock().unwrap().insert(prefix.clone());
        let (status, body) = fault(&Asked::Listing { prefix: &prefix, further }).unwrap_or_else(|| {
            ("200 OK", listing(folder, &prefix, !of("delimiter").is_empty(), &of("start-after")))
        });
        return send(stream, status, body.as_bytes());
    }
    if let Some((status, body)) = fault(&Asked::Object { key: &key }) {
        return send(stream, status, body.as_bytes());
    }
    let signature = std::fs::read(folder.join(format!("{key}.head.json"))).ok().map(|head| {
        let head: serde_json::Value = serde_json::from_slice(&head).unwrap();
        format!("\r\nx-amz-meta-signature: {}", head["Metadata"]["signature"].as_str().unwrap())
    });
    match std::fs::read(folder.join(&key)) {
        Ok(bytes) => send(stream, &format!("200 OK{}", signature.unwrap_or_default()), &bytes),
        Err(_) => {
            send(stream, "404 Not Found", b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>")
        }
    }
}

/// Status and header lines, and a body.
fn send(mut stream: TcpStream, status: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // Whoever goes away in the middle is free to.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// A whole listing as S3 writes it.
pub(crate) fn listing(folder: &Path, prefix: &str, folders: bool, after: &str) -> String {
    let mut files = Vec::new();
    keys(folder, folder, &mut files);
    files.sort();
    let wanted = files.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
    let (mut entries, mut common) = (String::new(), BTreeSet::new());
    let mut count = 0;
    for (key, size) in wanted {
        match key[prefix.len()..].split_once('/').filter(|_| folders) {
            Some((first, _)) => drop(common.insert(format!("{prefix}{first}/"))),
            None => {
                count += 1;
                entries.push_str(&format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-23T00:00:00Z</LastModified><ETag>\"e\"</ETag>\
                     <Size>{size}</Size></Contents>"
                ));
            }
        }
    }
    count += common.len();
    let common: String =
        common.iter().map(|one| format!("<CommonPrefixes><Prefix>{one}</Prefix></CommonPrefixes>")).collect();
    format!(
        "<ListBucketResult><KeyCount>{count}</KeyCount><IsTruncated>false</IsTruncated>{entries}{common}</ListBucketResult>"
    )
}

fn keys(root: &Path, folder: &Path, found: &mut Vec<(String, u64)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            keys(root, &path, found);
        } else if !path.to_str().unwrap().ends_with(".head.json") {
            let size = path.metadata().unwrap().len();
            found.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), size));
        }
    }
}

fn decoded(text: &str) -> String {
    text.replace("%2F", "/").replace("%2f", "/").replace("%2B", "+").replace("%3D", "=")
}
