//! Gzip members to bytes: whole files into one buffer that is used again, with a limit, and damage told apart.

mod libdeflate;

use flate2::bufread::GzDecoder;
use libdeflate::{Decompressor, Member};
use std::io::Read;

/// Bytes: files of CloudTrail hold at most 50 MB of JSON (user guide, quotas); ten times that is no such file.
pub const DEFAULT_LIMIT: usize = 512 << 20;

/// Bytes of buffer that are kept for the next file.
const KEPT: usize = 16 << 20;

/// The same of packed bytes.
const KEPT_PACKED: usize = 5 << 20;

/// DEFLATE makes at most 1032 bytes of one (RFC 1951: 258 bytes from two bits).
const MOST_OF_ONE: usize = 1032;

/// What is wrong with a gzip file. Offsets and lengths are bytes of the *packed* file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing of it is kept.
    #[error("inflates to more than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
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
    #[error("{length} bytes that are no gzip data follow at byte {at}")]
    Trailing {
        /// Where it begins.
        at: usize,
        /// How long it is.
        length: usize,
    },
    /// A container that is not opened. Nothing of it is kept.
    #[error("it is {0}, which is not read: unpack it, or pack it with gzip")]
    Container(&'static str),
    /// No memory for the inflater.
    #[error("there is no memory to inflate into")]
    NoMemory,
}

/// The bytes of a file, and what is wrong with its gzip wrapping.
#[derive(Debug)]
pub struct Inflated<'a> {
    /// All that could be inflated.
    pub bytes: &'a [u8],
    /// `None` iff the file was whole, or not gzip at all.
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

    /// The content of `file`: one gzip member or several, or bytes that are not gzip, which are their own content.
    pub fn inflate<'a>(&'a mut self, file: &'a [u8]) -> Inflated<'a> {
        if !is_gzip(file) {
            let trouble = self.plain(file);
            return Inflated { bytes: if trouble.is_some() { &[] } else { file }, trouble };
        }
        let (length, trouble) = self.opened(file);
        Inflated { bytes: self.buffer.get(..length).unwrap_or_default(), trouble }
    }

    /// As [`Inflater::inflate`]; what was in `file` is there no more, so that a large one takes no memory while its content is
    /// read.
    pub(crate) fn inflate_out_of(&mut self, file: &mut Vec<u8>) -> Inflated<'_> {
        if !is_gzip(file) {
            let trouble = self.plain(file);
            if trouble.is_some() {
                file.clear();
            }
            std::mem::swap(&mut self.buffer, file);
            file.clear();
            return Inflated { bytes: &self.buffer, trouble };
        }
        let (length, trouble) = self.opened(file);
        if file.capacity() > KEPT_PACKED {
            *file = Vec::new();
        }
        Inflated { bytes: self.buffer.get(..length).unwrap_or_default(), trouble }
    }

    /// Why bytes that are not gzip are not read.
    fn plain(&self, file: &[u8]) -> Option<Trouble> {
        let container = || crate::beginning::container(file).map(Trouble::Container);
        (file.len() > self.limit).then_some(Trouble::TooLarge { limit: self.limit }).or_else(container)
    }

    /// Gives memory back that only a large file needed.
    pub fn rest(&mut self) {
        if self.buffer.len() > KEPT {
            self.buffer = Vec::new();
        }
    }

    /// As [`Inflater::members`]; of a container in gzip nothing is kept.
    fn opened(&mut self, file: &[u8]) -> (usize, Option<Trouble>) {
        let (length, trouble) = self.members(file);
        let inside = self.buffer.get(..length).unwrap_or_default();
        let what =
            if is_gzip(inside) { Some("gzip within gzip") } else { crate::beginning::container(inside) };
        what.map_or((length, trouble), |what| (0, Some(Trouble::Container(what))))
    }

    /// How many bytes of the buffer are content, and what stopped us.
    fn members(&mut self, file: &[u8]) -> (usize, Option<Trouble>) {
        let (mut at, mut length) = (0, 0);
        while let Some(rest) = file.get(at..).filter(|rest| !rest.is_empty()) {
            if !is_gzip(rest) {
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
            if self.buffer.len() < wanted {
                let more = wanted - self.buffer.len();
                self.buffer.try_reserve_exact(more).map_err(|_| Some(Trouble::NoMemory))?;
                self.buffer.resize(wanted, 0);
            }
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

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Bytes that the file probably inflates to.
pub(crate) fn expected(file: &[u8]) -> usize {
    if is_gzip(file) { guess(file) } else { 0 }
}

/// Bytes that the member probably inflates to. The trailer of the *last* member says so (modulo 2^32): it is believed where
/// DEFLATE could do it, and checked by inflating.
fn guess(rest: &[u8]) -> usize {
    let said = rest.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
    if said <= rest.len().saturating_mul(MOST_OF_ONE) { said } else { rest.len().saturating_mul(8) }
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
