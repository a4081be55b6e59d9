//! What the first bytes of a file tell of it: records of CloudTrail, or a container that has to be opened first.

use flate2::bufread::GzDecoder;
use std::io::Read;

/// Bytes of a file that are looked at, packed and inflated: the first record of CloudTrail says within them what it is.
pub const BEGINNING: usize = 64 << 10;

/// What a file is, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// Records of CloudTrail, plain or in gzip.
    Records,
    /// Something else in gzip or none.
    Other,
    /// A container that is not opened, by its name.
    Packed(&'static str),
}

/// Containers by their first bytes, and where those stand.
const CONTAINERS: [(usize, &[u8], &str); 9] = [
    (0, &[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, &[0xfd, b'7', b'z', b'X', b'Z', 0], "xz"),
    (0, b"BZh", "bzip2"),
    (0, &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "7z"),
    (0, &[0xff, 0xfe], "UTF-16"),
    (0, &[0xfe, 0xff], "UTF-16"),
    (257, b"ustar", "tar"),
];

/// What a file is whose first bytes these are, at most [`BEGINNING`] of them.
#[must_use]
pub fn beginning(head: &[u8]) -> Beginning {
    if head.starts_with(&[0x1f, 0x8b]) {
        let mut inside = Vec::new();
        // A prefix of a gzip member ends early: what came before that counts.
        let _ = GzDecoder::new(head).take(BEGINNING as u64).read_to_end(&mut inside);
        return match inside.starts_with(&[0x1f, 0x8b]) {
            true => Beginning::Packed("gzip within gzip"),
            false => of_plain(&inside),
        };
    }
    of_plain(head)
}

/// The container that these bytes begin, if they begin one.
pub(crate) fn container(head: &[u8]) -> Option<&'static str> {
    let is =
        |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    CONTAINERS.iter().find(is).map(|(_, _, name)| *name)
}

fn of_plain(head: &[u8]) -> Beginning {
    if let Some(name) = container(head) {
        return Beginning::Packed(name);
    }
    // Every record has it, escaped or not, and nearly all begin with it.
    if memchr::memmem::find(head, b"eventVersion").is_some() { Beginning::Records } else { Beginning::Other }
}

#[cfg(test)]
mod tests {
    use super::{Beginning, beginning};
    use flate2::{Compression, read::GzEncoder};
    use std::io::Read;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        GzEncoder::new(content, Compression::new(6)).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let records = br#"{"Records":[{"eventVersion":"1.11""#;
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, what) in [
            (records.to_vec(), Beginning::Records),
            (br#"{"Events":[{"CloudTrailEvent":"{\"eventVersion\":"#.to_vec(), Beginning::Records),
            (gzip(records), Beginning::Records),
            (gzip(records)[..gzip(records).len() - 6].to_vec(), Beginning::Records),
            (gzip(b"80 GET /"), Beginning::Other),
            (gzip(&gzip(records)), Beginning::Packed("gzip within gzip")),
            (gzip(&tar), Beginning::Packed("tar")),
            (tar, Beginning::Packed("tar")),
            (b"\x28\xb5\x2f\xfd\x04".to_vec(), Beginning::Packed("zstd")),
            (b"PK\x03\x04..".to_vec(), Beginning::Packed("zip")),
            (b"\xff\xfe{\0".to_vec(), Beginning::Packed("UTF-16")),
            (b"BZh91AY".to_vec(), Beginning::Packed("bzip2")),
            (b"{}".to_vec(), Beginning::Other),
            (Vec::new(), Beginning::Other),
        ] {
            assert_eq!(beginning(&head), what, "{head:?}");
        }
    }
}
