//! Whose a file is, and who may write it.

use std::fs::{Metadata, OpenOptions};
use std::path::Path;

/// True iff both files have one owner; where there are no owners, always.
#[cfg(unix)]
pub(super) fn same_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
pub(super) fn same_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Opens files such that new ones can be read and written by their owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Why a file cannot be relied upon as our own: another user owns it or may write it, or may exchange it. `None` iff it can, or is not
/// there yet.
#[cfg(unix)]
pub(super) fn foreign(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    const OTHERS_WRITE: u32 = 0o022;
    const ALL_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    // A file that we make is ours: its owner is who we are.
    let me = tempfile::tempfile().and_then(|file| file.metadata()).ok()?;
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Ok(file) = std::fs::metadata(&path) {
        if !same_owner(&file, &me) {
            return Some(format!("user {} owns it", file.uid()));
        }
        if file.mode() & OTHERS_WRITE != 0 {
            return Some(format!("other users may write it (mode {:o})", file.mode() & 0o7777));
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::metadata(folder).ok()?;
    let exchanged = folder.mode() & ALL_WRITE != 0 && folder.mode() & STICKY == 0;
    exchanged
        .then(|| format!("every user may exchange files in its folder (mode {:o})", folder.mode() & 0o7777))
}

#[cfg(not(unix))]
pub(super) fn foreign(_: &Path) -> Option<String> {
    None
}
