//! Which file it is and in which state, in a few bytes: equal iff nothing about it changed, as far as the file system tells.

use logs::Sha256;
use logs::scan::Tag;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::Path;
use std::time::Duration;

/// What begins the names of all files of a folder, hashed as far as it goes.
#[derive(Clone)]
pub(super) struct Folder(Sha256);

impl Folder {
    /// Of the folder's path from the root of the file system.
    pub(super) fn of(absolute: &Path) -> Folder {
        let mut hasher = Sha256::default();
        hasher.update(absolute.as_os_str().as_encoded_bytes());
        hasher.update([0]);
        Folder(hasher)
    }

    /// Of a file in it, at that time since 1970. `None` iff it was changed so lately that it may change again without a trace: clocks of file systems
    /// tick.
    pub(super) fn tag(&self, name: &OsStr, metadata: &Metadata, now: Duration) -> Option<Tag> {
        let state = state(metadata);
        let changed = Duration::new(state.changed.0, state.changed.1);
        // Coarse clocks show themselves by their round numbers.
        let tick = if state.changed.1 == 0 { Duration::from_secs(2) } else { Duration::from_millis(50) };
        now.checked_sub(changed).filter(|age| *age > tick)?;
        let mut hasher = self.0.clone();
        hasher.update(name.as_encoded_bytes());
        Some(joined(hasher, &state.bytes))
    }
}

/// Of whatever names a file and tells its state.
pub(super) fn of(name: &[u8], state: &[u8]) -> Tag {
    let mut hasher = Sha256::default();
    hasher.update(name);
    joined(hasher, state)
}

/// The first half says which file it is, the second in which state that file is: of two files that change places it is another,
/// too.
fn joined(name: Sha256, state: &[u8]) -> Tag {
    let mut tag: Tag = name.finish();
    let mut hasher = Sha256::default();
    hasher.update(tag);
    hasher.update(state);
    tag[16..].copy_from_slice(&hasher.finish()[..16]);
    tag
}

struct State {
    bytes: [u8; 56],
    /// Seconds since 1970, and nanoseconds.
    changed: (u64, u32),
}

#[cfg(unix)]
fn state(metadata: &Metadata) -> State {
    use std::os::unix::fs::MetadataExt;
    let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
    let numbers = [metadata.size(), metadata.ino(), metadata.dev()];
    let mut bytes = [0; 56];
    let parts = times.map(i64::to_le_bytes).into_iter().chain(numbers.map(u64::to_le_bytes));
    bytes.chunks_exact_mut(8).zip(parts).for_each(|(slot, part)| slot.copy_from_slice(&part));
    // No time of inodes where it is told is before 1970.
    let changed = |seconds: i64, nanoseconds: i64| {
        (u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0))
    };
    State { bytes, changed: changed(metadata.ctime(), metadata.ctime_nsec()) }
}

#[cfg(not(unix))]
fn state(metadata: &Metadata) -> State {
    let modified = metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = modified.unwrap_or_default();
    let mut bytes = [0; 56];
    bytes[..8].copy_from_slice(&metadata.len().to_le_bytes());
    bytes[8..24].copy_from_slice(&modified.as_nanos().to_le_bytes());
    State { bytes, changed: (modified.as_secs(), modified.subsec_nanos()) }
}
