//! Captions, sizes, and which room may do what.

use crate::tree::{Source, sources};

/// How the names of the SDK's crates begin.
const SDK: &[&str] =
    &["aws_config", "aws_credential_types", "aws_sdk_", "aws_sigv4", "aws_smithy", "aws_types"];

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
    assert!(ninth_of_ten.0 < 300, "nine files in ten are to stay under 300 lines: {ninth_of_ten:?}");
    let median = &lengths[lengths.len() / 2];
    assert!(median.0 <= 220, "the median file is to stay near 200 lines: {median:?}");
}

/// Functions that take apart a tuple which is one value elsewhere: the key of a table, or what a query gives.
const TAKE_APART: [&str; 2] = ["report/src/csv.rs: after", "store/src/history.rs: checked"];

/// A bundle of parameters is a notion without a name.
#[test]
fn parameters_are_not_bundled() {
    let bundled = |source: &Source| -> Vec<String> {
        let code: Vec<&str> = source.code().into_iter().map(|(_, line)| line).collect();
        let code = code.join("\n");
        let heads = code
            .match_indices("fn ")
            .filter(|(at, _)| !code[..*at].ends_with(|one: char| one.is_alphanumeric()));
        let bundles = heads.filter_map(|(at, _)| {
            let (name, rest) = code[at + 3..].split_once('(')?;
            // Parameters end where the body begins; a pattern of a tuple stands after a bracket or a comma.
            let parameters = rest.split(['{', ';']).next()?;
            let parts: Vec<&str> = parameters.split('(').collect();
            let begins = |part: &str| part.trim_end().ends_with(',') || part.trim().is_empty();
            let pattern = parts.windows(2).any(|pair| begins(pair[0]) && pair[1].trim_end().ends_with("):"));
            let name = name.split('<').next()?.trim();
            pattern.then(|| format!("{}: {name}", source.path.trim_start_matches("crates/")))
        });
        if source.is_shipped() { bundles.collect() } else { Vec::new() }
    };
    let found: Vec<String> = sources().iter().flat_map(bundled).collect();
    let named: Vec<&String> =
        found.iter().filter(|one| !TAKE_APART.iter().any(|known| one.ends_with(known))).collect();
    assert!(named.is_empty(), "{named:#?}");
    assert!(found.len() >= TAKE_APART.len(), "{found:?}: the list names what is no more");
}

#[test]
fn only_one_room_does_each_dirty_thing() {
    let sdk = lines_with(SDK, |source| source.room() != "aws");
    assert_eq!(sdk, "", "the SDK is named outside `aws`");
    let public = offenders(|source| {
        let named = |line: &str| SDK.iter().any(|sdk| line.contains(sdk));
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
                | "lake"
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

/// A length of time has its unit in its name, and is declared once.
#[test]
fn lengths_of_time_stand_in_one_place() {
    let lengths = ["3600", "3_600", "86400", "86_400", "60_000", "24 * 60"];
    let names = ["MINUTE", "HOUR", "DAY", "WEEK"];
    let declared = offenders(|source| {
        // `lake` may use `logs` alone.
        let own = ["crates/cloudtrail/src/time.rs", "crates/lake/src/daily.rs"];
        if !source.is_shipped() || own.contains(&source.path.as_str()) {
            return Vec::new();
        }
        let bad = source.code().into_iter().filter(|(_, line)| {
            let Some((_, constant)) = line.split_once("const ") else { return false };
            let Some((name, (kind, value))) =
                constant.split_once(':').and_then(|(name, rest)| Some((name, rest.split_once('=')?)))
            else {
                return false;
            };
            let number = ["i64", "u64", "i32", "u32"].contains(&kind.trim());
            number
                && (lengths.iter().any(|length| value.contains(length))
                    || name.split('_').any(|word| names.contains(&word)))
        });
        bad.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect()
    });
    assert_eq!(declared, "", "a length of time beside `cloudtrail::time`");
}
