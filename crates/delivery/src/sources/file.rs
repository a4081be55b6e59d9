//! Files that lie in a tree which anybody may have made: opened only if they end, read only as far as there is room.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

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

/// What the file system says, without the number that means nothing to most people.
pub(crate) fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// All of a file that was opened; see [`read_into`].
///
/// # Errors
/// It could not be opened, cannot be read, or is too large.
pub(super) fn read_file(file: io::Result<File>, size: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    read_into(file?, size, bytes)
}

/// All of an opened file.
///
/// # Errors
/// It cannot be read, or is too large.
pub(crate) fn read_whole(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_into(file, 0, &mut bytes)?;
    Ok(bytes)
}

/// Bytes of a file that is worth filling memory with zeros to have it with one call.
const SMALL: u64 = 64 << 10;

/// All of it; more than may be inflated is not worth the memory.
pub(super) fn read_into(mut from: impl Read, size: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    let most = logs::DEFAULT_LIMIT as u64;
    let too_large = || io::Error::other(format!("it is larger than the limit of {most} bytes"));
    if size > most && size != u64::MAX {
        return Err(too_large());
    }
    if let Ok(told) = usize::try_from(size)
        && (1..SMALL).contains(&size)
    {
        // Of a file of the size that was told this is all, though more was asked for: reading on would only say so again.
        bytes.resize(told + 1, 0);
        let length = match from.read(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            read => read?,
        };
        bytes.truncate(length);
        if length == told {
            return Ok(());
        }
    }
    bytes.reserve(usize::try_from(size.min(most)).unwrap_or(0));
    from.take(most + 1 - bytes.len() as u64).read_to_end(bytes)?;
    if bytes.len() as u64 > most {
        *bytes = Vec::new();
        return Err(too_large());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{SMALL, read_into};
    use std::io::{self, Read};

    /// Gives a few bytes at a time, after an interruption.
    struct Slow<'a>(&'a [u8], bool);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            if !std::mem::replace(&mut self.1, true) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = to.len().min(5);
            self.0.read(&mut to[..most])
        }
    }

    #[test]
    fn all_of_a_file_is_read_whatever_its_size_was_told_to_be() {
        let content: Vec<u8> = (0..100).collect();
        for told in [0, 1, 99, 100, 101, SMALL - 1, SMALL, u64::MAX] {
            let mut bytes = Vec::new();
            read_into(&content[..], told, &mut bytes).unwrap();
            assert_eq!(bytes, content, "{told}");
            for interrupted in [false, true] {
                bytes.clear();
                read_into(Slow(&content, interrupted), told, &mut bytes).unwrap();
                assert_eq!(bytes, content, "{told}");
            }
        }
    }
}
