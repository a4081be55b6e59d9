//! Audits that were saved: written again in other formats, and bundles that anybody decides again, through the binary.

use crate::history::is_of_schema;
use crate::run::{Finished, run, with_stdin};
use report::AuditFormat;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const ACME: &str = "examples/acme.json";

/// The path of a file in a folder of the test.
fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

#[track_caller]
fn ends(said: &Finished, code: i32) {
    assert_eq!(said.code, Some(code), "{said:?}");
}

/// What an audit says in every format is what its JSON, and its bundle, say again.
#[test]
fn a_saved_audit_gives_every_format_again() {
    let folder = tempfile::tempdir().unwrap();
    let (json, archive) = (at(folder.path(), "audit.json"), at(folder.path(), "evidence.tar.zst"));
    let audit = [
        "audit",
        ACME,
        "--baseline",
        "crates/cli/tests/cases/audit/slow-48-selectors.json",
        "--framework",
        "soc2",
    ];
    ends(&run(&[&audit[..], &["--output", &json, "--bundle", &archive]].concat()), 3);
    is_of_schema("audit-1.schema.json", &serde_json::from_slice(&fs::read(&json).unwrap()).unwrap());
    for format in AuditFormat::ALL {
        // What advises commands names the file that was asked about.
        let plain = |said: Finished| {
            ends(&said, 3);
            said.stdout.replace(&json, ACME).replace(&archive, ACME)
        };
        let direct = plain(run(&[&audit[..], &["--format", format.name()]].concat()));
        for file in [&json, &archive] {
            let again = plain(run(&["report", "--audit", file, "--format", format.name()]));
            assert!(again == direct, "{}: {}", format.name(), difference(&again, &direct));
        }
    }
    // Inventories are where bundles and saved audits are.
    for file in [&json, &archive] {
        let explained = run(&["explain", "--inventory", file, "payroll"]);
        ends(&explained, 0);
    }
}

fn difference(one: &str, other: &str) -> String {
    let first = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    format!("{first:?}").chars().take(400).collect()
}

#[test]
fn a_bundle_is_decided_again_whatever_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["evidence.tar.zst", "evidence"] {
        let bundle = at(folder.path(), name);
        ends(&run(&["audit", ACME, "--bundle", &bundle]), 3);
        let said = run(&["bundle", "verify", &bundle, "--format", "json"]);
        ends(&said, 0);
        let check: Value = serde_json::from_str(&said.stdout).unwrap();
        is_of_schema("bundle-check-1.schema.json", &check);
        assert_eq!((&check["answer"], &check["audit_answer"]), (&json!("yes"), &json!("no")));
        assert_eq!(check["reports_the_same"], AuditFormat::ALL.len());
        let said = run(&["bundle", "verify", &bundle]);
        ends(&said, 0);
        assert!(said.stdout.starts_with("Reproduced."), "{}", said.stdout);
    }
    let manifest = fs::read(folder.path().join("evidence/manifest.json")).unwrap();
    is_of_schema("bundle-1.schema.json", &serde_json::from_slice(&manifest).unwrap());
    // It is written over by nobody, and before anything is asked.
    let said = run(&["audit", ACME, "--bundle", &at(folder.path(), "evidence")]);
    ends(&said, 2);
    assert!(said.stderr.contains("the folder is not empty") && said.stdout.is_empty(), "{}", said.stderr);
}

