//! What newcomers did not understand: counts that agree with each other, reasons that are true, and what to do where nothing was read.

use crate::run::{Finished, run};
use std::fs;
use std::path::Path;

const ACME: &str = "examples/acme.json";
const LOGS: &str = "examples/logs";
const KEYS: &str = "examples/logs/public-keys.json";

/// The window of the example's metrics, with proofs.
const PROVEN: [&str; 11] = [
    "--inventory",
    ACME,
    "--metrics",
    "examples/metrics.json",
    "--since",
    "2026-11-20",
    "--until",
    "2026-11-21",
    "--digests",
    "--public-keys",
    KEYS,
];

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

#[track_caller]
fn ends(said: &Finished, code: i32, told: &str) {
    assert_eq!(said.code, Some(code), "{said:?}");
    has(said, told);
}

/// On whatever lines it is broken.
#[track_caller]
fn has(said: &Finished, told: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (out, err) = (words(&said.stdout), words(&said.stderr));
    assert!(out.contains(told) || err.contains(told), "no {told:?} in\n{}\n{}", said.stdout, said.stderr);
}

fn accepting(arns: &str) -> String {
    format!(
        r#"{{"format":"invoketrail.exceptions/1","exceptions":[{{"id":"later","match":{{"controls":
        ["lambda-invocations-recorded"],"arns":[{arns}]}},"owner":"shop","reason":"soon","until":"2027-01-10"}}]}}"#
    )
}

#[test]
fn a_name_that_nothing_has_is_a_slip_and_the_others_match() {
    let folder = tempfile::tempdir().unwrap();
    let file = at(folder.path(), "exceptions.json");
    fs::write(&file, accepting(r#""stock","ordrs""#)).unwrap();
    let said = run(&["exceptions", "check", &file, "--inventory", ACME]);
    ends(&said, 0, "1 control matches shop");
    has(
        &said,
        "later names ordrs, which the inventory does not list. It may be misspelled: did you mean orders?",
    );
    assert!(!said.stdout.contains("nothing"), "{}", said.stdout);
    // Where it names nothing else, nothing is accepted today.
    fs::write(&file, accepting(r#""ordrs""#)).unwrap();
    let said = run(&["exceptions", "check", &file, "--inventory", ACME]);
    ends(&said, 0, "nothing yet");
    has(&said, "did you mean orders? It accepts nothing before something of that name is created.");
}

#[test]
fn what_escapes_is_counted_once_with_what_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let file = at(folder.path(), "exceptions.json");
    fs::write(&file, accepting(r#""stock""#)).unwrap();
    for format in ["terminal", "markdown", "html"] {
        let said = run(&["audit", ACME, "--exceptions", &file, "--format", format]);
        ends(
            &said,
            3,
            "5 of 14 functions and 1 of 1 web function escape, 1 of them under an accepted exception",
        );
    }
    let said = run(&["audit", ACME, "--exceptions", &file]);
    has(&said, "2 partial, 3 not recorded");
    has(&said, "accepted: 1 function");
    ends(&run(&["audit", ACME]), 3, "5 of 14 functions and 1 of 1 web function escape.");
}

#[test]
fn places_with_paid_copies_are_counted_as_places() {
    let said = run(&["plan", "--inventory", ACME]);
    // Copies of new functions alone are in two more places than those of what exists.
    has(&said, "in 5 account-Regions some events, of existing or new functions, are then recorded twice");
    has(&said, "of what exists today, the plan adds paid copies in 3 account-Regions");
}

#[test]
fn what_is_not_proven_of_a_function_is_counted_and_what_ran_without_a_record_is_in_the_headline() {
    let said = run(&[&["verify", LOGS][..], &PROVEN].concat());
    ends(&said, 3, "7 are undetermined (1 of them was invoked, and no record of it was found);");
    has(&said, "cart (444455556666 us-east-1): 43 of 51 records are proven, and only these are counted.");
    has(&said, "The other 8 are in 1 log file: no digest lists it");
    // It is the first of those that are undetermined.
    let rows: Vec<&str> =
        said.stdout.lines().filter(|line| line.trim_start().starts_with("undetermined ")).collect();
    assert!(rows[0].contains("orders"), "{rows:?}");
    let json = run(&[&["verify", LOGS, "--format", "json"][..], &PROVEN].concat());
    has(&json, r#"{"reason":"not_all_proven","text":"43 of 51 records are proven"#);
}

#[test]
fn tampering_comes_first_and_leads_to_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let copy = at(folder.path(), "logs");
    copy_folder(Path::new(&crate::run::root()).join(LOGS).as_path(), Path::new(&copy));
    let listed = find(Path::new(&copy), "T0930Z_");
    fs::remove_file(&listed).unwrap();
    let said = run(&[&["verify", &copy][..], &PROVEN].concat());
    assert_eq!(said.code, Some(3), "{said:?}");
    let first = "A digest, or a log file that it lists, is not as CloudTrail delivered it.";
    assert!(said.stdout.starts_with(first), "{}", said.stdout);
    has(&said, "next: invoketrail logs validate");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).unwrap();
        }
    }
}

fn find(folder: &Path, part: &str) -> std::path::PathBuf {
    let entries = || fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let here = entries().find(|path| path.is_file() && path.to_string_lossy().contains(part));
    here.unwrap_or_else(|| {
        let mut below = entries().filter(|path| path.is_dir()).filter(|path| holds(path, part));
        find(&below.next().unwrap(), part)
    })
}

fn holds(folder: &Path, part: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { holds(&path, part) } else { path.to_string_lossy().contains(part) }
    })
}

