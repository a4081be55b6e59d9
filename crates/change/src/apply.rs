//! `invoketrail apply`: carry a plan out, or go on where a journal stopped; and what undoing shares with it. What writes to an account is `aws::apply`.

mod again;
mod apart;
mod declared;
mod plan_accounts;
mod plan_run;
mod standing;
mod stopped;
mod with_journal;

pub(crate) use apart::Files;
pub(crate) use declared::Declared;
pub(crate) use plan_accounts::PlanAccounts;
pub(crate) use plan_run::{PlanRun, merge_again};
pub(crate) use standing::{is_part, standing};
pub(crate) use stopped::tell_difference;

use ::args::apply as args;
use ::args::outcome::Outcome;
use anyhow::Result;
use audit::answer::Conclusion;
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan, Purpose, conduct, ended_by, retold, takes_back_only};
use declared::{refuses_needed, too_late};
use standing::refuses_resume;
use std::path::Path;
use store::{FileKind, JournalRead, read_journal, undo_of};
use surroundings::asking;
use surroundings::context::Context;
use surroundings::misread::misread;
use surroundings::named_file::called;
use surroundings::output::{layout, print, read_file};
use surroundings::problem::{Problem, say};
use surroundings::settings::{self, Live};

/// Carries out, audits again, shows the difference.
///
/// # Errors
/// [`Problem`] where the plan cannot be read, is not approved, or nothing could be reached.
pub fn run(typed: args::Apply, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live.clone(), context.config.clone());
    let named = typed.exceptions.is_some();
    let exceptions_file = typed.exceptions.clone().or_else(|| context.config.exceptions.clone());
    let mut work = match (&typed.plan, &typed.resume) {
        (_, Some(journal)) => {
            if let Some(outcome) = refuses_resume(journal, &live)? {
                return Ok(outcome);
            }
            PlanRun::resumed(journal)?
        }
        (Some(plan), None) => PlanRun::fresh(plan, typed.journal.clone())?,
        // clap asks for one of them.
        (None, None) => return Err(Problem::misuse("name a plan, or --resume JOURNAL").into()),
    };
    files_apart(&typed, &work, exceptions_file.as_deref(), &context)?;
    work.takes_its_place()?;
    let plan = &work.plan;
    if !named && matches!(plan.purpose, Purpose::Backout(_) | Purpose::Restore(_)) {
        context.config.must_be_named_to_write()?;
    }
    if plan.steps.is_empty() {
        // One that ends exceptions is looked at like any other: they may be needed.
        if ended_by(plan).is_empty() {
            agrees(&typed.approval, &work.hash)?;
            let (what, outcome) = match plan.answer() {
                Conclusion::Yes | Conclusion::Nothing => ("the plan changes nothing", Outcome::Well),
                answer => ("the plan has no changes, so nothing was done: plan again", answer.into()),
            };
            say("note", what);
            return Ok(outcome);
        }
        say("note", "the plan changes nothing");
    }
    let of = typed.resume.as_ref().map(|own| own.with_extension("")).or_else(|| typed.undoes.clone());
    let _held = match of.filter(|of| plan.purpose == Purpose::Undo && of.is_file()) {
        Some(of) => held(&of)?,
        None => None,
    };
    let taken_back =
        if plan.purpose == Purpose::Undo { Some(taken_back_by(&mut work, &typed)?) } else { None };
    let plan = &work.plan;
    if let Some(outcome) = misconduct(plan).or_else(|| too_late(&work, &context, &live)) {
        return Ok(outcome);
    }
    if !typed.even_if_managed
        && let Some(outcome) = managed(plan, &live)
    {
        return Ok(outcome);
    }
    may_except(plan, exceptions_file.as_deref())?;
    // One that only the settings of this folder name is not written.
    let exceptions_file = exceptions_file.filter(|_| named || !context.config.found || taken_back.is_none());
    let declared = Declared::of(plan, &work.hash, taken_back.as_ref(), exceptions_file.as_deref());
    let declared = match declared {
        Err(error) if work.is_begun() => return work.half_way(Err(error), &live),
        declared => declared?,
    };
    let accounts = match PlanAccounts::open(plan, &live, &context) {
        Err(error) if work.is_begun() => return work.half_way(Err(error), &live),
        opened => opened?,
    };
    if let Some(outcome) = work.ended_before(&declared, &accounts)? {
        return Ok(outcome);
    }
    carried_out(&work, &declared, &typed.approval, &accounts)
}

