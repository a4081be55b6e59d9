//! Evidence that is damaged: a copy of the examples in which one thing was changed, and what is said of it.

use crate::run::{Finished, root, run};
use std::path::{Path, PathBuf};

/// A copy of `examples/logs` that a test may damage.
pub(crate) struct Copy {
    pub(crate) folder: tempfile::TempDir,
    prefix: &'static str,
}

const SHOP: &str = "AWSLogs/444455556666";

impl Copy {
    pub(crate) fn below(prefix: &'static str) -> Copy {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("examples/logs"), &folder.path().join(prefix));
        Copy { folder, prefix }
    }

    pub(crate) fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// The files below, by name.
    pub(crate) fn files(&self, below: &str, suffix: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(&self.folder.path().join(below), &mut found);
        found.retain(|path| path.to_str().unwrap().ends_with(suffix));
        found.sort();
        found
    }

    /// The digests of the shop's own trail, over the day that they are about.
    fn validate(&self) -> Finished {
        let keys = root().join("examples/logs/public-keys.json");
        let source = self.folder.path().join(self.prefix).join(SHOP);
        let day = ["--since", "2026-11-21", "--until", "2026-11-21", "--public-keys", keys.to_str().unwrap()];
        run(&[&["logs", "validate", source.to_str().unwrap()], &day[..]].concat())
    }

    pub(crate) fn verify(&self, more: &[&str]) -> Finished {
        let inventory = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json"];
        let window = ["--since", "2026-11-20", "--until", "2026-11-21"];
        run(&[&["verify", self.path()], &inventory[..], &window[..], more].concat())
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

/// The state of a run as JSON lines: the result of each function by name.
fn result(said: &Finished, function: &str) -> String {
    let line = said.stdout.lines().find(|line| line.contains(&format!(":function:{function}\"")));
    let line: serde_json::Value = serde_json::from_str(line.unwrap()).unwrap();
    line["result"].as_str().unwrap().to_owned()
}

#[test]
fn a_copy_that_was_moved_is_as_valid() {
    let said = Copy::below("backup/2026").validate();
    assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.starts_with("Valid: 5 of 5 listed log files"), "{}", said.stdout);
}

#[test]
fn a_log_file_that_no_digest_lists_is_no_pass() {
    let tree = Copy::below("");
    let files = tree.files(&format!("{SHOP}/CloudTrail/us-east-1/2026/11/21"), ".json.gz");
    let forged = files[0].to_str().unwrap().replace(".json.gz", "x.json.gz");
    std::fs::copy(&files[0], forged).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
    let told = "for 1 of 6 log files: no valid digest lists it; 5 of 5 listed log files are as delivered; 24 of 24 windows are valid.";
    let words: Vec<&str> = said.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains(told), "{}", said.stdout);
}

