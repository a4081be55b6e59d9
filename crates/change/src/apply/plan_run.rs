//! A plan on its way: the journal of it, how far it has come, and how it is said to have ended.

use super::super::sites::new_bucket;
use super::again::counted_again;
use super::journal;
use super::stopped::{in_the_way, reason, tell_difference};
use anyhow::Result;
use args::outcome::Outcome;
use audit::change::{Setting, State};
use audit::journal::{Entry, Journal, Mark};
use audit::plan::{Owner, Plan, Purpose, Step, taken_back};
use aws::{Carried, Stopped};
use std::path::{Path, PathBuf};
use store::{
    DocumentError, FileKind, JournalError, JournalFile, JournalRead, PlanFileError, read_journal, read_plan,
};
use surroundings::again::written_exceptions_again;
use surroundings::misread::misread;
use surroundings::named_file::is_stdin;
use surroundings::output::read_file;
use surroundings::problem::{Problem, io_problem, say};
use surroundings::settings::Live;

/// The command that plans to take back around what others changed.
pub(crate) fn merge_again(journal: &Path, live: &Live) -> String {
    let journal = report::shell_file(journal);
    format!(
        "invoketrail undo {journal} --merge --output back.json{}{}  # plans to take back what is ours alone",
        written_exceptions_again(),
        live.again()
    )
}

/// False iff something else is there: a device or a folder, which keeps nothing, or a file that begins as no journal does.
fn may_be_journal(path: &Path) -> bool {
    let is_another = |error: JournalError| match error {
        JournalError::Plan(PlanFileError::Document(error)) => {
            matches!(error, DocumentError::NotJson { .. } | DocumentError::OtherFormat { .. })
        }
        _ => false,
    };
    let read = || read_file(path).ok().and_then(|bytes| read_journal(&bytes).err());
    !path.exists() || path.is_file() && !read().is_some_and(is_another)
}

/// A plan, how far it has come, and the journal of it.
pub(crate) struct PlanRun {
    pub(crate) plan: Plan,
    pub(crate) hash: String,
    pub(crate) marks: Vec<Mark>,
    pub(super) journal: PathBuf,
    /// Whether the journal is there, and its last line cut off.
    pub(super) open: Option<bool>,
}

impl PlanRun {
    pub(super) fn fresh(path: &Path, journal: Option<PathBuf>) -> Result<Self> {
        let bytes = read_file(path)?;
        let (plan, hash) = read_plan(&bytes)
            .map_err(|error| misread(path, &bytes, FileKind::Plan, "a plan", &error, error.help()))?;
        let beside = || {
            let mut name = path.as_os_str().to_owned();
            name.push(".journal");
            PathBuf::from(name)
        };
        let stdin = is_stdin(path);
        let journal = journal.unwrap_or_else(|| if stdin { PathBuf::from("plan.journal") } else { beside() });
        Ok(PlanRun { plan, hash, marks: Vec::new(), journal, open: None })
    }

    /// # Errors
    /// [`Problem`] iff something else is where the journal is to be.
    pub(super) fn takes_its_place(&self) -> Result<(), Problem> {
        if self.is_resumed() || may_be_journal(&self.journal) {
            return Ok(());
        }
        let line = format!("{} is there, and it is not a journal", self.journal.display());
        Err(Problem::new(line).help("nothing was changed. Name another file with --journal"))
    }

    pub(crate) fn resumed(path: &Path) -> Result<Self> {
        let JournalRead { plan, hash, marks, cut_off, .. } = journal(path)?;
        if cut_off {
            say("note", "the last line of the journal was cut off, so AWS is asked what became of that step");
        }
        Ok(PlanRun { plan, hash, marks, journal: path.to_owned(), open: Some(cut_off) })
    }

    /// A plan of ours that is carried out at once.
    pub(crate) fn of(plan: Plan, journal: PathBuf) -> Self {
        let hash = store::plan_hash(&plan);
        PlanRun { plan, hash, marks: Vec::new(), journal, open: None }
    }

