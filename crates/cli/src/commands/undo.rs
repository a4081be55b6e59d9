//! `invoketrail undo`: take back what a journal says was done.

use super::Context;
use super::apply::{Declared, Place, Work, approved, exceptions_again, journal, standing, tell_difference};
use crate::again::same;
use crate::args;
use crate::outcome::Outcome;
use crate::output::{layout, print, read_file, write_private};
use crate::problem::{Problem, say};
use crate::settings::{self, Live};
use anyhow::Result;
use audit::change::{Change, State};
use audit::drift::Snapshot;
use audit::journal::{Deed, Mark, Standing, Way};
use audit::plan::{Owner, Plan, Purpose, Step, taken_back, undo};
use std::path::Path;
use store::{JournalError, JournalRead, plan_hash, read_journal, undo_of, write_plan};

/// Takes back, or plans to do so around what others changed.
///
/// # Errors
/// [`Problem`] where the journal cannot be read, it is not approved, or nothing could be reached.
pub(crate) fn run(typed: args::Undo, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live.clone(), context.config.clone());
    let read = journal(&typed.journal)?;
    if read.plan.purpose == Purpose::Undo {
        return Ok(refused_again(&typed.journal));
    }
    let own = undo_of(&typed.journal);
    // One that only the settings of this folder name is not written.
    let of_settings = context.config.exceptions.clone().filter(|_| !context.config.found);
    let file = typed.exceptions.clone().or(of_settings);
    // What is wrong with the file is found out before anything is changed.
    let back = undo(&read.plan, &[]);
    let declared = Declared::of(&back, &read.hash, Some(&read), file.as_deref())?;
    if let Some(work) = going_on(&typed.journal, &own)? {
        let place = match Place::open(&work.plan, &live, &context) {
            Err(error) if !work.is_done() => return work.half_way(Err(error), &live),
            opened => opened?,
        };
        return go_on(work, &declared, &typed, &place);
    }
    let place = Place::open(&read.plan, &live, &context)?;
    let Some((plan, done, found)) = settled(&read, &place)? else { return Ok(Outcome::Interrupted) };
    let plan = undo(&plan, &done);
    if plan.steps.is_empty() {
        let why = if found.is_empty() { "the journal says that nothing was changed: there" } else { "there" };
        say("note", &format!("{why} is nothing to take back"));
        return Ok(Outcome::Well);
    }
    tell_undeclared(&read.plan.purpose);
    if typed.merge {
        return merge(&plan, &found, &typed, &place);
    }
    if let Some((change, _)) = differing(&plan, &found) {
        return Ok(refused(change, &found, &typed, &live));
    }
    let hash = plan_hash(&plan);
    print(|out| out.write_all(report::plan_text(&plan, &hash, &layout()).as_bytes()))?;
    let before = match place.audited(&plan, &[])? {
        Ok(before) => before,
        Err(outcome) => {
            say("note", "nothing was changed");
            return Ok(outcome);
        }
    };
    if !approved(&typed.approval, &hash)? {
        say("note", "not approved: nothing was changed");
        return Ok(Outcome::No);
    }
    carried_out(&Work::of(plan, own), &declared, &before, &place)
}

/// The exceptions that a restore ended are known by their ids alone, so its undo cannot declare them again.
fn tell_undeclared(purpose: &Purpose) {
    if let Purpose::Restore(ids) = purpose
        && !ids.is_empty()
    {
        let ids = ids.join(", ");
        say(
            "note",
            &format!(
                "the exceptions that the restore ended are not declared again ({ids}): controls fail for their functions"
            ),
        );
    }
}

/// What an undo took back comes again with the plan: that is judged afresh, and declares its exception.
fn refused_again(own: &Path) -> Outcome {
    say("error", &format!("{} is the journal of an undo, and an undo is not undone", own.display()));
    say("help", "apply the plan again: that is judged by the account, and declares again what it leaves out");
    say("note", "nothing was changed");
    Outcome::No
}

