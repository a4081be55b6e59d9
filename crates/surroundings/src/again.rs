//! The command that was typed, said again with other flags: what a next line advises must work for whoever typed this one.

use report::{retyped, shell_flag, typed_value};
use std::path::Path;

/// Flags about the form of an answer, and whether a value follows. A new command says its own.
const FORM: [(&str, bool); 5] =
    [("format", true), ("output", true), ("output-dir", true), ("exit-zero", false), ("notify", true)];
/// Flags about the facts: those that [`crate::settings::Source::again`] says.
const FACTS: [(&str, bool); 12] = [
    ("config", true),
    ("inventory", true),
    ("demo", false),
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

/// The command as it was typed, with `flags` instead of its own format, its output, and its flags about the facts, for which `facts`
/// stand. Each flag has a space before it.
pub fn again(facts: &str, flags: &str) -> String {
    retyped(&typed(), &[&FORM[..], &FACTS].concat(), &format!("{facts}{flags}"))
}

/// The command as it was typed, with `flags` instead of its own format, its output, and what `without` names (and whether a value
/// follows).
pub fn same(without: &[(&str, bool)], flags: &str) -> String {
    retyped(&typed(), &[&FORM[..], without].concat(), flags)
}

/// The file of settings as it was typed, for the next command: what it says counts there, too.
pub fn config_again() -> String {
    flag_again("config")
}

/// The file of exceptions as it was typed, for the next command that changes or audits an account; nothing iff there is none.
pub fn exceptions_again() -> String {
    let named = typed_value(&typed(), "exceptions").filter(|path| Path::new(path).exists());
    named.map_or_else(String::new, |_| flag_again("exceptions"))
}

/// The same for a command that writes it, whether or not it is there by now.
pub fn written_exceptions_again() -> String {
    flag_again("exceptions")
}

fn flag_again(flag: &str) -> String {
    typed_value(&typed(), flag).map_or_else(String::new, |value| shell_flag(flag, &value))
}

fn typed() -> Vec<String> {
    std::env::args_os().skip(1).map(|one| one.to_string_lossy().into_owned()).collect()
}
