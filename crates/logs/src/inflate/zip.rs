//! The files of a zip archive, one after the other: what people download a folder of a bucket as.

use super::{Inflater, Packing, Stopped, Trouble, within};
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};
use std::io::Read;

/// What macOS puts beside each file begins like that.
const APPLE_DOUBLE: [u8; 4] = [0, 5, 0x16, 7];

/// Bytes of a packed file within the archive that it may have more than the archive holds of it: packing twice gains nothing.
const TWICE: usize = 1 << 20;

impl Inflater {
    /// The content of all files of the archive, and what stopped us. Of a file that could not be read nothing is kept: what is left of
    /// it could swallow the beginning of the next.
    pub(super) fn archive(&mut self, file: &[u8]) -> (usize, Option<Trouble>) {
        let archive = match ZipArchive::from_slice(file) {
            Ok(archive) => archive,
            Err(error) => return (0, Some(Trouble::Zip { why: error.to_string() })),
        };
        let (mut length, mut packed, mut seen) = (0, 0_u64, 0_u64);
        let mut unread: Option<(usize, String, String)> = None;
        let mut entries = archive.entries();
        let damaged = loop {
            let entry = match entries.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) if seen == archive.entries_hint() => break None,
                Ok(None) => break Some("it does not hold as many files as it says".to_owned()),
                Err(error) => break Some(error.to_string()),
            };
            seen += 1;
            packed = packed.saturating_add(entry.compressed_size_hint());
            if packed > file.len() as u64 {
                break Some("its files overlap".to_owned());
            }
            if entry.is_dir() {
                continue;
            }
            match self.entry(&archive, &entry, length) {
                Ok(longer) => length = longer,
                Err(Unread::Whole(trouble)) => return (0, Some(trouble)),
                Err(Unread::Entry(why)) => {
                    let name = || String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
                    unread.get_or_insert_with(|| (0, name(), why)).0 += 1;
                }
            }
        };
        let trouble = unread.map(|(unread, name, why)| Trouble::Entries { unread, name, why });
        (length, damaged.map(|why| Trouble::Zip { why }).or(trouble))
    }

    /// One file of the archive after `length` bytes of content: the length then.
    fn entry(
        &mut self,
        archive: &ZipSliceArchive<&[u8]>,
        entry: &ZipFileHeaderRecord<'_>,
        length: usize,
    ) -> Result<usize, Unread> {
        if entry.flags().is_encrypted() {
            return Err(Unread::Entry("it is encrypted".to_owned()));
        }
        let found = archive.get_entry(entry.wayfinder()).map_err(|error| Unread::Entry(error.to_string()))?;
        let data = found.data();
        let decoder: Box<dyn Read + '_> = match entry.compression_method() {
            CompressionMethod::STORE => Box::new(data),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(data)),
            CompressionMethod::ZSTD => Box::new(::zstd::Decoder::with_buffer(data).map_err(entry_failed)?),
            other => return Err(Unread::Entry(format!("it is packed with {}", named(other)))),
        };
        let mut checked = found.verifying_reader(decoder);
        let mut head = Vec::new();
        checked.by_ref().take(4).read_to_end(&mut head).map_err(entry_failed)?;
        if head == APPLE_DOUBLE {
            return Ok(length);
        }
        let packing = Packing::of(&head);
        let (longer, stopped) = match packing {
            None => self.fill(&mut head.chain(checked), length),
            Some(Packing::Zip) => return Err(Unread::Entry("it is a zip archive itself".to_owned())),
            Some(packing) => {
                let room = data.len().saturating_mul(2).saturating_add(TWICE);
                let mut inner = head;
                checked.take(room as u64).read_to_end(&mut inner).map_err(entry_failed)?;
                if inner.len() > room {
                    return Err(Unread::Entry("it is packed twice".to_owned()));
                }
                self.packed_entry(packing, &inner, length)
            }
        };
        match stopped {
            Some(Stopped::Whole(trouble)) => return Err(Unread::Whole(trouble)),
            Some(Stopped::Damaged(error)) => return Err(entry_failed(error)),
            None => {}
        }
        let inside = self.buffer.get(length..longer).unwrap_or_default();
        if let Some(what) = within(packing, inside) {
            return Err(Unread::Entry(Trouble::Container(what).to_string()));
        }
        Ok(self.line_ended(length, longer))
    }

    /// A file of the archive that is packed itself, as CloudTrail delivers them.
    fn packed_entry(&mut self, packing: Packing, inner: &[u8], length: usize) -> (usize, Option<Stopped>) {
        let (longer, trouble) = match packing {
            Packing::Zstd => self.frames(inner, length),
            _ => self.members(inner, length),
        };
        let stopped = trouble.map(|trouble| match trouble {
            Trouble::TooLarge { .. } | Trouble::NoMemory => Stopped::Whole(trouble),
            damaged => Stopped::Damaged(std::io::Error::other(damaged)),
        });
        (longer, stopped)
    }

    /// Lines of one file do not go on in the next: the length, with the line break that was missing.
    fn line_ended(&mut self, begin: usize, length: usize) -> usize {
        let last = self.buffer.get(begin..length).and_then(<[u8]>::last);
        if last.is_none_or(|last| *last == b'\n') || length >= self.limit {
            return length;
        }
        match self.buffer.get_mut(length) {
            Some(next) => *next = b'\n',
            None => self.buffer.push(b'\n'),
        }
        length + 1
    }
}

/// Why a file of an archive is not read.
enum Unread {
    /// The others are.
    Entry(String),
    /// None is.
    Whole(Trouble),
}

fn entry_failed(error: std::io::Error) -> Unread {
    Unread::Entry(error.to_string())
}

fn named(method: CompressionMethod) -> String {
    method.name().map_or_else(|| format!("method {}", method.as_u16()), str::to_lowercase)
}
