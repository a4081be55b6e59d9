//! Containers that are not opened, by their first bytes; and why, and what to do about each.

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

const UTF_32: &str = "UTF-32";
const ENCRYPTED: &str = "encrypted";
const UTF_16: &str = "UTF-16";

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
