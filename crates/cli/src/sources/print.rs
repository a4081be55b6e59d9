//! Which file it is and in which state, in a few bytes: equal iff nothing about it changed, as far as the file system tells.

use logs::scan::Tag;
use sha2::{Digest, Sha256};
use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The first half says which file it is, the second in which state. `None` iff it was changed so lately that it may change
/// again without a trace: clocks of file systems tick.
pub(super) fn tag(absolute: &Path, metadata: &Metadata, now: SystemTime) -> Option<Tag> {
    let state = state(metadata);
    let changed = SystemTime::UNIX_EPOCH + Duration::new(state.changed.0, state.changed.1);
    // Coarse clocks show themselves by their round numbers.
    let tick = if state.changed.1 == 0 { Duration::from_secs(2) } else { Duration::from_millis(50) };
    now.duration_since(changed).ok().filter(|age| *age > tick)?;
    Some(of(absolute.as_os_str().as_encoded_bytes(), &state.bytes))
}

/// Of whatever names a file and tells its state.
pub(super) fn of(name: &[u8], state: &[u8]) -> Tag {
    let mut tag = [0; 32];
    let (which, what) = tag.split_at_mut(16);
    which.copy_from_slice(&Sha256::digest(name)[..16]);
    what.copy_from_slice(&Sha256::digest(state)[..16]);
    tag
}

struct State {
    bytes: Vec<u8>,
    /// Seconds since 1970, and nanoseconds.
    changed: (u64, u32),
}

#[cfg(unix)]
fn state(metadata: &Metadata) -> State {
    use std::os::unix::fs::MetadataExt;
    let parts = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
    let mut bytes: Vec<u8> = parts.iter().flat_map(|part| part.to_le_bytes()).collect();
    for part in [metadata.size(), metadata.ino(), metadata.dev()] {
        bytes.extend(part.to_le_bytes());
    }
    // No time of inodes where it is told is before 1970.
    let changed = |seconds: i64, nanoseconds: i64| {
        (u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0))
    };
    State { bytes, changed: changed(metadata.ctime(), metadata.ctime_nsec()) }
}

#[cfg(not(unix))]
fn state(metadata: &Metadata) -> State {
    let modified = metadata.modified().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let modified = modified.unwrap_or_default();
    let mut bytes = metadata.len().to_le_bytes().to_vec();
    bytes.extend(modified.as_nanos().to_le_bytes());
    State { bytes, changed: (modified.as_secs(), modified.subsec_nanos()) }
}
