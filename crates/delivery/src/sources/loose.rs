//! Files that are not read because of their names or their place: what they hold decides whether that is a loss.

use super::file::{io_reason, regular};
use logs::{Beginning, is_log_file, unread};
use std::io;
use std::path::Path;

/// What a file is worth that nobody would read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LooseContent {
    /// It holds records of CloudTrail, or is an archive that may hold some.
    Records,
    /// It does not: it was seen to be something else.
    Nothing,
    /// It may hold some: why it is not read.
    Unread(String),
}

/// # Errors
/// Why it could not be looked into.
pub(crate) fn look(path: &Path) -> Result<LooseContent, String> {
    let mut file = regular(path).map_err(|error| io_reason(&error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(LooseContent::of(logs::look(&mut file)).named(&name))
}

impl LooseContent {
    /// What a file is worth that is that.
    pub(super) fn of(beginning: Beginning) -> LooseContent {
        match beginning {
            Beginning::Records => LooseContent::Records,
            Beginning::Packed(what) => LooseContent::Unread(unread(what)),
            Beginning::Damaged(why) => LooseContent::Unread(why),
            Beginning::Unclear => LooseContent::Unread(UNCLEAR.to_owned()),
            Beginning::Other => LooseContent::Nothing,
        }
    }

    /// The same, where the file has that name or key: under the name of a log file, nothing is a loss.
    pub(super) fn named(self, name: &str) -> LooseContent {
        if self == LooseContent::Nothing && is_log_file(name) {
            LooseContent::Unread(HOLLOW.to_owned())
        } else {
            self
        }
    }
}

const UNCLEAR: &str =
    "it begins like JSON, and no record was found as far as it was read: name it by itself, or move it away";

/// What to do about a file that lies deeper than CloudTrail delivers.
pub(super) const DEEPER: &str =
    "it lies in a folder that CloudTrail did not make, and holds no record: remove it, or name it by itself";

const HOLLOW: &str =
    "it has the name of a log file, and no record was found in it: get it again, or move it away";

/// Files that systems put into every folder.
const EVERYWHERE: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// True iff files of that name lie everywhere and hold no records, as long as nothing is found in them: those of systems, what macOS
/// keeps of each file (`._name`), and what people write about a folder.
pub(super) fn is_usual(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    EVERYWHERE.contains(&name) || name.starts_with("._") || stem.eq_ignore_ascii_case("readme")
}

/// What to do about records in a file with another name than log files have.
pub(super) const MISNAMED: &str = "it may hold records, and its name is not that of a log file: name it by itself, or rename it to .json, .json.gz, .json.zst or .zip";

/// What to do about a file with a strange name where CloudTrail delivers to.
pub(super) const STRANGE: &str =
    "its name is not that of a log file (.json.gz): remove it, or name it by itself";

/// Why it is a loss that the file is not read, whose name is not that of a log file; `None` iff it is none. Where CloudTrail delivers
/// to, everything is its own, or was before somebody changed it.
pub(super) fn loss(path: &Path, name: &str, delivered_to: bool) -> Option<String> {
    match look(path) {
        Ok(LooseContent::Unread(why)) => Some(why),
        Ok(LooseContent::Records) => Some(MISNAMED.to_owned()),
        Ok(LooseContent::Nothing) if !delivered_to || is_usual(name) => None,
        Ok(LooseContent::Nothing) => Some(STRANGE.to_owned()),
        Err(why) => unseen(path, name, why),
    }
}

/// Nobody knows what it holds; gone since the folder was read, it is as if it had never been there.
fn unseen(path: &Path, name: &str, why: String) -> Option<String> {
    let is_gone = std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    (!is_gone && !is_usual(name)).then_some(why)
}

#[cfg(test)]
mod tests {
    use super::{LooseContent, is_usual, loss, unseen};

    /// Whoever runs tests as root may look into everything: so the answer is tried, not the question.
    #[test]
    fn what_cannot_be_looked_into_is_a_loss_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json.bak");
        std::fs::write(&path, "x").unwrap();
        assert_eq!(
            unseen(&path, "x.json.bak", "permission denied".to_owned()).as_deref(),
            Some("permission denied")
        );
        assert_eq!(unseen(&path, ".DS_Store", "permission denied".to_owned()), None);
        assert_eq!(loss(&folder.path().join("gone.bak"), "gone.bak", true), None);
    }

    #[test]
    fn a_name_of_a_log_file_makes_a_loss_of_nothing() {
        let name = "111122223333_CloudTrail_us-east-1_20260301T1000Z_GGGGGGGGGGGGGGGG.json.gz";
        for lost in [name.to_owned(), format!("a/{name}.bak"), name.replace(".json.gz", "")] {
            assert!(matches!(LooseContent::Nothing.named(&lost), LooseContent::Unread(_)), "{lost}");
        }
        for left_out in
            ["a.json.gz", "111122223333_CloudTrail-Digest_us-east-1_20260301T1000Z_G", &format!("._{name}")]
        {
            assert_eq!(LooseContent::Nothing.named(left_out), LooseContent::Nothing, "{left_out}");
        }
        assert!(
            is_usual("README") && is_usual("ReadMe.txt") && is_usual("._x.json.gz") && !is_usual("x.json.gz")
        );
    }
}
