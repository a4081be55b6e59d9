//! `invoketrail frameworks`: which requirements the controls support.

use anyhow::Result;
use args::frameworks::{Format, Frameworks};
use args::outcome::Outcome;
use audit::framework::Framework;
use std::path::PathBuf;
use store::{FileKind, FrameworkError};
use surroundings::misread::misread;
use surroundings::output::{layout_of, print, read_file};
use surroundings::problem::Problem;

/// Prints the list.
///
/// # Errors
/// [`Problem`] where a file of the user's is wrong.
pub(crate) fn run(typed: &Frameworks) -> Result<Outcome> {
    let all = all(&typed.files)?;
    let text = match typed.format {
        Format::Terminal => report::frameworks_text(&all, &layout_of(typed.all)),
        Format::Json => report::frameworks_json(&all),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Well)
}

/// Those that come with the program, and those of the user's files.
fn all(files: &[PathBuf]) -> Result<Vec<Framework>> {
    let mut all = store::built_in_frameworks().map_err(|error| problem("frameworks", error))?;
    for file in files {
        let bytes = read_file(file)?;
        let text = String::from_utf8_lossy(&bytes);
        let in_file = |error: FrameworkError| {
            let help = error.help.as_deref().unwrap_or("docs/reference/frameworks.md describes such a file");
            misread(file, &bytes, FileKind::Framework, "a framework", &error.line, help).misused()
        };
        all = store::among(all, store::read_framework(&text).map_err(in_file)?).map_err(in_file)?;
    }
    Ok(all)
}

/// Those that were asked for by name.
///
/// # Errors
/// [`Problem`] where a file is wrong, or there is none of a name.
pub(super) fn chosen(files: &[PathBuf], asked: &[String]) -> Result<Vec<Framework>> {
    let all = all(files)?;
    Ok(store::chosen(all, asked).map_err(|error| problem("--framework", error))?)
}

fn problem(whose: &str, error: FrameworkError) -> Problem {
    let problem = Problem::misuse(format!("{whose}: {}", error.line));
    match error.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}
