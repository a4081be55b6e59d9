//! Lakes that were damaged, half written or made to lie: `lake verify` says so, and no answer rests on them.

use crate::lake::{ONE, World, manifest, one, part};
use crate::run::run;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Changes a file.
fn rewrite(path: PathBuf, edit: &dyn Fn(Vec<u8>) -> Vec<u8>) {
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, edit(bytes)).unwrap();
}

/// A change of a text.
fn text(edit: fn(String) -> String) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |bytes| edit(String::from_utf8(bytes).unwrap()).into_bytes()
}

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|one| (*one).to_owned()).collect()
}

/// The lake says something that is not so.
fn changed(of: &[&str]) -> (Option<i32>, Vec<String>) {
    (Some(3), codes(of))
}

/// The lake does not say all.
fn open(of: &[&str]) -> (Option<i32>, Vec<String>) {
    (Some(4), codes(of))
}

/// Damages a lake in one way; what `lake verify` says of it then.
fn damaged(world: &World, damage: impl FnOnce(&Path)) -> (Option<i32>, Vec<String>) {
    let lake = world.lake("damaged");
    let _ = std::fs::remove_dir_all(&lake);
    assert_eq!(world.write("damaged", &[]).code, Some(0));
    damage(&lake);
    let (code, checked) = world.verify("damaged", &["--against", world.logs().to_str().unwrap()]);
    let codes = checked["faults"].as_array().into_iter().flatten();
    (code, codes.map(|fault| fault["code"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn no_damage_is_believed() {
    let world = World::new(2, 10);
    let flip = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x20;
        bytes
    };
    for table in ["invocations", "invocations_daily"] {
        let path = one(table);
        assert_eq!(damaged(&world, |lake| rewrite(lake.join(&path), &flip)), changed(&["lake-file-changed"]));
        let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 9].to_vec();
        assert_eq!(damaged(&world, |lake| rewrite(lake.join(&path), &cut)), changed(&["lake-file-changed"]));
        let gone = |lake: &Path| std::fs::remove_file(lake.join(&path)).unwrap();
        assert_eq!(damaged(&world, gone), changed(&["lake-file-changed"]));
    }
    let exchanged = |lake: &Path| {
        let other = part("invocations", ONE[0], ONE[1], "2026-11-21");
        let (mine, other) = (lake.join(one("invocations")), lake.join(other));
        let bytes = std::fs::read(&mine).unwrap();
        std::fs::copy(&other, &mine).unwrap();
        std::fs::write(&other, bytes).unwrap();
    };
    assert_eq!(damaged(&world, exchanged), changed(&["lake-file-changed", "lake-file-changed"]));
    let foreign = |lake: &Path| {
        let path = one("invocations").replace("part-00000", "part-00001");
        std::fs::copy(lake.join(one("invocations")), lake.join(path)).unwrap();
    };
    assert_eq!(damaged(&world, foreign), changed(&["lake-file-foreign"]));
    let stray = |lake: &Path| drop(std::fs::write(lake.join("invocations/x.parquet"), "x"));
    assert_eq!(damaged(&world, stray), changed(&["lake-file-foreign"]));
}

#[test]
fn no_manifest_that_lies_is_believed() {
    let world = World::new(2, 10);
    let twice = |lake: &Path| {
        let (from, to) = (
            lake.join(one("invocations")),
            lake.join(one("invocations").replace("2026-11-20", "2026-12-01")),
        );
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        for name in ["part-00000.parquet", "_manifest.json"] {
            std::fs::copy(from.with_file_name(name), to.with_file_name(name)).unwrap();
        }
    };
    assert_eq!(damaged(&world, twice), changed(&["lake-manifest-wrong"]));
    let lies = |lake: &Path| {
        rewrite(lake.join(manifest()), &text(|said| said.replacen("\"rows\": 20", "\"rows\": 19", 1)))
    };
    assert_eq!(damaged(&world, lies).0, Some(3));
    let more = |lake: &Path| {
        rewrite(
            lake.join(manifest()),
            &text(|said| said.replacen("\"invocations\": 10", "\"invocations\": 11", 1)),
        )
    };
    assert_eq!(damaged(&world, more), changed(&["lake-file-changed"]));
    let leads_away = |lake: &Path| {
        rewrite(lake.join(manifest()), &text(|said| said.replace("part-00000.parquet", "../x")))
    };
    assert_eq!(damaged(&world, leads_away), changed(&["lake-manifest-wrong"]));
    let unfinished = |lake: &Path| std::fs::remove_file(lake.join(manifest())).unwrap();
    assert_eq!(damaged(&world, unfinished), open(&["lake-folder-unfinished"]));
    let newer = |lake: &Path| {
        rewrite(lake.join(manifest()), &text(|said| said.replacen("\"schema\": 1", "\"schema\": 99", 1)))
    };
    assert_eq!(damaged(&world, newer), open(&["lake-folder-unfinished"]));
    let missing = |lake: &Path| {
        for table in ["invocations", "invocations_daily"] {
            std::fs::remove_dir_all(lake.join(one(table)).parent().unwrap()).unwrap();
        }
    };
    assert_eq!(damaged(&world, missing), open(&["lake-folder-missing"]));
    let harmless = |lake: &Path| drop(std::fs::write(lake.join("README.txt"), "a lake"));
    assert_eq!(damaged(&world, harmless), (Some(0), Vec::new()));
}

#[test]
fn an_answer_never_rests_on_a_file_that_was_changed() {
    let world = World::new(2, 10);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let (lake, path) = (world.lake("lake"), world.lake("lake").join(one("invocations")));
    let other = std::fs::read(lake.join(part("invocations", ONE[0], ONE[1], "2026-11-21"))).unwrap();
    std::fs::write(&path, other).unwrap();
    let said = run(&["invocations", "--lake", lake.to_str().unwrap(), "--format", "json"]);
    assert_eq!(said.code, Some(4), "{said:?}");
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(answer["total"]["calls"], 11 * 20, "the calls of all other folders: {answer}");
    let reason = answer["reading"]["troubles"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("its hash is not that of the manifest"), "{reason}");
    // Written again, it is right again.
    assert_eq!(world.write("lake", &[]).code, Some(0));
    assert_eq!(run(&["invocations", "--lake", lake.to_str().unwrap(), "--format", "json"]).code, Some(0));
}
