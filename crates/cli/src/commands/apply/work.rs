//! A plan on its way: the journal of it, how far it has come, and how it is said to have ended.

use super::super::sites::{in_the_way, new_bucket};
use super::{Place, journal, reason, tell_difference};
use crate::again::typed_value;
use crate::outcome::Outcome;
use crate::output::{called, read_file};
use crate::problem::{Problem, io_problem, say};
use crate::settings::{self, Live};
use anyhow::Result;
use audit::change::Setting;
use audit::journal::Mark;
use audit::plan::{Owner, Plan, Purpose};
use aws::{Carried, Stopped};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::{JournalError, JournalFile, JournalRead, discard, read_journal, read_plan, set_aside, undo_of};

/// How far an undo has taken a journal back.
pub(super) enum TakenBack {
    /// It was begun.
    Partly,
    /// Whatever was done is taken back.
    Wholly,
}

impl TakenBack {
    /// What the journal of the undo says; `None` where no undo of this journal changed anything.
    pub(super) fn of(path: &Path) -> Result<Option<Self>> {
        let undo = undo_of(path);
        // Its folder may not be readable, and then its journal is not either.
        if !undo.is_file() {
            return Ok(None);
        }
        let read = match read_journal(&read_file(&undo)?) {
            Err(JournalError::NotBegun) => return Ok(None),
            Err(_) => journal(&undo)?,
            Ok(read) => read,
        };
        let marks = &read.marks;
        Ok(match marks.iter().any(|mark| mark.is_begun()) {
            false => None,
            true if marks.iter().all(|mark| mark.is_over()) => Some(Self::Wholly),
            true => Some(Self::Partly),
        })
    }

    /// Going on with what is being taken back would do both at once.
    pub(super) fn refuses(&self, path: &Path, live: &Live) -> Outcome {
        let (name, flags) = (report::shell(&path.to_string_lossy()), live.again());
        match self {
            Self::Partly => {
                say(
                    "error",
                    &format!("an undo of {} was begun: it cannot go on before that has ended", called(path)),
                );
                say("next", &format!("invoketrail undo {name}{flags}"));
            }
            Self::Wholly => {
                say(
                    "error",
                    &format!(
                        "{} was taken back by invoketrail undo: nothing is left to go on with",
                        called(path)
                    ),
                );
                say("next", &format!("invoketrail plan --output plan.json{flags}"));
            }
        }
        say("note", "nothing was changed");
        Outcome::No
    }
}

/// A plan, how far it has come, and the journal of it.
pub(crate) struct Work {
    pub(crate) plan: Plan,
    pub(crate) hash: String,
    pub(crate) marks: Vec<Mark>,
    journal: PathBuf,
    /// Whether the journal is there, and its last line cut off.
    open: Option<bool>,
}

impl Work {
    pub(super) fn fresh(path: &Path, journal: Option<PathBuf>) -> Result<Self> {
        let bytes = read_file(path)?;
        let (plan, hash) = read_plan(&bytes).map_err(|error| {
            Problem::new(format!("cannot read {} as a plan: {error}", called(path))).help(error.help())
        })?;
        let beside = || {
            let mut name = path.as_os_str().to_owned();
            name.push(".journal");
            PathBuf::from(name)
        };
        let stdin = settings::is_stdin(path);
        let journal = journal.unwrap_or_else(|| if stdin { PathBuf::from("plan.journal") } else { beside() });
        Ok(Work { plan, hash, marks: Vec::new(), journal, open: None })
    }

    pub(crate) fn resumed(path: &Path) -> Result<Self> {
        let JournalRead { plan, hash, marks, cut_off } = journal(path)?;
        if cut_off {
            say(
                "note",
                "the last line of the journal was cut off: the account itself is asked what came of it",
            );
        }
        Ok(Work { plan, hash, marks, journal: path.to_owned(), open: Some(cut_off) })
    }

    /// A plan of ours that is carried out at once.
    pub(crate) fn of(plan: Plan, journal: PathBuf) -> Self {
        let hash = store::plan_hash(&plan);
        Work { plan, hash, marks: Vec::new(), journal, open: None }
    }

