//! What the first bytes of a file tell of it: records of CloudTrail, or a container that has to be opened first.

use crate::inflate::{Packing, within};
use flate2::bufread::GzDecoder;
use std::io::Read;

/// Bytes of a file that are looked at, packed and inflated: the first record of CloudTrail says within them what it is.
pub const BEGINNING: usize = 64 << 10;

/// What a file is, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// Records of CloudTrail, plain or packed, or a zip archive: its first file says nothing of the others.
    Records,
    /// Something else, packed or not.
    Other,
    /// A container that is not opened, by its name.
    Packed(&'static str),
}

/// Containers by their first bytes, and where those stand.
const CONTAINERS: [(usize, &[u8], &str); 6] = [
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
    let packing = Packing::of(head);
    let inside = match packing {
        None => return of_plain(head),
        Some(Packing::Gzip) => first(&mut GzDecoder::new(head)),
        Some(Packing::Zstd) => {
            zstd::Decoder::with_buffer(head).map_or_else(|_| Vec::new(), |mut decoder| first(&mut decoder))
        }
        Some(Packing::Zip) => return Beginning::Records,
    };
    within(packing, &inside).map_or_else(|| of_plain(&inside), Beginning::Packed)
}

/// Its first bytes: a file that is packed ends early where only its beginning is at hand, and what came before that counts.
fn first(from: &mut dyn Read) -> Vec<u8> {
    let mut inside = Vec::new();
    let _ = from.take(BEGINNING as u64).read_to_end(&mut inside);
    inside
}

/// The container that these bytes begin, if they begin one.
pub(crate) fn container(head: &[u8]) -> Option<&'static str> {
    let is =
        |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let named = CONTAINERS.iter().find(is).map(|(_, _, name)| *name);
    named.or_else(|| is_table(head).then_some(CSV))
}

/// What the console and CloudTrail Lake offer for download beside JSON.
const CSV: &str = "CSV";

/// True iff the first line names columns of CloudTrail's events.
fn is_table(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    // What a caller chose to send in a record makes no table of the file.
    if matches!(head.trim_ascii_start().first(), None | Some(b'{' | b'[')) {
        return false;
    }
    let line = head.get(..head.len().min(4 << 10)).and_then(|head| head.split(|byte| *byte == b'\n').next());
    let line = String::from_utf8_lossy(line.unwrap_or_default()).to_lowercase();
    let names: Vec<&str> = line.split(',').map(|name| name.trim_matches(['"', ' ', '\r'])).collect();
    let columns = ["event name", "eventname", "event time", "eventtime"];
    names.len() > 1 && names.iter().any(|name| columns.contains(name))
}

/// Why a container is not read, and what to do about it.
#[must_use]
pub fn unread(what: &str) -> String {
    match what {
        "UTF-16" => "it is UTF-16, which is not read: convert it to UTF-8".to_owned(),
        "gzip within gzip" => "it is gzip within gzip, which is not read: unpack it once".to_owned(),
        CSV => "it is CSV, which is not read: download it as JSON".to_owned(),
        what => format!("it is {what}, which is not read: unpack it, or pack it with gzip"),
    }
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

    fn zstd(content: &[u8]) -> Vec<u8> {
        zstd::encode_all(content, 3).unwrap()
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
            (zstd(records), Beginning::Records),
            (zstd(records)[..zstd(records).len() - 6].to_vec(), Beginning::Records),
            (zstd(b"80 GET /"), Beginning::Other),
            (zstd(&gzip(records)), Beginning::Packed("gzip")),
            (b"\x28\xb5\x2f\xfd\x04".to_vec(), Beginning::Other),
            (b"PK\x03\x04..".to_vec(), Beginning::Records),
            (b"\xff\xfe{\0".to_vec(), Beginning::Packed("UTF-16")),
            (b"Event name,Event time,User name\nInvoke,x,y\n".to_vec(), Beginning::Packed("CSV")),
            (b"\xef\xbb\xbf\"eventVersion\",\"eventTime\"\r\n".to_vec(), Beginning::Packed("CSV")),
            (b"event name\n".to_vec(), Beginning::Other),
            (
                br#" {"Records":[{"eventVersion":"1.11","userAgent":"a,eventName,b"}]}"#.to_vec(),
                Beginning::Records,
            ),
            (br#"[{"eventVersion":"1.11","userAgent":"a,eventName,b"}]"#.to_vec(), Beginning::Records),
            (b"BZh91AY".to_vec(), Beginning::Packed("bzip2")),
            (b"{}".to_vec(), Beginning::Other),
            (Vec::new(), Beginning::Other),
        ] {
            assert_eq!(beginning(&head), what, "{head:?}");
        }
    }
}
