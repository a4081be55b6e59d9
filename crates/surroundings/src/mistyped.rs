//! A command line that makes no sense, in the words of every other error: what is wrong in one line, and one line of help.

use crate::problem::Problem;
use args::Cli;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// The problem; `None` iff it is none, but help or a version that was asked for.
pub fn problem(error: &clap::Error, typed: &[OsString]) -> Option<Problem> {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let text = error.render().to_string();
    let problem = Problem::misuse(line(&text));
    Some(problem.help(help(error, &text, typed)))
}

/// What is wrong: the first paragraph, without what may be typed instead.
fn line(text: &str) -> String {
    let paragraph = text.lines().take_while(|line| !line.trim().is_empty());
    let lines = paragraph.map(str::trim).filter(|line| !line.starts_with("[possible values"));
    let mut lines = lines.map(|line| line.strip_prefix("error: ").unwrap_or(line));
    let first = lines.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = lines.collect();
    if rest.is_empty() { first } else { format!("{first} {}", rest.join(", ")) }
}

/// The nearest thing that makes sense.
fn help(error: &clap::Error, text: &str, typed: &[OsString]) -> String {
    let suggested =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(near) = suggested.into_iter().find_map(|kind| values(error, kind).into_iter().next()) {
        return format!("did you mean {near}?");
    }
    let possible = values(error, ContextKind::ValidValue);
    if !possible.is_empty() {
        return format!("it is one of {}", possible.join(", "));
    }
    let command = command(typed);
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: invoketrail "));
    // That of a file may be left out where --inventory names it.
    let usage = usage.map(|usage| usage.strip_suffix(" [FILE]").unwrap_or(usage));
    let is_flag = values(error, ContextKind::InvalidArg).iter().any(|one| one.starts_with('-'));
    match (error.kind(), usage) {
        (ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand, Some(usage)) => {
            format!("write `{usage}`; `{command} --help` says what each part means")
        }
        (ErrorKind::UnknownArgument, Some(usage)) if !is_flag => format!("write `{usage}`"),
        (ErrorKind::InvalidSubcommand, _) => format!("`{command} --help` lists the commands"),
        _ => format!("`{command} --help` shows what can be typed"),
    }
}

fn values(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(all)) => all.clone(),
        _ => Vec::new(),
    }
}

/// The command that was typed, as far as there is one.
fn command(typed: &[OsString]) -> String {
    let mut here = Cli::command();
    let mut path = vec![here.get_name().to_owned()];
    for word in typed.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(next) = here.find_subcommand(word).cloned() {
            path.push(word.to_owned());
            here = next;
        }
    }
    path.join(" ")
}

#[cfg(test)]
mod tests {
    use super::problem;
    use args::Cli;
    use clap::CommandFactory;
    use std::ffi::OsString;

    fn problem_of(line: &str) -> Option<String> {
        let typed: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = Cli::command().try_get_matches_from(&typed).err()?;
        problem(&error, &typed).map(|problem| problem.to_string())
    }

    #[test]
    fn an_error_is_one_line_and_help_is_none() {
        let missing = "the following required arguments were not provided: <JOURNAL>";
        assert_eq!(problem_of("invoketrail undo").as_deref(), Some(missing));
        assert_eq!(problem_of("invoketrail adit").as_deref(), Some("unrecognized subcommand 'adit'"));
        let format = "invalid value 'x' for '--format <FORMAT>'";
        assert_eq!(problem_of("invoketrail audit --format x").as_deref(), Some(format));
        for asked in ["invoketrail --help", "invoketrail --version", "invoketrail audit --help"] {
            assert_eq!(problem_of(asked), None, "{asked}");
        }
    }
}
