//! The binary against an emulator of AWS (moto server), whose address is in INVOKETRAIL_TEST_MOTO_URL: what a user's first
//! audit of a real account goes through, from credentials in the environment to the exit code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod accounts;
#[allow(dead_code, reason = "it is shared with the tests of the command line")]
#[path = "../cmd/advice.rs"]
mod advice;
mod buckets;
mod ended;
#[cfg(feature = "lake")]
mod lake;
mod live_trails;
mod located;
mod notified;
mod raw_answers;
mod recorders;
mod refusing;
#[allow(dead_code, reason = "it is shared with the tests of the collector, which put more there")]
#[path = "../../../aws/tests/emulator/seed.rs"]
mod seed;

mod sites;
mod story;
mod tagged;
#[cfg(unix)]
#[path = "../cmd/terminal.rs"]
mod terminal;
mod verified_again;
mod verify;

use seed::{Seed, url};
use std::process::Command;

const ACCOUNT: &str = "310000000001";

struct Finished {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

/// Runs the binary as the account of `seed`, in one Region.
fn run(seed: &Seed, arguments: &[&str]) -> Finished {
    let said = as_typed(seed, &[arguments, &["--endpoint-url", &url(), "--region", "us-east-1"]].concat());
    advice::check(arguments, &said.stderr);
    follow(seed, &said.stderr);
    said
}

/// Runs what was advised and only reads, as the same account: it works as it was written.
fn follow(seed: &Seed, stderr: &str) {
    let only_reads = ["audit", "explain", "permissions"];
    for command in stderr.lines().flat_map(advice::commands) {
        let words = advice::words(&command);
        if !only_reads.contains(&words[0].as_str()) || words.iter().any(|word| word == "--help") {
            continue;
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // A function of a made-up account cannot be read; anything else can.
        let said = as_typed(seed, &words);
        assert!(matches!(said.code, Some(0 | 3 | 4)), "{command}: {}{}", said.stdout, said.stderr);
    }
}

/// Runs the binary as the account of `seed`, with exactly these arguments.
fn as_typed(seed: &Seed, arguments: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(arguments)
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("INVOKETRAIL_TEST_HASTE", "once"),
            ("COLUMNS", "100"),
        ])
        .envs([("AWS_ACCESS_KEY_ID", seed.key.as_str()), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .env("AWS_SESSION_TOKEN", "token")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn select(seed: &Seed, selectors: &str) {
    let body = format!(r#"{{"TrailName":"main",{selectors}}}"#);
    seed.cloudtrail("us-east-1", "PutEventSelectors", &body);
}

#[test]
fn an_account_is_audited_explained_and_kept() {
    let seed = Seed::account(ACCOUNT);
    seed.bucket("invoketrail-cli");
    seed.role();
    seed.functions(ACCOUNT, "us-east-1", 3);
    let trail = r#"{"Name":"main","S3BucketName":"invoketrail-cli","IsMultiRegionTrail":true}"#;
    seed.cloudtrail("us-east-1", "CreateTrail", trail);
    seed.cloudtrail("us-east-1", "StartLogging", r#"{"Name":"main"}"#);

    // A trail of management events alone: no, where trails count alone; undetermined where event data stores count, too,
    // because the emulator cannot list them.
    select(&seed, r#""EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true}]"#);
    let no = run(&seed, &["audit", "--recorders", "trails"]);
    assert_eq!(no.code, Some(3), "{}{}", no.stdout, no.stderr);
    assert!(
        no.stdout.starts_with("Not every Lambda invocation is recorded: 3 of 3 functions escape"),
        "{}",
        no.stdout
    );
    let open = run(&seed, &["audit"]);
    assert_eq!(open.code, Some(4), "{}{}", open.stdout, open.stderr);
    assert!(open.stdout.contains("cloudtrail:ListEventDataStores"), "{}", open.stdout);

    // All functions selected: yes, whatever else could not be read.
    select(
        &seed,
        r#""EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,
            "DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]"#,
    );
    let yes = run(&seed, &["audit"]);
    assert_eq!(yes.code, Some(0), "{}{}", yes.stdout, yes.stderr);
    assert!(
        yes.stdout.starts_with("Every invocation of all 3 functions and of new functions is recorded."),
        "{}",
        yes.stdout
    );
    let arn = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:f0001");
    let explained = run(&seed, &["explain", &arn]);
    assert_eq!(explained.code, Some(0), "{}{}", explained.stdout, explained.stderr);

    // Kept, and judged later without the network.
    let file = std::env::temp_dir().join(format!("invoketrail-{}.json", std::process::id()));
    let path = file.to_str().unwrap();
    let kept = run(&seed, &["inventory", "--output", path]);
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);
    let later = Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(["audit", "--inventory", path])
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(later.status.code(), Some(0), "{}", String::from_utf8_lossy(&later.stdout));
}
