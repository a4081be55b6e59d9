//! Where answers go: stdout, whatever stands behind it, and files.

use crate::problem::{Problem, io_problem};
use anyhow::Result;
use cli::report::Layout;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;

/// Writes the answer to stdout. Whoever stopped reading (`| head`) has had enough, and that is no error.
///
/// # Errors
/// Anything else that stdout says.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer would be tried again on the way out.
    let (_, _) = out.into_parts();
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(io_problem("write to", "stdout", &error).into())
        }
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// What the file system says.
pub(crate) fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let written = cli::store::write_atomically(path, write);
    written.map_err(|error| io_problem("write", &path.display().to_string(), &error).into())
}

/// The bytes of a file; `-` is stdin.
///
/// # Errors
/// What the file system says.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    if crate::settings::is_stdin(path) {
        if io::stdin().is_terminal() {
            let problem = Problem::new("nothing is given on stdin");
            return Err(problem.help("pipe a document into it, or name a file instead of -").into());
        }
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        return read.map(|_| bytes).map_err(|error| io_problem("read", "stdin", &error).into());
    }
    std::fs::read(path).map_err(|error| io_problem("read", &path.display().to_string(), &error).into())
}

/// What a file is called in a message.
pub(crate) fn called(path: &Path) -> String {
    if crate::settings::is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

/// What stdout is like.
pub(crate) fn layout() -> Layout {
    let terminal = io::stdout().is_terminal();
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let dumb = variable("TERM").is_some_and(|term| term == "dumb");
    let default = Layout::default();
    Layout {
        width: columns.or_else(seen).unwrap_or(default.width),
        whole: !terminal,
        colour: terminal && !dumb && variable("NO_COLOR").is_none(),
        ..default
    }
}
