//! What digests say of a lake stays: log files that are gone are named, and what was proven once is not forgotten.

use crate::lake::World;
use crate::lake_again::Signed;
use crate::lake_sources::said;
use crate::run::{Finished, root};
use serde_json::Value;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes with digests or without, with these flags.
fn write(signed: &Signed, digests: bool, more: &[&str]) -> Finished {
    let (logs, lake) = (signed.path("logs"), signed.path("lake"));
    let keys = root().join("examples/logs/public-keys.json");
    let with = ["--digests", "--public-keys", text(&keys)];
    let with = if digests { &with[..] } else { &[] };
    said(&[&["lake", "write", text(&logs), "--to", text(&lake)], with, more].concat())
}

/// What a command says in JSON: its exit code, and log files: proven, in no valid digest, changed, missing.
fn verify(signed: &Signed) -> (Option<i32>, [u64; 4], Vec<String>) {
    let checked = said(&["lake", "verify", text(&signed.path("lake")), "--format", "json"]);
    let document: Value = serde_json::from_str(&checked.stdout).unwrap();
    let count = |name: &str| document["digests"][name].as_u64().unwrap();
    let files = document["files_missing"].as_array().unwrap().iter();
    let files = files.map(|file| file.as_str().unwrap().to_owned()).collect();
    (checked.code, ["proven", "unproven", "changed", "missing"].map(count), files)
}

/// From `AWSLogs/` on.
fn key(path: &Path) -> String {
    let path = text(path);
    path[path.find("AWSLogs/").unwrap()..].to_owned()
}

fn assert_says(said: &Finished, code: i32, texts: &[&str]) {
    assert_eq!(said.code, Some(code), "{said:?}");
    let stdout = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in texts {
        assert!(stdout.contains(text), "{text}: {said:?}");
    }
}

#[test]
fn a_log_file_that_a_digest_lists_and_that_is_gone_is_named() {
    let signed = Signed::new();
    let (file, name) = (signed.signed_file(), key(&signed.signed_file()));
    std::fs::rename(&file, signed.path("held")).unwrap();
    let texts = ["Log files that CloudTrail delivered are missing.", "0 changed, 1 missing", &name];
    assert_says(&write(&signed, true, &[]), 3, &texts);
    // No repetition hides it, and nobody else does.
    assert_says(&write(&signed, true, &[]), 3, &["Wrote 0 folders", &name]);
    assert_says(&write(&signed, false, &[]), 3, &["Wrote 0 folders", &name]);
    let json: Value = serde_json::from_str(&write(&signed, true, &["--format", "json"]).stdout).unwrap();
    assert_eq!((&json["answer"], &json["files_missing"][0]), (&"no".into(), &name.clone().into()));
    let (code, [_, _, changed, missing], files) = verify(&signed);
    assert_eq!((code, changed, missing, files), (Some(3), 0, 1, vec![name.clone()]));
    let checked = said(&["lake", "verify", text(&signed.path("lake"))]);
    assert_says(&checked, 3, &["Log files that CloudTrail delivered are missing.", &name]);
    // It comes back, forged, while its digest is gone: the lake knows what was listed.
    std::fs::rename(signed.path("held"), &file).unwrap();
    signed.forge();
    signed.take_digests();
    assert_says(&write(&signed, true, &[]), 3, &["1 changed"]);
    signed.give_digests();
    assert_eq!(verify(&signed).1[2..], [1, 0]);
}

