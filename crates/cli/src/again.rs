//! The command that was typed, said again with other flags: what a next line advises must work for whoever typed this one.

use crate::settings::Source;
use report::shell;
use std::borrow::Cow;

/// Flags about the form of an answer, and whether a value follows. A new command says its own.
const FORM: [(&str, bool); 4] =
    [("format", true), ("output", true), ("output-dir", true), ("exit-zero", false)];
/// Flags about the facts: those of [`Source::again`].
const FACTS: [(&str, bool); 11] = [
    ("config", true),
    ("inventory", true),
    ("account", true),
    ("accounts", true),
    ("organization", false),
    ("role-name", true),
    ("external-id", true),
    ("session-name", true),
    ("region", true),
    ("profile", true),
    ("endpoint-url", true),
];

/// The command as it was typed, about the same facts, with `flags` instead of its own format and output. Each flag has a space before
/// it. Facts that came from a file come from AWS where `source` is `None`.
pub(crate) fn again(source: Option<&Source>, flags: &str) -> String {
    let facts = source.map_or_else(config_again, Source::again);
    rewritten(&typed(), &[&FORM[..], &FACTS].concat(), &format!("{facts}{flags}"))
}

/// The command as it was typed, with `flags` instead of its own format, its output, and what `without` names (and whether a value
/// follows).
pub(crate) fn same(without: &[(&str, bool)], flags: &str) -> String {
    rewritten(&typed(), &[&FORM[..], without].concat(), flags)
}

/// The file of settings as it was typed, for the next command: what it says counts there, too.
pub(crate) fn config_again() -> String {
    flag_again("config")
}

/// The file of exceptions as it was typed, for the next command that changes or audits an account.
pub(crate) fn exceptions_again() -> String {
    flag_again("exceptions")
}

fn flag_again(flag: &str) -> String {
    typed_value(flag).map_or_else(String::new, |value| format!(" --{flag} {}", shell(&value)))
}

/// The value of a flag as it was typed.
fn typed_value(flag: &str) -> Option<String> {
    let (alone, whole) = (format!("--{flag}"), format!("--{flag}="));
    let typed = typed();
    typed.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(&whole) {
        Some(value) => Some(value.to_owned()),
        None if *word == alone => typed.get(at + 1).cloned(),
        None => None,
    })
}

fn typed() -> Vec<String> {
    std::env::args_os().skip(1).map(|one| one.to_string_lossy().into_owned()).collect()
}

fn rewritten(typed: &[String], without: &[(&str, bool)], flags: &str) -> String {
    let mut command = String::from("invoketrail");
    let mut words = typed.iter();
    let mut endpoint = false;
    while let Some(word) = words.next() {
        let endpoint = std::mem::replace(&mut endpoint, word == "--endpoint-url");
        if word == "--" {
            // Flags end here.
            let rest: String = words.map(|word| format!(" {}", shell(word))).collect();
            return format!("{command}{flags} --{rest}");
        }
        let flag = word
            .strip_prefix("--")
            .map(|flag| flag.split_once('=').map_or((flag, false), |(flag, _)| (flag, true)));
        match flag.and_then(|(flag, whole)| Some((without.iter().find(|(name, _)| *name == flag)?.1, whole)))
        {
            Some((true, false)) => drop(words.next()),
            Some(_) => {}
            None => {
                let shown = match word.strip_prefix("--endpoint-url=") {
                    Some(value) => Cow::Owned(format!("--endpoint-url={}", without_secret(value))),
                    None if endpoint => without_secret(word),
                    None => without_password(word),
                };
                command.push_str(&format!(" {}", shell(&shown)));
            }
        }
    }
    format!("{command}{flags}")
}

/// The address of an endpoint without what stands before its host, with or without a scheme: one without is refused, and told.
pub(crate) fn without_secret(endpoint: &str) -> Cow<'_, str> {
    match endpoint.contains("://") {
        true => without_password(endpoint),
        false => Cow::Borrowed(endpoint.rsplit_once('@').map_or(endpoint, |(_, host)| host)),
    }
}

/// A URL without what stands before its host: advice is printed, and kept in logs.
fn without_password(word: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) =
        word.split_once("://").filter(|(scheme, _)| scheme.ends_with("http") || scheme.ends_with("https"))
    else {
        return Cow::Borrowed(word);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://{}", &rest[at + 1..])),
        None => Cow::Borrowed(word),
    }
}

#[cfg(test)]
mod tests {
    use super::{FACTS, FORM, rewritten};

    #[test]
    fn all_but_format_output_and_facts_is_kept() {
        let of = |typed: &str| {
            let words: Vec<String> = typed.split('|').map(str::to_owned).collect();
            rewritten(&words, &[&FORM[..], &FACTS].concat(), " --format terraform")
        };
        assert_eq!(
            of("plan|--inventory|a b|--all-kinds|--format=json"),
            "invoketrail plan --all-kinds --format terraform"
        );
        assert_eq!(
            of("--config|c.toml|backout|--drop|a *|--output|x|--organization|--owner|me"),
            "invoketrail backout --drop 'a *' --owner me --format terraform"
        );
        assert_eq!(of("restore|--|--odd"), "invoketrail restore --format terraform -- --odd");
    }

    #[test]
    fn no_password_is_said_again() {
        for typed in ["--endpoint-url=http://me:secret@localhost:1/a@b", "https://me:secret@host"] {
            let said = rewritten(&[typed.to_owned()], &[], "");
            assert!(said.contains("host") && !said.contains("secret"), "{said}");
        }
        for typed in [&["--endpoint-url", "me:secret@host"][..], &["--endpoint-url=me:secret@host"]] {
            let typed: Vec<String> = typed.iter().map(|&word| word.to_owned()).collect();
            let said = rewritten(&typed, &[], "");
            assert!(said.contains("host") && !said.contains("secret"), "{said}");
        }
    }
}
