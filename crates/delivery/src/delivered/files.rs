//! Files and objects that were found by their names, and what could not be looked into.

use super::copies::Copies;
use super::holes::Holes;
use crate::sources::{Found, Kind, LogSource, Window};
use audit::inventory::Gap;
use logs::scan::Tag;
use logs::{Folder, LeftOut, ObjectKey};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

/// What keys begin with that could not be listed.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) key: String,
    /// Name and reason.
    pub(super) why: String,
}

/// A file or an object.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Which of the sources it is in.
    pub(crate) source: usize,
    /// Its path below that source, as in [`crate::sources::Found`].
    pub(crate) below: PathBuf,
    /// Its key; of a local copy its path, which ends in the key from `AWSLogs/` on wherever it was copied as it lay.
    pub(crate) key: String,
    /// Bytes.
    pub(crate) size: u64,
    /// As S3 says; empty for a local copy.
    #[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "only the manifests of lakes ask for it"))]
    pub(crate) etag: String,
    /// As in [`crate::sources::Found`]: what the index knows it by.
    pub(crate) tag: Option<Tag>,
}

/// True iff its key is that of a digest.
pub(super) fn is_digest(item: &Item) -> bool {
    ObjectKey::parse(&item.key).is_some_and(|key| key.folder == Folder::Digests)
}

/// All that was found by its name.
#[derive(Debug, Default)]
pub struct Delivered {
    pub(crate) sources: Vec<LogSource>,
    /// Log files: sorted, each once.
    pub(crate) logs: Vec<Item>,
    /// Digest files: sorted, each once.
    pub(crate) digests: Vec<Item>,
    /// What could not be looked into.
    pub(crate) holes: Holes,
    /// Files and folders that were met and cannot be read, and why: they are holes, too.
    pub(crate) unread: Vec<(Item, String)>,
    /// What lies beside what CloudTrail delivered, and may hold records.
    pub(super) beside: Holes,
    /// Folders of a lake that was written without looking into digests: files that these name, and that were gone, it does not know.
    pub(crate) digests_unasked: Holes,
    /// Accounts and Regions of which digests were there when a lake was written: it keeps none.
    pub(crate) digested: BTreeSet<(String, String)>,
    /// Files that are not read, and why not.
    pub(crate) left_out: LeftOut,
    /// What was looked for.
    pub(crate) window: Window,
    /// What could not be listed, by what its keys begin with.
    pub(super) unlisted: Vec<Beginning>,
    /// Of which buckets the trees are: known once the digests were read.
    pub(super) copies: OnceLock<Copies>,
}

impl Delivered {
    /// Nothing of that source so far.
    #[cfg(feature = "lake")]
    pub(crate) fn of_lake(source: LogSource, window: &Window) -> Delivered {
        Delivered { sources: vec![source], window: window.clone(), ..Delivered::default() }
    }

    /// The names of all log files.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.logs.iter().map(|item| self.name(item)).collect()
    }

    /// Leaves out log files of those names.
    pub fn forget(&mut self, known: &BTreeSet<String>) {
        let logs = std::mem::take(&mut self.logs);
        self.logs = logs.into_iter().filter(|item| !known.contains(&self.name(item))).collect();
    }

    /// What could not be looked into, in words.
    #[must_use]
    pub fn unseen(&self) -> Vec<String> {
        self.holes.in_words()
    }

    /// To its kind.
    pub(super) fn take(&mut self, item: Item) {
        if is_digest(&item) { self.digests.push(item) } else { self.logs.push(item) }
    }

    /// Enters what could not be seen of the trails.
    pub(crate) fn gaps(&mut self, gaps: &[Gap]) {
        for gap in gaps {
            // An organization's trail that was not seen could deliver the records of any account.
            self.holes.add((None, gap.region.as_deref()), &gap.call, &gap.error, 1);
        }
    }

    /// The organizations' accounts of which there is a log file or a digest.
    pub(crate) fn members(&self) -> BTreeSet<(&str, &str)> {
        let keys = self.logs.iter().chain(&self.digests).filter_map(|item| ObjectKey::parse(&item.key));
        keys.filter_map(|key| Some((key.organization?, key.account))).collect()
    }

    /// As files of a survey are.
    pub(crate) fn as_found(&self, item: &Item) -> Found {
        Found {
            source: item.source,
            below: item.below.clone(),
            size: item.size,
            delivered: ObjectKey::parse(&item.key).and_then(|key| key.delivered()),
            tag: item.tag,
            ..Found::default()
        }
    }

    /// What an item is called in answers.
    pub(crate) fn name(&self, item: &Item) -> String {
        self.sources.get(item.source).map(|source| source.name(&item.below)).unwrap_or_default()
    }

    /// Leaves out log files that were named one by one, and those that the window does not concern: only what was found by looking for
    /// those days is left.
    pub(crate) fn retain_found(&mut self) {
        let (sources, window) = (&self.sources, &self.window);
        self.logs.retain(|item| {
            let named = matches!(sources.get(item.source), Some(LogSource::File(_)));
            let key = ObjectKey::parse(&item.key);
            !named && key.is_some_and(|key| window.kind(&key) == Kind::Wanted)
        });
    }

    /// True iff it is an object of a bucket, which is asked for over a network.
    pub(crate) fn is_object(&self, item: &Item) -> bool {
        self.bucket(item).is_some()
    }

    /// `None` for a local copy.
    pub(crate) fn bucket(&self, item: &Item) -> Option<&str> {
        match self.sources.get(item.source) {
            Some(LogSource::Objects { bucket, .. }) => Some(bucket),
            _ => None,
        }
    }

    /// Where a local copy is.
    pub(crate) fn path(&self, item: &Item) -> Option<PathBuf> {
        match self.sources.get(item.source)? {
            LogSource::File(path) => Some(path.canonicalize().unwrap_or_else(|_| path.clone())),
            LogSource::Folder(root) if item.below.as_os_str().is_empty() => Some(root.absolute.clone()),
            LogSource::Folder(root) => Some(root.absolute.join(&item.below)),
            LogSource::Objects { .. } | LogSource::Stdin | LogSource::Lake(_) => None,
        }
    }

    pub(super) fn settle(&mut self) {
        let (mut logs, mut digests) = (std::mem::take(&mut self.logs), std::mem::take(&mut self.digests));
        let needed = |key: ObjectKey<'_>| !self.window.needs_no_digest(&key);
        digests.retain(|item| ObjectKey::parse(&item.key).is_none_or(needed));
        for list in [&mut logs, &mut digests] {
            list.sort_by(|a, b| {
                let by_key = (self.bucket(a), &a.key).cmp(&(self.bucket(b), &b.key));
                by_key.then_with(|| self.path(a).cmp(&self.path(b)))
            });
            list.dedup_by(|a, b| {
                a.key == b.key && self.bucket(a) == self.bucket(b) && self.path(a) == self.path(b)
            });
        }
        (self.logs, self.digests) = (logs, digests);
    }
}
