//! The configuration file of commands that read log files: what it sets, and that a flag wins.

use crate::run::run;

#[test]
fn settings_say_where_to_write_and_which_region_and_a_flag_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (settings, of_settings, of_flag) = (path("s.toml"), path("calls.json"), path("other.json"));
    let text = format!("region = 'eu-west-1'\nformat = 'json'\noutput = '{of_settings}'\nno-index = true\n");
    std::fs::write(&settings, text).unwrap();
    let arguments = ["invocations", "examples/logs", "--config", &settings];
    let calls = |text: &str| {
        let document: serde_json::Value = serde_json::from_str(text).unwrap();
        document["total"]["calls"].as_u64().unwrap()
    };

    let said = run(&arguments);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let by_hand =
        run(&["invocations", "examples/logs", "--no-index", "--region", "eu-west-1", "--format", "json"]);
    assert!(calls(&by_hand.stdout) > 0, "{}", by_hand.stdout);
    assert_eq!(said.stdout, by_hand.stdout);
    assert_eq!(std::fs::read_to_string(&of_settings).unwrap(), said.stdout);

    std::fs::remove_file(&of_settings).unwrap();
    let flags = ["--region", "us-east-1", "--output", &of_flag, "--format", "csv"];
    let said = run(&[&arguments[..], &flags].concat());
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stdout.starts_with("function,"), "{}", said.stdout);
    assert!(!std::fs::exists(&of_settings).unwrap());
    let elsewhere = calls(&std::fs::read_to_string(&of_flag).unwrap());
    assert!(elsewhere > calls(&by_hand.stdout), "{elsewhere}");
}

/// Runs with a file of settings that says `text`, and with `flags`.
fn with_settings(text: &str, arguments: &[&str], flags: &[&str]) -> crate::run::Finished {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("s.toml");
    std::fs::write(&settings, text).unwrap();
    run(&[arguments, &["--config", settings.to_str().unwrap()], flags].concat())
}

/// What `format`, `output` and `exit-zero` of the settings do for a command whose answer is `code`, and that a flag wins.
fn hold_for(arguments: &[&str], code: i32) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (of_settings, of_flag) = (path("a.json"), path("b.json"));
    let text = format!("format = 'json'\noutput = '{of_settings}'\n");
    let by_hand = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(by_hand.code, Some(code), "{}", by_hand.stderr);
    let said = with_settings(&text, arguments, &[]);
    assert_eq!((said.code, &said.stdout), (Some(code), &by_hand.stdout), "{}", said.stderr);
    assert_eq!(std::fs::read_to_string(&of_settings).unwrap(), said.stdout);

    std::fs::remove_file(&of_settings).unwrap();
    let said = with_settings(&text, arguments, &["--format", "terminal", "--output", &of_flag]);
    assert_eq!(said.stdout, run(arguments).stdout);
    assert_eq!(std::fs::read_to_string(&of_flag).unwrap(), by_hand.stdout);
    assert!(!std::fs::exists(&of_settings).unwrap());

    let said = with_settings("exit-zero = true", arguments, &[]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains(&format!("exit code {code} hidden by --exit-zero")), "{}", said.stderr);
}

const VERIFY: [&str; 10] = [
    "verify",
    "examples/logs",
    "--inventory",
    "examples/acme.json",
    "--metrics",
    "examples/metrics.json",
    "--since",
    "2026-11-20",
    "--until",
    "2026-11-21",
];

#[test]
fn settings_hold_for_verify() {
    hold_for(&VERIFY, 3);
    let markdown = with_settings("format = 'markdown'", &VERIFY, &[]);
    assert_eq!(markdown.stdout, run(&[&VERIFY[..], &["--format", "markdown"]].concat()).stdout);
}

#[test]
fn settings_say_where_verify_remembers_and_a_flag_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (of_settings, of_flag) = (path("a.sqlite"), path("b.sqlite"));
    let text = format!("index = '{of_settings}'\n");
    assert_eq!(with_settings(&text, &VERIFY, &["--no-index"]).code, Some(3));
    assert_eq!(with_settings(&text, &VERIFY, &["--index", &of_flag]).code, Some(3));
    assert!(!std::fs::exists(&of_settings).unwrap() && std::fs::exists(&of_flag).unwrap());
    assert_eq!(with_settings(&text, &VERIFY, &[]).code, Some(3));
    assert!(std::fs::exists(&of_settings).unwrap());
}

#[test]
fn settings_hold_for_proofs_of_log_files() {
    let keys = "examples/logs/public-keys.json";
    let day = ["--since", "2026-11-21", "--until", "2026-11-21"];
    let validate = [&["logs", "validate", "examples/logs", "--public-keys", keys], &day[..]].concat();
    hold_for(&validate, 4);
    // What proofs have no form for is ignored, with a note.
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.md");
    let text = format!("format = 'markdown'\noutput = '{}'\n", page.display());
    let said = with_settings(&text, &validate, &[]);
    assert_eq!(said.stdout, run(&validate).stdout);
    for setting in ["`format`", "`output`"] {
        let told = format!("note: ignoring {setting} from the settings: proofs are shown");
        assert!(said.stderr.contains(&told), "{}", said.stderr);
    }
    assert!(!page.exists());
}

#[test]
fn threads_change_no_answer_wherever_log_files_are_read() {
    let keys = ["--public-keys", "examples/logs/public-keys.json", "--format", "json"];
    let facts = ["--inventory", "examples/acme.json", "--since", "2026-11-21", "--until", "2026-11-21"];
    let verify = [&["verify", "examples/logs", "--digests"], &facts[..], &keys].concat();
    let validate = [&["logs", "validate", "examples/logs"], &keys[..]].concat();
    for arguments in [&verify, &validate] {
        let expected = run(arguments);
        assert_eq!(expected.code, Some(4), "{}", expected.stderr);
        for threads in ["1", "3"] {
            let said = run(&[&arguments[..], &["--threads", threads]].concat());
            assert_eq!((said.code, &said.stdout), (expected.code, &expected.stdout), "{}", said.stderr);
        }
        let none = run(&[&arguments[..], &["--threads", "0"]].concat());
        assert_eq!((none.code, none.stdout.as_str()), (Some(2), ""));
    }
}
