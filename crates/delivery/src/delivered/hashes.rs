//! SHA-256 of log files, two at a time where that is faster, and what was seen of every one of them.

use super::Delivered;
use super::watched::{How, Watched};
use crate::reader::Reader;
use logs::digest::{Expected, Seen, Unread};
use logs::scan::Source;
use logs::{DEFAULT_LIMIT, Inflater, Trouble, sha256, sha256_many};
use std::sync::{Mutex, PoisonError};

/// A file that waits for another of its kind: larger ones are hashed at once, so that little memory waits.
const WAITS: usize = 8 << 20;

/// One thread's hashes: the place of a file in the list, and what was seen of it.
#[derive(Default)]
pub(crate) struct Hashes {
    done: Vec<(usize, Result<[u8; 32], Unread>)>,
    waiting: Option<(usize, Vec<u8>)>,
    counted: Vec<usize>,
}

impl Hashes {
    /// Takes in the content of a file.
    pub(super) fn add(&mut self, at: usize, content: &[u8]) {
        match self.waiting.take() {
            Some((earlier, waiting)) => {
                let [one, other] = sha256_many(&[&waiting, content]);
                self.done.extend([(earlier, Ok(one)), (at, Ok(other))]);
            }
            None if content.len() <= WAITS => self.waiting = Some((at, content.to_vec())),
            None => self.done.push((at, Ok(sha256(content)))),
        }
    }

    /// Takes in a hash that was made elsewhere.
    pub(super) fn enter(&mut self, at: usize, hash: [u8; 32]) {
        self.done.push((at, Ok(hash)));
    }

    /// Takes in a file that has no content, and why.
    pub(super) fn refuse(&mut self, at: usize, why: Unread) {
        self.done.push((at, Err(why)));
    }

    /// Takes in that an answer rests on the file.
    pub(super) fn count(&mut self, at: usize) {
        self.counted.push(at);
    }

    /// Hashes what waits.
    pub(super) fn end(&mut self) {
        if let Some((at, waiting)) = self.waiting.take() {
            self.done.push((at, Ok(sha256(&waiting))));
        }
    }
}

/// What was seen of all items: of those that nobody hashed only that they are there.
pub(super) fn seen(delivered: &Delivered, hashes: Vec<Hashes>) -> Vec<Seen> {
    let fresh = |item| Seen {
        bucket: delivered.bucket(item).map(str::to_owned),
        key: item.key.clone(),
        content: Err(Unread::NotHashed),
        counted: false,
    };
    let mut seen: Vec<Seen> = delivered.logs.iter().map(fresh).collect();
    for hashes in hashes {
        for (at, content) in hashes.done {
            if let Some(one) = seen.get_mut(at) {
                one.content = content;
            }
        }
        for at in hashes.counted {
            if let Some(one) = seen.get_mut(at) {
                one.counted = true;
            }
        }
    }
    seen
}

/// What a digest may hold against a file that was not inflated as it should be.
pub(super) fn unread_of(trouble: &Trouble) -> Unread {
    let why = trouble.to_string();
    match trouble {
        Trouble::TooLarge { .. } | Trouble::NoMemory => Unread::Refused { why },
        _ => Unread::Damaged { why },
    }
}

/// Reads and hashes those that digests list, and nothing else of them.
pub(crate) fn hash_all(
    delivered: &Delivered,
    expected: &Expected<'_>,
    reader: &Reader<'_>,
) -> (Vec<Seen>, super::Holes) {
    let how = |item: &super::Item| if expected.claims(&item.key).is_empty() { How::Not } else { How::Bytes };
    // Nothing but the bytes themselves proves them.
    let (hashes, holes) = Watched::over(delivered, how, &Reader { index: None, ..*reader }, |files| {
        let large = Mutex::new(());
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..reader.threads).map(|_| scope.spawn(|| hash_each(files, &large))).collect();
            // A panic in a thread is a defect of ours, and goes on as one.
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.map(|one| one.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
        })
    });
    (seen(delivered, hashes), holes)
}

/// What a file may inflate to while others do.
const USUAL: usize = 64 << 20;

/// One thread's work. Whoever holds the lock may have a large file in memory.
fn hash_each(files: &Watched<'_>, large: &Mutex<()>) -> Hashes {
    let (mut hashes, mut inflater) = (Hashes::default(), Inflater::new(USUAL));
    let mut bytes = Vec::new();
    while let Some(file) = files.next(&mut bytes) {
        let at = file.number;
        let alone = || large.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lock = file.large.is_some().then(alone);
        let filled = if lock.is_some() { files.fill(&file, &mut bytes) } else { Ok(()) };
        if let Some(why) = file.unread.or(filled.err()) {
            hashes.refuse(at, Unread::Refused { why });
        } else {
            let mut limit = USUAL;
            let inflated = loop {
                inflater.limit_to(limit);
                let inflated = inflater.inflate(&bytes);
                if limit == DEFAULT_LIMIT || !matches!(inflated.trouble, Some(Trouble::TooLarge { .. })) {
                    break inflated;
                }
                lock = lock.or_else(|| Some(alone()));
                limit = DEFAULT_LIMIT;
            };
            match &inflated.trouble {
                None => hashes.add(at, inflated.bytes),
                Some(trouble) => hashes.refuse(at, unread_of(trouble)),
            }
            inflater.rest();
        }
        bytes.clear();
    }
    hashes.end();
    hashes
}
