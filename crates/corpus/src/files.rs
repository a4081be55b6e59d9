//! Log files: their names, their wrapping, and what a digest has to know of them.

use crate::batch::Batch;
use crate::calendar;
use crate::hash::hex_sha256;
use crate::rng::{MIXED, Rng};
use crate::truth::Truth;
use libdeflater::{CompressionLvl, Compressor};
use std::io;
use std::path::Path;

/// Whose events, from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// What stands before `AWSLogs/`: with its closing slash, or empty.
    pub prefix: &'a str,
    /// `o-...`, iff an organization's trail delivers.
    pub organization: Option<&'a str>,
    /// Twelve digits.
    pub account: &'a str,
    /// As in `eu-west-1`.
    pub region: &'a str,
}

impl Origin<'_> {
    /// The key of the folder of a day, with its closing slash.
    #[must_use]
    pub fn folder(&self, kind: &str, at: i64) -> String {
        let Origin { prefix, organization, account, region } = self;
        let organization = organization.map(|id| format!("{id}/")).unwrap_or_default();
        format!("{prefix}AWSLogs/{organization}{account}/{kind}/{region}/{}/", calendar::folder(at))
    }

    /// The key of a log file that is delivered at `at`.
    #[must_use]
    pub fn log_key(&self, at: i64, rng: &mut Rng) -> String {
        let Origin { account, region, .. } = self;
        let folder = self.folder("CloudTrail", at);
        let (minute, unique) = (calendar::minute(at), rng.text(MIXED, 16));
        format!("{folder}{account}_CloudTrail_{region}_{minute}_{unique}.json.gz")
    }
}

/// A log file as a digest sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// When, seconds since 1970.
    pub at: i64,
    /// Its key.
    pub key: String,
    /// Hex SHA-256 of its content.
    pub hash: String,
    /// The earliest and the latest `eventTime` in it.
    pub span: (i64, i64),
}

/// Packs and writes, one file after the other.
pub struct Packer {
    compressor: Compressor,
    buffer: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        let level = CompressionLvl::new(6).unwrap_or_default();
        Packer { compressor: Compressor::new(level), buffer: Vec::new() }
    }
}

impl Packer {
    /// Writes `content` as one gzip member below `root`; how many bytes that takes.
    ///
    /// # Errors
    ///
    /// The folder or the file cannot be written.
    pub fn write(&mut self, root: &Path, key: &str, content: &[u8]) -> io::Result<u64> {
        let bound = self.compressor.gzip_compress_bound(content.len());
        if self.buffer.len() < bound {
            self.buffer.resize(bound, 0);
        }
        let packed = self.compressor.gzip_compress(content, &mut self.buffer);
        let packed = packed.map_err(|error| io::Error::other(error.to_string()))?;
        let path = root.join(key);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, &self.buffer[..packed])?;
        Ok(packed as u64)
    }

    /// Writes what a batch holds, adds it to `truth`, and empties the batch; `hash` iff a digest is to follow.
    ///
    /// # Errors
    ///
    /// As [`Packer::write`].
    pub fn deliver(
        &mut self,
        root: &Path,
        key: String,
        at: i64,
        hash: bool,
        batch: &mut Batch,
        truth: &mut Truth,
    ) -> io::Result<Delivered> {
        let content = batch.end();
        let bytes = content.len() as u64;
        let hash = if hash { hex_sha256(content) } else { String::new() };
        let packed = self.write(root, &key, content)?;
        let span = batch.span.unwrap_or((at, at));
        truth.files += 1;
        truth.bytes += bytes;
        truth.packed += packed;
        truth.add(std::mem::take(&mut batch.truth));
        batch.clear();
        Ok(Delivered { at, key, hash, span })
    }
}
