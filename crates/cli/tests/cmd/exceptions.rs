//! `exceptions check` and `config show` as a user meets them: exit codes, what is offered, files that are broken.

use crate::run::{Finished, run, with_stdin};
use serde_json::{Value, json};
use std::path::Path;

fn exception(id: &str, name: &str, until: &str) -> Value {
    let arn = format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
    json!({"id": id, "functions": [arn], "owner": "payments", "reason": "cost", "until": until,
           "declared_at": "2026-11-01T00:00:00Z"})
}

fn file(exceptions: &[Value]) -> String {
    json!({"format": "invoketrail.exceptions/1", "exceptions": exceptions}).to_string()
}

/// The check of a file of that text.
fn check(text: &str, flags: &[&str]) -> Finished {
    with_stdin(&[&["exceptions", "check", "-"], flags].concat(), text.as_bytes())
}

#[test]
fn the_exit_code_is_three_where_one_ended_or_two_name_the_same() {
    let (holds, soon) =
        (exception("holds", "orders", "2027-06-30"), exception("soon", "billing", "2026-12-05"));
    let (ended, twice) =
        (exception("ended", "batch", "2026-11-20"), exception("twice", "orders", "2027-01-31"));
    for (exceptions, code, said) in [
        (vec![], 0, "The file holds no exception."),
        (vec![&holds], 0, "The exception holds."),
        (vec![&holds, &soon], 0, "soon of payments ends on 2026-12-05, in 12 days."),
        (vec![&holds, &ended], 3, "ended of payments ended on 2026-11-20, 3 days ago."),
        (vec![&holds, &twice], 3, "orders is named by holds, twice."),
    ] {
        let text = file(&exceptions.into_iter().cloned().collect::<Vec<_>>());
        let told = check(&text, &[]);
        let words = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((told.code, words.contains(said)), (Some(code), true), "{}{}", told.stdout, told.stderr);
        let document: Value = serde_json::from_str(&check(&text, &["--format", "json"]).stdout).unwrap();
        assert_eq!(document["answer"] == "no", code == 3);
    }
}

#[test]
fn what_matches_nothing_is_a_warning() {
    let told = check(
        &file(&[exception("old", "no-such-function", "2027-06-30")]),
        &["--inventory", "examples/acme.json"],
    );
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(told.stdout.contains("Warning: old matches no function of the inventory."), "{}", told.stdout);
    let far = file(&[exception("far", "orders", "2027-06-30")]).replace("111122223333", "999999999999");
    let told = check(&far, &["--inventory", "examples/acme.json"]);
    assert!(told.stdout.contains("Unknown whether far matches a function"), "{}", told.stdout);
    assert_eq!(told.code, Some(0));
}

#[test]
fn a_broken_file_is_refused_with_its_position() {
    let good = file(&[exception("a", "orders", "2027-06-30"), exception("b", "batch", "2027-06-30")]);
    for (text, said) in [
        ("{\n \"format\": \"invoketrail.exceptions/1\",\n oops".to_owned(), "line 3 column 2"),
        (good.replace("\"b\"", "\"a\""), "`exceptions[1].id`: another exception is called `a` already"),
        (good.replacen("2027-06-30", "2027-02-30", 1), "is not a day, such as 2027-01-31"),
        (good.replace("function:batch", "function:batch:prod"), "`exceptions[1].functions`: "),
        (good.replace("exceptions/1", "exceptions/2"), "this version reads invoketrail.exceptions/1"),
        (good.replace("\"cost\"", "7"), "`exceptions[0].reason`: "),
        (String::new(), "it is empty"),
    ] {
        let told = check(&text, &[]);
        assert_eq!((told.code, told.stderr.contains(said)), (Some(1), true), "{}", told.stderr);
        assert!(told.stdout.is_empty(), "{}", told.stdout);
    }
    let both = check(&good, &["--inventory", "-"]);
    assert_eq!(both.code, Some(2), "{}", both.stderr);
}

#[test]
fn what_is_offered_after_a_check_works_as_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("our exceptions.json");
    std::fs::write(&path, file(&[exception("a", "orders", "2027-06-30")])).unwrap();
    let path = path.to_str().unwrap();
    let told = run(&["exceptions", "check", path, "--inventory", "examples/acme.json"]);
    let offered = format!("next: invoketrail audit --exceptions '{path}' --inventory examples/acme.json");
    assert!(told.stderr.contains(&offered), "{}", told.stderr);
    let audit = run(&["audit", "--exceptions", path, "--inventory", "examples/acme.json"]);
    assert_eq!(audit.code, Some(3), "{}", audit.stderr);
}

