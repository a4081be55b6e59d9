//! A file is either written whole or left as it was.

use super::leftovers;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file such that no reader ever sees half of it: into a new file in the same folder, which is flushed to the
/// disk and then takes the name. Where anything fails, what stood at `path` stands there still.
///
/// A symbolic link is followed: the file it leads to is replaced or made, and the link stays a link. What is no regular file, such
/// as `/dev/stdout` or a named pipe, cannot be replaced and is written to directly. A new file gets what the user's mask leaves of
/// `rw-rw-rw-`. What a run that was killed left over in the folder is removed.
///
/// # Errors
/// Whatever the file system says, or what `write` returns.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    written(path, 0o666, write)
}

/// As [`write_atomically`]; a new file can be read and written by its owner alone. For what names accounts, functions and ways in.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_privately(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    written(path, 0o600, write)
}

fn written(path: &Path, mode: u32, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let metadata = std::fs::metadata(path).ok();
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return out.flush();
    }
    let (target, folder) = target(path, metadata.is_some())?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftovers::PREFIX);
    set_permissions(&mut builder, metadata.as_ref(), mode);
    let file = builder.tempfile_in(&folder)?;
    // Held as long as we live: what nobody holds was left over. A file system without locks goes without.
    let _ = file.as_file().try_lock();
    leftovers::remove(&folder, file.as_file());
    let mut out = BufWriter::with_capacity(1 << 20, file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// The file that is to be written, at the end of links, and its folder.
fn target(path: &Path, exists: bool) -> io::Result<(PathBuf, PathBuf)> {
    let target = if exists { path.canonicalize()? } else { led_to(path)? };
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    Ok((target, folder))
}

/// Finds out whether the file could be written, and changes nothing.
///
/// # Errors
/// What the file system would say.
pub fn can_write(path: &Path) -> io::Result<()> {
    let metadata = std::fs::metadata(path).ok();
    match metadata {
        Some(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Some(metadata) if !metadata.is_file() => Ok(()),
        metadata => {
            let (_, folder) = target(path, metadata.is_some())?;
            tempfile::Builder::new().prefix(leftovers::PREFIX).tempfile_in(folder).map(drop)
        }
    }
}

/// Links that lead to one another; more would be a circle.
const LINKS: usize = 40;

/// Where a file is to be made: at the end of links that lead to nothing yet.
pub(super) fn led_to(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match std::fs::read_link(&path) {
            Ok(link) => path = path.parent().unwrap_or(Path::new("")).join(link),
            // Nothing is there, or no link.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its symbolic links lead in a circle"))
}

/// The new file may be read by whoever could read the old one; a new name gets what the user's mask leaves of `mode`.
#[cfg(unix)]
fn set_permissions(builder: &mut tempfile::Builder<'_, '_>, old: Option<&std::fs::Metadata>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let fresh = || std::fs::Permissions::from_mode(mode);
    builder.permissions(old.map_or_else(fresh, std::fs::Metadata::permissions));
}

#[cfg(not(unix))]
fn set_permissions(_: &mut tempfile::Builder<'_, '_>, _: Option<&std::fs::Metadata>, _: u32) {}

#[cfg(test)]
mod tests {
    use super::{write_atomically, write_privately};
    use std::io;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.json");
        write_atomically(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write_atomically(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.json");
        for text in ["one", "two"] {
            write_atomically(&path, |out| out.write_all(text.as_bytes())).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("inventory.json");
        assert_eq!(write_atomically(&path, |_| Ok(())).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_atomically(&link, |out| out.write_all(b"new")).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_to_nothing_stays_one_and_its_end_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("below")).unwrap();
        std::os::unix::fs::symlink("below/link", at("first")).unwrap();
        std::os::unix::fs::symlink("../real", at("below/link")).unwrap();
        write_atomically(&at("first"), |out| out.write_all(b"new")).unwrap();
        assert!(std::fs::symlink_metadata(at("first")).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(at("real")).unwrap(), "new");
        std::os::unix::fs::symlink("missing/x", at("nowhere")).unwrap();
        assert!(write_atomically(&at("nowhere"), |_| Ok(())).is_err());
        std::os::unix::fs::symlink("circle", at("circle")).unwrap();
        assert!(write_atomically(&at("circle"), |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_private_file_is_its_owners_and_an_old_one_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        write_privately(&path, |_| Ok(())).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        write_privately(&path, |_| Ok(())).unwrap();
        assert_eq!(mode(), 0o640);
    }
}
