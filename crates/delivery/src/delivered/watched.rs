//! Log files one after the other to whichever thread asks, out of the index what need not be read again; what cannot be read of them
//! is kept as holes.

use super::{Delivered, Holes, Item};
use crate::layout::place_of;
use crate::reader::Reader;
use crate::sources::{Feed, Found, NO_TAG, Survey, Window};
use logs::ObjectKey;
use logs::scan::{File, Source};
use std::sync::{Mutex, PoisonError};

/// What is wanted of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// What it holds of invocations: out of the index, if it was read before in the same state.
    Sheet,
    /// Its bytes, whatever was read before.
    Bytes,
    /// Nothing.
    Not,
}

/// See the module.
pub(super) struct Watched<'a> {
    feed: Feed<'a>,
    items: &'a [Item],
    holes: Mutex<Holes>,
}

impl Watched<'_> {
    /// Hands over a feed of the log files of the delivery, their places in its list as their numbers. `how` says what is wanted of
    /// each.
    pub(super) fn over<R>(
        delivered: &Delivered,
        how: impl Fn(&Item) -> How,
        reader: &Reader<'_>,
        work: impl FnOnce(&Watched<'_>) -> R,
    ) -> (R, Holes) {
        let items = delivered.logs.iter().enumerate();
        let found = items.filter_map(|(number, item)| {
            let known_by = match how(item) {
                How::Sheet => item.tag,
                // The index is asked for nothing that has no tag.
                How::Bytes => None,
                How::Not => return None,
            };
            Some(Found {
                source: item.source,
                below: item.below.clone(),
                size: item.size,
                delivered: ObjectKey::parse(&item.key).and_then(|key| key.delivered()),
                tag: known_by,
                unread: None,
                number,
            })
        });
        // All that is listed is read.
        let all = Window::default();
        let survey = Survey::of(&delivered.sources, &all, found.collect());
        let feed = Feed::new(survey, reader).with_help();
        let watched = Watched { feed, items: &delivered.logs, holes: Mutex::default() };
        let result = work(&watched);
        watched.feed.end();
        (result, watched.holes.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many files were in the index so far.
    pub(super) fn known(&self) -> u64 {
        self.feed.known()
    }
}

impl Source for Watched<'_> {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let mut file = self.feed.next(bytes)?;
        let Some(item) = self.items.get(file.number) else { return Some(file) };
        // What was read for its bytes is worth keeping, too.
        file.tag = item.tag.unwrap_or(NO_TAG);
        if let Some(why) = &file.unread {
            let mut holes = self.holes.lock().unwrap_or_else(PoisonError::into_inner);
            holes.add(place_of(&item.key), &file.name, why, 1);
        }
        Some(file)
    }

    fn fill(&self, file: &File, bytes: &mut Vec<u8>) -> Result<(), String> {
        let filled = self.feed.fill(file, bytes);
        if let (Err(why), Some(item)) = (&filled, self.items.get(file.number)) {
            let mut holes = self.holes.lock().unwrap_or_else(PoisonError::into_inner);
            holes.add(place_of(&item.key), &file.name, why, 1);
        }
        filled
    }
}
