//! The commands, one file each, and what they share: where the facts come from.

pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod backout;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod detect;
pub(crate) mod diff;
pub(crate) mod exceptions;
pub(crate) mod explain;
pub(crate) mod frameworks;
mod fresh;
pub(crate) mod history;
pub(crate) mod inventory;
pub(crate) mod invocations;
#[cfg(feature = "lake")]
pub(crate) mod lake;
pub(crate) mod man;
mod notify;
pub(crate) mod permissions;
pub(crate) mod plan;
mod proofs;
pub(crate) mod report;
pub(crate) mod restore;
mod saved;
mod showing;
mod sites;
pub(crate) mod undo;
pub(crate) mod validate;
pub(crate) mod verify;

use crate::inputs::remember;
use crate::misread::misread;
use crate::output::{called, read_file, read_within};
use crate::problem::{Problem, say};
use crate::session::Session;
use crate::settings::Source;
use ::audit::Counted;
use ::audit::exception::Exception;
use ::audit::inputs::Inputs;
use ::audit::inventory::Inventory;
use ::audit::raw_answers::Keep;
use anyhow::Result;
use aws::Collected;
use std::path::Path;
use std::sync::Arc;
use store::{FileKind, SavedAudit, limits};

/// What is known before any command runs.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The time, RFC 3339.
    pub(crate) now: String,
    /// What the configuration file says.
    pub(crate) config: crate::config::Config,
}

/// The facts, and whether reading them was interrupted.
struct Facts {
    inventory: Inventory,
    interrupted: bool,
    /// How they were judged, iff they come from a saved audit.
    judged: Option<Judged>,
}

/// What is said where the choice of a saved audit counts.
const ONLY_TRAILS: &str = "only trails count as recorders, as in the saved audit";

/// What of a saved audit's choices holds.
struct AsSaved {
    recorders: Option<Counted>,
    exceptions: Option<Vec<Exception>>,
    /// For how many days an exception may be declared; that of the user, where he made the choice.
    longest: Option<u16>,
}

/// How a saved audit was judged.
struct Judged {
    recorders: Counted,
    exceptions: Vec<Exception>,
    longest: Option<u16>,
}

impl Judged {
    /// The inventory of a saved audit, and how that was judged.
    fn of(inputs: Inputs) -> (Inventory, Option<Judged>) {
        let Inputs { inventory, recorders, exceptions, exceptions_max_days: longest, .. } = inputs;
        (inventory, Some(Judged { recorders, exceptions, longest }))
    }

    /// Which recorders count for a command over the same facts, unless the user said it himself. Says so.
    fn counted_unless_said(&self, said: bool) -> Option<Counted> {
        let counted = Some(self.recorders).filter(|_| !said);
        if counted == Some(Counted::Trails) {
            say("note", ONLY_TRAILS);
        }
        counted
    }

    /// For how many days an exception may be declared. Says so.
    fn longest_as_saved(&self) -> Option<u16> {
        if let Some(days) = self.longest {
            say("note", &format!("an exception ends at most {days} days after today, as in the saved audit"));
        }
        self.longest
    }

    /// What of it holds for a command over the same facts: each choice, unless the user made it himself. Says so.
    fn unless_said(mut self, recorders: bool, exceptions: bool, limit: Limit<'_>) -> AsSaved {
        let longest = match limit.most {
            // Nothing was said, and the exceptions are not those that were saved.
            None if exceptions => self.longest_as_saved(),
            most => most.or(self.longest),
        };
        Limit { most: longest, ..limit }.hold(&mut self.exceptions);
        let counted = self.counted_unless_said(recorders);
        let accepted = Some(self.exceptions).filter(|all| !exceptions && !all.is_empty());
        if accepted.is_some() {
            say("note", "judged with the exceptions of the saved audit");
        }
        AsSaved { recorders: counted, exceptions: accepted, longest }
    }
}

/// Where the facts come from, opened: AWS is asked once who asks, whatever else a command asks afterwards.
enum Opened<'a> {
    /// A file.
    File(&'a Path),
    /// AWS.
    Live(Session),
    /// AWS, and Ctrl-C came first.
    Interrupted,
}

impl<'a> Opened<'a> {
    /// # Errors
    /// [`Problem`] iff not even the caller is known.
    fn of(source: &'a Source) -> Result<Self> {
        Self::with(source, None)
    }

    /// The same; what AWS answers is kept.
    ///
    /// # Errors
    /// [`Problem`] iff not even the caller is known.
    fn with(source: &'a Source, keep: Option<Arc<dyn Keep>>) -> Result<Self> {
        match source {
            Source::File(path) | Source::Demo(path) => Ok(Self::File(path)),
            Source::Live(live) => Ok(Session::begin_with(live, keep)?.map_or(Self::Interrupted, Self::Live)),
        }
    }

