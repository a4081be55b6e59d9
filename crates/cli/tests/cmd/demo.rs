//! `--demo` stays with Acme: what it advises, what it reads, and what it cannot be combined with.

use crate::run::{command, run};

/// What is advised at the end.
fn next(stderr: &str) -> String {
    let next = stderr.lines().find_map(|line| line.strip_prefix("next: "));
    assert!(next.is_some(), "{stderr}");
    next.unwrap_or_default().to_owned()
}

#[test]
fn what_is_advised_after_the_demo_is_about_the_demo() {
    for words in [
        &["audit"][..],
        &["plan"],
        &["plan", "--format", "json"],
        &["explain", "cart"],
        &["verify"],
        &["verify", "--digests"],
        &["verify", "--region", "eu-west-1"],
        &["verify", "--since", "2026-11-01", "--until", "2026-11-02"],
        &["invocations"],
        &["invocations", "--by", "role"],
        &["invocations", "--timeline", "--function", "cart"],
        &["detect"],
    ] {
        let said = run(&[words, &["--demo"]].concat());
        let next = next(&said.stderr);
        assert!(next.contains("--demo") && !next.contains("--canary"), "{words:?}: {next}");
        let line: Vec<&str> = next.split("  #").next().unwrap().split_whitespace().skip(1).collect();
        assert_ne!(run(&line).code, Some(2), "{words:?}: {next}");
    }
}

/// All that is in the folder would be read: what somebody left there does not belong to Acme.
#[test]
fn what_others_left_in_the_folder_of_the_demo_is_not_read() {
    let cache = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let output = command(arguments).env("XDG_CACHE_HOME", cache.path()).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    let asked = ["invocations", "--demo", "--format", "csv"];
    let first = said(&asked);
    let logs =
        cache.path().join("invoketrail").join(concat!("demo-", env!("CARGO_PKG_VERSION"))).join("logs");
    assert!(logs.is_dir() && first.1 == Some(0), "{first:?}");
    let day = logs.join("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/20");
    let foreign = day.join("111122223333_CloudTrail_us-east-1_20261120T0905Z_AbCdEfGhIjKlMnOp.json.gz");
    std::fs::create_dir_all(foreign.parent().unwrap()).unwrap();
    std::fs::write(&foreign, r#"{"Records":[{"eventSource":"lambda.amazonaws.com"}]}"#).unwrap();
    assert_eq!(said(&asked), first);
    assert!(foreign.is_file(), "it stays, for it is somebody's");
}

#[cfg(unix)]
#[test]
fn a_cache_folder_whose_name_is_not_utf_8_is_gone_without() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let cache = tempfile::tempdir().unwrap();
    let odd = cache.path().join(OsStr::from_bytes(b"caf\xe9"));
    let output = command(&["invocations", "--demo"]).env("XDG_CACHE_HOME", &odd).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_demo_honours_an_index_and_refuses_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.sqlite");
    for name in ["invocations", "verify"] {
        let said = run(&[name, "--demo", "--index", index.to_str().unwrap()]);
        assert_ne!(said.code, Some(2), "{}", said.stderr);
        assert!(index.is_file(), "{name}: {}", said.stderr);
        std::fs::remove_file(&index).unwrap();
    }
    let canary = ["--canary", "arn:aws:lambda:eu-west-1:111122223333:function:cart"];
    for more in [&["--organization"][..], &["--accounts", "111122223333"], &["--role-name", "Audit"], &canary]
    {
        let said = run(&[&["verify", "--demo"][..], more].concat());
        assert_eq!(said.code, Some(2), "{more:?}: {}", said.stderr);
        assert!(said.stderr.contains("cannot be used with"), "{more:?}: {}", said.stderr);
    }
}