#[test]
fn records_are_no_proven_evidence_whatever_their_file_is_called_and_wherever_it_lies() {
    let keys = root().join("examples/logs/public-keys.json");
    let digests = |tree: &Copy, more: &[&str]| {
        let source = tree.folder.path().join(SHOP);
        let inventory = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json"];
        let window = ["--since", "2026-11-21", "--until", "2026-11-21", "--function", "cart"];
        let digests = ["--digests", "--public-keys", keys.to_str().unwrap(), "--format", "json"];
        let sources = [&["verify", source.to_str().unwrap()], more].concat();
        let said = run(&[&sources[..], &inventory[..], &window[..], &digests[..]].concat());
        let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        (document["digests"]["state"].as_str().unwrap().to_owned(), said.code)
    };
    let tree = Copy::below("");
    let whole = digests(&tree, &[]);
    assert_eq!(whole, ("valid".to_owned(), Some(0)));
    let file = tree.files(&format!("{SHOP}/CloudTrail/us-east-1/2026/11/21"), ".json.gz").remove(0);
    let name = "444455556666_CloudTrail_us-east-1";
    for forged in [
        "CloudTrail/us-east-1/2026/11/21/events.json.gz".to_owned(),
        format!("CloudTrail/us-east-1/2026/11/21/{name}_20261119T0130Z_abcdefghijklmnop.json.gz"),
        format!("CloudTrail/us-east-1/2026/11/21/{name}_20271121T0130Z_abcdefghijklmnop.json.gz"),
        format!("CloudTrail/us-east-1/2026/11/22/{name}_20261122T2330Z_abcdefghijklmnop.json.gz"),
        "CloudTrail-Aggregated/us-east-1/2026/11/21/events.json.gz".to_owned(),
    ] {
        let tree = Copy::below("");
        let to = tree.folder.path().join(SHOP).join(&forged);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, to).unwrap();
        assert_eq!(digests(&tree, &[]), ("not_assertable".to_owned(), Some(4)), "{forged}");
        // What lies among log files is none to be passed over, either.
        let validated = tree.validate();
        let listed = forged.contains("/2026/11/21/events") && !forged.contains("Aggregated");
        assert_eq!(validated.code, Some(if listed { 4 } else { 0 }), "{forged}: {}", validated.stdout);
    }
    let loose = tempfile::tempdir().unwrap();
    std::fs::copy(&file, loose.path().join("events.json.gz")).unwrap();
    let beside = digests(&tree, &[loose.path().to_str().unwrap()]);
    assert_eq!(beside, ("not_assertable".to_owned(), Some(4)));
}

#[test]
fn a_log_file_that_was_changed_is_invalid() {
    let tree = Copy::below("");
    let files = tree.files(&format!("{SHOP}/CloudTrail/us-east-1/2026/11/21"), ".json.gz");
    // Another file of the same trail: whole, signed for elsewhere, and not what was delivered here.
    std::fs::copy(&files[1], &files[0]).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(3), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("was changed: its SHA-256 is"), "{}", said.stdout);
    let keys = root().join("examples/logs/public-keys.json");
    let verified = tree.verify(&["--digests", "--public-keys", keys.to_str().unwrap(), "--function", "cart"]);
    assert_eq!(verified.code, Some(3), "{}{}", verified.stdout, verified.stderr);
}

#[test]
fn a_log_file_or_digest_that_was_removed_is_invalid() {
    let tree = Copy::below("");
    std::fs::remove_file(&tree.files(&format!("{SHOP}/CloudTrail/us-east-1/2026/11/21"), ".json.gz")[2])
        .unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(3), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("is not there"), "{}", said.stdout);

    let tree = Copy::below("");
    std::fs::remove_file(&tree.files(&format!("{SHOP}/CloudTrail-Digest"), ".json.gz")[9]).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(3), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("names it as the one before"), "{}", said.stdout);
}

/// Nobody can tell days that were never copied from days that were taken away.
#[test]
fn days_before_the_first_of_a_copy_are_not_assertable() {
    let keys = root().join("examples/logs/public-keys.json");
    for kinds in [&["CloudTrail-Digest"][..], &["CloudTrail-Digest", "CloudTrail"]] {
        let tree = Copy::below("");
        for kind in kinds {
            std::fs::remove_dir_all(tree.folder.path().join(SHOP).join(kind).join("us-east-1/2026/11/21"))
                .unwrap();
        }
        let source = tree.folder.path().join(SHOP);
        let day = ["--since", "2026-11-21", "--until", "2026-11-22", "--public-keys", keys.to_str().unwrap()];
        let said = run(&[&["logs", "validate", source.to_str().unwrap()], &day[..]].concat());
        assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains("the copy begins later"), "{}", said.stdout);
    }
    let tree = Copy::below("");
    std::fs::remove_dir_all(tree.folder.path().join(SHOP).join("CloudTrail")).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("the copy holds nothing of CloudTrail"), "{}", said.stdout);
}

#[test]
fn a_signature_that_is_lost_is_taken_from_the_digest_behind_and_the_newest_has_none() {
    let tree = Copy::below("");
    let heads = tree.files(&format!("{SHOP}/CloudTrail-Digest"), ".head.json");
    std::fs::remove_file(&heads[5]).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
    std::fs::remove_file(heads.last().unwrap()).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("signature is not there"), "{}", said.stdout);
}

