//! No answer is written over a file that the command reads, and none over a journal: that is misuse, said before anything is written.

use crate::journals::{backout, functions, management, recorded, reduced, says, with};
use crate::killed::Account;
use crate::run::{Finished, command, root};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const EXCEPTIONS: &str = r#"{"format":"invoketrail.exceptions/1","exceptions":[]}"#;
const LOGS: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21";

/// A folder with a file of each kind.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["inv.json", "old.json"] {
        std::fs::copy(root().join("examples/acme.json"), at(name)).unwrap();
    }
    for name in ["one.json", "two.json"] {
        std::fs::copy(root().join("examples/selectors.json"), at(name)).unwrap();
    }
    std::fs::copy(root().join("examples/metrics.json"), at("metrics.json")).unwrap();
    std::fs::copy(root().join("examples/logs/public-keys.json"), at("keys.json")).unwrap();
    std::fs::copy(root().join("crates/store/data/prices.toml"), at("prices.toml")).unwrap();
    std::fs::write(at("exc.json"), EXCEPTIONS).unwrap();
    std::fs::write(at("accepted.json"), EXCEPTIONS.replace("exceptions/1", "detect-exceptions/1")).unwrap();
    std::fs::write(at("plan.tf.json"), r#"{"format_version":"1.2","resource_changes":[]}"#).unwrap();
    std::fs::write(at("exc.toml"), "exceptions = 'exc.json'\ninventory = 'inv.json'\n").unwrap();
    let all = "inventory = 'inv.json'\nexceptions = 'exc.json'\noutput = ['first.md', 'sub/../exc.json']\n";
    std::fs::write(at("all.toml"), all).unwrap();
    std::fs::create_dir_all(at("logs").join(LOGS)).unwrap();
    std::fs::write(at("logs").join(LOGS).join("a.json"), r#"{"Records":[]}"#).unwrap();
    std::fs::create_dir(at("sub")).unwrap();
    folder
}

fn run_in(folder: &Path, words: &[&str]) -> Finished {
    let output = command(words).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// Every file of the folder, and what it holds.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.clone(), std::fs::read(&path).unwrap_or_default())),
        }
    }
    found.sort();
    found
}

/// Misuse, in one line, and not a byte of the folder is another.
fn is_refused(folder: &Path, line: &str) {
    let before = files(folder);
    let words: Vec<&str> = line.split(' ').collect();
    let said = run_in(folder, &words);
    assert_eq!(said.code, Some(2), "{line}: {said:?}");
    assert!(said.stderr.contains("would replace"), "{line}: {said:?}");
    assert!(said.stdout.is_empty(), "{line}: {said:?}");
    assert!(files(folder) == before, "{line}: a file was written");
}

#[test]
fn no_file_that_a_command_reads_is_written_over() {
    let folder = folder();
    let drop = "backout --inventory inv.json --drop orders --owner o --reason r --until 2026-12-31";
    for line in [
        "audit --inventory inv.json --exceptions exc.json --output exc.json",
        "audit --inventory inv.json --exceptions exc.json --output ./exc.json",
        "audit inv.json --output first.md --output sub/../inv.json",
        "audit --inventory inv.json --baseline old.json --output old.json",
        "audit --inventory inv.json --history kept.json --output kept.json",
        "plan --inventory inv.json --exceptions exc.json --output ./exc.json",
        "plan --inventory inv.json --prices prices.toml --output prices.toml",
        "plan --config exc.toml --output exc.toml",
        // What the settings name is as good as what is typed.
        "plan --config exc.toml --output exc.json",
        "plan --config exc.toml --output inv.json",
        "audit --config all.toml",
        "restore --inventory inv.json --exceptions exc.json --output exc.json",
        &format!("{drop} --exceptions exc.json --output exc.json"),
        // Neither is there yet.
        &format!("{drop} --exceptions new.json --output ./new.json"),
        "check --selectors one.json two.json --output two.json",
        "check --selectors one.json two.json --output first.md --output one.json",
        "check --terraform plan.tf.json --output ./plan.tf.json",
        "check --terraform plan.tf.json --inventory inv.json --output inv.json",
        "invocations logs/LOGS/a.json --no-index --output logs/LOGS/a.json",
        "invocations logs --no-index --output logs/LOGS/a.json",
        "invocations logs --index calls.json --output calls.json",
        "detect logs --accept accepted.json --output accepted.json",
        "detect logs --state state.json --output ./state.json",
        "verify logs --inventory inv.json --metrics metrics.json --no-index --output metrics.json",
        "logs validate logs --public-keys keys.json --output keys.json",
    ] {
        is_refused(folder.path(), &line.replace("LOGS", LOGS));
    }
}

