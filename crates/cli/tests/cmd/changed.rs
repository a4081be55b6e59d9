//! Plans that somebody wrote or edited, with a hash that fits: what they say of themselves is not believed.

use crate::names::{endpoint, hashed, plan};
use crate::run::command;
use serde_json::{Value, json};

fn apply(case: &str) -> (String, Option<i32>) {
    let plan = format!("crates/cli/tests/cases/apply/{case}");
    let mut command = command(&["apply", &plan, "--endpoint-url", "http://127.0.0.1:9"]);
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    let output = command.output().unwrap();
    crate::advice::check(&["apply", &plan], &String::from_utf8_lossy(&output.stderr));
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.code())
}

#[test]
fn a_plan_that_deletes_a_trail_is_refused() {
    let (text, code) = apply("plan-that-deletes-a-trail.json");
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("it deletes or replaces a trail") && text.contains("nothing was changed"),
        "{text}"
    );
}

#[test]
fn a_plan_with_a_foreign_host_is_refused_when_it_is_read() {
    let (text, code) = apply("plan-with-a-foreign-host.json");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("plan.steps[0].change"), "{text}");
}

/// Whatever it deletes or stops, a plan that takes back is carried out only where a journal says that this was done.
#[test]
fn a_plan_that_takes_back_needs_its_journal() {
    let (folder, endpoint) = (tempfile::tempdir().unwrap(), endpoint());
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut done = plan();
    done["plan"]["purpose"] = json!({"kind": "record"});
    let mut back = done.clone();
    back["plan"]["purpose"] = json!({"kind": "undo"});
    back["plan"]["steps"].as_array_mut().unwrap().truncate(1);
    let change = &mut back["plan"]["steps"][0]["change"];
    change["before"] = change["after"].take();
    std::fs::write(at("back.json"), hashed(&back)).unwrap();
    let journal = |name: &str, entries: &[Value]| {
        let mut head: Value = serde_json::from_str(&hashed(&done)).unwrap();
        head["format"] = "invoketrail.journal/1".into();
        head["started_at"] = "2026-11-23T17:00:00Z".into();
        let lines: Vec<String> =
            std::iter::once(&head).chain(entries).map(|line| format!("{line}\n")).collect();
        std::fs::write(at(name), lines.concat()).unwrap();
    };
    let entry = |kind: &str, step: usize| json!({"entry": kind, "step": step});
    journal("fresh", &[]);
    journal("other", &[entry("intent", 1), entry("done", 1)]);
    journal("right", &[entry("intent", 0), entry("done", 0)]);
    let apply = |more: &[&str]| {
        let output = endpoint.command(&[&["apply", &at("back.json")], more].concat()).output().unwrap();
        (String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    for refused in [&[][..], &["--undoes", &at("fresh")], &["--undoes", &at("other")]] {
        let (stderr, code) = apply(refused);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(
            stderr.contains("this plan takes back what no journal holds; nothing was changed"),
            "{stderr}"
        );
        assert!(endpoint.was_left_alone(), "{stderr}");
    }
    // Named: the account is asked next. One that lies beside the plan, and that nobody named, is not.
    let (stderr, _) = apply(&["--undoes", &at("right")]);
    assert!(!stderr.contains("no journal") && !endpoint.was_left_alone(), "{stderr}");
    std::fs::rename(at("right"), at("right.journal")).unwrap();
    let (stderr, code) = apply(&[]);
    assert!(code == Some(1) && stderr.contains("no journal holds"), "{stderr}");
}

/// A journal that claims that a bucket was deleted would have undo make it, so its policy is looked at as that of a plan is.
#[test]
fn no_bucket_is_made_for_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (file, endpoint) = (folder.path().join("journal"), endpoint());
    for member in ["before", "after"] {
        for edit in [
            |statement: &mut Value| statement["Principal"] = json!("*"),
            |statement: &mut Value| statement["Principal"] = json!({"AWS": "arn:aws:iam::999999999999:root"}),
            |statement: &mut Value| statement["Action"] = json!("s3:GetObject"),
            |statement: &mut Value| statement["Resource"] = json!("arn:aws:s3:::other"),
            |statement: &mut Value| statement["Condition"] = json!({}),
        ] {
            let mut document = plan();
            let change = &mut document["plan"]["steps"][0]["change"];
            edit(&mut change["after"]["policy"]["Statement"][0]);
            if member == "before" {
                change["before"] = change["after"].take();
            }
            let mut head: Value = serde_json::from_str(&hashed(&document)).unwrap();
            head["format"] = "invoketrail.journal/1".into();
            head["started_at"] = "2026-11-23T17:00:00Z".into();
            std::fs::write(&file, format!("{head}\n{}\n", json!({"entry": "done", "step": 0}))).unwrap();
            let output = endpoint.command(&["undo", file.to_str().unwrap()]).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{stderr}");
            assert!(stderr.contains(&format!("plan.steps[0].change.{member}.policy")), "{stderr}");
            assert!(endpoint.was_left_alone(), "{stderr}");
        }
    }
}

/// A bucket that is taken back between its creation and its policy: what the tool wrote of that it reads again.
#[test]
fn the_journal_of_a_bucket_that_was_half_made_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, endpoint) = (folder.path().join("journal"), endpoint());
    for (before, after, code) in [(true, false, 1), (true, true, 1), (false, true, 1)] {
        let mut document = plan();
        let change = &mut document["plan"]["steps"][0]["change"];
        let mut half = change["after"].take();
        half["policy"] = "".into();
        if before {
            change["before"] = half.clone();
        }
        if after {
            change["after"] = half;
        }
        let mut head: Value = serde_json::from_str(&hashed(&document)).unwrap();
        head["format"] = "invoketrail.journal/1".into();
        head["started_at"] = "2026-11-23T17:00:00Z".into();
        std::fs::write(&file, format!("{head}\n{}\n", json!({"entry": "done", "step": 0}))).unwrap();
        let output = endpoint.command(&["undo", file.to_str().unwrap()]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert_eq!(stderr.contains(".policy"), after, "{stderr}");
    }
}
