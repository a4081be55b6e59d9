//! Delivered files where completeness counts: every name first, digests among them, then each file read once, and all that could
//! not be seen kept by the account and Region that it may be about.

mod claimed;
mod copies;
mod digests;
mod files;
mod folder;
mod hashes;
mod holes;
mod keys;
mod proofs;
mod proven;
mod reading;
mod request;
mod unlisted;
mod watched;

pub(crate) use claimed::{may_hold, unusable};
pub(crate) use digests::{Weighed, found, weigh};
pub use files::Delivered;
pub(crate) use files::Item;
use files::{Beginning, is_digest};
pub(crate) use hashes::hash_all;
pub(crate) use holes::Holes;
pub use keys::{KeyFile, Keys};
pub(crate) use proofs::Proofs;
pub use proven::{Proven, Renamed, Unsigned};
#[cfg(feature = "lake")]
pub(crate) use reading::is_in_doubt;
pub(crate) use reading::{Read, read};
pub use request::{Search, has_request};

use crate::door::Door;
use crate::layout::place_of;
use crate::reader::Reader;
use crate::sources::{Listing, LogSource, Window, list_all, tag_of};
use logs::ObjectKey;
use std::path::PathBuf;

/// Records that CloudTrail did not deliver are no evidence of a trail, and may yet be what is missing.
const NO_EVIDENCE: &str = "it holds records that CloudTrail did not deliver, so they are not evidence: move it away, or name it by itself";

/// What lies in the sources that the window concerns. There may be no door iff none of them is a bucket.
#[must_use]
pub fn delivered(sources: &[LogSource], window: &Window, reader: &Reader<'_>) -> Delivered {
    let mut all = delivered_alone(sources, window, reader);
    let beside = std::mem::take(&mut all.beside);
    all.holes.merge(beside);
    all
}

/// The same, with nothing said of what lies beside what CloudTrail delivered: whoever reads that anyway needs no second word.
pub(crate) fn delivered_alone(sources: &[LogSource], window: &Window, reader: &Reader<'_>) -> Delivered {
    #[cfg(feature = "lake")]
    if let Some(lake) = reader.lake {
        return crate::lake::delivered_of(lake, window, reader);
    }
    let mut all = Delivered { sources: sources.to_vec(), window: window.clone(), ..Delivered::default() };
    let named: Vec<(&str, &str)> = sources.iter().filter_map(LogSource::bucket).collect();
    let listings = reader.door.map(|door| list_all(door, &named, window));
    let mut listings = listings.unwrap_or_default().into_iter();
    for (at, source) in sources.iter().enumerate() {
        match (source, reader.door) {
            (LogSource::Folder(root), _) => folder::list(&mut all, at, root, window, reader.now),
            (LogSource::File(path), _) => all.logs.push(folder::single(at, path)),
            (LogSource::Objects { bucket, .. }, Some(door)) => {
                let listing = listings.next().unwrap_or_default();
                all.objects(at, bucket, listing, door);
            }
            // Stdin cannot be read twice, and is turned down before.
            _ => {}
        }
    }
    all.settle();
    all
}

impl Delivered {
    fn objects(&mut self, source: usize, bucket: &str, mut listing: Listing, door: &Door) {
        let chosen = listing.chosen(Some(NO_EVIDENCE));
        self.left_out += chosen.left_out;
        for (key, why) in chosen.unread {
            let holes = if ObjectKey::parse(&key).is_some() { &mut self.holes } else { &mut self.beside };
            holes.add(place_of(&key), &format!("s3://{bucket}/{key}"), &why, 1);
            let (below, etag, tag) = (PathBuf::from(&key), String::new(), None);
            self.unread.push((Item { source, below, key, size: 0, etag, tag }, why));
        }
        for listed in chosen.read {
            let (below, tag) = (PathBuf::from(&listed.key), tag_of(door, bucket, &listed));
            self.take(Item { source, below, key: listed.key, size: listed.size, etag: listed.etag, tag });
        }
        for (prefix, refusal) in listing.unread {
            let name = format!("s3://{bucket}/{prefix}");
            // The beginning of a Region's name is that of several.
            let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
            self.holes.add(place_of(folder), &name, &refusal.in_one_line(), 1);
            self.unlisted.push(Beginning { key: prefix, why: format!("{name}: {}", refusal.in_one_line()) });
        }
    }
}
