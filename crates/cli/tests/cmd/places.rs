//! A plan for several accounts or Regions as the code of others: one file for each, no resource twice, none missing; and scripts that
//! change nothing as the wrong account.

use crate::run::run;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const TWO: &str = "crates/cli/tests/cases/plan/two-accounts-one-name.json";

/// The files that a plan of the inventory is written to, by name.
fn files(inventory: &str, format: &str) -> (tempfile::TempDir, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("code/made");
    let said =
        run(&["plan", "--inventory", inventory, "--format", format, "--output-dir", out.to_str().unwrap()]);
    assert_eq!(said.stdout, "", "{said:?}");
    assert!(matches!(said.code, Some(0 | 3)), "{said:?}");
    let read = |path: &Path| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap())
    };
    let mut files: Vec<_> = std::fs::read_dir(out).unwrap().flatten().map(|one| read(&one.path())).collect();
    files.sort();
    (folder, files)
}

/// Type, label and name of every resource of Terraform.
fn resources(text: &str) -> Vec<(String, String, Value)> {
    let value: Value = hcl::from_body(hcl::parse(text).unwrap()).unwrap();
    let of = |(kind, labels): (&String, &Value)| -> Vec<_> {
        let one = |(label, body): (&String, &Value)| (kind.clone(), label.clone(), body.clone());
        labels.as_object().unwrap().iter().map(one).collect()
    };
    value["resource"].as_object().unwrap().iter().flat_map(of).collect()
}

/// As `terraform fmt` has it, where that program is at hand.
fn check_form(files: &[(String, String)]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = Command::new("terraform");
    command.args(["fmt", "-check", "-diff", "-no-color"]).current_dir(folder.path());
    if let Ok(output) = command.env_remove("TF_CLI_CONFIG_FILE").output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn several_places_need_a_folder_and_are_told_so() {
    for format in ["terraform", "cloudformation"] {
        let said = run(&["plan", "--inventory", TWO, "--format", format]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{said:?}");
        assert!(
            said.stderr.contains("needs --output-dir, because this plan is for 2 accounts and Regions"),
            "{said:?}"
        );
        assert!(said.stderr.contains("111111111111 us-east-1, 222222222222 us-east-1"), "{said:?}");
    }
    let said = run(&["plan", "--inventory", TWO, "--format", "json", "--output-dir", "x"]);
    assert_eq!(said.code, Some(2), "{said:?}");
}

/// What an earlier plan wrote for an account and Region that this one is not about would be deployed with it.
#[test]
fn a_folder_with_files_of_an_earlier_plan_is_refused() {
    for (format, suffix) in [("terraform", "tf"), ("cloudformation", "json")] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let plan = || run(&["plan", "--inventory", TWO, "--format", format, "--output-dir", out]);
        let names = || {
            let mut names: Vec<_> =
                std::fs::read_dir(out).unwrap().flatten().map(|one| one.file_name()).collect();
            names.sort();
            names
        };
        let old = format!("333333333333-us-east-1.{suffix}");
        std::fs::write(folder.path().join(&old), "old").unwrap();
        let said = plan();
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.stderr.contains(&old), "{said:?}");
        assert_eq!(names(), [old.as_str()], "nothing was written");
        std::fs::remove_file(folder.path().join(&old)).unwrap();
        // Files of others stay, and its own are written anew.
        std::fs::write(folder.path().join(format!("main.{suffix}")), "theirs").unwrap();
        assert!(matches!(plan().code, Some(0 | 3)));
        assert!(matches!(plan().code, Some(0 | 3)));
        assert_eq!(names().len(), 3);
    }
}

#[test]
fn two_accounts_with_trails_of_one_name_are_two_files_without_a_name_in_common() {
    let (_folder, files) = files(TWO, "terraform");
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["111111111111-us-east-1.tf", "222222222222-us-east-1.tf"]);
    let mut addresses = BTreeSet::new();
    for ((name, text), other) in files.iter().zip(["222222222222", "111111111111"]) {
        assert!(!text.contains(other), "{name}: {text}");
        assert!(text.contains("allowed_account_ids"), "the wrong account is refused: {text}");
        for (kind, label, body) in resources(text) {
            assert_eq!(body["name"], "main");
            assert!(body["provider"].as_str().unwrap().contains("aws.account_"), "{body}");
            assert!(addresses.insert(format!("{kind}.{label}")), "{label} is there twice");
        }
    }
    assert_eq!(addresses.len(), 2);
    check_form(&files);
}

#[test]
fn the_same_as_templates() {
    let (_folder, files) = files(TWO, "cloudformation");
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["111111111111-us-east-1.json", "222222222222-us-east-1.json"]);
    for (name, text) in files {
        let template: Value = serde_json::from_str(&text).unwrap();
        let trail = &template["Resources"]["Main"]["Properties"];
        assert_eq!(trail["TrailName"], "main");
        assert!(
            name.starts_with(trail["S3BucketName"].as_str().unwrap().trim_start_matches("logs-")),
            "{name} {text}"
        );
    }
}

#[test]
fn one_place_is_printed_as_terraform_writes_it() {
    for inventory in ["examples/acme.json", "crates/cli/tests/cases/plan/hostile-selector-name.json"] {
        let said = run(&["plan", "--inventory", inventory, "--format", "terraform"]);
        assert!(!said.stdout.contains("provider"), "{said:?}");
        assert_eq!(resources(&said.stdout).len(), 1);
        check_form(&[("one.tf".to_owned(), said.stdout)]);
    }
    check_form(&files("crates/cli/tests/cases/plan/control-tower.json", "terraform").1);
}

/// Runs the script with an `aws` that says whose credentials they are, and keeps what it was called for.
fn called(script: &str, accounts: &str) -> (Vec<String>, bool) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let told = format!(
        "aws() {{ case \"$1\" in sts) {accounts} ;; *) printf '%s %s\\n' \"${{AWS_PROFILE:-}}\" \"$*\" >> {} ;; esac; }}\n{script}",
        log.display()
    );
    let output = Command::new("sh")
        .args(["-c", &told])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs([("PROFILE_111111111111", "one"), ("PROFILE_222222222222", "two")])
        .output()
        .unwrap();
    let calls = std::fs::read_to_string(&log).unwrap_or_default();
    (calls.lines().map(str::to_owned).collect(), output.status.success())
}

#[test]
fn a_script_runs_each_block_as_its_account_and_nothing_as_another() {
    let script = run(&["plan", "--inventory", TWO, "--format", "aws-cli"]).stdout;
    for account in ["111111111111", "222222222222"] {
        assert!(script.contains(&format!("# Account {account}.")), "{script}");
    }
    let right = "case \"$AWS_PROFILE\" in one) echo 111111111111 ;; two) echo 222222222222 ;; esac";
    let (calls, well) = called(&script, right);
    assert!(well, "{calls:?}");
    assert_eq!(calls.len(), 2);
    for (call, (profile, account)) in calls.iter().zip([("one", "111111111111"), ("two", "222222222222")]) {
        assert!(call.starts_with(profile) && call.contains(account), "{call}");
    }
    // One of them wrong: nothing at all is changed, not even in the account that is right.
    for wrong in ["echo 111111111111", "echo 222222222222", "echo 333333333333", "return 1"] {
        let (calls, well) = called(&script, wrong);
        assert!(!well && calls.is_empty(), "{wrong}: {calls:?}");
    }
}
