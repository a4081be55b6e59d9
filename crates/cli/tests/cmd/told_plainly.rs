//! What a person sees where a question was asked wrongly, about nothing, or about a file of another kind: the answer, and what to do next.

use crate::run::{Finished, command, root, run, with_stdin};
use std::fs;
use std::path::Path;

const ACME: &str = "examples/acme.json";
const LOGS: &str = "examples/logs";

const ACCEPTS_COPIES: &str = r#"{"format":"invoketrail.exceptions/1","exceptions":[{"id":"all",
    "match":{"controls":["paid-copies"]},"owner":"a","reason":"b","until":"2099-01-01"}]}"#;

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

#[track_caller]
fn ends(said: &Finished, code: i32, told: &str) {
    assert_eq!(said.code, Some(code), "{said:?}");
    assert!(said.stderr.contains(told) || said.stdout.contains(told), "no {told:?} in {said:?}");
}

/// A saved audit is judged by `audit` as by every other command: as it was, unless the user says otherwise.
#[test]
fn audit_judges_a_saved_audit_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, exceptions) = (at(folder.path(), "saved.json"), at(folder.path(), "exceptions.json"));
    fs::write(&exceptions, ACCEPTS_COPIES).unwrap();
    let first = ["audit", ACME, "--recorders", "trails", "--exceptions", &exceptions, "--output", &saved];
    run(&first);
    let again = run(&["audit", &saved, "--format", "json"]);
    ends(&again, 3, "only trails count as recorders, as in the saved audit");
    ends(&again, 3, "judged with the exceptions of the saved audit");
    let answer: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    let before: serde_json::Value = serde_json::from_slice(&fs::read(&saved).unwrap()).unwrap();
    assert_eq!(answer["controls"], before["controls"]);
    // The next command counts as this one does.
    assert!(again.stderr.contains("--recorders trails"), "{}", again.stderr);
    let other = run(&["audit", &saved, "--recorders", "all", "--format", "json"]);
    assert!(!other.stderr.contains("only trails count"), "{}", other.stderr);
    // So does what comes after a plan over it.
    let planned = run(&[
        "plan",
        "--inventory",
        &saved,
        "--format",
        "terraform",
        "--output-dir",
        &at(folder.path(), "tf"),
    ]);
    assert!(planned.stderr.contains(" --recorders trails"), "{}", planned.stderr);
}

/// However a saved audit arrives, it is judged as it was: by `diff`, as a baseline, and by a check of exceptions.
#[test]
fn a_saved_audit_from_a_pipe_is_judged_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let saved = at(folder.path(), "saved.json");
    run(&["audit", ACME, "--recorders", "trails", "--output", &saved]);
    let bytes = fs::read(&saved).unwrap();
    for asked in [["diff", &saved, "-"], ["diff", "-", &saved]] {
        let said = with_stdin(&asked, &bytes);
        ends(&said, 0, "Nothing changed of what was read.");
    }
    let baseline = ["audit", ACME, "--baseline", "-", "--fail-on", "new", "--format", "json"];
    let said = with_stdin(&baseline, &bytes);
    assert!(said.stderr.contains("one audit counts all recorders"), "{said:?}");
    let exceptions = at(folder.path(), "exceptions.json");
    fs::write(&exceptions, ACCEPTS_COPIES).unwrap();
    let said = run(&["exceptions", "check", &exceptions, "--inventory", &saved]);
    ends(&said, 0, "only trails count as recorders, as in the saved audit");
}

/// What is saved of an audit that was compared with a saved one is read again, from a file and from the history.
#[test]
fn an_audit_with_a_saved_baseline_is_saved_whole() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second, history] =
        ["first.json", "second.json", "h.sqlite"].map(|name| at(folder.path(), name));
    run(&["audit", ACME, "--output", &first]);
    let asked = ["audit", ACME, "--baseline", &first, "--output", &second, "--keep", "--history", &history];
    run(&asked);
    serde_json::from_slice::<serde_json::Value>(&fs::read(&second).unwrap()).unwrap();
    ends(&run(&["report", "--audit", &second]), 3, "Not every Lambda invocation is recorded");
    ends(&run(&["diff", "1", ACME, "--history", &history]), 0, "Nothing changed of what was read.");
}