#[test]
fn a_damaged_file_turns_missing_into_undetermined_and_leaves_what_was_seen() {
    let tree = Copy::below("");
    let whole = tree.verify(&["--format", "jsonl"]);
    assert_eq!(result(&whole, "invoices-v2"), "missing");
    let file = &tree.files("AWSLogs/o-acme4example/111122223333/CloudTrail/us-east-1", ".json.gz")[0];
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    let said = tree.verify(&["--format", "jsonl"]);
    assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
    assert_eq!(result(&said, "invoices-v2"), "undetermined");
    assert_eq!(result(&said, "payroll"), "evidenced");
    // What is damaged elsewhere is none of its business.
    assert_eq!(result(&said, "stock"), "idle");
}

#[test]
fn a_copy_without_one_of_the_days_is_no_proof_that_nothing_was_recorded() {
    let tree = Copy::below("");
    let day = "AWSLogs/o-acme4example/111122223333/CloudTrail/us-east-1/2026/11/20";
    std::fs::remove_dir_all(tree.folder.path().join(day)).unwrap();
    let said = tree.verify(&["--format", "jsonl"]);
    assert_eq!(result(&said, "invoices-v2"), "undetermined");
    assert!(said.stdout.contains("no file of this account and Region was delivered on 2026-11-20"));
}

#[test]
fn a_record_in_the_folder_of_another_account_is_no_evidence_of_the_owners_trail() {
    use std::io::Write;
    let record = |recipient: &str| {
        format!(
            r#"{{"Records":[{{"eventVersion":"1.08","userIdentity":{{"type":"AWSService","invokedBy":"s3.amazonaws.com"}},"eventTime":"2026-11-21T13:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","eventID":"0e121f48-d685-44a8-a9b8-1698cc39f22b","resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:invoices-v2"}}]{recipient}}}]}}"#
        )
    };
    let recipient = r#","recipientAccountId":"111122223333""#;
    let other = r#","recipientAccountId":"444455556666""#;
    let (elsewhere, at_home) = ("AWSLogs/444455556666", "AWSLogs/o-acme4example/111122223333");
    // A record that names another account than its folder proves nothing, of either account.
    let cases = [
        (elsewhere, "", "missing"),
        (elsewhere, other, "missing"),
        (elsewhere, recipient, "undetermined"),
        (at_home, "", "evidenced"),
        (at_home, recipient, "evidenced"),
        (at_home, other, "undetermined"),
    ];
    for (folder, recipient, expected) in cases {
        let tree = Copy::below("");
        let account = folder.rsplit('/').next().unwrap();
        let name = format!("{account}_CloudTrail_us-east-1_20261121T1305Z_0000000000000000.json.gz");
        let path = tree.folder.path().join(folder).join("CloudTrail/us-east-1/2026/11/21").join(name);
        let file = std::fs::File::create(path).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        gzip.write_all(record(recipient).as_bytes()).unwrap();
        gzip.finish().unwrap();
        let said = tree.verify(&["--format", "jsonl"]);
        assert_eq!(result(&said, "invoices-v2"), expected, "{folder} {recipient}");
        let foreign = said.stdout.contains("\"records_of_foreign_functions\":1,");
        assert_eq!(foreign, expected == "missing", "{}", said.stdout);
    }
}

#[test]
fn a_record_in_the_folder_of_another_region_proves_and_accuses_nobody() {
    for (region, expected) in [("us-east-1", "evidenced"), ("eu-west-1", "undetermined")] {
        let tree = Copy::below("");
        let folder = "AWSLogs/o-acme4example/111122223333/CloudTrail";
        let name = format!("111122223333_CloudTrail_{region}_20261121T1305Z_0000000000000000.json.gz");
        let path = tree.folder.path().join(folder).join(region).join("2026/11/21").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let record = r#"{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"},"eventTime":"2026-11-21T13:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","eventID":"0e121f48-d685-44a8-a9b8-1698cc39f22b","resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:invoices-v2"}],"recipientAccountId":"111122223333"}]}"#;
        std::fs::write(path, record).unwrap();
        let said = tree.verify(&["--format", "jsonl"]);
        assert_eq!(result(&said, "invoices-v2"), expected, "{region}: {}", said.stdout);
    }
}