    /// # Errors
    /// [`Problem`] where the file cannot be read, or nothing could be collected.
    fn facts(&self, now: &str) -> Result<Facts> {
        match self {
            Self::File(path) => {
                let (inventory, judged) = read_judged(path)?;
                Ok(Facts { inventory, interrupted: false, judged })
            }
            Self::Live(session) => {
                let collected = session.collect(now)?;
                let Collected { inventory, interrupted, .. } = collected;
                Ok(Facts { inventory, interrupted, judged: None })
            }
            Self::Interrupted => {
                Ok(Facts { inventory: Inventory::default(), interrupted: true, judged: None })
            }
        }
    }

    /// `None` where the facts come from a file.
    fn session(&self) -> Option<&Session> {
        match self {
            Self::Live(session) => Some(session),
            Self::File(_) | Self::Interrupted => None,
        }
    }
}

/// The inventory of a file, which may also be a saved audit: that holds its inventory.
fn read_inventory(path: &Path) -> Result<Inventory> {
    Ok(read_judged(path)?.0)
}

/// The same, with how a saved audit was judged.
fn read_judged(path: &Path) -> Result<(Inventory, Option<Judged>)> {
    Ok(match read_known(path)? {
        Known::Saved(saved) => Judged::of(saved.inputs),
        Known::Inventory(inventory) => (*inventory, None),
    })
}

/// What a file of facts is.
enum Known {
    /// A saved audit, as JSON or as a bundle.
    Saved(Box<SavedAudit>),
    /// An inventory.
    Inventory(Box<Inventory>),
}

/// Reads a file of facts, once: it may be a pipe.
fn read_known(path: &Path) -> Result<Known> {
    if saved::is_bundle(path) {
        return Ok(Known::Saved(Box::new(saved::open(path)?)));
    }
    let limit = &limits::INVENTORY;
    // A saved audit holds more beside its inventory, which is counted on its own.
    let bytes = read_within(path, &limits::Limit { values: None, ..*limit })?;
    if store::recognized(&bytes) == Some(FileKind::Audit) {
        return Ok(Known::Saved(Box::new(saved::read(path, &bytes)?)));
    }
    if let Err(error) = limit.check(&bytes) {
        return Err(Problem::new(format!("cannot read {}: {error}", called(path))).help(limit.help).into());
    }
    store::read_inventory(&bytes).map(|read| Known::Inventory(Box::new(read))).map_err(|error| {
        misread(path, &bytes, (FileKind::Inventory, "an inventory"), &error, error.help()).into()
    })
}

/// The exceptions of a file that may be yet to be made; none where it is not there.
fn exceptions_so_far(path: Option<&Path>, limit: Limit<'_>) -> Result<Vec<Exception>> {
    path.into_iter().for_each(remember);
    exceptions(path.filter(|path| path.exists()), limit)
}

/// How long an exception may be declared for, in days, and the day of today.
#[derive(Clone, Copy, Debug)]
struct Limit<'a> {
    most: Option<u16>,
    today: &'a str,
}

impl Limit<'_> {
    /// What is written is read as it is.
    const NONE: Limit<'static> = Limit { most: None, today: "" };

    /// Lets those that end too late hold on no day.
    fn hold(self, exceptions: &mut [Exception]) {
        if let Some(most) = self.most {
            exceptions.iter_mut().for_each(|one| one.limit(most, self.today));
        }
    }
}

impl Context {
    /// The limit as typed, else as the configuration file says.
    fn limit(&self, typed: Option<u16>) -> Limit<'_> {
        Limit { most: typed.or(self.config.exceptions_max_days), today: crate::clock::day(&self.now) }
    }
}

/// The exceptions of a file; none where none was named. Those that end too late hold on no day.
fn exceptions(path: Option<&Path>, limit: Limit<'_>) -> Result<Vec<Exception>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = read_file(path)?;
    let mut all = store::read_exceptions(&bytes).map_err(|error| {
        let help = error.help_by_hand("docs/reference/exceptions.md");
        misread(path, &bytes, (FileKind::Exceptions, "exceptions"), &error, help)
    })?;
    limit.hold(&mut all);
    Ok(all)
}

/// Tells on stderr how much could not be read.
fn tell_gaps(inventory: &Inventory) {
    if let Some(gaps) = ::report::gaps_sentence(inventory) {
        say("note", &gaps);
    }
}
