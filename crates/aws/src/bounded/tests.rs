//! An answer is read up to its limit, whatever it says of its length.

use super::{ITEMS, LARGEST, LARGEST_PART, SMALLEST_PART, TooLarge, limited, may_be_sent, part, refusal};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::body::SdkBody;
use http_body::{Body, Frame};
use std::pin::Pin;
use std::task::{Context, Poll};

type Data = <SdkBody as Body>::Data;

/// A body that goes on for ever, 64 KiB at a time.
struct Endless(&'static [u8]);

impl Body for Endless {
    type Data = Data;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Data>, BoxError>>> {
        Poll::Ready(Some(Ok(Frame::data(Data::from(self.0)))))
    }
}

/// What is read of a body until it ends, and the error with which it does.
async fn read(body: SdkBody, json: bool) -> (u64, Option<BoxError>) {
    let mut body = Box::pin(limited(body, LARGEST, json));
    let mut read = 0;
    loop {
        match std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(error)) => return (read, Some(error)),
            None => return (read, None),
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_read_to_its_limit_alone() {
    let (spaces, objects): (&[u8], &[u8]) = (&[b' '; 1 << 16], &[b'{'; 1 << 16]);
    for (content, json, most) in
        [(spaces, false, LARGEST), (spaces, true, LARGEST), (objects, false, LARGEST), (objects, true, ITEMS)]
    {
        let (read, error) = read(SdkBody::from_body_1_x(Endless(content)), json).await;
        assert!(read <= most, "{read}");
        assert!(refusal(&*error.unwrap()).unwrap().contains("the limit for one answer"));
    }
    // One that says its size is not read at all.
    let (none, error) = read(SdkBody::from(vec![0; LARGEST as usize + 1]), false).await;
    assert!(none == 0 && error.unwrap().is::<TooLarge>());
    let (all, error) = read(SdkBody::from(vec![0; LARGEST as usize]), false).await;
    assert!(all == LARGEST && error.is_none());
}

#[test]
fn a_part_may_be_as_large_as_what_was_asked_for_allows() {
    for (range, most) in [
        ("bytes=0-8388607", LARGEST_PART),
        ("bytes=8388608-16777215", LARGEST_PART),
        ("bytes=0-99999999999", LARGEST_PART),
        ("bytes=0-0", SMALLEST_PART),
        ("bytes=0-99999", 200_000),
        ("bytes=0-18446744073709551615", LARGEST_PART),
        ("bytes=5-", LARGEST_PART),
        ("x", LARGEST_PART),
    ] {
        assert_eq!(part(range), most, "{range}");
    }
}

#[test]
fn only_this_machine_is_sent_to_in_clear() {
    for good in [
        "https://a.b/c",
        "HTTPS://a.b",
        "http://localhost:5000/x",
        "http://LOCALHOST",
        "http://127.0.0.1",
        "http://127.9.9.9:80/",
        "http://[::1]:80/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[fd00:ec2::254]/latest",
    ] {
        assert!(may_be_sent(good), "{good}");
    }
    for bad in [
        "http://evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://evil.example/127.0.0.1",
        "http://127.0.0.1@evil.example",
        "http://evil.example#@127.0.0.1",
        "http://169.254.1.1",
        "http://10.0.0.1",
        "http://[fe80::1]",
        "http://0x7f000001",
        "ftp://localhost",
        "localhost",
        "",
    ] {
        assert!(!may_be_sent(bad), "{bad}");
    }
}