    /// Another place for the journal of a plan that was read.
    pub(super) fn journal_at(&mut self, path: PathBuf) {
        self.journal = path;
    }

    /// True iff it goes on with a journal.
    pub(super) fn is_resumed(&self) -> bool {
        self.open.is_some()
    }

    /// True iff the journal says that something was about to be changed.
    pub(crate) fn is_begun(&self) -> bool {
        self.marks.iter().any(|mark| mark.is_begun())
    }

    /// True iff the journal says that every step is done.
    pub(crate) fn is_done(&self) -> bool {
        !self.marks.is_empty() && self.marks.iter().all(|mark| mark.is_over())
    }

    /// What was changed is changed: whatever fails afterwards ends with 5 and the commands that go on.
    pub(crate) fn half_way(&self, result: Result<Outcome>, live: &Live) -> Result<Outcome> {
        match result {
            Ok(outcome @ (Outcome::Well | Outcome::No | Outcome::Undetermined | Outcome::HalfWay)) => {
                Ok(outcome)
            }
            Ok(_) => Ok(self.tell_next(live)),
            Err(error) => {
                say("error", &format!("{error:#}"));
                Ok(self.tell_next(live))
            }
        }
    }

    /// Ends an undo of which all that is left would take from others what they use: its journal says so of each step that is not done.
    ///
    /// # Errors
    /// [`Problem`] iff the journal cannot be written.
    pub(crate) fn end_with_what_others_use(&self) -> Result<()> {
        let named = self.journal.display().to_string();
        let written = || {
            let mut journal = JournalFile::go_on(&self.journal, self.open.unwrap_or(false))?;
            let left = self.marks.iter().enumerate().filter(|(_, mark)| !mark.is_over());
            left.into_iter().try_for_each(|(at, _)| journal.write(&Entry::Used(at)))
        };
        written().map_err(|error| io_problem("write the journal", &named, &error).into())
    }

    /// Names the commands that go on from here.
    pub(crate) fn tell_next(&self, live: &Live) -> Outcome {
        let resume = self.resume(live);
        let next = match &self.plan.purpose {
            Purpose::Undo => resume,
            _ => format!("{resume}  # or take back what was done: `{}`", self.undo(live)),
        };
        say("next", &next);
        Outcome::HalfWay
    }

    /// Names the commands that go on from where others changed something: an undo goes around that.
    fn tell_way(&self, stopped: &Stopped, live: &Live) -> Outcome {
        if matches!(stopped, Stopped::Moved { .. }) && self.plan.purpose == Purpose::Undo {
            say("next", &merge_again(&self.journal.with_extension(""), live));
            return Outcome::HalfWay;
        }
        // Going on is refused until somebody sets it as it was.
        if matches!(stopped, Stopped::Moved { .. } | Stopped::Stale { .. })
            && self.plan.purpose != Purpose::Undo
        {
            let resume = self.resume(live);
            let undo = self.undo(live);
            say("next", &format!("{undo}  # or set it as it was, and go on: `{resume}`"));
            return Outcome::HalfWay;
        }
        let (Stopped::Stale { at, found } | Stopped::Differs { at, found }) = stopped else {
            return self.tell_next(live);
        };
        let Some(step) = self.plan.steps.get(*at).filter(|_| self.plan.purpose == Purpose::Undo) else {
            return self.tell_next(live);
        };
        let change = &step.change;
        let deletes = |one: &Step| {
            one.change.target.arn == change.target.arn && one.change.after() == State::Trail(None)
        };
        // A trail that is to be deleted is left to others, whatever they changed of it.
        if taken_back(change, found).is_none() && !self.plan.steps.iter().any(deletes) {
            let arn = &change.target.arn;
            say(
                "help",
                &format!(
                    "set {arn} as shown above by hand, and go on. The journal holds what was there before"
                ),
            );
            return self.tell_next(live);
        }
        say("next", &merge_again(&self.journal.with_extension(""), live));
        Outcome::HalfWay
    }

