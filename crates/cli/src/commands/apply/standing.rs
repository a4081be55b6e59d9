//! What a journal is, by its file and those of its undos, and what is said of one that a command may do nothing with.

use super::declared::Declared;
use super::ending::still_needed;
use super::{Place, Work, journal, tell_difference};
use crate::outcome::Outcome;
use crate::output::{called, read_file};
use crate::problem::{Problem, say};
use crate::settings::Live;
use anyhow::Result;
use audit::change::{Change, State};
use audit::journal::{Deed, Standing, Way};
use audit::plan::{Plan, Purpose};
use std::path::Path;
use store::{JournalError, read_journal, undo_of};

/// What the journal is; [`Standing::Fresh`] where there is none.
pub(crate) fn standing(path: &Path) -> Result<Standing> {
    // Its folder may not be readable, and then its journal is not either.
    if !path.is_file() {
        return Ok(Standing::Fresh);
    }
    let marks = match read_journal(&read_file(path)?) {
        Err(JournalError::NotBegun) => Vec::new(),
        Err(_) => journal(path)?.marks,
        Ok(read) => read.marks,
    };
    Ok(Standing::of(&marks, standing(&undo_of(path))?))
}

/// Refuses to go on with what is being taken back, or was.
pub(super) fn refuses_resume(path: &Path, live: &Live) -> Result<Option<Outcome>> {
    let (name, flags) = (report::shell(&path.to_string_lossy()), live.again());
    match standing(path)?.way(Deed::Resume) {
        Way::UndoFirst => {
            say(
                "error",
                &format!("an undo of {} was begun: it cannot go on before that has ended", called(path)),
            );
            say("next", &format!("invoketrail undo {name}{flags}"));
        }
        Way::Gone => {
            say(
                "error",
                &format!(
                    "{} was taken back by invoketrail undo: nothing is left to go on with",
                    called(path)
                ),
            );
            say("next", &format!("invoketrail plan --output plan.json{flags}"));
        }
        _ => return Ok(None),
    }
    say("note", "nothing was changed");
    Ok(Some(Outcome::No))
}

/// What the account says to a journal that has ended.
enum Left {
    /// Everything is as the journal left it.
    AsItWas,
    /// Something is not: what, and what was found.
    Changed(Box<(Change, State)>),
    Interrupted,
}

impl Work {
    /// How it ends where its journal says that everything is done: nothing is changed then. `None` iff there is something to do.
    pub(super) fn ended_before(&self, declared: &Declared, place: &Place<'_>) -> Result<Option<Outcome>> {
        if self.is_resumed() {
            return self.is_done().then(|| self.done_before(declared, place)).transpose();
        }
        if standing(&self.journal)?.way(Deed::Apply) != Way::Compare {
            return Ok(None);
        }
        let earlier = Work::resumed(&self.journal)?;
        let same = earlier.hash == self.hash && !matches!(left(&earlier.plan, place)?, Left::Changed(_));
        // What was taken back is not taken back twice.
        let ended = same || self.plan.purpose == Purpose::Undo;
        ended.then(|| earlier.done_before(declared, place)).transpose()
    }

    /// Says that everything was done before, and whether it still is. Exceptions follow what was done where a run was stopped before
    /// it had written them.
    pub(crate) fn done_before(&self, declared: &Declared, place: &Place<'_>) -> Result<Outcome> {
        let (name, done) = match self.plan.purpose {
            Purpose::Undo => (called(&self.journal.with_extension("")), "taken back"),
            _ => (called(&self.journal), "carried out"),
        };
        match left(&self.plan, place)? {
            Left::Interrupted => {
                say("note", "interrupted");
                Ok(Outcome::Interrupted)
            }
            Left::AsItWas => {
                // A restore ends exceptions, which others may need since.
                if declared.ends_some() && matches!(self.plan.purpose, Purpose::Restore(_)) {
                    let inventory = match place.collected(&self.plan)? {
                        Ok(inventory) => inventory,
                        Err(outcome) => return Ok(outcome),
                    };
                    if let Some(outcome) = still_needed(&self.plan, &inventory, &declared.before) {
                        return Ok(outcome);
                    }
                }
                say("note", &format!("{name} was {done} before: there is nothing left to do"));
                self.half_way(declared.settle().map(|_| Outcome::Well), place.live)
            }
            Left::Changed(different) => {
                let (change, found) = *different;
                let arn = &change.target.arn;
                say(
                    "error",
                    &format!(
                        "{name} was {done} before, and {arn} is different now: somebody changed it since"
                    ),
                );
                tell_difference(&change.after(), &found);
                say("note", "nothing was changed");
                say("next", &format!("invoketrail audit{}", place.live.again()));
                Ok(Outcome::No)
            }
        }
    }
}

/// Compares the account with what the plan left when its last step was done.
fn left(plan: &Plan, place: &Place<'_>) -> Result<Left> {
    let mut last: Vec<Change> = Vec::new();
    for step in plan.steps.iter().rev() {
        if !last.iter().any(|one| one.same_setting(&step.change)) {
            last.push(step.change.clone());
        }
    }
    let Some(states) = place.session.look(&last) else { return Ok(Left::Interrupted) };
    for (change, found) in last.into_iter().zip(states) {
        let found = found.map_err(|error| {
            Problem::new(format!("{}: {error}", change.target.arn))
                .help("what cannot be read cannot be compared: nothing was changed")
        })?;
        // A bucket that was to be deleted is kept where it holds log files.
        let kept = change.after() == State::Bucket(None);
        let gone = plan.purpose == Purpose::Undo && found == State::Gone;
        if found != change.after() && !kept && !gone {
            return Ok(Left::Changed(Box::new((change, found))));
        }
    }
    Ok(Left::AsItWas)
}