/// The longest time for which an exception may hold counts for those of a saved audit, too.
#[test]
fn exceptions_of_a_saved_audit_end_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, exceptions) = (at(folder.path(), "saved.json"), at(folder.path(), "exceptions.json"));
    fs::write(
        &exceptions,
        r#"{"format":"invoketrail.exceptions/1","exceptions":[{"id":"all","match":{"controls":["lambda-invocations-recorded"]},
        "owner":"a","reason":"b","until":"2099-01-01"}]}"#,
    )
    .unwrap();
    run(&["audit", ACME, "--exceptions", &exceptions, "--output", &saved]);
    let plans = |file: &str, more: &[&str]| {
        let said =
            run(&[&["plan", "--inventory", file, "--format", "json", "--exceptions-max-days", "30"], more]
                .concat());
        let plan: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        (said.code, plan["hash"].clone())
    };
    assert_eq!(plans(&saved, &[]), plans(ACME, &["--exceptions", &exceptions]));
}

/// For how long an exception may hold is a choice of the saved audit, which counts for exceptions that are named beside it.
#[test]
fn the_longest_time_of_a_saved_audit_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, exceptions) = (at(folder.path(), "saved.json"), at(folder.path(), "exceptions.json"));
    fs::write(&exceptions, ACCEPTS_COPIES).unwrap();
    // Nothing is declared for too long in that audit, nor in the plan that comes after it.
    run(&["audit", ACME, "--exceptions-max-days", "30", "--output", &saved]);
    let note = "an exception ends at most 30 days after today, as in the saved audit";
    for asked in [
        &["audit", &saved][..],
        &["plan", "--inventory", &saved],
        &["exceptions", "check", "--inventory", &saved],
    ] {
        let named = if asked[0] == "exceptions" {
            vec![exceptions.as_str()]
        } else {
            vec!["--exceptions", &exceptions]
        };
        let said = run(&[asked, &named].concat());
        assert!(said.stderr.contains(note), "{asked:?} {said:?}");
        let own = run(&[asked, &named, &["--exceptions-max-days", "3660"]].concat());
        assert!(!own.stderr.contains(note), "{asked:?} {own:?}");
    }
    let audited = run(&["audit", &saved, "--exceptions", &exceptions, "--format", "json"]);
    let audited: serde_json::Value = serde_json::from_str(&audited.stdout).unwrap();
    assert_eq!(
        (&audited["exceptions"][0]["holds"], &audited["inputs"]["exceptions_max_days"]),
        (&false.into(), &30.into())
    );
}

/// What an exception of a saved audit accepts is accepted after a reduction, too, and its name is taken.
#[test]
fn a_reduction_of_a_saved_audit_is_judged_with_its_exceptions() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, exceptions) = (at(folder.path(), "saved.json"), at(folder.path(), "exceptions.json"));
    fs::write(&exceptions, ACCEPTS_COPIES).unwrap();
    run(&["audit", ACME, "--exceptions", &exceptions, "--output", &saved]);
    let backout = |source: &[&str]| {
        let asked = [
            "backout",
            "--drop",
            "payroll",
            "--owner",
            "a",
            "--reason",
            "b",
            "--until",
            "2027-01-31",
            "--now",
            "2026-11-24T00:00:00Z",
            "--format",
            "json",
        ];
        run(&[&asked[..], source].concat())
    };
    let controls = |said: Finished| {
        let plan: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        plan["plan"]["controls"].clone()
    };
    let with = controls(backout(&["--inventory", ACME, "--exceptions", &exceptions]));
    assert_eq!(controls(backout(&["--inventory", &saved])), with);
    assert_ne!(controls(backout(&["--inventory", ACME])), with);
    ends(&backout(&["--inventory", &saved, "--id", "all"]), 2, "there is an exception all already");
    // The longest time of the saved audit binds the exception that is declared, too.
    run(&["audit", ACME, "--exceptions-max-days", "30", "--output", &saved]);
    ends(&backout(&["--inventory", &saved]), 2, "an exception ends at most 30 days after today");
}

/// A saved audit is one whatever the order of its members.
#[test]
fn a_saved_audit_is_known_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, turned, exceptions) = (
        at(folder.path(), "saved.json"),
        at(folder.path(), "turned.json"),
        at(folder.path(), "exceptions.json"),
    );
    fs::write(&exceptions, ACCEPTS_COPIES).unwrap();
    run(&["audit", ACME, "--recorders", "trails", "--exceptions", &exceptions, "--output", &saved]);
    let members: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_slice(&fs::read(&saved).unwrap()).unwrap();
    let mut members: Vec<String> = members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    for _ in 0..members.len() {
        members.rotate_left(1);
        fs::write(&turned, format!("{{{}}}", members.join(","))).unwrap();
        let said = run(&["plan", "--inventory", &turned, "--format", "json"]);
        assert!(said.stderr.contains("only trails count as recorders, as in the saved audit"), "{said:?}");
    }
    ends(&run(&["diff", &turned, &saved]), 0, "Nothing changed of what was read.");
}

