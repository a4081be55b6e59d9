//! Where answers go: stdout, whatever stands behind it, and files.

use crate::inputs::{held_apart, remember};
use crate::misread::{folder_there, nothing_there};
use crate::named_file::{called, is_stdin};
use crate::problem::{Problem, io_problem};
use crate::progress::aside;
use anyhow::Result;
use args::Colour;
use report::Layout;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;
use store::limits::{DOCUMENT, Limit, Unread};

/// Writes the answer to stdout. Whoever stopped reading (`| head`) has had enough, and that is no error.
///
/// # Errors
/// Anything else that stdout says.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let written = aside(|| {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = write(&mut out).and_then(|()| out.flush());
        // What is left in the buffer would be tried again on the way out.
        let (_, _) = out.into_parts();
        written
    });
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
/// Misuse iff the command reads that file, or it is a journal; else what the file system says.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    held_apart([path])?;
    io_written(path, store::write_atomically(path, write))
}

/// The problem of a file that could not be written.
///
/// # Errors
/// What the file system said.
pub fn io_written(path: &Path, written: io::Result<()>) -> Result<()> {
    written.map_err(|error| io_problem("write", &path.display().to_string(), &error).into())
}

/// As [`write_file`]; a new file can be read by its owner alone.
///
/// # Errors
/// As [`write_file`].
pub fn write_private(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    held_apart([path])?;
    rewrite_private(path, write)
}

/// As [`write_private`], of a file that the command reads and is there to change.
///
/// # Errors
/// What the file system says.
pub fn rewrite_private(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    io_written(path, store::write_privately(path, write))
}

/// The bytes of a plan, a journal or the like; `-` is stdin. See [`read_within`].
///
/// # Errors
/// What the file system says, or that it is too large.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    read_within(path, &DOCUMENT)
}

/// The bytes of a file of which no more than the limit is read; `-` is stdin. A pipe or a device is as good as a file.
///
/// # Errors
/// What the file system says, or that it is too large.
pub fn read_within(path: &Path, limit: &Limit) -> Result<Vec<u8>> {
    let name = called(path);
    remember(path);
    let read = if is_stdin(path) {
        if nothing_is_piped() {
            let problem = Problem::new("nothing is given on stdin");
            return Err(problem.help("pipe a document into it, or name a file instead of -").into());
        }
        limit.read(io::stdin().lock(), 0)
    } else {
        open(path).and_then(|(file, size)| limit.read(file, size))
    };
    read.map_err(|error| match error {
        Unread::Io(error) => {
            let problem = io_problem("read", &name, &error);
            match error.kind() {
                ErrorKind::NotFound => match nothing_there(path) {
                    Some(near) => problem.help(near).into(),
                    None => problem.into(),
                },
                ErrorKind::IsADirectory => problem.help(folder_there(path, limit)).into(),
                _ => problem.into(),
            }
        }
        Unread::TooLarge(why) => Problem::new(format!("cannot read {name}: {why}")).help(limit.help).into(),
    })
}

fn open(path: &Path) -> std::result::Result<(std::fs::File, u64), Unread> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    Ok((file, size))
}

/// True iff stdin is a terminal, at which nobody types a document.
#[must_use]
pub fn nothing_is_piped() -> bool {
    io::stdin().is_terminal()
}

/// What `--color` says: it is of the whole run, as the environment is.
static COLOUR: OnceLock<Colour> = OnceLock::new();

/// Takes what `--color` says; the first time counts.
pub fn choose(colour: Option<Colour>) {
    let _ = COLOUR.set(colour.unwrap_or(Colour::Auto));
}

/// Whether colours are used: what was typed counts first, then NO_COLOR, then what forces them, then what stdout is.
fn is_coloured(typed: Colour, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let forced = |name: &str| variable(name).is_some_and(|value| value != "0");
    match typed {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if variable("NO_COLOR").is_some() => false,
        Colour::Auto if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
        Colour::Auto if variable("CLICOLOR").is_some_and(|value| value == "0") => false,
        Colour::Auto => terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Whether the terminal is one that is known to show links (OSC 8), by the variables that it sets itself. Others print the address
/// or worse, and no terminal can be asked; a multiplexer, which names itself in TERM, may swallow them.
fn knows_links(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    let multiplexed = ["screen", "tmux", "dumb"].iter().any(|name| term.starts_with(name));
    if multiplexed || variable("NO_COLOR").is_some() {
        return false;
    }
    // GNOME Terminal and its like know them since VTE 0.50.
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    vte.is_some_and(|version| version >= 5000)
        || ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"].contains(&program.as_str())
        || ["WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID"].iter().any(|name| variable(name).is_some())
        || ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"].contains(&term.as_str())
}

/// As [`layout`], with everything shown where that was asked for.
pub fn layout_of(all: bool) -> Layout {
    let layout = layout();
    if all { Layout { all, rows: usize::MAX, ..layout } } else { layout }
}

/// What stdout is like; what matters is shown, not everything.
pub fn layout() -> Layout {
    let terminal = io::stdout().is_terminal();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let typed = COLOUR.get().copied().unwrap_or(Colour::Auto);
    let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let default = Layout::default();
    Layout {
        width: columns.or_else(seen).unwrap_or(default.width),
        whole: !terminal,
        colour: is_coloured(typed, terminal, variable),
        all: false,
        links: typed != Colour::Never && terminal && knows_links(variable),
        ..default
    }
}

#[cfg(test)]
mod tests {
    use super::{is_coloured, knows_links};
    use args::Colour::{Always, Auto, Never};

    #[test]
    fn what_was_typed_counts_before_the_environment_and_that_before_the_terminal() {
        let of = |typed, terminal, set: &[(&str, &str)]| {
            let value =
                |name: &str| set.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned());
            is_coloured(typed, terminal, value)
        };
        assert!(of(Auto, true, &[]) && !of(Auto, false, &[]));
        assert!(!of(Auto, true, &[("NO_COLOR", "1")]) && of(Always, false, &[("NO_COLOR", "1")]));
        assert!(!of(Never, true, &[("FORCE_COLOR", "1")]));
        for force in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
            assert!(of(Auto, false, &[(force, "1")]) && !of(Auto, false, &[(force, "0")]));
            assert!(!of(Auto, false, &[(force, "1"), ("NO_COLOR", "1")]));
        }
        assert!(!of(Auto, true, &[("CLICOLOR", "0")]) && of(Auto, true, &[("CLICOLOR", "1")]));
        assert!(
            !of(Auto, false, &[("CLICOLOR", "1")])
                && of(Auto, false, &[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")])
        );
        assert!(!of(Auto, true, &[("TERM", "dumb")]) && of(Auto, true, &[("TERM", "xterm")]));
    }

    #[test]
    fn links_are_for_terminals_that_are_known_to_show_them() {
        let of = |set: &[(&str, &str)]| {
            knows_links(|name| set.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(!of(&[]) && !of(&[("TERM", "xterm-256color")]) && !of(&[("TERM", "linux")]));
        assert!(of(&[("VTE_VERSION", "7600")]) && !of(&[("VTE_VERSION", "4205")]));
        assert!(of(&[("TERM_PROGRAM", "WezTerm")]) && !of(&[("TERM_PROGRAM", "Apple_Terminal")]));
        assert!(of(&[("WT_SESSION", "x")]) && of(&[("TERM", "xterm-kitty")]));
        assert!(!of(&[("TERM", "screen-256color"), ("VTE_VERSION", "7600")]));
        assert!(!of(&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")]));
    }
}