    /// Carries it out.
    pub(crate) fn carry_out(&self, place: &Place<'_>) -> Result<Carried> {
        if self.open.is_none() {
            self.make_way(place.live)?;
        }
        let opened = match self.open {
            None => {
                JournalFile::begin(&self.journal, &self.plan, &place.context.now, env!("CARGO_PKG_VERSION"))
            }
            Some(cut_off) => JournalFile::go_on(&self.journal, cut_off),
        };
        let mut journal = opened.map_err(|error| {
            let problem = io_problem("write the journal", &self.journal.display().to_string(), &error);
            let help = match (error.kind(), &self.plan.purpose) {
                (ErrorKind::AlreadyExists, _) => {
                    format!("nothing was changed: go on with `{}`", self.resume(place.live))
                }
                // What takes back has its journal beside the one that it takes back.
                (_, Purpose::Undo) => "nothing was changed: its folder must be writable".to_owned(),
                _ => "nothing was changed: name another file with --journal".to_owned(),
            };
            problem.help(help)
        })?;
        let changes: Vec<_> = self.plan.steps.iter().map(|step| step.change.clone()).collect();
        let total = changes.len();
        let mut told = |at: usize| say("done", &format!("{} of {total}", at + 1));
        Ok(place.session.carry_out(&changes, &self.marks, &mut journal, &mut told))
    }

    /// The journal of an earlier run that was taken back makes way for the new one: the plan is judged afresh.
    fn make_way(&self, live: &Live) -> Result<()> {
        let alone = undo_of(&self.journal).is_file() && !self.journal.exists();
        match TakenBack::of(&self.journal)? {
            Some(TakenBack::Wholly) => {}
            Some(TakenBack::Partly) if !alone => {
                let name = report::shell(&self.journal.to_string_lossy());
                let problem = Problem::new(format!(
                    "an undo of {} was begun and has not ended",
                    self.journal.display()
                ));
                let undo = format!("`invoketrail undo {name}{}`", live.again());
                return Err(problem.help(format!("nothing was changed: go on with {undo}")).into());
            }
            _ if alone => {}
            _ => return Ok(()),
        }
        let named = self.journal.display().to_string();
        let kept = set_aside(&self.journal).map_err(|error| io_problem("set aside", &named, &error))?;
        say("note", &format!("{named} was taken back before: it is kept as {}", kept.display()));
        Ok(())
    }

    /// True iff the journal says that something was about to be changed.
    pub(crate) fn is_begun(&self) -> bool {
        self.marks.iter().any(|mark| mark.is_begun())
    }

    /// True iff the journal says that every step is done.
    pub(crate) fn is_done(&self) -> bool {
        self.marks.iter().all(|mark| mark.is_over())
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

    /// Names the commands that go on from here.
    pub(crate) fn tell_next(&self, live: &Live) -> Outcome {
        let resume = self.resume(live);
        let journal = report::shell(&self.journal.to_string_lossy());
        let next = match &self.plan.purpose {
            Purpose::Undo => resume,
            _ => {
                let undo = format!("invoketrail undo {journal}{}", live.again());
                format!("{resume}  # or take back what was done: `{undo}`")
            }
        };
        say("next", &next);
        Outcome::HalfWay
    }

    /// The command that goes on with the journal, with the flags without which it would be refused.
    fn resume(&self, live: &Live) -> String {
        let journal = report::shell(&self.journal.to_string_lossy());
        let managed = self.plan.steps.iter().any(|step| step.owner != Owner::Nobody);
        let managed = if managed { " --even-if-managed" } else { "" };
        let exceptions = match &self.plan.purpose {
            // A file that settings name is found there again.
            Purpose::Backout(_) | Purpose::Restore(_) => typed_value("exceptions")
                .map_or_else(String::new, |path| format!(" --exceptions {}", report::shell(&path))),
            Purpose::Record | Purpose::DropCopies | Purpose::Undo => String::new(),
        };
        format!("invoketrail apply --resume {journal}{managed}{exceptions}{}", live.again())
    }

    /// Tells how it ended, and the next command.
    pub(crate) fn tell(&self, carried: &Carried, live: &Live) -> Outcome {
        let journal = report::shell(&self.journal.to_string_lossy());
        let flags = live.again();
        for at in &carried.kept {
            if let Some(Setting::Bucket(turn)) = self.plan.steps.get(*at).map(|step| &step.change.setting)
                && let Some(bucket) = &turn.before
            {
                say("note", &format!("kept the bucket {}: it holds log files", bucket.name));
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
            say(
                "wrote",
                &format!("{} (invoketrail undo {journal}{flags} takes it back)", self.journal.display()),
            );
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
        if outcome == Outcome::HalfWay {
            say("note", &format!("{} of {} changes are done", carried.done.len(), self.plan.steps.len()));
            return self.tell_next(live);
        }
        if untouched {
            discard(&self.journal);
            say("note", "nothing was changed");
            if in_the_way(stopped, &self.plan).is_some() {
                say("help", &format!("`invoketrail plan{flags}` asks the account and takes a free name"));
            }
        }
        outcome
    }
}
