//! `invoketrail history`, and what other commands do with kept audits.

use ::args::history as args;
use ::args::outcome::Outcome;
use ::args::validate::Format;
use anyhow::Result;
use audit::inputs::Inputs;
use report::{KeptAudit, history_json, history_text};
use std::path::{Path, PathBuf};
use store::{History, HistoryError, Kept};
use surroundings::config::Config;
use surroundings::context::Context;
use surroundings::environment::folder;
use surroundings::inputs::remember;
use surroundings::output::{layout, print};
use surroundings::problem::{Problem, say};
use surroundings::settings;

/// Forgets what is to be forgotten, and lists.
///
/// # Errors
/// [`Problem`] where the file cannot be used.
pub(crate) fn run(typed: args::History, context: Context) -> Result<Outcome> {
    let path = path(&typed.file, &context.config)?;
    let mut history = History::open(&path).map_err(|error| problem(&path, &error))?;
    if let Some(day) = &typed.forget_before {
        let forgotten = history.forget_before(day).map_err(|error| problem(&path, &error))?;
        say("note", &report::forgotten_sentence(forgotten, day));
    }
    let kept = history.list().map_err(|error| problem(&path, &error))?;
    let kept: Vec<KeptAudit> = kept.into_iter().map(shown).collect();
    let format = settings::format(typed.format, &context.config, settings::ANY).unwrap_or(Format::Terminal);
    let text = match format {
        Format::Terminal => history_text(&kept, &layout()),
        Format::Json => history_json(&kept),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Well)
}

fn shown(kept: Kept) -> KeptAudit {
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    KeptAudit {
        id: kept.id,
        generated_at: kept.generated_at,
        collected_at: kept.collected_at,
        version: kept.version,
        answer: kept.answer,
        accounts: size(kept.accounts),
        resources: size(kept.resources),
        recorded: size(kept.recorded),
        partially_recorded: size(kept.partially_recorded),
        not_recorded: size(kept.not_recorded),
        undetermined: size(kept.undetermined),
    }
}

/// The history of an audit: where it is compared with, and kept.
#[derive(Debug)]
pub(super) struct OfAudit {
    /// `None` iff nobody asks for it.
    path: Option<PathBuf>,
    keep: bool,
}

/// As flags and settings say.
///
/// # Errors
/// [`Problem`] where the file cannot be used, before anything is asked of AWS.
pub(super) fn of_audit(typed: &::args::audit::Audit, config: &Config) -> Result<OfAudit> {
    let (keep, named) = (typed.keep, typed.history.history.is_some() || config.history.is_some());
    let path = (keep || named).then(|| path(&typed.history, config)).transpose()?;
    if let Some(path) = path.as_ref().filter(|path| keep || path.exists()) {
        let opened = if keep { History::begin(path) } else { History::open(path) };
        opened.map_err(|error| problem(path, &error))?;
    }
    Ok(OfAudit { path, keep })
}

impl OfAudit {
    /// The newest audit that was kept; `None` iff there is none.
    ///
    /// # Errors
    /// [`Problem`] where the file cannot be used.
    pub(super) fn newest(&self) -> Result<Option<Inputs>> {
        let Some(path) = &self.path else { return Ok(None) };
        match History::open(path).and_then(|history| history.audit(None)) {
            Ok((_, inputs)) => Ok(Some(inputs)),
            Err(HistoryError::None | HistoryError::NoAudit(_)) => Ok(None),
            Err(error) => Err(problem(path, &error).into()),
        }
    }

    /// Keeps the audit where that was asked for.
    ///
    /// # Errors
    /// [`Problem`] where the file cannot be written.
    pub(super) fn keep(&self, inputs: &Inputs, now: &str) -> Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| self.keep) else { return Ok(()) };
        let kept = History::begin(path).and_then(|mut history| {
            history.keep(&inputs.audit(None), inputs, env!("CARGO_PKG_VERSION"), now)
        });
        let id = kept.map_err(|error| problem(path, &error))?;
        say("kept", &format!("as audit {id} in {}", path.display()));
        Ok(())
    }
}

/// The kept audit of that number, or the newest.
///
/// # Errors
/// [`Problem`] where the file cannot be used or holds no such audit.
pub(super) fn kept(path: &Path, id: Option<i64>) -> Result<(i64, String, Inputs)> {
    let found = History::open(path).and_then(|history| history.audit(id));
    let (kept, inputs) = found.map_err(|error| problem(path, &error))?;
    Ok((kept.id, kept.generated_at, inputs))
}

/// The file that was named, else the one in the data folder.
///
/// # Errors
/// [`Problem`] of misuse where there is no such folder.
pub(super) fn path(typed: &args::HistoryFile, config: &Config) -> Result<PathBuf> {
    let data = || folder("XDG_DATA_HOME", ".local/share");
    let usual = || data().map(|data| data.join("invoketrail").join("history.sqlite"));
    let path = typed.history.clone().or_else(|| config.history.clone()).or_else(usual).ok_or_else(|| {
        let line = "no folder for kept audits is known: neither XDG_DATA_HOME nor HOME is set";
        Problem::misuse(line).help("name a file: --history FILE")
    })?;
    remember(&path);
    Ok(path)
}

fn problem(path: &Path, error: &HistoryError) -> Problem {
    Problem::new(format!("cannot use the history {}: {error}", path.display())).help(error.help())
}
