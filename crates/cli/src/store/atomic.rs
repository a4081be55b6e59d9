//! A file is either written whole or left as it was.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file such that no reader ever sees half of it: into a new file in the same folder, which is flushed to the
/// disk and then takes the name. Where anything fails, what stood at `path` stands there still.
///
/// A symbolic link is followed: the file it leads to is replaced, and the link stays a link. What is no regular file, such
/// as `/dev/stdout` or a named pipe, cannot be replaced and is written to directly.
///
/// # Errors
/// Whatever the file system says, or what `write` returns.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let metadata = std::fs::metadata(path).ok();
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return out.flush();
    }
    let target = if metadata.is_some() { path.canonicalize()? } else { path.to_owned() };
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".invoketrail-");
    set_permissions(&mut builder, metadata.as_ref());
    let file = builder.tempfile_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// The new file may be read by whoever could read the old one; a new name gets what the user's mask leaves of `rw-rw-rw-`.
#[cfg(unix)]
fn set_permissions(builder: &mut tempfile::Builder<'_, '_>, old: Option<&std::fs::Metadata>) {
    use std::os::unix::fs::PermissionsExt;
    let fresh = || std::fs::Permissions::from_mode(0o666);
    builder.permissions(old.map_or_else(fresh, std::fs::Metadata::permissions));
}

#[cfg(not(unix))]
fn set_permissions(_: &mut tempfile::Builder<'_, '_>, _: Option<&std::fs::Metadata>) {}

#[cfg(test)]
mod tests {
    use super::write_atomically;
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
}