#[test]
fn a_log_file_has_the_true_reason_for_which_nothing_proves_it() {
    let said = run(&["logs", "validate", LOGS, "--public-keys", KEYS]);
    ends(&said, 4, "Cannot tell for 14 of 19 log files: no valid digest lists them;");
    has(&said, "delivered before the first digest that is there, which begins at 2026-11-21T00:00:00Z:");
    has(&said, "no digest of its trail, account and Region is there:");
    assert!(!said.stdout.contains("forged"), "{}", said.stdout);
}

#[test]
fn a_folder_without_log_files_is_an_error_of_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_string_lossy().into_owned();
    fs::write(folder.path().join("notes.pdf"), "x").unwrap();
    let told = format!("error: {empty} holds no log files of CloudTrail");
    for command in [
        &["verify", &empty, "--inventory", ACME, "--metrics", "examples/metrics.json"][..],
        &["logs", "validate", &empty],
        &["invocations", &empty],
        &["detect", &empty],
    ] {
        let said = run(command);
        ends(&said, 1, &told);
        has(&said, &format!("`aws s3 sync s3://BUCKET/AWSLogs {empty}/AWSLogs`"));
        assert!(!said.stderr.contains("canary"), "{}", said.stderr);
    }
}

#[test]
fn a_file_that_is_no_log_file_is_said_to_be_what_it_is() {
    let inventory = format!("cannot read {ACME} as a log file: it is an inventory");
    let keys = format!("cannot read {KEYS} as a log file: it is a file of public keys");
    for command in
        [&["verify", "--inventory", ACME][..], &["logs", "validate"], &["invocations"], &["detect"]]
    {
        ends(&run(&[command, &[ACME]].concat()), 1, &inventory);
        ends(&run(&[command, &[KEYS]].concat()), 1, &keys);
    }
}

