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
const CONTAINERS: [(usize, &[u8], &str); 20] = [
    (0, &[0xfd, b'7', b'z', b'X', b'Z', 0], "xz"),
    (0, b"BZh", "bzip2"),
    (0, &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "7z"),
    (0, &[0xff, 0xfe, 0, 0], UTF_32),
    (0, &[0, 0, 0xfe, 0xff], UTF_32),
    (0, &[0xff, 0xfe], UTF_16),
    (0, &[0xfe, 0xff], UTF_16),
    (0, &[0x04, 0x22, 0x4d, 0x18], "lz4"),
    (0, &[0x02, 0x21, 0x4c, 0x18], "lz4"),
    (0, &[0x1f, 0x9d], "compress (.Z)"),
    (0, &[b'R', b'a', b'r', b'!', 0x1a, 0x07], "RAR"),
    (0, b"LZIP", "lzip"),
    (0, &[0x89, b'L', b'Z', b'O', 0], "lzop"),
    (0, &[0xff, 0x06, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y'], "snappy"),
    (0, b"Salted__", ENCRYPTED),
    (0, b"U2FsdGVkX1", ENCRYPTED),
    (0, b"age-encryption.org/", ENCRYPTED),
    (0, b"-----BEGIN AGE ENCRYPTED", ENCRYPTED),
    (0, b"-----BEGIN PGP MESSAGE", ENCRYPTED),
    (257, b"ustar", "tar"),
];

/// Tables by their first bytes: the names of their columns say what they hold.
const TABLES: [(&[u8], &str); 3] = [(b"PAR1", "Parquet"), (b"Obj\x01", "Avro"), (b"ORC", "ORC")];

const UTF_32: &str = "UTF-32";
const ENCRYPTED: &str = "encrypted";

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
    if packing.is_none() && holds_records_in_zlib(&head) {
        return Beginning::Packed("zlib");
    }
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

/// More than the mark and what has to stand around it: both may stand across two parts.
const AROUND: usize = 64;

/// So much is read of what does not begin like JSON.
const OTHERS: usize = 1 << 20;

/// Reads on until it is clear what the content is. What comes out of a `packing`, or is not packed.
fn follow(packing: Option<Packing>, from: &mut dyn Read, whole: bool) -> Beginning {
    let (mut part, mut ended) = next(from, Vec::new());
    if let Some(what) = within(packing, &part) {
        return Beginning::Packed(what);
    }
    let table = TABLES.iter().find(|(magic, _)| part.starts_with(magic)).map(|(_, name)| *name);
    let program = [&b"MZ"[..], b"\x7fELF", b"#!"].iter().any(|magic| part.starts_with(magic));
    let (mut json, mut read) = (table.map(|_| true), part.len());
    loop {
        json = json.or_else(|| begins_like_json(&part));
        match table {
            Some(name) if has_column(&part) => return Beginning::Packed(name),
            None if has_mark(&part, json == Some(true)) => return Beginning::Records,
            None if program && has_archive(&part) => return Beginning::Packed("a self-extracting archive"),
            _ => {}
        }
        match ended {
            Some(Ok(())) if whole => return Beginning::Other,
            Some(Err(error)) if whole || error.kind() != ErrorKind::UnexpectedEof => {
                return damaged(packing, &error);
            }
            _ if json == Some(false) && (!whole || read >= OTHERS) => return Beginning::Other,
            Some(_) => return Beginning::Unclear,
            None if read > DEFAULT_LIMIT => return Beginning::Unclear,
            None => {}
        }
        let kept = part.split_off(part.len().saturating_sub(AROUND));
        let before = kept.len();
        (part, ended) = next(from, kept);
        read += part.len() - before;
    }
}

/// True iff the mark is the name of a member there: who only mentions it is no record. Outside of JSON its value must be one, too.
fn has_mark(part: &[u8], json: bool) -> bool {
    let quoted = |rest: &[u8]| {
        let rest = past(rest, |byte| byte == b'\\').strip_prefix(b"\"")?.to_vec();
        let rest = past(&rest, |byte| byte.is_ascii_whitespace()).strip_prefix(b":")?.to_vec();
        let value = past(&rest, |byte| byte == b'\\' || byte.is_ascii_whitespace()).to_vec();
        (json || value.starts_with(b"\"1.")).then_some(())
    };
    memchr::memmem::find_iter(part, MARK).any(|at| {
        let before = at.checked_sub(1).and_then(|at| part.get(at));
        let after = part.get(at + MARK.len()..).unwrap_or_default();
        before == Some(&b'"') && quoted(after.get(..after.len().min(AROUND)).unwrap_or_default()).is_some()
    })
}

fn past(bytes: &[u8], is: impl Fn(u8) -> bool) -> &[u8] {
    let count = bytes.iter().take_while(|byte| is(**byte)).count();
    bytes.get(count..).unwrap_or_default()
}

/// True iff a column of that name is there, in whatever letters.
fn has_column(part: &[u8]) -> bool {
    part.windows(MARK.len()).any(|some| some.eq_ignore_ascii_case(MARK))
}

/// True iff a file of a zip archive begins there, stored or deflated.
fn has_archive(part: &[u8]) -> bool {
    let is_file = |at: usize| matches!(part.get(at + 8..at + 10), Some([0 | 8, 0]));
    memchr::memmem::find_iter(part, b"PK\x03\x04").any(is_file)
}

/// True iff it is zlib, and what comes out of it begins like JSON or as records do.
fn holds_records_in_zlib(head: &[u8]) -> bool {
    let Some([first @ 0x78, second @ (0x01 | 0x5e | 0x9c | 0xda)]) = head.first_chunk::<2>() else {
        return false;
    };
    let mut inside = Vec::new();
    // What came before the end is kept.
    let _ = flate2::bufread::ZlibDecoder::new(head).take(BEGINNING as u64).read_to_end(&mut inside);
    let is_sum = (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31);
    is_sum && (begins_like_json(&inside) == Some(true) || has_mark(&inside, true))
}

fn damaged(packing: Option<Packing>, error: &io::Error) -> Beginning {
    Beginning::Damaged(match packing {
        Some(packing) => format!("it begins like {} and cannot be unpacked: {error}", packing.name()),
        None => error.to_string(),
    })
}

/// `None` where there is nothing but white space, or zeros, as broken disks leave them.
fn begins_like_json(text: &[u8]) -> Option<bool> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    past(text, |byte| byte == 0 || byte.is_ascii_whitespace())
        .first()
        .map(|first| matches!(first, b'{' | b'['))
}

/// The container that these bytes begin, if they begin one.
pub(crate) fn container(head: &[u8]) -> Option<&'static str> {
    let is =
        |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let named = CONTAINERS.iter().find(is).map(|(_, _, name)| *name);
    let named =
        named.or_else(|| is_wider(head).then_some(UTF_32)).or_else(|| is_openpgp(head).then_some(ENCRYPTED));
    let named =
        named.or_else(|| is_lzma(head).then_some("lzma")).or_else(|| is_base64(head).then_some("base64"));
    named.or_else(|| is_wide(head).then_some(UTF_16)).or_else(|| is_table(head).then_some(CSV))
}

