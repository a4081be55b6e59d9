//! `verify` over what was read before: the same bytes with the index and without, whatever happened to the tree in between.

use crate::evidence::Copy;
use crate::run::{Finished, root, run};
use std::path::PathBuf;
use std::time::Duration;

/// A copy of the examples, and an index beside it.
struct World {
    tree: Copy,
    beside: tempfile::TempDir,
}

const ETL: &str = "AWSLogs/o-acme4example/111122223333/CloudTrail/us-east-1";

impl World {
    fn new() -> World {
        let world = World { tree: Copy::below(""), beside: tempfile::tempdir().unwrap() };
        settle();
        world
    }

    fn index(&self) -> PathBuf {
        self.beside.path().join("index.sqlite")
    }

    fn with(&self, more: &[&str]) -> Finished {
        self.tree.verify(&[more, &["--index", self.index().to_str().unwrap()]].concat())
    }

    /// What is said without the index is said with it, twice: answer, conversation and exit code.
    fn agrees(&self, code: i32) -> Finished {
        let keys = root().join("examples/logs/public-keys.json");
        let digests = ["--digests", "--public-keys", keys.to_str().unwrap(), "--format", "json"];
        for (more, code) in [
            (&["--format", "json"][..], Some(code)),
            (&[], Some(code)),
            (&["--function", "cart", "--format", "jsonl"], None),
            (&digests, None),
        ] {
            let without = self.tree.verify(&[more, &["--no-index"]].concat());
            assert!(code.is_none_or(|code| without.code == Some(code)), "{without:?}");
            for _ in 0..2 {
                let with = self.with(more);
                // The next command is the same, with the same flag about the index.
                let told = |said: &Finished| {
                    let lines = said.stderr.lines().filter(|line| !line.starts_with("next: "));
                    lines.map(str::to_owned).collect::<Vec<_>>()
                };
                assert_eq!(
                    (with.code, &with.stdout, told(&with)),
                    (without.code, &without.stdout, told(&without)),
                    "{more:?}"
                );
            }
        }
        self.tree.verify(&["--format", "json", "--no-index"])
    }
}

/// What changed a moment ago may change again unseen, and is not kept.
fn settle() {
    std::thread::sleep(Duration::from_millis(80));
}

/// Files, damaged files, unread files and records, as the document accounts for them.
fn account(said: &Finished) -> [u64; 4] {
    let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    ["files", "damaged", "unread", "records"].map(|name| document["reading"][name].as_u64().unwrap())
}

#[test]
fn changes_of_a_tree_are_seen() {
    let world = World::new();
    let first = account(&world.agrees(3));
    let file = world.tree.files(ETL, ".json.gz").remove(0);

    let added = file.to_str().unwrap().replace(".json.gz", "x.json.gz");
    std::fs::copy(&file, &added).unwrap();
    settle();
    let [files, ..] = account(&world.agrees(3));
    assert_eq!(files, first[0] + 1);
    std::fs::remove_file(&added).unwrap();
    assert_eq!(account(&world.agrees(3)), first);

    // Another file's records under the name of this one, which is as it was by name alone.
    let whole = std::fs::read(&file).unwrap();
    let other = world.tree.files("AWSLogs/444455556666/CloudTrail/us-east-1", ".json.gz").remove(0);
    std::fs::copy(&other, &file).unwrap();
    // They contradict the folder, so that nobody is accused.
    world.agrees(4);
    settle();
    assert_ne!(account(&world.agrees(4))[3], first[3]);
    std::fs::write(&file, &whole).unwrap();
    settle();
    assert_eq!(account(&world.agrees(3)), first);
}

#[test]
fn a_damaged_file_is_as_damaged_out_of_the_index_and_decides_as_much() {
    let world = World::new();
    let whole = account(&world.agrees(3));
    let file = world.tree.files(ETL, ".json.gz").remove(0);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    settle();
    // What was missing is undetermined: its record may have stood in the other half.
    let [files, damaged, unread, _] = account(&world.agrees(4));
    assert_eq!((files, damaged, unread), (whole[0], 1, 0));
    let again = world.with(&["--format", "json"]);
    assert_eq!(account(&again)[1], 1, "{}", again.stdout);

    // A record that is refused, in a file whose wrapping is whole.
    std::fs::remove_file(&file).unwrap();
    let plain = file.to_str().unwrap().replace(".json.gz", ".json");
    std::fs::write(&plain, "{\"Records\":[{]}").unwrap();
    settle();
    assert_eq!(account(&world.agrees(4))[1], 1);
    std::fs::remove_file(&plain).unwrap();
    std::fs::write(&file, &bytes).unwrap();
    settle();
    assert_eq!(account(&world.agrees(3)), whole);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_no_pass_because_it_could_be_once() {
    let world = World::new();
    world.agrees(3);
    let file = world.tree.files(ETL, ".json.gz").remove(0);
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/nonexistent/log", &file).unwrap();
    assert_eq!(account(&world.agrees(4))[1..3], [0, 0]);
}

#[test]
fn what_digests_list_is_hashed_whatever_was_read_before() {
    let world = World::new();
    let keys = root().join("examples/logs/public-keys.json");
    let day = ["--digests", "--public-keys", keys.to_str().unwrap(), "--function", "cart"];
    world.with(&[]);
    let filled = world.with(&day);
    assert!(filled.stdout.contains("; 5 of 5"), "{filled:?}");
    let files = world.tree.files("AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21", ".json.gz");
    std::fs::copy(&files[1], &files[0]).unwrap();
    settle();
    // Without digests it is read and kept; with them that is no proof.
    world.with(&[]);
    for _ in 0..2 {
        let changed = world.with(&day);
        assert_eq!(changed.code, Some(3), "{changed:?}");
        assert!(changed.stdout.contains("was changed: its SHA-256 is"), "{changed:?}");
    }
}

#[test]
fn verify_and_invocations_share_what_was_read() {
    let world = World::new();
    let index = world.index();
    let invocations =
        |more: &[&str]| run(&[&["invocations", world.tree.path(), "--format", "json"], more].concat());
    let without = invocations(&["--no-index"]);
    world.agrees(3);
    let with = invocations(&["--index", index.to_str().unwrap()]);
    assert_eq!((with.code, with.stdout), (without.code, without.stdout));
    world.agrees(3);
}

#[test]
fn an_index_that_was_named_and_is_none_is_an_error() {
    let world = World::new();
    std::fs::write(world.index(), "no database at all, ".repeat(100)).unwrap();
    let said = world.with(&[]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{said:?}");
    assert!(said.stderr.contains("help: name another file with --index"), "{said:?}");
}