#[test]
fn a_file_is_known_by_what_it_is_and_not_by_its_name() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("exc.json", at("link.json")).unwrap();
    std::os::unix::fs::symlink("sub", at("below")).unwrap();
    std::fs::hard_link(at("exc.json"), at("sub/hard.json")).unwrap();
    std::os::unix::fs::symlink("../new.json", at("sub/dangling.json")).unwrap();
    for (exceptions, output) in [
        ("exc.json", "link.json"),
        ("link.json", "exc.json"),
        ("exc.json", "below/hard.json"),
        ("exc.json", "below/../exc.json"),
        ("exc.json", at("exc.json").to_str().unwrap()),
    ] {
        let line = format!("audit --inventory inv.json --exceptions {exceptions} --output {output}");
        is_refused(folder.path(), &line);
    }
    let drop = "backout --inventory inv.json --drop orders --owner o --reason r --until 2026-12-31";
    is_refused(folder.path(), &format!("{drop} --exceptions below/dangling.json --output new.json"));
    let stdin = std::fs::File::open(at("inv.json")).unwrap();
    let mut piped = command(&["audit", "--inventory", "-", "--output", "inv.json"]);
    let output = piped.current_dir(folder.path()).stdin(stdin).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn saved_audits_bundles_and_folders_of_code_are_not_written_over() {
    let folder = folder();
    let path = folder.path();
    let audit = "audit --inventory inv.json --exit-zero --output audit.json --bundle kept.tar.zst";
    let said = run_in(path, &audit.split(' ').collect::<Vec<_>>());
    assert_eq!(said.code, Some(0), "{said:?}");
    is_refused(path, "report --audit audit.json --output audit.json");
    is_refused(path, "audit audit.json --output audit.json");
    is_refused(path, "audit kept.tar.zst --bundle kept.tar.zst");
    std::fs::remove_file(path.join("audit.json")).unwrap();
    let unpacked = run_in(path, &["audit", "inv.json", "--exit-zero", "--bundle", "kept"]);
    assert_eq!(unpacked.code, Some(0), "{unpacked:?}");
    is_refused(path, "report --audit kept --output kept/inventory.json");
    let plan = "plan --inventory inv.json --format cloudformation --output-dir code";
    run_in(path, &plan.split(' ').collect::<Vec<_>>());
    let made = files(&path.join("code")).remove(0).0;
    std::fs::copy(path.join("inv.json"), &made).unwrap();
    is_refused(path, &plan.replace("inv.json", made.strip_prefix(path).unwrap().to_str().unwrap()));
}

#[test]
fn what_a_command_wrote_before_it_writes_again() {
    let folder = folder();
    for line in [
        "audit --inventory inv.json --exit-zero --exceptions exc.json --output a.json --output a.md",
        "plan --inventory inv.json --exceptions exc.json --output plan.json",
        "invocations logs --no-index --output logs/calls.json --output logs/calls.csv",
        "detect logs --state state.sqlite --output logs/found.json --output logs/found.sarif",
        "check --selectors one.json two.json --output a.json --output b.md",
        "audit --inventory inv.json --exit-zero --baseline a.json --output b.json",
        "plan --inventory inv.json --output /dev/stdout",
    ] {
        for _ in 0..2 {
            let said = run_in(folder.path(), &line.split(' ').collect::<Vec<_>>());
            assert_ne!(said.code, Some(2), "{line}: {said:?}");
            assert!(!said.stderr.contains("would replace"), "{line}: {said:?}");
        }
    }
    let both = run_in(folder.path(), &["plan", "--inventory", "/dev/null", "--output", "/dev/null"]);
    assert!(!both.stderr.contains("would replace"), "{both:?}");
}

/// What may be there of an account: nothing is set, and no file is another.
fn is_refused_of(account: &Account, line: &str, why: &str) {
    let (settings, before) = (account.settings(), files(&account.path("")));
    let text = says(account, line, 2);
    assert!(text.contains(why), "{line}\n{text}");
    assert!(account.settings() == settings, "{line}: the account was changed\n{text}");
    assert!(files(&account.path("")) == before, "{line}: a file was written\n{text}");
}

