//! The index of files that were read: the same answer with and without, after every change, every kill and every damage.

use crate::log_files::{file, gzip};
use crate::run::{Finished, command};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A tree, and an index beside it.
struct World {
    folder: TempDir,
}

impl World {
    fn new(files: usize) -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(world.logs()).unwrap();
        (0..files).for_each(|number| world.put(number, number * 50..number * 50 + 50));
        world.settle();
        world
    }

    fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("new folder").join("index.sqlite")
    }

    fn put(&self, number: usize, records: std::ops::Range<usize>) {
        let path = self.logs().join(format!("{number}.json.gz"));
        std::fs::write(path, gzip(file(records).as_bytes())).unwrap();
    }

    /// What changed a moment ago may change again unseen, and is not kept.
    fn settle(&self) {
        std::thread::sleep(Duration::from_millis(80));
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let (logs, index) = (self.logs(), self.index());
        let mut all = vec!["invocations", logs.to_str().unwrap(), "--format", "json"];
        all.extend(arguments);
        if !arguments.contains(&"--no-index") {
            all.extend(["--index", index.to_str().unwrap()]);
        }
        command(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        said(self.start(arguments))
    }

    /// The answer with the index is the one without, byte for byte.
    fn agrees(&self) {
        for question in [
            &["--by", "function"][..],
            &["--by", "hour,address", "--errors"],
            &["--timeline", "--function", "f1"],
        ] {
            let without = self.run(&[question, &["--no-index"]].concat());
            assert_eq!(without.code, Some(0), "{without:?}");
            for _ in 0..2 {
                let with = self.run(question);
                assert_eq!((with.code, &with.stdout), (Some(0), &without.stdout), "{question:?}");
                assert!(!with.stderr.contains("damaged"), "{with:?}");
            }
        }
    }
}

fn said(child: Child) -> Finished {
    let output = child.wait_with_output().unwrap();
    Finished {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[test]
fn changes_of_a_tree_are_seen() {
    let world = World::new(8);
    world.agrees();
    world.put(20, 5_000..5_010);
    world.settle();
    world.agrees();
    std::fs::remove_file(world.logs().join("3.json.gz")).unwrap();
    world.agrees();
    world.put(4, 7_000..7_003);
    world.agrees();
    world.settle();
    world.agrees();
    std::fs::rename(world.logs().join("5.json.gz"), world.logs().join("99.json.gz")).unwrap();
    world.settle();
    world.agrees();
    // A folder where a file was, and a damaged file: its troubles are kept with it.
    std::fs::write(world.logs().join("bad.json"), "{\"Records\":[{]}").unwrap();
    world.settle();
    let without = world.run(&["--no-index"]);
    for _ in 0..2 {
        assert_eq!(world.run(&[]).stdout, without.stdout);
    }
    assert_eq!(without.code, Some(4));
}

#[test]
fn the_folder_of_the_index_is_nobody_elses_business() {
    let world = World::new(1);
    world.agrees();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(world.index().parent().unwrap()), mode(&world.index())), (0o700, 0o600));
    }
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_loses_nothing_and_counts_nothing_twice() {
    let world = World::new(400);
    let without = world.run(&["--no-index"]);
    for milliseconds in [0, 3, 8, 15, 25, 40, 60, 90, 130, 200] {
        let mut child = world.start(&["--threads", "2"]);
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        // Every other time on what is left of the one before.
        if milliseconds % 2 == 0 {
            let with = world.run(&[]);
            assert_eq!(
                (with.code, with.stdout),
                (Some(0), without.stdout.clone()),
                "after {milliseconds} ms"
            );
            let index = world.index();
            let _ = std::fs::remove_dir_all(index.parent().unwrap());
        }
    }
    world.agrees();
}

#[test]
fn two_at_once_are_both_right() {
    let world = World::new(300);
    let without = world.run(&["--no-index"]).stdout;
    for _ in 0..3 {
        let children: Vec<Child> = (0..3).map(|_| world.start(&[])).collect();
        for child in children {
            let with = said(child);
            assert_eq!((with.code, with.stdout == without), (Some(0), true), "{}", with.stderr);
        }
        world.put(1, 9_000..9_001);
        world.put(1, 50..100);
        world.settle();
    }
}

#[test]
fn a_damaged_index_is_told_and_believed_in_nothing() {
    let world = World::new(30);
    let without = world.run(&["--no-index"]).stdout;
    assert_eq!(world.run(&[]).stdout, without);
    let whole = std::fs::read(world.index()).unwrap();
    for at in [1_000, whole.len() / 3, whole.len() / 2, whole.len() - 500] {
        let mut damaged = whole.clone();
        damaged[at..at + 400].fill(0x5a);
        std::fs::write(world.index(), damaged).unwrap();
        let with = world.run(&["--sort", "calls"]);
        match with.code {
            Some(0) => assert_eq!(with.stdout, without, "damaged at {at}"),
            _ => assert!(with.stderr.contains("help: remove the file"), "damaged at {at}: {with:?}"),
        }
    }
    std::fs::write(world.index(), "no database at all, ".repeat(100)).unwrap();
    let with = world.run(&[]);
    assert_eq!(with.code, Some(1), "{with:?}");
    assert!(with.stderr.contains("it is not an index of invoketrail"), "{with:?}");
    assert!(with.stderr.contains("help: name another file with --index"), "{with:?}");
    assert!(!with.stderr.contains("remove"), "what may be somebody's is not to be removed: {with:?}");
}

#[test]
fn an_index_of_the_cache_folder_is_made_and_one_that_cannot_be_is_not_missed() {
    let world = World::new(3);
    let logs = world.logs();
    let arguments = ["invocations", logs.to_str().unwrap(), "--format", "json"];
    let cache = world.folder.path().join("cache");
    let in_cache = || {
        said(
            command(&arguments)
                .env("XDG_CACHE_HOME", &cache)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    };
    let first = in_cache();
    assert!(cache.join("invoketrail/index-1.sqlite").is_file(), "{first:?}");
    std::fs::write(cache.join("invoketrail/index-1.sqlite"), "no database at all, ".repeat(100)).unwrap();
    let damaged = in_cache();
    assert_eq!((damaged.code, &damaged.stdout), (Some(0), &first.stdout), "{damaged:?}");
    assert!(damaged.stderr.contains("note: went without the index"), "{damaged:?}");
    // The cache folder is none here: see `run::ENVIRONMENT`.
    let nowhere = crate::run::run(&arguments);
    assert_eq!((nowhere.code, &nowhere.stdout), (Some(0), &first.stdout));
    assert!(!nowhere.stderr.contains("index"), "{nowhere:?}");
    let asked = crate::run::run(&[&arguments[..], &["--index", "/dev/null/x/index.sqlite"]].concat());
    assert_eq!(asked.code, Some(1), "{asked:?}");
}
