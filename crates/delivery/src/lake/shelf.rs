//! Where a lake is: a folder or a prefix of a bucket; its files listed, read, and written so that no reader sees half of one.

mod bucket;

use crate::door::Door;
use crate::sources::{Refusal, io_reason};
use aws::{ObjectError, ObjectTrouble};
use bucket::{Bucket, get};
use logs::{hex, sha256};
use std::path::PathBuf;
use std::sync::Arc;
use store::LakeFolder;
use tokio::task::JoinHandle;

/// Bytes of a file of a lake at most: ours are about 200 MB.
const LARGEST: u64 = 1 << 30;

/// Where a lake is, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LakePlace {
    /// A folder.
    Folder(PathBuf),
    /// `s3://BUCKET/PREFIX`
    Objects {
        /// The bucket.
        bucket: String,
        /// What keys begin with, a slash at its end; empty for all of them.
        prefix: String,
    },
}

impl LakePlace {
    /// `None` iff it is an `s3://` without a bucket.
    #[must_use]
    pub fn of(typed: &str) -> Option<LakePlace> {
        let Some(rest) = typed.strip_prefix("s3://") else {
            return Some(LakePlace::Folder(PathBuf::from(typed)));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        (!bucket.is_empty()).then(|| LakePlace::Objects { bucket: bucket.to_owned(), prefix })
    }

    /// True iff AWS has to be asked.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        matches!(self, LakePlace::Objects { .. })
    }
}

/// A file of the lake could not be listed, read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {why}")]
pub struct LakeError {
    /// Its name, or that of the folder.
    pub name: String,
    /// Why, in words.
    pub why: String,
    /// What to do about it.
    pub help: Option<String>,
    /// True iff others wrote another file meanwhile.
    pub changed: bool,
}

impl LakeError {
    pub(super) fn new(name: String, why: &str) -> LakeError {
        LakeError { name, why: why.to_owned(), help: None, changed: false }
    }

    /// Somebody else has written the folder since it was looked at.
    fn overtaken(name: String) -> LakeError {
        let why = "another `lake write` wrote this folder meanwhile, from other log files or with other flags. It stays as that one wrote it. \
                   Run the same command again";
        LakeError { changed: true, ..LakeError::new(name, why) }
    }

    fn of(name: String, error: &ObjectError) -> LakeError {
        let Refusal { why, help } = Refusal::of(error);
        LakeError { name, why, help, changed: error.trouble == ObjectTrouble::Changed }
    }
}

/// A file that a listing shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path below the lake.
    pub(super) path: String,
    /// Bytes.
    pub(super) size: u64,
    pub(super) is_link: bool,
}

/// See the module.
#[derive(Clone)]
pub(super) struct Shelf<'a> {
    place: LakePlace,
    door: Option<&'a Door>,
}

/// Files that belong together: those that are written first, and the one that says it is done. Between both, files of ours go that an
/// earlier writing left in these folders, and that this one does not have.
#[derive(Clone, Debug, Default)]
pub(super) struct Commit {
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) folders: Vec<String>,
    pub(super) last: (String, Vec<u8>),
    /// The stamp of the last file as it was when the writing began; `None` iff there was none. Where it is another now, somebody else has
    /// written these files meanwhile, and they stay.
    pub(super) over: Option<String>,
}

impl Commit {
    /// The paths among these that are not of this commit, and have names that we give to files.
    fn stale(&self, there: impl Iterator<Item = String>) -> Vec<String> {
        there.filter(|path| is_part(path) && self.files.iter().all(|(known, _)| known != path)).collect()
    }
}

/// True iff a file has a name that we give to files of tables: writing its folder anew removes it, where it is of an earlier writing.
pub(super) fn is_part(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("part-") && name.ends_with(".parquet")
}

/// A file of a lake as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamped {
    pub(super) bytes: Vec<u8>,
    /// Of other bytes it is another: the entity tag of an object, the hash of a file.
    pub(super) stamp: String,
}

