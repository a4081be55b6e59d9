//! Commands that may be shown, copied and run.

use crate::without_secret::without_secret;
use std::path::Path;

/// One argument of a shell command: quoted where it has to be. What would act on a terminal is written as its bytes in `$'...'`, which
/// bash, zsh and ksh read back, so that a command may be shown, copied and run.
#[must_use]
pub fn shell(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@+".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(plain) {
        return argument.to_owned();
    }
    if !argument.chars().any(text::visible::acts) {
        return format!("'{}'", argument.replace('\'', "'\\''"));
    }
    let mut quoted = String::from("$'");
    for character in argument.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            acting if text::visible::acts(acting) => {
                // Three digits, so that no digit behind them is taken for a fourth.
                acting
                    .encode_utf8(&mut [0; 4])
                    .bytes()
                    .for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")));
            }
            shown => quoted.push(shown),
        }
    }
    quoted.push('\'');
    quoted
}

/// A file, a folder or another place as an argument: as [`shell`] writes it, with `./` before a name that begins with a dash, which would be
/// taken for a flag. `-` alone stays: it is standard input.
#[must_use]
pub fn shell_file(path: impl AsRef<Path>) -> String {
    let name = path.as_ref().to_string_lossy();
    if name.starts_with('-') && name != "-" { shell(&format!("./{name}")) } else { shell(&name) }
}

/// A flag with its value, with a space before it. A value that begins with a dash is joined to its flag, or it would be taken for another.
/// Of the address of an endpoint, what is secret is left out: advice is printed, and kept in logs.
#[must_use]
pub fn shell_flag(name: &str, value: &str) -> String {
    let value = if name == "endpoint-url" { without_secret(value) } else { value.into() };
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!(" --{name}{between}{}", shell(&value))
}
