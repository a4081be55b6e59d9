//! `invoketrail undo`: take back what a journal says was done.

use super::apply::{
    Declared, Files, PlanAccounts, PlanRun, approved, held, is_part, journal, merge_again, standing,
    tell_difference,
};
use ::args::apply as args;
use ::args::outcome::Outcome;
use anyhow::Result;
use audit::change::{Change, State};
use audit::drift::Snapshot;
use audit::journal::{Deed, Mark, Standing, Way};
use audit::plan::{Around, Owner, Plan, Purpose, Step, around, changed_since, undo, watched};
use std::collections::BTreeSet;
use std::path::Path;
use store::{JournalError, JournalRead, plan_hash, read_journal, undo_of, undos_of, write_plan};
use surroundings::again::{exceptions_again, same};
use surroundings::context::Context;
use surroundings::inputs::{held_apart, remember};
use surroundings::output::{layout, print, read_file, write_private};
use surroundings::problem::{Problem, say};
use surroundings::settings::{self, Live};

/// Takes back, or plans to do so around what others changed.
///
/// # Errors
/// [`Problem`] where the journal cannot be read, it is not approved, or nothing could be reached.
pub fn run(typed: args::Undo, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live.clone(), context.config.clone());
    // One that only the settings of this folder name is not written.
    let of_settings = context.config.exceptions.clone().filter(|_| !context.config.found);
    let file = typed.exceptions.clone().or(of_settings);
    let own = undo_of(&typed.journal);
    files_apart(&typed, file.as_deref(), &context)?;
    let _held = held(&typed.journal)?;
    let mut read = journal(&typed.journal)?;
    if read.plan.purpose == Purpose::Undo {
        return Ok(refused_again(&typed.journal));
    }
    let earlier = going_on(&typed.journal, &own)?;
    if read.cut_off && earlier.is_none() && !mark_cut_off(&mut read, &live, &context)? {
        return Ok(Outcome::Interrupted);
    }
    let exact = undo(&read.plan, &read.marks);
    // What is wrong with the file is found out before anything more is changed.
    let taken = earlier.as_ref().map_or(&exact, |work| &work.plan);
    let declared = Declared::of(taken, &read.hash, Some(&read), file.as_deref());
    let half_way = earlier.as_ref().filter(|work| work.is_begun() && !work.is_done());
    let (declared, accounts) = match (declared, half_way) {
        (Err(error), Some(work)) => return work.half_way(Err(error), &live),
        (declared, _) => match (declared?, PlanAccounts::open(taken, &live, &context)) {
            (_, Err(error)) if half_way.is_some() => {
                return half_way.map_or(Ok(Outcome::HalfWay), |work| work.half_way(Err(error), &live));
            }
            (declared, opened) => (declared, opened?),
        },
    };
    let earlier = match earlier {
        // What others changed since is planned around, whatever an undo that was stopped had still to do.
        Some(work) if !typed.merge || work.is_done() => return go_on(work, &declared, &typed, &accounts),
        earlier => earlier,
    };
    if exact.steps.is_empty() {
        say("note", "the journal says that nothing was changed, so there is nothing to take back");
        return Ok(Outcome::Well);
    }
    let Some(found) = found(&exact, &accounts)? else { return Ok(Outcome::Interrupted) };
    let watched = watched(&exact, &found);
    let Some(now) = states(&watched, &accounts)? else { return Ok(Outcome::Interrupted) };
    let mut around = around(&exact, &found);
    around.add_changed(changed_since(watched, now), &found, &exact);
    let again = set_again(&taken_back(&typed.journal, &read, earlier.as_ref())?, &exact, &found);
    around.leave_set_again(again, &found, &exact);
    if let Some(undeclared) = report::undeclared_sentence(&read.plan.purpose) {
        say("note", &undeclared);
    }
    if typed.merge {
        return merge(&around, earlier.as_ref(), &typed, &accounts);
    }
    // Where others changed it, it is not as it was before, also where nothing of ours is left there.
    let is_over = around.is_over && around.left.is_empty() && around.changed.is_empty();
    if let Some((change, state)) = around.changed.first() {
        return Ok(refused(change, state, &around, &typed, &live));
    }
    if is_over {
        say("note", "nothing of the plan is left to take back");
    }
    let work = PlanRun::of(around.plan, own);
    let asks = !is_over || declared.ends_some();
    take_back(&work, &declared, &typed, &accounts, asks)
}

