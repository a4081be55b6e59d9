//! Captions, sizes, and which room may do what.

use crate::tree::{Source, sources};

fn offenders(wrong: impl Fn(&Source) -> Vec<String>) -> String {
    sources().iter().flat_map(wrong).collect::<Vec<_>>().join("\n")
}

/// Lines of shipped code that hold one of `words`, in files that `concerned` picks.
fn lines_with(words: &[&str], concerned: impl Fn(&Source) -> bool) -> String {
    offenders(|source| {
        if !source.is_shipped() || !concerned(source) {
            return Vec::new();
        }
        let code = source.code().into_iter();
        let bad = code.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        bad.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect()
    })
}

#[test]
fn every_file_says_what_it_is() {
    let without = offenders(|source| {
        let caption =
            source.text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 12);
        if caption { Vec::new() } else { vec![source.path.clone()] }
    });
    assert_eq!(without, "", "files without an opening //! line");
}

#[test]
fn files_stay_small() {
    let mut lengths: Vec<(usize, String)> =
        sources().iter().map(|source| (source.text.lines().count(), source.path.clone())).collect();
    lengths.sort();
    let (longest, path) = lengths.last().unwrap();
    assert!(*longest <= 800, "{path} has {longest} lines");
    let ninth_of_ten = &lengths[lengths.len() * 9 / 10];
    assert!(ninth_of_ten.0 <= 450, "nine files in ten are to stay under 450 lines: {ninth_of_ten:?}");
    let median = &lengths[lengths.len() / 2];
    assert!(median.0 <= 220, "the median file is to stay near 200 lines: {median:?}");
}

#[test]
fn only_one_room_does_each_dirty_thing() {
    let sdk =
        lines_with(&["aws_sdk_", "aws_config", "aws_smithy", "aws_types"], |source| source.room() != "aws");
    assert_eq!(sdk, "", "the SDK is named outside `aws`");
    let public = offenders(|source| {
        let named = |line: &str| {
            ["aws_sdk_", "aws_config", "aws_smithy", "aws_types"].iter().any(|sdk| line.contains(sdk))
        };
        if !source.is_shipped() {
            return Vec::new();
        }
        let public = source.shown().into_iter().filter(|(_, item)| named(item));
        public.map(|(at, item)| format!("{}:{at}: {item}", source.path)).collect()
    });
    assert_eq!(public, "", "an SDK type in a `pub` item");
    let writes = lines_with(&["File::create", "fs::write", "OpenOptions", "NamedTempFile"], |source| {
        source.room() != "store"
    });
    assert_eq!(writes, "", "a file is written outside `store`");
    let carries =
        lines_with(&["aws.carry_out(", "Orders {"], |source| !matches!(source.room(), "aws" | "change"));
    assert_eq!(carries, "", "a plan is carried out outside `change`");
    let dirty = [
        "std::env",
        "env::var",
        "SystemTime",
        "println!",
        "eprintln!",
        "io::stdout",
        "io::stderr",
        "IsTerminal",
    ];
    let outside = lines_with(&dirty, |source| source.room() != "surroundings");
    assert_eq!(outside, "", "environment, clock or terminal outside `surroundings`");
}

#[test]
fn the_lower_floors_are_pure() {
    let pure = |source: &Source| {
        matches!(
            source.room(),
            "text"
                | "cloudtrail"
                | "recording"
                | "logs"
                | "detect"
                | "audit"
                | "report"
                | "templates"
                | "args"
        )
    };
    let words = [
        "async ",
        ".await",
        "tokio",
        "std::env",
        "SystemTime",
        "now_utc",
        "Instant::",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "std::thread",
        "rand::",
        "static ",
        "thread_local!",
        "lazy_static",
        "OnceLock",
        "LazyLock",
        "println!",
    ];
    let impure = offenders(|source| {
        if !source.is_shipped() || !pure(source) {
            return Vec::new();
        }
        let bad = source.code().into_iter().filter(|(_, line)| {
            let line = line.replace("'static ", "");
            // The one place where files are read side by side: its answer does not depend on it.
            if source.path == "crates/logs/src/scan.rs" && line.contains("std::thread") {
                return false;
            }
            words.iter().any(|word| line.contains(word))
        });
        bad.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect()
    });
    assert_eq!(impure, "", "async, clock, randomness, environment or global state on a pure floor");
}
