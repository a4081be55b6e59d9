//! The command line that somebody typed, said again with other flags and without a password: what is advised must work for whoever
//! typed it.

use crate::shell::shell;
use crate::without_secret::{without_password, without_secret};
use std::borrow::Cow;

/// The value of a flag as it was typed.
#[must_use]
pub fn typed_value(typed: &[String], flag: &str) -> Option<String> {
    let (alone, whole) = (format!("--{flag}"), format!("--{flag}="));
    typed.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(&whole) {
        Some(value) => Some(value.to_owned()),
        None if *word == alone => typed.get(at + 1).cloned(),
        None => None,
    })
}

/// The command that was typed, with `flags` instead of those that `without` names (and whether a value follows).
#[must_use]
pub fn retyped(typed: &[String], without: &[(&str, bool)], flags: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::retyped;

    const WITHOUT: [(&str, bool); 5] =
        [("config", true), ("inventory", true), ("organization", false), ("format", true), ("output", true)];

    #[test]
    fn all_but_what_is_left_out_is_kept() {
        let of = |typed: &str| {
            let words: Vec<String> = typed.split('|').map(str::to_owned).collect();
            retyped(&words, &WITHOUT, " --format terraform")
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
            let said = retyped(&[typed.to_owned()], &[], "");
            assert!(said.contains("host") && !said.contains("secret"), "{said}");
        }
        for typed in [&["--endpoint-url", "me:secret@host"][..], &["--endpoint-url=me:secret@host"]] {
            let typed: Vec<String> = typed.iter().map(|&word| word.to_owned()).collect();
            let said = retyped(&typed, &[], "");
            assert!(said.contains("host") && !said.contains("secret"), "{said}");
        }
    }
}