fn carried_out(work: &Work, declared: &Declared, before: &Snapshot, place: &Place<'_>) -> Result<Outcome> {
    let carried = work.carry_out(place)?;
    let outcome = work.tell(&carried, place.live);
    if carried.stopped.is_none() {
        let settled = declared.settle();
        let told = settled.and_then(|_| place.difference(&work.plan, before, &[], outcome));
        return work.half_way(told, place.live);
    }
    Ok(outcome)
}

/// The undo of the journal that was begun, and may have ended, by its own journal.
fn going_on(path: &Path, own: &Path) -> Result<Option<Work>> {
    let way = standing(path)?.way(Deed::Undo);
    // One that was stopped before its first line is none, and one that was taken back makes way.
    let fresh =
        || Ok::<_, anyhow::Error>(own.is_file() && standing(own)? == Standing::Fresh && is_begun(own)?);
    match way {
        Way::GoOnWithUndo | Way::Compare => Work::resumed(own).map(Some),
        _ if fresh()? => Work::resumed(own).map(Some),
        _ => Ok(None),
    }
}

/// True iff the journal has its first line.
fn is_begun(own: &Path) -> Result<bool> {
    Ok(!matches!(read_journal(&read_file(own)?), Err(JournalError::NotBegun)))
}

/// Goes on with an undo that was stopped.
fn go_on(work: Work, declared: &Declared, typed: &args::Undo, place: &Place<'_>) -> Result<Outcome> {
    if work.is_done() {
        return work.done_before(declared, place);
    }
    print(|out| out.write_all(report::plan_text(&work.plan, &work.hash, &layout()).as_bytes()))?;
    say("note", "an earlier undo was stopped: this one goes on with it");
    let before = match place.audited(&work.plan, &[]) {
        Ok(Ok(before)) => before,
        Ok(Err(_)) => return Ok(work.tell_next(place.live)),
        Err(error) => return work.half_way(Err(error), place.live),
    };
    if !approved(&typed.approval, &work.hash)? {
        say("note", "not approved: nothing more was changed");
        return Ok(Outcome::No);
    }
    carried_out(&work, declared, &before, place)
}

/// What was found of each change, by the change that takes it back.
type Found = Vec<(Change, State)>;

/// The steps that were done: for those that were only intended, the account itself is asked. `None` iff interrupted.
///
/// Of a change that AWS makes in several calls and that was stopped between them, what is there is what is taken back: the
/// plan that is returned holds that instead.
fn settled(read: &JournalRead, place: &Place<'_>) -> Result<Option<(Plan, Vec<usize>, Found)>> {
    let begun: Vec<usize> = (0..read.plan.steps.len())
        .filter(|at| read.marks.get(*at).is_some_and(|mark| mark.is_begun()))
        .collect();
    let changes: Vec<Change> = begun.iter().map(|at| read.plan.steps[*at].change.clone()).collect();
    let Some(states) = place.session.look(&changes) else { return Ok(None) };
    let (mut done, mut found, mut plan) = (Vec::new(), Vec::new(), read.plan.clone());
    for ((at, change), state) in begun.into_iter().zip(&changes).zip(states) {
        let state = state.map_err(|error| {
            Problem::new(format!("{}: {error}", change.target.arn))
                .help("what cannot be read cannot be taken back: nothing was changed")
        })?;
        if change.is_gone(&state) {
            if read.marks[at] == Mark::Done {
                say(
                    "note",
                    &format!("{} does not exist any more: nothing of it is left to take back", thing(change)),
                );
            }
            found.push((change.inverse(), state));
            continue;
        }
        let so_far = change.so_far(&state).filter(|_| read.marks[at] == Mark::Intended);
        if read.marks[at] == Mark::Done || state == change.after() || so_far.is_some() {
            done.push(at);
        }
        found.push((so_far.as_ref().unwrap_or(change).inverse(), state));
        if let Some(so_far) = so_far {
            plan.steps[at].change = so_far;
        }
    }
    Ok(Some((plan, done, found)))
}

