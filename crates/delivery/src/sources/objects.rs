//! Objects of S3 as files: those of a listing into a survey, and several on their way at the same time.

use super::listing::{Listing, list_all};
use super::refusal::Refusal;
use super::survey::Survey;
use super::{Found, print};
use crate::door::Door;
use aws::{Listed, ObjectError};
use logs::ObjectKey;
use logs::scan::Tag;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// A source of which nothing can be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot list {typed}: {}", refusal.why)]
pub struct Unlisted {
    /// As it was typed.
    pub typed: String,
    /// Why, and what to do about it.
    pub refusal: Refusal,
}

/// An object on its way.
pub(crate) type Flight = JoinHandle<Result<Vec<u8>, ObjectError>>;

/// Adds the objects of every `s3://` to the survey. Where `typed`, a source of which nothing can be listed is none.
///
/// # Errors
/// Iff a source that was typed is none.
pub(crate) fn survey_objects(survey: &mut Survey<'_>, door: &Door, typed: bool) -> Result<(), Unlisted> {
    let sources = survey.sources;
    let objects = sources.iter().enumerate().filter_map(|(at, source)| Some((at, source, source.bucket()?)));
    let objects: Vec<_> = objects.collect();
    let named: Vec<(&str, &str)> = objects.iter().map(|(_, _, named)| *named).collect();
    let listings = list_all(door, &named, survey.window);
    for ((at, source, (bucket, _)), mut listing) in objects.into_iter().zip(listings) {
        if let Some((_, refusal)) = listing.unread.first().filter(|_| typed && !listing.answered) {
            return Err(Unlisted { typed: source.typed(), refusal: refusal.clone() });
        }
        let chosen = listing.chosen(None);
        survey.left_out += chosen.left_out;
        chosen.read.iter().for_each(|listed| survey.add(file(door, at, bucket, listed)));
        for (key, why) in chosen.unread {
            let below = PathBuf::from(key);
            survey.add(Found { source: at, below, unread: Some(why), ..Found::default() });
        }
        unread(survey, at, listing);
    }
    Ok(())
}

fn unread(survey: &mut Survey<'_>, source: usize, listing: Listing) {
    for (prefix, Refusal { why, help }) in listing.unread {
        survey.helps.extend(help);
        survey.add(Found { source, below: PathBuf::from(prefix), unread: Some(why), ..Found::default() });
    }
}

fn file(door: &Door, source: usize, bucket: &str, listed: &Listed) -> Found {
    let delivered = ObjectKey::parse(&listed.key).and_then(|key| key.delivered());
    let tag = tag_of(door, bucket, listed);
    Found { source, below: PathBuf::from(&listed.key), size: listed.size, delivered, tag, ..Found::default() }
}

/// Which object it is, and in which state; `None` iff the listing tells too little.
pub(crate) fn tag_of(door: &Door, bucket: &str, listed: &Listed) -> Option<Tag> {
    let name = format!("s3://{}/{bucket}/{}", door.aws.account(), listed.key);
    let state = format!("{} {} {}", listed.etag, listed.size, listed.modified);
    (!listed.etag.is_empty()).then(|| print::of(name.as_bytes(), state.as_bytes()))
}

impl Door {
    /// Begins to read an object.
    pub(crate) fn start(&self, bucket: &str, key: &str, size: u64) -> Flight {
        let (aws, bucket, key) = (Arc::clone(&self.aws), bucket.to_owned(), key.to_owned());
        self.spawn(async move {
            let object = aws.objects().get(&bucket, &key, Some(size)).await?;
            Ok(object.bytes)
        })
    }

    /// The bytes of one object, or in words why they cannot be had.
    pub(crate) fn whole(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        let aws = Arc::clone(&self.aws);
        let read = self.wait(async move { aws.objects().get(bucket, key, None).await });
        read.map(|object| object.bytes).map_err(|error| Refusal::of(&error).in_one_line())
    }

    /// The bytes, or why there are none.
    pub(crate) fn land(&self, flight: Flight) -> Result<Vec<u8>, Refusal> {
        match self.wait(flight) {
            Ok(read) => read.map_err(|error| Refusal::of(&error)),
            Err(_) => Err(Refusal { why: "reading it broke off".to_owned(), help: None }),
        }
    }
}