/// True iff JSON begins there in characters of four bytes.
fn is_wider(head: &[u8]) -> bool {
    matches!(head.first_chunk::<4>(), Some([b'{' | b'[', 0, 0, 0] | [0, 0, 0, b'{' | b'[']))
}

/// True iff a message of OpenPGP begins there: a key for somebody, a password's, or a compressed packet (RFC 9580).
fn is_openpgp(head: &[u8]) -> bool {
    matches!(
        head,
        [0x84, _, 3 | 6, ..]
            | [0x85, _, _, 3 | 6, ..]
            | [0x8c, _, 4..=6, ..]
            | [0xc1, 0..=191, 3 | 6, ..]
            | [0xc1, 192..=223, _, 3 | 6, ..]
            | [0xc3, 0..=191, 4..=6, ..]
            | [0xa3, 1..=3, ..]
    )
}

/// True iff lzma begins there as `xz --format=lzma` writes it, which has no name of its own.
fn is_lzma(head: &[u8]) -> bool {
    matches!(head, [0x5d, 0, 0, _, _, rest @ ..] if rest.len() >= 8)
}

/// True iff JSON, gzip, zstd or zip begins there in base64.
fn is_base64(head: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 7] = [b"eyJ", b"ewo", b"W3s", b"Wwo", b"H4sI", b"KLUv/", b"UEsDB"];
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte);
    let some = head.get(..head.len().min(256)).unwrap_or_default();
    some.len() >= 16 && BEGINNINGS.iter().any(|one| some.starts_with(one)) && some.iter().all(is_letter)
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
        UTF_16 | UTF_32 => format!("it is {what}, which is not read: convert it to UTF-8"),
        ENCRYPTED => "it is encrypted, which is not read: decrypt it".to_owned(),
        "Parquet" | "Avro" | "ORC" => {
            format!(
                "it is {what} with columns of CloudTrail, which is not read: give the log files that it was made of"
            )
        }
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

    fn zlib(content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::ZlibEncoder::new(content, Compression::new(6)).read_to_end(&mut bytes).unwrap();
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
            (b"PAR1\0\0eventversion\0PAR1".to_vec(), Beginning::Packed("Parquet")),
            (b"Obj\x01\x04{\"name\":\"eventVersion\"}".to_vec(), Beginning::Packed("Avro")),
            (b"Obj\x01\x04{\"name\":\"price\"}".to_vec(), Beginning::Other),
            (b"\xff\xfe\0\0{\0\0\0".to_vec(), Beginning::Packed("UTF-32")),
            (b"{\0\0\0\"\0\0\0".to_vec(), Beginning::Packed("UTF-32")),
            (b"\0\0\0{\0\0\0\"".to_vec(), Beginning::Packed("UTF-32")),
            (b"Salted__12345678".to_vec(), Beginning::Packed("encrypted")),
            (b"\x85\x01\x0c\x03\x11".to_vec(), Beginning::Packed("encrypted")),
            (b"\x8c\x0d\x04\x09\x03".to_vec(), Beginning::Packed("encrypted")),
            (b"-----BEGIN PGP MESSAGE-----\n".to_vec(), Beginning::Packed("encrypted")),
            (b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0".to_vec(), Beginning::Packed("lzma")),
            (b"eyJSZWNvcmRzIjpbeyJldmVudFZl".to_vec(), Beginning::Packed("base64")),
            (b"eyJhbGciOiJIUzI1NiJ9.e30.abcdefg".to_vec(), Beginning::Other),
            (zlib(records), Beginning::Packed("zlib")),
            (zlib(b"80 GET /"), Beginning::Other),
            (b"x^2 + y^2".to_vec(), Beginning::Other),
            (b"MZ\0\0..PK\x03\x04\x14\0\0\0\x08\0".to_vec(), Beginning::Packed("a self-extracting archive")),
            (b"MZ\0\0..".to_vec(), Beginning::Other),
            ([gzip(b"80 GET /\n"), gzip(records)].concat(), Beginning::Records),
            (b"# Notes\nEach has `eventVersion`, or \"eventVersion\": a text.\n".to_vec(), Beginning::Other),
            (
                b"[.Records[] | select(.eventVersion) | {eventVersion, \"eventVersion\"}]".to_vec(),
                Beginning::Other,
            ),
            (b"2023-03-21T01:02:03.000Z {\"eventVersion\": \"1.08\"".to_vec(), Beginning::Records),
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
        let zeros = [&[0; 70_000], &records[..]].concat();
        let text = [&b"words and words ".repeat(5_000)[..], b"\n", records].concat();
        for file in [blanks.clone(), late.into_bytes(), gzip(&blanks), zstd(&blanks), zeros, text] {
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
