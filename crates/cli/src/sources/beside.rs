//! Files that are not read because of their names or their place: what they hold decides whether that is a loss.

use super::walk::said;
use logs::{Beginning, unread};
use std::fs::File;
use std::io;
use std::path::Path;

/// What a file is worth that nobody would read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// It holds records of CloudTrail, or is an archive that may hold some.
    Records,
    /// It does not: it was seen to be something else.
    Nothing,
    /// It may hold some: why it is not read.
    Unread(String),
}

/// # Errors
/// Why it could not be looked into.
pub(crate) fn look(path: &Path) -> Result<Beside, String> {
    let mut file = regular(path).map_err(|error| said(&error))?;
    Ok(Beside::of(logs::look(&mut file)))
}

/// Why a file is not opened that lies in a tree which anybody may have made: reading a pipe or a device may never end.
pub(crate) const NO_FILE: &str = "it is not a regular file";

/// Opens a file that nobody named, if it is a regular one, or a link to one.
///
/// # Errors
/// It is not, or cannot be opened.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other(NO_FILE));
    }
    File::open(path)
}

impl Beside {
    /// What a file is worth that is that.
    pub(super) fn of(beginning: Beginning) -> Beside {
        match beginning {
            Beginning::Records => Beside::Records,
            Beginning::Packed(what) => Beside::Unread(unread(what)),
            Beginning::Damaged(why) => Beside::Unread(why),
            Beginning::Unclear => Beside::Unread(UNCLEAR.to_owned()),
            Beginning::Other => Beside::Nothing,
        }
    }
}

const UNCLEAR: &str =
    "it begins like JSON, and no record was found as far as it was read: name it by itself, or move it away";

/// What to do about a file that lies deeper than CloudTrail delivers.
pub(super) const DEEPER: &str =
    "it lies in a folder that CloudTrail did not make, and holds no record: remove it, or name it by itself";

/// Files that systems put into every folder.
const EVERYWHERE: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// What to do about records in a file with another name than log files have.
pub(super) const MISNAMED: &str = "it may hold records, and its name is not that of a log file: name it by itself, or rename it to .json, .json.gz, .json.zst or .zip";

/// What to do about a file with a strange name where CloudTrail delivers to.
pub(super) const STRANGE: &str =
    "its name is not that of a log file (.json.gz): remove it, or name it by itself";

/// Why it is a loss that the file is not read, whose name is not that of a log file; `None` iff it is none. Where CloudTrail delivers
/// to, everything is its own, or was before somebody changed it.
pub(super) fn loss(path: &Path, name: &str, delivered_to: bool) -> Option<String> {
    match look(path) {
        Ok(Beside::Unread(why)) => Some(why),
        Ok(Beside::Records) => Some(MISNAMED.to_owned()),
        Ok(Beside::Nothing) if !delivered_to || EVERYWHERE.contains(&name) => None,
        Ok(Beside::Nothing) => Some(STRANGE.to_owned()),
        Err(why) => delivered_to.then_some(why),
    }
}
