//! The exceptions that a plan declares or ends: found out before the first change, and written after the last.

use super::plan_run::PlanRun;
use anyhow::Result;
use args::outcome::Outcome;
use audit::change::Change;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Declaring, Plan, Purpose, TakenBack, is_over, still_needed};
use std::path::{Path, PathBuf};
use store::{JournalRead, alone_with, can_write, write_exceptions};
use surroundings::clock::day;
use surroundings::context::Context;
use surroundings::exceptions::{Limit, accepted_so_far};
use surroundings::output::rewrite_private;
use surroundings::problem::{Problem, insist, io_problem, say};
use surroundings::settings::Live;

/// What carrying out a plan does to the file of exceptions.
pub(crate) struct Declared {
    /// Those of the file, before anything is changed.
    pub(crate) before: Vec<Exception>,
    declaring: Declaring,
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
        let before = accepted_so_far(file, Limit::NONE)?;
        let taken_back =
            taken_back.map(|read| TakenBack { plan: &read.plan, hash: &read.hash, marks: &read.marks });
        let declaring = Declaring::of(plan, hash, taken_back);
        let declared = Declared { before, declaring, file: file.map(Path::to_owned) };
        declared.refuse_taken(&declared.before)?;
        if matches!(plan.purpose, Purpose::Restore(_)) {
            declared.refuse_others()?;
            if let Some(path) = declared.written().filter(|path| !path.exists()) {
                let problem = Problem::new(format!(
                    "there is no file {}, and the plan ends exceptions of one",
                    path.display()
                ));
                return Err(problem.help("nothing was changed: name the file with --exceptions").into());
            }
        }
        if let Some(path) = declared.written() {
            can_write(path).map_err(|error| {
                let problem = io_problem("write", &path.display().to_string(), &error);
                problem.help("nothing was changed. Name another file with --exceptions, or make its folder")
            })?;
        }
        Ok(declared)
    }

    /// True iff an exception of the file ends.
    pub(crate) fn ends_some(&self) -> bool {
        self.declaring.ends_some(&self.before)
    }

    /// The file that is to be written, iff there is anything to write.
    fn written(&self) -> Option<&Path> {
        self.file.as_deref().filter(|_| !self.declaring.is_nothing())
    }

    /// Two exceptions of one name would end together, so the second one needs another.
    fn refuse_taken(&self, all: &[Exception]) -> Result<()> {
        let Some(other) = self.declaring.taken(all) else { return Ok(()) };
        let problem =
            Problem::new(format!("another plan has declared the exception {} for other functions", other.id));
        Err(problem.help("make the backout again, and give its exception an id of its own").into())
    }

    /// A restore was planned for exceptions as they were.
    fn refuse_others(&self) -> Result<()> {
        let Some(other) = self.declaring.other(&self.before) else { return Ok(()) };
        let problem = Problem::new(format!(
            "the exception {} is not the one that the plan ends: its functions or its plan are others",
            other.id
        ));
        Err(problem
            .help("make the restore again, so that it is planned for the exceptions as they are")
            .into())
    }

    /// Writes what the plan did, over the account as it is now. The file is read again, because others may have written it since, and
    /// nobody else writes it meanwhile. A restore ends no exception that is still needed, nor where the account was not read.
    ///
    /// # Errors
    /// [`Problem`] where the file cannot be read or written, or an exception has to stay.
    pub(crate) fn settle(&self, plan: &Plan, now: Option<&Inventory>) -> Result<Vec<Exception>> {
        let Some(path) = self.written() else {
            for one in &self.declaring.ends {
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
            let found = accepted_so_far(Some(path), Limit::NONE)?;
            self.refuse_taken(&found)?;
            if matches!(plan.purpose, Purpose::Restore(_)) {
                let Some(now) = now else {
                    return Err(Problem::new("the account was not read again, so no exception ends").into());
                };
                if let Some((id, why)) = still_needed(plan, &[], now, &found) {
                    return Err(Problem::new(format!("exception {id} cannot end: {why}")).into());
                }
            }
            for one in self.declaring.missing(&found) {
                let text = format!(
                    "exception {} is not in {}: another file that holds it goes on excusing",
                    one.id,
                    path.display()
                );
                insist("note", &text);
            }
            let all = self.declaring.over(&found);
            if all != found {
                let text = write_exceptions(&all);
                rewrite_private(path, |out| out.write_all(text.as_bytes()))?;
                say("wrote", &path.display().to_string());
            }
            Ok(all)
        };
        alone_with(path, write)
    }
}

/// Refuses to end an exception that would still be needed afterwards, before anything is changed.
pub(super) fn refuses_needed(plan: &Plan, inventory: &Inventory, declared: &[Exception]) -> Option<Outcome> {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let (id, why) = still_needed(plan, &changes, inventory, declared)?;
    say("error", &format!("exception {id} cannot end: {why}"));
    say("help", "make the restore again, over all accounts and Regions of its functions");
    say("note", "nothing was changed");
    Some(Outcome::No)
}

/// Refuses a backout whose exception would excuse nothing any more. What was begun can be taken back.
pub(super) fn too_late(work: &PlanRun, context: &Context, live: &Live) -> Option<Outcome> {
    let one = is_over(&work.plan, day(&context.now)).filter(|_| !work.is_done())?;
    let until = &one.until;
    say("error", &format!("the exception of this backout was accepted until {until}, and that day is over"));
    if work.is_begun() {
        say("next", &work.undo(live));
        return Some(Outcome::HalfWay);
    }
    say("help", "make the backout again, until a day to come");
    say("note", "nothing was changed");
    Some(Outcome::No)
}
