//! `invoketrail apply`: carry a plan out, or go on where a journal stopped; and what undoing shares with it.

mod declared;
mod ending;
mod standing;
mod work;

pub(crate) use crate::again::exceptions_again;
pub(crate) use declared::Declared;
pub(crate) use standing::{is_part, standing};
pub(crate) use work::{Work, merge_again};

use super::Context;
use super::sites::in_the_way;
use crate::args;
use crate::asking;
use crate::outcome::Outcome;
use crate::output::{called, layout, print, read_file};
use crate::problem::{Problem, say};
use crate::session::Session;
use crate::settings::{self, Accounts, Live};
use anyhow::Result;
use audit::change::{Change, State};
use audit::drift::{Snapshot, drift, snapshot};
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan, Purpose, begun, conduct, conduct_over, retold, takes_back_only, unbegun};
use aws::Stopped;
use ending::{ended_by, refuses_needed, too_late};
use standing::refuses_resume;
use std::collections::BTreeSet;
use std::path::Path;
use store::{JournalRead, read_journal, undo_of};

/// Carries out, audits again, shows the difference.
///
/// # Errors
/// [`Problem`] where the plan cannot be read, is not approved, or nothing could be reached.
pub(crate) fn run(typed: args::Apply, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live.clone(), context.config.clone());
    let named = typed.exceptions.is_some();
    let exceptions_file = typed.exceptions.clone().or_else(|| context.config.exceptions.clone());
    let mut work = match (&typed.plan, &typed.resume) {
        (_, Some(journal)) => {
            if let Some(outcome) = refuses_resume(journal, &live)? {
                return Ok(outcome);
            }
            Work::resumed(journal)?
        }
        (Some(plan), None) => Work::fresh(plan, typed.journal.clone())?,
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
    let place = match Place::open(plan, &live, &context) {
        Err(error) if work.is_begun() => return work.half_way(Err(error), &live),
        opened => opened?,
    };
    if let Some(outcome) = work.ended_before(&declared, &place)? {
        return Ok(outcome);
    }
    carried_out(&work, &declared, &typed.approval, &place)
}

