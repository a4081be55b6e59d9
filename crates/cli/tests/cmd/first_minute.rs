//! The first minute: the demo, the environment in place of flags, manual pages, and a gate on what is new.

use crate::run::{Finished, command, run};
use audit::controls::REQUIRED;
use std::path::Path;

fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let output = command(arguments).envs(variables.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// What is shown of where the files are.
fn plain(text: &str, folder: &Path) -> String {
    let unpacked = folder.join("invoketrail").join(concat!("demo-", env!("CARGO_PKG_VERSION")));
    text.replace(&format!("{}/", unpacked.display()), "examples/")
}

/// The same answers as over the files in the repository, from a folder that knows nothing of them.
#[test]
fn the_demo_answers_as_the_examples_do() {
    let (cache, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let acme = ["--inventory", "examples/acme.json"];
    let logs = ["examples/logs"];
    let days = ["--since", "2026-11-20", "--until", "2026-11-21"];
    let of_verify = [&logs[..], &acme, &["--metrics", "examples/metrics.json", "--no-index"], &days].concat();
    for (command_name, more, long) in [
        ("audit", &[][..], &acme[..]),
        ("plan", &[], &acme),
        ("explain", &["cart"], &acme),
        ("verify", &[], &of_verify),
        ("invocations", &["--function", "cart"], &["examples/logs", "--no-index"]),
        ("detect", &[], &logs),
    ] {
        let short = [&[command_name, "--demo"][..], more].concat();
        let output = command(&short)
            .env("XDG_CACHE_HOME", cache.path())
            .env_remove("INVOKETRAIL_NOW")
            .current_dir(elsewhere.path())
            .output()
            .unwrap();
        let by_hand = run(&[&[command_name][..], more, long].concat());
        let shown = plain(&String::from_utf8(output.stdout).unwrap(), cache.path());
        // Lines are broken elsewhere where paths are longer.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(output.status.code(), by_hand.code, "{command_name}");
        assert_eq!(words(&shown), words(&by_hand.stdout), "{command_name}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("examples/") && !said.contains("--inventory"), "{command_name}: {said}");
    }
}

/// The next command that is advised works as it is typed, in a place where no cache can be.
#[test]
fn what_the_demo_advises_works_without_a_cache_folder() {
    let said = run(&["audit", "--demo"]);
    let next = said.stderr.lines().find_map(|line| line.strip_prefix("next: invoketrail ")).unwrap();
    let words: Vec<&str> = next.split("  #").next().unwrap().split_whitespace().collect();
    assert!(words.contains(&"--demo"), "{next}");
    assert_ne!(run(&words).code, Some(2), "{next}");
    let found = run(&["detect", "--demo"]);
    let show = found.stderr.lines().find_map(|line| line.strip_prefix("next: invoketrail ")).unwrap();
    let words: Vec<&str> = show.split("  #").next().unwrap().split_whitespace().collect();
    let shown = run(&words);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("eventName"), "the record is shown: {}", shown.stdout);
}

#[test]
fn files_of_the_demo_that_somebody_changed_are_written_anew() {
    let cache = tempfile::tempdir().unwrap();
    let at = [("XDG_CACHE_HOME", cache.path().to_str().unwrap())];
    let first = with(&["audit", "--demo"], &at);
    let unpacked = cache.path().join("invoketrail").join(concat!("demo-", env!("CARGO_PKG_VERSION")));
    std::fs::write(unpacked.join("acme.json"), "{}").unwrap();
    assert_eq!(with(&["audit", "--demo"], &at).stdout, first.stdout);
}

#[test]
fn the_demo_is_nobody_elses_account() {
    for typed in [
        &["audit", "--demo", "--profile", "prod"][..],
        &["audit", "--demo", "examples/acme.json"],
        &["verify", "--demo", "examples/logs"],
        &["detect", "--demo", "examples/logs"],
    ] {
        assert_eq!(run(typed).code, Some(2), "{typed:?}");
    }
}

#[test]
fn a_variable_is_as_good_as_a_flag_and_an_unknown_one_is_mentioned() {
    let typed = run(&["audit", "--inventory", "examples/acme.json", "--format", "json"]);
    let said = with(
        &["audit"],
        &[
            ("INVOKETRAIL_INVENTORY", "examples/acme.json"),
            ("INVOKETRAIL_FORMAT", "json"),
            ("INVOKETRAIL_REGION", ""),
        ],
    );
    assert_eq!((said.code, said.stdout), (typed.code, typed.stdout));
    let said = with(&["audit", "--demo"], &[("INVOKETRAIL_RGEION", "eu-west-1")]);
    let note = "note: ignoring the variable INVOKETRAIL_RGEION, because no flag has that name; did you mean INVOKETRAIL_REGION?";
    assert!(said.stderr.lines().any(|line| line == note), "{}", said.stderr);
    let said = with(&["audit", "--demo"], &[("INVOKETRAIL_ALL", "perhaps")]);
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("the variable INVOKETRAIL_ALL must be true or false"), "{}", said.stderr);
    let said = with(&["plan"], &[("INVOKETRAIL_INVENTORY", "x"), ("INVOKETRAIL_REGION", "eu-west-1")]);
    assert_eq!(said.code, Some(2), "two variables may conflict");
    assert!(
        said.stderr.contains("the environment sets INVOKETRAIL_INVENTORY, INVOKETRAIL_REGION"),
        "{}",
        said.stderr
    );
}

#[test]
fn config_show_names_the_variable_that_counts() {
    let set = [("INVOKETRAIL_ROLE_NAME", "Audit"), ("INVOKETRAIL_ENDPOINT_URL", "https://me:secret@host")];
    let said = with(&["config", "show"], &set);
    let row = said.stdout.lines().find(|line| line.contains("role-name")).unwrap();
    assert!(row.contains("Audit") && row.contains("INVOKETRAIL_ROLE_NAME"), "{row}");
    assert!(!said.stdout.contains("secret"), "{}", said.stdout);
    let said = with(&["config", "show", "--format", "json"], &set);
    let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let of = |key: &str| {
        document["settings"].as_array().unwrap().iter().find(|one| one["key"] == key).unwrap().clone()
    };
    assert_eq!(
        (of("role-name")["value"].as_str(), of("role-name")["source"].as_str()),
        (Some("Audit"), Some("environment"))
    );
    assert!(!said.stdout.contains("secret"), "{}", said.stdout);
}

#[test]
fn every_command_has_a_manual_page() {
    let main = run(&["man"]);
    assert!(main.stdout.contains(".TH invoketrail 1"), "{}", main.stdout);
    for words in [&["audit"][..], &["logs", "validate"], &["config", "show"]] {
        let page = run(&[&["man"][..], words].concat());
        assert_eq!(page.code, Some(0), "{}", page.stderr);
        assert!(page.stdout.contains(".SH SYNOPSIS") && page.stdout.contains("Examples:"), "{words:?}");
        let version = concat!("\"invoketrail ", env!("CARGO_PKG_VERSION"), "\"");
        let title = page.stdout.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(title.contains(version), "{title}");
        assert_eq!(run(&[&["man", "invoketrail"][..], words].concat()).stdout, page.stdout);
    }
    assert_eq!(run(&["man", "invoketrail"]).stdout, main.stdout);
    let wrong = run(&["man", "adit"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("did you mean `audit`?"), "{}", wrong.stderr);
}

/// Acme with the selectors of a trail taken away, and Acme as it is: what was wrong before does not fail a gate, what is new does.
#[test]
fn a_gate_on_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let acme = std::fs::read_to_string(crate::run::root().join("examples/acme.json")).unwrap();
    let mut worse: serde_json::Value = serde_json::from_str(&acme).unwrap();
    let recorders = worse["recorders"].as_array_mut().unwrap();
    // Trails that record management events record nothing else: each records less than before, and none records more.
    for recorder in recorders.iter_mut() {
        let list = recorder.pointer_mut("/selectors/known/AdvancedEventSelectors");
        let Some(list) = list.and_then(serde_json::Value::as_array_mut) else { continue };
        let is_management = |one: &serde_json::Value| one["FieldSelectors"][0]["Equals"][0] == "Management";
        if list.iter().any(is_management) {
            list.retain(is_management);
        }
    }
    let path = folder.path().join("worse.json");
    std::fs::write(&path, worse.to_string()).unwrap();
    let worse = path.to_str().unwrap();
    let gate = |now: &str, before: &str, more: &[&str]| {
        run(&[&["audit", "--inventory", now, "--baseline", before, "--fail-on", "new"][..], more].concat())
    };
    let acme = "examples/acme.json";
    let same = gate(acme, acme, &[]);
    assert_eq!(same.code, Some(0), "{}", same.stderr);
    assert!(
        same.stderr.contains("since the baseline: 0 new findings, 0 changed, 0 resolved"),
        "{}",
        same.stderr
    );
    assert!(same.stderr.contains("exit code 3 hidden by --fail-on new"), "{}", same.stderr);
    let fell = gate(worse, acme, &[]);
    assert_eq!(fell.code, Some(3), "{}", fell.stderr);
    let rose = gate(acme, worse, &[]);
    assert_eq!(rose.code, Some(0), "{}", rose.stderr);
    assert!(!rose.stderr.contains(", 0 resolved"), "what got better is said: {}", rose.stderr);
    assert_eq!(gate(worse, acme, &["--exit-zero"]).code, Some(0));
    // Without the baseline there is nothing that could be new.
    assert_eq!(run(&["audit", "--inventory", acme, "--fail-on", "new"]).code, Some(2));
    assert_eq!(run(&["audit", "--inventory", acme, "--baseline", acme, "--fail-on", "any"]).code, Some(3));
}

/// What an exception accepted when the baseline was collected, and accepts no longer, is new.
#[test]
fn a_gate_fails_where_an_exception_ended_since_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exceptions.json");
    // Acme was collected on 2026-11-23.
    let exceptions = serde_json::json!({"format": "invoketrail.exceptions/1", "exceptions": [
        {"id": "all", "match": {"controls": REQUIRED}, "owner": "payments", "reason": "cost", "until": "2026-11-25"}]});
    std::fs::write(&path, exceptions.to_string()).unwrap();
    let acme = "examples/acme.json";
    let gate = |now: &str| {
        let exceptions = path.to_str().unwrap();
        let flags = ["--fail-on", "new", "--exceptions", exceptions, "--now", now];
        run(&[&["audit", "--inventory", acme, "--baseline", acme][..], &flags].concat())
    };
    let held = gate("2026-11-25T12:00:00Z");
    assert_eq!(held.code, Some(0), "{}", held.stderr);
    let ended = gate("2026-11-26T12:00:00Z");
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(!ended.stderr.contains("since the baseline: 0 new findings"), "{}", ended.stderr);
}

