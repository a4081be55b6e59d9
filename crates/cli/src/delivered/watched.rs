//! Log files one after the other to whichever thread asks; what cannot be read of them is kept as holes.

use super::holes::{Holes, place_of};
use super::{Delivered, Item};
use crate::sources::{Feed, Found, Session, Survey, Window};
use logs::ObjectKey;
use logs::scan::{File, Source, Tag};
use std::sync::{Mutex, PoisonError};

/// See the module.
pub(super) struct Watched<'a> {
    feed: Feed<'a>,
    items: &'a [Item],
    holes: Mutex<Holes>,
}

impl Watched<'_> {
    /// Hands over a feed of those log files of the delivery that are `wanted`; the tag of a file is its place in the list.
    pub(super) fn over<R>(
        delivered: &Delivered,
        wanted: impl Fn(&Item) -> bool,
        session: Option<&Session>,
        work: impl FnOnce(&Watched<'_>) -> R,
    ) -> (R, Holes) {
        let items = delivered.logs.iter().enumerate().filter(|(_, item)| wanted(item));
        let found = items.map(|(at, item)| Found {
            place: item.place,
            below: item.below.clone(),
            size: item.size,
            delivered: ObjectKey::parse(&item.key).and_then(|key| key.delivered()),
            tag: Some(tag(at)),
            unread: None,
        });
        // All that is listed is read.
        let all = Window::default();
        let survey = Survey::of(&delivered.places, &all, found.collect());
        let feed = Feed::new(survey, None, session).with_help();
        let watched = Watched { feed, items: &delivered.logs, holes: Mutex::default() };
        let result = work(&watched);
        watched.feed.clear();
        (result, watched.holes.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Source for Watched<'_> {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let file = self.feed.next(bytes)?;
        if let (Some(why), Some(item)) = (&file.unread, self.items.get(at(&file.tag))) {
            let mut holes = self.holes.lock().unwrap_or_else(PoisonError::into_inner);
            holes.add(place_of(&item.key), &file.name, why, 1);
        }
        Some(file)
    }
}

/// The place of an item in the list, for the consumer.
fn tag(at: usize) -> Tag {
    let mut tag = [0; 32];
    tag.iter_mut().zip(at.to_le_bytes()).for_each(|(to, from)| *to = from);
    tag
}

/// The inverse of `tag`.
pub(super) fn at(tag: &Tag) -> usize {
    let mut bytes = [0; size_of::<usize>()];
    bytes.iter_mut().zip(tag).for_each(|(to, from)| *to = *from);
    usize::from_le_bytes(bytes)
}