/// # Errors
/// [`Problem`] of misuse iff two of the files are one.
fn files_apart(typed: &args::Undo, exceptions: Option<&Path>, context: &Context) -> Result<()> {
    let settings = context.config.file.as_deref();
    let journal = typed.journal.clone();
    Files { journal, exceptions, settings, ..Files::default() }.are_apart()?;
    // A plan there would be taken for a damaged journal.
    remember(&undo_of(&typed.journal));
    Ok(held_apart(typed.output.as_deref())?)
}

/// Shows it, asks, and takes it back.
fn take_back(
    work: &PlanRun,
    declared: &Declared,
    typed: &args::Undo,
    accounts: &PlanAccounts<'_>,
    asks: bool,
) -> Result<Outcome> {
    print(|out| out.write_all(report::plan_text(&work.plan, &work.hash, &layout()).as_bytes()))?;
    let before = match accounts.forecast(work)? {
        Ok(before) => before,
        Err(outcome) => {
            say("note", "nothing was changed");
            return Ok(outcome);
        }
    };
    if asks && !approved(&typed.approval, &work.hash)? {
        say("note", "not approved, so nothing was changed");
        return Ok(Outcome::No);
    }
    carried_out(work, declared, &before, accounts)
}

/// What an undo took back comes again with the plan: that is judged afresh, and declares its exception.
fn refused_again(own: &Path) -> Outcome {
    say("error", &format!("{} is the journal of an undo, and an undo is not undone", own.display()));
    say("help", "apply the plan again. It is judged by the account, and declares again what it leaves out");
    say("note", "nothing was changed");
    Outcome::No
}

fn carried_out(
    work: &PlanRun,
    declared: &Declared,
    before: &Snapshot,
    accounts: &PlanAccounts<'_>,
) -> Result<Outcome> {
    let carried = work.carry_out(accounts)?;
    let outcome = work.tell(&carried, accounts.live);
    if carried.stopped.is_none() {
        return work.half_way(accounts.finished(&work.plan, before, declared, outcome), accounts.live);
    }
    Ok(outcome)
}

/// The undo of the journal that was begun, and may have ended, by its own journal.
fn going_on(path: &Path, own: &Path) -> Result<Option<PlanRun>> {
    let way = standing(path)?.way(Deed::Undo);
    // One that was stopped before its first line is none, and one that was taken back makes way.
    let fresh =
        || Ok::<_, anyhow::Error>(own.is_file() && standing(own)? == Standing::Fresh && is_begun(own)?);
    match way {
        // What is left after a part was taken back is looked for afresh.
        Way::GoOnWithUndo if is_part(own)? => Ok(None),
        Way::GoOnWithUndo | Way::Compare => PlanRun::resumed(own).map(Some),
        _ if fresh()? => PlanRun::resumed(own).map(Some),
        _ => Ok(None),
    }
}

/// Nothing is changed before its line is whole, but who cuts a file need not be our own end, and may cut off more than one line: a step
/// without a line that is as the plan wanted it, or the first of them where it is not as it was before, is taken for begun. False iff
/// interrupted.
fn mark_cut_off(read: &mut JournalRead, live: &Live, context: &Context) -> Result<bool> {
    let steps = read.plan.steps.iter().zip(&read.marks).enumerate();
    let fresh = steps.filter(|(_, (_, mark))| **mark == Mark::Fresh);
    let (at, changes): (Vec<usize>, Vec<Change>) =
        fresh.map(|(at, (step, _))| (at, step.change.clone())).unzip();
    if changes.is_empty() {
        return Ok(true);
    }
    let accounts = PlanAccounts::open(&read.plan, live, context)?;
    let Some(found) = states(&changes, &accounts)? else { return Ok(false) };
    for (nth, ((at, change), state)) in at.iter().zip(&changes).zip(&found).enumerate() {
        let is_first = nth == 0 && *state != change.before() && *state != State::Gone;
        if is_first || *state == change.after() && change.after() != change.before() {
            let noun = report::noun_of_change(change);
            let told = format!("the journal was cut off where it may have said that {noun} was changed");
            say("note", &format!("{told}: it is not as it was before, so it is taken back, too"));
            read.marks[*at] = Mark::Intended;
        }
    }
    Ok(true)
}

/// True iff the journal has its first line.
fn is_begun(own: &Path) -> Result<bool> {
    Ok(!matches!(read_journal(&read_file(own)?), Err(JournalError::NotBegun)))
}

