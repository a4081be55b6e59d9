//! What the first bytes of a file tell of it: records of CloudTrail, or a container that has to be opened first.

mod mark;

use crate::inflate::{DEFAULT_LIMIT, Packing, within};
use flate2::bufread::MultiGzDecoder;
use mark::{AROUND, begins_like_json, has_column, has_mark};
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

/// Tables by their first bytes: the names of their columns say what they hold.
const TABLES: [(&[u8], &str); 3] = [(b"PAR1", "Parquet"), (b"Obj\x01", "Avro"), (b"ORC", "ORC")];

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
