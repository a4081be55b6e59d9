//! The commands, one file each, and what they share: where the facts come from.

pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod backout;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod inventory;
pub(crate) mod invocations;
pub(crate) mod permissions;
pub(crate) mod plan;
pub(crate) mod restore;
mod sites;
pub(crate) mod undo;
pub(crate) mod validate;
pub(crate) mod verify;

use crate::collect::collect;
use crate::output::{called, read_file, read_within};
use crate::problem::{Problem, say};
use crate::settings::Source;
use ::audit::exception::Exception;
use ::audit::inventory::{GapKind, Inventory};
use anyhow::Result;
use std::path::Path;

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
}

fn facts(source: &Source, now: &str) -> Result<Facts> {
    match source {
        Source::File(path) => Ok(Facts { inventory: read_inventory(path)?, interrupted: false }),
        Source::Live(live) => {
            let collected = collect(live, now)?;
            Ok(Facts { inventory: collected.inventory, interrupted: collected.interrupted })
        }
    }
}

fn read_inventory(path: &Path) -> Result<Inventory> {
    let bytes = read_within(path, &store::limits::INVENTORY)?;
    store::read_inventory(&bytes).map_err(|error| {
        Problem::new(format!("cannot read {} as an inventory: {error}", called(path)))
            .help(error.help())
            .into()
    })
}

/// The exceptions of a file that may be yet to be made; none where it is not there.
fn exceptions_so_far(path: Option<&Path>) -> Result<Vec<Exception>> {
    exceptions(path.filter(|path| path.exists()))
}

/// The exceptions of a file; none where none was named.
fn exceptions(path: Option<&Path>) -> Result<Vec<Exception>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = read_file(path)?;
    store::read_exceptions(&bytes).map_err(|error| {
        Problem::new(format!("cannot read {} as exceptions: {error}", called(path))).help(error.help()).into()
    })
}

/// Tells on stderr how much could not be read.
fn tell_gaps(inventory: &Inventory) {
    let gaps: Vec<_> = inventory.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered).collect();
    if gaps.is_empty() {
        return;
    }
    let mut groups: Vec<(&str, &str, usize)> = Vec::new();
    for gap in &gaps {
        match groups.iter_mut().find(|(call, kind, _)| *call == gap.call && *kind == gap.kind.as_str()) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((&gap.call, gap.kind.as_str(), 1)),
        }
    }
    let told: Vec<String> =
        groups.iter().map(|(call, kind, count)| format!("{call} {kind} ({count})")).collect();
    let things = if gaps.len() == 1 { "1 thing" } else { &format!("{} things", gaps.len()) };
    say("note", &format!("{things} could not be read: {}", told.join(", ")));
}
