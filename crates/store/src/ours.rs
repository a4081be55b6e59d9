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

/// Makes a folder, and those it lies in, that only its owner may look into.
///
/// # Errors
/// Whatever the file system says.
#[cfg(unix)]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes a folder, and those it lies in.
///
/// # Errors
/// Whatever the file system says.
#[cfg(not(unix))]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Why a file cannot be relied upon as our own: another user owns it or its folder, or may write either, members of its group too.
/// `None` iff it can, or is not there yet.
#[cfg(unix)]
pub(super) fn foreign(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    const OTHERS_WRITE: u32 = 0o022;
    const SUPERUSER: u32 = 0;
    // A file that we make is ours: its owner is who we are.
    let me = tempfile::tempfile().and_then(|file| file.metadata()).ok()?;
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mode = |of: &Metadata| of.mode() & 0o7777;
    if let Ok(file) = std::fs::metadata(&path) {
        if !same_owner(&file, &me) {
            return Some(format!("user {} owns it", file.uid()));
        }
        if file.mode() & OTHERS_WRITE != 0 {
            return Some(format!("other users may write it (mode {:o})", mode(&file)));
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::metadata(folder).ok()?;
    if !same_owner(&folder, &me) && folder.uid() != SUPERUSER {
        return Some(format!("user {} owns its folder", folder.uid()));
    }
    // Where files cannot be exchanged (the sticky bit), others may still put one beside it that the database goes by.
    (folder.mode() & OTHERS_WRITE != 0)
        .then(|| format!("other users may put files into its folder (mode {:o})", mode(&folder)))
}

#[cfg(not(unix))]
pub(super) fn foreign(_: &Path) -> Option<String> {
    None
}