    /// The command that takes back what was done.
    pub(super) fn undo(&self, live: &Live) -> String {
        let journal = report::shell_file(&self.journal);
        format!("invoketrail undo {journal}{}{}", written_exceptions_again(), live.again())
    }

    /// The command that goes on with the journal, with the flags without which it would be refused.
    pub(super) fn resume(&self, live: &Live) -> String {
        let journal = report::shell_file(&self.journal);
        let managed = self.plan.steps.iter().any(|step| step.owner != Owner::Nobody);
        let managed = if managed { " --even-if-managed" } else { "" };
        let exceptions = written_exceptions_again();
        format!("invoketrail apply --resume {journal}{managed}{exceptions}{}", live.again())
    }

    /// Tells how it ended, and the next command.
    pub(crate) fn tell(&self, carried: &Carried, live: &Live) -> Outcome {
        let journal = report::shell_file(&self.journal);
        let flags = format!("{}{}", written_exceptions_again(), live.again());
        for at in &carried.kept {
            if let Some(Setting::Bucket(turn)) = self.plan.steps.get(*at).map(|step| &step.change.setting)
                && let Some(bucket) = &turn.before
            {
                say(
                    "note",
                    &format!(
                        "kept the bucket {}, because it holds log files or others changed its policy",
                        bucket.name
                    ),
                );
            }
        }
        for at in &carried.found {
            if let Some(bucket) = self.plan.steps.get(*at).and_then(|step| new_bucket(&step.change)) {
                say(
                    "note",
                    &format!(
                        "the bucket {} was there already, with the policy that the plan wants",
                        bucket.name
                    ),
                );
            }
        }
        let Some(stopped) = &carried.stopped else {
            let back = match self.plan.purpose {
                Purpose::Undo => String::new(),
                _ => format!(" (invoketrail undo {journal}{flags} takes it back)"),
            };
            say("wrote", &format!("{}{back}", self.journal.display()));
            return Outcome::Well;
        };
        let untouched = !carried.begun;
        let (line, outcome) = reason(stopped, &self.plan, untouched);
        say("error", &line);
        if let Stopped::Stale { at, found } = stopped
            && let Some(step) = self.plan.steps.get(*at)
        {
            tell_difference(&step.change.before(), found);
        }
        if let Stopped::Moved { relied_on, found, .. } = stopped {
            tell_difference(&relied_on.before(), found);
        }
        if outcome == Outcome::HalfWay {
            say("note", &format!("{} of {} changes are done", carried.done.len(), self.plan.steps.len()));
            return self.tell_way(stopped, live);
        }
        if untouched {
            say("note", "nothing was changed");
            let is_changed = matches!(stopped, Stopped::Moved { .. } | Stopped::Stale { .. });
            if is_changed && self.plan.purpose == Purpose::Undo {
                say("next", &merge_again(&self.journal.with_extension(""), live));
            }
            if in_the_way(stopped, &self.plan).is_some() {
                say(
                    "help",
                    &format!(
                        "`invoketrail plan{}{flags}` asks the account and takes a free name",
                        counted_again(&self.plan)
                    ),
                );
            }
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::PlanRun;
    use audit::inventory::Inventory;
    use audit::journal::Mark;
    use audit::plan::{PlanOptions, drop_copies};
    use std::path::PathBuf;

    /// A plan that nobody began, and a journal without a step, are not done.
    #[test]
    fn a_journal_without_steps_is_not_done() {
        let plan = drop_copies(&Inventory::default(), &PlanOptions::default());
        assert!(plan.steps.is_empty());
        let mut work = PlanRun::of(plan, PathBuf::from("p.json.journal"));
        assert!(!work.is_done() && !work.is_begun());
        work.marks = vec![Mark::Fresh];
        assert!(!work.is_done() && !work.is_begun());
        work.marks = vec![Mark::Done];
        assert!(work.is_done() && work.is_begun());
    }
}