/// A file whose name begins with a dash is advised as a path, never as a flag.
#[test]
fn names_that_begin_with_a_dash_are_paths() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(root().join(ACME), folder.path().join("-acme.json")).unwrap();
    let asked = ["audit", "--inventory=-acme.json"];
    let output = command(&asked).current_dir(folder.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("--inventory ./-acme.json"), "{stderr}");
    crate::advice::check_in(folder.path(), &asked, &stderr);
}

/// No advice repeats what is secret in the address of an endpoint.
#[test]
fn advice_of_detect_has_no_password() {
    let all = run(&["detect", LOGS, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&all.stdout).unwrap();
    let story = json["stories"][0]["id"].as_str().unwrap();
    for more in [&["--show", story][..], &[]] {
        let asked = ["detect", LOGS, "--endpoint-url", "http://someone:geheim@127.0.0.1:1/"];
        let said = run(&[&asked[..], more].concat());
        assert!(!said.stdout.contains("geheim") && !said.stderr.contains("geheim"), "{said:?}");
        assert!(said.stdout.contains("127.0.0.1:1") || said.stderr.contains("127.0.0.1:1"), "{said:?}");
    }
}

/// Nothing was looked at, and the answer says so.
#[test]
fn detect_says_where_it_looked_at_nothing() {
    let folder = tempfile::tempdir().unwrap();
    ends(&run(&["detect", &at(folder.path(), "")]), 1, "holds no log files of CloudTrail");
    let later = run(&["detect", LOGS, "--since", "2026-12-20"]);
    ends(&later, 4, "Nothing since 2026-12-20T00:00:00Z was checked: the newest record is of ");
    ends(&run(&["detect", ACME]), 1, "it is an inventory");
    ends(&run(&["invocations", ACME]), 1, "it is an inventory");
}

/// An audit is never compared with itself.
#[test]
fn diff_of_the_only_kept_audit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let history = at(folder.path(), "history.sqlite");
    run(&["audit", ACME, "--keep", "--history", &history]);
    ends(&run(&["diff", "1", "--history", &history]), 1, "audit 1 is the newest kept audit");
}

/// `recorders` of the settings counts for `diff`, too.
#[test]
fn diff_counts_the_recorders_of_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let settings = at(folder.path(), "s.toml");
    fs::write(&settings, "recorders = \"trails\"\n").unwrap();
    let [before, after] = ["a-trail-that-logs-beside-a-store", "a-trail-that-is-off-beside-a-store"]
        .map(|name| format!("crates/cli/tests/cases/audit/{name}.json"));
    ends(&run(&["diff", &before, &after, "--config", &settings]), 3, "answer no");
}

/// An exception without a name is refused before it is in a plan that nobody can read.
#[test]
fn an_exception_needs_a_name() {
    let said = run(&[
        "backout",
        "--drop",
        "invoices",
        "--inventory",
        ACME,
        "--owner",
        "a",
        "--reason",
        "b",
        "--until",
        "2099-01-01",
        "--id",
        " ",
    ]);
    ends(&said, 2, "--id is empty");
}

/// Without a log file nobody knows who changed something.
#[test]
fn diff_without_log_files_does_not_say_that_nobody_changed_anything() {
    let folder = tempfile::tempdir().unwrap();
    let empty = at(folder.path(), "");
    let said = run(&["diff", ACME, "crates/cli/tests/cases/audit/slow-48-selectors.json", "--logs", &empty]);
    assert!(said.stdout.contains("Unknown: no log file of that time was read."), "{said:?}");
}

/// What escapes in part today does not stop being recorded because a value is not known yet.
#[test]
fn what_is_recorded_in_part_is_not_said_to_be_recorded_no_longer() {
    let template = ["--cloudformation", "examples/cloudformation/template.yaml"];
    let said = run(&[&["check"][..], &template, &["--inventory", ACME]].concat());
    assert!(!said.stdout.contains("score, train) are no longer certainly recorded"), "{said:?}");
}