#[test]
fn a_day_of_which_every_log_file_is_gone_is_a_folder_that_says_so() {
    let signed = Signed::new();
    // The organization's trail delivers the same folder of the account.
    let other = signed.path("logs/AWSLogs/o-acme4example/444455556666/CloudTrail/us-east-1/2026/11/21");
    let of_day = std::fs::read_dir(signed.day()).unwrap().count();
    std::fs::remove_dir_all(signed.day()).unwrap();
    std::fs::remove_dir_all(other).unwrap();
    let days = ["--accounts", "444455556666", "--since", "2026-11-20", "--until", "2026-11-21"];
    let written = write(&signed, true, &days);
    assert_says(&written, 3, &["missing"]);
    let manifest = "lake/invocations/account=444455556666/region=us-east-1/day=2026-11-21/_manifest.json";
    assert!(signed.path(manifest).exists(), "{written:?}");
    let (code, [_, _, _, missing], files) = verify(&signed);
    assert_eq!((code, missing), (Some(3), files.len() as u64));
    assert!(missing > 0 && missing <= of_day as u64, "{missing} of {of_day}");
    assert_says(&write(&signed, true, &days), 3, &["Wrote 0 folders"]);
    // Days that nobody asks about are not missing.
    let days = ["--accounts", "444455556666", "--since", "2026-11-22"];
    assert_eq!(write(&signed, true, &days).code, Some(0));
    // Each share names what is missing of its own folders.
    let codes = (0..8).map(|share| write(&signed, true, &["--shard", &format!("{share}/8")]).code.unwrap());
    let mut codes: Vec<i32> = codes.collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 0, 0, 0, 0, 0, 0, 3]);
}

#[test]
fn where_a_copy_begins_later_nobody_can_tell_what_is_missing() {
    let signed = Signed::new();
    for folder in ["o-acme4example", "444455556666/CloudTrail/us-east-1/2026/11/20"] {
        std::fs::remove_dir_all(signed.path("logs/AWSLogs").join(folder)).unwrap();
    }
    std::fs::remove_dir_all(signed.day()).unwrap();
    let said = write(&signed, true, &[]);
    assert_says(&said, 4, &[]);
    assert!(said.stderr.contains("cannot tell whether") && said.stderr.contains("begins later"), "{said:?}");
}

#[test]
fn a_source_that_no_longer_has_a_day_takes_nothing_from_the_lake() {
    let signed = Signed::new();
    assert_eq!(write(&signed, true, &[]).code, Some(0));
    let before = verify(&signed);
    let other = "logs/AWSLogs/o-acme4example/444455556666/CloudTrail/us-east-1/2026/11/21";
    std::fs::remove_dir_all(signed.day()).unwrap();
    std::fs::remove_dir_all(signed.path(other)).unwrap();
    for more in [&[][..], &["--replace"]] {
        assert_says(&write(&signed, true, more), 0, &["Wrote 0 folders"]);
        assert_eq!(verify(&signed), before);
    }
    // Where the copy begins later, the lake has what the copy may have had.
    let day = "logs/AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/20";
    std::fs::remove_dir_all(signed.path(day)).unwrap();
    assert_says(&write(&signed, true, &["--accounts", "444455556666"]), 0, &["Wrote 0 folders"]);
}

#[test]
fn what_was_proven_once_is_not_forgotten_when_its_digest_is_gone() {
    let signed = Signed::new();
    let held = signed.day().read_dir().unwrap().flatten().map(|entry| entry.path());
    let held = held.into_iter().find(|path| !text(path).contains("T1230Z")).unwrap();
    std::fs::copy(signed.signed_file(), signed.path("whole")).unwrap();
    std::fs::rename(&held, signed.path("held")).unwrap();
    let before = write(&signed, true, &[]);
    let (_, [proven, unproven, 0, missing], _) = verify(&signed) else { panic!("{before:?}") };
    assert!(proven > 0 && missing <= 1, "{proven} and {missing}");
    signed.take_digests();
    // A file arrives, and the folder is written again: what was proven stays proven, with digests asked for or not.
    std::fs::rename(signed.path("held"), &held).unwrap();
    for digests in [true, false] {
        assert_says(&write(&signed, digests, &[]), 0, &[]);
        let (code, [then, other, changed, lost], _) = verify(&signed);
        assert_eq!(
            (code, then, other, changed, lost),
            (Some(0), proven + missing, unproven + 1 - missing, 0, 0)
        );
    }
    // One of them is forged.
    signed.forge();
    assert_says(
        &write(&signed, false, &[]),
        3,
        &["Log files are not as CloudTrail delivered them.", "1 changed"],
    );
    for digests in [true, false] {
        assert_says(&write(&signed, digests, &[]), 3, &["Wrote 0 folders", "1 changed"]);
        assert_eq!((verify(&signed).0, verify(&signed).1[2]), (Some(3), 1));
    }
    // The file that CloudTrail delivered is proven by the hash that was kept.
    std::fs::copy(signed.path("whole"), signed.signed_file()).unwrap();
    assert_says(&write(&signed, false, &[]), 0, &[]);
    assert_eq!((verify(&signed).0, verify(&signed).1[0]), (Some(0), proven + missing));
    // Where it is gone, and the folder is replaced, it is missing.
    std::fs::remove_file(signed.signed_file()).unwrap();
    assert_says(&write(&signed, false, &[]), 4, &["left as it is"]);
    assert_says(&write(&signed, false, &["--replace"]), 3, &["1 missing"]);
    assert_eq!(verify(&signed).1[2..], [0, 1]);
}

