//! Digests as they lie there: read, and weighed with keys.

use super::keys::{Keys, Known};
use super::proven::Proven;
use super::{Delivered, Item};
use crate::door::Door;
use crate::layout::HEAD;
use crate::reader::Reader;
use crate::sources::{LogSource, Refusal, WAITERS, io_reason, regular, side_by_side_at_most};
use logs::digest::{Asked, Expected, Found, KeySource, Seen, Unread, Weighing};
use logs::{DEFAULT_LIMIT, Inflater};
use std::io::Read;
use std::ops::Range;
use std::path::Path;

/// A digest and the text of its signature, or why the digest could not be read.
type Bytes = Result<(Vec<u8>, Option<String>), Unread>;

/// Digests of a disk that are read at the same time.
const LOCAL: usize = 16;

/// Reads every digest.
pub(crate) fn found(delivered: &Delivered, reader: &Reader<'_>) -> Vec<Found> {
    // Digests on a disk are waited for by nobody: more threads would take memory alone.
    let at_once = reader.door.map_or(LOCAL, |_| WAITERS);
    let all = side_by_side_at_most(at_once, &delivered.digests, |item| {
        let bucket = delivered.bucket(item);
        let read = match (bucket, reader.door) {
            (Some(bucket), Some(door)) => object(door, bucket, item),
            _ => delivered.path(item).as_deref().map_or(Err(Unread::Missing), local),
        };
        match read {
            Err(why) => Found::new(bucket, &item.key, Err(why), None),
            Ok((packed, signature)) => {
                let mut inflater = Inflater::new(DEFAULT_LIMIT);
                let inflated = inflater.inflate(&packed);
                let content = match &inflated.trouble {
                    None => Ok(inflated.bytes),
                    Some(trouble) => Err(super::hashes::unread_of(trouble)),
                };
                Found::new(bucket, &item.key, content, signature.as_deref())
            }
        }
    });
    // What was read first decides: later readers find the same.
    let _ = delivered.copies.set(delivered.copies_by(&all));
    all
}

fn object(door: &Door, bucket: &str, item: &Item) -> Bytes {
    let object = door.wait(door.aws.objects().get(bucket, &item.key, Some(item.size)));
    let object = object.map_err(|error| match error.trouble {
        aws::ObjectTrouble::Missing => Unread::Missing,
        _ => Unread::Refused { why: Refusal::of(&error).in_one_line() },
    })?;
    Ok((object.bytes, object.metadata.user.get("signature").cloned()))
}

/// A copy keeps no metadata: what `aws s3api head-object` printed lies beside it, if somebody kept it.
fn local(path: &Path) -> Bytes {
    let refused = |error: &std::io::Error| Unread::Refused { why: io_reason(error) };
    let bytes = read_regular(path, DEFAULT_LIMIT as u64).map_err(|error| refused(&error))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(HEAD);
    // Where there is none that can be read, the digest after it may hold the signature, too.
    let head = read_regular(Path::new(&beside), store::limits::KEYS.bytes).ok();
    Ok((bytes, head.and_then(|head| signature(&head))))
}

/// The bytes of a file that lies in a tree which anybody may have made.
fn read_regular(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let file = regular(path)?;
    if file.metadata()?.len() > most {
        return Err(std::io::Error::other(format!("it is larger than the limit of {most} bytes")));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn signature(head: &[u8]) -> Option<String> {
    let head: serde_json::Value = serde_json::from_slice(head).ok()?;
    Some(head.get("Metadata")?.get("signature")?.as_str()?.to_owned())
}

/// Digests weighed with keys: which are to be trusted, before any log file is read.
#[derive(Debug)]
pub(crate) struct Weighed<'f> {
    weighing: Weighing<'f>,
    keys: Vec<KeySource>,
    unseen: Vec<String>,
    /// Regions in which nobody may ask for keys.
    refused: Vec<String>,
}

/// Weighs digests. Keys are asked for of the time `signed`.
pub(crate) fn weigh<'f>(
    found: &'f [Found],
    from: &Keys,
    sources: &[LogSource],
    signed: Option<Range<i64>>,
    door: Option<&Door>,
) -> Weighed<'f> {
    let known = Known::of(from, found, &signed.unwrap_or(0..0), sources, door);
    let Known { keys, sources, holes, refused } = known;
    Weighed { weighing: Weighing::of(found, &keys), keys: sources, unseen: holes.in_words(), refused }
}

impl<'f> Weighed<'f> {
    /// The names of digests that are to be trusted.
    pub(crate) fn trusted(&self) -> Vec<logs::digest::DigestName> {
        self.weighing.trusted().collect()
    }

    /// What they say of log files.
    pub(crate) fn expected(&self) -> Expected<'f> {
        self.weighing.expected()
    }

    /// What they prove of the time `asked`, of what was delivered.
    pub(crate) fn prove(self, seen: &[Seen], asked: &Asked, delivered: &Delivered) -> Proven {
        let validation = self.weighing.judge_listed(seen, asked, &|absent| delivered.unlisted(absent));
        let renamed = delivered.renamed(&validation);
        Proven { validation, keys: self.keys, unseen: self.unseen, refused: self.refused, renamed }
    }
}
