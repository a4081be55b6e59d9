//! Laws of the log reader.

use logs::{Accounted, Inflater, Reader, Record, Wanted, read_plainly};

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
    let told = |read: &mut dyn FnMut(&mut dyn FnMut(&Record<'_>)) -> Accounted| {
        let mut records = Vec::new();
        let accounted = read(&mut |record: &Record<'_>| records.push(format!("{record:?}")));
        (accounted, records)
    };
    let fast = told(&mut |mut sink| Reader::new().read(bytes, Wanted::LambdaAndCloudTrail, &mut sink));
    let plain = told(&mut |mut sink| read_plainly(bytes, Wanted::LambdaAndCloudTrail, &mut sink));
    assert_eq!(fast, plain);
    assert_eq!(fast.0.bytes, bytes.len() as u64);
}
