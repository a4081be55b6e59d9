//! Where delivered log files come from: folders, single files, stdin and buckets; looked over first, then read by several threads.
//!
//! A folder is walked, not listed: a million names would take more memory than reading all of their files. So a survey
//! counts and hashes every file that the question concerns, keeps them if they are few, and walks again if they are many.

mod ahead;
mod feed;
mod file;
mod flights;
mod listing;
mod loose;
mod objects;
mod print;
mod refusal;
mod side_by_side;
mod survey;
mod trails;
mod walk;
mod window;

#[cfg_attr(
    not(feature = "lake"),
    expect(unused_imports, reason = "only what writes lakes reads files in its own order")
)]
pub(crate) use ahead::{Ahead, read_ahead};
pub(crate) use feed::{Feed, NO_TAG};
pub(crate) use file::{io_reason, read_whole, regular};
pub(crate) use listing::{Listing, list_all};
pub(crate) use loose::{LooseContent, look};
pub use objects::Unlisted;
pub(crate) use objects::{survey_objects, tag_of};
pub use refusal::Refusal;
pub(crate) use side_by_side::{WAITERS, side_by_side, side_by_side_at_most};
pub(crate) use survey::{Survey, survey};
pub use trails::{Trails, delivered_by};
pub(crate) use trails::{delivers, live};
pub(crate) use walk::{Met, Open, Walk};
pub(crate) use window::Kind;
pub use window::Window;

use crate::layout::with_slashes;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One source as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// `-`
    Stdin,
    /// A folder.
    Folder(Root),
    /// A file named by itself.
    File(PathBuf),
    /// `s3://bucket/prefix`
    Objects {
        /// The bucket.
        bucket: String,
        /// What keys begin with; empty for all of them.
        prefix: String,
    },
    /// Where log files were that a lake was written from, as the lake says.
    Lake(String),
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// As typed: what names of files in it begin with.
    pub(crate) typed: PathBuf,
    /// The same from the root of the file system, without links: what files are known by.
    pub(crate) absolute: PathBuf,
}

/// What was found of one file, or of a folder that could not be looked into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Which of the sources it is in.
    pub(crate) source: usize,
    /// Its path below that source; empty for stdin and for files named by themselves.
    pub(crate) below: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// When it was delivered, as its name says.
    pub(crate) delivered: Option<i64>,
    /// Which file it is, and in which state; `None` iff it may change without a trace, so that nothing may be kept of it.
    pub(crate) tag: Option<logs::scan::Tag>,
    /// Why nothing can be had of it.
    pub(crate) unread: Option<String>,
    /// Its place in the list that it is from, if there is one.
    pub(crate) number: usize,
}

/// Why what was typed is no source.
#[derive(Debug, thiserror::Error)]
pub enum NotASource {
    /// An `s3://` without a bucket.
    #[error("{typed} names no bucket")]
    NoBucket {
        /// As it was typed.
        typed: String,
    },
    /// There is nothing that can be read.
    #[error("cannot read {typed}: {error}")]
    Unreadable {
        /// As it was typed.
        typed: String,
        /// What the file system says.
        error: io::Error,
    },
}

/// The sources that were typed.
///
/// # Errors
/// No such path, or no bucket in an `s3://`.
pub fn log_sources(typed: &[String]) -> Result<Vec<LogSource>, NotASource> {
    typed.iter().map(|one| log_source(one)).collect()
}

fn log_source(typed: &str) -> Result<LogSource, NotASource> {
    if typed == "-" {
        return Ok(LogSource::Stdin);
    }
    if let Some(rest) = typed.strip_prefix("s3://") {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(NotASource::NoBucket { typed: typed.to_owned() });
        }
        return Ok(LogSource::Objects { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
    }
    let path = PathBuf::from(typed);
    let unreadable = |error| NotASource::Unreadable { typed: typed.to_owned(), error };
    let metadata = std::fs::metadata(&path).map_err(unreadable)?;
    if !metadata.is_dir() {
        return Ok(LogSource::File(path));
    }
    let absolute = path.canonicalize().map_err(unreadable)?;
    Ok(LogSource::Folder(Root { typed: path, absolute }))
}

fn home_at(path: &Path) -> Option<logs::Home> {
    logs::Home::of(with_slashes(path).trim_end_matches('/'))
}

impl LogSource {
    /// Bucket and prefix; `None` iff it does not lie in S3.
    pub(crate) fn bucket(&self) -> Option<(&str, &str)> {
        match self {
            LogSource::Objects { bucket, prefix } => Some((bucket, prefix)),
            _ => None,
        }
    }

    /// True iff it is a folder without any file that has the name of a log file: not one of them is to be read.
    #[must_use]
    pub fn is_barren(&self) -> bool {
        let LogSource::Folder(root) = self else { return false };
        let window = Window::of(&logs::Filter::default()).with_digests();
        let (walk, first) = Walk::new(0, root, &window, None::<std::time::Duration>);
        first.into_iter().chain(walk).all(|met| matches!(met, Met::Other(_)))
    }

    /// When the first and the last of all log files of a folder were delivered, as their names say; `None` iff it is none, or none says so.
    #[must_use]
    pub fn delivered(&self) -> Option<Range<i64>> {
        let LogSource::Folder(root) = self else { return None };
        let window = Window::of(&logs::Filter::default());
        let (walk, first) = Walk::new(0, root, &window, None::<std::time::Duration>);
        let times = first.into_iter().chain(walk).filter_map(|met| match met {
            Met::Delivered(found) => found.delivered,
            _ => None,
        });
        times.fold(None, |span: Option<Range<i64>>, at| {
            Some(span.map_or(at..at, |span| span.start.min(at)..span.end.max(at)))
        })
    }

    /// The file, iff one was named by itself.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        if let LogSource::File(path) = self { Some(path) } else { None }
    }

    /// As it was typed.
    #[must_use]
    pub fn typed(&self) -> String {
        match self {
            LogSource::Stdin => "-".to_owned(),
            LogSource::File(path) => path.to_string_lossy().into_owned(),
            LogSource::Folder(root) => root.typed.to_string_lossy().into_owned(),
            LogSource::Objects { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
            LogSource::Lake(typed) => typed.clone(),
        }
    }

    /// Whose folder the file lies in, where CloudTrail delivers to one.
    pub(crate) fn home(&self, below: &Path) -> Option<logs::Home> {
        match self {
            LogSource::Stdin => None,
            LogSource::Objects { .. } | LogSource::Lake(_) => logs::Home::of(&below.to_string_lossy()),
            LogSource::Folder(root) => home_at(&root.absolute.join(below)),
            LogSource::File(path) => home_at(path).or_else(|| home_at(&path.canonicalize().ok()?)),
        }
    }

    /// What the file is called in answers: its path as a person would type it.
    pub(crate) fn name(&self, below: &Path) -> String {
        match self {
            LogSource::Stdin => "stdin".to_owned(),
            LogSource::File(path) => path.to_string_lossy().into_owned(),
            LogSource::Folder(root) if below.as_os_str().is_empty() => {
                root.typed.to_string_lossy().into_owned()
            }
            LogSource::Folder(root) => {
                let path = root.typed.join(below).into_os_string().into_string();
                path.unwrap_or_else(|path| path.to_string_lossy().into_owned())
            }
            LogSource::Objects { bucket, .. } => format!("s3://{bucket}/{}", below.to_string_lossy()),
            LogSource::Lake(_) => below.to_string_lossy().into_owned(),
        }
    }
}
