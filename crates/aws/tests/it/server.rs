//! A small HTTP/1.1 server: it reads requests, asks a function for the answers, and keeps connections open.

use std::collections::HashMap;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// What to send back.
pub(crate) enum Answer {
    Send {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Nothing, ever.
    Hang,
    /// The beginning of a success, and then the connection ends.
    Cut {
        body: String,
    },
    /// A success of so many bytes, none of which says anything, after this beginning.
    Endless {
        begin: &'static str,
        bytes: u64,
    },
}

/// Serves until the runtime ends; returns the address as an endpoint URL.
pub(crate) async fn serve(answer: impl Fn(Request) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                // The other side may close at any time.
                let _ = converse(stream, &*answer).await;
            });
        }
    });
    url
}

async fn converse(
    stream: TcpStream,
    answer: &(dyn Fn(Request) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let heads = request.method == "HEAD";
        match answer(request) {
            Answer::Hang => std::future::pending().await,
            Answer::Cut { body } => {
                let head = format!("HTTP/1.1 200 Said\r\ncontent-length: {}\r\n\r\n", 2 * body.len() + 1);
                stream.get_mut().write_all(format!("{head}{body}").as_bytes()).await?;
                return Ok(());
            }
            Answer::Endless { begin, bytes } => {
                let head = format!("HTTP/1.1 200 Said\r\ncontent-length: {bytes}\r\n\r\n{begin}");
                stream.get_mut().write_all(head.as_bytes()).await?;
                let chunk = vec![b' '; 1 << 20];
                for _ in 0..bytes >> 20 {
                    // Whoever has heard enough hangs up.
                    stream.get_mut().write_all(&chunk).await?;
                }
                return Ok(());
            }
            Answer::Send { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                let text = format!("{head}\r\n{}", if heads { "" } else { &body });
                stream.get_mut().write_all(text.as_bytes()).await?;
            }
        }
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let method = line.split(' ').next().unwrap_or_default().to_owned();
    let target = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers, body }))
}
