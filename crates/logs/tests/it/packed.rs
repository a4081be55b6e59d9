//! Zstandard frames and zip archives: the same content as unpacked, damage told, bombs harmless.

use flate2::{Compression, write::DeflateEncoder, write::GzEncoder};
use logs::{Beginning, Inflater, Trouble, beginning};
use proptest::collection::vec;
use proptest::prelude::*;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;

const LIMIT: usize = 1 << 20;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn zip(files: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, content, method) in files {
        let (mut entry, config) = archive.new_file(*name).compression_method(*method).start().unwrap();
        let descriptor = match *method {
            CompressionMethod::DEFLATE => {
                let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::new(6)));
                writer.write_all(content).unwrap();
                let (encoder, descriptor) = writer.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            }
            CompressionMethod::ZSTD => {
                let mut writer = config.wrap(zstd::Encoder::new(&mut entry, 3).unwrap());
                writer.write_all(content).unwrap();
                let (encoder, descriptor) = writer.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            }
            _ => {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(content).unwrap();
                writer.finish().unwrap().1
            }
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

/// The content, or what is wrong beside it.
fn opened(file: &[u8]) -> (Vec<u8>, Option<String>) {
    let mut inflater = Inflater::new(LIMIT);
    // The buffer of the file before must not shine through.
    inflater.inflate(&gzip(&[7; 5_000]));
    let inflated = inflater.inflate(file);
    (inflated.bytes.to_vec(), inflated.trouble.map(|trouble| trouble.to_string()))
}

const DEFLATE: CompressionMethod = CompressionMethod::DEFLATE;
const STORE: CompressionMethod = CompressionMethod::STORE;

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_and_files_are_opened_one_after_the_other(parts in vec(vec(b'0'..b'4', 1..3_000), 0..5)) {
        let frames: Vec<u8> = parts.iter().flat_map(|part| zstd(part)).collect();
        prop_assert_eq!(opened(&frames), (parts.concat(), None));
        let lines: Vec<u8> = parts.iter().flat_map(|part| [part.as_slice(), b"\n"].concat()).collect();
        for pack in [|part: &[u8]| part.to_vec(), |part: &[u8]| gzip(part), |part: &[u8]| zstd(part)] {
            let packed: Vec<Vec<u8>> = parts.iter().map(|part| pack(part)).collect();
            for method in [STORE, DEFLATE, CompressionMethod::ZSTD] {
                let files: Vec<_> = packed.iter().map(|part| ("a/b.json", part.as_slice(), method)).collect();
                prop_assert_eq!(opened(&zip(&files)), (lines.clone(), None));
            }
        }
    }

    #[test]
    fn damage_never_panics_and_adds_nothing_unseen(
        bytes in vec(b'0'..b'4', 100..3_000), at in any::<prop::sample::Index>(), flip in 1..=255_u8, cut in any::<bool>(),
    ) {
        for whole in [zstd(&bytes), zip(&[("a.json", &bytes, DEFLATE)]), zip(&[("a.json.gz", &gzip(&bytes), STORE)])] {
            let mut file = whole.clone();
            let at = at.index(file.len());
            if cut { file.truncate(at) } else { file[at] ^= flip }
            let (content, trouble) = opened(&file);
            // The level that we pack zstd with here has no checksum: other bytes may come out of it, as of plain JSON.
            if cut && at > 4 {
                prop_assert!(trouble.is_some(), "{} of {} bytes", at, whole.len());
            }
            if !cut && whole.starts_with(b"PK") && file.starts_with(b"PK\x03\x04") && !content.is_empty() {
                prop_assert!(content == [bytes.as_slice(), b"\n"].concat());
            }
            let _ = beginning(&file, true);
        }
    }
}

#[test]
fn a_frame_that_is_cut_off_keeps_what_came_before() {
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(|n| n.to_string().into_bytes()).collect();
    let file = [zstd(b"whole "), zstd(&bytes)].concat();
    let (content, trouble) = opened(&file[..file.len() - 10]);
    assert!(content.starts_with(b"whole 0123456789") && content.len() > 100_000, "{}", content.len());
    let trouble = trouble.unwrap();
    assert!(trouble.starts_with("the zstd data ends early or is damaged, at byte "), "{trouble}");
}

