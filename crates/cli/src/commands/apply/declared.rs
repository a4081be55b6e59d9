//! The exceptions that a plan declares or ends: found out before the first change, and written after the last.

use super::super::exceptions_so_far;
use super::ending::{ended_by, still_needed};
use crate::output::write_private;
use crate::problem::{Problem, io_problem, say};
use anyhow::Result;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Plan, Purpose, takes_back_all};
use std::path::{Path, PathBuf};
use store::{JournalRead, alone_with, can_write, write_exceptions};

/// What carrying out a plan does to the exceptions.
pub(crate) struct Declared {
    /// Those of the file, before anything is changed.
    pub(crate) before: Vec<Exception>,
    adds: Option<Exception>,
    ends: Vec<Exception>,
    /// The file that is written.
    file: Option<PathBuf>,
}

impl Declared {
    /// What this plan does to the file. A plan that takes back has the journal that it takes back.
    ///
    /// # Errors
    /// [`Problem`] where the file cannot be read or written, or an exception's name is another one's.
    pub(crate) fn of(
        plan: &Plan,
        hash: &str,
        taken_back: Option<&JournalRead>,
        file: Option<&Path>,
    ) -> Result<Self> {
        let before = exceptions_so_far(file)?;
        let (mut adds, mut ends) = (None, Vec::new());
        match (&plan.purpose, taken_back) {
            (Purpose::Backout(one), _) => {
                adds = Some(Exception { plan: Some(hash.to_owned()), ..one.clone() });
            }
            (Purpose::Restore(_), _) => ends = ended_by(plan).to_vec(),
            // What a backout left out is recorded again, so its exception has nothing left to excuse. A part of it may be everything
            // that the exception is for.
            (Purpose::Undo, Some(JournalRead { plan: back, hash, marks, .. })) => {
                if let Purpose::Backout(one) = &back.purpose
                    && takes_back_all(back, marks, plan)
                {
                    ends.push(Exception { plan: Some(hash.clone()), ..one.clone() });
                }
            }
            _ => {}
        }
        let declared = Declared { before, adds, ends, file: file.map(Path::to_owned) };
        declared.refuse_taken(&declared.before)?;
        if matches!(plan.purpose, Purpose::Restore(_)) {
            declared.refuse_others()?;
        }
        if let Some(path) = declared.written() {
            can_write(path).map_err(|error| {
                let problem = io_problem("write", &path.display().to_string(), &error);
                problem.help("nothing was changed: name another file with --exceptions, or make its folder")
            })?;
        }
        Ok(declared)
    }

    /// True iff an exception of the file ends.
    pub(crate) fn ends_some(&self) -> bool {
        self.ends.iter().any(|end| self.before.iter().any(|one| is_of(one, end)))
    }

    /// The file that is to be written, iff there is anything to write.
    fn written(&self) -> Option<&Path> {
        self.file.as_deref().filter(|_| self.adds.is_some() || !self.ends.is_empty())
    }

    /// Two exceptions of one name would end together, so the second one needs another.
    fn refuse_taken(&self, all: &[Exception]) -> Result<()> {
        let Some(new) = &self.adds else { return Ok(()) };
        let Some(other) = all.iter().find(|one| one.id == new.id && !one.is_same(new)) else { return Ok(()) };
        let problem =
            Problem::new(format!("another plan has declared the exception {} for other functions", other.id));
        Err(problem.help("make the backout again, and give its exception an id of its own").into())
    }

    /// A restore was planned for exceptions as they were: one that took a name since, or covers other functions, is not ended.
    fn refuse_others(&self) -> Result<()> {
        let is_other = |one: &&Exception| self.ends.iter().any(|end| end.id == one.id && !is_of(one, end));
        let Some(other) = self.before.iter().find(is_other) else { return Ok(()) };
        let problem = Problem::new(format!(
            "the exception {} is not the one that the plan ends: its functions or its plan are others",
            other.id
        ));
        Err(problem.help("make the restore again: it is planned for the exceptions as they are").into())
    }

    /// Writes what the plan did, over the account as it is now. The file is read again, because others may have written it since, and
    /// nobody else writes it meanwhile. A restore ends no exception that is still needed, nor where the account was not read.
    ///
    /// # Errors
    /// [`Problem`] where the file cannot be read or written, or an exception has to stay.
    pub(crate) fn settle(&self, plan: &Plan, now: Option<&Inventory>) -> Result<Vec<Exception>> {
        let Some(path) = self.written() else {
            for one in &self.ends {
                let id = &one.id;
                say(
                    "note",
                    &format!(
                        "exception {id} has nothing left to excuse: name its file with --exceptions to end it"
                    ),
                );
            }
            return Ok(self.before.clone());
        };
        let write = || {
            let mut all = exceptions_so_far(Some(path))?;
            self.refuse_taken(&all)?;
            if matches!(plan.purpose, Purpose::Restore(_)) {
                let Some(now) = now else {
                    return Err(Problem::new("the account was not read again, so no exception ends").into());
                };
                if let Some(why) = still_needed(plan, &[], now, &all) {
                    return Err(Problem::new(why).into());
                }
            }
            let found = all.clone();
            all.retain(|one| !self.ends.iter().any(|end| is_of(one, end)));
            // One that this very plan declared stays as somebody may have edited it since.
            if let Some(new) = self.adds.as_ref().filter(|new| !all.iter().any(|one| is_of(one, new))) {
                all.retain(|one| one.id != new.id);
                all.push(new.clone());
            }
            if all != found {
                let text = write_exceptions(&all);
                write_private(path, |out| out.write_all(text.as_bytes()))?;
                say("wrote", &path.display().to_string());
            }
            Ok(all)
        };
        alone_with(path, write)
    }
}

/// True iff it is that exception, of that plan: one that names no plan may be of any.
pub(super) fn is_of(one: &Exception, other: &Exception) -> bool {
    one.is_same(other) && (one.plan.is_none() || one.plan == other.plan)
}