#[test]
fn a_bundle_that_was_changed_is_not_reproduced() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("evidence");
    let path = bundle.to_string_lossy().into_owned();
    ends(&run(&["audit", ACME, "--bundle", &path]), 3);
    let changed = |file: &str, change: &dyn Fn(String) -> String, headline: &str, told: &str| {
        let old = fs::read_to_string(bundle.join(file)).unwrap();
        let new = change(old.clone());
        assert_ne!(new, old, "{file}");
        fs::write(bundle.join(file), new).unwrap();
        for format in ["terminal", "json"] {
            let said = run(&["bundle", "verify", &path, "--format", format]);
            ends(&said, 3);
            if format == "terminal" {
                assert!(said.stdout.starts_with(headline) && said.stdout.contains(told), "{}", said.stdout);
            } else {
                is_of_schema("bundle-check-1.schema.json", &serde_json::from_str(&said.stdout).unwrap());
            }
        }
        // Nothing is shown as that audit, where it is not.
        let said = run(&["report", "--audit", &path]);
        let shown = headline.contains("reports in the bundle");
        ends(&said, if shown { 3 } else { 1 });
        assert_eq!(said.stdout.is_empty(), !shown, "{}", said.stdout);
        fs::write(bundle.join(file), old).unwrap();
    };
    let files = "Not reproduced. The files are not those of the manifest";
    changed("inventory.json", &|text| text.replace("payroll", "payrolls"), files, "changed: inventory.json");
    changed("reports/audit.md", &|text| text + " ", files, "changed: reports/audit.md");
    let count = AuditFormat::ALL.len() + ["inventory.json", "choices.json"].len();
    let otherwise =
        &format!("Not reproduced. All {count} files are unchanged, and this version decides otherwise");
    let answer = |text: String| text.replace("\"answer\": \"no\"", "\"answer\": \"yes\"");
    changed("manifest.json", &answer, otherwise, "the answer is `no`, not `yes`");
    let control = |text: String| text.replace("-recorded\": \"fail\"", "-recorded\": \"pass\"");
    let caller = |text: String| text.replace("SecurityAudit", "SomebodyElse");
    changed("manifest.json", &caller, otherwise, "the facts were collected by");
    changed("manifest.json", &control, otherwise, "lambda-invocations-recorded is `fail`, not `pass`");
    fs::write(bundle.join("reports/more.txt"), "").unwrap();
    let said = run(&["bundle", "verify", &path]);
    ends(&said, 3);
    assert!(said.stdout.contains("not in the manifest: reports/more.txt"), "{}", said.stdout);
}

/// A report that says something else than the answers it comes with, under a manifest that fits it.
#[test]
fn a_forged_report_in_a_bundle_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("evidence");
    let path = bundle.to_string_lossy().into_owned();
    ends(&run(&["audit", ACME, "--bundle", &path]), 3);
    let manifest = fs::read_to_string(bundle.join("manifest.json")).unwrap();
    let (markdown, csv) = (bundle.join("reports/audit.md"), bundle.join("reports/audit.csv"));
    // The sums of both are exchanged in the manifest, and the files with them.
    let (one, other) = (fs::read(&markdown).unwrap(), fs::read(&csv).unwrap());
    fs::write(&markdown, other).unwrap();
    fs::write(&csv, one).unwrap();
    let swapped = manifest
        .replace("audit.md\"", "audit.?\"")
        .replace("audit.csv\"", "audit.md\"")
        .replace("audit.?\"", "audit.csv\"");
    fs::write(bundle.join("manifest.json"), swapped).unwrap();
    let said = run(&["bundle", "verify", &path]);
    ends(&said, 3);
    let headline = "Not reproduced. The same is decided, and reports in the bundle say something else.";
    assert!(said.stdout.replace('\n', " ").contains(headline), "{}", said.stdout);
    assert!(said.stdout.contains("report differs: reports/audit.md"), "{}", said.stdout);
}

