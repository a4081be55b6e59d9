//! Carrying changes out: the loop over them, in their order, over any world that can be read and set.

use super::Orders;
use crate::gap::{Class, Failure};
use audit::change::{Change, State};
use audit::journal::{Entry, Journal, Mark};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The changes that are done, in this run or before.
    pub done: Vec<usize>,
    /// Those of them that were to delete something and kept it, because it is not empty.
    pub kept: Vec<usize>,
    /// Those of them that this run found there as wanted before it set anything.
    pub found: Vec<usize>,
    /// True iff the journal says that a change was begun, in this run or before: the account may be changed.
    pub begun: bool,
    /// Why not all are; `None` iff all are.
    pub stopped: Option<Stopped>,
}

/// Why it stopped. Only [`Carried::begun`] says whether something may have been changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The account is not as the change wants to find it.
    Stale {
        /// The change.
        at: usize,
        /// What was found.
        found: Box<State>,
    },
    /// AWS, or the network, refused to read or to set.
    Refused {
        /// The change.
        at: usize,
        /// True iff the caller lacks a permission.
        permission: bool,
        /// The call, or what was said, in one line.
        error: String,
    },
    /// What the change rests on is not as it was: somebody changed it since.
    Moved {
        /// The change, which was not made.
        at: usize,
        /// What was expected.
        relied_on: Box<Change>,
        /// What was found.
        found: Box<State>,
    },
    /// It was set, and something else was found afterwards: somebody else wrote.
    Differs {
        /// The change.
        at: usize,
        /// What was found.
        found: Box<State>,
    },
    /// The journal could not be written.
    Journal {
        /// The change.
        at: usize,
        /// What the file system says.
        error: String,
        /// True iff the change itself was set before.
        set: bool,
    },
    /// The user interrupted.
    Interrupted {
        /// The change.
        at: usize,
    },
}

/// What changes are carried out on.
pub(super) trait World {
    async fn read(&mut self, change: &Change) -> Result<State, Failure>;
    /// Sets what the change wants after it.
    async fn set(&mut self, change: &Change) -> Result<Made, Failure>;
    /// Waits before reading back once more; false iff that was often enough.
    async fn wait(&mut self, attempt: u32) -> bool;
}

/// What setting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// AWS says it is as wanted.
    Set,
    /// It was to be deleted, and is kept because something is in it.
    Kept,
    /// It was there before as it is wanted, so nothing was set.
    Found,
}

pub(super) async fn run<W: World>(
    world: &mut W,
    orders: Orders<'_>,
    journal: &mut dyn Journal,
    done: &mut dyn FnMut(usize),
) -> Carried {
    let Orders { changes, marks, back, relied_on } = orders;
    let mark = |at: usize| marks.get(at).copied().unwrap_or_default();
    let mut carried = Carried {
        done: (0..changes.len()).filter(|at| mark(*at).is_over()).collect(),
        kept: Vec::new(),
        found: Vec::new(),
        begun: (0..changes.len()).any(|at| mark(at).is_begun()),
        stopped: None,
    };
    if !carried.begun {
        carried.stopped = compare_all(world, orders).await;
        if carried.stopped.is_some() {
            return carried;
        }
    }
    let resumed = carried.begun;
    for (at, change) in changes.iter().enumerate() {
        if mark(at).is_over() {
            continue;
        }
        let relied_on = relied_on.get(at).map_or(&[][..], Vec::as_slice);
        let intended = mark(at) == Mark::Intended;
        let mut step =
            Step { at, change, back, resumed, intended, was_intended: intended, unset: false, relied_on };
        match step.carry_out(world, journal).await {
            Ok(Made::Set) => carried.begun = true,
            Ok(Made::Kept) => {
                carried.begun = true;
                carried.kept.push(at);
            }
            Ok(Made::Found) => carried.found.push(at),
            Err(stopped) => {
                carried.begun |= step.intended;
                if let Stopped::Refused { error, .. } = &stopped {
                    let error = error.clone();
                    let entry = if step.unset { Entry::Refused(at, error) } else { Entry::Failed(at, error) };
                    // The journal is only told; what it cannot hold any more is said on the screen.
                    let _ = journal.write(&entry);
                }
                carried.stopped = Some(stopped);
                return carried;
            }
        }
        carried.done.push(at);
        done(at);
    }
    carried
}

/// Compares every setting with what the first change of it wants to find, and what the changes rest on besides.
async fn compare_all<W: World>(world: &mut W, orders: Orders<'_>) -> Option<Stopped> {
    let Orders { changes, back, relied_on, .. } = orders;
    for (at, change) in changes.iter().enumerate() {
        let earlier = &changes[..at];
        let created = |one: &&Change| matches!(one.after(), State::Trail(Some(_)));
        if let Some(last) = earlier.iter().rev().find(|one| one.same_setting(change)) {
            // It finds what that one leaves: where it wants something else, it can never be carried out.
            let left = last.after();
            if !back && left != change.before() && !change.is_there(&left) {
                return Some(Stopped::Stale { at, found: Box::new(left) });
            }
            continue;
        }
        if earlier.iter().filter(created).any(|one| one.target.arn == change.target.arn) {
            continue;
        }
        match world.read(change).await {
            Ok(found) if change.is_there(&found) => continue,
            // What is to be taken back, and stands as it did before already, needs nothing.
            Ok(found) if back && (found == State::Gone || found == change.after()) => continue,
            Ok(found) if found == change.before() => {}
            Ok(found) => return Some(Stopped::Stale { at, found: Box::new(found) }),
            Err(failure) => return Some(refused(at, &failure)),
        }
        // What the changes set themselves is compared where it is set.
        let set = |one: &&Change| changes.iter().any(|change| change.same_setting(one));
        for one in relied_on.get(at).into_iter().flatten().filter(|one| !set(one)) {
            if let Err(stopped) = stands(world, at, back, one).await {
                return Some(stopped);
            }
        }
    }
    None
}

