//! Laws of the log reader.

use logs::{Inflater, Reader, Record, Wanted, read_plainly};

/// Whatever the bytes are, gzip or not: reading never panics, and the fast path says what the plain path says.
pub fn both_readers_agree(bytes: &[u8]) {
    agree(bytes);
    // Most bytes are no log; within a frame that is one, they are read as records.
    agree(
        &[br#"{"Records":[{"eventVersion":"1.08","eventSource":"lambda.amazonaws.com","#, bytes, b"}]}"]
            .concat(),
    );
    let mut inflater = Inflater::new(1 << 20);
    agree(inflater.inflate(&[b"\x1f\x8b\x08", bytes].concat()).bytes);
}

fn agree(bytes: &[u8]) {
    let (mut fast, mut plain) = (Vec::new(), Vec::new());
    let mut take = |record: &Record<'_>| fast.push(format!("{record:?}"));
    let read = Reader::new().read(bytes, Wanted::LambdaAndCloudTrail, &mut take);
    let mut take = |record: &Record<'_>| plain.push(format!("{record:?}"));
    assert_eq!(read, read_plainly(bytes, Wanted::LambdaAndCloudTrail, &mut take));
    assert_eq!(fast, plain);
    assert_eq!(read.bytes, bytes.len() as u64);
}
