//! Flags out of the environment: `--role-name X` may also be given as `INVOKETRAIL_ROLE_NAME=X`, in every command that has the flag.
//!
//! What is typed wins. A variable counts as if its flag were typed, except where it conflicts with what is typed: that is then meant
//! for other commands. An empty variable is not set: pipelines set those whose input nobody gave.

use crate::config::Config;
use crate::mistyped::problem;
use crate::problem::{Problem, say};
use crate::variables::{Variables, variable, variables};
use args::Cli;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use text::nearest::nearest;

/// What a variable of others says; `None` iff it is not set, or no text.
#[must_use]
pub fn value(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The user's folder of that kind (`XDG_CACHE_HOME`, in the home folder `.cache`); `None` iff the environment names none.
#[must_use]
pub fn folder(name: &str, in_home: &str) -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    named(name).or_else(|| named("HOME").map(|home| home.join(in_home)))
}

/// The command line, with what the environment says beside it. Ends the program where clap does: help and version.
///
/// # Errors
/// [`Problem`] of misuse iff what was typed makes no sense, or a variable of a flag without value is neither true nor false.
pub fn parse() -> Result<Cli, Problem> {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let variables = variables();
    let mut command = Cli::command();
    command.build();
    let (line, taken) = completed(&command, typed.clone(), &variables)?;
    let (cli, matches) = parsed(line).map_err(|error| {
        if let Some(same) = parsed(typed.clone()).err().filter(|typed| typed.kind() == error.kind()) {
            return problem(&same, &typed).unwrap_or_else(|| same.exit());
        }
        say("note", &format!("the environment sets {}", taken.join(", ")));
        problem(&error, &typed).unwrap_or_else(|| error.exit())
    })?;
    crate::inputs::typed(&command, &matches)?;
    Ok(cli)
}

fn parsed(line: Vec<OsString>) -> Result<(Cli, ArgMatches), clap::Error> {
    let matches = Cli::command().try_get_matches_from(line)?;
    Ok((Cli::from_arg_matches(&matches)?, matches))
}

