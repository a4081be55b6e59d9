//! SECURITY.md says what the program can do to an account: the commands and permissions in it are those of the code, no more, no less.

use crate::run::{root, run};
use aws::permissions::{Job, actions};
use std::collections::BTreeSet;

const JOBS: [Job; 8] =
    [Job::Audit, Job::Plan, Job::Apply, Job::Backout, Job::Evidence, Job::Canary, Job::Notify, Job::Lake];

fn page() -> String {
    std::fs::read_to_string(root().join("SECURITY.md")).unwrap()
}

/// What stands in backticks in a text.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The part of the page below that heading, up to the next one of its level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(heading).unwrap() + heading.len();
    let end = page[start..].find("\n## ").map_or(page.len(), |at| start + at);
    &page[start..end]
}

/// The rows of the table of what can change something: command, permission.
fn rows(page: &str) -> BTreeSet<(String, String)> {
    let table = section(page, "## What can change an account");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let permission = cells.get(2)?.strip_prefix('`')?.strip_suffix('`')?;
        Some((cells[1].to_owned(), permission.to_owned()))
    };
    table.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

#[test]
fn each_permission_to_change_something_is_named_with_its_command_and_no_other() {
    let rows = rows(&page());
    for job in JOBS {
        let wanted: BTreeSet<&str> =
            actions(job).iter().filter(|one| one.write).map(|one| one.name).collect();
        let is_of = |commands: &str| match job {
            Job::Apply => commands.contains("`apply`") || commands.contains("`undo`"),
            Job::Canary => commands == "`verify --canary`",
            Job::Notify => commands == "`audit --notify`",
            Job::Lake => commands == "`lake write`",
            _ => false,
        };
        let named: BTreeSet<&str> =
            rows.iter().filter(|(commands, _)| is_of(commands)).map(|(_, name)| name.as_str()).collect();
        assert_eq!(named, wanted, "{job:?}");
    }
    let all: BTreeSet<&str> =
        JOBS.iter().flat_map(|job| actions(*job)).filter(|one| one.write).map(|one| one.name).collect();
    assert_eq!(rows.len(), all.len(), "{rows:?}");
}

/// What `invoketrail permissions JOB` prints for the jobs that the page calls reading holds no permission of that table.
#[test]
fn jobs_that_only_read_ask_for_nothing_that_changes() {
    let page = page();
    let changing: BTreeSet<String> = rows(&page).into_iter().map(|(_, name)| name).collect();
    for job in ["audit", "plan", "backout", "evidence"] {
        assert!(
            quoted(section(&page, "## What only reads")).contains(format!("permissions {job}").as_str()),
            "{job}"
        );
        let said = run(&["permissions", job]).stdout;
        assert!(changing.iter().all(|name| !said.contains(&format!("\"{name}\""))), "{job}: {said}");
    }
}

#[test]
fn each_command_either_reads_or_changes() {
    let page = page();
    let help = run(&["--help"]).stdout;
    let list = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let commands: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 10, "{commands:?}");
    let reading = quoted(section(&page, "## What only reads"));
    let changing: BTreeSet<String> = rows(&page)
        .into_iter()
        .flat_map(|(commands, _)| quoted(&commands).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for command in commands.into_iter().filter(|one| *one != "help") {
        let reads = reading.contains(command) || (command == "logs" && reading.contains("logs validate"));
        assert!(reads != changing.contains(command), "{command} is on one of both sides");
    }
    let wanted = ["apply", "audit --notify", "lake write", "undo", "verify --canary"];
    assert_eq!(changing, wanted.map(str::to_owned).into());
    assert!(!page.contains("only reads:"), "some commands change accounts");
}
