//! Files with other names, in other places: records are read, and what is not read decides.

use crate::run::{run, with_stdin};

const MIXED: &str = "crates/cli/tests/cases/records/mixed";

#[test]
fn what_is_not_read_because_of_its_name_is_named_and_decides() {
    let said = run(&["invocations", MIXED]);
    assert_eq!(said.code, Some(4), "{}", said.stdout);
    for name in ["ZZZZZZZZZZZZZZZZ.json.gz.bak", "ZZZZZZZZZZZZZZZZ.json.gz.Ab12Cd"] {
        assert!(said.stdout.contains(name), "{name}: {}", said.stdout);
        let json = run(&["invocations", MIXED, "--format", "json"]);
        assert!(json.stdout.contains(name), "{name}: {}", json.stdout);
        let csv = run(&["invocations", MIXED, "--format", "csv"]);
        assert!(csv.stderr.contains(name), "{name}: {}", csv.stderr);
    }
    // Zstandard is read, and what lies loose beside the tree and holds records.
    assert!(said.stdout.contains("Read 3 files"), "{}", said.stdout);
    let json: serde_json::Value =
        serde_json::from_str(&run(&["invocations", MIXED, "--format", "json"]).stdout).unwrap();
    // 13 in gzip, 60 in zstd, and 60 as the console lets people download them.
    assert_eq!(json["reading"]["records"], 133, "{}", json["reading"]);
}

#[test]
fn what_is_left_out_is_named_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("AWSLogs/740885989403/CloudTrail/us-east-1/2026/03/01");
    std::fs::create_dir_all(&tree).unwrap();
    let name = "740885989403_CloudTrail_us-east-1_20260301T1235Z_wCIr1hH3FWiZGCyi.json";
    std::fs::write(tree.join(name), "{\"Records\":[]}").unwrap();
    for name in ["notes.md", "settings.json", "a.csv"] {
        std::fs::write(folder.path().join(name), "hello").unwrap();
    }
    let path = folder.path().to_str().unwrap();
    let told = "3 not from CloudTrail (a.csv, notes.md, settings.json).";
    for (format, on_stderr) in [("terminal", false), ("csv", true)] {
        let said = run(&["invocations", path, "--format", format]);
        assert_eq!(said.code, Some(0), "{said:?}");
        let text = if on_stderr { said.stderr } else { said.stdout };
        assert!(text.replace("\n", " ").contains(told), "{format}: {text}");
    }
    for format in ["json", "jsonl"] {
        let said = run(&["invocations", path, "--format", format]);
        let first: serde_json::Value =
            serde_json::Deserializer::from_str(&said.stdout).into_iter().next().unwrap().unwrap();
        let names = serde_json::json!(["a.csv", "notes.md", "settings.json"]);
        assert_eq!(first["reading"]["left_out"]["names"], names, "{format}");
    }
}

#[test]
fn a_folder_downloaded_as_an_archive_says_what_the_folder_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    let mut add = |path: &std::path::Path, name: &str| {
        let (mut entry, config) = archive.new_file(name).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        std::io::copy(&mut std::fs::File::open(path).unwrap(), &mut writer).unwrap();
        let descriptor = writer.finish().unwrap().1;
        entry.finish(descriptor).unwrap();
    };
    let mut folders = vec![std::path::PathBuf::from("examples/logs/AWSLogs")];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let inside = below.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true if inside.to_string_lossy().contains("CloudTrail-") => {}
                true => folders.push(inside),
                false => add(&entry.path(), inside.to_str().unwrap()),
            }
        }
    }
    let path = folder.path().join("logs.zip");
    std::fs::write(&path, archive.finish().unwrap()).unwrap();
    let ask = |source: &str| {
        let said = run(&["invocations", source, "--format", "csv"]);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.stdout
    };
    let told = ask("examples/logs");
    assert_eq!(ask(path.to_str().unwrap()), told);
    assert_eq!(ask(folder.path().to_str().unwrap()), told);
    let said = with_stdin(&["invocations", "-", "--format", "csv"], &std::fs::read(&path).unwrap());
    assert_eq!(said.stdout, told);
    let packed = zstd::encode_all(br#"{"Records":[]}"#.as_slice(), 3).unwrap();
    assert_eq!(with_stdin(&["invocations", "-"], &packed).code, Some(0));
}

#[test]
fn a_container_is_refused_by_its_name_on_stdin_too() {
    for (bytes, name) in [
        (&b"BZh91AY&SY"[..], "bzip2"),
        (b"Event name,Event time\n", "CSV"),
        (b"\xfd7zXZ\0\0", "xz"),
        (b"\xff\xfe{\0", "UTF-16"),
    ] {
        let said = with_stdin(&["invocations", "-"], bytes);
        assert_ne!(said.code, Some(0));
        assert!(said.stderr.contains(name), "{name}: {}", said.stderr);
    }
}
