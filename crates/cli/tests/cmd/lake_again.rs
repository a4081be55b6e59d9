//! Lakes that are written again and in shares: what digests say later counts, a share without folders is done, a list is held to.

use crate::lake::{ONE, World, one};
use crate::lake_sources::{copy, said};
use crate::log_files::gzip;
use crate::run::{Finished, root};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A copy of the example, from which the digests of one account can be taken and given back.
pub(crate) struct Signed {
    folder: tempfile::TempDir,
}

const DIGESTS: &str = "AWSLogs/444455556666/CloudTrail-Digest";

impl Signed {
    pub(crate) fn new() -> Signed {
        let signed = Signed { folder: tempfile::tempdir().unwrap() };
        copy(&root().join("examples/logs"), &signed.path("logs"));
        signed
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn take_digests(&self) {
        std::fs::rename(self.path("logs").join(DIGESTS), self.path("away")).unwrap();
    }

    pub(crate) fn give_digests(&self) {
        std::fs::rename(self.path("away"), self.path("logs").join(DIGESTS)).unwrap();
    }

    /// The folder of the day that digests list.
    pub(crate) fn day(&self) -> PathBuf {
        self.path("logs/AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21")
    }

    /// A file that a digest signs.
    pub(crate) fn signed_file(&self) -> PathBuf {
        let files = std::fs::read_dir(self.day()).unwrap().flatten().map(|entry| entry.path());
        files.into_iter().find(|path| path.to_str().unwrap().contains("T1230Z")).unwrap()
    }

    /// Changes a file that a digest signs, were it by a space.
    pub(crate) fn forge(&self) {
        let file = self.signed_file();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&std::fs::read(&file).unwrap()[..]).read_to_string(&mut text).unwrap();
        std::fs::write(file, gzip(format!("{text} ").as_bytes())).unwrap();
    }

    /// Its exit code, and log files: proven by no digest, and changed.
    fn write(&self, lake: &str) -> (Option<i32>, u64, u64) {
        let (logs, lake) = (self.path("logs"), self.path(lake));
        let keys = root().join("examples/logs/public-keys.json");
        let written = said(&[
            "lake",
            "write",
            text(&logs),
            "--to",
            text(&lake),
            "--digests",
            "--public-keys",
            text(&keys),
            "--format",
            "json",
        ]);
        let document: Value = serde_json::from_str(&written.stdout).unwrap();
        let count = |name: &str| document[name].as_u64().unwrap();
        (written.code, count("files_unproven"), count("files_changed"))
    }