impl Stamped {
    fn local(bytes: Vec<u8>) -> Stamped {
        Stamped { stamp: hex(&sha256(&bytes)), bytes }
    }
}

/// A file of a bucket that is being read.
pub(super) type Reading = JoinHandle<Result<Option<Stamped>, LakeError>>;

/// A commit under way.
pub(super) type Flight = JoinHandle<Result<(), LakeError>>;

impl<'a> Shelf<'a> {
    /// A bucket needs a door.
    pub(super) fn new(place: &LakePlace, door: Option<&'a Door>) -> Shelf<'a> {
        Shelf { place: place.clone(), door }
    }

    pub(super) fn name(&self, path: &str) -> String {
        match &self.place {
            LakePlace::Folder(folder) => LakeFolder::new(folder).name(path),
            LakePlace::Objects { bucket, prefix } => format!("s3://{bucket}/{prefix}{path}"),
        }
    }

    /// Nothing here is a lake, though one was named.
    pub(super) fn no_lake(&self) -> LakeError {
        let why = match &self.place {
            LakePlace::Folder(folder) if !folder.exists() => {
                "there is no lake, because there is no such folder"
            }
            _ => "there is no lake, because no folder in it has a manifest",
        };
        let help = "`invoketrail lake write SOURCE --to FOLDER` writes a lake out of delivered log files";
        LakeError { help: Some(help.to_owned()), ..LakeError::new(self.name(""), why) }
    }

    fn remote(&self) -> Result<(&'a Door, &str, &str), LakeError> {
        match (&self.place, self.door) {
            (LakePlace::Objects { bucket, prefix }, Some(door)) => Ok((door, bucket, prefix)),
            _ => Err(LakeError::new(self.name(""), "AWS was not asked")),
        }
    }

    /// True iff it is a bucket, whose requests take their time.
    pub(super) fn is_remote(&self) -> bool {
        self.place.is_remote()
    }

    /// All files below that folder, sorted.
    pub(super) fn list(&self, below: &str) -> Result<Vec<Entry>, LakeError> {
        if let LakePlace::Folder(folder) = &self.place {
            let listed = LakeFolder::new(folder).list(below);
            let listed = listed.map_err(|error| LakeError::new(self.name(below), &io_reason(&error)))?;
            return Ok(listed
                .into_iter()
                .map(|file| Entry { path: file.path, size: file.size, is_link: file.is_link })
                .collect());
        }
        let mut listed = self.list_each(&[below.to_owned()])?;
        Ok(listed.pop().unwrap_or_default())
    }

    /// The same of several folders; of a bucket they are listed at the same time.
    pub(super) fn list_each(&self, below: &[String]) -> Result<Vec<Vec<Entry>>, LakeError> {
        if !self.is_remote() {
            return below.iter().map(|below| self.list(below)).collect();
        }
        let (door, bucket, prefix) = self.remote()?;
        let aws = Arc::clone(&door.aws);
        let prefixes: Vec<String> = below.iter().map(|below| format!("{prefix}{below}")).collect();
        let pages = door.wait(async move {
            let list = async |below: &String| aws.objects().list(bucket, below, None, false).all().await;
            futures_util::future::join_all(prefixes.iter().map(list)).await
        });
        let entries = |page: aws::Page| {
            let entries = page.entries.into_iter().filter_map(|one| {
                let path = one.key.strip_prefix(prefix)?.to_owned();
                // What consoles make where somebody makes a folder.
                (!path.ends_with('/')).then_some(Entry { path, size: one.size, is_link: false })
            });
            entries.collect()
        };
        let failed = |error: ObjectError| LakeError::of(self.name(""), &error);
        pages.into_iter().map(|page| page.map(entries).map_err(failed)).collect()
    }

    /// Removes what writers that were killed left over in a folder; of a bucket nothing is ever left over.
    pub(super) fn tidy(&self, below: &str) {
        if let LakePlace::Folder(folder) = &self.place {
            LakeFolder::new(folder).tidy(below);
        }
    }

    /// The bytes of a file; `None` iff there is none.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, LakeError> {
        if let LakePlace::Folder(folder) = &self.place {
            let read = LakeFolder::new(folder).read(path, LARGEST);
            return read.map_err(|error| LakeError::new(self.name(path), &io_reason(&error)));
        }
        let (door, bucket, prefix) = self.remote()?;
        let (key, aws) = (format!("{prefix}{path}"), Arc::clone(&door.aws));
        let read = door.wait(async move { get(&aws, bucket, &key).await });
        read.map(|found| found.map(|(bytes, _)| bytes))
            .map_err(|error| LakeError::of(self.name(path), &error))
    }