#[test]
fn files_in_a_folder_that_cloudtrail_would_call_otherwise_accuse_nobody() {
    for folder in [
        "US-EAST-1/2026/11/21",
        "US-EAST-1/2026",
        "US-EAST-1/2026/11/21/10",
        "us-east-1/2026/1/21",
        "us-east-1/2026/11/21 (1)",
        "us-east-1/26/11/21",
        "us-east-1/2026/11/31",
        "us-east-1/2026/13/21",
        "us-east-1/2026/11/00",
        "us-east-1/0000/11/21",
        "us-east-1/9999/11/21",
        "region=us-east-1/year=2026",
        "us-east-1-copy/21",
        "dt=2026-11-21",
    ] {
        let tree = Copy::below("");
        let name = "111122223333_CloudTrail_us-east-1_20261121T1305Z_0000000000000000.json.gz";
        let day = "AWSLogs/o-acme4example/111122223333/CloudTrail";
        let path = tree.folder.path().join(day).join(folder).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let record = r#"{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"},"eventTime":"2026-11-21T13:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","eventID":"0e121f48-d685-44a8-a9b8-1698cc39f22b","resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:invoices-v2"}],"recipientAccountId":"111122223333"}]}"#;
        std::fs::write(path, record).unwrap();
        let said = tree.verify(&["--format", "jsonl"]);
        assert_ne!(result(&said, "invoices-v2"), "missing", "{folder}: {}", said.stdout);
    }
}

#[test]
fn an_account_or_a_region_that_is_mistyped_does_not_pass() {
    let tree = Copy::below("");
    for (flag, name, there) in
        [("--region", "eu-west-9", "eu-west-1"), ("--accounts", "999999999999", "111122223333")]
    {
        let said = tree.verify(&[flag, name]);
        assert_eq!(said.code, Some(2), "{}{}", said.stdout, said.stderr);
        assert!(said.stderr.contains(name) && said.stderr.contains(there), "{}", said.stderr);
        assert_eq!(said.stdout, "");
    }
}

#[test]
fn the_same_records_twice_are_counted_once() {
    let tree = Copy::below("");
    let before = tree.verify(&["--format", "jsonl"]);
    copy(&root().join("examples/logs"), &tree.folder.path().join("again"));
    let after = tree.verify(&["--format", "jsonl"]);
    let records = |said: &Finished| -> Vec<String> {
        let functions =
            said.stdout.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        functions
            .map(|line| format!("{} {} {}", line["function"], line["records"], line["executions"]))
            .collect()
    };
    assert_eq!(records(&before), records(&after));
    let each = after.stdout.lines().skip(1);
    let each = each.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let all: u64 = each.filter_map(|line| line["records"].as_u64()).sum();
    assert!(all > 100, "{all} records");
    assert!(after.stdout.lines().next().unwrap().contains(&format!("\"copies\":{all}")), "{}", after.stdout);
}

