//! The facts of a command: an inventory out of AWS, a file or a saved audit, and how that was judged.

use crate::exceptions::Limit;
use crate::misread::misread;
use crate::named_file::called;
use crate::output::read_within;
use crate::problem::{Problem, say};
use crate::saved;
use crate::session::Session;
use crate::settings::Source;
use anyhow::Result;
use audit::Counted;
use audit::exception::Exception;
use audit::inputs::Inputs;
use audit::inventory::Inventory;
use audit::raw_answers::Keep;
use aws::Collected;
use std::path::Path;
use std::sync::Arc;
use store::{FileKind, SavedAudit, limits};

/// The facts, and whether reading them was interrupted.
pub struct Facts {
    /// What was read.
    pub inventory: Inventory,
    /// Whether Ctrl-C ended it before its end.
    pub interrupted: bool,
    /// How they were judged, iff they come from a saved audit.
    pub judged: Option<Judged>,
}

/// What is said where the choice of a saved audit counts.
pub const ONLY_TRAILS: &str = "only trails count as recorders, as in the saved audit";

/// What of a saved audit's choices holds.
pub struct AsSaved {
    /// Which recorders count.
    pub recorders: Option<Counted>,
    /// The accepted exceptions.
    pub exceptions: Option<Vec<Exception>>,
    /// For how many days an exception may be declared; that of the user, where he made the choice.
    pub longest: Option<u16>,
}

/// How a saved audit was judged.
pub struct Judged {
    /// Which recorders count.
    pub recorders: Counted,
    /// The accepted exceptions.
    pub exceptions: Vec<Exception>,
    /// For how many days an exception may be declared.
    pub longest: Option<u16>,
}

impl Judged {
    /// The inventory of a saved audit, and how that was judged.
    pub fn of(inputs: Inputs) -> (Inventory, Option<Judged>) {
        let Inputs { inventory, recorders, exceptions, exceptions_max_days: longest, .. } = inputs;
        (inventory, Some(Judged { recorders, exceptions, longest }))
    }

    /// Which recorders count for a command over the same facts, unless the user said it himself. Says so.
    pub fn counted_unless_said(&self, recorders_said: bool) -> Option<Counted> {
        let counted = Some(self.recorders).filter(|_| !recorders_said);
        if counted == Some(Counted::Trails) {
            say("note", ONLY_TRAILS);
        }
        counted
    }

    /// For how many days an exception may be declared. Says so.
    pub fn longest_as_saved(&self) -> Option<u16> {
        if let Some(days) = self.longest {
            say("note", &format!("an exception ends at most {days} days after today, as in the saved audit"));
        }
        self.longest
    }

    /// What of it holds for a command over the same facts: each choice, unless the user made it himself. Says so.
    pub fn unless_said(mut self, recorders: bool, exceptions: bool, limit: Limit<'_>) -> AsSaved {
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
pub enum Opened<'a> {
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
    pub fn of(source: &'a Source) -> Result<Self> {
        Self::with(source, None)
    }

    /// The same; what AWS answers is kept.
    ///
    /// # Errors
    /// [`Problem`] iff not even the caller is known.
    pub fn with(source: &'a Source, keep: Option<Arc<dyn Keep>>) -> Result<Self> {
        match source {
            Source::File(path) | Source::Demo(path) => Ok(Self::File(path)),
            Source::Live(live) => Ok(Session::begin_with(live, keep)?.map_or(Self::Interrupted, Self::Live)),
        }
    }

    /// # Errors
    /// [`Problem`] where the file cannot be read, or nothing could be collected.
    pub fn facts(&self, now: &str) -> Result<Facts> {
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
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::Live(session) => Some(session),
            Self::File(_) | Self::Interrupted => None,
        }
    }
}

/// The inventory of a file, which may also be a saved audit: that holds its inventory.
pub fn read_inventory(path: &Path) -> Result<Inventory> {
    Ok(read_judged(path)?.0)
}

/// The same, with how a saved audit was judged.
pub fn read_judged(path: &Path) -> Result<(Inventory, Option<Judged>)> {
    Ok(match read_known(path)? {
        Known::Saved(saved) => Judged::of(saved.inputs),
        Known::Inventory(inventory) => (*inventory, None),
    })
}

/// What a file of facts is.
pub enum Known {
    /// A saved audit, as JSON or as a bundle.
    Saved(Box<SavedAudit>),
    /// An inventory.
    Inventory(Box<Inventory>),
}

/// Reads a file of facts, once: it may be a pipe.
pub fn read_known(path: &Path) -> Result<Known> {
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
        misread(path, &bytes, FileKind::Inventory, "an inventory", &error, error.help()).into()
    })
}

/// Tells on stderr how much could not be read.
pub fn tell_gaps(inventory: &Inventory) {
    if let Some(gaps) = report::gaps_sentence(inventory) {
        say("note", &gaps);
    }
}
