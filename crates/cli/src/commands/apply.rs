//! `invoketrail apply`: carry a plan out, or go on where a journal stopped; and what undoing shares with it.

mod ending;
mod work;

pub(crate) use work::Work;

use super::sites::in_the_way;
use super::{Context, exceptions_so_far};
use crate::args;
use crate::asking;
use crate::collect::collect;
use crate::outcome::Outcome;
use crate::output::{called, layout, print, read_file, write_private};
use crate::problem::{Problem, say};
use crate::settings::{self, Accounts, Live};
use anyhow::Result;
use audit::change::{Change, State};
use audit::drift::{Snapshot, drift, snapshot};
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan, Purpose, conduct, conduct_over, retold, taken_back};
use aws::Stopped;
use ending::{declared_so_far, ended_by, still_needed};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::{JournalRead, read_journal, write_exceptions};
use work::TakenBack;

/// Carries out, audits again, shows the difference.
///
/// # Errors
/// [`Problem`] where the plan cannot be read, is not approved, or nothing could be reached.
pub(crate) fn run(typed: args::Apply, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live, context.config.clone());
    let named = typed.exceptions.is_some();
    let exceptions_file = typed.exceptions.or_else(|| context.config.exceptions.clone());
    let work = match (&typed.plan, &typed.resume) {
        (_, Some(journal)) => {
            if let Some(back) = TakenBack::of(journal)? {
                return Ok(back.refuses(journal, &live));
            }
            Work::resumed(journal)?
        }
        (Some(plan), None) => Work::fresh(plan, typed.journal)?,
        // clap asks for one of them.
        (None, None) => return Err(Problem::misuse("name a plan, or --resume JOURNAL").into()),
    };
    let plan = &work.plan;
    if !named && matches!(plan.purpose, Purpose::Backout(_) | Purpose::Restore(_)) {
        context.config.must_be_named_to_write()?;
    }
    if plan.steps.is_empty() {
        say("note", "the plan changes nothing");
        // One that ends exceptions is looked at like any other: they may be needed.
        if ended_by(plan).is_empty() {
            return Ok(Outcome::Well);
        }
    }
    if typed.resume.is_none() && plan.purpose == Purpose::Undo {
        taken_from(plan, typed.plan.as_deref(), typed.undoes.as_deref())?;
    }
    if let Some(outcome) = misconduct(plan) {
        return Ok(outcome);
    }
    if !typed.even_if_managed
        && let Some(outcome) = managed(plan, &live)
    {
        return Ok(outcome);
    }
    let declared = declared_so_far(plan, exceptions_file.as_deref())?;
    let place = Place { live: &live, context: &context };
    let inventory = match place.collected(plan) {
        Ok(Ok(inventory)) => inventory,
        Ok(Err(_)) if work.is_begun() => return Ok(work.tell_next(&live)),
        Ok(Err(outcome)) => {
            say("note", "nothing was changed");
            return Ok(outcome);
        }
        Err(error) if work.is_begun() => return work.half_way(Err(error), &live),
        Err(error) => return Err(error),
    };
    if let Some(outcome) = still_needed(plan, &inventory, &declared) {
        return Ok(outcome);
    }
    let told = retold(&inventory, plan);
    print(|out| out.write_all(report::plan_text(&told, &work.hash, &layout()).as_bytes()))?;
    let before = place.snapshot(&inventory, &declared);
    if !approved(&typed.approval, &work.hash)? {
        say("note", "not approved: nothing was changed");
        return Ok(Outcome::No);
    }
    if plan.steps.is_empty() {
        end_exceptions(ended_by(plan), exceptions_file.as_deref())?;
        return Ok(Outcome::Well);
    }
    let carried = work.carry_out(&place)?;
    let outcome = work.tell(&carried, &live);
    if carried.stopped.is_none() {
        let settled = settle_exceptions(plan, &work.hash, declared, exceptions_file.as_deref());
        let told = settled.and_then(|declared| place.difference(plan, &before, &declared, outcome));
        return work.half_way(told, &live);
    }
    Ok(outcome)
}

