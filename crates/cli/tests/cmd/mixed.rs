//! Files with other names, in other places: records are read, and what is not read decides.

use crate::run::{run, with_stdin};

const MIXED: &str = "crates/cli/tests/cases/records/mixed";

#[test]
fn what_is_not_read_because_of_its_name_is_named_and_decides() {
    let said = run(&["invocations", MIXED]);
    assert_eq!(said.code, Some(4), "{}", said.stdout);
    for name in
        ["ZZZZZZZZZZZZZZZZ.json.zst", "ZZZZZZZZZZZZZZZZ.json.gz.bak", "ZZZZZZZZZZZZZZZZ.json.gz.Ab12Cd"]
    {
        assert!(said.stdout.contains(name), "{name}: {}", said.stdout);
        let json = run(&["invocations", MIXED, "--format", "json"]);
        assert!(json.stdout.contains(name), "{name}: {}", json.stdout);
        let csv = run(&["invocations", MIXED, "--format", "csv"]);
        assert!(csv.stderr.contains(name), "{name}: {}", csv.stderr);
    }
    // What lies loose beside the tree, and holds records, is read.
    assert!(said.stdout.contains("Read 2 files"), "{}", said.stdout);
}

#[test]
fn a_container_is_refused_by_its_name_on_stdin_too() {
    for (bytes, name) in [(&b"BZh91AY&SY"[..], "bzip2"), (b"\xfd7zXZ\0\0", "xz"), (b"\xff\xfe{\0", "UTF-16")]
    {
        let said = with_stdin(&["invocations", "-"], bytes);
        assert_ne!(said.code, Some(0));
        assert!(said.stderr.contains(name), "{name}: {}", said.stderr);
    }
}
