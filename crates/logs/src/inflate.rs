//! Packed files to bytes: whole files into one buffer that is used again, with a limit, and damage told apart.

mod libdeflate;
mod zip;
mod zstd;

use flate2::bufread::GzDecoder;
use libdeflate::{Decompressor, Member};
use std::io::Read;

/// Bytes: files of CloudTrail hold at most 50 MB of JSON (user guide, quotas); six times that is no such file. One of that size at a time
/// keeps all threads together below 500 MB.
pub const DEFAULT_LIMIT: usize = 320 << 20;

/// Bytes of buffer that are kept for the next file.
const KEPT: usize = 16 << 20;

/// The same of packed bytes.
const KEPT_PACKED: usize = 5 << 20;

/// Bytes of records that one packed byte holds, as a rule.
const USUAL_RATIO: usize = 8;

/// DEFLATE makes at most 1032 bytes of one (RFC 1951: 258 bytes from two bits).
const MOST_OF_ONE: usize = 1032;

/// What is wrong with a packed file. Offsets and lengths are bytes of the *packed* file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing of it is kept.
    #[error("inflates to more than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It has no content.
    #[error("the file is empty")]
    Empty,
    /// It lies where a log file of CloudTrail should be, and has no `Records`.
    #[error("it has no `Records`, which every log file of CloudTrail has")]
    NoRecords,
    /// The file ends within the member that begins at `member`; what came before the end is kept.
    #[error("the gzip data ends early, within the member at byte {member}")]
    Truncated {
        /// Where the member begins.
        member: usize,
    },
    /// What came before the damage is kept. Where only the checksum is wrong, that is all of it.
    #[error("the gzip data is damaged, within the member at byte {member}: {why}")]
    Damaged {
        /// Where the member begins.
        member: usize,
        /// The inflater's words.
        why: String,
    },
    /// Something that is no gzip member follows the last one.
    #[error("{length} bytes that are not gzip data follow at byte {at}")]
    Trailing {
        /// Where it begins.
        at: usize,
        /// How long it is.
        length: usize,
    },
    /// The file ends within a zstd frame, or a frame is damaged; what came before is kept.
    #[error("the zstd data ends early or is damaged, at byte {at}: {why}")]
    Zstd {
        /// How far it was read.
        at: usize,
        /// The decoder's words.
        why: String,
    },
    /// Nothing is kept of the files of an archive that could not be read; the others are read.
    #[error("{unread} of the files in the zip archive could not be read; the first is {name}: {why}")]
    Entries {
        /// How many.
        unread: usize,
        /// The name of the first.
        name: String,
        /// Why that one could not be read.
        why: String,
    },
    /// What came before the damage is kept.
    #[error("the zip archive is damaged: {why}")]
    Zip {
        /// What is wrong with it.
        why: String,
    },
    /// A container that is not opened. Nothing of it is kept.
    #[error("{}", crate::container::unread(.0))]
    Container(&'static str),
    /// No memory for the inflater.
    #[error("there is no memory to inflate into")]
    NoMemory,
}

/// The bytes of a file, and what is wrong with its wrapping.
#[derive(Debug)]
pub struct Inflated<'a> {
    /// All that could be inflated.
    pub bytes: &'a [u8],
    /// `None` iff the file was whole, or not packed at all.
    pub trouble: Option<Trouble>,
}

/// Inflates one file after the other into one buffer.
pub struct Inflater {
    decompressor: Option<Decompressor>,
    buffer: Vec<u8>,
    limit: usize,
}

