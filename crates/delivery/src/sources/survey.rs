//! The look before reading: how many files there are that the question concerns, which ones, and in which state they all are.

use super::loose::{LooseContent, look};
use super::walk::{Met, Walk};
use super::window::Window;
use super::{Found, LogSource, Root};
use crate::reader::Reader;
use logs::LeftOut;
use logs::Sha256;
use std::collections::BTreeSet;
use std::time::Duration;

/// Files that are kept by name; where there are more, their folders are walked again while they are read.
const KEPT: usize = 50_000;

/// See the module.
pub(crate) struct Survey<'a> {
    pub(super) sources: &'a [LogSource],
    pub(super) window: &'a Window,
    pub(super) now: Option<Duration>,
    /// Files to read, and folders that could not be looked into.
    pub(crate) files: u64,
    /// Files that are not read, and why not.
    pub(crate) left_out: LeftOut,
    state: Option<Sum>,
    pub(super) kept: Vec<Found>,
    /// Folders to be walked again.
    pub(super) again: Vec<usize>,
    /// What to do about what could not be listed.
    pub(crate) helps: BTreeSet<String>,
    /// By source: its files lie as CloudTrail delivers them, and no others are read.
    pub(super) laid_out: Vec<bool>,
}

/// Looks over all sources; objects of S3 excepted, which are listed by whoever may ask AWS. In which state files are is found out
/// iff there is an index, or somebody else who knows some.
pub(crate) fn survey<'a>(sources: &'a [LogSource], window: &'a Window, reader: &Reader<'_>) -> Survey<'a> {
    let mut survey = Survey {
        sources,
        window,
        now: (reader.index.is_some() || reader.seen.is_some()).then_some(reader.now),
        files: 0,
        left_out: LeftOut::default(),
        state: Some(Sum::default()),
        kept: Vec::new(),
        again: Vec::new(),
        helps: BTreeSet::new(),
        laid_out: vec![false; sources.len()],
    };
    for (at, source) in sources.iter().enumerate() {
        match source {
            LogSource::Folder(_) => survey.folder(at, reader),
            LogSource::File(path) => {
                let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
                let name = path.to_string_lossy();
                let delivered = logs::ObjectKey::parse(&name).and_then(|key| key.delivered());
                survey.add(Found { source: at, size, delivered, ..Found::default() });
            }
            LogSource::Stdin => survey.add(Found { source: at, ..Found::default() }),
            LogSource::Objects { .. } | LogSource::Lake(_) => {}
        }
    }
    survey
}

/// The files of one kind in a folder.
#[derive(Default)]
struct FoundFiles {
    files: u64,
    found: Vec<Found>,
    state: Option<Sum>,
}

impl FoundFiles {
    fn add(&mut self, found: Found, room: usize) {
        self.files += 1;
        enter(&mut self.state, &found);
        if self.found.len() < room {
            self.found.push(found);
        }
    }
}

impl<'a> Survey<'a> {
    /// Of files that were found elsewhere; nothing is told of their state.
    pub(crate) fn of(sources: &'a [LogSource], window: &'a Window, kept: Vec<Found>) -> Survey<'a> {
        Survey {
            sources,
            window,
            now: None,
            files: kept.len() as u64,
            left_out: LeftOut::default(),
            state: None,
            kept,
            again: Vec::new(),
            helps: BTreeSet::new(),
            laid_out: Vec::new(),
        }
    }
}

impl<'a> Survey<'a> {
    /// What was looked over.
    pub(crate) fn sources(&self) -> &'a [LogSource] {
        self.sources
    }
}