/// Says line by line what was expected and what was found.
pub(crate) fn tell_difference(expected: &State, found: &State) {
    for line in report::difference_of_states(expected, found) {
        let told = match line {
            report::Line::Same(text) => format!("  {text}"),
            report::Line::Before(text) => format!("- {text}"),
            report::Line::After(text) => format!("+ {text}"),
            report::Line::Skipped(n) => format!("  ... {n} lines as before"),
        };
        say("difference", &told);
    }
}

/// Reads a journal.
pub(crate) fn journal(path: &Path) -> Result<JournalRead> {
    let bytes = read_file(path)?;
    read_journal(&bytes).map_err(|error| {
        Problem::new(format!("cannot read {} as a journal: {error}", called(path))).help(error.help()).into()
    })
}

/// Why it stopped, in one line, and the exit code.
fn reason(stopped: &Stopped, plan: &Plan, untouched: bool) -> (String, Outcome) {
    let name = |at: usize| plan.steps.get(at).map_or("?", |step| step.change.target.arn.as_str());
    let half_way = if untouched { Outcome::No } else { Outcome::HalfWay };
    match stopped {
        Stopped::Stale { at, .. } => (
            in_the_way(stopped, plan).unwrap_or_else(|| {
                format!(
                    "{} is not as the plan wants to find it: somebody changed it since; plan again",
                    name(*at)
                )
            }),
            half_way,
        ),
        Stopped::Differs { at, .. } => (
            format!(
                "{} was set, and something else was found afterwards: somebody else writes to it",
                name(*at)
            ),
            Outcome::HalfWay,
        ),
        Stopped::Refused { at, permission, error } => {
            let why = if *permission { "the permission is missing" } else { "it was not possible" };
            let outcome = if untouched { Outcome::CouldNotAnswer } else { Outcome::HalfWay };
            (in_the_way(stopped, plan).unwrap_or_else(|| format!("{}: {why}: {error}", name(*at))), outcome)
        }
        Stopped::Journal { at, error, set } => {
            let outcome = if untouched { Outcome::CouldNotAnswer } else { Outcome::HalfWay };
            let name = name(*at);
            let when =
                if *set { format!("after {name} was changed") } else { format!("before {name} is changed") };
            (format!("the journal cannot be written {when}: {error}"), outcome)
        }
        Stopped::Interrupted { .. } => {
            let outcome = if untouched { Outcome::Interrupted } else { Outcome::HalfWay };
            ("interrupted".to_owned(), outcome)
        }
    }
}

/// A plan that takes back is made from a journal: each step must be the way back of one that the journal says was begun.
/// Where no journal is named, those beside the plan are looked at.
fn taken_from(plan: &Plan, file: Option<&Path>, named: Option<&Path>) -> Result<()> {
    let holds = |read: &JournalRead| {
        let begun = read.plan.steps.iter().zip(&read.marks).filter(|(_, mark)| mark.is_begun());
        let back: Vec<Change> = begun.map(|(step, _)| step.change.inverse()).collect();
        plan.steps.iter().all(|step| {
            let change = &step.change;
            let is =
                |one: &Change| one == change || taken_back(one, &change.before()).as_ref() == Some(change);
            back.iter().any(is)
        })
    };
    let found = match named {
        Some(path) => holds(&journal(path)?),
        None => beside(file).iter().filter_map(|path| journal(path).ok()).any(|read| holds(&read)),
    };
    if found {
        return Ok(());
    }
    let problem = Problem::new("this plan takes back what no journal holds; nothing was changed");
    Err(problem.help("name the journal with --undoes JOURNAL, or run invoketrail undo JOURNAL").into())
}

