//! Flags out of the environment.

use super::{Variables, completed, known, variable};
use args::Cli;
use clap::{CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// The command line that counts, without the program.
fn line(typed: &[&str], set: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let typed = std::iter::once("invoketrail").chain(typed.iter().copied()).map(OsString::from).collect();
    let variables: Variables =
        set.iter().map(|(name, value)| (format!("INVOKETRAIL_{name}"), (*value).into())).collect();
    let mut command = Cli::command();
    command.build();
    let (line, _) = completed(&command, typed, &variables).map_err(|problem| problem.to_string())?;
    Ok(line.into_iter().skip(1).map(|one| one.into_string().unwrap()).collect())
}

fn parses(line: &[String]) -> bool {
    let line = std::iter::once("invoketrail").chain(line.iter().map(String::as_str));
    Cli::command().try_get_matches_from(line).is_ok_and(|matches| Cli::from_arg_matches(&matches).is_ok())
}

#[test]
fn a_variable_counts_as_its_flag_and_what_is_typed_wins() {
    let set = [("ROLE_NAME", "Audit"), ("REGION", "eu-west-1,eu-west-2"), ("ORGANIZATION", "true")];
    let said = line(&["audit"], &set).unwrap();
    assert_eq!(said, ["audit", "--organization", "--role-name=Audit", "--region=eu-west-1,eu-west-2"]);
    assert!(parses(&said));
    let said = line(&["audit", "--role-name", "Mine"], &set[..1]).unwrap();
    assert_eq!(said, ["audit", "--role-name", "Mine"]);
}

#[test]
fn what_conflicts_with_the_typed_is_meant_for_other_commands() {
    for typed in [&["audit", "saved.json"][..], &["audit", "--inventory", "saved.json"]] {
        assert_eq!(line(typed, &[("PROFILE", "prod"), ("ORGANIZATION", "1")]).unwrap(), typed);
    }
    // In both directions, and for flags of every command.
    assert_eq!(line(&["-v", "audit"], &[("QUIET", "yes")]).unwrap(), ["-v", "audit"]);
    assert_eq!(line(&["audit", "--quiet"], &[("VERBOSE", "on")]).unwrap(), ["audit", "--quiet"]);
}

#[test]
fn a_command_without_the_flag_knows_nothing_of_it() {
    assert_eq!(line(&["completions", "bash"], &[("REGION", "eu-west-1")]).unwrap(), ["completions", "bash"]);
    let below = line(&["logs", "validate", "logs"], &[("SINCE", "2026-11-01")]).unwrap();
    assert_eq!(below, ["logs", "validate", "logs", "--since=2026-11-01"]);
}

#[test]
fn flags_without_value_are_true_or_false() {
    for value in ["1", "true", "YES", "on"] {
        assert_eq!(line(&["audit"], &[("EXIT_ZERO", value)]).unwrap(), ["audit", "--exit-zero"]);
    }
    for value in ["0", "false", "No", "off"] {
        assert_eq!(line(&["audit"], &[("EXIT_ZERO", value)]).unwrap(), ["audit"]);
    }
    let wrong = line(&["audit"], &[("EXIT_ZERO", "perhaps")]).unwrap_err();
    assert_eq!(wrong, "the variable INVOKETRAIL_EXIT_ZERO must be true or false");
}

#[test]
fn repeatable_flags_are_separated_by_commas() {
    let said = line(&["audit"], &[("OUTPUT", "a.json, b.md")]).unwrap();
    assert_eq!(said, ["audit", "--output=a.json", "--output=b.md"]);
    assert!(parses(&said));
}

#[test]
fn what_is_behind_two_dashes_stays_there() {
    let said = line(&["invocations", "--", "logs"], &[("THREADS", "2")]).unwrap();
    assert_eq!(said, ["invocations", "--threads=2", "--", "logs"]);
}

#[test]
fn a_word_that_only_another_command_knows_is_ignored_and_a_wrong_one_is_not() {
    assert_eq!(line(&["apply", "plan.json"], &[("FORMAT", "sarif")]).unwrap(), ["apply", "plan.json"]);
    assert!(!parses(&line(&["audit"], &[("FORMAT", "pdf")]).unwrap()));
}

#[test]
fn help_and_version_are_no_settings() {
    assert_eq!(line(&["audit"], &[("HELP", "1"), ("VERSION", "1.2.3")]).unwrap(), ["audit"]);
}

/// Every flag of every command, on its own: the name of its variable leads back to it.
#[test]
fn every_flag_has_a_variable() {
    let mut command = Cli::command();
    command.build();
    let mut seen = 0;
    let mut stack: Vec<(Vec<String>, &clap::Command)> = vec![(Vec::new(), &command)];
    while let Some((path, one)) = stack.pop() {
        for below in one.get_subcommands() {
            stack.push(([path.clone(), vec![below.get_name().to_owned()]].concat(), below));
        }
        for arg in one.get_arguments().filter(|arg| super::is_setting(arg)) {
            let Some(long) = arg.get_long().filter(|_| !path.is_empty()) else { continue };
            let takes = arg.get_action().takes_values();
            let word =
                arg.get_possible_values().first().filter(|_| takes).map(|word| word.get_name().to_owned());
            let value = word.unwrap_or_else(|| if takes { "7".to_owned() } else { "1".to_owned() });
            let typed: Vec<&str> = path.iter().map(String::as_str).collect();
            let name = variable(long);
            let set = [(name.strip_prefix("INVOKETRAIL_").unwrap(), value.as_str())];
            let said = line(&typed, &set).unwrap();
            let flag = if takes { format!("--{long}={value}") } else { format!("--{long}") };
            if said.last() != Some(&flag) {
                // One that can only stand beside another counts only there.
                let typed: Vec<OsString> =
                    std::iter::once("invoketrail").chain(typed.iter().copied()).map(OsString::from).collect();
                assert!(super::needs_more(&typed, &[flag.clone().into()]), "{path:?} {flag}");
                continue;
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(known(&command).contains(&"INVOKETRAIL_ROLE_NAME".to_owned()));
}
