//! Files that are wanted soon: the system reads them while others are looked at. `unsafe` stands here and nowhere near.

#![allow(unsafe_code, reason = "two C functions: the standard library has no word for them")]

use std::path::PathBuf;

/// Asks the system to read these files, and does not wait for it; iff the one in the middle is not in memory: where all of them are,
/// asking would only cost. What cannot be opened is left to whoever reads it. Without glibc this does nothing.
pub fn read_ahead(paths: &[PathBuf]) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    linux::read_ahead(paths);
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = paths;
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux {
    use std::fs::{File, OpenOptions};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};

    pub(super) fn read_ahead(paths: &[PathBuf]) {
        let middle = paths.get(paths.len() / 2).and_then(|path| open(path));
        if middle.is_some_and(|file| is_in_memory(&file)) {
            return;
        }
        for file in paths.iter().filter_map(|path| open(path)) {
            // SAFETY: takes numbers, and the file is open.
            unsafe {
                libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_WILLNEED);
            }
        }
    }

    /// Somebody may have put a pipe where a file was: it is not waited for.
    fn open(path: &Path) -> Option<File> {
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).ok()
    }

    /// False iff its first byte has to come from the disk.
    pub(super) fn is_in_memory(file: &File) -> bool {
        let mut byte = [0_u8];
        let to = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
        // SAFETY: `to` is one buffer of one byte, which outlives the call; the file is open.
        let read = unsafe { libc::preadv2(file.as_raw_fd(), &raw const to, 1, 0, libc::RWF_NOWAIT) };
        // A file system that cannot say so is not asked again.
        read >= 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::EAGAIN)
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::linux::is_in_memory;
    use super::read_ahead;
    use std::fs::File;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_was_just_written_is_in_memory_and_nothing_is_waited_for() {
        let folder = std::env::temp_dir().join(format!("invoketrail-ahead-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name);
        std::fs::write(path("a"), "a").unwrap();
        std::fs::write(path("empty"), "").unwrap();
        let _ = symlink(path("nowhere"), path("link"));
        assert!(
            is_in_memory(&File::open(path("a")).unwrap())
                && is_in_memory(&File::open(path("empty")).unwrap())
        );
        read_ahead(&[path("a"), path("missing"), path("link"), folder.clone()]);
        read_ahead(&[path("missing"), path("missing"), path("a")]);
        read_ahead(&[]);
        assert_eq!(std::fs::read(path("a")).unwrap(), b"a");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
