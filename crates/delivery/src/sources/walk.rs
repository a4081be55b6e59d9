//! A folder, walked entry by entry: no more of it is in memory than the way from its root.

use super::file::{NO_FILE, io_reason};
use super::loose::{self, DEEPER, LooseContent, is_usual, look};
use super::print;
use super::window::{Kind, Window};
use super::{Found, Root};
use crate::layout::{HEAD, holds_logs, inside, is_folder, is_log, with_slashes};
use logs::{Folder, ObjectKey};
use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{DirEntry, FileType, Metadata, ReadDir};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the walk comes by.
#[derive(Debug)]
pub(crate) enum Met {
    /// A file under a key of CloudTrail that the question concerns.
    Delivered(Found),
    /// A file with a suffix of log files, in no layout that we know.
    Loose(Found),
    /// A file under a key of CloudTrail that is left out by its name.
    LeftOut(Folder),
    /// A file under a key of CloudTrail that the question does not concern, or a whole folder of them.
    Elsewhere,
    /// What `aws s3api head-object` printed of a digest that is wanted, by its path below the root: it is read with the digest.
    Head(PathBuf),
    /// Any other file, by its path below the root.
    Other(PathBuf),
    /// A folder that cannot be looked into, or a link that leads nowhere.
    Unread(Found),
}

/// See the module.
pub(crate) struct Walk<'a> {
    source: usize,
    root: &'a Root,
    window: &'a Window,
    /// Since 1970.
    now: Option<Duration>,
    stack: Vec<Level>,
    /// How a folder is opened: tests refuse some, because whoever runs them may be refused nothing.
    open: Open,
}

/// See [`Walk::opening`].
pub(crate) type Open = fn(&Path) -> io::Result<ReadDir>;

struct Level {
    entries: ReadDir,
    /// Below the root.
    below: PathBuf,
    /// Where the folder is one that CloudTrail delivers to: what that says of all files in it.
    delivery: Option<Delivery>,
    /// Where it lies in such a folder, which CloudTrail does not do: what is under the key of that one.
    deeper: Option<Kind>,
    /// Which folder it is, to notice links that lead back.
    id: Option<(u64, u64)>,
    folder: print::Folder,
}

/// What the keys of all files in a folder have in common.
struct Delivery {
    kind: Kind,
    digests: bool,
    /// See [`ObjectKey::stem`].
    stem: Option<String>,
}

impl Delivery {
    /// `folder` is a path with slashes, one of them at its end.
    fn of(folder: &str, window: &Window) -> Option<Delivery> {
        // No part of a key but the last depends on a file's name.
        let any = format!("{}x", folder.get(1..)?);
        let key = ObjectKey::parse(&any)?;
        let digests = key.folder == Folder::Digests;
        Some(Delivery { kind: window.kind(&key), digests, stem: key.stem() })
    }

    fn delivered(&self, name: &str) -> Option<i64> {
        logs::minute(name.strip_prefix(self.stem.as_deref()?)?)
    }
}

impl<'a> Walk<'a> {
    /// Files have tags iff it is told what time it is: without an index, nobody needs them.
    pub(crate) fn new(
        source: usize,
        root: &'a Root,
        window: &'a Window,
        now: impl Into<Option<Duration>>,
    ) -> (Self, Option<Met>) {
        Self::opening(source, root, window, now.into(), |path| std::fs::read_dir(path))
    }

    /// The same, with folders opened like that.
    pub(crate) fn opening(
        source: usize,
        root: &'a Root,
        window: &'a Window,
        now: Option<Duration>,
        open: Open,
    ) -> (Self, Option<Met>) {
        let mut walk = Walk { source, root, window, now, stack: Vec::new(), open };
        let met = walk.enter(PathBuf::new());
        (walk, met)
    }