/// Goes on with an undo that was stopped.
fn go_on(
    work: PlanRun,
    declared: &Declared,
    typed: &args::Undo,
    accounts: &PlanAccounts<'_>,
) -> Result<Outcome> {
    if work.is_done() {
        return work.done_before(declared, accounts);
    }
    print(|out| out.write_all(report::plan_text(&work.plan, &work.hash, &layout()).as_bytes()))?;
    say("note", "an earlier undo was stopped: this one goes on with it");
    let before = match accounts.forecast(&work) {
        Ok(Ok(before)) => before,
        Ok(Err(_)) => return Ok(work.tell_next(accounts.live)),
        Err(error) => return work.half_way(Err(error), accounts.live),
    };
    if !approved(&typed.approval, &work.hash)? {
        say("note", "not approved, so nothing more was changed");
        return Ok(Outcome::No);
    }
    carried_out(&work, declared, &before, accounts)
}

/// What stands at each step of the plan that takes back. `None` iff interrupted.
fn found(exact: &Plan, accounts: &PlanAccounts<'_>) -> Result<Option<Vec<State>>> {
    let changes: Vec<Change> = exact.steps.iter().map(|step| step.change.clone()).collect();
    let Some(found) = states(&changes, accounts)? else { return Ok(None) };
    let gone = changes.iter().zip(&found).filter(|(change, state)| change.inverse().is_gone(state));
    // A plan may change several settings of one trail.
    let names: BTreeSet<String> = gone.map(|(change, _)| report::noun_of_change(change)).collect();
    for name in names {
        say("note", &format!("{name} does not exist any more, so there is nothing to take back"));
    }
    Ok(Some(found))
}

/// What stands at each of these settings. `None` iff interrupted.
fn states(changes: &[Change], accounts: &PlanAccounts<'_>) -> Result<Option<Vec<State>>> {
    if changes.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let Some(states) = accounts.session.look(changes) else { return Ok(None) };
    let told = |(change, state): (&Change, std::result::Result<State, String>)| {
        state.map_err(|error| {
            let problem = Problem::new(format!("{}: {error}", change.target.arn));
            problem.help("what cannot be read cannot be taken back, so nothing more was changed").into()
        })
    };
    changes.iter().zip(states).map(told).collect::<Result<_>>().map(Some)
}

/// Says what is different, and offers the way around where there is one.
fn refused(change: &Change, found: &State, around: &Around, typed: &args::Undo, live: &Live) -> Outcome {
    say("error", &format!("{}: somebody changed it since; nothing was changed", change.target.arn));
    tell_difference(&change.before(), found);
    if around.left.is_empty() && around.kept.is_empty() || !around.is_over {
        say("next", &merge_again(&typed.journal, live));
    }
    around.left.iter().for_each(|change| tell_left(change, "it has to be set by hand"));
    tell_kept(&around.kept);
    Outcome::No
}

/// Says of what nobody can tell what is ours.
fn tell_left(change: &Change, then: &str) {
    say("help", &report::mixed_sentence(change, then));
}

/// What earlier undos of the journal took back: of the one that was stopped, and of those that took back a part and have ended.
fn taken_back(journal: &Path, of: &JournalRead, earlier: Option<&PlanRun>) -> Result<Vec<Change>> {
    let done = |plan: &Plan, marks: &[Mark]| -> Vec<Change> {
        let steps = plan.steps.iter().zip(marks);
        // What others use was left to them.
        let done = steps.filter(|(_, mark)| matches!(mark, Mark::Done | Mark::Found));
        done.map(|(step, _)| step.change.clone()).collect()
    };
    let mut all = Vec::new();
    for path in undos_of(journal) {
        // One that is no journal is none of ours, and one that is older is of an earlier run under this name.
        match read_journal(&read_file(&path)?) {
            Ok(back) if back.started_at >= of.started_at => all.extend(done(&back.plan, &back.marks)),
            _ => {}
        }
    }
    all.extend(earlier.into_iter().flat_map(|work| done(&work.plan, &work.marks)));
    // Of what was taken back twice, the last counts.
    let mut last: Vec<Change> = Vec::new();
    for change in all.into_iter().rev() {
        if !last.iter().any(|one| one.same_setting(&change)) {
            last.push(change);
        }
    }
    Ok(last)
}

/// What was taken back, and somebody set again since: it is theirs by now.
fn set_again(taken_back: &[Change], exact: &Plan, found: &[State]) -> Vec<(Change, State)> {
    let again = taken_back.iter().filter_map(|change| {
        let (step, now) = exact.steps.iter().zip(found).find(|(step, _)| step.change.same_setting(change))?;
        let is_again = *now != change.after() && *now != step.change.after() && *now != State::Gone;
        is_again.then(|| (change.clone(), now.clone()))
    });
    again.collect()
}

