//! Lakes: the same bytes whatever machine, threads, shards and kills; the same answers as out of the log files; and no lie that is
//! believed.

use crate::history::is_of_schema;
use crate::log_files::{gzip, record};
use crate::run::{Finished, command, root, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

/// A tree as CloudTrail delivers, and where lakes are written.
pub(crate) struct World {
    folder: TempDir,
}

/// Accounts, Regions and days of the tree; one account begins with a zero.
const ACCOUNTS: [&str; 2] = ["011122223333", "111122223333"];
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const DAYS: [&str; 3] = ["2026/11/19", "2026/11/20", "2026/11/21"];

impl World {
    /// `files` in each folder, of `records` each; every third repeats a record of the one before.
    pub(crate) fn new(files: usize, records: usize) -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        let mut number = 0;
        for account in ACCOUNTS {
            for region in REGIONS {
                for day in DAYS {
                    for file in 0..files {
                        let first = if file % 3 == 2 { number - 1 } else { number };
                        let all = (first..number + records).map(|one| of(account, region, day, one));
                        world.put(account, region, day, file, &all.collect::<Vec<_>>());
                        number += records;
                    }
                }
            }
        }
        world
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    pub(crate) fn file(&self, account: &str, region: &str, day: &str, file: usize) -> PathBuf {
        let stamp = format!("{}T{:02}{:02}Z", day.replace('/', ""), file / 60, file % 60);
        let name = format!("{account}_CloudTrail_{region}_{stamp}_{file:016}.json.gz");
        self.logs().join(format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{name}"))
    }

    pub(crate) fn put(&self, account: &str, region: &str, day: &str, file: usize, records: &[String]) {
        let path = self.file(account, region, day, file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = format!("{{\"Records\":[{}]}}", records.join(","));
        std::fs::write(path, gzip(text.as_bytes())).unwrap();
    }

    pub(crate) fn lake(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, more: &[&str]) -> Finished {
        let (logs, lake) = (self.logs(), self.lake(name));
        let mut all = vec!["lake", "write", logs.to_str().unwrap(), "--to", lake.to_str().unwrap()];
        all.extend(more);
        run(&all)
    }

    pub(crate) fn verify(&self, name: &str, more: &[&str]) -> (Option<i32>, Value) {
        let lake = self.lake(name);
        let mut all = vec!["lake", "verify", lake.to_str().unwrap(), "--format", "json"];
        all.extend(more);
        // Without trying what it advises, which writes what is missing.
        let output = command(&all).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::String(said)))
    }

    /// Every file of a lake, by its path below it.
    pub(crate) fn bytes(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let lake = self.lake(name);
        let mut files = BTreeMap::new();
        let mut open = vec![lake.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let below = path.strip_prefix(&lake).unwrap().to_str().unwrap().to_owned();
                    files.insert(below, std::fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

/// A record of that account, Region and day.
fn of(account: &str, region: &str, day: &str, number: usize) -> String {
    record(number)
        .replace("111122223333", account)
        .replace("eu-west-1", region)
        .replace("2026-11-20T", &format!("{}T", day.replace('/', "-")))
}

pub(crate) fn part(table: &str, account: &str, region: &str, day: &str) -> String {
    format!("{table}/account={account}/region={region}/day={day}/part-00000.parquet")
}

pub(crate) const ONE: [&str; 3] = ["011122223333", "eu-west-1", "2026-11-20"];

pub(crate) fn one(table: &str) -> String {
    let [account, region, day] = ONE;
    part(table, account, region, day)
}

pub(crate) fn manifest() -> String {
    one("invocations").replace("part-00000.parquet", "_manifest.json")
}

#[test]
fn the_same_log_files_give_the_same_bytes_whatever_threads_shards_and_lists() {
    let world = World::new(5, 40);
    assert_eq!(world.write("one", &["--threads", "1"]).code, Some(0));
    let whole = world.bytes("one");
    assert_eq!(whole.keys().filter(|path| path.ends_with("_manifest.json")).count(), 12);
    assert_eq!(world.write("eight", &["--threads", "8"]).code, Some(0));
    assert!(world.bytes("eight") == whole, "eight threads");
    for shard in ["2/3", "0/3", "1/3"] {
        assert_eq!(world.write("shards", &["--shard", shard]).code, Some(0));
    }
    assert!(world.bytes("shards") == whole, "three shards");
    let folders = run(&["lake", "folders", world.logs().to_str().unwrap()]);
    assert_eq!(folders.stdout.lines().count(), 12);
    for line in folders.stdout.lines().rev() {
        let list = world.folder.path().join("list.txt");
        std::fs::write(&list, format!("# one folder\n{line}\n")).unwrap();
        assert_eq!(world.write("list", &["--list", list.to_str().unwrap()]).code, Some(0));
    }
    assert!(world.bytes("list") == whole, "one folder after the other");
    assert_eq!(world.verify("list", &["--against", world.logs().to_str().unwrap()]).0, Some(0));
}

#[test]
fn a_folder_is_written_again_only_where_its_log_files_have_changed() {
    let world = World::new(3, 10);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let before = world.bytes("lake");
    let again = world.write("lake", &["--format", "json"]);
    let told: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&told["folders_written"], &told["folders_same"]), (&0.into(), &12.into()));
    let [account, region, _] = ONE;
    world.put(account, region, DAYS[1], 9, &[of(account, region, DAYS[1], 70_000)]);
    let (code, checked) = world.verify("lake", &["--against", world.logs().to_str().unwrap()]);
    assert_eq!((code, &checked["faults"][0]["code"]), (Some(4), &"lake-folder-stale".into()));
    let more: Value = serde_json::from_str(&world.write("lake", &["--format", "json"]).stdout).unwrap();
    assert_eq!((&more["folders_written"], &more["folders_same"]), (&1.into(), &11.into()));
    let after = world.bytes("lake");
    let changed: Vec<&String> = after.keys().filter(|path| after.get(*path) != before.get(*path)).collect();
    assert!(
        changed.iter().all(|path| path.contains("account=011122223333/region=eu-west-1/day=2026-11-20")),
        "{changed:?}"
    );
    // A record that is changed without a change of its file's name and length is seen by its hash.
    let path = world.file(account, region, DAYS[1], 9);
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(world.write("lake", &[]).code, Some(4), "what is damaged is told");
    assert_eq!(world.write("lake", &[]).code, Some(4), "and again, where nothing is written");
}

#[test]
fn what_the_source_no_longer_has_is_not_lost() {
    let world = World::new(3, 10);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let before = world.bytes("lake");
    let [account, region, _] = ONE;
    std::fs::remove_file(world.file(account, region, DAYS[1], 0)).unwrap();
    let said = world.write("lake", &[]);
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stdout.contains("left as it is, because the source no longer has"), "{said:?}");
    assert!(world.bytes("lake") == before);
    let (code, checked) = world.verify("lake", &["--against", world.logs().to_str().unwrap()]);
    assert_eq!((code, &checked["folders_kept"]), (Some(0), &1.into()));
    assert_eq!(world.write("lake", &["--replace"]).code, Some(0));
    assert!(world.bytes("lake") != before);
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_loses_nothing_and_counts_nothing_twice() {
    let world = World::new(12, 60);
    assert_eq!(world.write("whole", &[]).code, Some(0));
    let whole = world.bytes("whole");
    let lake = world.lake("killed");
    // Killed once as many files of the lake are there: each time later than before.
    for files in [1, 3, 7, 12, 20, 33] {
        let mut child =
            command(&["lake", "write", world.logs().to_str().unwrap(), "--to", lake.to_str().unwrap()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
        while child.try_wait().unwrap().is_none() && count(&lake) < files {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (code, checked) = world.verify("killed", &[]);
        assert_ne!(code, Some(3), "half a lake says nothing that is not so: {checked}");
    }
    assert_eq!(world.write("killed", &[]).code, Some(0));
    let mut killed = world.bytes("killed");
    // What a killed run left over has a name that no engine reads; the next run after a minute removes it.
    killed.retain(|path, _| !path.rsplit('/').next().unwrap().starts_with(".invoketrail-"));
    assert!(killed == whole);
}

/// How many files there are below a folder.
#[cfg(unix)]
fn count(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}

#[test]
fn two_writers_at_once_leave_a_whole_lake() {
    let world = World::new(4, 30);
    assert_eq!(world.write("whole", &[]).code, Some(0));
    let (logs, lake) = (world.logs(), world.lake("both"));
    let start = || {
        let arguments = ["lake", "write", logs.to_str().unwrap(), "--to", lake.to_str().unwrap()];
        command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for mut child in [start(), start(), start()] {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert!(world.bytes("both") == world.bytes("whole"));
}

#[test]
fn a_row_leads_back_to_its_record_in_the_signed_file() {
    let world = World::new(2, 10);
    assert_eq!(world.write("lake", &["--raw"]).code, Some(0));
    let lake = world.lake("lake");
    let show = |event: &str, more: &[&str]| {
        let mut all = vec!["lake", "show", event, "--lake", lake.to_str().unwrap(), "--format", "json"];
        all.extend(more);
        let said = run(&all);
        (said.code, serde_json::from_str::<Value>(&said.stdout).unwrap_or_default(), said.stderr)
    };
    let event = "00000000-0000-4000-8000-000000000007";
    let (code, shown, _) = show(event, &[]);
    assert_eq!((code, &shown["answer"]), (Some(0), &"yes".into()));
    let row = &shown["rows"][0];
    assert_eq!((&row["table"], &row["same"]), (&"invocations".into(), &true.into()));
    assert_eq!(row["record"], of("011122223333", "eu-west-1", "2026/11/19", 7));
    let (code, _, stderr) = show("00000000-0000-4000-8000-ffffffffffff", &[]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("the lake has no event 00000000-0000-4000-8000-ffffffffffff"), "{stderr}");
    // Moved away, the log file is found where it is now.
    let moved = world.folder.path().join("archive");
    std::fs::rename(world.logs(), &moved).unwrap();
    assert_eq!(show(event, &[]).0, Some(4));
    assert_eq!(show(event, &["--source", moved.to_str().unwrap()]).0, Some(0));
    // A forged log file is not what the row was made of.
    let file = world.file("011122223333", "eu-west-1", DAYS[0], 0);
    let path = moved.join(file.strip_prefix(world.logs()).unwrap());
    let forged: Vec<String> = (0..10)
        .map(|one| of("011122223333", "eu-west-1", DAYS[0], one).replace("user/eve", "user/bob"))
        .collect();
    std::fs::write(path, gzip(format!("{{\"Records\":[{}]}}", forged.join(",")).as_bytes())).unwrap();
    let (code, shown, _) =
        show("00000000-0000-4000-8000-000000000000", &["--source", moved.to_str().unwrap()]);
    assert_eq!((code, &shown["rows"][0]["same"]), (Some(3), &false.into()));
}

#[test]
fn what_is_typed_wrongly_is_said() {
    let world = World::new(1, 1);
    for (more, code, why) in [
        (&["--shard", "3/3"][..], 2, "`3/3` is not a shard"),
        (&["--since", "2026-11-21", "--until", "2026-11-20"], 2, "--until must be later than --since"),
        (&["--since", "2026-12-01"], 1, "there is no delivered folder to write"),
    ] {
        let said = world.write("wrong", more);
        assert_eq!(said.code, Some(code), "{more:?}: {said:?}");
        assert!(said.stderr.contains(why), "{more:?}: {said:?}");
    }
    let list = world.folder.path().join("list.txt");
    std::fs::write(&list, "011122223333/eu-west-1/2026-11-20\n../../etc\n").unwrap();
    let said = world.write("wrong", &["--list", list.to_str().unwrap()]);
    assert!(said.code == Some(2) && said.stderr.contains("line 2: `../../etc` names no folder"), "{said:?}");
    let said = run(&["lake", "verify", world.folder.path().to_str().unwrap()]);
    assert!(said.code == Some(1) && said.stderr.contains("there is no lake"), "{said:?}");
    let said = run(&["invocations", "--lake", world.logs().to_str().unwrap()]);
    assert!(said.code == Some(1) && said.stderr.contains("there is no lake"), "{said:?}");
    let said = run(&["lake", "write", "-", "--to", "x"]);
    assert!(said.code == Some(2) && said.stderr.contains("not from stdin"), "{said:?}");
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_a_lake_that_is_as_it_was() {
    let world = World::new(1, 2);
    let lake = world.lake("lake");
    std::fs::create_dir(&lake).unwrap();
    std::fs::write(lake.join("invocations_daily"), "a file where a folder has to be").unwrap();
    let said = world.write("lake", &[]);
    assert!(said.code == Some(1) && said.stderr.contains("cannot write the lake: "), "{said:?}");
    let (code, checked) = world.verify("lake", &[]);
    assert_ne!(code, Some(0), "{checked}");
    std::fs::remove_file(lake.join("invocations_daily")).unwrap();
    assert_eq!(world.write("lake", &[]).code, Some(0));
    assert_eq!(world.verify("lake", &["--against", world.logs().to_str().unwrap()]).0, Some(0));
}

#[test]
fn what_digests_prove_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    copy(&root().join("examples/logs"), &logs);
    let (logs_text, lake) = (logs.to_str().unwrap(), folder.path().join("lake"));
    let keys = root().join("examples/logs/public-keys.json");
    let write = |lake: &Path| {
        let to = lake.to_str().unwrap();
        let said = run(&[
            "lake",
            "write",
            logs_text,
            "--to",
            to,
            "--digests",
            "--public-keys",
            keys.to_str().unwrap(),
            "--format",
            "json",
        ]);
        let document: Value = serde_json::from_str(&said.stdout).unwrap();
        (said.code, document["files_unproven"].as_u64(), document["files_changed"].as_u64())
    };
    let (code, unproven, changed) = write(&lake);
    assert_eq!((code, changed), (Some(0), Some(0)));
    let checked = command(&["lake", "verify", lake.to_str().unwrap(), "--format", "json"]).output().unwrap();
    let checked: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(
        (checked["digests"]["unproven"].as_u64(), checked["answer"].as_str()),
        (unproven, Some("yes"))
    );
    assert!(checked["digests"]["proven"].as_u64() > Some(0), "{checked}");
    // Somebody changes a file that a digest signs, were it by a space.
    let day = files_of_a_day(&logs);
    for file in &day {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&std::fs::read(file).unwrap()[..]).read_to_string(&mut text).unwrap();
        std::fs::write(file, gzip(format!("{text} ").as_bytes())).unwrap();
    }
    let (code, _, changed) = write(&folder.path().join("other"));
    assert!(code == Some(3) && changed > Some(0), "{changed:?} of {}", day.len());
}

/// The log files of one day, most of which digests list.
fn files_of_a_day(logs: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut open = vec![logs.join("AWSLogs")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            match path.to_str().unwrap() {
                text if text.contains("Digest") => {}
                _ if path.is_dir() => open.push(path),
                text if text.contains("/2026/11/21/") => files.push(path),
                _ => {}
            }
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

#[test]
fn log_files_that_lie_in_no_folder_are_named_and_decide() {
    let world = World::new(1, 2);
    let loose = world.logs().join("AWSLogs/011122223333/CloudTrail/eu-west-1/2026/11/x.json.gz");
    std::fs::write(&loose, gzip(format!("{{\"Records\":[{}]}}", record(5)).as_bytes())).unwrap();
    let said = world.write("lake", &[]);
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stderr.contains("x.json.gz"), "{said:?}");
}

#[test]
fn a_lake_answers_as_its_log_files_do() {
    let world = World::new(4, 25);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let (logs, lake) = (world.logs(), world.lake("lake"));
    let example = root().join("examples/logs");
    let of_example = world.lake("example");
    let to = of_example.to_str().unwrap();
    let keys = ["--digests", "--public-keys", "examples/logs/public-keys.json"];
    let write = [&["lake", "write", example.to_str().unwrap(), "--to", to], &keys[..]].concat();
    assert_eq!(run(&write).code, Some(0));
    for (logs, lake) in [(&logs, &lake), (&example, &of_example)] {
        let (logs, lake) = (logs.to_str().unwrap(), lake.to_str().unwrap());
        for question in [
            &["--by", "function,principal"][..],
            &["--by", "account,region,via,event-name,error,hour"],
            &["--by", "caller,role,service,source,address,agent"],
            &["--by", "owner,version,caller-account,access-key", "--errors"],
            &["--timeline", "--principal", "*eve*"],
            &["--function", "f1", "--account", "011122223333"],
        ] {
            let ask = |source: &[&str]| {
                let said = run(&[&["invocations", "--format", "json"], source, question].concat());
                let mut answer: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
                // What lies beside log files is in no lake.
                answer["reading"]["left_out"].take();
                (said.code, answer)
            };
            assert_eq!(ask(&[logs, "--no-index"]), ask(&["--lake", lake]), "{question:?}");
        }
        let found = |source: &[&str]| {
            let said = run(&[&["detect", "--format", "json"], source].concat());
            let mut answer: Value = serde_json::from_str(&said.stdout).unwrap();
            answer["reading"]["left_out"].take();
            (said.code, answer)
        };
        assert_eq!(found(&[logs]), found(&["--lake", lake]));
    }
    let shown = |source: &[&str]| {
        let about = [
            "--inventory",
            "examples/acme.json",
            "--metrics",
            "examples/metrics.json",
            "--since",
            "2026-11-20",
        ];
        let until = ["--until", "2026-11-21", "--format", "json"];
        let said = run(&[&["verify"], source, &about[..], &until[..]].concat());
        let mut answer: Value = serde_json::from_str(&said.stdout).unwrap();
        answer["reading"]["left_out"].take();
        answer["places"].take();
        (said.code, answer)
    };
    assert_eq!(shown(&[example.to_str().unwrap(), "--no-index"]), shown(&["--lake", to]));
}

#[test]
fn what_is_advised_after_a_check_works_as_typed() {
    let world = World::new(1, 3);
    let [account, region, _] = ONE;
    assert_eq!(world.write("lake", &["--accounts", account, "--regions", region]).code, Some(0));
    let (logs, lake) = (world.logs(), world.lake("lake"));
    let check = ["lake", "verify", lake.to_str().unwrap(), "--against", logs.to_str().unwrap()];
    // The commands after `next:` are run as they stand there, see `advice`.
    let said = run(&check);
    assert!(said.code == Some(4) && said.stderr.contains("next: invoketrail lake write "), "{said:?}");
    let said = run(&check);
    assert!(
        said.code == Some(0) && said.stderr.contains("next: invoketrail invocations --lake "),
        "{said:?}"
    );
}

#[test]
fn documents_are_as_their_schemas_say() {
    let world = World::new(2, 3);
    let written = world.write("lake", &["--format", "json"]);
    is_of_schema("lake-write-1.schema.json", &serde_json::from_str(&written.stdout).unwrap());
    std::fs::write(world.lake("lake").join(one("invocations")), "x").unwrap();
    let (code, checked) = world.verify("lake", &[]);
    assert_eq!(code, Some(3));
    is_of_schema("lake-verify-1.schema.json", &checked);
    let event = "00000000-0000-4000-8000-000000000000";
    let lake = world.lake("lake");
    let said = run(&["lake", "show", event, "--lake", lake.to_str().unwrap(), "--format", "json"]);
    is_of_schema("lake-show-1.schema.json", &serde_json::from_str(&said.stdout).unwrap());
}
