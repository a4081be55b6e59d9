//! The accounts in which a plan is carried out: read before, compared after, with the one session over all of them.

use super::again::{audit_again, counted_again};
use super::{Declared, PlanRun, merge_again};
use anyhow::Result;
use args::outcome::Outcome;
use audit::Counted;
use audit::change::Change;
use audit::drift::{Drift, Snapshot, drift, snapshot};
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Plan, after, conduct_on, first_changed, still_to_come, stranger};
use surroundings::context::Context;
use surroundings::output::{layout, print};
use surroundings::problem::say;
use surroundings::session::Session;
use surroundings::settings::{Accounts, Live};

/// Where the plan is carried out.
pub(crate) struct PlanAccounts<'a> {
    /// With AWS, over the accounts of the plan.
    pub(crate) session: Session,
    pub(crate) live: &'a Live,
    pub(crate) context: &'a Context,
}

impl<'a> PlanAccounts<'a> {
    /// Asks AWS who asks: once for reading, changing and reading again.
    ///
    /// # Errors
    /// [`surroundings::problem::Problem`] iff not even the caller is known, or it was interrupted before.
    pub(crate) fn open(plan: &Plan, live: &'a Live, context: &'a Context) -> Result<Self> {
        let mut over = live.clone();
        if live.accounts == Accounts::Caller && plan.scope.accounts.len() > 1 {
            over.accounts = Accounts::Listed(plan.scope.accounts.clone());
        }
        Ok(PlanAccounts { session: Session::open(&over)?, live, context })
    }

    /// The accounts of a plan that takes back as they are now, audited; or the outcome, where the plan is not theirs. Shows what the rest of it does to
    /// the recording: since it was carried out, others may rely on what it let in.
    pub(crate) fn forecast(&self, work: &PlanRun) -> Result<std::result::Result<Snapshot, Outcome>> {
        let inventory = match self.reached(&work.plan)? {
            Ok(inventory) => inventory,
            Err(outcome) => return Ok(Err(outcome)),
        };
        self.show_forecast(work, &inventory)?;
        Ok(Ok(self.snapshot(&inventory, &[], work.plan.scope.recorders)))
    }

    pub(super) fn show_forecast(&self, work: &PlanRun, inventory: &Inventory) -> Result<()> {
        let counted = work.plan.scope.recorders;
        let then = after(inventory, &still_to_come(&work.plan, &work.marks));
        let sides = [inventory, &then].map(|side| self.snapshot(side, &[], counted));
        // The plan shows the settings.
        let drift = Drift { recorders: Vec::new(), ..drift(&sides[0], &sides[1]) };
        if drift.is_empty() {
            return Ok(());
        }
        print(|out| out.write_all(report::forecast_text(&drift, &layout()).as_bytes()))
    }

    /// The accounts of the plan as they are now; or the outcome, where the plan is not theirs, or drops what only it records.
    pub(super) fn collected(&self, work: &PlanRun) -> Result<std::result::Result<Inventory, Outcome>> {
        let plan = &work.plan;
        let inventory = match self.reached(plan)? {
            Ok(inventory) => inventory,
            Err(outcome) => return Ok(Err(outcome)),
        };
        if let Err(refused) = conduct_on(&inventory, plan, &work.marks) {
            match self.first_changed(work) {
                // What was begun is not planned again: what is ours of it is taken back.
                Some(change) if work.is_begun() => {
                    say("error", &format!("{}: somebody changed it since", change.target.arn));
                    say("next", &merge_again(&work.journal, self.live));
                }
                Some(change) => self.tell_stale(plan, &change),
                None => say("error", &refused.to_string()),
            }
            return Ok(Err(Outcome::No));
        }
        Ok(Ok(inventory))
    }

    /// The first change to come of what somebody changed since; `None` iff there is none, or nobody knows.
    fn first_changed(&self, work: &PlanRun) -> Option<Change> {
        // One that was begun and not finished may have been changed on top of it.
        let is_over = |at: usize| work.marks.get(at).is_some_and(|mark| mark.is_over());
        let steps = work.plan.steps.iter().enumerate().filter(|(at, _)| !is_over(*at));
        let changes: Vec<Change> = steps.map(|(_, step)| step.change.clone()).collect();
        let found = self.session.look(&changes)?;
        first_changed(&changes, &found).cloned()
    }

    /// Says that the account is not any more what the plan was made for.
    fn tell_stale(&self, plan: &Plan, changed: &Change) {
        say("error", &format!("{} has changed since the plan was made", changed.target.arn));
        match report::plan_again(&plan.purpose, &format!("{}{}", counted_again(plan), self.live.again())) {
            Some(command) => say("next", &command),
            None => say("help", "make the plan again"),
        }
    }

    /// The accounts of the plan as they are now; or the outcome, where the plan is not theirs.
    pub(super) fn reached(&self, plan: &Plan) -> Result<std::result::Result<Inventory, Outcome>> {
        let collected = self.session.collect(&self.context.now)?;
        if collected.interrupted {
            say("note", "interrupted");
            return Ok(Err(Outcome::Interrupted));
        }
        let inventory = collected.inventory;
        if let Some(stranger) = stranger(plan, &inventory) {
            say("error", &report::stranger_sentence(&stranger));
            say("help", "run it with credentials of the accounts it was made for, or plan again");
            return Ok(Err(Outcome::No));
        }
        Ok(Ok(inventory))
    }

    pub(super) fn snapshot(
        &self,
        inventory: &Inventory,
        declared: &[Exception],
        recorders: Counted,
    ) -> Snapshot {
        let today = surroundings::clock::day(&self.context.now);
        let mut declared = declared.to_vec();
        if let Some(most) = self.context.config.exceptions_max_days {
            declared.iter_mut().for_each(|one| one.limit(most, today));
        }
        let options = audit::Options { exceptions: &declared, today, recorders, ..audit::Options::default() };
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
            Ok(inventory) => self.snapshot(&inventory, &exceptions, plan.scope.recorders),
            Err(other) => return Ok(outcome.worse(other)),
        };
        let text = report::drift_text(&drift(before, &after), &before.collected_at, &layout());
        print(|out| out.write_all(text.as_bytes()))?;
        say("next", &audit_again(plan, self.live));
        Ok(outcome)
    }
}