/// The journals in the folder of the file, by name.
fn beside(file: Option<&Path>) -> Vec<PathBuf> {
    let folder = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    let mut journals: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "journal"))
        .collect();
    journals.sort_unstable();
    journals
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
    let by = match &step.owner {
        Owner::Nobody => return None,
        Owner::Terraform { mark } => format!("Terraform manages it ({mark})"),
        Owner::Pulumi { mark } => format!("Pulumi manages it ({mark})"),
        Owner::CloudFormation { stack } => {
            format!("CloudFormation manages it ({})", report::stack_or_tag(stack))
        }
        Owner::Cdk { mark } => format!("the AWS CDK manages it ({mark})"),
        Owner::LandingZoneAccelerator { mark } => format!("the Landing Zone Accelerator manages it ({mark})"),
        Owner::ControlTower { mark } => format!("AWS Control Tower manages it ({mark})"),
        Owner::Unread(why) => format!("who manages it is not known ({why})"),
    };
    say("error", &format!("{}: {by}", step.change.target.arn));
    say("help", &for_owner(plan, &step.owner, live));
    say("note", "nothing was changed");
    Some(Outcome::No)
}

/// What to do with a change of what others manage.
fn for_owner(plan: &Plan, owner: &Owner, live: &Live) -> String {
    let anyway = "or add --even-if-managed to change it here";
    let flag = match &plan.purpose {
        Purpose::Record => "",
        Purpose::DropCopies => " --drop-copies",
        // What was declared is not known here.
        Purpose::Backout(_) | Purpose::Restore(_) | Purpose::Undo => {
            return format!("hand the change above to its owner, {anyway}");
        }
    };
    let places: BTreeSet<_> = plan
        .steps
        .iter()
        .map(|step| (&step.change.target.account, &step.change.target.home_region))
        .collect();
    let code = |format: &str| {
        let folder = if places.len() > 1 { format!(" --output-dir {format}") } else { String::new() };
        format!(
            "`invoketrail plan{flag} --format {format}{folder}{}` writes the change for it, {anyway}",
            live.again()
        )
    };
    match owner {
        Owner::Terraform { .. } => code("terraform"),
        Owner::CloudFormation { .. } | Owner::Cdk { .. } => code("cloudformation"),
        Owner::Pulumi { .. } => {
            format!(
                "`invoketrail plan{flag} --format markdown{}` shows what to change in its program, {anyway}",
                live.again()
            )
        }
        Owner::LandingZoneAccelerator { .. } => {
            format!(
                "`invoketrail plan{flag} --format markdown{}` shows the line for it, {anyway}",
                live.again()
            )
        }
        Owner::ControlTower { .. } => {
            format!(
                "its trail must not be changed: `invoketrail plan{}` records with another one",
                live.again()
            )
        }
        Owner::Unread(_) | Owner::Nobody => {
            format!("`invoketrail plan --output plan.json{}` asks AWS who manages it, {anyway}", live.again())
        }
    }
}

/// True iff the plan is approved: by its hash, or by a person at a terminal.
///
/// # Errors
/// [`Problem`] where there is nobody to ask, or the hash is another plan's.
pub(crate) fn approved(typed: &args::Approval, hash: &str) -> Result<bool> {
    if let Some(approved) = &typed.approve {
        if approved == hash {
            return Ok(true);
        }
        let problem = Problem::misuse(format!("--approve names another plan: this one is {hash}"));
        return Err(problem.help("look at the plan above, and approve its own hash").into());
    }
    asking::says_yes("Carry this out?").ok_or_else(|| {
        let problem = Problem::misuse("nobody can be asked here, and nothing is changed unasked");
        problem.help(format!("look at the plan above, then add --approve {hash}")).into()
    })
}

/// Adds the exception that a backout declares, or takes away those that a restore ends.
fn settle_exceptions(
    plan: &Plan,
    hash: &str,
    mut declared: Vec<Exception>,
    path: Option<&Path>,
) -> Result<Vec<Exception>> {
    match &plan.purpose {
        Purpose::Backout(exception) => {
            declared.retain(|one| one.id != exception.id);
            declared.push(Exception { plan: Some(hash.to_owned()), ..exception.clone() });
        }
        Purpose::Restore(ids) => declared.retain(|one| !ids.contains(&one.id)),
        Purpose::Record | Purpose::DropCopies | Purpose::Undo => return Ok(declared),
    }
    if let Some(path) = path {
        let text = write_exceptions(&declared);
        write_private(path, |out| out.write_all(text.as_bytes()))?;
        say("wrote", &path.display().to_string());
    }
    Ok(declared)
}