#[test]
fn metrics_that_are_no_metrics_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metrics.json");
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:a";
    let series = |points: &str| {
        format!(
            r#"{{"format":"invoketrail.metrics/1","period_seconds":3600,"series":[{{"function":"{arn}","points":{points}}}]}}"#
        )
    };
    for (text, told) in [
        (String::new(), "it is empty"),
        ("{".to_owned(), "it is cut off: the text ends within an object"),
        (r#"{"format":"invoketrail.metrics/2"}"#.to_owned(), "this version reads invoketrail.metrics/1"),
        (series(r#"[["yesterday",1]]"#), "is not the beginning of an hour"),
        (series(r#"[["2026-11-21T13:00:00Z",1.5]]"#), "series[0].points[0][1]"),
        (series("7").replace("3600", "60"), "series[0].points"),
    ] {
        std::fs::write(&file, &text).unwrap();
        let arguments = ["verify", "examples/logs", "--inventory", "examples/acme.json", "--metrics"];
        let said = run(&[&arguments[..], &[file.to_str().unwrap()]].concat());
        assert_eq!(said.code, Some(1), "{text}: {}", said.stderr);
        assert!(said.stderr.contains(told), "{text}: {}", said.stderr);
        assert_eq!(said.stdout, "");
    }
}

#[cfg(unix)]
#[test]
fn a_region_behind_a_link_that_leads_nowhere_proves_nothing() {
    let tree = Copy::below("");
    let region = tree.folder.path().join(SHOP).join("CloudTrail/us-east-1");
    let before = result(&tree.verify(&["--format", "jsonl"]), "cart");
    std::fs::remove_dir_all(&region).unwrap();
    std::os::unix::fs::symlink("/gone/away", &region).unwrap();
    let said = tree.verify(&["--format", "jsonl", "--function", "cart"]);
    assert_eq!((before.as_str(), result(&said, "cart").as_str()), ("evidenced", "undetermined"));
    assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
}

#[test]
fn functions_that_could_not_be_listed_are_told_with_the_permission_that_is_missing() {
    let read = std::fs::read(root().join("examples/acme.json")).unwrap();
    let mut inventory: serde_json::Value = serde_json::from_slice(&read).unwrap();
    let gaps = inventory["gaps"].as_array_mut().unwrap();
    gaps.push(serde_json::json!({
        "account": "111122223333",
        "region": "us-east-1",
        "call": "lambda:ListFunctions",
        "kind": "refused",
        "error": "AccessDeniedException: no",
    }));
    let gap = gaps.len() - 1;
    inventory["places"][0]["functions"]["gap"] = gap.into();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.json");
    std::fs::write(&path, inventory.to_string()).unwrap();
    let window = ["--since", "2026-11-20", "--until", "2026-11-21", "--function", "cart"];
    let facts = ["--inventory", path.to_str().unwrap(), "--metrics", "examples/metrics.json"];
    let said = run(&[&["verify", "examples/logs", "--format", "json"], &facts[..], &window].concat());
    assert_eq!(said.code, Some(4), "{said:?}");
    let told = "functions of 111122223333 in us-east-1 could not all be listed: AccessDeniedException: no; grant the caller \
                lambda:ListFunctions (invoketrail permissions evidence)";
    assert!(said.stdout.contains(told), "{said:?}");
}

#[test]
fn the_command_that_gets_the_newest_signature_is_told_and_closes_the_window() {
    let tree = Copy::below("");
    let heads = tree.files(&format!("{SHOP}/CloudTrail-Digest"), ".head.json");
    assert!(!heads.is_empty());
    let kept: Vec<(PathBuf, Vec<u8>)> =
        heads.iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    heads.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    let said = tree.validate();
    assert_eq!(said.code, Some(4), "{said:?}");
    let told: Vec<&str> = said.stderr.lines().filter(|line| line.contains("aws s3api head-object")).collect();
    assert_eq!(told.len(), 1, "only the newest has no successor: {said:?}");
    let (_, command) = told[0].split_once("aws s3api ").unwrap();
    let (of, to) = command.split_once(" > ").unwrap();
    let newest = kept.iter().max().unwrap();
    assert_eq!(Path::new(to), newest.0, "{command}");
    let key = newest.0.strip_prefix(tree.folder.path()).unwrap().to_str().unwrap();
    assert!(of.contains(&format!("--key {}", key.strip_suffix(".head.json").unwrap())), "{command}");
    // What it prints is what was kept of it.
    std::fs::write(to, &newest.1).unwrap();
    let said = tree.validate();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(!said.stderr.contains("head-object"), "{said:?}");
}
