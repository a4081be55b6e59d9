//! Temporary files that runs left over when they were killed: found beside what is written next, and removed.
//!
//! Removed is only what has a name that we give, is a regular file of the same owner, is held by no process, and has not been touched
//! for a while: between its making and its lock a file is held by nobody.

use super::ours;
use std::fs::{File, Metadata};
use std::path::Path;
use std::time::Duration;

/// What the names of our temporary files begin with.
pub(super) const PREFIX: &str = ".invoketrail-";

/// What follows the beginning: as many letters and digits.
const RANDOM: usize = 6;

/// How long a file has to be left alone.
const AGE: Duration = Duration::from_secs(60);

/// Removes what was left over in `folder`. `mine` is a file that this process has just made there: its time is the file system's
/// own now. What cannot be removed stays.
pub(super) fn remove(folder: &Path, mine: &File) {
    let (Ok(mine), Ok(entries)) = (mine.metadata(), std::fs::read_dir(folder)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.to_str().is_some_and(is_ours) {
            continue;
        }
        // Not followed where it is a link.
        let left = entry.metadata().is_ok_and(|metadata| is_left(&metadata, &mine));
        if left && is_free(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// True iff that is the name of a temporary file of ours.
pub(super) fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_left(metadata: &Metadata, mine: &Metadata) -> bool {
    let times = (metadata.modified(), mine.modified());
    let age = match times {
        (Ok(touched), Ok(now)) => now.duration_since(touched).ok(),
        _ => None,
    };
    metadata.is_file() && ours::same_owner(metadata, mine) && age.is_some_and(|age| age >= AGE)
}

/// True iff no process holds the file.
fn is_free(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::{AGE, is_ours, remove};
    use std::fs::File;
    use std::time::SystemTime;

    #[test]
    fn only_what_is_ours_old_and_of_nobody_goes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mine = File::create(at("mine")).unwrap();
        let long_ago = SystemTime::now() - AGE - AGE;
        let made = |name: &str, when: SystemTime| {
            let file = File::create(at(name)).unwrap();
            file.set_modified(when).unwrap();
            file
        };
        drop(made(".invoketrail-aB3dE6", long_ago));
        drop(made(".invoketrail-young1", SystemTime::now()));
        let held = made(".invoketrail-held11", long_ago);
        held.lock().unwrap();
        let foreign = [".invoketrail-toolong", ".invoketrail-a.json", "invoketrail-aB3dE6", "inventory.json"];
        for name in foreign {
            drop(made(name, long_ago));
        }
        std::fs::create_dir(at(".invoketrail-folder")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(at("inventory.json"), at(".invoketrail-link11")).unwrap();
        let before = std::fs::read_dir(folder.path()).unwrap().count();
        remove(folder.path(), &mine);
        assert!(!at(".invoketrail-aB3dE6").exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before - 1, "nothing else went");
        drop(held);
        remove(folder.path(), &mine);
        assert!(!at(".invoketrail-held11").exists(), "its process has ended");
    }

    #[test]
    fn the_name_is_the_one_that_is_given() {
        let file = tempfile::Builder::new().prefix(super::PREFIX).tempfile().unwrap();
        assert!(is_ours(file.path().file_name().unwrap().to_str().unwrap()));
    }
}