impl Inflater {
    /// An inflater that gives up on files of more than `limit` bytes; see [`DEFAULT_LIMIT`].
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Inflater { decompressor: None, buffer: Vec::new(), limit }
    }

    /// Gives up on files of more bytes from now on.
    pub fn limit_to(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The content of `file`: gzip members, zstd frames, the files of a zip archive one after the other, or bytes that are none of
    /// these, which are their own content.
    pub fn inflate<'a>(&'a mut self, file: &'a [u8]) -> Inflated<'a> {
        if Packing::of(file).is_none() {
            let trouble = self.plain(file);
            return Inflated { bytes: if trouble.is_some() { &[] } else { file }, trouble };
        }
        let (length, trouble) = self.opened(file);
        Inflated { bytes: self.buffer.get(..length).unwrap_or_default(), trouble }
    }

    /// As [`Inflater::inflate`]; what was in `file` is there no more, so that a large one takes no memory while its content is
    /// read. Of what is packed and too large, nothing is gone: another limit may be tried.
    pub(crate) fn inflate_out_of(&mut self, file: &mut Vec<u8>) -> Inflated<'_> {
        if Packing::of(file).is_none() {
            let trouble = self.plain(file);
            if trouble.is_some() {
                *file = Vec::new();
            }
            std::mem::swap(&mut self.buffer, file);
            file.clear();
            return Inflated { bytes: &self.buffer, trouble };
        }
        let (length, trouble) = self.opened(file);
        if file.capacity() > KEPT_PACKED && !matches!(trouble, Some(Trouble::TooLarge { .. })) {
            *file = Vec::new();
        }
        Inflated { bytes: self.buffer.get(..length).unwrap_or_default(), trouble }
    }

    /// Why bytes that are not packed are not read.
    fn plain(&self, file: &[u8]) -> Option<Trouble> {
        let container = || crate::container::container(file).map(Trouble::Container);
        (file.len() > self.limit).then_some(Trouble::TooLarge { limit: self.limit }).or_else(container)
    }

    /// Gives memory back that only a large file needed.
    pub fn rest(&mut self) {
        if self.buffer.capacity() > KEPT {
            self.buffer = Vec::new();
        }
    }

    /// How many bytes of the buffer are content, and what stopped us; of a container in another nothing is kept.
    fn opened(&mut self, file: &[u8]) -> (usize, Option<Trouble>) {
        let packing = Packing::of(file);
        let (length, trouble) = match packing {
            Some(Packing::Zip) => return self.archive(file),
            Some(Packing::Zstd) => self.frames(file, 0),
            _ => self.members(file, 0),
        };
        let inside = self.buffer.get(..length).unwrap_or_default();
        within(packing, inside).map_or((length, trouble), |what| (0, Some(Trouble::Container(what))))
    }

    /// Makes the buffer longer than `length`, twice as long where the limit lets it.
    fn grow(&mut self, wanted: usize) -> Result<(), Trouble> {
        if self.buffer.len() < wanted {
            let more = wanted - self.buffer.len();
            self.buffer.try_reserve_exact(more).map_err(|_| Trouble::NoMemory)?;
            self.buffer.resize(wanted, 0);
        }
        Ok(())
    }

    /// Reads to its end what goes after `length` bytes of content: the length then, and what stopped it.
    fn fill(&mut self, from: &mut dyn Read, mut length: usize) -> (usize, Option<Stopped>) {
        loop {
            if length > self.limit {
                return self.nothing(Trouble::TooLarge { limit: self.limit });
            }
            if length == self.buffer.len() {
                // The byte above the limit shows that there are more.
                let wanted = length.saturating_mul(2).max(64 << 10).min(self.limit.saturating_add(1));
                if let Err(trouble) = self.grow(wanted) {
                    return self.nothing(trouble);
                }
            }
            match from.read(self.buffer.get_mut(length..).unwrap_or_default()) {
                Ok(0) => return (length, None),
                Ok(read) => length += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return (length, Some(Stopped::Damaged(error))),
            }
        }
    }

    /// Gives the buffer up.
    fn nothing(&mut self, trouble: Trouble) -> (usize, Option<Stopped>) {
        self.buffer = Vec::new();
        (0, Some(Stopped::Whole(trouble)))
    }

    /// Gzip members after `length` bytes of content: the length then, and what stopped us.
    fn members(&mut self, file: &[u8], mut length: usize) -> (usize, Option<Trouble>) {
        let mut at = 0;
        while let Some(rest) = file.get(at..).filter(|rest| !rest.is_empty()) {
            if Packing::of(rest) != Some(Packing::Gzip) {
                // Tapes and some disks pad with zeros; `gzip -t` passes over them, too.
                let padding = rest.iter().all(|byte| *byte == 0);
                let trouble = Trouble::Trailing { at, length: rest.len() };
                return (length, (!padding).then_some(trouble));
            }
            match self.member(rest, length) {
                Ok((consumed, produced)) => {
                    at += consumed;
                    length += produced;
                }
                Err(None) => return self.salvage(rest, at, length),
                Err(Some(trouble)) => {
                    self.buffer = Vec::new();
                    return (0, Some(trouble));
                }
            }
        }
        (length, None)
    }

    /// One member behind `length` bytes of content: (consumed, produced); `Err(None)` iff it is not whole.
    fn member(&mut self, rest: &[u8], length: usize) -> Result<(usize, usize), Option<Trouble>> {
        let mut wanted = length.saturating_add(guess(rest)).min(self.limit);
        loop {
            self.grow(wanted).map_err(Some)?;
            if self.decompressor.is_none() {
                self.decompressor = Decompressor::new();
            }
            let decompressor = self.decompressor.as_mut().ok_or(Some(Trouble::NoMemory))?;
            let end = self.buffer.len().min(self.limit);
            let room = self.buffer.get_mut(length..end).unwrap_or_default();
            match decompressor.member(rest, room) {
                Member::Whole { consumed, produced } => return Ok((consumed, produced)),
                Member::Bad => return Err(None),
                Member::NoRoom if end >= self.limit => {
                    return Err(Some(Trouble::TooLarge { limit: self.limit }));
                }
                Member::NoRoom => wanted = end.saturating_mul(2).max(64 << 10).min(self.limit),
            }
        }
    }

    /// What a streaming inflater still reads of the member at byte `at`.
    fn salvage(&mut self, rest: &[u8], at: usize, length: usize) -> (usize, Option<Trouble>) {
        self.buffer.truncate(length);
        let room = (self.limit - length.min(self.limit)) as u64;
        let mut decoder = GzDecoder::new(rest).take(room.saturating_add(1));
        let why = match decoder.read_to_end(&mut self.buffer) {
            _ if self.buffer.len() > self.limit => {
                self.buffer = Vec::new();
                return (0, Some(Trouble::TooLarge { limit: self.limit }));
            }
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return (self.buffer.len(), Some(Trouble::Truncated { member: at }));
            }
            Err(error) => error.to_string(),
            Ok(_) => "two inflaters disagree about it".to_owned(),
        };
        (self.buffer.len(), Some(Trouble::Damaged { member: at, why }))
    }
}