    /// Its exit code, and log files: proven, proven by no digest, and changed.
    fn verify(&self, lake: &str) -> (Option<i32>, [u64; 3]) {
        let checked = said(&["lake", "verify", text(&self.path(lake)), "--format", "json"]);
        let document: Value = serde_json::from_str(&checked.stdout).unwrap();
        let count = |name: &str| document["digests"][name].as_u64().unwrap();
        (checked.code, [count("proven"), count("unproven"), count("changed")])
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_digests_say_after_the_lake_was_written_counts_and_no_repetition_hides_it() {
    let signed = Signed::new();
    signed.forge();
    signed.take_digests();
    let (code, before, changed) = signed.write("lake");
    assert_eq!((code, changed), (Some(0), 0));
    signed.give_digests();
    let fresh = signed.write("fresh");
    assert!(fresh.0 == Some(3) && fresh.1 < before && fresh.2 == 1, "{fresh:?}");
    for lake in ["lake", "lake", "fresh"] {
        assert_eq!(signed.write(lake), fresh, "{lake}");
    }
    assert_eq!(signed.verify("lake"), signed.verify("fresh"));
    assert_eq!(signed.verify("lake").0, Some(3));
    let checked = said(&["lake", "verify", text(&signed.path("lake"))]);
    assert!(checked.stdout.starts_with("Log files are not as CloudTrail delivered them."), "{checked:?}");
    // A digest that is gone takes nothing with it.
    signed.take_digests();
    assert_eq!(signed.write("lake"), fresh);
}

#[test]
fn a_lake_that_was_written_before_its_digests_is_proven_by_them() {
    let signed = Signed::new();
    signed.take_digests();
    assert_eq!(signed.write("lake").0, Some(0));
    let (_, [proven, _, _]) = signed.verify("lake");
    assert_eq!(proven, 0);
    signed.give_digests();
    let first = signed.write("lake");
    assert_eq!((first.0, first.2), (Some(0), 0));
    let (code, [proven, unproven, changed]) = signed.verify("lake");
    assert!(code == Some(0) && proven > 0 && changed == 0, "{proven} {changed}");
    // Written once more nothing is done, and the same is said.
    assert_eq!((signed.write("lake"), first.1), (first, unproven));
    // What no digest lists any longer was proven of the same bytes.
    signed.take_digests();
    assert_eq!((signed.write("lake"), signed.verify("lake").1[0]), (first, proven));
}

#[test]
fn a_share_without_folders_is_done() {
    let world = World::new(1, 1);
    let logs = world.logs();
    let of_lake = |more: &[&str]| {
        let lake = world.lake("lake");
        said(&[&["lake", "verify", text(&lake)], more].concat())
    };
    let (mut empty, mut written) = (0, 0);
    for share in 0..16 {
        let share = format!("{share}/16");
        let said = world.write("lake", &["--shard", &share]);
        assert_eq!(said.code, Some(0), "{said:?}");
        written += 1;
        if said.stdout.contains("0 folders in this share") {
            (empty, written) = (empty + 1, written - 1);
            assert!(!said.stderr.contains("next:"), "{said:?}");
            let checked = of_lake(&["--shard", &share, "--against", text(&logs)]);
            assert!(
                checked.code == Some(0) && checked.stdout.contains("0 folders in this share"),
                "{checked:?}"
            );
        }
    }
    assert!(empty > 0 && written > 0, "{empty} and {written}");
    for share in 0..16 {
        let checked = of_lake(&["--shard", &format!("{share}/16")]);
        assert_eq!(checked.code, Some(0), "{checked:?}");
    }
    // A source without any folder is an error, whatever the share; so is a lake.
    let nothing = tempfile::tempdir().unwrap();
    let nothing = text(nothing.path());
    assert_eq!(said(&["lake", "write", nothing, "--to", nothing, "--shard", "0/16"]).code, Some(1));
    assert_eq!(of_lake(&["--shard", "0/16", "--against", nothing]).code, Some(1));
    assert_eq!(said(&["lake", "verify", nothing, "--shard", "0/16"]).code, Some(1));
}

#[test]
fn what_a_list_names_is_written_and_there_or_said_to_be_missing() {
    let world = World::new(1, 1);
    let list = |name: &str, folders: &[&str]| {
        let path = world.lake(name);
        std::fs::write(&path, folders.join("\n")).unwrap();
        path
    };
    let (there, other, none) = (
        "011122223333/eu-west-1/2026-11-20",
        "011122223333/eu-west-1/2026-11-21",
        "011122223333/eu-west-1/2026-11-25",
    );
    let (one, all, with_none) =
        (list("one.txt", &[there]), list("all.txt", &[there, other]), list("none.txt", &[there, none]));
    let says = |said: &Finished, code: i32, text: &str| {
        assert!(said.code == Some(code) && said.stdout.contains(text), "{said:?}");
    };
    let written = said(&["lake", "folders", text(&world.logs()), "--list", text(&with_none)]);
    assert!(written.stderr.contains(&format!("the list names {none}")), "{written:?}");
    says(&written, 4, there);
    let written = world.write("lake", &["--list", text(&with_none)]);
    says(&written, 4, "The list names folders that the source");
    says(&written, 4, &format!("{none}: the list names it"));
    let written = world.write("lake", &["--list", text(&with_none), "--format", "json"]);
    says(&written, 4, &format!("\"folders_missing\":[\"{none}\"]"));
    says(&world.write("lake", &["--list", text(&one)]), 0, "1 folder was there already");
    let lake = world.lake("lake");
    let check = |list: &Path| said(&["lake", "verify", text(&lake), "--list", text(list)]);
    says(&check(&one), 0, "The lake is whole");
    says(&check(&all), 4, &format!("{other}: the lake does not have this folder"));
    says(&check(&with_none), 4, &format!("{none}: the lake does not have this folder"));
    // Folders of other accounts than those that were asked for are not asked for.
    let said = world.write("lake", &["--list", text(&with_none), "--accounts", "111122223333"]);
    assert_eq!(said.code, Some(1), "{said:?}");
}

#[test]
fn what_is_left_over_in_a_folder_goes_when_it_is_written_again() {
    let world = World::new(1, 3);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let before = world.bytes("lake");
    let part = world.lake("lake").join(one("invocations"));
    std::fs::copy(&part, part.with_file_name("part-00001.parquet")).unwrap();
    let left = std::fs::File::create(part.with_file_name(".invoketrail-aB3dE6")).unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    left.set_modified(long_ago).unwrap();
    drop(left);
    let (code, checked) = world.verify("lake", &[]);
    assert_eq!((code, &checked["faults"][0]["code"]), (Some(3), &"lake-file-foreign".into()));
    let why = checked["faults"][0]["why"].as_str().unwrap();
    assert!(why.ends_with("`lake write` removes it"), "{why}");
    assert_eq!(world.write("lake", &[]).code, Some(0));
    assert!(world.bytes("lake") == before, "what a folder has beyond its manifest");
    let left = std::fs::File::create(part.with_file_name(".invoketrail-aB3dE6")).unwrap();
    left.set_modified(long_ago).unwrap();
    drop(left);
    assert_eq!(world.write("lake", &["--accounts", ONE[0]]).code, Some(0));
    assert!(world.bytes("lake") == before, "where the folder is left as it is");
}
