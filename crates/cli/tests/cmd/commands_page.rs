//! `docs/reference/commands.md` is what `--help` says of each command.

use crate::run::{root, run};
use std::fmt::Write;

/// The names below `Commands:` in a help text.
fn below(help: &str) -> Vec<String> {
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let names = list.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

fn section(words: &[String], page: &mut String) {
    let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = run(&arguments);
    assert_eq!(help.code, Some(0), "{words:?}: {}", help.stderr);
    let name = [&["invoketrail".to_owned()], words].concat().join(" ");
    let text: Vec<&str> = help.stdout.lines().map(str::trim_end).collect();
    write!(page, "\n## `{name}`\n\n```text\n{}\n```\n", text.join("\n").trim_end()).unwrap();
    for one in below(&help.stdout) {
        section(&[words, &[one]].concat(), page);
    }
}

#[test]
fn the_page_of_commands_is_what_the_program_says() {
    let mut page = String::from(
        "# Commands\n\nWhat `--help` says of each command. Each flag may also be given by a variable: `--role-name` by \
         `INVOKETRAIL_ROLE_NAME`; see\n[`invoketrail.toml`](configuration.md#variables). The codes with which commands end: \
         [exit codes](exit-codes.md).\n",
    );
    section(&[], &mut page);
    let path = root().join("docs/reference/commands.md");
    if std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/reference/commands.md is old: TRYCMD=overwrite cargo test commands_page writes it anew"
    );
}