#[test]
fn a_saved_audit_that_says_something_else_than_it_holds_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = at(folder.path(), "audit.json");
    ends(&run(&["audit", ACME, "--output", &path]), 3);
    let text = fs::read_to_string(&path).unwrap();
    for (from, to, said) in [
        ("\"answer\":\"no\"", "\"answer\":\"yes\"", "its answer is `yes`, and what it holds gives `no`"),
        (
            "\"status\":\"fail\"",
            "\"status\":\"pass\"",
            "of lambda-invocations-recorded, and what it holds gives `fail`",
        ),
        ("\"inputs\":", "\"outputs\":", "`inputs`: missing"),
        ("audit/1", "audit/2", "its format is invoketrail.audit/2"),
        ("\"today\":\"2026", "\"today\":\"soon", "`inputs.today`: a day has the form"),
        ("\"collected_at\":\"2026-11-23T17:00:00Z\",\n", "", "`inputs.inventory`"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        fs::write(&path, changed).unwrap();
        let refused = run(&["report", "--audit", &path]);
        ends(&refused, 1);
        assert!(refused.stderr.contains(said) && refused.stdout.is_empty(), "{}", refused.stderr);
    }
    fs::write(&path, &text.as_bytes()[..text.len() / 2]).unwrap();
    ends(&run(&["report", "--audit", &path]), 1);
    for (file, said) in [
        ("missing.json", "cannot read missing.json"),
        (ACME, "it is an inventory"),
        ("examples", "there is no manifest.json in it"),
        ("README.md", "it is not JSON"),
    ] {
        let refused = run(&["report", "--audit", file]);
        ends(&refused, 1);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}

/// Whoever changes a bundle may write a manifest that fits: what no audit writes, what is absent, and what another version is said to
/// have written is never called reproduced.
#[test]
fn a_manifest_that_fits_makes_no_bundle_true() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("evidence");
    let path = bundle.to_string_lossy().into_owned();
    ends(&run(&["audit", ACME, "--bundle", &path]), 3);
    let manifest: Value = serde_json::from_slice(&fs::read(bundle.join("manifest.json")).unwrap()).unwrap();
    let verified = |change: &dyn Fn(&mut Value), code: i32, told: &str| {
        let mut changed = manifest.clone();
        change(&mut changed);
        fs::write(bundle.join("manifest.json"), changed.to_string()).unwrap();
        let said = run(&["bundle", "verify", &path]);
        ends(&said, code);
        let text = said.stdout.replace('\n', " ");
        assert!(!text.starts_with("Reproduced") && text.contains(told), "{}", said.stdout);
        let json = run(&["bundle", "verify", &path, "--format", "json"]);
        is_of_schema("bundle-check-1.schema.json", &serde_json::from_str(&json.stdout).unwrap());
    };
    // A report that is not that of this audit, and a version that would have written it so.
    let markdown = fs::read(bundle.join("reports/audit.md")).unwrap();
    let csv =
        manifest["files"].as_array().unwrap().iter().find(|one| one["path"] == "reports/audit.csv").unwrap();
    fs::write(bundle.join("reports/audit.md"), fs::read(bundle.join("reports/audit.csv")).unwrap()).unwrap();
    let older = |manifest: &mut Value| {
        manifest["tool"]["version"] = json!("0.0.9");
        let files = manifest["files"].as_array_mut().unwrap();
        let markdown = files.iter_mut().find(|one| one["path"] == "reports/audit.md").unwrap();
        (markdown["size"], markdown["sha256"]) = (csv["size"].clone(), csv["sha256"].clone());
    };
    verified(&older, 4, "Reports were not compared");
    fs::write(bundle.join("reports/audit.md"), markdown).unwrap();
    // A file of somebody else, with its sum.
    fs::write(bundle.join("reports/extra.csv"), fs::read(bundle.join("reports/audit.csv")).unwrap()).unwrap();
    let extra = |manifest: &mut Value| {
        let mut one = csv.clone();
        one["path"] = json!("reports/extra.csv");
        manifest["files"].as_array_mut().unwrap().push(one);
    };
    verified(&extra, 3, "reports/extra.csv (no audit writes it)");
    fs::remove_file(bundle.join("reports/extra.csv")).unwrap();
    // A report less.
    fs::remove_file(bundle.join("reports/audit.csv")).unwrap();
    let less = |manifest: &mut Value| {
        manifest["files"].as_array_mut().unwrap().retain(|one| one["path"] != "reports/audit.csv");
    };
    verified(&less, 3, "reports/audit.csv (absent)");
}

/// A plan of what was saved records no accepted function again, and leaves out what the audit left out.
#[test]
fn a_plan_of_a_saved_audit_is_judged_as_the_audit_was() {
    let folder = tempfile::tempdir().unwrap();
    let (json, bundle) = (at(folder.path(), "audit.json"), at(folder.path(), "bundle"));
    let (inventory, exceptions) = (
        "crates/cli/tests/cmd/files/judged/inventory.json",
        "crates/cli/tests/cmd/files/judged/exceptions.json",
    );
    let plan = |arguments: &[&str]| {
        let said = run(&[&["plan", "--format", "json", "--inventory"], arguments].concat());
        let plan: Value =
            serde_json::from_str(&said.stdout).unwrap_or_else(|error| unreachable!("{error}: {said:?}"));
        (plan["plan"]["steps"].clone(), said.stderr)
    };
    let flags = ["--exceptions", exceptions, "--recorders", "trails"];
    ends(&run(&[&["audit", inventory, "--output", &json, "--bundle", &bundle], &flags[..]].concat()), 3);
    let (wanted, _) = plan(&[&[inventory], &flags[..]].concat());
    assert_ne!(wanted, plan(&[inventory]).0, "what was chosen makes a difference");
    for file in [&json, &bundle] {
        let (steps, said) = plan(&[file]);
        assert_eq!(steps, wanted, "{file}");
        assert!(said.contains("note: judged with the exceptions of the saved audit"), "{said}");
        // So is one that is read from stdin, and what explains or checks over it.
        if *file == json {
            let text = fs::read_to_string(file).unwrap();
            let piped = with_stdin(&["plan", "--format", "json", "--inventory", "-"], text.as_bytes());
            let piped: Value = serde_json::from_str(&piped.stdout).unwrap();
            assert_eq!(piped["plan"]["steps"], wanted);
        }
    }
}
