//! `invoketrail inventory`: collect once, to audit elsewhere or later.

use ::args::inventory as args;
use ::args::outcome::Outcome;
use anyhow::Result;
use aws::Collected;
use std::path::Path;
use surroundings::context::Context;
use surroundings::facts::tell_gaps;
use surroundings::named_file::is_stdin;
use surroundings::output::{print, write_private};
use surroundings::problem::say;
use surroundings::session::Session;
use surroundings::settings;

/// Collects and writes. What could not be read is told, and stands in the file as gaps.
///
/// # Errors
/// [`surroundings::problem::Problem`] where nothing could be collected, or the file could not be written.
pub(crate) fn run(typed: args::Inventory, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live, context.config);
    let Some(session) = Session::begin(&live)? else {
        say("note", "interrupted before anything was read, so nothing was written");
        return Ok(Outcome::Interrupted);
    };
    let collected = session.collect(&context.now)?;
    write(&typed.output, &collected)?;
    tell_gaps(&collected.inventory);
    if collected.interrupted {
        say("note", "interrupted: the file holds what was read until then, and the rest as gaps");
    }
    if !is_stdin(&typed.output) {
        let path = report::shell_file(&typed.output);
        say("next", &format!("invoketrail audit --inventory {path}"));
    }
    Ok(if collected.interrupted { Outcome::Interrupted } else { Outcome::Well })
}

fn write(path: &Path, collected: &Collected) -> Result<()> {
    let inventory = &collected.inventory;
    if is_stdin(path) {
        return print(|out| store::write_inventory(inventory, out));
    }
    write_private(path, |out| store::write_inventory(inventory, out))?;
    let planes = |place: &audit::inventory::Place| {
        [&place.functions, &place.web_functions, &place.microvm_images].map(|one| one.resources.len())
    };
    let resources: usize = inventory.places.iter().flat_map(planes).sum();
    let accounts = inventory.accounts.iter().filter(|account| account.audited).count();
    let told = format!(
        "{} (accounts: {accounts}, accounts and Regions: {}, Lambda resources: {resources}, recorders: {}, requests: {})",
        path.display(),
        inventory.places.len(),
        inventory.recorders.len(),
        collected.requests
    );
    say("wrote", &told);
    Ok(())
}
