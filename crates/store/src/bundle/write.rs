//! A bundle, written: every file once into a scratch file while its hash is taken, then the manifest, then all of them.

use super::answers_format::ANSWERS_FILE;
use super::manifest::{Decided, FileEntry, written};
use super::{KeptAnswers, MANIFEST, is_archive, parts};
use crate::atomic::write_privately;
use audit::inputs::Inputs;
use audit::raw_answers::Collection;
use logs::Sha256;
use logs::hex;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;

/// How hard the archive is packed: 3 is the default of zstd.
const LEVEL: i32 = 3;

/// A further file of a bundle.
pub struct Part<'a> {
    /// Its path in the bundle.
    pub path: String,
    /// Writes it.
    pub write: &'a dyn Fn(&mut dyn Write) -> io::Result<()>,
}

/// Finds out whether a bundle could be written there, before AWS is asked anything.
///
/// # Errors
/// In words: the name says another kind of archive, or something is there already.
pub fn bundle_target(to: &Path) -> Result<(), String> {
    let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let packed = [".zip", ".tar", ".gz", ".tgz", ".zst", ".xz", ".bz2", ".7z", ".json"];
    if !is_archive(to) && packed.iter().any(|suffix| name.ends_with(suffix)) {
        return Err("a bundle is a folder or a file whose name ends with .tar.zst".to_owned());
    }
    if is_archive(to) {
        return crate::can_write(to).map_err(|error| plain(&error));
    }
    match std::fs::read_dir(to) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err("the folder is not empty".to_owned()),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(plain(&error)),
    }
}

fn plain(error: &io::Error) -> String {
    let said = error.to_string();
    said.split(" (os error").next().unwrap_or(&said).to_lowercase()
}

/// Writes a bundle, whole or not at all: an archive takes its name at its end, and a folder without its manifest, which comes last,
/// is no bundle. `answers` are those of AWS, where the audit read AWS, and how they were asked for.
///
/// # Errors
/// What the file system says.
pub fn write_bundle(
    to: &Path,
    decided: &Decided,
    inputs: &Inputs,
    reports: &[Part<'_>],
    answers: Option<(&Collection, &KeptAnswers)>,
) -> io::Result<()> {
    let mut files: Vec<(FileEntry, File)> = Vec::new();
    if let Some((collection, answers)) = answers {
        files.push(spooled(ANSWERS_FILE, &|out| answers.write(collection, out))?);
    }
    for name in parts::names(inputs) {
        files.push(spooled(name, &|out| parts::write(inputs, name, out))?);
    }
    for report in reports {
        files.push(spooled(&report.path, report.write)?);
    }
    let entries: Vec<FileEntry> = files.iter().map(|(entry, _)| entry.clone()).collect();
    let manifest = written(decided, &entries);
    if is_archive(to) {
        return write_privately(to, |out| archive(out, &manifest, &mut files));
    }
    let made = folder(to, &manifest, &mut files);
    if made.is_err() {
        // What is there is ours: the folder was empty. What cannot be removed is no bundle without its manifest.
        let _ = std::fs::remove_dir_all(to);
    }
    made
}

/// Writes the file into scratch, which is gone with the program, however it ends.
fn spooled(path: &str, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<(FileEntry, File)> {
    let mut out = BufWriter::with_capacity(
        1 << 20,
        Hashed { hash: Sha256::default(), size: 0, out: tempfile::tempfile()? },
    );
    write(&mut out)?;
    let Hashed { hash, size, mut out } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    out.rewind()?;
    Ok((FileEntry { path: path.to_owned(), size, sha256: hex(&hash.finish()) }, out))
}

/// The size and the SHA-256 of what is written, kept nowhere.
///
/// # Errors
/// What `write` says.
pub fn sum_of(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<(u64, String)> {
    let mut out = Hashed { hash: Sha256::default(), size: 0, out: io::sink() };
    write(&mut out)?;
    Ok((out.size, hex(&out.hash.finish())))
}

/// Takes the hash of what is written.
pub(super) struct Hashed<W> {
    hash: Sha256,
    size: u64,
    out: W,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn archive(out: &mut dyn Write, manifest: &str, files: &mut [(FileEntry, File)]) -> io::Result<()> {
    let mut packed = zstd::Encoder::new(out, LEVEL)?;
    packed.include_checksum(true)?;
    let mut tar = tar::Builder::new(packed);
    // The manifest comes first, so that a reader knows what to expect.
    add(&mut tar, MANIFEST, manifest.len() as u64, manifest.as_bytes())?;
    for (entry, file) in files {
        add(&mut tar, &entry.path, entry.size, file)?;
    }
    tar.into_inner()?.finish()?;
    Ok(())
}

/// No time and no owner: the same bundle gives the same bytes.
fn add<W: Write>(tar: &mut tar::Builder<W>, path: &str, size: u64, from: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(0);
    tar.append_data(&mut header, path, from)
}

fn folder(to: &Path, manifest: &str, files: &mut [(FileEntry, File)]) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for (entry, file) in files {
        let path = to.join(&entry.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        write_privately(&path, |out| io::copy(file, out).map(drop))?;
    }
    write_privately(&to.join(MANIFEST), |out| out.write_all(manifest.as_bytes()))
}
