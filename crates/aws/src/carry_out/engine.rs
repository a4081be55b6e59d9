//! The order of things, over any world that can be read and set.

use super::Mark;
use crate::gap::{Class, Failure};
use audit::change::{Change, State};
use std::io;

/// Where what is done is written down before and after it is done.
pub trait Journal {
    /// Writes the entry such that it is still there after the machine lost its power.
    ///
    /// # Errors
    /// What the file system says; then nothing more is changed.
    fn write(&mut self, entry: &Entry) -> io::Result<()>;
}

/// A line of the journal; numbers are positions among the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The change is about to be set.
    Intent(usize),
    /// It was set and read back.
    Done(usize),
    /// It was not set, or not as wanted: what was found or said, in one line.
    Failed(usize, String),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The changes that are done, in this run or before.
    pub done: Vec<usize>,
    /// Why not all are; `None` iff all are.
    pub stopped: Option<Stopped>,
}

/// Why it stopped. Nothing was changed by the change that is named.
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
    async fn set(&mut self, change: &Change) -> Result<(), Failure>;
    /// Waits before reading back once more; false iff that was often enough.
    async fn wait(&mut self, attempt: u32) -> bool;
}

pub(super) async fn run<W: World>(
    world: &mut W,
    changes: &[Change],
    marks: &[Mark],
    journal: &mut dyn Journal,
    told: &mut dyn FnMut(usize),
) -> Carried {
    let mark = |at: usize| marks.get(at).copied().unwrap_or_default();
    let mut done: Vec<usize> = (0..changes.len()).filter(|at| mark(*at) == Mark::Done).collect();
    if (0..changes.len()).all(|at| mark(at) == Mark::Fresh)
        && let Some(stopped) = compare_all(world, changes).await
    {
        return Carried { done, stopped: Some(stopped) };
    }
    for (at, change) in changes.iter().enumerate() {
        if mark(at) == Mark::Done {
            continue;
        }
        if let Err(stopped) = one(world, (at, change), mark(at) == Mark::Intended, journal).await {
            if let Stopped::Refused { error, .. } = &stopped {
                // The journal is only told; what it cannot hold any more is said on the screen.
                let _ = journal.write(&Entry::Failed(at, error.clone()));
            }
            return Carried { done, stopped: Some(stopped) };
        }
        done.push(at);
        told(at);
    }
    Carried { done, stopped: None }
}

/// Compares every setting with what the first change of it wants to find.
async fn compare_all<W: World>(world: &mut W, changes: &[Change]) -> Option<Stopped> {
    for (at, change) in changes.iter().enumerate() {
        let earlier = &changes[..at];
        let created = |one: &&Change| matches!(one.after(), State::Trail(Some(_)));
        let comes_later = earlier.iter().any(|one| one.same_setting(change))
            || earlier.iter().filter(created).any(|one| one.target.arn == change.target.arn);
        if comes_later {
            continue;
        }
        match world.read(change).await {
            Ok(found) if found == change.before() => {}
            Ok(found) => return Some(Stopped::Stale { at, found: Box::new(found) }),
            Err(failure) => return Some(refused(at, &failure)),
        }
    }
    None
}

async fn one<W: World>(
    world: &mut W,
    (at, change): (usize, &Change),
    intended: bool,
    journal: &mut dyn Journal,
) -> Result<(), Stopped> {
    let mut write = |entry: Entry| {
        journal.write(&entry).map_err(|error| Stopped::Journal { at, error: error.to_string() })
    };
    let found = world.read(change).await.map_err(|failure| refused(at, &failure))?;
    if intended && found == change.after() {
        return write(Entry::Done(at));
    }
    if found != change.before() {
        return Err(Stopped::Stale { at, found: Box::new(found) });
    }
    write(Entry::Intent(at))?;
    let set = world.set(change).await;
    // Whatever was answered, or not answered, what is found decides.
    let mut attempt = 0;
    loop {
        match (world.read(change).await, &set) {
            (Ok(found), _) if found == change.after() => return write(Entry::Done(at)),
            (Ok(found), Err(failure)) if found == change.before() && is_final(failure) => {
                return Err(refused(at, failure));
            }
            (read, _) if !world.wait(attempt).await => {
                return Err(match (read, &set) {
                    (Ok(found), Err(failure)) if found == change.before() => refused(at, failure),
                    (Ok(found), _) => {
                        write(Entry::Failed(at, "something else was found after it was set".to_owned()))?;
                        Stopped::Differs { at, found: Box::new(found) }
                    }
                    (Err(failure), _) => refused(at, &failure),
                });
            }
            _ => attempt += 1,
        }
    }
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