/// Shows it, asks, and carries it out.
fn carried_out(
    work: &Work,
    declared: &Declared,
    approval: &args::Approval,
    place: &Place<'_>,
) -> Result<Outcome> {
    let (plan, live) = (&work.plan, place.live);
    let mut inventory = match allowed(work, declared, place)? {
        Ok(inventory) => inventory,
        Err(outcome) => return Ok(outcome),
    };
    let told = retold(&inventory, plan);
    print(|out| out.write_all(report::plan_text(&told, &work.hash, &layout()).as_bytes()))?;
    if !approved(approval, &work.hash)? {
        say("note", "not approved: nothing was changed");
        return Ok(Outcome::No);
    }
    // A person may take hours to answer, and others change meanwhile what the plan rests on.
    if approval.approve.is_none() {
        inventory = match allowed(work, declared, place)? {
            Ok(inventory) => inventory,
            Err(outcome) => return Ok(outcome),
        };
    }
    let before = place.snapshot(&inventory, &declared.before);
    if plan.steps.is_empty() {
        return declared.settle(plan, Some(&inventory)).map(|_| Outcome::Well);
    }
    let carried = work.carry_out(place)?;
    let outcome = work.tell(&carried, live);
    if carried.stopped.is_none() {
        return work.half_way(place.finished(plan, &before, declared, outcome), live);
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
    read_journal(&bytes).map_err(|error| {
        Problem::new(format!("cannot read {} as a journal: {error}", called(path))).help(error.help()).into()
    })
}

/// The accounts as they are now, where they allow the plan; else how it ends, which is said.
fn allowed(
    work: &Work,
    declared: &Declared,
    place: &Place<'_>,
) -> Result<std::result::Result<Inventory, Outcome>> {
    let inventory = match place.collected(work) {
        Ok(Ok(inventory)) => inventory,
        Ok(Err(_)) if work.is_begun() => return Ok(Err(work.tell_next(place.live))),
        Ok(Err(outcome)) => {
            say("note", "nothing was changed");
            return Ok(Err(outcome));
        }
        Err(error) if work.is_begun() => return work.half_way(Err(error), place.live).map(Err),
        Err(error) => return Err(error),
    };
    Ok(refuses_needed(&work.plan, &inventory, &declared.before).map_or(Ok(inventory), Err))
}

/// Why it stopped, in one line, and the exit code.
fn reason(stopped: &Stopped, plan: &Plan, untouched: bool) -> (String, Outcome) {
    let name = |at: usize| plan.steps.get(at).map_or("?", |step| step.change.target.arn.as_str());
    let half_way = if untouched { Outcome::No } else { Outcome::HalfWay };
    match stopped {
        Stopped::Stale { at, .. } => (
            in_the_way(stopped, plan).unwrap_or_else(|| {
                format!("{} has changed since the plan was made. Run `plan` again", name(*at))
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

/// The journal that this takes back: each of its steps must be the way back of one that the journal says was begun. Its own journal lies
/// beside that one, as if it had been taken back at once.
fn taken_back_by(work: &mut Work, typed: &args::Apply) -> Result<JournalRead> {
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
        let problem = Problem::misuse("not a terminal, so nobody can confirm. Nothing was changed");
        problem.help(format!("look at the plan above. To approve it, add --approve {hash}")).into()
    })
}

/// Where the plan is carried out.
pub(crate) struct Place<'a> {
    /// With AWS, over the accounts of the plan.
    pub(crate) session: Session,
    pub(crate) live: &'a Live,
    pub(crate) context: &'a Context,
}

impl<'a> Place<'a> {
    /// Asks AWS who asks: once for reading, changing and reading again.
    ///
    /// # Errors
    /// [`Problem`] iff not even the caller is known, or it was interrupted before.
    pub(crate) fn open(plan: &Plan, live: &'a Live, context: &'a Context) -> Result<Self> {
        let mut over = live.clone();
        if live.accounts == Accounts::Caller && plan.scope.accounts.len() > 1 {
            over.accounts = Accounts::Listed(plan.scope.accounts.clone());
        }
        Ok(Place { session: Session::open(&over)?, live, context })
    }

    /// The accounts of the plan as they are now, audited; or the outcome, where the plan is not theirs.
    pub(crate) fn audited(
        &self,
        plan: &Plan,
        declared: &[Exception],
    ) -> Result<std::result::Result<Snapshot, Outcome>> {
        Ok(self.reached(plan)?.map(|inventory| self.snapshot(&inventory, declared)))
    }

    /// The accounts of the plan as they are now; or the outcome, where the plan is not theirs, or drops what only it records.
    fn collected(&self, work: &Work) -> Result<std::result::Result<Inventory, Outcome>> {
        let plan = &work.plan;
        let inventory = match self.reached(plan)? {
            Ok(inventory) => inventory,
            Err(outcome) => return Ok(Err(outcome)),
        };
        if let Err(refused) = conduct_over(&unbegun(&inventory, plan, &work.marks), plan) {
            match self.first_changed(work) {
                Some(change) => self.tell_stale(plan, change),
                None => say("error", &refused.to_string()),
            }
            return Ok(Err(Outcome::No));
        }
        Ok(Ok(inventory))
    }

    /// The first change of the plan that was not begun and is not set on what the plan found; `None` iff there is none, or nobody knows.
    fn first_changed<'p>(&self, work: &'p Work) -> Option<&'p Change> {
        let begun = begun(&work.plan, &work.marks);
        let steps = work.plan.steps.iter().enumerate().filter(|(at, _)| !begun.contains(at));
        let changes: Vec<&Change> = steps.map(|(_, step)| &step.change).collect();
        let owned: Vec<Change> = changes.iter().map(|change| (*change).clone()).collect();
        let found = self.session.look(&owned)?;
        let is_changed = |(change, found): &(&Change, std::result::Result<State, String>)| {
            found.as_ref().is_ok_and(|found| *found != change.before() && *found != change.after())
        };
        changes.into_iter().zip(found).find(is_changed).map(|(change, _)| change)
    }

    /// Says that the account is not any more what the plan was made for.
    fn tell_stale(&self, plan: &Plan, changed: &Change) {
        say("error", &format!("{} has changed since the plan was made", changed.target.arn));
        let flags = match plan.purpose {
            Purpose::Record => "",
            Purpose::DropCopies => " --drop-copies",
            Purpose::Backout(_) | Purpose::Restore(_) | Purpose::Undo => {
                return say("help", "make the plan again");
            }
        };
        say("next", &format!("invoketrail plan{flags} --output plan.json{}", self.live.again()));
    }

    /// The accounts of the plan as they are now; or the outcome, where the plan is not theirs.
    pub(super) fn reached(&self, plan: &Plan) -> Result<std::result::Result<Inventory, Outcome>> {
        let collected = self.session.collect(&self.context.now)?;
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

    /// Audits again, writes down what became of exceptions, and shows what is different.
    pub(crate) fn finished(
        &self,
        plan: &Plan,
        before: &Snapshot,
        declared: &Declared,
        outcome: Outcome,
    ) -> Result<Outcome> {
        // The plan is carried out: what it may do is not asked any more, and what could not be read now is the audit's to say.
        let after = self.reached(plan);
        let exceptions = declared.settle(plan, after.as_ref().ok().and_then(|read| read.as_ref().ok()))?;
        let after = match after? {
            Ok(inventory) => self.snapshot(&inventory, &exceptions),
            Err(other) => return Ok(outcome.worse(other)),
        };
        let text = report::drift_text(&drift(before, &after), &before.collected_at, &layout());
        print(|out| out.write_all(text.as_bytes()))?;
        say("next", &format!("invoketrail audit{}{}", exceptions_again(), self.live.again()));
        Ok(outcome)
    }
}
