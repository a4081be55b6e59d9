//! What the first bytes of a file tell of it: records of CloudTrail, or a container that has to be opened first.

use crate::inflate::{DEFAULT_LIMIT, Packing, within};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, ErrorKind, Read};

/// Bytes of a file that are looked at, packed and inflated: the first record of CloudTrail usually says within them what it is.
pub const BEGINNING: usize = 64 << 10;

/// What a file is, as far as its bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// Records of CloudTrail, plain or packed, or a zip archive: its first file says nothing of the others.
    Records,
    /// Something else, packed or not.
    Other,
    /// A container that is not opened, by its name.
    Packed(&'static str),
    /// It begins like gzip or zstd and cannot be unpacked far enough to say what it is: why not.
    Damaged(String),
    /// What is at hand begins like JSON, and what it holds may come later.
    Unclear,
}

/// Containers by their first bytes, and where those stand.
const CONTAINERS: [(usize, &[u8], &str); 13] = [
    (0, &[0xfd, b'7', b'z', b'X', b'Z', 0], "xz"),
    (0, b"BZh", "bzip2"),
    (0, &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "7z"),
    (0, &[0xff, 0xfe], UTF_16),
    (0, &[0xfe, 0xff], UTF_16),
    (0, &[0x04, 0x22, 0x4d, 0x18], "lz4"),
    (0, &[0x02, 0x21, 0x4c, 0x18], "lz4"),
    (0, &[0x1f, 0x9d], "compress (.Z)"),
    (0, &[b'R', b'a', b'r', b'!', 0x1a, 0x07], "RAR"),
    (0, b"LZIP", "lzip"),
    (0, &[0x89, b'L', b'Z', b'O', 0], "lzop"),
    (0, &[0xff, 0x06, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y'], "snappy"),
    (257, b"ustar", "tar"),
];

const UTF_16: &str = "UTF-16";

/// What a file is whose first bytes these are; `whole` iff they are all.
#[must_use]
pub fn beginning(mut head: &[u8], whole: bool) -> Beginning {
    look_at(&mut head, whole)
}

/// What a file is, of which no more is read than has to be; all of it, where it begins like JSON and no record comes.
#[must_use]
pub fn look(from: &mut dyn Read) -> Beginning {
    look_at(from, true)
}

fn look_at(from: &mut dyn Read, whole: bool) -> Beginning {
    let (head, ended) = next(from, Vec::new());
    let packing = Packing::of(&head);
    let from = (&head[..]).chain(Rest { from, ended });
    match packing {
        None => follow(None, &mut { from }, whole),
        Some(Packing::Gzip) => follow(packing, &mut MultiGzDecoder::new(BufReader::new(from)), whole),
        Some(Packing::Zstd) => match zstd::Decoder::new(from) {
            Ok(mut decoder) => follow(packing, &mut decoder, whole),
            Err(error) => damaged(packing, &error),
        },
        Some(Packing::Zip) => Beginning::Records,
    }
}

/// What follows the first bytes: how reading those ended is the first thing it says.
struct Rest<'r> {
    from: &'r mut dyn Read,
    ended: Option<io::Result<()>>,
}

impl Read for Rest<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.ended.take() {
            None => self.from.read(to),
            Some(Ok(())) => {
                self.ended = Some(Ok(()));
                Ok(0)
            }
            Some(Err(error)) => Err(error),
        }
    }
}

/// More bytes after `kept`, at most [`BEGINNING`]; and where they end, how.
fn next(from: &mut dyn Read, mut kept: Vec<u8>) -> (Vec<u8>, Option<io::Result<()>>) {
    let wanted = kept.len() + BEGINNING;
    // What came before an error is kept.
    let read = from.take(BEGINNING as u64).read_to_end(&mut kept);
    let ended = match read {
        Err(error) => Some(Err(error)),
        Ok(_) => (kept.len() < wanted).then_some(Ok(())),
    };
    (kept, ended)
}

/// Every record has it, escaped or not, and nearly all begin with it.
const MARK: &[u8] = b"eventVersion";

/// Reads on until it is clear what the content is. What comes out of a `packing`, or is not packed.
fn follow(packing: Option<Packing>, from: &mut dyn Read, whole: bool) -> Beginning {
    let (mut part, mut ended) = next(from, Vec::new());
    if let Some(what) = within(packing, &part) {
        return Beginning::Packed(what);
    }
    let (mut json, mut read) = (None, part.len());
    loop {
        if memchr::memmem::find(&part, MARK).is_some() {
            return Beginning::Records;
        }
        json = json.or_else(|| begins_like_json(&part));
        match ended {
            Some(Ok(())) if whole => return Beginning::Other,
            Some(Err(error)) if whole || error.kind() != ErrorKind::UnexpectedEof => {
                return damaged(packing, &error);
            }
            _ if json == Some(false) => return Beginning::Other,
            Some(_) => return Beginning::Unclear,
            None if read > DEFAULT_LIMIT => return Beginning::Unclear,
            None => {}
        }
        // The mark may stand across both.
        let kept = part.split_off(part.len().saturating_sub(MARK.len()));
        let before = kept.len();
        (part, ended) = next(from, kept);
        read += part.len() - before;
    }
}