/// # Errors
/// [`Problem`] of misuse iff two of the files are one, or the journal has the name of an undo's.
fn files_apart(
    typed: &args::Apply,
    work: &PlanRun,
    exceptions: Option<&Path>,
    context: &Context,
) -> Result<()> {
    typed.journal.as_deref().map(apart::is_no_undo).transpose()?;
    // What takes back has its journal beside the one that it takes back.
    let resumed = typed.resume.as_ref().map(|own| own.with_extension("")).filter(|of| is_undo(work, of));
    let undoes = typed.undoes.clone().or(resumed).filter(|_| work.plan.purpose == Purpose::Undo);
    let journal = undoes.as_deref().map_or_else(|| work.journal.clone(), undo_of);
    let (plan, settings) = (typed.plan.as_deref(), context.config.file.as_deref());
    Ok(Files { plan, journal, undoes, exceptions, settings }.are_apart()?)
}

/// True iff the journal of this work is that of the undo of `of`.
fn is_undo(work: &PlanRun, of: &Path) -> bool {
    undo_of(of) == work.journal
}

/// Shows it, asks, and carries it out.
fn carried_out(
    work: &PlanRun,
    declared: &Declared,
    approval: &args::Approval,
    accounts: &PlanAccounts<'_>,
) -> Result<Outcome> {
    let (plan, live) = (&work.plan, accounts.live);
    let mut inventory = match allowed(work, declared, accounts)? {
        Ok(inventory) => inventory,
        Err(outcome) => return Ok(outcome),
    };
    let today = surroundings::clock::day(&accounts.context.now);
    let told = retold(&inventory, plan, &declared.before, today);
    print(|out| out.write_all(report::plan_text(&told, &work.hash, &layout()).as_bytes()))?;
    if plan.purpose == Purpose::Undo {
        accounts.show_forecast(work, &inventory)?;
    }
    if !approved(approval, &work.hash)? {
        say("note", "not approved, so nothing was changed");
        return Ok(Outcome::No);
    }
    // A person may take hours to answer, and others change meanwhile what the plan rests on.
    if approval.approve.is_none() {
        inventory = match allowed(work, declared, accounts)? {
            Ok(inventory) => inventory,
            Err(outcome) => return Ok(outcome),
        };
    }
    let before = accounts.snapshot(&inventory, &declared.before, plan.scope.recorders);
    if plan.steps.is_empty() {
        return declared.settle(plan, Some(&inventory)).map(|_| Outcome::Well);
    }
    let carried = work.carry_out(accounts)?;
    let outcome = work.tell(&carried, live);
    if carried.stopped.is_none() {
        return work.half_way(accounts.finished(plan, &before, declared, outcome), live);
    }
    Ok(outcome)
}

/// The accounts as they are now, where they allow the plan; else how it ends, which is said.
fn allowed(
    work: &PlanRun,
    declared: &Declared,
    accounts: &PlanAccounts<'_>,
) -> Result<std::result::Result<Inventory, Outcome>> {
    let inventory = match accounts.collected(work) {
        Ok(Ok(inventory)) => inventory,
        Ok(Err(_)) if work.is_begun() => return Ok(Err(work.tell_next(accounts.live))),
        Ok(Err(outcome)) => {
            say("note", "nothing was changed");
            return Ok(Err(outcome));
        }
        Err(error) if work.is_begun() => return work.half_way(Err(error), accounts.live).map(Err),
        Err(error) => return Err(error),
    };
    Ok(refuses_needed(&work.plan, &inventory, &declared.before).map_or(Ok(inventory), Err))
}

/// # Errors
/// [`Problem`] iff the plan declares or ends an exception, and no file for it is named.
fn may_except(plan: &Plan, file: Option<&Path>) -> Result<()> {
    if file.is_some() || !matches!(plan.purpose, Purpose::Backout(_) | Purpose::Restore(_)) {
        return Ok(());
    }
    let problem = Problem::misuse("this plan declares or ends an exception, and no file for it is named");
    Err(problem.help("name it with --exceptions FILE; a backout makes it where there is none").into())
}

/// Reads a journal.
pub(crate) fn journal(path: &Path) -> Result<JournalRead> {
    let bytes = read_file(path)?;
    read_journal(&bytes)
        .map_err(|error| misread(path, &bytes, FileKind::Journal, "a journal", &error, error.help()).into())
}

