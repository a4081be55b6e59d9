//! Log files one after the other to whichever thread asks; objects are fetched ahead by threads of their own.

use super::Item;
use super::bucket::told;
use super::holes::{Holes, place_of};
use super::session::Session;
use crate::progress::Files;
use crate::sources::said;
use logs::ObjectKey;
use logs::scan::{File, Source, Tag};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Objects that are under way at the same time, and as many that wait to be read.
const AHEAD: usize = 12;

/// Bytes of one object, or why there are none.
type Fetched = (usize, Result<Vec<u8>, String>);

/// See the module.
pub(crate) struct Feed<'a> {
    items: &'a [Item],
    next: AtomicUsize,
    fetched: Option<Mutex<Receiver<Fetched>>>,
    holes: Mutex<Holes>,
    line: Files,
}

impl Feed<'_> {
    /// Hands over a feed of these items, and fetches until all were read.
    pub(crate) fn over<R>(
        items: &[Item],
        session: Option<&Session>,
        work: impl FnOnce(&Feed<'_>) -> R,
    ) -> (R, Holes) {
        let remote = items.iter().any(|item| item.bucket.is_some());
        let feed = |fetched| Feed {
            items,
            next: AtomicUsize::new(0),
            fetched,
            holes: Mutex::default(),
            line: Files::on_stderr(items.len() as u64),
        };
        let ended = |feed: Feed<'_>, result| {
            feed.line.clear();
            (result, feed.holes.into_inner().unwrap_or_else(PoisonError::into_inner))
        };
        let Some(session) = session.filter(|_| remote) else {
            let feed = feed(None);
            let result = work(&feed);
            return ended(feed, result);
        };
        let (sender, receiver) = sync_channel(AHEAD);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..AHEAD.min(items.len()) {
                let sender = sender.clone();
                let next = &next;
                scope.spawn(move || fetch(items, session, next, &sender));
            }
            drop(sender);
            let feed = feed(Some(Mutex::new(receiver)));
            let result = work(&feed);
            ended(feed, result)
        })
    }

    fn item(&self) -> Option<Fetched> {
        match &self.fetched {
            Some(fetched) => fetched.lock().unwrap_or_else(PoisonError::into_inner).recv().ok(),
            None => {
                let at = self.next.fetch_add(1, Ordering::Relaxed);
                let path = self.items.get(at)?.path.as_deref();
                let read = path.map_or(Ok(Vec::new()), |path| std::fs::read(path));
                Some((at, read.map_err(|error| said(&error))))
            }
        }
    }

    /// The next item's place in the list and its bytes.
    pub(crate) fn bytes(&self) -> Option<Fetched> {
        let (at, read) = self.item()?;
        self.line.one();
        if let (Some(item), Err(why)) = (self.items.get(at), &read) {
            let mut holes = self.holes.lock().unwrap_or_else(PoisonError::into_inner);
            holes.add(place_of(&item.key), &item.name, why, 1);
        }
        Some((at, read))
    }
}

fn fetch(items: &[Item], session: &Session, next: &AtomicUsize, sender: &SyncSender<Fetched>) {
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(item) = items.get(at) else { return };
        let read = match (&item.bucket, &item.path) {
            (Some(bucket), _) => {
                let object = session.wait(session.evidence.objects().get(bucket, &item.key, Some(item.size)));
                object.map(|object| object.bytes).map_err(|error| told(&error))
            }
            (None, Some(path)) => std::fs::read(path).map_err(|error| said(&error)),
            (None, None) => Ok(Vec::new()),
        };
        if sender.send((at, read)).is_err() {
            return;
        }
    }
}

impl Source for Feed<'_> {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let (at, read) = self.bytes()?;
        let item = self.items.get(at)?;
        let unread = match read {
            Ok(read) => {
                *bytes = read;
                None
            }
            Err(why) => Some(why),
        };
        let delivered = ObjectKey::parse(&item.key).and_then(|key| key.delivered());
        Some(File { name: item.name.clone(), delivered, unread, known: None, tag: tag(at) })
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