/// What the change is about, for a sentence.
fn thing(change: &Change) -> String {
    match (change.after(), change.before()) {
        (State::Bucket(Some(bucket)), _) | (_, State::Bucket(Some(bucket))) => {
            format!("bucket {}", bucket.name)
        }
        _ => change.target.arn.clone(),
    }
}

/// The first setting that is not as the plan left it, taking into account that later steps of the plan set it again.
fn differing<'p>(plan: &'p Plan, found: &Found) -> Option<(&'p Change, State)> {
    let mut seen: Vec<&Change> = Vec::new();
    for step in &plan.steps {
        let change = &step.change;
        if seen.iter().any(|one| one.same_setting(change)) {
            continue;
        }
        seen.push(change);
        let state = found.iter().find(|(one, _)| one.same_setting(change)).map(|(_, state)| state.clone());
        if let Some(state) = state.filter(|state| *state != change.before()) {
            return Some((change, state));
        }
    }
    None
}

/// Says what is different and offers the way around.
fn refused(change: &Change, found: &Found, typed: &args::Undo, live: &Live) -> Outcome {
    say("error", &format!("{}: somebody changed it since; nothing was changed", change.target.arn));
    if let Some((_, state)) = found.iter().find(|(one, _)| one.same_setting(change)) {
        tell_difference(&change.before(), state);
    }
    let journal = report::shell(&typed.journal.to_string_lossy());
    say(
        "next",
        &format!(
            "invoketrail undo {journal} --merge --output back.json{}{}  # plans to take back what is ours alone",
            exceptions_again(),
            live.again()
        ),
    );
    Outcome::No
}

/// Plans to take back what is ours, around what others changed.
fn merge(plan: &Plan, found: &Found, typed: &args::Undo, place: &Place<'_>) -> Result<Outcome> {
    let mut steps: Vec<Step> = Vec::new();
    for step in &plan.steps {
        let state = found.iter().find(|(one, _)| one.same_setting(&step.change)).map(|(_, state)| state);
        let change = match state {
            Some(state) if *state == step.change.before() => Some(step.change.clone()),
            Some(state) if *state == step.change.after() => None,
            Some(state) => match taken_back(&step.change, state) {
                Some(change) => Some(change),
                None => {
                    let told = format!(
                        "{}: what is ours cannot be told from what others did there",
                        step.change.target.arn
                    );
                    return Err(Problem::new(told)
                        .help("edit it by hand: the journal holds what stood there first")
                        .into());
                }
            },
            None => None,
        };
        steps.extend(change.map(|change| Step { change, ..step.clone() }));
    }
    let merged = Plan { steps, ..plan.clone() };
    let hash = plan_hash(&merged);
    print(|out| out.write_all(report::plan_text(&merged, &hash, &layout()).as_bytes()))?;
    if let Some(path) = &typed.output {
        let file = write_plan(&merged, &place.context.now, env!("CARGO_PKG_VERSION"));
        write_private(path, |out| out.write_all(file.as_bytes()))?;
        say("wrote", &path.display().to_string());
        let path = report::shell(&path.to_string_lossy());
        if merged.steps.is_empty() {
            say("note", "everything is as it was before the plan: there is nothing to take back");
            return Ok(Outcome::Well);
        }
        // Undoing asks nobody who manages the recorder, and what it planned is to be applied.
        let managed = merged.steps.iter().any(|step| step.owner != Owner::Nobody);
        let flag = if managed { " --even-if-managed" } else { "" };
        let journal = report::shell(&typed.journal.to_string_lossy());
        let undoes = format!(" --undoes {journal}");
        let exceptions = exceptions_again();
        say("next", &format!("invoketrail apply {path}{undoes}{flag}{exceptions}{}", place.live.again()));
    } else if !merged.steps.is_empty() {
        say("next", &same(&[], " --output back.json"));
    }
    Ok(Outcome::Well)
}
