//! A bundle that is a folder.

use super::BundleError;
use super::answers_format::ANSWERS_FILE;
use super::found::{Found, Manifest, manifest_of};
use super::parts::limit_of;
use super::{MANIFEST, manifest::FileEntry};
use crate::limits::{ANSWERS, DOCUMENT};
use logs::hex;
use logs::{Sha256, sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

/// Files and folders that are looked at beyond those of the manifest.
const MOST: usize = 10_000;

pub(super) fn read(path: &Path) -> Result<(Manifest, Found), BundleError> {
    let manifest = path.join(MANIFEST);
    // A pipe would be waited for, and a link leads elsewhere.
    if std::fs::symlink_metadata(&manifest).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(BundleError::NotABundle(format!("{MANIFEST} is not a regular file")));
    }
    let open = File::open(manifest);
    let file = open.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if path.is_dir() => {
            BundleError::NotABundle(format!("there is no {MANIFEST} in it"))
        }
        io::ErrorKind::NotADirectory => BundleError::NotABundle(
            "it is neither a folder nor a file whose name ends with .tar.zst".to_owned(),
        ),
        _ => error.into(),
    })?;
    let bytes =
        DOCUMENT.read(file, 0).map_err(|error| BundleError::NotABundle(format!("{MANIFEST}: {error}")))?;
    let manifest = manifest_of(&bytes)?;
    let mut found = Found::default();
    let mut left = MOST + manifest.1.len();
    walk(path, "", &manifest.1, &mut found, &mut left)?;
    Ok((manifest, found))
}

fn walk(
    root: &Path,
    below: &str,
    files: &[FileEntry],
    found: &mut Found,
    left: &mut usize,
) -> Result<(), BundleError> {
    let mut entries: Vec<_> = std::fs::read_dir(root.join(below))?.collect::<io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        *left = left.checked_sub(1).ok_or_else(|| {
            BundleError::NotABundle(format!(
                "it holds more than {MOST} files that its manifest does not name"
            ))
        })?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        // A link is none of these: it is not followed.
        let kind = entry.file_type()?;
        match files.iter().find(|file| file.path == path) {
            Some(file) if kind.is_file() => take(&entry.path(), file, found)?,
            None if kind.is_dir() => walk(root, &path, files, found, left)?,
            None if path == MANIFEST => {}
            _ => found.add(&path),
        }
    }
    Ok(())
}

fn take(path: &Path, file: &FileEntry, found: &mut Found) -> Result<(), BundleError> {
    hashed(File::open(path)?, file, found)
}

/// Reads one byte more than the manifest says, at most; keeps what the audit is decided from, and AWS's answers in a scratch file.
pub(super) fn hashed(from: impl Read, file: &FileEntry, found: &mut Found) -> Result<(), BundleError> {
    let mut from = from.take(file.size.saturating_add(1));
    let unread = |problem: String| BundleError::File { file: file.path.clone(), problem };
    let (size, sha256) = match limit_of(&file.path) {
        Some(limit) => {
            let bytes = limit.read(&mut from, file.size).map_err(|error| unread(error.to_string()))?;
            let sum = (bytes.len() as u64, hex(&sha256(&bytes)));
            found.kept.insert(file.path.clone(), bytes);
            sum
        }
        None if file.path == ANSWERS_FILE => {
            if file.size > ANSWERS.bytes {
                let most = ANSWERS.bytes >> 20;
                return Err(unread(format!("it is larger than {most} MiB, the limit for {}", ANSWERS.noun)));
            }
            let mut scratch = tempfile::tempfile()?;
            let sum = passed(&mut from, &mut scratch)?;
            found.answers = Some(Arc::new(scratch));
            sum
        }
        None => passed(&mut from, &mut io::sink())?,
    };
    found.hashes.insert(file.path.clone(), (size, sha256));
    Ok(())
}

/// The size and the hash of what is read, which is also written to `to`.
fn passed(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut hash, mut size, mut buffer) = (Sha256::default(), 0, vec![0; 1 << 16]);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok((size, hex(&hash.finish()))),
            read => {
                hash.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
                size += read as u64;
            }
        }
    }
}
