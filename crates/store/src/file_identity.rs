//! Which file a path leads to, so that one file is known under each of its names.

use super::atomic::led_to;
use std::path::{Path, PathBuf};

/// A file that is there, or the place where one would be made.
#[derive(Clone, Debug)]
pub struct FileIdentity {
    /// Its folder without links and dots, and its name in it; links at the end are followed.
    place: PathBuf,
    /// Its number, and that of the device it is on; `None` iff it is not there, or the system has no such numbers.
    number: Option<(u64, u64)>,
}

impl FileIdentity {
    /// `None` where neither a file nor a place for one is there, and of what is no regular file: a folder, a device, a pipe.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let Ok(metadata) = std::fs::metadata(path) else { return Self::to_be_made(path) };
        // What a descriptor leads to (`/dev/stdin`) need not have a name any more.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        metadata.is_file().then(|| FileIdentity { place, number: number(&metadata) })
    }

    fn to_be_made(path: &Path) -> Option<Self> {
        let path = led_to(path).ok()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(FileIdentity { place: folder.join(path.file_name()?), number: None })
    }

    /// True iff both are one file.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.place == other.place || self.number.is_some() && self.number == other.number
    }

    /// True iff the file is there, in this folder or in one below it.
    #[must_use]
    pub fn is_in(&self, folder: &Path) -> bool {
        self.number.is_some() && folder.canonicalize().is_ok_and(|folder| self.place.starts_with(folder))
    }
}

#[cfg(unix)]
fn number(metadata: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::FileIdentity;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    #[test]
    fn a_file_is_one_under_each_of_its_names_also_before_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("below")).unwrap();
        std::fs::write(at("there"), "").unwrap();
        std::fs::write(at("other"), "").unwrap();
        std::fs::hard_link(at("there"), at("below/hard")).unwrap();
        symlink("../there", at("below/soft")).unwrap();
        symlink("../new", at("below/dangling")).unwrap();
        let of = |name: &str| FileIdentity::of(&at(name)).unwrap();
        for name in ["there", "below/../there", "below/hard", "below/soft"] {
            assert!(of(name).is(&of("there")) && of("there").is(&of(name)), "{name}");
            assert!(!of(name).is(&of("other")) && !of(name).is(&of("new")), "{name}");
        }
        for name in ["new", "below/../new", "below/dangling"] {
            assert!(of(name).is(&of("new")) && !of(name).is(&of("newer")), "{name}");
        }
        assert!(of("below/hard").is_in(&at("below/../below")) && !of("there").is_in(&at("below")));
        // What was not there yet is the same once it is there, and what took its name is, too.
        let before = [of("new"), of("there")];
        std::fs::write(at("new"), "").unwrap();
        std::fs::rename(at("other"), at("there")).unwrap();
        assert!(before[0].is(&of("new")) && before[1].is(&of("there")));
    }

    #[test]
    fn what_is_no_file_is_none() {
        for path in ["/", "/dev/null", "/nowhere/at/all", "s3://bucket/prefix", ""] {
            assert!(FileIdentity::of(Path::new(path)).is_none(), "{path}");
        }
    }
}