/// Takes exceptions out of their file; where none is named, says what is left to do.
pub(crate) fn end_exceptions(ids: &[String], path: Option<&Path>) -> Result<()> {
    let Some(path) = path else {
        for id in ids {
            say(
                "note",
                &format!(
                    "exception {id} has nothing left to excuse: name its file with --exceptions to end it"
                ),
            );
        }
        return Ok(());
    };
    let mut declared = exceptions_so_far(Some(path))?;
    let before = declared.len();
    declared.retain(|one| !ids.contains(&one.id));
    if declared.len() < before {
        let text = write_exceptions(&declared);
        write_private(path, |out| out.write_all(text.as_bytes()))?;
        say("wrote", &path.display().to_string());
    }
    Ok(())
}

/// Where the plan is carried out.
pub(crate) struct Place<'a> {
    pub(crate) live: &'a Live,
    pub(crate) context: &'a Context,
}

impl Place<'_> {
    /// The accounts of the plan as they are now, audited; or the outcome, where the plan is not theirs.
    pub(crate) fn audited(
        &self,
        plan: &Plan,
        declared: &[Exception],
    ) -> Result<std::result::Result<Snapshot, Outcome>> {
        Ok(self.collected(plan)?.map(|inventory| self.snapshot(&inventory, declared)))
    }

    /// The accounts of the plan as they are now; or the outcome, where the plan is not theirs, or drops what only it records.
    fn collected(&self, plan: &Plan) -> Result<std::result::Result<Inventory, Outcome>> {
        let mut live = self.live.clone();
        if live.accounts == Accounts::Caller && plan.scope.accounts.len() > 1 {
            live.accounts = Accounts::Listed(plan.scope.accounts.clone());
        }
        let collected = collect(&live, &self.context.now)?;
        if collected.interrupted {
            say("note", "interrupted");
            return Ok(Err(Outcome::Interrupted));
        }
        let inventory = collected.inventory;
        let organization = inventory
            .accounts
            .iter()
            .find_map(|account| account.organization.known()?.as_ref())
            .map(|organization| organization.id.clone());
        let known = |id: &String| inventory.accounts.iter().any(|account| account.id == *id);
        let stranger = plan.scope.accounts.iter().find(|id| !known(id));
        let told = if plan.scope.partition != inventory.partition {
            Some(format!(
                "the plan is for partition {}, and the caller's is {}",
                plan.scope.partition, inventory.partition
            ))
        } else if let (Some(planned), Some(own)) = (&plan.scope.organization, &organization)
            && planned != own
        {
            Some(format!("the plan is for organization {planned}, and the caller's is {own}"))
        } else {
            stranger.map(|id| format!("the plan is for account {id}, which was not reached"))
        };
        if let Some(told) = told {
            say("error", &told);
            say("help", "run it with credentials of the accounts it was made for, or plan again");
            return Ok(Err(Outcome::No));
        }
        if let Err(refused) = conduct_over(&inventory, plan) {
            say("error", &refused.to_string());
            return Ok(Err(Outcome::No));
        }
        Ok(Ok(inventory))
    }

    fn snapshot(&self, inventory: &Inventory, declared: &[Exception]) -> Snapshot {
        let options = audit::Options {
            exceptions: declared,
            today: crate::clock::day(&self.context.now),
            ..audit::Options::default()
        };
        snapshot(&audit::audit(inventory, &options))
    }

    /// Audits again and shows what is different.
    pub(crate) fn difference(
        &self,
        plan: &Plan,
        before: &Snapshot,
        declared: &[Exception],
        outcome: Outcome,
    ) -> Result<Outcome> {
        let after = match self.audited(plan, declared)? {
            Ok(after) => after,
            Err(other) => return Ok(outcome.worse(other)),
        };
        let text = report::drift_text(&drift(before, &after), &before.collected_at, &layout());
        print(|out| out.write_all(text.as_bytes()))?;
        let flags = self.live.again();
        say("next", &format!("invoketrail audit{flags}"));
        Ok(outcome)
    }
}
