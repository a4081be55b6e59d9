//! Files that are not read because of their names or their place: what they hold decides whether that is a loss.

use super::walk::said;
use logs::{BEGINNING, Beginning, beginning, unread};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What a file is worth that nobody would read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// It holds records of CloudTrail, or is an archive that may hold some.
    Records,
    /// It does not, as far as its first bytes tell.
    Nothing,
    /// It may hold some.
    Packed(&'static str),
}

/// # Errors
/// Why it could not be looked into.
pub(crate) fn look(path: &Path) -> Result<Beside, String> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BEGINNING as u64).read_to_end(&mut head));
    read.map_err(|error| said(&error))?;
    Ok(Beside::of(&head))
}

impl Beside {
    /// What a file is worth that begins like that.
    pub(super) fn of(head: &[u8]) -> Beside {
        match beginning(head) {
            Beginning::Records => Beside::Records,
            Beginning::Packed(what) => Beside::Packed(what),
            Beginning::Other => Beside::Nothing,
        }
    }
}

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
        Ok(Beside::Packed(what)) => Some(unread(what)),
        Ok(Beside::Records) => Some(MISNAMED.to_owned()),
        Ok(Beside::Nothing) if !delivered_to || EVERYWHERE.contains(&name) => None,
        Ok(Beside::Nothing) => Some(STRANGE.to_owned()),
        Err(why) => delivered_to.then_some(why),
    }
}
