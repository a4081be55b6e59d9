//! What a journal is, by its file and those of its undos, and what is said of one that a command may do nothing with.

use super::again::{audit_again, counted_again};
use super::declared::{Declared, refuses_needed};
use super::{PlanAccounts, PlanRun, journal, tell_difference};
use anyhow::Result;
use args::outcome::Outcome;
use audit::change::{Change, State};
use audit::journal::{Deed, Mark, Standing, Way};
use audit::plan::{Plan, Purpose, takes_back_all};
use std::collections::BTreeSet;
use std::path::Path;
use store::{JournalError, read_journal, undo_of};
use surroundings::again::exceptions_again;
use surroundings::named_file::called;
use surroundings::output::read_file;
use surroundings::problem::{Problem, say};
use surroundings::settings::Live;

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
    let undo = standing(&undo_of(path))?;
    let undo = if is_part(&undo_of(path))? { Standing::Begun } else { undo };
    Ok(Standing::of(&marks, undo))
}

/// True iff it is the journal of an undo that has ended, and that took back a part of what it is the undo of, because the rest was not its own or is used
/// by others.
pub(crate) fn is_part(own: &Path) -> Result<bool> {
    let of = own.with_extension("");
    if undo_of(&of) != own || !own.is_file() || !of.is_file() {
        return Ok(false);
    }
    let read = |path: &Path| Ok::<_, anyhow::Error>(read_journal(&read_file(path)?).ok());
    let (Some(back), Some(of)) = (read(own)?, read(&of)?) else { return Ok(false) };
    let is_over = !back.marks.is_empty() && back.marks.iter().all(|mark| mark.is_over());
    Ok(is_over && (back.marks.contains(&Mark::Used) || !takes_back_all(&of.plan, &of.marks, &back.plan)))
}

/// Refuses to go on with what is being taken back, or was.
pub(super) fn refuses_resume(path: &Path, live: &Live) -> Result<Option<Outcome>> {
    let name = report::shell_file(path);
    let flags = format!("{}{}", exceptions_again(), live.again());
    match standing(path)?.way(Deed::Resume) {
        Way::UndoFirst => {
            say(
                "error",
                &format!(
                    "an undo of {} was begun, and has to end before the journal can go on",
                    called(path)
                ),
            );
            say("next", &format!("invoketrail undo {name}{flags}"));
        }
        Way::Gone => {
            say(
                "error",
                &format!(
                    "{} was taken back by invoketrail undo, so nothing is left to go on with",
                    called(path)
                ),
            );
            if let Ok(read) = read_journal(&read_file(path)?) {
                let (label, line) = made_again(&read.plan, &flags);
                say(label, &line);
            }
        }
        _ => return Ok(None),
    }
    say("note", "nothing was changed");
    Ok(Some(Outcome::No))
}

/// The command that makes such a plan again, or advice where the plan does not hold its flags.
fn made_again(plan: &Plan, flags: &str) -> (&'static str, String) {
    let again = report::plan_again(&plan.purpose, &format!("{}{flags}", counted_again(plan)));
    let help = match plan.purpose {
        Purpose::Backout(_) => "make the backout again",
        Purpose::Restore(_) => "make the restore again",
        _ => "make the plan again",
    };
    again.map_or_else(|| ("help", help.to_owned()), |command| ("next", command))
}

/// What the account says to a journal that has ended.
enum Left {
    /// Everything is as the journal left it.
    AsItWas,
    /// Something is not: what, and what was found.
    Changed(Box<(Change, State)>),
    Interrupted,
}

impl PlanRun {
    /// How it ends where its journal says that everything is done: nothing is changed then. `None` iff there is something to do.
    pub(super) fn ended_before(
        &self,
        declared: &Declared,
        accounts: &PlanAccounts<'_>,
    ) -> Result<Option<Outcome>> {
        if self.is_resumed() {
            return self.is_done().then(|| self.done_before(declared, accounts)).transpose();
        }
        if standing(&self.journal)?.way(Deed::Apply) != Way::Compare {
            return Ok(None);
        }
        let earlier = PlanRun::resumed(&self.journal)?;
        // What others used is looked at again.
        let is_whole = earlier.hash == self.hash && !earlier.marks.contains(&Mark::Used);
        let same = is_whole && !matches!(left(&earlier, accounts)?, Left::Changed(_));
        // What was taken back is not taken back twice; after a part of it the rest may be.
        let ended = same || self.plan.purpose == Purpose::Undo && !is_part(&self.journal)?;
        ended.then(|| earlier.done_before(declared, accounts)).transpose()
    }

