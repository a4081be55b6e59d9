//! Bad input that no page can hold: generated, huge, hostile, or of another folder. No panic, one line, the right exit code.

use crate::run::{Finished, command, root, run, with_stdin};
use std::fmt::Write;
use std::process::Stdio;

/// An inventory without any account.
const EMPTY: &str = r#"{"format": "invoketrail.inventory/1", "collected_at": "2026-11-23T17:00:00Z", "partition": "aws",
    "caller": null, "regions_asked": null, "accounts": [], "recorders": [], "gaps": [], "places": []}"#;

fn acme() -> String {
    std::fs::read_to_string(root().join("examples/acme.json")).unwrap()
}

/// One `error:` line, at most one `help:` line, nothing that a terminal could obey.
fn is_told_well(said: &Finished) {
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert!(lines.iter().filter(|line| line.starts_with("error: ")).count() == 1, "{said:?}");
    assert!(lines.iter().all(|line| line.starts_with("error: ") || line.starts_with("help: ")), "{said:?}");
    assert!(lines.len() <= 2, "{said:?}");
    assert!(!said.stderr.contains("panicked"), "{said:?}");
    assert!(!said.stderr.contains('\u{1b}'), "{said:?}");
}

#[test]
fn every_truncation_of_an_inventory_is_one_line() {
    let acme = acme();
    for end in (0..acme.len() - 3).step_by(97) {
        let said = with_stdin(&["audit", "--inventory", "-"], &acme.as_bytes()[..end]);
        assert_eq!(said.code, Some(1), "{end}: {said:?}");
        is_told_well(&said);
    }
}

#[test]
fn bytes_that_are_no_text() {
    for bytes in [b"\xff\xfe\x00".as_slice(), b"\x00\x00", b"[[[[", b"\xef\xbb\xbf"] {
        for arguments in [["audit", "--inventory", "-"], ["explain", "--selectors", "-"]] {
            let said = with_stdin(&arguments, bytes);
            assert_eq!(said.code, Some(1), "{said:?}");
            is_told_well(&said);
        }
    }
}

#[test]
fn json_of_great_depth() {
    let deep = "[".repeat(1_000_000);
    for arguments in [["audit", "--inventory", "-"], ["explain", "--selectors", "-"]] {
        let said = with_stdin(&arguments, deep.as_bytes());
        assert_eq!(said.code, Some(1), "{said:?}");
        is_told_well(&said);
    }
}

#[test]
fn an_inventory_of_no_account_is_no_pass() {
    let said = with_stdin(&["audit", "--inventory", "-"], EMPTY.as_bytes());
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stdout.starts_with("There is nothing to audit"), "{said:?}");
    assert!(said.stdout.contains("holds no account and Region, so nothing was judged"), "{said:?}");
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:orders";
    let said = with_stdin(&["explain", arn, "--inventory", "-"], EMPTY.as_bytes());
    assert_eq!(said.code, Some(1), "{said:?}");
    is_told_well(&said);
}

#[test]
fn ten_thousand_values_are_judged() {
    let mut values = String::new();
    for n in 0..10_000 {
        write!(values, "\"arn:aws:lambda:us-east-1:111122223333:function:f{n}\",").unwrap();
    }
    let selectors = |operator: &str| {
        format!(
            r#"{{"AdvancedEventSelectors": [{{"FieldSelectors": [{{"Field": "eventCategory", "Equals": ["Data"]}},
            {{"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}},
            {{"Field": "resources.ARN", "{operator}": [{}]}}]}}]}}"#,
            values.trim_end_matches(',')
        )
    };
    let listed = "arn:aws:lambda:us-east-1:111122223333:function:f9999";
    let other = "arn:aws:lambda:us-east-1:111122223333:function:g";
    for (operator, function, code) in
        [("Equals", listed, 0), ("Equals", other, 3), ("NotEquals", listed, 3), ("NotEquals", other, 0)]
    {
        let arguments = ["explain", "--selectors", "-", "--function", function];
        let said = with_stdin(&arguments, selectors(operator).as_bytes());
        assert_eq!(said.code, Some(code), "{operator} {function}: {}", said.stderr);
        assert!(said.stdout.len() < 10_000, "the proof is as long as the selectors: {}", said.stdout.len());
    }
}

#[test]
fn names_with_terminal_escapes_never_reach_the_terminal() {
    let evil = "evil\\u001b]0;owned\\u0007\\u001b[31m\\u009b2J\\u202e";
    let inventory = acme().replace("payroll", evil).replace("\"management\"", &format!("\"{evil}\""));
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:evil\u{1b}[2J";
    for arguments in [
        vec!["audit", "--inventory", "-"],
        vec!["audit", "--inventory", "-", "--format", "markdown"],
        vec!["audit", "--inventory", "-", "--format", "json"],
        vec!["audit", "--inventory", "-", "--format", "jsonl"],
        vec!["explain", "--inventory", "-", arn],
        vec!["explain", "--inventory", "-", "\u{1b}[2J"],
        vec!["audit", "--inventory", "\u{1b}[2J.json"],
        vec!["audit", "--region", "\u{1b}[2J"],
    ] {
        let said = with_stdin(&arguments, inventory.as_bytes());
        let acts = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
        assert!(!said.stdout.contains(acts), "{arguments:?}: {}", said.stdout);
        assert!(!said.stderr.contains(acts), "{arguments:?}: {}", said.stderr);
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let arguments = ["audit", "--inventory", "examples/acme.json", "--format", "json"];
    let mut child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("error"), "{stderr}");
    assert_eq!(output.status.code(), Some(3), "the answer is still the answer");
}

#[test]
fn files_are_written_in_the_format_of_their_suffix() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, jsonl, md, txt) = (at("a.json"), at("a.jsonl"), at("a.md"), at("A.TXT"));
    let mut arguments = vec!["audit", "--inventory", "examples/acme.json"];
    for file in [&json, &jsonl, &md, &txt] {
        arguments.extend(["--output", file]);
    }
    let said = run(&arguments);
    assert_eq!(said.code, Some(3), "{said:?}");
    for (file, format) in [(&json, "json"), (&jsonl, "jsonl"), (&md, "markdown"), (&txt, "terminal")] {
        let printed = run(&["audit", "--inventory", "examples/acme.json", "--all", "--format", format]);
        assert_eq!(std::fs::read_to_string(file).unwrap(), printed.stdout, "{format}");
    }
    let inventory = with_stdin(&["audit", "--inventory", "-"], acme().as_bytes());
    assert_eq!(inventory.stdout, said.stdout, "stdin and the file are the same inventory");
}

#[test]
fn a_file_that_cannot_be_written_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("a.json");
    let said = run(&["audit", "--inventory", "examples/acme.json", "--output", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(1), "{said:?}");
    is_told_well(&said);
}

#[test]
fn settings_in_the_folder_are_read_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        format!("inventory = '{}'\nformat = 'markdown'\n", root().join("examples/acme.json").display());
    std::fs::write(folder.path().join("invoketrail.toml"), settings).unwrap();
    let output = command(&["audit"]).current_dir(folder.path()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(stdout.starts_with("**Not every"), "{stdout}");
    assert!(stderr.contains("note: using from ./invoketrail.toml: format = \"markdown\"\n"), "{stderr}");
    let output = command(&["audit", "--format", "json"]).current_dir(folder.path()).output().unwrap();
    assert!(output.stdout.starts_with(b"{"), "a flag wins");
}
