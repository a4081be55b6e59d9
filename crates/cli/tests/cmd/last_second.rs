//! `--since` and `--until` are as exact as they are typed: the last second of a day is not lost.

use crate::run::run;

/// The calls of Acme's logs in that time.
fn calls(since: &str, until: &str) -> u64 {
    let time = ["--since", since, "--until", until];
    let said =
        run(&[&["invocations", "examples/logs", "--no-index", "--format", "json"][..], &time].concat());
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    document["total"]["calls"].as_u64().unwrap()
}

#[test]
fn what_happened_in_the_last_second_before_until_is_counted() {
    let timeline = run(&[
        "invocations",
        "examples/logs",
        "--no-index",
        "--timeline",
        "--function",
        "cart",
        "--format",
        "jsonl",
    ]);
    let first = timeline.stdout.lines().find_map(|line| {
        let call: serde_json::Value = serde_json::from_str(line).unwrap();
        call["time"].as_str().map(str::to_owned)
    });
    let second = first.unwrap().trim_end_matches('Z').to_owned();
    let at = |fraction: &str| format!("{second}{fraction}Z");
    let (all, day) = ("2026-11-01", "2026-11-30");
    let before = calls(all, &at(""));
    let within = calls(all, &at(".001")) - before;
    assert!(within > 0, "a call of that second is before its end");
    assert_eq!(calls(all, &at(".999")) - before, within);
    // Each call is on one side of each moment.
    for fraction in ["", ".001", ".5", ".999"] {
        assert_eq!(calls(all, &at(fraction)) + calls(&at(fraction), day), calls(all, day), "{fraction}");
    }
}
