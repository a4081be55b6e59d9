//! What looks like delivered data decides where it is not read: pages, empty files, files under the names of log files, containers. What
//! merely speaks of records does not.

use crate::bucket::Bucket;
use crate::evidence::Copy;
use crate::late::{MAY, function};
use crate::log_files::gzip;
use crate::run::{Finished, root, run, with_stdin};
use crate::unread::{DAY, NAME, beside, delivered, file, gone, is_left_out, is_told, whole};
use serde_json::{Value, json};

#[test]
fn a_page_that_others_follow_may_lack_calls() {
    let text = gone().to_string();
    for (page, code) in [
        (json!({"Events": [{"CloudTrailEvent": text}], "NextToken": "x"}), 4),
        (json!({"events": [{"message": text}], "nextToken": "x"}), 4),
        (json!({"Events": [{"CloudTrailEvent": text}]}), 0),
        (json!({"Events": []}), 0),
    ] {
        let said = with_stdin(&["invocations", "-"], page.to_string().as_bytes());
        assert_eq!(said.code, Some(code), "{page}: {said:?}");
        assert_eq!(said.stdout.contains("more pages"), code == 4, "{page}: {said:?}");
    }
}

#[test]
fn nothing_on_stdin_or_in_a_loose_file_is_no_answer() {
    for bytes in [&b""[..], b"\n", b" \r\n", b"\xef\xbb\xbf"] {
        let said = with_stdin(&["invocations", "-"], bytes);
        assert!(said.code.is_some_and(|code| code != 0), "{bytes:?}: {said:?}");
        assert!(said.stderr.contains("empty"), "{said:?}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), file(&[gone()])).unwrap();
        std::fs::write(folder.path().join("b.json"), bytes).unwrap();
        let said = run(&["invocations", folder.path().to_str().unwrap()]);
        assert_eq!(said.code, Some(4), "{bytes:?}: {said:?}");
        assert!(said.stdout.contains("b.json"), "{said:?}");
    }
}

#[test]
fn what_has_no_records_in_the_place_of_a_log_file_was_not_read() {
    for bytes in [
        b"[]".to_vec(),
        b"{\"Events\":[]}".to_vec(),
        b"{\"logEvents\":[]}".to_vec(),
        json!({"digestS3Object": "x", "logFiles": []}).to_string().into_bytes(),
    ] {
        for bytes in [bytes.clone(), gzip(&bytes)] {
            let case = whole();
            std::fs::write(delivered(&case), &bytes).unwrap();
            is_told(&case, NAME);
        }
    }
    let case = whole();
    std::fs::write(delivered(&case), gzip(b"{\"Records\":[]}")).unwrap();
    is_left_out(&case, "a log file without records");
}

#[test]
fn the_name_of_a_log_file_decides_wherever_it_lies() {
    let noise: Vec<u8> = (0..200_u8).map(|at| at.wrapping_mul(151) ^ 0x5a).collect();
    for bytes in [Vec::new(), noise, b"<html>Access denied</html>".to_vec(), b"[]".to_vec()] {
        for name in [NAME.to_owned(), format!("{NAME}.bak")] {
            let case = whole();
            std::fs::write(beside(&case, &name), &bytes).unwrap();
            is_told(&case, &name);
        }
    }
}

#[test]
fn what_is_packed_or_encrypted_otherwise_may_hold_records() {
    let records = file(&[gone()]);
    let mut zlib = Vec::new();
    let encoder = flate2::read::ZlibEncoder::new(&records[..], flate2::Compression::fast());
    std::io::Read::read_to_end(&mut { encoder }, &mut zlib).unwrap();
    let wide = |at: usize| {
        let of = |byte: &u8| (0..4).map(|one| if one == at { *byte } else { 0 }).collect::<Vec<_>>();
        records.iter().flat_map(of).collect::<Vec<u8>>()
    };
    for (name, bytes) in [
        ("x.zz", zlib),
        ("x.avro", b"Obj\x01\x04{\"name\":\"eventversion\"}".to_vec()),
        ("x.parquet", b"PAR1\0\0\0eventversion\0PAR1".to_vec()),
        ("x.gpg", b"\x85\x02\x0c\x03\x11\x22\x33".to_vec()),
        ("x.enc", b"Salted__\x01\x02".to_vec()),
        ("x.lzma", b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x3d".to_vec()),
        ("x32.json", wide(0)),
        ("y32.json", wide(3)),
        ("x.exe", b"MZ\0\0PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("x.b64", b"eyJSZWNvcmRzIjpbeyJldmVudFZl\ncnNpb24i".to_vec()),
        ("x.late", [&b"some words\n".repeat(8_000)[..], &records].concat()),
        ("x.zeros", [&[0; 70_000][..], &records].concat()),
        ("x.two", [gzip(b"some words\n"), gzip(&records)].concat()),
    ] {
        let case = whole();
        std::fs::write(beside(&case, name), &bytes).unwrap();
        is_told(&case, name);
    }
}

#[test]
fn what_merely_speaks_of_records_is_left_out() {
    let mac = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ".to_vec();
    let notes = b"# Logs\nEach record has an `eventVersion`.\n".to_vec();
    for (name, bytes) in [
        ("README.md", notes.clone()),
        ("filter.jq", b".Records[] | select(.eventVersion == \"1.08\") | {eventVersion}".to_vec()),
        ("list.jq", b"[.Records[] | {eventVersion, eventName}]".to_vec()),
        (&format!("._{NAME}"), mac.clone()),
    ] {
        let case = whole();
        std::fs::write(beside(&case, name), &bytes).unwrap();
        is_left_out(&case, name);
    }
    for (name, bytes) in
        [("README", notes.clone()), ("README.txt", notes), ("._x", mac.clone()), (&format!("._{NAME}"), mac)]
    {
        let case = whole();
        std::fs::write(case.logs().join(DAY).join(name), &bytes).unwrap();
        is_left_out(&case, name);
    }
    // With a record in it, a name is no excuse.
    let case = whole();
    std::fs::write(case.logs().join(DAY).join("README.md"), file(&[gone()])).unwrap();
    is_told(&case, "README.md");
}

#[test]
fn a_file_in_the_place_of_a_folder_and_a_link_that_leads_nowhere_are_not_read() {
    for place in [DAY, "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03", "AWSLogs/111122223333"] {
        let case = whole();
        let folder = case.logs().join(place);
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::write(&folder, "").unwrap();
        let said = case.verify("logs", MAY, &[]);
        assert_eq!(
            (function(&said, "gone").0.as_str(), said.code),
            ("undetermined", Some(4)),
            "{place}: {said:?}"
        );
        assert!(said.stdout.contains("it is a file"), "{place}: {said:?}");
    }
    let case = whole();
    std::os::unix::fs::symlink("/gone/away", case.logs().join("older")).unwrap();
    is_told(&case, "older");
}

fn validated(tree: &Copy, command: &[&str]) -> Finished {
    let keys = root().join("examples/logs/public-keys.json");
    let day = ["--since", "2026-11-21", "--until", "2026-11-21"];
    run(&[command, &[tree.path(), "--public-keys", keys.to_str().unwrap()], &day].concat())
}

#[test]
fn a_broken_log_file_that_a_digest_lists_is_invalid_whoever_asks() {
    let inventory = root().join("examples/acme.json");
    let metrics = root().join("examples/metrics.json");
    type Way = fn(&mut Vec<u8>);
    let ways: [Way; 4] = [
        |bytes| bytes.truncate(50),
        |bytes| bytes[12..15].fill(0xff),
        |bytes| bytes.clear(),
        |bytes| bytes[..2].fill(b' '),
    ];
    for (at, change) in ways.into_iter().enumerate() {
        let tree = Copy::below("");
        let file = tree.files("AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21", ".json.gz").remove(0);
        let mut bytes = std::fs::read(&file).unwrap();
        change(&mut bytes);
        std::fs::write(&file, bytes).unwrap();
        let said = validated(&tree, &["logs", "validate"]);
        assert_eq!(said.code, Some(3), "{at}: {said:?}");
        let [inventory, metrics] = [&inventory, &metrics].map(|path| path.to_str().unwrap());
        let facts = ["verify", "--digests", "--no-index", "--inventory", inventory, "--metrics", metrics];
        let said = validated(&tree, &facts);
        assert_eq!(said.code, Some(3), "{at}: {said:?}");
    }
}

#[test]
fn a_log_file_that_was_unpacked_is_noted() {
    let tree = Copy::below("");
    let path = tree.files("AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21", ".json.gz").remove(0);
    std::fs::rename(&path, path.with_extension("")).unwrap();
    let said = validated(&tree, &["logs", "validate"]);
    assert_eq!(said.code, Some(3), "{said:?}");
    let note = said.stderr.lines().find(|line| line.starts_with("note: ") && line.contains("unpacked"));
    assert!(note.is_some_and(|note| note.contains("is not there")), "{said:?}");
}

#[test]
fn more_objects_beside_a_tree_than_are_looked_into_decide() {
    for (count, code) in [(1_000, 3), (1_001, 4)] {
        let case = whole();
        for at in 0..count {
            std::fs::write(beside(&case, &format!("{at:04}.bin")), "nothing").unwrap();
        }
        let bucket = Bucket::of(&case.logs(), |_| None);
        let facts = ["--inventory", "inv.json", "--metrics", "met.json", "--no-index", "--format", "json"];
        let day = ["--since", "2026-03-01", "--until", "2026-03-01"];
        let said = case.run(&[&["verify", "s3://logs"], &facts[..], &day].concat(), MAY, Some(&bucket));
        assert_eq!(said.code, Some(code), "{count}: {said:?}");
        let unseen: Value = serde_json::from_str(&said.stdout).unwrap();
        let told = unseen["unseen"].to_string().contains("too many to be looked into");
        assert_eq!(told, code == 4, "{count}: {unseen}");
        assert_eq!(function(&said, "gone").0, if code == 4 { "undetermined" } else { "missing" });
    }
}