    /// Goes into the folder; says so where it cannot or need not.
    fn enter(&mut self, below: PathBuf) -> Option<Met> {
        let path = self.path(&below);
        let key = with_slashes(&path);
        let inside = key.rfind("/AWSLogs/").map(|at| &key[at + "/AWSLogs/".len()..]);
        if inside.is_some_and(|inside| !self.window.may_hold(inside)) {
            return Some(Met::Elsewhere);
        }
        let entries = match (self.open)(&path) {
            Ok(entries) => entries,
            Err(error) => return Some(self.unread(below, &io_reason(&error))),
        };
        let delivery = Delivery::of(&key, self.window);
        let deeper = self.stack.last().and_then(Level::kind).filter(|_| delivery.is_none());
        let folder = print::Folder::of(&path);
        self.stack.push(Level { entries, below, delivery, deeper, id: id(&path), folder });
        None
    }

    fn path(&self, below: &Path) -> PathBuf {
        if below.as_os_str().is_empty() { self.root.absolute.clone() } else { self.root.absolute.join(below) }
    }

    fn unread(&self, below: PathBuf, why: &str) -> Met {
        Met::Unread(Found { source: self.source, below, unread: Some(why.to_owned()), ..Found::default() })
    }

    fn one(&mut self, entry: &DirEntry) -> Option<Met> {
        let level = self.stack.last()?;
        let name = entry.file_name();
        let linked = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => match std::fs::metadata(entry.path()) {
                Ok(metadata) => Some(metadata),
                // Other errors than that there is nothing say nothing of what there is.
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Some(self.no_file(level, &name, &io_reason(&error), Instead::Unknown));
                }
                Err(error) => return Some(self.no_file(level, &name, &io_reason(&error), Instead::Away)),
            },
            Ok(kind) if kind.is_dir() => return self.enter(level.below.join(name)),
            Ok(kind) if is_file(kind) => None,
            Ok(_) => return Some(self.no_file(level, &name, NO_FILE, Instead::Nothing)),
            Err(error) => return Some(self.unread(level.below.join(name), &io_reason(&error))),
        };
        match linked.as_ref().map(Metadata::file_type) {
            Some(kind) if kind.is_dir() => {
                let leads_to = id(&entry.path());
                // Without numbers of folders no circle would be noticed.
                let back = leads_to.is_none() || self.stack.iter().any(|level| level.id == leads_to);
                let below = level.below.join(&name);
                return if back {
                    Some(self.no_file(level, &name, BACK, Instead::Around))
                } else {
                    self.enter(below)
                };
            }
            Some(kind) if !is_file(kind) => {
                return Some(self.no_file(level, &name, NO_FILE, Instead::Nothing));
            }
            _ => {}
        }
        if let Some(met) = self.by_name(level, &name) {
            return Some(met);
        }
        match linked.map_or_else(|| entry.metadata(), Ok) {
            Ok(metadata) => Some(self.found(level, &name, &metadata)),
            // Gone since the folder was read: as if it had never been there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(self.unread(level.below.join(name), &io_reason(&error))),
        }
    }

    /// What is not read because of what it is called or where it lies; `None` iff it is read.
    fn by_name(&self, level: &Level, name: &OsStr) -> Option<Met> {
        match level.kind() {
            Some(Kind::LeftOut(folder)) => return Some(Met::LeftOut(folder)),
            Some(Kind::Elsewhere) => return Some(Met::Elsewhere),
            Some(Kind::Wanted) | None => {}
        }
        let below = level.below.join(name);
        if is_usual(&text(name)) && look(&self.path(&below)) == Ok(LooseContent::Nothing) {
            return Some(Met::Other(below));
        }
        // Names of folders have neither.
        if level.kind().is_none() && !text(name).contains(['.', '_']) {
            let key = with_slashes(&self.path(&below));
            match inside(&key).filter(|inside| is_folder(inside)) {
                Some(inside)
                    if !self.window.may_hold(inside) || !holds_logs(inside, self.window.has_digests()) =>
                {
                    return Some(Met::Elsewhere);
                }
                Some(_) => return Some(self.unread(below, NO_FOLDER)),
                None => {}
            }
        }
        if !is_log(&text(name)) {
            let digests = level.delivery.as_ref().is_some_and(|delivery| delivery.digests);
            if digests && text(name).ends_with(HEAD) {
                return Some(Met::Head(below));
            }
            let loss = loose::loss(&self.path(&below), &text(name), level.kind().is_some());
            return Some(match loss {
                Some(why) => self.unread(below, &why),
                None => Met::Other(below),
            });
        }
        // Whatever else it holds is found out by whoever finds out whether it is read.
        let nothing = level.deeper.is_some() && look(&self.path(&below)) == Ok(LooseContent::Nothing);
        nothing.then(|| self.unread(below, DEEPER))
    }

    fn found(&self, level: &Level, name: &OsStr, metadata: &Metadata) -> Met {
        let delivery = level.delivery.as_ref();
        let found = Found {
            source: self.source,
            size: metadata.len(),
            delivered: delivery.and_then(|delivery| delivery.delivered(&text(name))),
            tag: self.now.and_then(|now| level.folder.tag(name, metadata, now)),
            below: level.below.join(name),
            ..Found::default()
        };
        if delivery.is_some() { Met::Delivered(found) } else { Met::Loose(found) }
    }

    /// What is neither a file nor a folder is never opened. It is a loss where a log file should be, or a folder of them: nobody can
    /// tell which of both it was.
    fn no_file(&self, level: &Level, name: &OsStr, why: &str, instead: Instead) -> Met {
        match level.kind() {
            Some(Kind::LeftOut(folder)) => return Met::LeftOut(folder),
            Some(Kind::Elsewhere) => return Met::Elsewhere,
            Some(Kind::Wanted) | None => {}
        }
        let below = level.below.join(name);
        let key = with_slashes(&self.path(&below));
        let inside = inside(&key);
        match inside {
            Some(inside) if !self.window.may_hold(inside) => return Met::Elsewhere,
            Some(inside) if !holds_logs(inside, self.window.has_digests()) => return Met::Other(below),
            _ => {}
        }
        let among = match instead {
            Instead::Nothing => key.contains("/AWSLogs/"),
            Instead::Unknown => true,
            // Editors lock files so.
            Instead::Away => !text(name).starts_with(".#"),
            Instead::Around => inside.is_some_and(|inside| !inside.is_empty()),
        };
        if among || is_log(&text(name)) { self.unread(below, why) } else { Met::Other(below) }
    }
}