#[test]
fn what_a_file_is_leads_to_the_command_that_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, digest) = (at(folder.path(), "plan.json"), at(folder.path(), "digest.json"));
    run(&["plan", "--inventory", ACME, "--output", &plan]);
    ends(&run(&["undo", &plan]), 1, &format!("`invoketrail undo {plan}.journal`"));
    let packed = find(&crate::run::root().join(LOGS), "20261121T010000Z.json.gz");
    let mut text = String::new();
    std::io::Read::read_to_string(
        &mut flate2::read::MultiGzDecoder::new(fs::File::open(packed).unwrap()),
        &mut text,
    )
    .unwrap();
    fs::write(&digest, text).unwrap();
    for (file, told) in [
        (
            "examples/terraform/plan.json",
            "`invoketrail check --terraform examples/terraform/plan.json` reads it",
        ),
        (
            "examples/cloudformation/template.yaml",
            "`invoketrail check --cloudformation examples/cloudformation/template.yaml` reads it",
        ),
        (&digest, "`invoketrail logs validate FOLDER` reads the digests of a folder"),
        (KEYS, "`invoketrail logs validate FOLDER --public-keys examples/logs/public-keys.json` reads it"),
    ] {
        ends(&run(&["explain", "--selectors", file]), 1, told);
    }
}

#[test]
fn a_loose_log_file_is_shown_with_its_whole_path() {
    let folder = tempfile::tempdir().unwrap();
    let from = find(&crate::run::root().join(LOGS), "T0738Z_7g3ER87gpVju2sMe");
    let loose = at(folder.path(), "loose.json.gz");
    fs::copy(from, &loose).unwrap();
    let said = run(&["logs", "validate", &loose, "--public-keys", KEYS]);
    let real = folder.path().canonicalize().unwrap().join("loose.json.gz");
    assert!(said.stdout.contains(&format!("\n    {}\n", real.display())), "{}", said.stdout);
}

#[test]
fn a_window_without_files_names_the_days_of_those_that_are_there() {
    let said = run(&["verify", LOGS, "--inventory", ACME, "--now", "2027-03-01T00:00:00Z"]);
    let told = "No log file was delivered in this time; those that are there were delivered from 2026-11-20 to 2026-11-22.";
    ends(&said, 4, told);
    has(&said, "--since 2026-11-20 --until 2026-11-22 # the days of the log files that are there");
}

#[test]
fn a_template_that_does_not_say_where_it_is_deployed_is_asked_for_that() {
    let template = "examples/cloudformation/template.yaml";
    for more in [&[][..], &["--inventory", ACME]] {
        let said = run(&[&["check", "--cloudformation", template][..], more].concat());
        ends(&said, 4, "Cannot tell: the CloudFormation template does not say its account and Region.");
        has(&said, "the same command with --account ID --region REGION");
        assert!(!said.stdout.contains("--partition"), "{}", said.stdout);
    }
    let over = run(&["check", "--cloudformation", template, "--inventory", ACME]);
    has(&over, "the account of 3 resources (Orders, Trail, Wishlist) is not in the file.");
    let placed = ["--account", "111122223333", "--region", "us-east-1"];
    let said = run(&[&["check", "--cloudformation", template][..], &placed].concat());
    assert!(!said.stdout.contains("What is open"), "{}", said.stdout);
}

#[test]
fn a_check_of_a_file_alone_speaks_of_this_file_and_a_loss_has_a_fix() {
    let plan = "examples/terraform/plan.json";
    let alone = run(&["check", "--terraform", plan]);
    ends(&alone, 3, "stops recording calls that no other recorder in this file records.");
    let over = run(&["check", "--terraform", plan, "--inventory", ACME]);
    ends(&over, 3, "stops recording calls that nothing else records.");
    has(&over, "and 1 of 2 new functions will not be recorded.");
    has(
        &over,
        "Fix: Give trail management-eu a selector for all functions: type AWS::Lambda::Function with the value `arn:aws:lambda`.",
    );
}

#[test]
fn an_advisory_control_that_fails_leads_to_its_finding() {
    let said = run(&["audit", ACME, "--all"]);
    has(&said, "lambda-data-events-current advisory; see lambda-invocations-recorded");
}

#[test]
fn a_reason_is_said_once() {
    let said = run(&["audit", "crates/cli/tests/cases/audit/web-function-endpoints-unread.json"]);
    let words = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words.matches("A web function may be served by Regions").count(), 1, "{}", said.stdout);
}

