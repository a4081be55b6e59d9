//! The page of trust: each call that the program can make is on it, out of the code's own table.

use aws::permissions::{Job, actions};
use std::fmt::Write as _;
use std::path::PathBuf;

const JOBS: [(Job, &str); 8] = [
    (Job::Audit, "audit"),
    (Job::Plan, "plan"),
    (Job::Apply, "apply"),
    (Job::Backout, "backout"),
    (Job::Evidence, "evidence"),
    (Job::Canary, "canary"),
    (Job::Notify, "notify"),
    (Job::Lake, "lake"),
];

const BEGIN: &str = "<!-- permissions: written by a test -->\n";
const END: &str = "<!-- end of permissions -->\n";

/// A row for each permission, in the order of the code: whether it changes something, the jobs that need it, and what the first of them
/// needs it for. That order is kept because a reason may be that of the row above.
fn table() -> String {
    let mut rows: Vec<(&str, bool, Vec<&str>, &str)> = Vec::new();
    for (job, name) in JOBS {
        for action in actions(job) {
            match rows.iter_mut().find(|row| row.0 == action.name) {
                Some(row) => row.2.push(name),
                None => rows.push((action.name, action.write, vec![name], action.why)),
            }
        }
    }
    let mut text = "| Permission | | `invoketrail permissions` | What for |\n|---|---|---|---|\n".to_owned();
    for (name, write, jobs, why) in rows {
        let write = if write { "**changes**" } else { "reads" };
        writeln!(text, "| `{name}` | {write} | {} | {why} |", jobs.join(", ")).unwrap();
    }
    text
}

/// `TRYCMD=overwrite` writes it.
#[test]
fn the_page_of_trust_names_each_permission_of_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/trust.md");
    let kept = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = kept.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let page = format!("{before}{BEGIN}\n{}\n{END}{after}", table());
    if std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite") {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let other = page.lines().zip(kept.lines()).find(|(page, kept)| page != kept);
    assert!(page == kept, "TRYCMD=overwrite writes docs/trust.md: {other:?}");
}

/// A job that is added to the program is added here: what `permissions` offers is what the page is made of.
#[test]
fn each_job_is_on_the_page() {
    let said = std::process::Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(["permissions", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(said.stdout).unwrap();
    let offered = help.split_once("Possible values:\n").unwrap().1.split("[default").next().unwrap();
    let offered = offered.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split(':').next());
    assert_eq!(offered.collect::<Vec<_>>(), JOBS.map(|(_, name)| name));
}