/// A line for each variable of ours that is not a flag of any command: somebody may have mistyped it.
pub fn mention_unknown() {
    let known = known(&Cli::command());
    for name in variables().keys().filter(|name| !known.contains(name)) {
        let near = nearest(name, known.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        say("note", &format!("ignoring the variable {name}, because no flag has that name{near}"));
    }
}

/// Takes back what the file of settings switches on, and a variable switches off: a variable counts over the file.
pub fn overrule(config: &mut Config) {
    let variables = variables();
    let is_off = |key: &str| variables.get(&variable(key)).is_some_and(|value| truth(value) == Some(false));
    for (key, flag) in [
        ("exit-zero", &mut config.exit_zero),
        ("organization", &mut config.organization),
        ("no-index", &mut config.no_index),
    ] {
        *flag = *flag && !is_off(key);
    }
}

/// What a variable of a flag without value says; `None` iff neither yes nor no.
fn truth(value: &OsStr) -> Option<bool> {
    match value.to_str().map(str::to_lowercase).as_deref() {
        Some("1" | "true" | "yes" | "on") => Some(true),
        Some("0" | "false" | "no" | "off") => Some(false),
        _ => None,
    }
}

/// The variables of all flags.
fn known(command: &Command) -> Vec<String> {
    let mut all: Vec<String> = command.get_arguments().filter_map(Arg::get_long).map(variable).collect();
    all.extend(command.get_subcommands().flat_map(known));
    all.sort_unstable();
    all.dedup();
    all
}

/// The command line with the flags that variables stand for, and these variables.
fn completed(
    command: &Command,
    typed: Vec<OsString>,
    variables: &Variables,
) -> Result<(Vec<OsString>, Vec<String>), Problem> {
    if variables.is_empty() {
        return Ok((typed, Vec::new()));
    }
    // What clap makes of it whatever may be missing or wrong: whether that is so is said at the end, of the whole line.
    let Ok(matches) = lenient(command.clone()).try_get_matches_from(&typed) else {
        return Ok((typed, Vec::new()));
    };
    let mut leaf = (command, &matches);
    while let Some((name, below)) = leaf.1.subcommand() {
        let Some(next) = leaf.0.find_subcommand(name) else { break };
        leaf = (next, below);
    }
    let (mut flags, mut taken) = (Vec::new(), Vec::new());
    for arg in leaf.0.get_arguments().filter(|arg| is_setting(arg)) {
        let Some((long, name)) = arg.get_long().map(|long| (long, variable(long))) else { continue };
        let Some(value) = variables.get(&name).filter(|_| !is_typed(leaf.0, leaf.1, arg)) else { continue };
        if is_for_others(command, arg, value) {
            let (value, command) = (value.to_string_lossy(), leaf.0.get_name());
            say("note", &format!("ignoring {name}={value}: `{command}` has no such --{long}"));
            continue;
        }
        let flag = as_flags(arg, long, &name, value)?;
        if needs_more(&typed, &flag) {
            let command = leaf.0.get_name();
            say("note", &format!("ignoring {name}: `{command}` takes --{long} only with another flag"));
            continue;
        }
        let several =
            flags_named(command, long).iter().any(|one| matches!(one.get_action(), ArgAction::Append));
        let single = !matches!(arg.get_action(), ArgAction::Append);
        if single && several && value.to_str().is_some_and(|value| value.contains(',')) {
            let problem =
                Problem::misuse(format!("{name} names several, and `{}` takes one", leaf.0.get_name()));
            return Err(problem.help(format!("type --{long}, which wins over the variable")));
        }
        flags.extend(flag);
        taken.push(name);
    }
    let end = typed.iter().position(|one| one == "--").unwrap_or(typed.len());
    let mut line = typed;
    line.splice(end..end, flags);
    Ok((line, taken))
}

/// The command that makes the best of any line, its subcommands too.
fn lenient(command: Command) -> Command {
    command.ignore_errors(true).mut_subcommands(lenient)
}

/// True iff the flag, or another one that it conflicts with, is typed.
fn is_typed(command: &Command, matches: &ArgMatches, arg: &Arg) -> bool {
    let typed = |one: &Arg| {
        let known = matches.try_contains_id(one.get_id().as_str()).is_ok();
        known && matches.value_source(one.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let conflicts = |one: &Arg, other: &Arg| {
        command.get_arg_conflicts_with(one).iter().any(|each| each.get_id() == other.get_id())
    };
    command
        .get_arguments()
        .any(|other| typed(other) && (other == arg || conflicts(arg, other) || conflicts(other, arg)))
}

/// True iff the line is complete without the flag, and with it lacks another one.
fn needs_more(typed: &[OsString], flag: &[OsString]) -> bool {
    let is_short = |line: &[OsString]| {
        let parsed = Cli::command().try_get_matches_from(line);
        parsed.is_err_and(|error| error.kind() == ErrorKind::MissingRequiredArgument)
    };
    !is_short(typed) && is_short(&[typed, flag].concat())
}

/// False for what asks for help or the version: these are answers and no settings.
fn is_setting(arg: &Arg) -> bool {
    arg.get_action().takes_values() || matches!(arg.get_action(), ArgAction::SetTrue)
}

/// True iff the flag is one of several words, this is none of them, and a flag of the same name in another command has it.
fn is_for_others(root: &Command, arg: &Arg, value: &OsStr) -> bool {
    let has = |arg: &Arg| {
        let mut words = arg.get_possible_values().into_iter().filter(|_| arg.get_action().takes_values());
        value.to_str().is_some_and(|value| words.any(|word| word.matches(value, false)))
    };
    let limited = arg.get_action().takes_values() && !arg.get_possible_values().is_empty();
    limited && !has(arg) && flags_named(root, arg.get_long().unwrap_or_default()).into_iter().any(has)
}

/// The flags of that name, of all commands.
fn flags_named<'a>(command: &'a Command, long: &str) -> Vec<&'a Arg> {
    let mut all: Vec<&Arg> = command.get_arguments().filter(|arg| arg.get_long() == Some(long)).collect();
    all.extend(command.get_subcommands().flat_map(|one| flags_named(one, long)));
    all
}

/// The flag as it would be typed.
fn as_flags(arg: &Arg, long: &str, name: &str, value: &OsStr) -> Result<Vec<OsString>, Problem> {
    let with = |value: &OsStr| {
        let mut flag = OsString::from(format!("--{long}="));
        flag.push(value);
        flag
    };
    if !arg.get_action().takes_values() {
        return match truth(value) {
            Some(true) => Ok(vec![format!("--{long}").into()]),
            Some(false) => Ok(Vec::new()),
            None => {
                let problem = Problem::misuse(format!("the variable {name} must be true or false"));
                Err(problem.help(format!(
                    "{name}=true is the flag --{long}; unset it, or set it to false, for none"
                )))
            }
        };
    }
    let repeatable = matches!(arg.get_action(), ArgAction::Append) && arg.get_value_delimiter().is_none();
    match value.to_str().filter(|_| repeatable) {
        Some(values) => Ok(values.split(',').map(|one| with(OsStr::new(one.trim()))).collect()),
        None => Ok(vec![with(value)]),
    }
}

#[cfg(test)]
mod tests;