fn damaged(packing: Option<Packing>, error: &io::Error) -> Beginning {
    Beginning::Damaged(match packing {
        Some(packing) => format!("it begins like {} and cannot be unpacked: {error}", packing.name()),
        None => error.to_string(),
    })
}

/// `None` where there is nothing but white space.
fn begins_like_json(text: &[u8]) -> Option<bool> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.trim_ascii_start().first().map(|first| matches!(first, b'{' | b'['))
}

/// The container that these bytes begin, if they begin one.
pub(crate) fn container(head: &[u8]) -> Option<&'static str> {
    let is =
        |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let named = CONTAINERS.iter().find(is).map(|(_, _, name)| *name);
    named.or_else(|| is_wide(head).then_some(UTF_16)).or_else(|| is_table(head).then_some(CSV))
}

/// True iff JSON begins there in characters of two bytes, with nothing before it that says so.
fn is_wide(head: &[u8]) -> bool {
    let first = |zero: usize| {
        let pairs = head.chunks_exact(2).map(|pair| (pair[zero], pair[1 - zero]));
        let mut text = pairs.skip_while(|(zero, byte)| *zero == 0 && byte.is_ascii_whitespace());
        text.next().is_some_and(|(zero, byte)| zero == 0 && matches!(byte, b'{' | b'['))
    };
    first(0) || first(1)
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
        UTF_16 => "it is UTF-16, which is not read: convert it to UTF-8".to_owned(),
        "gzip within gzip" => "it is gzip within gzip, which is not read: unpack it once".to_owned(),
        CSV => "it is CSV, which is not read: download it as JSON".to_owned(),
        what => format!("it is {what}, which is not read: unpack it, or pack it with gzip"),
    }
}

#[cfg(test)]
mod tests {
    use super::{BEGINNING, Beginning, beginning, look};
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
            (b"{\0\"\0".to_vec(), Beginning::Packed("UTF-16")),
            (b"\0\n\0 \0[".to_vec(), Beginning::Packed("UTF-16")),
            (b"\x04\x22\x4d\x18\0".to_vec(), Beginning::Packed("lz4")),
            (b"\x1f\x9d\x90\0".to_vec(), Beginning::Packed("compress (.Z)")),
            (b"Rar!\x1a\x07\x01\0".to_vec(), Beginning::Packed("RAR")),
            (gzip(b"\x04\x22\x4d\x18\0"), Beginning::Packed("lz4")),
            ([gzip(b""), gzip(records)].concat(), Beginning::Records),
            (zstd(b" ").into_iter().chain(zstd(records)).collect(), Beginning::Records),
            (b"PAR1\0\0".to_vec(), Beginning::Other),
            (gzip(b""), Beginning::Other),
            (b"{}".to_vec(), Beginning::Other),
            (Vec::new(), Beginning::Other),
        ] {
            assert_eq!(beginning(&head, true), what, "{head:?}");
            assert_eq!(look(&mut &head[..]), what, "{head:?}");
        }
    }

    #[test]
    fn what_says_late_what_it_is_is_followed_and_what_cannot_be_unpacked_is_damaged() {
        let records = br#"{"Records":[{"eventVersion":"1.11""#;
        let blanks = [&[b' '; 2 * BEGINNING + 5], &records[..]].concat();
        let late = format!(r#"{{"Records":[{{"x":"{}","eventVersion":"1.11""#, "a".repeat(BEGINNING - 20));
        for file in [blanks.clone(), late.into_bytes(), gzip(&blanks), zstd(&blanks)] {
            assert_eq!(look(&mut &file[..]), Beginning::Records);
        }
        // Of the beginning of a file nobody can tell.
        assert_eq!(beginning(&blanks[..BEGINNING], false), Beginning::Unclear);
        assert_eq!(beginning(&gzip(records)[..12], false), Beginning::Unclear);
        assert_eq!(beginning(b"{\"a\":1}", false), Beginning::Unclear);
        assert_eq!(beginning(b"80 GET /", false), Beginning::Other);
        let long = [b"{".as_slice(), &vec![b' '; 3 * BEGINNING]].concat();
        assert_eq!(look(&mut &long[..]), Beginning::Other);
        let noise: Vec<u8> = (0..100_u8).map(|at| at.wrapping_mul(151) ^ 0x5a).collect();
        for file in [
            gzip(records)[..15].to_vec(),
            [&gzip(b"")[..10], &noise].concat(),
            gzip(b"80 GET /")[..12].to_vec(),
            b"\x28\xb5\x2f\xfd\x04".to_vec(),
            zstd(b"80 GET /")[..8].to_vec(),
        ] {
            assert!(matches!(look(&mut &file[..]), Beginning::Damaged(_)), "{file:?}");
        }
    }
}
