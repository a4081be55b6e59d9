//! A question to whoever sits at the terminal, before something is done that costs or changes. Only yes means yes.

use crate::progress::aside;
use std::io::{self, BufRead, IsTerminal, Write};

/// True iff the answer was yes; `None` iff nobody is there to be asked.
pub fn says_yes(question: &str) -> Option<bool> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return None;
    }
    // Not locked while the answer is waited for: Ctrl-C has something to say meanwhile.
    let _ = aside(|| write!(io::stderr(), "{question} Only yes means yes: "));
    let _ = io::stderr().flush();
    Some(is_yes(io::stdin().lock()))
}

/// True iff the next line says yes. Its end without an answer is none.
fn is_yes(mut input: impl BufRead) -> bool {
    let mut line = String::new();
    input.read_line(&mut line).is_ok() && line.trim() == "yes"
}

#[cfg(test)]
mod tests {
    use super::is_yes;
    use std::io::{BufReader, Read};

    #[test]
    fn only_yes_means_yes() {
        for yes in ["yes\n", "yes\r\n", " yes \n", "yes"] {
            assert!(is_yes(yes.as_bytes()), "{yes:?}");
        }
        for no in
            ["", "\n", "y\n", "n\n", "no\n", "YES\n", "yes please\n", "no\nyes\n", "\nyes\n", "yesyes\n"]
        {
            assert!(!is_yes(no.as_bytes()), "{no:?}");
        }
        assert!(!is_yes(&b"yes\xff\n"[..]), "no text");
    }

    #[test]
    fn an_answer_that_breaks_off_is_none() {
        struct Gone;
        impl Read for Gone {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::ConnectionReset.into())
            }
        }
        assert!(!is_yes(BufReader::new(b"yes".chain(Gone))));
    }
}
