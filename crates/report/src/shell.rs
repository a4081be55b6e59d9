//! Commands that may be shown, copied and run.

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