#[test]
fn what_was_mistyped_is_one_line_and_one_line_of_help() {
    for (arguments, line, help) in [
        (
            &["undo"][..],
            "the following required arguments were not provided: <JOURNAL>",
            "write `undo <JOURNAL>`",
        ),
        (&["adit"], "unrecognized subcommand 'adit'", "did you mean audit?"),
        (
            &["audit", "--inventry", ACME],
            "unexpected argument '--inventry' found",
            "did you mean --inventory?",
        ),
        (
            &["audit", "--format", "yaml"],
            "invalid value 'yaml' for '--format <FORMAT>'",
            "it is one of terminal, json",
        ),
        (
            &["audit", ACME, "--demo"],
            "the argument '[FILE]' cannot be used with '--demo'",
            "`invoketrail audit --help`",
        ),
        (&["restore"], "restore needs the file of exceptions that apply wrote", "--exceptions FILE"),
    ] {
        let said = run(arguments);
        ends(&said, 2, line);
        has(&said, help);
        let lines: Vec<&str> = said.stderr.lines().collect();
        assert!(
            lines.len() == 2 && lines[0].starts_with("error: ") && lines[1].starts_with("help: "),
            "{lines:?}"
        );
    }
    for command in [
        &["verify", LOGS, "--inventory", ACME][..],
        &["logs", "validate", LOGS],
        &["invocations", LOGS],
        &["detect", LOGS],
    ] {
        let said = run(&[command, &["--since", "2026-11-22", "--until", "2026-11-20"]].concat());
        ends(&said, 2, "--until must be later than --since");
        has(&said, "help: name an earlier --since or a later --until");
    }
}

#[test]
fn an_explanation_says_that_nobody_saw_the_function_and_what_to_allow() {
    let near = run(&["explain", "arn:aws:lambda:us-east-1:444455556666:function:ordrs", "--inventory", ACME]);
    ends(&near, 0, "(no such function was found; did you mean orders?).");
    let open = run(&["explain", "archive", "--inventory", ACME]);
    ends(&open, 4, "Fix: Allow cloudtrail:GetEventSelectors (`invoketrail permissions audit --check`).");
}

#[test]
fn the_next_command_is_the_last_line() {
    let folder = tempfile::tempdir().unwrap();
    let (bundle, report) = (at(folder.path(), "bundle"), at(folder.path(), "audit.md"));
    let said = run(&["audit", ACME, "--bundle", &bundle, "--output", &report]);
    assert!(said.stderr.lines().last().unwrap().starts_with("next: "), "{}", said.stderr);
    assert_eq!(said.stderr.lines().filter(|line| line.starts_with("wrote: ")).count(), 2, "{}", said.stderr);
}

#[test]
fn a_budget_without_counts_says_where_counts_come_from() {
    let backout =
        ["backout", "--demo", "--owner", "a", "--reason", "b", "--until", "2027-01-31", "--budget", "5"];
    ends(&run(&backout), 3, "the inventory does not say how often 14 functions are invoked");
}

#[cfg(feature = "lake")]
#[test]
fn an_event_that_a_lake_does_not_have_leads_to_those_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let lake = at(folder.path(), "lake");
    let written = run(&["lake", "write", LOGS, "--to", &lake]);
    assert_eq!(written.code, Some(0), "{written:?}");
    let said = run(&["lake", "show", "no-such-event", "--lake", &lake]);
    ends(&said, 1, "the lake has no event no-such-event");
    has(
        &said,
        &format!("`invoketrail invocations --lake {lake} --function '*' --timeline --format jsonl` has them"),
    );
    let rows = run(&["invocations", "--lake", &lake, "--function", "*", "--timeline", "--format", "jsonl"]);
    let event: serde_json::Value = serde_json::from_str(rows.stdout.lines().nth(1).unwrap()).unwrap();
    let shown = run(&["lake", "show", event["event_id"].as_str().unwrap(), "--lake", &lake]);
    ends(&shown, 0, "The log file has this record, byte for byte.");
    // It is not broken where the terminal ends.
    let record = shown.stdout.lines().find(|line| line.starts_with('{')).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(record).is_ok(), "{record}");
}