    /// Begins to read a file of a bucket; of a folder nothing is begun.
    pub(super) fn start(&self, path: &str) -> Option<Reading> {
        let (door, bucket, prefix) = self.remote().ok()?;
        let (key, aws, bucket) = (format!("{prefix}{path}"), Arc::clone(&door.aws), bucket.to_owned());
        let name = self.name(path);
        Some(door.spawn(async move {
            let found = get(&aws, &bucket, &key).await.map_err(|error| LakeError::of(name, &error))?;
            Ok(found.map(|(bytes, stamp)| Stamped { bytes, stamp }))
        }))
    }

    /// What [`Shelf::start`] began; else the file is read now.
    pub(super) fn landed(&self, begun: Option<Reading>, path: &str) -> Result<Option<Stamped>, LakeError> {
        match (begun, self.door) {
            (Some(reading), Some(door)) => {
                let broken = |_| LakeError::new(self.name(path), "reading it broke off");
                door.wait(reading).map_err(broken)?
            }
            _ => Ok(self.read(path)?.map(Stamped::local)),
        }
    }

    /// Writes what belongs together. Of a bucket it goes on while others work: it is done when the flight has landed.
    pub(super) fn commit(&self, commit: Commit) -> Result<Option<Flight>, LakeError> {
        if let LakePlace::Folder(folder) = &self.place {
            return self.commit_here(&LakeFolder::new(folder), &commit).map(|()| None);
        }
        let (door, bucket, prefix) = self.remote()?;
        let there =
            Bucket { aws: Arc::clone(&door.aws), bucket: bucket.to_owned(), prefix: prefix.to_owned() };
        Ok(Some(door.spawn(async move { there.commit(&commit).await })))
    }

    fn commit_here(&self, folder: &LakeFolder, commit: &Commit) -> Result<(), LakeError> {
        let failed = |path: &str, error: &std::io::Error| LakeError::new(self.name(path), &io_reason(error));
        let (path, bytes) = &commit.last;
        // Held until the last file is written.
        let _held = folder.hold(path).map_err(|error| failed(path, &error))?;
        let there = self.read(path)?;
        let as_it_was = there.as_ref().map(|bytes| hex(&sha256(bytes))) == commit.over;
        if !as_it_was && there.as_ref() != Some(bytes) {
            return Err(LakeError::overtaken(self.name(path)));
        }
        for (path, bytes) in &commit.files {
            folder.write(path, bytes).map_err(|error| failed(path, &error))?;
        }
        for below in &commit.folders {
            let there = folder.list(below).map_err(|error| failed(below, &error))?;
            for path in commit.stale(there.into_iter().map(|file| file.path)) {
                folder.remove(&path).map_err(|error| failed(&path, &error))?;
            }
        }
        folder.write(path, bytes).map_err(|error| failed(path, &error))
    }

    /// Waits for a commit.
    pub(super) fn land(&self, flight: Flight) -> Result<(), LakeError> {
        let Some(door) = self.door else { return Ok(()) };
        let broken = |_| LakeError::new(self.name(""), "writing broke off");
        door.wait(flight).map_err(broken)?
    }
}
