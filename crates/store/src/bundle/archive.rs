//! A bundle that is an archive: a tar that zstd packed.

use super::BundleError;
use super::MANIFEST;
use super::folder::hashed;
use super::found::{Found, Manifest, manifest_of};
use crate::limits::DOCUMENT;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// How many times its size an archive may unpack to, and how much is always allowed. Reports of a million like functions pack to less
/// than a hundredth; a bomb to less than a ten-thousandth.
const RATIO: u64 = 1_000;
const ALWAYS: u64 = 64 << 20;

pub(super) fn read(path: &Path) -> Result<(Manifest, Found), BundleError> {
    let file = File::open(path)?;
    let most = file.metadata()?.len().saturating_mul(RATIO).saturating_add(ALWAYS);
    let unpacked = zstd::Decoder::new(BufReader::with_capacity(1 << 17, file)).map_err(broken)?;
    let mut tar = tar::Archive::new(Bounded { from: unpacked, left: most });
    // Raw: nothing that the archive says of itself is made larger or believed.
    let mut entries = tar.entries().map_err(broken)?.raw(true);
    let first = entries.next().ok_or_else(|| not("it is empty".to_owned()))?.map_err(broken)?;
    if first.path_bytes() != MANIFEST.as_bytes() || !first.header().entry_type().is_file() {
        return Err(not(format!("its first file is not {MANIFEST}")));
    }
    let bytes = DOCUMENT.read(first, 0).map_err(|error| not(format!("{MANIFEST}: {error}")))?;
    let manifest = manifest_of(&bytes)?;
    let mut found = Found::default();
    for entry in entries {
        let entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let file = manifest.1.iter().find(|file| file.path == path);
        match file.filter(|_| entry.header().entry_type().is_file()) {
            Some(_) if found.hashes.contains_key(&path) => found.add(&path),
            Some(file) => hashed(entry, file, &mut found)?,
            None => found.add(&path),
        }
    }
    if has_more(&mut tar.into_inner()).map_err(broken)? {
        found.add("(bytes after the end of the archive)");
    }
    Ok((manifest, found))
}

/// True iff something follows but zeros, with which archives are filled up.
fn has_more(from: &mut impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(false),
            read if buffer[..read].iter().any(|byte| *byte != 0) => return Ok(true),
            _ => {}
        }
    }
}

fn not(problem: String) -> BundleError {
    BundleError::NotABundle(problem)
}

fn broken(error: io::Error) -> BundleError {
    if error.to_string() == TOO_LARGE {
        return not(TOO_LARGE.to_owned());
    }
    BundleError::Damaged(text::visible::excerpt(&error.to_string(), 200))
}

const TOO_LARGE: &str = "it unpacks to more than 1,000 times its size";

/// Reads no more than is allowed.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(to)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(TOO_LARGE))?;
        Ok(read)
    }
}