#[test]
fn no_answer_replaces_a_journal() {
    let account = recorded();
    with(|settings| settings.selectors = json!({"AdvancedEventSelectors": [management()]}), &account);
    let first = account.settings();
    says(&account, "plan --recorders trails --output p.json", 0);
    says(&account, "apply p.json", 0);
    std::os::unix::fs::symlink("p.json.journal", account.path("link")).unwrap();
    std::fs::copy(account.path("p.json.journal"), account.path("kept.json")).unwrap();
    for line in [
        "undo p.json.journal --merge --output p.json.journal",
        "undo p.json.journal --merge --output ./p.json.journal",
        // Its own journal would lie there.
        "undo p.json.journal --merge --output p.json.journal.undo",
        "plan --recorders trails --output p.json.journal",
        "plan --recorders trails --output link",
        "backout --drop f1 --owner o --reason r --until 2027-01-31 --output p.json.journal",
        "inventory --output p.json.journal",
        "audit --output first.md --output kept.json",
    ] {
        is_refused_of(&account, line, "journal");
    }
    says(&account, "undo p.json.journal", 0);
    assert_eq!(account.settings(), first);
    is_refused_of(&account, "plan --recorders trails --output p.json.journal.undo", "journal");
    // One that was cut off, too.
    let journal = std::fs::read(account.path("p.json.journal")).unwrap();
    std::fs::write(account.path("p.json.journal"), &journal[..journal.len() / 2]).unwrap();
    is_refused_of(&account, "plan --recorders trails --output p.json.journal", "journal");
}

#[test]
fn plan_journal_its_undo_and_exceptions_are_four_files() {
    let account = recorded();
    std::fs::create_dir(account.path("sub")).unwrap();
    std::os::unix::fs::symlink("../p.json.journal", account.path("sub/link")).unwrap();
    std::fs::write(account.path("invoketrail.toml"), "exceptions = 'set.json'\n").unwrap();
    backout(&account, "f1", "p.json", "");
    for line in [
        "apply p.json --exceptions p.json.journal",
        "apply p.json --exceptions sub/link",
        "apply p.json --exceptions p.json.journal.undo",
        "apply p.json --exceptions p.json",
        "apply p.json --exceptions new.json --journal ./new.json",
        "apply p.json --exceptions sub/../new.json --journal new.json",
        "apply p.json --exceptions new.json.undo --journal new.json",
        "apply p.json --exceptions new.json --journal sub/../p.json",
        "apply p.json --config invoketrail.toml --journal set.json",
        "apply p.json --config invoketrail.toml --exceptions exc.json --journal invoketrail.toml",
    ] {
        is_refused_of(&account, line, "one file");
    }
    for line in [
        "apply p.json --exceptions new.json --journal p.json.journal.undo",
        "apply p.json --exceptions new.json --journal sub/x.undo",
    ] {
        is_refused_of(&account, line, ".undo");
    }
    // The journal is set aside under such a name.
    for file in ["p.json.journal.1", "sub/../p.json.journal.2", "p.json.journal.1.undo"] {
        is_refused_of(&account, &format!("apply p.json --exceptions {file}"), "name of a journal");
    }
    says(&account, "apply p.json --exceptions exc.json --journal j", 0);
    is_refused_of(&account, "undo j --exceptions j.undo", "one file");
    is_refused_of(&account, "undo j --exceptions sub/../j", "one file");
    is_refused_of(&account, "apply --resume j --exceptions j.undo", "one file");
    says(&account, "undo j --exceptions exc.json", 0);
}

/// A plan that takes back has its journal beside the one that it takes back.
#[test]
fn a_plan_that_takes_back_has_files_of_its_own_too() {
    let account = reduced();
    with(
        |settings| {
            let list = settings.selectors["AdvancedEventSelectors"].as_array_mut().unwrap();
            list.push(functions(vec![json!({"Field": "readOnly", "Equals": ["true"]})]));
        },
        &account,
    );
    says(&account, "undo p.json.journal --merge --output back.json", 0);
    for file in ["p.json.journal.undo", "p.json.journal", "back.json"] {
        let line = format!("apply back.json --undoes p.json.journal --exceptions {file}");
        is_refused_of(&account, &line, "one file");
    }
}

/// Nobody has to open a file to know by its name, or by where it lies, that it is no answer.
#[test]
fn what_lies_where_log_files_and_lakes_keep_theirs_is_not_written_over() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let (day, lake) = (at("logs").join(LOGS), "lake/invocations/account=1/region=r/day=d");
    std::fs::create_dir_all(at(lake)).unwrap();
    let write = |path: &Path| std::fs::write(path, "neither packed nor JSON").unwrap();
    for name in ["digest.json.gz.head.json", "odd.json"] {
        write(&day.join(name));
        is_refused(folder.path(), &format!("invocations logs --no-index --output logs/{LOGS}/{name}"));
    }
    write(&at(lake).join("_manifest.json"));
    is_refused(folder.path(), &format!("invocations --lake lake --output {lake}/_manifest.json"));
    #[cfg(unix)]
    for (kept, read) in [
        (day.join("packed.json.gz"), "logs --no-index"),
        (day.join("cut.json.zst"), "logs --no-index"),
        (at(lake).join("part-00000.parquet"), "--lake lake"),
    ] {
        write(&kept);
        let _ = std::fs::remove_file(at("out.json"));
        std::os::unix::fs::symlink(&kept, at("out.json")).unwrap();
        is_refused(folder.path(), &format!("invocations {read} --output out.json"));
    }
}
