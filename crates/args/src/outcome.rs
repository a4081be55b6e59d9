//! How the program ends: every exit code, documented here and nowhere else in the code.

use audit::answer::Conclusion;
use std::fmt::Write;
use std::process::{ExitCode, Termination};

/// How the program ends. The numbers are an interface: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Answered, and all is well.
    Well,
    /// Could not answer: no credentials, an unreadable file.
    CouldNotAnswer,
    /// Misuse of the command line or of the configuration file.
    Misuse,
    /// Answered, and the answer is no.
    No,
    /// Answered as far as possible: a gap decides.
    Undetermined,
    /// Stopped half-way through changing an account.
    HalfWay,
    /// Interrupted.
    Interrupted,
}

impl Outcome {
    /// All of them, by exit code.
    const ALL: [Outcome; 7] = [
        Self::Well,
        Self::CouldNotAnswer,
        Self::Misuse,
        Self::No,
        Self::Undetermined,
        Self::HalfWay,
        Self::Interrupted,
    ];

    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::CouldNotAnswer => 1,
            Self::Misuse => 2,
            Self::No => 3,
            Self::Undetermined => 4,
            Self::HalfWay => 5,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in a few words.
    const fn meaning(self) -> &'static str {
        match self {
            Self::Well => "answered, and all is well",
            Self::CouldNotAnswer => "could not answer: no credentials, an unreadable file",
            Self::Misuse => "misuse of the command line or of invoketrail.toml",
            Self::No => "answered, and the answer is no (wins over 4)",
            Self::Undetermined => "undetermined: a gap decides",
            Self::HalfWay => "stopped half-way; the journal names the next command",
            Self::Interrupted => "interrupted",
        }
    }

    /// The worse of two answers: a no wins over ignorance, ignorance over a yes, and whatever kept us from answering over
    /// them all.
    pub fn worse(self, other: Self) -> Self {
        let badness = |outcome| match outcome {
            Self::Well => 0,
            Self::Undetermined => 1,
            Self::No => 2,
            Self::HalfWay => 3,
            Self::CouldNotAnswer => 4,
            Self::Misuse => 5,
            Self::Interrupted => 6,
        };
        if badness(other) > badness(self) { other } else { self }
    }

    /// The table of exit codes, for `--help`.
    pub fn table() -> String {
        let mut table = String::from("Exit codes:\n");
        for outcome in Self::ALL {
            // Writing into a string cannot fail.
            let _ = writeln!(table, "  {:>3}  {}", outcome.code(), outcome.meaning());
        }
        table
    }
}

/// The exit code of an answer.
impl From<Conclusion> for Outcome {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Nothing | Conclusion::Yes => Self::Well,
            Conclusion::Undetermined => Self::Undetermined,
            Conclusion::No => Self::No,
        }
    }
}

impl Termination for Outcome {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn a_no_wins_over_ignorance_and_ignorance_over_a_yes() {
        for (a, b, worse) in [
            (Outcome::No, Outcome::Undetermined, Outcome::No),
            (Outcome::Undetermined, Outcome::No, Outcome::No),
            (Outcome::Well, Outcome::Undetermined, Outcome::Undetermined),
            (Outcome::Well, Outcome::Well, Outcome::Well),
            (Outcome::No, Outcome::Interrupted, Outcome::Interrupted),
        ] {
            assert_eq!(a.worse(b), worse);
        }
    }

    #[test]
    fn the_page_on_exit_codes_lists_them_all() {
        let page = include_str!("../../../docs/reference/exit-codes.md");
        for outcome in Outcome::ALL {
            assert!(page.contains(&format!("\n| {} | ", outcome.code())), "{outcome:?}");
        }
    }
}