/// Why reading into the buffer ended early.
enum Stopped {
    /// What came before is in the buffer.
    Damaged(std::io::Error),
    /// Nothing is.
    Whole(Trouble),
}

/// How a file is packed that we open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// PKWARE's APPNOTE.
    Zip,
}

impl Packing {
    /// `None` iff the bytes do not begin like one.
    pub(crate) fn of(bytes: &[u8]) -> Option<Packing> {
        let begins = |magic: &[u8]| bytes.starts_with(magic);
        match () {
            () if begins(&[0x1f, 0x8b]) => Some(Packing::Gzip),
            () if begins(&[0x28, 0xb5, 0x2f, 0xfd]) => Some(Packing::Zstd),
            // A frame to be skipped, as programs that pack on several threads put first.
            () if matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) => Some(Packing::Zstd),
            () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => Some(Packing::Zip),
            () => None,
        }
    }

    /// Its usual name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Zip => "zip",
        }
    }
}

/// What is not opened, though it came out of that: another packed file, or a container.
pub(crate) fn within(outer: Option<Packing>, inside: &[u8]) -> Option<&'static str> {
    match (outer, Packing::of(inside)) {
        (Some(Packing::Gzip), Some(Packing::Gzip)) => Some("gzip within gzip"),
        (_, Some(inner)) => Some(inner.name()),
        (_, None) => crate::container::container(inside),
    }
}

/// Bytes that the file probably inflates to.
pub(crate) fn expected(file: &[u8]) -> usize {
    match Packing::of(file) {
        Some(Packing::Gzip) => guess(file),
        Some(Packing::Zstd) => zstd::expected(file),
        Some(Packing::Zip) => file.len().saturating_mul(USUAL_RATIO),
        None => 0,
    }
}

/// Bytes that the member probably inflates to. The trailer of the *last* member says so (modulo 2^32): it is believed where
/// DEFLATE could do it, and checked by inflating.
fn guess(rest: &[u8]) -> usize {
    let said = rest.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
    if said <= rest.len().saturating_mul(MOST_OF_ONE) { said } else { rest.len().saturating_mul(USUAL_RATIO) }
}

#[cfg(test)]
mod tests {
    use super::{Inflater, KEPT_PACKED};
    use flate2::{Compression, read::GzEncoder};
    use std::io::Read;

    fn packed(content: &[u8], level: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        GzEncoder::new(content, Compression::new(level)).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_inflated_out_of_a_buffer_is_what_is_inflated_from_it_and_a_large_buffer_is_gone() {
        let large = vec![b'x'; KEPT_PACKED + 1];
        let mut damaged = packed(b"{\"Records\":[]}", 6);
        damaged.truncate(20);
        let files =
            [packed(&large, 0), packed(b"{}", 6), b"{\"Records\":[]}".to_vec(), Vec::new(), damaged, large];
        let (mut one, mut other) = (Inflater::new(KEPT_PACKED + 1), Inflater::new(KEPT_PACKED + 1));
        for file in files.iter().chain(&files) {
            let mut buffer = file.clone();
            let (said, told) = (one.inflate_out_of(&mut buffer), other.inflate(file));
            assert!(said.bytes == told.bytes, "{} bytes, {} bytes", said.bytes.len(), told.bytes.len());
            assert_eq!(said.trouble, told.trouble);
            let gone =
                if file.len() > KEPT_PACKED && file.starts_with(&[0x1f]) { 0 } else { KEPT_PACKED + 1 };
            assert!(buffer.capacity() <= gone, "{} bytes are kept", buffer.capacity());
        }
        let mut small = Inflater::new(5);
        let mut file = b"not so long".to_vec();
        assert_eq!(small.inflate_out_of(&mut file).trouble, Inflater::new(5).inflate(b"not so long").trouble);
        assert!(small.inflate_out_of(&mut b"not so long".to_vec()).bytes.is_empty());
    }
}
