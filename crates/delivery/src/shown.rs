//! Records out of the files that findings name: each file once, the record at its place.

use crate::door::Door;
use crate::sources::{read_whole, regular};
use detect::finding::Proof;
use logs::{DEFAULT_LIMIT, Event, Inflater, Reader, Record, Sink, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// By event id the record as it was delivered, or in words why it cannot be had.
#[must_use]
pub fn records_of(proofs: &[Proof], door: Option<&Door>) -> BTreeMap<String, Result<String, String>> {
    let mut files: BTreeMap<&str, Vec<&Proof>> = BTreeMap::new();
    for proof in proofs {
        files.entry(&proof.file).or_default().push(proof);
    }
    let mut found = BTreeMap::new();
    for (file, proofs) in files {
        let bytes = bytes_of(file, door);
        let records = bytes.map(|bytes| records_at(&bytes, &proofs));
        for proof in proofs {
            let record = match &records {
                Err(why) => Err(format!("the record cannot be shown: {why}")),
                Ok(records) => records
                    .get(&proof.offset)
                    .filter(|record| is_of(record, &proof.event_id))
                    .cloned()
                    .ok_or_else(|| "the file holds no such record any more".to_owned()),
            };
            found.insert(proof.event_id.clone(), record);
        }
    }
    found
}

/// True iff the record may be the one of that event: another file may lie under the name by now. An id that is no plain text may be
/// written in several ways, and is not looked for.
fn is_of(record: &str, event_id: &str) -> bool {
    let is_plain = event_id.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'-');
    !is_plain || record.contains(event_id)
}

pub(crate) fn bytes_of(file: &str, door: Option<&Door>) -> Result<Vec<u8>, String> {
    match (file.strip_prefix("s3://").and_then(|rest| rest.split_once('/')), door) {
        (Some((bucket, key)), Some(door)) => door.whole(bucket, key),
        (Some(_), None) => Err("AWS was not asked".to_owned()),
        (None, _) => {
            regular(Path::new(file)).and_then(read_whole).map_err(|error| crate::sources::io_reason(&error))
        }
    }
}

fn records_at(bytes: &[u8], proofs: &[&Proof]) -> BTreeMap<u64, String> {
    let wanted = proofs.iter().map(|proof| proof.offset).collect();
    let mut inflater = Inflater::new(DEFAULT_LIMIT);
    let mut sink = At { wanted, found: BTreeMap::new() };
    let inflated = inflater.inflate(bytes);
    Reader::new().read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut sink);
    sink.found
}

/// The bytes of the record at that place.
#[cfg(feature = "lake")]
pub(crate) fn record_at(bytes: &[u8], offset: u64) -> Option<Vec<u8>> {
    struct One(u64, Option<Vec<u8>>);
    impl Sink for One {
        const EVERY: bool = true;

        fn event(&mut self, event: &Event<'_>) {
            if event.offset == self.0 {
                self.1.get_or_insert_with(|| event.raw.to_vec());
            }
        }

        fn record(&mut self, _: &Record<'_>) {}
    }
    let (mut one, mut inflater) = (One(offset, None), Inflater::new(DEFAULT_LIMIT));
    let inflated = inflater.inflate(bytes);
    Reader::new().read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut one);
    one.1
}

/// Takes the records at these places.
struct At {
    wanted: BTreeSet<u64>,
    found: BTreeMap<u64, String>,
}

impl Sink for At {
    const EVERY: bool = true;

    fn event(&mut self, event: &Event<'_>) {
        if self.wanted.contains(&event.offset) {
            let text = String::from_utf8_lossy(event.raw).split_whitespace().collect::<Vec<_>>().join(" ");
            self.found.insert(event.offset, text);
        }
    }

    fn record(&mut self, _: &Record<'_>) {}
}