/// Keeps others from writing a journal while it is taken back; `None` iff it is no file.
///
/// # Errors
/// [`Problem`] iff another process is writing it.
pub(crate) fn held(path: &Path) -> Result<Option<std::fs::File>> {
    let busy = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ResourceBusy;
    match store::hold(path) {
        Ok(held) => Ok(held),
        Err(error) if busy(&error) => {
            let problem = Problem::new(format!("another process is writing {}", called(path)));
            Err(problem.help("nothing was changed. Wait until that has ended, and try again").into())
        }
        // Reading it says what is wrong.
        Err(_) => Ok(None),
    }
}

/// The journal that this takes back: each of its steps must be the way back of one that the journal says was begun. Its own journal lies
/// beside that one, as if it had been taken back at once.
fn taken_back_by(work: &mut PlanRun, typed: &args::Apply) -> Result<JournalRead> {
    let none = |then: &str, help: &str| {
        Problem::new(format!("this plan takes back what no journal holds; {then}")).help(help)
    };
    let holds = |read: &JournalRead, plan: &Plan| {
        // What takes back an undo would reduce without declaring it.
        read.plan.purpose != Purpose::Undo && takes_back_only(&read.plan, &read.marks, plan)
    };
    if let Some(own) = &typed.resume {
        let of = own.with_extension("");
        let read = if undo_of(&of) == *own && of.is_file() { Some(journal(&of)?) } else { None };
        let help = "an undo goes on beside the journal that it takes back: put that into its folder again";
        return Ok(read
            .filter(|read| holds(read, &work.plan))
            .ok_or_else(|| none("nothing more was changed", help))?);
    }
    if typed.journal.is_some() {
        let problem =
            Problem::misuse("the journal of a plan that takes back lies beside the one that it takes back");
        return Err(problem.help("leave --journal out").into());
    }
    let help =
        "nothing was changed: name the journal with --undoes JOURNAL, or see `invoketrail undo --help`";
    let path = typed.undoes.as_ref().ok_or_else(|| none("nothing was changed", help))?;
    let read = Some(journal(path)?)
        .filter(|read| holds(read, &work.plan))
        .ok_or_else(|| none("nothing was changed", help))?;
    work.journal_at(undo_of(path));
    Ok(read)
}

/// Refuses a plan with a step that its purpose does not allow, whatever the plan says of it.
fn misconduct(plan: &Plan) -> Option<Outcome> {
    let refused = conduct(plan).err()?;
    say("error", &refused.to_string());
    say("help", "the plan was not made by `invoketrail plan`, or was edited: make it again");
    say("note", "nothing was changed");
    Some(Outcome::No)
}

/// Refuses where others manage what would be changed.
fn managed(plan: &Plan, live: &Live) -> Option<Outcome> {
    let step = plan.steps.iter().find(|step| step.owner != Owner::Nobody)?;
    let by = report::manager_sentence(&step.owner)?;
    say("error", &format!("{}: {by}", step.change.target.arn));
    say(
        "help",
        &report::owner_advice(plan, &step.owner, &format!("{}{}", again::counted_again(plan), live.again())),
    );
    say("note", "nothing was changed");
    Some(Outcome::No)
}

/// True iff the plan is approved: by its hash, or by a person at a terminal.
///
/// # Errors
/// [`Problem`] where there is nobody to ask, or the hash is another plan's.
pub(crate) fn approved(typed: &args::Approval, hash: &str) -> Result<bool> {
    if agrees(typed, hash)? {
        return Ok(true);
    }
    asking::says_yes("Carry this out?").ok_or_else(|| {
        let problem = Problem::misuse("not a terminal, so nobody can confirm. Nothing was changed");
        problem.help(format!("look at the plan above. To approve it, add --approve {hash}")).into()
    })
}

/// True iff the plan of this hash was approved by `--approve`.
///
/// # Errors
/// [`Problem`] iff that names another plan.
fn agrees(typed: &args::Approval, hash: &str) -> Result<bool> {
    match &typed.approve {
        None => Ok(false),
        Some(approved) if approved == hash => Ok(true),
        Some(_) => {
            let problem = Problem::misuse(format!("--approve names another plan: this one is {hash}"));
            Err(problem.help("look at the plan, and approve its own hash").into())
        }
    }
}