/// An empty plan of what cannot be done is no success, and a hash that was approved is looked at.
#[test]
fn a_plan_without_changes_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, exceptions) = (at(folder.path(), "plan.json"), at(folder.path(), "exceptions.json"));
    let backout = [
        "backout",
        "--drop",
        "cart",
        "--inventory",
        ACME,
        "--owner",
        "a",
        "--reason",
        "b",
        "--until",
        "2099-01-01",
        "--exceptions",
        &exceptions,
        "--output",
        &plan,
    ];
    ends(&run(&backout), 3, "Nothing can be changed now");
    ends(
        &run(&["apply", &plan, "--exceptions", &exceptions]),
        3,
        "the plan has no changes, so nothing was done",
    );
    let other = run(&["apply", &plan, "--exceptions", &exceptions, "--approve", "sha256:00"]);
    ends(&other, 2, "--approve names another plan");
}

/// What a call must have, and no call has: the next command shows what there is.
#[test]
fn a_filter_that_nothing_fits_is_followed_by_what_there_is() {
    let said = run(&["invocations", LOGS, "--principal", "web-bakend"]);
    ends(&said, 0, "next: invoketrail invocations examples/logs  # all that was read, to see the names");
}

/// A file of another kind is called by its name.
#[test]
fn files_of_another_kind_are_named() {
    ends(
        &run(&["check", "--terraform", "examples/cloudformation/template.yaml"]),
        1,
        "it is a CloudFormation template",
    );
    ends(&run(&["bundle", "verify", "nothing-here.tar.zst"]), 1, "check the path");
    const PLAN: &str = "examples/terraform/plan.json";
    const TEMPLATE: &str = "examples/cloudformation/template.yaml";
    const KEYS: &str = "examples/logs/public-keys.json";
    for (asked, is, help) in [
        (
            &["audit", PLAN][..],
            "it is a Terraform plan",
            "`invoketrail check --terraform examples/terraform/plan.json` reads it",
        ),
        (&["explain", "--selectors", PLAN], "it is a Terraform plan", "`invoketrail check --terraform"),
        (
            &["plan", "--inventory", TEMPLATE],
            "it is a CloudFormation template",
            "`invoketrail check --cloudformation",
        ),
        (&["apply", TEMPLATE], "it is a CloudFormation template", "`invoketrail check --cloudformation"),
        (&["check", "--cloudformation", PLAN], "it is a Terraform plan", "give it as --terraform examples"),
        (
            &["audit", KEYS],
            "it is a file of public keys",
            "`invoketrail logs validate FOLDER --public-keys examples/logs",
        ),
        (
            &["logs", "validate", LOGS, "--public-keys", ACME],
            "it is an inventory",
            "`invoketrail audit examples/acme.json` reads it",
        ),
    ] {
        ends(&run(asked), 1, is);
        ends(&run(asked), 1, help);
    }
    // Whoever wants to take a plan back is not led to carry it out.
    let folder = tempfile::tempdir().unwrap();
    let plan = at(folder.path(), "plan.json");
    run(&["plan", "--inventory", ACME, "--output", &plan]);
    let said = run(&["undo", &plan]);
    ends(&said, 1, &format!("`invoketrail undo {plan}.journal`"));
    assert!(!said.stderr.contains("invoketrail apply"), "{said:?}");
}

/// A change that is judged alone is not compared with today, of which nothing is known.
#[test]
fn a_change_judged_alone_says_nothing_of_today() {
    let said = run(&["check", "--terraform", "examples/terraform/plan.json"]);
    assert!(!said.stdout.contains("today it passes"), "{}", said.stdout);
    ends(&said, 3, "before it, by the file alone, it\n");
}

/// A name that nothing has is more likely a slip than a plan for later.
#[test]
fn an_exception_for_a_name_that_nothing_has_is_a_warning() {
    let of = |name: &str| {
        format!(
            r#"{{"format":"invoketrail.exceptions/1","exceptions":[{{"id":"x","match":{{"controls":["lambda-invocations-recorded"],
            "arns":["{name}"]}},"owner":"a","reason":"b","until":"2099-01-01"}}]}}"#
        )
    };
    let check = ["exceptions", "check", "-", "--inventory", ACME];
    let slip = with_stdin(&check, of("ordrs").as_bytes());
    assert!(slip.stdout.contains("x names ordrs, which the inventory does not list."), "{slip:?}");
    let right = with_stdin(&check, of("orders").as_bytes());
    assert!(!right.stdout.contains("does not list"), "{right:?}");
}