#[test]
fn a_forged_file_in_the_place_of_a_proven_one_is_changed_with_digests_and_without() {
    for digests in [true, false] {
        let signed = Signed::new();
        assert_eq!(write(&signed, true, &[]).code, Some(0));
        let proven = verify(&signed).1[0];
        signed.take_digests();
        signed.forge();
        assert_says(&write(&signed, digests, &[]), 3, &["Wrote 1 folder", "1 changed"]);
        assert_eq!(verify(&signed).1[0], proven - 1);
        signed.give_digests();
        assert_says(&write(&signed, true, &[]), 3, &["Wrote 0 folders", "1 changed"]);
    }
}

#[test]
fn a_folder_that_is_left_as_it_is_says_what_is_missing_beside() {
    let signed = Signed::new();
    let name = key(&signed.signed_file());
    std::fs::remove_file(signed.signed_file()).unwrap();
    signed.take_digests();
    assert_eq!(write(&signed, true, &[]).code, Some(0));
    let next = signed.day().read_dir().unwrap().flatten().next().unwrap().path();
    std::fs::remove_file(next).unwrap();
    signed.give_digests();
    assert_says(&write(&signed, true, &[]), 3, &["left as it is", &name]);
    let (code, [_, _, _, missing], files) = verify(&signed);
    assert_eq!((code, missing, files), (Some(3), 1, vec![name]));
}

#[test]
fn a_digest_that_arrives_later_and_lists_a_missing_file_alone_is_heard() {
    let signed = Signed::new();
    std::fs::remove_file(signed.signed_file()).unwrap();
    let digests = signed.path("logs/AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/11/21");
    let late = digests.read_dir().unwrap().flatten().map(|entry| entry.path());
    let late: Vec<_> = late.filter(|path| text(path).contains("T130000Z")).collect();
    let away = |path: &Path| signed.path(path.file_name().unwrap().to_str().unwrap());
    late.iter().for_each(|path| std::fs::rename(path, away(path)).unwrap());
    assert_eq!(write(&signed, true, &[]).code, Some(0));
    let proven = verify(&signed).1[0];
    late.iter().for_each(|path| std::fs::rename(away(path), path).unwrap());
    assert_says(&write(&signed, true, &[]), 3, &["1 missing"]);
    assert_eq!((verify(&signed).1[0], verify(&signed).1[3]), (proven, 1));
}

#[test]
fn a_share_is_done_where_a_list_names_missing_folders_of_others_alone() {
    let world = World::new(1, 1);
    let list = world.lake("list");
    std::fs::write(&list, "011122223333/eu-west-1/2027-01-01\n").unwrap();
    let (logs, lake) = (world.logs(), world.lake("lake"));
    let shares = |command: &[&str]| {
        let codes = (0..3).map(|share| {
            let share = format!("{share}/3");
            said(&[command, &["--list", text(&list), "--shard", &share]].concat()).code.unwrap()
        });
        let mut codes: Vec<i32> = codes.collect();
        codes.sort_unstable();
        codes
    };
    assert_eq!(shares(&["lake", "write", text(&logs), "--to", text(&lake)]), [0, 0, 4]);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    assert_eq!(shares(&["lake", "verify", text(&lake)]), [0, 0, 4]);
    assert_eq!(shares(&["lake", "verify", text(&lake), "--against", text(&logs)])[..2], [0, 0]);
}