    /// Says that everything was done before, and whether it still is. Exceptions follow what was done where a run was stopped before
    /// it had written them.
    pub(crate) fn done_before(&self, declared: &Declared, accounts: &PlanAccounts<'_>) -> Result<Outcome> {
        let (name, done) = match self.plan.purpose {
            Purpose::Undo if is_part(&self.journal)? => {
                (format!("a part of {}", called(&self.journal.with_extension(""))), "taken back")
            }
            Purpose::Undo => (called(&self.journal.with_extension("")), "taken back"),
            _ => (called(&self.journal), "carried out"),
        };
        self.tell_used(accounts.live);
        match left(self, accounts)? {
            Left::Interrupted => {
                say("note", "interrupted");
                Ok(Outcome::Interrupted)
            }
            Left::AsItWas => {
                // A restore ends exceptions, which others may need since.
                let now = if declared.ends_some() && matches!(self.plan.purpose, Purpose::Restore(_)) {
                    let inventory = match accounts.reached(&self.plan)? {
                        Ok(inventory) => inventory,
                        Err(outcome) => return Ok(outcome),
                    };
                    if let Some(outcome) = refuses_needed(&self.plan, &inventory, &declared.before) {
                        return Ok(outcome);
                    }
                    Some(inventory)
                } else {
                    None
                };
                say("note", &format!("{name} was {done} before, so there is nothing left to do"));
                let settled = declared.settle(&self.plan, now.as_ref());
                self.half_way(settled.map(|_| Outcome::Well), accounts.live)
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
                say("next", &audit_again(&self.plan, accounts.live));
                Ok(Outcome::No)
            }
        }
    }
}

impl PlanRun {
    /// Says what an undo left to others, and how it is looked at again.
    fn tell_used(&self, live: &Live) {
        let steps = self.plan.steps.iter().zip(&self.marks);
        let used = steps.filter(|(_, mark)| **mark == Mark::Used);
        let names: BTreeSet<String> = used.map(|(step, _)| report::noun_of_change(&step.change)).collect();
        names.iter().for_each(|name| say("note", &format!("{name} stays, because others used it")));
        if !names.is_empty() {
            let journal = report::shell_file(self.journal.with_extension(""));
            let flags = format!("{}{}", exceptions_again(), live.again());
            say("next", &format!("invoketrail undo {journal}{flags}  # looks whether they still do"));
        }
    }
}

/// Compares the account with what the plan left when its last step was done; what others use is theirs.
fn left(run: &PlanRun, accounts: &PlanAccounts<'_>) -> Result<Left> {
    let plan = &run.plan;
    let mut last: Vec<Change> = Vec::new();
    for (at, step) in plan.steps.iter().enumerate().rev() {
        let is_used = run.marks.get(at) == Some(&Mark::Used);
        if !is_used && !last.iter().any(|one| one.same_setting(&step.change)) {
            last.push(step.change.clone());
        }
    }
    let Some(states) = accounts.session.look(&last) else { return Ok(Left::Interrupted) };
    for (change, found) in last.into_iter().zip(states) {
        let found = found.map_err(|error| {
            Problem::new(format!("{}: {error}", change.target.arn))
                .help("what cannot be read cannot be compared, so nothing was changed")
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

#[cfg(test)]
mod tests {
    use super::made_again;
    use audit::inventory::Inventory;
    use audit::plan::{Plan, PlanOptions, Purpose, drop_copies};

    /// What was taken back is planned again for what it was planned for.
    #[test]
    fn a_plan_is_made_again_for_its_own_purpose() {
        let bare = drop_copies(&Inventory::default(), &PlanOptions::default());
        let exception = audit::exception::Exception {
            id: "x".to_owned(),
            functions: Vec::new(),
            matched: None,
            owner: "payments".to_owned(),
            reason: "cost".to_owned(),
            ticket: None,
            until: "2027-01-31".to_owned(),
            says_expires: false,
            declared_at: String::new(),
            plan: None,
            too_long: None,
        };
        for (purpose, label, words) in [
            (Purpose::Record, "next", "invoketrail plan --output plan.json --profile p"),
            (Purpose::DropCopies, "next", "invoketrail plan --drop-copies --output plan.json --profile p"),
            (Purpose::Backout(exception), "help", "make the backout again"),
            (Purpose::Restore(Vec::new()), "help", "make the restore again"),
        ] {
            let (found, line) = made_again(&Plan { purpose, ..bare.clone() }, " --profile p");
            assert!(found == label && line.starts_with(words), "{found}: {line}");
        }
    }
}