/// Where a recorder comes that does not record what nobody recorded there, nothing is new: only why changes.
#[test]
fn what_nobody_recorded_before_is_not_new_because_a_recorder_came() {
    const CASES: &str = "crates/cli/tests/cases/audit";
    let before = format!("{CASES}/nothing-records-management-events.json");
    let after = format!("{CASES}/a-recorder-comes-without-management-events.json");
    let now = ["--now", "2026-11-24T00:00:00Z"];
    let said = run(&[&["audit", &after, "--baseline", &before, "--fail-on", "new"][..], &now].concat());
    ends(&said, 0, "since the baseline: 0 new findings");
    // What was listed without the trail was read.
    let said = run(&["diff", &before, &after]);
    ends(&said, 0, "logging in 111122223333 eu-west-1: not there became on");
    assert!(!said.stdout.contains("not read"), "{said:?}");
    // The other way round something gets worse.
    ends(&run(&["diff", &after, &before]), 3, "logging in 111122223333 eu-west-1: on became not there");
    let said = run(&[&["audit", &before, "--baseline", &after, "--fail-on", "new"][..], &now].concat());
    assert_eq!(said.code, Some(3), "{said:?}");
}

/// Where a gap alone is why nothing can be planned, the plan is as open as the audit.
#[test]
fn a_plan_that_only_a_gap_hinders_is_undetermined() {
    const MEMBER: &str = "crates/cli/tests/cases/plan/a-member-alone.json";
    assert_eq!(run(&["audit", MEMBER]).code, Some(4));
    let said = run(&["plan", "--inventory", MEMBER]);
    ends(&said, 4, "make readable what `invoketrail audit` names as not read");
}

/// Where not every function could be listed, nobody knows whether one of that name is there.
#[test]
fn a_name_is_not_called_unknown_where_a_list_is_missing() {
    let mut inventory: serde_json::Value =
        serde_json::from_slice(&fs::read(root().join(ACME)).unwrap()).unwrap();
    let gap = inventory["gaps"].as_array().unwrap().len();
    let places = inventory["places"].as_array_mut().unwrap();
    let place = places
        .iter_mut()
        .find(|place| place["functions"]["resources"].as_array().is_some_and(|all| !all.is_empty()));
    let place = place.unwrap();
    let (account, region) = (place["account"].clone(), place["region"].clone());
    place["functions"] = serde_json::json!({"resources": [], "gap": gap});
    inventory["gaps"].as_array_mut().unwrap().push(serde_json::json!({"account": account, "region": region,
        "call": "lambda:ListFunctions", "kind": "refused", "error": "AccessDeniedException: no"}));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.json");
    fs::write(&path, inventory.to_string()).unwrap();
    let said = run(&["explain", "nobody", "--inventory", path.to_str().unwrap()]);
    let told = "cannot tell whether a function is called `nobody`: AWS refused lambda:ListFunctions in ";
    assert!(said.code == Some(4) && said.stderr.contains(told), "{said:?}");
    // Of a Region that nobody could list, nobody knows the functions.
    let mut inventory: serde_json::Value =
        serde_json::from_slice(&fs::read(root().join(ACME)).unwrap()).unwrap();
    inventory["accounts"][0]["regions"] = serde_json::json!({ "gap": gap });
    inventory["regions_asked"] = serde_json::Value::Null;
    let account = inventory["accounts"][0]["id"].clone();
    inventory["gaps"].as_array_mut().unwrap().push(serde_json::json!({"account": account, "region": null,
        "call": "account:ListRegions", "kind": "refused", "error": "AccessDeniedException: no"}));
    fs::write(&path, inventory.to_string()).unwrap();
    let said = run(&["explain", "nobody", "--inventory", path.to_str().unwrap()]);
    assert!(said.code == Some(4) && said.stderr.contains("AWS refused account:ListRegions in "), "{said:?}");
    let said = run(&["explain", "cart", "--inventory", path.to_str().unwrap()]);
    assert!(said.stderr.contains("another one may have this name"), "{said:?}");
    // All were listed, and none has that name: what is three letters of four away is not meant either.
    let said = run(&["explain", "cart2", "--inventory", ACME]);
    assert!(said.code == Some(1) && said.stderr.contains("did you mean cart?"), "{said:?}");
}
