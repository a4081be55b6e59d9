//! A plan that is carried out with its journal: begun or gone on with, and what makes way for it. The loop over its changes is in `aws::apply`.

use super::{PlanAccounts, PlanRun, held, is_part, standing};
use anyhow::Result;
use audit::journal::{Deed, Standing, Way};
use audit::plan::{Purpose, relied_on};
use aws::{Carried, Orders};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::{JournalFile, discard, put_back, read_journal, set_aside, undo_of};
use surroundings::again::exceptions_again;
use surroundings::output::read_file;
use surroundings::problem::{Problem, io_problem, say};
use surroundings::settings::Live;

impl PlanRun {
    /// Carries it out.
    pub(crate) fn carry_out(&self, accounts: &PlanAccounts<'_>) -> Result<Carried> {
        let aside = if self.open.is_none() { self.make_way(accounts.live)? } else { None };
        let opened = match self.open {
            None => JournalFile::begin(
                &self.journal,
                &self.plan,
                &accounts.context.now,
                env!("CARGO_PKG_VERSION"),
            ),
            Some(cut_off) => JournalFile::go_on(&self.journal, cut_off),
        };
        let mut journal = match opened {
            Ok(journal) => journal,
            Err(error) => {
                self.leave(aside.as_deref());
                return Err(self.unopened(&error, accounts.live).into());
            }
        };
        let changes: Vec<_> = self.plan.steps.iter().map(|step| step.change.clone()).collect();
        let total = changes.len();
        let mut told = |at: usize| say("done", &format!("{} of {total}", at + 1));
        let back = self.plan.purpose == Purpose::Undo;
        let relied_on = relied_on(&self.plan);
        let orders = Orders { changes: &changes, marks: &self.marks, back, relied_on: &relied_on };
        let session = &accounts.session;
        let carried = session.wait(session.aws.carry_out(orders, &mut journal, &mut told));
        if carried.stopped.is_some() && !carried.begun {
            self.untouched(aside.as_deref());
        } else if let Some(aside) = aside {
            let named = self.journal.display();
            say("note", &format!("{named} is of an earlier run, so it is kept as {}", aside.display()));
        }
        Ok(carried)
    }

    /// Why the journal cannot be opened.
    fn unopened(&self, error: &std::io::Error, live: &Live) -> Problem {
        let problem = io_problem("write the journal", &self.journal.display().to_string(), error);
        let help = match (error.kind(), &self.plan.purpose) {
            (ErrorKind::ResourceBusy, _) => {
                "nothing was changed. Wait until that has ended, and try again".to_owned()
            }
            (ErrorKind::AlreadyExists, _) => {
                let (resume, undo) = (self.resume(live), self.undo(live));
                format!(
                    "nothing was changed. Go on with `{resume}`, or take back what was done with `{undo}`"
                )
            }
            // What takes back has its journal beside the one that it takes back.
            (_, Purpose::Undo) => "nothing was changed. Its folder must be writable".to_owned(),
            _ => "nothing was changed. Name another file with --journal".to_owned(),
        };
        problem.help(help)
    }

    /// Nothing was even about to be done: the journal would only stand in the way of the next try, and of the earlier one.
    fn untouched(&self, aside: Option<&Path>) {
        discard(&self.journal);
        self.leave(aside);
    }

    /// Gives the journal of an earlier run its name back.
    fn leave(&self, aside: Option<&Path>) {
        if let Some(aside) = aside
            && let Err(error) = put_back(aside, &self.journal)
        {
            let named = self.journal.display();
            say("warning", &format!("{named} of an earlier run stays at {}: {error}", aside.display()));
        }
    }

    /// The journal of an earlier run that has ended, or was taken back, makes way for the new one, because the account decides
    /// afresh. Returns the name under which it is kept.
    fn make_way(&self, live: &Live) -> Result<Option<PathBuf>> {
        let alone = undo_of(&self.journal).is_file() && !self.journal.exists();
        match standing(&self.journal)?.way(Deed::Apply) {
            _ if alone => {}
            // What an ended undo left to others is theirs, and another plan was made around it.
            Way::UndoFirst if is_part(&undo_of(&self.journal))? && !self.is_of_the_same_plan()? => {}
            Way::UndoFirst => {
                let name = report::shell_file(&self.journal);
                let problem = Problem::new(format!(
                    "an undo of {} was begun and has not ended",
                    self.journal.display()
                ));
                let undo = format!("`invoketrail undo {name}{}{}`", exceptions_again(), live.again());
                return Err(problem.help(format!("nothing was changed. Go on with {undo}")).into());
            }
            Way::Compare | Way::MakeWay => {}
            // An undo that was stopped makes way for one around what others changed since, which looks at everything anew.
            Way::Go if self.replaces_another()? => {}
            // Nobody writes it while it is looked at and set aside.
            Way::Go if self.journal.is_file() => {
                let _held = held(&self.journal)?;
                return if self.is_of_nothing()? { self.set_aside().map(Some) } else { Ok(None) };
            }
            Way::Go | Way::GoOnWithUndo | Way::Gone => return Ok(None),
        }
        self.set_aside().map(Some)
    }

    fn set_aside(&self) -> Result<PathBuf> {
        let named = self.journal.display().to_string();
        set_aside(&self.journal).map_err(|error| io_problem("set aside", &named, &error).into())
    }

    /// True iff the journal in its place is whole, and says that nothing was begun: it would be in the way of every other plan for ever.
    fn is_of_nothing(&self) -> Result<bool> {
        let read = read_journal(&read_file(&self.journal)?);
        let is_nothing = |marks: &[_]| Standing::of(marks, Standing::Fresh) == Standing::Fresh;
        Ok(read.is_ok_and(|read| !read.cut_off && is_nothing(&read.marks)))
    }

    /// True iff the journal in its place is of this very plan.
    fn is_of_the_same_plan(&self) -> Result<bool> {
        let read = read_journal(&read_file(&self.journal)?);
        Ok(read.is_ok_and(|read| read.hash == self.hash))
    }

    /// True iff this takes back, and the journal in its place is of another way to do that.
    fn replaces_another(&self) -> Result<bool> {
        let is_there = self.plan.purpose == Purpose::Undo && self.journal.is_file();
        Ok(is_there && read_journal(&read_file(&self.journal)?).is_ok_and(|other| other.hash != self.hash))
    }
}