/// `config show` in a folder whose `invoketrail.toml` is that.
fn shown_in(folder: &Path, flags: &[&str]) -> Finished {
    let output =
        crate::run::command(&[&["config", "show"], flags].concat()).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

#[test]
fn settings_are_shown_with_where_they_come_from_and_without_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = shown_in(folder.path(), &["--format", "json"]);
    let document: Value = serde_json::from_str(&nothing.stdout).unwrap();
    assert_eq!((nothing.code, &document["file"]), (Some(0), &Value::Null));
    assert!(document["settings"].as_array().unwrap().iter().all(|one| one["source"] == "default"));

    let text = "region = ['eu-west-1']\nexit-zero = true\nendpoint-url = 'https://me:secret@x.example'\n";
    std::fs::write(folder.path().join("invoketrail.toml"), text).unwrap();
    for (flags, source, value, ignored) in [
        (&["--format", "json"][..], "default", Value::Null, true),
        (&["--format", "json", "--config", "invoketrail.toml"], "file", json!("https://x.example"), false),
    ] {
        let told = shown_in(folder.path(), flags);
        let document: Value = serde_json::from_str(&told.stdout).unwrap();
        let of = |key: &str| {
            document["settings"].as_array().unwrap().iter().find(|one| one["key"] == key).unwrap().clone()
        };
        let endpoint = of("endpoint-url");
        assert_eq!((&endpoint["source"], &endpoint["value"]), (&json!(source), &value));
        assert_eq!((&endpoint["ignored"], &of("exit-zero")["ignored"]), (&json!(ignored), &json!(ignored)));
        assert_eq!(
            (&of("region")["value"], &of("region")["source"]),
            (&json!(["eu-west-1"]), &json!("file"))
        );
        assert!(!format!("{}{}", told.stdout, told.stderr).contains("secret"), "{told:?}");
    }
    let told = shown_in(folder.path(), &[]);
    assert!(told.stdout.contains("needs --config") && !told.stdout.contains("secret"), "{}", told.stdout);

    std::fs::write(folder.path().join("invoketrail.toml"), "region = 'eu-west-1'\nthreads = = 2\n").unwrap();
    let told = shown_in(folder.path(), &[]);
    assert_eq!((told.code, told.stderr.contains("line 2: ")), (Some(2), true), "{}", told.stderr);
}

const CONTROLS: [&str; 12] = [
    "lambda-invocations-recorded",
    "lambda-web-function-invocations-recorded",
    "lambda-microvm-invocations-recorded",
    "recorder-exists",
    "recorder-logging",
    "management-events-recorded",
    "lambda-data-events-current",
    "lambda-data-events-future",
    "delivery-healthy",
    "log-file-validation",
    "paid-copies",
    "selector-values-can-match",
];

fn with_match(matched: &Value) -> Value {
    json!({"id": "sandbox-all", "match": matched, "owner": "platform-team", "reason": "a sandbox", "ticket": "SEC-7",
           "expires": "2027-01-31"})
}

#[test]
fn what_a_match_accepts_is_shown_in_every_format_and_decides_no_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exceptions.json");
    std::fs::write(&path, file(&[with_match(&json!({"controls": CONTROLS}))])).unwrap();
    let path = path.to_str().unwrap();
    let audit = |flags: &[&str]| {
        run(&[&["audit", "--inventory", "examples/acme.json", "--exceptions", path], flags].concat())
    };
    let bare = run(&["audit", "--inventory", "examples/acme.json"]);
    assert_eq!(bare.code, Some(3));
    for format in ["json", "jsonl", "markdown", "html", "junit", "sarif", "ocsf", "asff", "oscal", "terminal"]
    {
        let told = audit(&["--format", format, "--all"]);
        assert_ne!(told.code, Some(3), "{format}: {}", told.stdout);
        for part in ["sandbox-all", "platform-team", "a sandbox", "SEC-7", "2027-01-31"] {
            assert!(told.stdout.contains(part), "{format} says nothing of {part}: {}", told.stdout);
        }
    }
    assert!(audit(&["--format", "csv"]).stdout.contains("sandbox-all,2027-01-31,true"));
    let brief = audit(&[]);
    assert!(brief.stdout.contains("accepted: "), "{}", brief.stdout);
    // With a maximum it holds no more, and each format says why.
    let told = audit(&["--exceptions-max-days", "30"]);
    assert_eq!(told.code, Some(3), "{}", told.stderr);
    assert!(
        audit(&["--exceptions-max-days", "30", "--format", "json"]).stdout.contains("\"allowed_days\":30")
    );
    let check = run(&["exceptions", "check", path, "--exceptions-max-days", "30"]);
    let words = check.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(check.code, Some(3));
    assert!(words.contains("Too long: Exception sandbox-all of platform-team does not hold"), "{words}");
    let check = run(&["exceptions", "check", path, "--inventory", "examples/acme.json"]);
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
}

