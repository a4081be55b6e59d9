//! The state of `detect`: one run or many say the same, and nothing that is not a whole state of ours is believed or touched.

use crate::detect::{World, findings, records, said, settle};
use std::path::Path;
use std::time::Duration;

#[test]
fn one_run_or_one_a_day_say_the_same() {
    let whole = World::attacked();
    let once = whole.found(&[]).to_string();
    let world = World::of("");
    let state = world.path("new folder/state.sqlite");
    for day in 2..23 {
        world.deliver(day, "a", &records(day));
        settle();
        let run = world.detect(&["--state", &state, "--format", "json"]);
        assert_eq!(run.code, Some(if day < 21 { 0 } else { 3 }), "day {day}: {run:?}");
    }
    let last = world.detect(&["--state", &state, "--format", "json"]);
    let moved = |text: String| text.replace(world.logs().to_str().unwrap(), whole.logs().to_str().unwrap());
    assert_eq!(moved(findings(&last).to_string()), once);
    let document: serde_json::Value = serde_json::from_str(&last.stdout).unwrap();
    assert_eq!(
        (&document["reading"]["files"], &document["reading"]["files_known"]),
        (&21.into(), &21.into())
    );
    assert_eq!(document["reading"]["records"], 0, "what is known is not read again");
    // The logs are gone, what was learned of them is not.
    std::fs::remove_dir_all(world.logs()).unwrap();
    std::fs::create_dir(world.logs()).unwrap();
    world.deliver(22, "b", &[]);
    let after = world.found(&["--state", &state]);
    assert_eq!(moved(after.to_string()), once);
    let shown = world.detect(&["--state", &state, "--show", after[0][0]["id"].as_str().unwrap()]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("the record cannot be shown"), "{}", shown.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// The refusal, and the file as it was.
#[track_caller]
fn refused(world: &World, state: &str, line: &str, help: &str) {
    let before = std::fs::read(state).unwrap();
    let run = world.detect(&["--state", state]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let first = run.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(first.contains("cannot use the state ") && first.contains(line), "{}", run.stderr);
    assert!(run.stderr.contains(help), "{}", run.stderr);
    assert_eq!(run.stdout, "", "nothing is said on what cannot be used");
    assert!(std::fs::read(state).unwrap() == before, "{line}: the file was touched");
}

#[test]
fn what_is_not_a_whole_state_of_ours_is_refused_and_not_touched() {
    let world = World::attacked();
    let state = world.path("state.sqlite");
    assert_eq!(world.detect(&["--state", &state]).code, Some(3));
    let whole = std::fs::read(&state).unwrap();
    let set = |name: &str, bytes: &[u8]| world.write(name, bytes);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        bytes
    };
    let newer = set("newer", &with(&|bytes| bytes[60..64].copy_from_slice(&9_u32.to_be_bytes())));
    private(&newer);
    refused(&world, &newer, "a later version of invoketrail wrote it", "help: update invoketrail");
    let damaged = set(
        "damaged",
        &with(&|bytes| {
            let end = bytes.len() - 300;
            bytes[end..end + 40].fill(0x5a);
        }),
    );
    private(&damaged);
    refused(&world, &damaged, "it is damaged", "restore a copy of the file");
    let cut = set("cut", &whole[..whole.len() / 2]);
    private(&cut);
    refused(&world, &cut, "it is damaged", "restore a copy of the file");
    let notes = set("notes.txt", b"my notes, which are no state");
    private(&notes);
    refused(&world, &notes, "it is not a state of invoketrail", "name another file with --state");
    let other = set("other.sqlite", &with(&|bytes| bytes[68..72].copy_from_slice(b"ITix")));
    private(&other);
    refused(&world, &other, "it is not a state of invoketrail", "name another file with --state");
    let folder = world.detect(&["--state", world.logs().to_str().unwrap()]);
    assert_eq!(folder.code, Some(1), "{folder:?}");
}

/// As a state is made: for its owner alone.
fn private(path: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(Path::new(path).is_file());
}

#[test]
fn a_state_of_another_organization_is_refused_and_keeps_its_own() {
    let world = World::of("o-aaaaaaaaaa/");
    (2..23).for_each(|day| drop(world.deliver(day, "a", &records(day))));
    let state = world.path("state.sqlite");
    let once = world.found(&["--state", &state]);
    let other = World::of("o-bbbbbbbbbb/");
    other.deliver(21, "a", &records(21));
    refused(&other, &state, "it knows organization o-aaaaaaaaaa", "keep a state for each organization");
    assert_eq!(world.found(&["--state", &state]), once);
}

#[test]
fn two_at_once_lose_nothing() {
    let world = World::attacked();
    let once = world.found(&[]);
    let state = world.path("state.sqlite");
    settle();
    let halves: Vec<_> = [2..12, 12..23]
        .into_iter()
        .map(|days| {
            let half = World::of("");
            days.for_each(|day| drop(half.deliver(day, "a", &records(day))));
            half
        })
        .collect();
    let children: Vec<_> = halves.iter().map(|half| half.start(&["--state", &state])).collect();
    for child in children {
        let run = said(child);
        assert!(matches!(run.code, Some(0 | 3)), "{run:?}");
    }
    let both = halves[0].found(&["--state", &state]).to_string();
    let moved = halves
        .iter()
        .fold(both, |text, half| text.replace(half.logs().to_str().unwrap(), world.logs().to_str().unwrap()));
    assert_eq!(moved, once.to_string());
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let world = World::attacked();
    let once = world.found(&[]);
    let state = world.path("state.sqlite");
    settle();
    for milliseconds in [0, 5, 10, 15, 20, 30, 45, 70, 100] {
        let mut child = world.start(&["--state", &state]);
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(world.found(&["--state", &state]), once, "after {milliseconds} ms");
        if milliseconds % 2 == 0 {
            for beside in ["", "-journal", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{state}{beside}"));
            }
        }
    }
}

#[test]
fn a_file_that_was_damaged_is_read_again() {
    let world = World::attacked();
    let once = world.found(&[]);
    let path = world.deliver(21, "a", &records(21));
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 900]).unwrap();
    settle();
    let state = world.path("state.sqlite");
    let half = world.detect(&["--state", &state]);
    assert!(matches!(half.code, Some(3 | 4)), "{half:?}");
    std::fs::write(&path, whole).unwrap();
    settle();
    assert_eq!(world.found(&["--state", &state]), once);
    assert_eq!(world.detect(&["--state", &state]).code, Some(3));
}