impl Survey<'_> {
    fn folder(&mut self, at: usize, reader: &Reader<'_>) {
        let Some(LogSource::Folder(root)) = self.sources.get(at) else { return };
        let fresh = || FoundFiles { state: Some(Sum::default()), ..FoundFiles::default() };
        let (mut delivered, mut loose, mut unread) = (fresh(), fresh(), fresh());
        let mut elsewhere = false;
        let room = KEPT.saturating_sub(self.kept.len());
        let (walk, first) = Walk::new(at, root, self.window, self.now);
        let looking = reader.watch.looking();
        for met in first.into_iter().chain(walk) {
            looking.one();
            match met {
                Met::Delivered(found) => delivered.add(found, room),
                Met::Loose(found) => loose.add(found, room),
                Met::LeftOut(folder) => {
                    elsewhere = true;
                    self.left_out.add(folder);
                }
                Met::Elsewhere => elsewhere = true,
                Met::Other(below) | Met::Head(below) => {
                    self.left_out.add_other(below.to_string_lossy().into_owned())
                }
                Met::Unread(found) => unread.add(found, room),
            }
        }
        let laid_out = delivered.files > 0 || elsewhere;
        if let Some(slot) = self.laid_out.get_mut(at) {
            *slot = laid_out;
        }
        let chosen = if laid_out { self.beside(at, root, loose, delivered, &mut unread) } else { loose };
        self.files += chosen.files + unread.files;
        for some in [chosen, unread] {
            self.state = match (self.state.take(), some.state) {
                (Some(all), Some(one)) => Some(all.plus(one)),
                _ => None,
            };
            if some.files > some.found.len() as u64 {
                self.again.push(at);
            } else {
                self.kept.extend(some.found);
            }
        }
        if self.again.contains(&at) {
            self.kept.retain(|found| found.source != at);
            self.again.dedup();
        }
    }

    /// What lies loose beside what CloudTrail delivered: records are read, whatever else it is is left out or a loss.
    fn beside(
        &mut self,
        source: usize,
        root: &Root,
        loose: FoundFiles,
        mut delivered: FoundFiles,
        unread: &mut FoundFiles,
    ) -> FoundFiles {
        let many = loose.files - loose.found.len() as u64;
        for found in loose.found {
            match look(&root.absolute.join(&found.below)) {
                Ok(LooseContent::Records) => delivered.add(found, KEPT),
                Ok(LooseContent::Nothing) => {
                    self.left_out.add_other(found.below.to_string_lossy().into_owned())
                }
                Ok(LooseContent::Unread(why)) | Err(why) => {
                    unread.add(Found { unread: Some(why), ..found }, KEPT)
                }
            }
        }
        if many > 0 {
            let why =
                format!("{many} files beside those that CloudTrail delivered are too many to be looked into");
            unread.add(Found { source, unread: Some(why), ..Found::default() }, KEPT);
        }
        delivered
    }

    /// Takes one file more in.
    pub(crate) fn add(&mut self, found: Found) {
        self.files += 1;
        enter(&mut self.state, &found);
        self.kept.push(found);
    }

    /// Equal for two surveys iff all files that the question concerns are the same, in the same state; `None` iff that cannot be
    /// told of one of them.
    pub(crate) fn state(&self) -> Option<[u8; 32]> {
        self.state.as_ref().map(Sum::bytes)
    }
}

/// A sum of hashes: the same in whatever order files are come by, so that nothing has to be sorted.
#[derive(Clone, Copy, Default)]
struct Sum([u64; 4], u64);

impl Sum {
    fn plus(self, other: Sum) -> Sum {
        let mut sum = self;
        sum.0.iter_mut().zip(other.0).for_each(|(lane, more)| *lane = lane.wrapping_add(more));
        sum.1 += other.1;
        sum
    }

    fn bytes(&self) -> [u8; 32] {
        let mut hasher = Sha256::default();
        self.0.iter().chain([&self.1]).for_each(|lane| hasher.update(lane.to_le_bytes()));
        hasher.finish()
    }
}

fn enter(state: &mut Option<Sum>, found: &Found) {
    *state = match (state.take(), found.tag) {
        (Some(sum), Some(tag)) if found.unread.is_none() => {
            // A tag is made of hashes, and its second half depends on the first.
            let mut lanes = [0; 4];
            for (lane, bytes) in lanes.iter_mut().zip(tag.chunks_exact(8)) {
                *lane = bytes.iter().fold(0, |lane, byte| lane << 8 | u64::from(*byte));
            }
            Some(sum.plus(Sum(lanes, 1)))
        }
        _ => None,
    };
}