/// That what a change rests on still stands. What takes back rests on nothing that does not exist any more.
async fn stands<W: World>(world: &mut W, at: usize, back: bool, relied_on: &Change) -> Result<(), Stopped> {
    match world.read(relied_on).await {
        Ok(found) if found == relied_on.before() || found == relied_on.after() => Ok(()),
        Ok(State::Gone) if back => Ok(()),
        Ok(found) => {
            Err(Stopped::Moved { at, relied_on: Box::new(relied_on.clone()), found: Box::new(found) })
        }
        Err(failure) => Err(refused(at, &failure)),
    }
}

/// One change on its way.
struct Step<'a> {
    at: usize,
    change: &'a Change,
    /// It takes back, so what does not exist any more needs nothing.
    back: bool,
    /// An earlier run began: what it left over, somebody else may have done meanwhile.
    resumed: bool,
    /// The journal says that it was about to be set.
    intended: bool,
    /// An earlier run said so: whether it did is not known.
    was_intended: bool,
    /// AWS certainly refused it, and it is as it was before.
    unset: bool,
    /// What must stand for it.
    relied_on: &'a [Change],
}

impl Step<'_> {
    async fn carry_out<W: World>(
        &mut self,
        world: &mut W,
        journal: &mut dyn Journal,
    ) -> Result<Made, Stopped> {
        let (at, change) = (self.at, self.change);
        let found = world.read(change).await.map_err(|failure| refused(at, &failure))?;
        let gone = self.back && found == State::Gone;
        if self.intended && (found == change.after() || gone) {
            write(journal, Entry::Done(at), true)?;
            return Ok(Made::Set);
        }
        let is_met = (self.back || self.resumed) && found == change.after();
        if change.is_there(&found) || gone || is_met {
            write(journal, Entry::Found(at), false)?;
            return Ok(Made::Found);
        }
        // A run that ended between the calls of one change is gone on with.
        let half = self.intended && change.so_far(&found).is_some();
        if found != change.before() && !half {
            // A bucket whose policy others changed is theirs to keep: what was begun ends without it.
            if self.back && self.resumed && change.after() == State::Bucket(None) {
                write(journal, Entry::Kept(at), false)?;
                return Ok(Made::Kept);
            }
            return Err(Stopped::Stale { at, found: Box::new(found) });
        }
        for one in self.relied_on {
            stands(world, at, self.back, one).await?;
        }
        if !self.intended {
            write(journal, Entry::Intent(at), false)?;
            self.intended = true;
        }
        let set = world.set(change).await;
        self.read_back(world, journal, &set).await
    }

    /// Whatever was answered, or not answered, what is found decides.
    async fn read_back<W: World>(
        &mut self,
        world: &mut W,
        journal: &mut dyn Journal,
        set: &Result<Made, Failure>,
    ) -> Result<Made, Stopped> {
        let (at, change) = (self.at, self.change);
        let unset = |found: &State| {
            *found == change.before() || *found == State::Gone || change.so_far(found).is_some()
        };
        let mut attempt = 0;
        loop {
            match (world.read(change).await, set) {
                (Ok(found), _) if found == change.after() || self.back && found == State::Gone => {
                    write(journal, Entry::Done(at), true)?;
                    return Ok(Made::Set);
                }
                (Ok(found), Ok(Made::Kept)) if found == change.before() => {
                    write(journal, Entry::Kept(at), false)?;
                    return Ok(Made::Kept);
                }
                (Ok(found), Err(failure)) if unset(&found) && is_final(failure) => {
                    // What an earlier run sent, and AWS never answered, may still come to pass.
                    self.unset = !self.was_intended && found == change.before();
                    return Err(refused(at, failure));
                }
                (read, _) if !world.wait(attempt).await => {
                    return Err(match (read, set) {
                        (Ok(found), Err(failure)) if unset(&found) => refused(at, failure),
                        (Ok(found), _) => {
                            // What was found is the answer, whether or not the journal can hold it.
                            let error = "something else was found after it was set".to_owned();
                            let _ = journal.write(&Entry::Failed(at, error));
                            Stopped::Differs { at, found: Box::new(found) }
                        }
                        (Err(failure), _) => refused(at, &failure),
                    });
                }
                _ => attempt += 1,
            }
        }
    }
}

fn write(journal: &mut dyn Journal, entry: Entry, set: bool) -> Result<(), Stopped> {
    let (Entry::Intent(at)
    | Entry::Done(at)
    | Entry::Found(at)
    | Entry::Kept(at)
    | Entry::Used(at)
    | Entry::Failed(at, _)
    | Entry::Refused(at, _)) = entry;
    journal.write(&entry).map_err(|error| Stopped::Journal { at, error: error.to_string(), set })
}

/// True iff AWS certainly did not do it: a refusal, and not an answer that was lost.
fn is_final(failure: &Failure) -> bool {
    !matches!(failure.class, Class::Silent | Class::Unreachable | Class::Server | Class::Interrupted)
}

fn refused(at: usize, failure: &Failure) -> Stopped {
    match failure.class {
        Class::Interrupted => Stopped::Interrupted { at },
        class => Stopped::Refused { at, permission: class == Class::Refused, error: failure.error.clone() },
    }
}

#[cfg(test)]
mod tests;