/// Says that trails go on, because others use them.
fn tell_kept(changes: &[Change]) {
    // A plan may change several settings of one trail.
    let names: BTreeSet<String> = changes.iter().map(report::noun_of_change).collect();
    for of in names {
        let told = format!(
            "{of} stays: others changed the trail since, and would lose what it records for them. Stop it by hand if nobody needs it"
        );
        say("note", &told);
    }
}

/// True iff the plan sets what the earlier one does, except what stands so by now.
fn is_what_is_left(plan: &Plan, earlier: &Plan) -> bool {
    let is_same = |(now, then): (&Step, &Step)| {
        let (now, then) = (&now.change, &then.change);
        let is_done = now.before() == now.after() && now.after() == then.after();
        now == then || now.same_setting(then) && is_done
    };
    plan.steps.len() == earlier.steps.len() && plan.steps.iter().zip(&earlier.steps).all(is_same)
}

/// Plans to take back what is ours, around what others changed.
fn merge(
    around: &Around,
    earlier: Option<&PlanRun>,
    typed: &args::Undo,
    accounts: &PlanAccounts<'_>,
) -> Result<Outcome> {
    let merged = &around.plan;
    if around.is_over && !around.left.is_empty() {
        let told = format!("{}: {}", around.left[0].target.arn, report::MIXED);
        return Err(Problem::new(told)
            .help("edit it by hand. The journal holds what was there before")
            .into());
    }
    around.left.iter().for_each(|change| tell_left(change, "this plan leaves it as it is"));
    tell_kept(&around.kept);
    if around.is_over && !around.kept.is_empty() {
        if let Some(work) = earlier {
            work.end_with_what_others_use()?;
            say(
                "note",
                "nothing else of the plan is left to take back, so the undo that was begun has ended",
            );
            return Ok(Outcome::No);
        }
        say("note", "nothing else of the plan is left to take back, so nothing was planned");
        return Ok(Outcome::No);
    }
    let hash = plan_hash(merged);
    if let Some(work) = earlier.filter(|work| is_what_is_left(merged, &work.plan)) {
        say("note", "nobody changed anything since: the undo that was begun goes on as it is");
        let _ = work.tell_next(accounts.live);
        return Ok(Outcome::No);
    }
    print(|out| out.write_all(report::plan_text(merged, &hash, &layout()).as_bytes()))?;
    if around.is_over {
        say("note", "nothing of the plan is left to take back");
    }
    if let Some(path) = &typed.output {
        let file = write_plan(merged, &accounts.context.now, env!("CARGO_PKG_VERSION"));
        write_private(path, |out| out.write_all(file.as_bytes()))?;
        say("wrote", &path.display().to_string());
        let path = report::shell_file(path);
        // Undoing asks nobody who manages the recorder, and what it planned is to be applied.
        let managed = merged.steps.iter().any(|step| step.owner != Owner::Nobody);
        let flag = if managed { " --even-if-managed" } else { "" };
        let journal = report::shell_file(&typed.journal);
        let undoes = format!(" --undoes {journal}");
        let exceptions = exceptions_again();
        say("next", &format!("invoketrail apply {path}{undoes}{flag}{exceptions}{}", accounts.live.again()));
    } else {
        say("next", &same(&[], " --output back.json"));
    }
    Ok(Outcome::Well)
}

#[cfg(test)]
mod tests {
    use super::set_again;
    use audit::change::{Change, Setting, State, Target, Turn};
    use audit::inventory::Inventory;
    use audit::plan::{Owner, Plan, PlanOptions, Step, drop_copies};
    use cloudtrail::recorder::RecorderKind;

    /// A trail was stopped by an undo that took back a part. Who starts it afterwards uses it, however much of the plan is left.
    #[test]
    fn what_was_taken_back_and_set_again_is_of_others() {
        let target = Target {
            arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned(),
            name: "main".to_owned(),
            kind: RecorderKind::Trail,
            account: "111122223333".to_owned(),
            home_region: "eu-west-1".to_owned(),
        };
        let stops = Change { target, setting: Setting::Logging(Turn { before: true, after: false }) };
        let step = Step {
            change: stops.clone(),
            because: Default::default(),
            owner: Owner::Nobody,
            gained: Vec::new(),
            risks: Vec::new(),
            backout: Default::default(),
        };
        let bare = drop_copies(&Inventory::default(), &PlanOptions::default());
        let exact = Plan { steps: vec![step], ..bare };
        let again = |now: State| set_again(std::slice::from_ref(&stops), &exact, &[now]).len();
        assert_eq!([again(State::Flag(true)), again(State::Flag(false)), again(State::Gone)], [1, 0, 0]);
        assert!(
            set_again(&[], &exact, &[State::Flag(true)]).is_empty(),
            "nothing of it was taken back before"
        );
    }
}
