//! The index of log files as commands use it: opened as flags and settings say.

use crate::config::Config;
use crate::environment::folder;
use crate::inputs::remember;
use crate::problem::{Problem, say};
use anyhow::Result;
use args::reading::Remembering;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use store::{Index, IndexError};

/// The index that was named, else the one in the cache folder, if there can be one; none where nobody wants one.
///
/// # Errors
/// [`Problem`] iff the index that was named cannot be used.
pub fn open(typed: &Remembering, config: &Config) -> Result<Option<Index>> {
    if typed.no_index || (typed.index.is_none() && config.no_index) {
        return Ok(None);
    }
    let named = typed.index.clone().or_else(|| config.index.clone());
    let asked = named.is_some();
    let Some(path) = named.or_else(cache) else { return Ok(None) };
    remember(&path);
    match Index::open(&path) {
        Ok(index) => Ok(Some(index)),
        Err(error @ IndexError::Exposed(_)) => {
            say(
                "note",
                &format!("cannot use the index {} ({error}); reading all files instead", path.display()),
            );
            say("help", error.help());
            Ok(None)
        }
        Err(error) if asked => {
            let told = format!("cannot use the index {}: {error}", path.display());
            Err(Problem::new(told).help(error.help()).into())
        }
        // Where there can be no folder, nobody misses it.
        Err(IndexError::Unreachable(_)) => Ok(None),
        Err(error) => {
            say("note", &format!("went without the index {}: {error}", path.display()));
            say("help", error.help());
            Ok(None)
        }
    }
}

fn cache() -> Option<PathBuf> {
    Some(cache_folder()?.join("index-1.sqlite"))
}

/// Our folder in the user's cache folder; `None` iff the environment names none.
pub fn cache_folder() -> Option<PathBuf> {
    Some(folder("XDG_CACHE_HOME", ".cache")?.join("invoketrail"))
}

/// How many of the files were in the index, which only a person wants to know.
pub fn tell_known(known: u64, files: u64) {
    if known > 0 && io::stderr().is_terminal() {
        say("note", &format!("{known} of {files} files were read before and came from the index"));
    }
}

/// That something in the index was not as it was written, if so.
pub fn tell_damage(index: Option<&Index>) {
    if index.is_some_and(Index::is_damaged) {
        say("note", "the index is damaged, so what could not be trusted was read from the files");
        say("help", "remove the file of the index. It is made again from the logs");
    }
}