#[test]
fn a_match_that_finds_nothing_is_a_warning_here_and_there() {
    let matched = json!({"controls": ["recorder-exists"], "accounts": ["999988887777"]});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exceptions.json");
    std::fs::write(&path, file(&[with_match(&matched)])).unwrap();
    let path = path.to_str().unwrap();
    let said = "andbox-all of platform-team matches no failing finding of its controls";
    let told = run(&["audit", "--inventory", "examples/acme.json", "--exceptions", path]);
    let words = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let check = run(&["exceptions", "check", path, "--inventory", "examples/acme.json", "--format", "json"]);
    let document: Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!(document["exceptions"][0]["matches_nothing"], true);
    assert!(words.contains(said), "{words}");
}

#[test]
fn a_match_is_shown_and_refused_where_it_is_wrong() {
    let one = |change: fn(&mut Value)| {
        let mut one = with_match(&json!({"controls": ["paid-copies"]}));
        change(&mut one);
        check(&file(&[one]), &[])
    };
    assert_eq!(one(|_| {}).code, Some(0));
    for (change, said) in [
        (
            (|one| one["match"]["controls"] = json!(["paid-copy"])) as fn(&mut Value),
            "`exceptions[0].match.controls[0]`: `paid-copy` is not a control: did you mean `paid-copies`?",
        ),
        (|one| one["match"]["controls"] = json!(["sts"]), "docs/reference/controls.md lists them"),
        (
            |one| one["match"]["controls"] = json!([]),
            "`exceptions[0].match.controls`: name at least one control",
        ),
        (|one| one["match"] = json!({}), "missing field `controls`"),
        (|one| one["match"]["region"] = json!(["eu-west-1"]), "unknown field `region`"),
        (|one| one["match"]["regions"] = json!(["Frankfurt"]), "`Frankfurt` is not a Region"),
        (|one| one["match"]["accounts"] = json!(["12"]), "`12` is not an account id"),
        (|one| one["match"]["accounts"] = json!([]), "an empty list matches nothing"),
        (|one| one["match"]["arns"] = json!(["^dev-[a-z]+$"]), "is not a pattern of an ARN or a name"),
        (|one| one["match"]["arns"] = json!([""]), "is not a pattern of an ARN or a name"),
        (|one| one["match"]["tags"] = json!({}), "a tag has a key and a value"),
        (
            |one| one["until"] = json!("2027-01-31"),
            "`exceptions[0].expires`: `until` is its last day already",
        ),
        (|one| drop(one.as_object_mut().unwrap().remove("expires")), "give `until` or `expires`"),
        (
            |one| one["expires"] = json!("soon"),
            "`exceptions[0].expires`: `soon` is not a day, such as 2027-01-31",
        ),
        (
            |one| one["declared_at"] = json!("yesterday"),
            "`exceptions[0].declared_at`: `yesterday` is not a time",
        ),
        (|one| one["ticket"] = json!(" "), "`exceptions[0].ticket`: "),
        (|one| one["functions"] = json!([]), "the exception names `functions` already"),
        (|one| drop(one.as_object_mut().unwrap().remove("match")), "`exceptions[0].declared_at`: "),
    ] {
        let told = one(change);
        assert_eq!((told.code, told.stderr.contains(said)), (Some(1), true), "{said}: {}", told.stderr);
    }
}

#[test]
fn no_restore_takes_a_match_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exceptions.json");
    std::fs::write(&path, file(&[with_match(&json!({"controls": ["paid-copies"]}))])).unwrap();
    let path = path.to_str().unwrap();
    let told = run(&["restore", "--exceptions", path, "--inventory", "examples/acme.json", "sandbox-all"]);
    assert_eq!(told.code, Some(1), "{}", told.stdout);
    assert!(told.stderr.contains("there is no reduction to take back"), "{}", told.stderr);
}