#[test]
fn a_gate_on_new_findings_of_detections() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (findings, none) = (path("findings.json"), path("none.json"));
    let first = run(&["detect", "examples/logs", "--output", &findings]);
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    let gate = |before: &str| run(&["detect", "examples/logs", "--baseline", before, "--fail-on", "new"]);
    let same = gate(&findings);
    assert_eq!(same.code, Some(0), "{}", same.stderr);
    assert!(
        same.stderr.contains("since the baseline: 0 new findings of 1, 0 not found any more"),
        "{}",
        same.stderr
    );
    let mut document: serde_json::Value = serde_json::from_slice(&std::fs::read(&findings).unwrap()).unwrap();
    document["findings"] = serde_json::json!([]);
    std::fs::write(&none, document.to_string()).unwrap();
    assert_eq!(gate(&none).code, Some(3));
    // What did not fail the earlier run is not old: an accepted finding, one that mattered less.
    let mut document: serde_json::Value = serde_json::from_slice(&std::fs::read(&findings).unwrap()).unwrap();
    for (member, value) in [
        ("accepted", serde_json::json!({"id": "a", "owner": "o", "reason": "r", "expires": "2026-11-22"})),
        ("severity", "note".into()),
        ("severity", "low".into()),
    ] {
        let mut earlier = document.clone();
        for finding in earlier["findings"].as_array_mut().unwrap() {
            finding[member] = value.clone();
        }
        std::fs::write(&none, earlier.to_string()).unwrap();
        assert_eq!(gate(&none).code, Some(3), "{member} {value}");
    }
    document["findings"] = serde_json::json!([]);
    let wrong = gate("examples/acme.json");
    assert_eq!(wrong.code, Some(1), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("it is not a report of `invoketrail detect` as JSON"), "{}", wrong.stderr);
}

