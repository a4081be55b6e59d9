//! What went wrong, in the user's words: one line, and one line of help where there is something to do.

use crate::progress::{aside, is_quiet};
use args::outcome::Outcome;
use std::fmt;
use std::io::{self, Write};
use text::visible::excerpt;

/// No message is longer than this many characters.
const LONGEST: usize = 8_192;
/// No advice is longer than what a system takes for one argument.
const LONGEST_ADVICE: usize = 128 << 10;

/// A problem that the user can do something about.
#[derive(Debug)]
pub struct Problem {
    line: String,
    help: Option<String>,
    outcome: Outcome,
}

impl Problem {
    /// The question could not be answered.
    pub fn new(line: impl Into<String>) -> Self {
        Problem { line: line.into(), help: None, outcome: Outcome::CouldNotAnswer }
    }

    /// What could not be read decides the answer.
    pub fn undetermined(line: impl Into<String>) -> Self {
        Problem { outcome: Outcome::Undetermined, ..Self::new(line) }
    }

    /// The question was asked wrongly.
    pub fn misuse(line: impl Into<String>) -> Self {
        Problem { outcome: Outcome::Misuse, ..Self::new(line) }
    }

    /// The user interrupted before there was anything to keep.
    pub fn interrupted(line: impl Into<String>) -> Self {
        Problem { outcome: Outcome::Interrupted, ..Self::new(line) }
    }

    /// What AWS was asked for though only local copies are read, and the flag that makes asking needless.
    pub fn of_a_copy(error: anyhow::Error, needed: &str, flag: &str) -> anyhow::Error {
        match error.downcast::<Problem>() {
            Ok(problem) if problem.outcome == Outcome::CouldNotAnswer => {
                // Nobody who reads a copy has to have credentials.
                let other = problem.help.filter(|_| !problem.line.contains("no AWS credentials"));
                let other = other.map(|help| format!("; or ask AWS: {help}")).unwrap_or_default();
                let line = format!("{needed}, and AWS could not be asked: {}", problem.line);
                Problem::new(line).help(format!("{flag}{other}")).into()
            }
            Ok(problem) => problem.into(),
            Err(error) => error,
        }
    }

    /// The same, as a question that was asked wrongly.
    pub fn misused(self) -> Self {
        Problem { outcome: Outcome::Misuse, ..self }
    }

    /// With the next command or the missing permission.
    pub fn help(self, help: impl Into<String>) -> Self {
        Problem { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Problem {}

/// A file or stream could not be read or written.
pub fn io_problem(doing: &str, what: &str, error: &io::Error) -> Problem {
    // The number of the error means nothing to most people.
    let said = error.to_string();
    let said = said.split(" (os error").next().unwrap_or(&said).to_lowercase();
    let problem = Problem::new(format!("cannot {doing} {what}: {said}"));
    match error.kind() {
        io::ErrorKind::NotFound if doing == "read" => {
            problem.help("check the path; relative ones start in the current folder")
        }
        io::ErrorKind::NotFound => problem.help("make its folder first"),
        io::ErrorKind::PermissionDenied => problem.help("check who may access it: ls -l shows that"),
        io::ErrorKind::IsADirectory => problem.help("name a file in it"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            problem.help("make room, or name a file elsewhere")
        }
        _ => problem,
    }
}

/// Tells the problem on stderr; the exit code.
pub fn tell(error: &anyhow::Error) -> Outcome {
    let line = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    write_line("error", &excerpt(&line, LONGEST));
    let Some(problem) = error.downcast_ref::<Problem>() else { return Outcome::CouldNotAnswer };
    if let Some(help) = &problem.help {
        write_line("help", &advice(help));
    }
    problem.outcome
}

/// A command that is cut off cannot be run: advice may be long, for it may name a hundred accounts.
fn advice(text: &str) -> String {
    excerpt(text, LONGEST_ADVICE)
}

/// Says something by the way on stderr: `note: ...`, `next: ...`; nothing with `--quiet`.
pub fn say(label: &str, text: &str) {
    if !is_quiet() {
        insist(label, text);
    }
}

/// The same, also with `--quiet`: what a person has to know who reads the exit code.
pub fn insist(label: &str, text: &str) {
    let shown = if matches!(label, "next" | "help") { advice(text) } else { excerpt(text, LONGEST) };
    write_line(label, &shown);
}

fn write_line(label: &str, text: &str) {
    // Nobody is left to tell where stderr is closed.
    let _ = aside(|| writeln!(io::stderr().lock(), "{label}: {text}"));
}