#[test]
fn bombs_are_named_and_nothing_of_them_is_kept() {
    let zeros = vec![b' '; 40 << 20];
    let within = gzip(&zeros);
    let twice = [gzip(b"{}"), vec![0; 9 << 20]].concat();
    for bomb in [
        zstd(&zeros),
        zip(&[("a.json", &zeros, DEFLATE)]),
        zip(&[("a.json.gz", &within, STORE)]),
        zip(&[("a.json.gz", &within, DEFLATE)]),
        zip(&[("a.json", &zeros[..LIMIT - 1], DEFLATE), ("b.json", b"{}{}", DEFLATE)]),
    ] {
        let mut inflater = Inflater::new(LIMIT);
        let inflated = inflater.inflate(&bomb);
        assert_eq!((inflated.bytes, inflated.trouble), (&b""[..], Some(Trouble::TooLarge { limit: LIMIT })));
    }
    // What is packed twice and becomes large in between takes no memory either.
    let (content, trouble) = opened(&zip(&[("a.json.gz", &twice, DEFLATE), ("b.json", b"{}", STORE)]));
    assert_eq!(content, b"{}\n");
    assert!(
        trouble
            .unwrap()
            .starts_with("1 of the files in the zip archive could not be read; the first is a.json.gz: ")
    );
}

#[test]
fn a_file_of_an_archive_that_cannot_be_read_is_named_and_the_others_are_read() {
    let inner = zip(&[("x", b"{}", STORE)]);
    let mut damaged = gzip(b"{\"Records\":[]}");
    damaged.truncate(20);
    let good: (&str, &[u8], CompressionMethod) = ("good.json", b"{}", DEFLATE);
    for (content, why) in [
        (inner.as_slice(), "it is a zip archive itself"),
        (&damaged, "the gzip data ends early"),
        (b"BZh91AY", "it is bzip2, which is not read"),
        (&gzip(&gzip(b"{}")), "it is gzip within gzip"),
    ] {
        let (bytes, trouble) =
            opened(&zip(&[good, ("bad", content, STORE), good, ("worse", content, STORE)]));
        assert_eq!(bytes, b"{}\n{}\n");
        let trouble = trouble.unwrap();
        assert!(
            trouble.starts_with(&format!(
                "2 of the files in the zip archive could not be read; the first is bad: {why}"
            )),
            "{trouble}"
        );
    }
    let method = CompressionMethod::LZMA;
    let (bytes, trouble) = opened(&zip(&[good, ("bad", b"x", method)]));
    assert_eq!(
        (bytes.as_slice(), trouble.unwrap().ends_with("it is packed with lzma")),
        (&b"{}\n"[..], true)
    );
    // Bit 0 of the flags, in the local header and in the directory (APPNOTE 4.4.4).
    let mut secret = zip(&[good]);
    let directory = secret.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    for at in [6, directory + 8] {
        secret[at] |= 1;
    }
    assert!(opened(&secret).1.unwrap().ends_with("it is encrypted"));
}

#[test]
fn what_macos_adds_to_an_archive_is_no_loss() {
    let beside = [&[0, 5, 0x16, 7, 0, 2, 0, 0][..], &[0; 100]].concat();
    let file = zip(&[("a.json", b"{}\n", DEFLATE), ("__MACOSX/._a.json", &beside, DEFLATE)]);
    assert_eq!(opened(&file), (b"{}\n".to_vec(), None));
    assert_eq!(opened(&zip(&[])), (Vec::new(), None));
}

/// One file that many entries of the directory lead to: inflated for each of them it would take hours.
#[test]
fn files_that_overlap_are_refused() {
    let one = zip(&[("a.json", &vec![b' '; 5_000], DEFLATE)]);
    let directory = one.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let end = one.windows(4).position(|four| four == b"PK\x05\x06").unwrap();
    let many: u16 = 2_000;
    let mut file = one[..directory].to_vec();
    (0..many).for_each(|_| file.extend(&one[directory..end]));
    let size = u32::try_from(file.len() - directory).unwrap();
    let mut last = one[end..].to_vec();
    last[8..10].copy_from_slice(&many.to_le_bytes());
    last[10..12].copy_from_slice(&many.to_le_bytes());
    last[12..16].copy_from_slice(&size.to_le_bytes());
    file.extend(last);
    // Each says that it holds 50 KB.
    for at in 0..usize::from(many) {
        let at = directory + at * (end - directory) + 20;
        file[at..at + 4].copy_from_slice(&50_000_u32.to_le_bytes());
    }
    assert_eq!(opened(&file).1.unwrap(), "the zip archive is damaged: its files overlap");
}

#[test]
fn packed_files_are_told_by_their_first_bytes() {
    let records = br#"{"Records":[{"eventVersion":"1.11""#;
    assert_eq!(beginning(&zip(&[("a.json", records, DEFLATE)]), true), Beginning::Records);
    assert_eq!(beginning(&zip(&[("README", b"see", STORE)]), true), Beginning::Records);
    assert_eq!(beginning(&zstd(b"GET /"), true), Beginning::Other);
}