/// A variable counts over the file, also where it says no; and only where its flag can stand.
#[test]
fn a_variable_counts_over_the_file_and_only_where_its_flag_can_stand() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("s.toml");
    std::fs::write(&settings, "exit-zero = true").unwrap();
    let audit = ["audit", "--inventory", "examples/acme.json", "--config", settings.to_str().unwrap()];
    assert_eq!(with(&audit, &[]).code, Some(0));
    assert_eq!(with(&audit, &[("INVOKETRAIL_EXIT_ZERO", "false")]).code, Some(3));
    // `undo` writes no file without --merge, and is needed in a hurry.
    let said = with(&["undo", "nothing.journal"], &[("INVOKETRAIL_OUTPUT", "a.json")]);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.stderr.contains("ignoring INVOKETRAIL_OUTPUT"), "{}", said.stderr);
    let said = with(&["plan", "--demo"], &[("INVOKETRAIL_OUTPUT", "a.json,b.md")]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
}

/// What is left out by what was asked for is not said to be absent.
#[test]
fn findings_outside_the_time_that_was_asked_for_are_counted() {
    for (flags, code, told) in [
        (&["--since", "2026-11-23"][..], 4, "that: 4 findings."),
        (&["--severity", "critical"], 0, "outside --since, --until or --severity"),
    ] {
        let said = run(&[&["detect", "examples/logs"][..], flags].concat());
        assert_eq!(said.code, Some(code), "{}", said.stderr);
        assert!(!said.stdout.contains("No detection fires"), "{}", said.stdout);
        assert!(said.stdout.contains(told), "{}", said.stdout);
    }
}
