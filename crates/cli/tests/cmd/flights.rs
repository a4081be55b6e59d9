//! Reads from S3 side by side: an endpoint that answers none until as many are under way as may be, and counts them.

use crate::bucket::{Asked, Bucket};
use crate::run::command;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// A record of an invocation, the `number`th of a bucket.
fn record(number: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"AWSService","invokedBy":"events.amazonaws.com"}},"eventTime":"2026-11-23T00:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","requestParameters":null,"eventID":"11111111-2222-3333-4444-{number:012}","readOnly":false,"resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:orders"}}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}}"#
    )
}

/// So many log files, each filled up with white space to at least that many bytes.
fn tree(folder: &Path, files: usize, size: usize) {
    let day = folder.join("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23");
    std::fs::create_dir_all(&day).unwrap();
    for number in 0..files {
        let name = format!("111122223333_CloudTrail_us-east-1_20261123T0000Z_{number:016}.json.gz");
        let mut file = std::fs::File::create(day.join(name)).unwrap();
        let records = format!("{{\"Records\":[{}]}}", record(number));
        file.write_all(records.as_bytes()).unwrap();
        file.write_all(&vec![b' '; size.saturating_sub(records.len())]).unwrap();
    }
}

/// How many reads are under way, and were at most.
#[derive(Default)]
struct Reads {
    now: Mutex<usize>,
    most: AtomicUsize,
    changed: Condvar,
}

impl Reads {
    /// One read: it is held up until `together` were under way once, or for so long that there will not be as many.
    fn one(&self, together: usize) {
        let mut now = self.now.lock().unwrap();
        *now += 1;
        self.most.fetch_max(*now, Ordering::Relaxed);
        self.changed.notify_all();
        let long = Duration::from_secs(20);
        let few = |_: &mut usize| self.most.load(Ordering::Relaxed) < together;
        let (mut now, _) = self.changed.wait_timeout_while(now, long, few).unwrap();
        *now -= 1;
    }
}

/// How many reads were under way at most: of so many files of that size, for two threads, if `together` could be.
fn under_way(files: usize, size: usize, together: usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path(), files, size);
    let reads = Arc::new(Reads::default());
    let counted = Arc::clone(&reads);
    let bucket = Bucket::of(folder.path(), move |asked| {
        if let Asked::Object { .. } = asked {
            counted.one(together);
        }
        None
    });
    let arguments = ["invocations", "s3://logs/", "--threads", "2", "--no-index", "--format", "csv"];
    let output = command(&arguments)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", &bucket.url)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&files.to_string()), "each file is read once: {said}");
    reads.most.load(Ordering::Relaxed)
}

#[test]
fn sixty_four_reads_a_thread_are_under_way_and_never_more() {
    assert_eq!(under_way(400, 0, 128), 128);
}

#[test]
fn large_objects_are_as_many_at_a_time_as_memory_has_room_for() {
    // 32 MiB in all.
    assert_eq!(under_way(24, 4 << 20, 8), 8);
}