/// What is where a file or a folder might be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instead {
    /// Nothing that can be read to an end.
    Nothing,
    /// Nobody knows.
    Unknown,
    /// Something that is elsewhere, and not at hand: a log file, or a folder of them.
    Away,
    /// A folder that is walked anyway.
    Around,
}

/// Why nothing below it is read.
const NO_FOLDER: &str = "it is a file, and a folder of CloudTrail has that name: get the folder again";

/// Why a link is not followed.
const BACK: &str = "it is a link back to a folder that it lies in";

impl Level {
    /// What all files in it are under their keys; `None` iff CloudTrail does not deliver there, nor to a folder around it.
    fn kind(&self) -> Option<Kind> {
        self.delivery.as_ref().map(|delivery| delivery.kind).or(self.deeper)
    }
}

impl Iterator for Walk<'_> {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        loop {
            let level = self.stack.last_mut()?;
            let met = match level.entries.next() {
                None => {
                    self.stack.pop();
                    continue;
                }
                Some(Ok(entry)) => self.one(&entry),
                Some(Err(error)) => {
                    let below = level.below.clone();
                    self.stack.pop();
                    Some(self.unread(below, &io_reason(&error)))
                }
            };
            if met.is_some() {
                return met;
            }
        }
    }
}

/// The name as a text; where it is one already, which is quicker to see than to mend.
fn text(name: &OsStr) -> Cow<'_, str> {
    name.to_str().map_or_else(|| name.to_string_lossy(), Cow::Borrowed)
}

#[cfg(unix)]
fn id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Path) -> Option<(u64, u64)> {
    None
}

/// A regular file. Pipes and devices are none: reading them may never end.
fn is_file(kind: FileType) -> bool {
    kind.is_file()
}
