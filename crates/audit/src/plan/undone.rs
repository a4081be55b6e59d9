//! Taking changes back: exactly, or around what others changed since.

mod in_use;
mod merge;

use super::create::of_a_new_trail;
use super::{FoundTrail, Owner, Plan, Purpose, Step};
use crate::change::{Change, Setting, State, Turn, undo as inverted};
use crate::code::Code;
use crate::journal::Mark;
use cloudtrail::recorder::RecorderKind;
use merge::merged_selectors;

/// The plan that takes back the steps that these marks say were begun, the last first.
#[must_use]
pub fn undo(plan: &Plan, marks: &[Mark]) -> Plan {
    let changes: Vec<Change> =
        begun(plan, marks).into_iter().map(|at| plan.steps[at].change.clone()).collect();
    let owner = |change: &Change| {
        let same = plan.steps.iter().find(|step| step.change.target.arn == change.target.arn);
        same.map_or(Owner::Nobody, |step| step.owner.clone())
    };
    let steps = inverted(&changes).into_iter().map(|change| Step {
        owner: owner(&change),
        change,
        because: Code::TakesBack.says("it takes back what the plan changed"),
        gained: Vec::new(),
        risks: vec![match plan.purpose {
            Purpose::Backout(_) | Purpose::DropCopies => {
                Code::RecordedAgain.says("what the plan left out is recorded again, and paid for")
            }
            _ => Code::RecordedNoLonger.says("what the plan let in is no longer recorded"),
        }],
        backout: Code::ApplyAgain.says("apply the plan again"),
    });
    Plan {
        purpose: Purpose::Undo,
        scope: plan.scope.clone(),
        steps: steps.collect(),
        refusals: Vec::new(),
        gained: Vec::new(),
        losses: Vec::new(),
        found: in_use::found(plan, marks),
        outlook: Vec::new(),
        cost: None,
    }
}

/// The change that takes `change` back where `found` stands now: what it added goes, what it took away comes back, and what
/// others changed since stays. A change from `found` to itself iff nothing of it is left. `None` iff ours is mixed
/// with what others did.
///
/// `change` is the one to be made: its `before` is what the plan had set, its `after` what stood there first.
#[must_use]
pub fn taken_back(change: &Change, found: &State) -> Option<Change> {
    // Nothing is to be set of what stands as it is wanted: who sets it again before that is seen is not overruled.
    if *found == change.after() {
        return Some(change.made());
    }
    if *found == change.before() || *found == State::Gone {
        return Some(change.clone());
    }
    // What AWS makes in several calls, and was stopped between them, is taken back as far as it has come.
    if let Some(so_far) = change.inverse().so_far(found) {
        return Some(so_far.inverse());
    }
    let (Setting::Selectors(turn), State::Selectors(now)) = (&change.setting, found) else { return None };
    let read = |text: &str| cloudtrail::selector_json::from_str(text).ok();
    let list = merged_selectors(&read(&turn.after)?, &read(&turn.before)?, &read(now)?)?;
    let after = cloudtrail::selector_json::document(&list);
    let is_same = State::Selectors(after.clone()) == *found;
    let after = if is_same { now.clone() } else { after };
    Some(Change {
        target: change.target.clone(),
        setting: Setting::Selectors(Turn { before: now.clone(), after }),
    })
}

/// True iff nothing has to be set: what stands there is what the change wants, or what it was set on does not exist any more.
#[must_use]
pub fn is_taken_back(change: &Change, found: &State) -> bool {
    *found == change.after() || *found == State::Gone
}

/// What must stand right before each step of a plan is carried out, beside the setting that it is about: nobody may have changed it since the plan was
/// made, because others would lose what they rely on. Expected is what is before or after of each.
///
/// A trail is started, or records more Regions, only where it is as the plan found it. An undo stops a trail, lets it record fewer Regions or deletes
/// it only where it selects what the plan left, and is stopped; a copy is dropped only where the steps before it still stand.
#[must_use]
pub fn relied_on(plan: &Plan) -> Vec<Vec<Change>> {
    let each = plan.steps.iter().enumerate().map(|(at, step)| {
        let earlier = &plan.steps[..at];
        match (&plan.purpose, &step.change.setting) {
            (Purpose::DropCopies, Setting::Selectors(_)) => {
                let set = earlier.iter().filter_map(|one| expected(&one.change, &one.change.after()));
                // What keeps a copy records, too: a stopped trail keeps none.
                let trails = earlier.iter().filter(|one| one.change.target.kind == RecorderKind::Trail);
                let on = trails.map(|one| Change {
                    target: one.change.target.clone(),
                    setting: Setting::Logging(Turn { before: true, after: true }),
                });
                set.chain(on).collect()
            }
            (Purpose::Record | Purpose::Restore(_), _) => in_use::as_found(plan, at),
            (
                Purpose::Undo,
                Setting::Logging(Turn { after: false, .. })
                | Setting::MultiRegion(Turn { after: false, .. })
                | Setting::Trail(Turn { after: None, .. }),
            ) => of_a_trail_in_use(plan, at),
            (Purpose::Undo, Setting::Selectors(_)) => of_a_trail_that_is_off(plan, at).into_iter().collect(),
            _ => Vec::new(),
        }
    });
    each.collect()
}

/// What the trail of this step of an undo is by then: what it selects, and all that is still to be taken back of it, each as the plan left it or as it
/// was before. One that is to be deleted does not log.
fn of_a_trail_in_use(back: &Plan, at: usize) -> Vec<Change> {
    let target = &back.steps[at].change.target;
    let mine = |step: &&Step| {
        step.change.target.arn == target.arn && !matches!(step.change.setting, Setting::Bucket(_))
    };
    // What comes later may have come to pass already: a plan that was stopped did not set everything.
    let mut all: Vec<Change> =
        back.steps[at + 1..].iter().filter(mine).map(|step| step.change.clone()).collect();
    let is_selectors = |change: &Change| matches!(change.setting, Setting::Selectors(_));
    let is_logging = |change: &Change| matches!(change.setting, Setting::Logging(_));
    let is_regions = |change: &Change| matches!(change.setting, Setting::MultiRegion(_));
    let done = |is: fn(&Change) -> bool| {
        let last = back.steps[..at].iter().filter(mine).rfind(|step| is(&step.change));
        last.and_then(|step| expected(&step.change, &step.change.after()))
    };
    let is_deleted = back.steps[at].change.after() == State::Trail(None);
    let with = |setting| Change { target: target.clone(), setting };
    let same =
        |document: String| with(Setting::Selectors(Turn { before: document.clone(), after: document }));
    let found: Vec<&FoundTrail> = back.found.iter().filter(|one| one.arn == target.arn).collect();
    if !all.iter().any(is_selectors) {
        let found = || in_use::turn(&found, |one| one.selectors.clone()).map(Setting::Selectors).map(with);
        // What the plan did not come to set is AWS's default.
        let default =
            || cloudtrail::selector_json::request(&of_a_new_trail()).ok().filter(|_| is_deleted).map(same);
        all.extend(done(is_selectors).or_else(found).or_else(default));
    }
    if !is_deleted && !is_regions(&back.steps[at].change) && !all.iter().any(is_regions) {
        let found = || in_use::turn(&found, |one| one.multi_region).map(Setting::MultiRegion).map(with);
        all.extend(done(is_regions).or_else(found));
    }
    // Who started it meanwhile relies on all that it records.
    if is_regions(&back.steps[at].change) && !all.iter().any(is_logging) {
        let found = || in_use::turn(&found, |one| one.logging).map(Setting::Logging).map(with);
        all.extend(done(is_logging).or_else(found));
    }
    if is_deleted && !all.iter().any(is_logging) {
        let off = || with(Setting::Logging(Turn { before: false, after: false }));
        all.push(done(is_logging).unwrap_or_else(off));
    }
    all
}

/// That the trail of this step of an undo does not log, where it would not by then: who started it meanwhile relies on all that it records. `None` iff
/// it may log, or is to be stopped only later.
fn of_a_trail_that_is_off(back: &Plan, at: usize) -> Option<Change> {
    let target = &back.steps[at].change.target;
    let is_logging = |step: &&Step| {
        step.change.target.arn == target.arn && matches!(step.change.setting, Setting::Logging(_))
    };
    if back.steps[at + 1..].iter().any(|step| is_logging(&step)) {
        return None;
    }
    let done = back.steps[..at].iter().rfind(is_logging);
    let done = done.and_then(|step| expected(&step.change, &step.change.after()));
    let found: Vec<&FoundTrail> = back.found.iter().filter(|one| one.arn == target.arn).collect();
    let found = || {
        let setting = in_use::turn(&found, |one| one.logging).map(Setting::Logging)?;
        Some(Change { target: target.clone(), setting })
    };
    done.or_else(found)
        .filter(|one| matches!(one.setting, Setting::Logging(Turn { before: false, after: false })))
}

/// The setting of a change, with this as what stands before and after; `None` iff that is nothing to compare with.
fn expected(change: &Change, state: &State) -> Option<Change> {
    let setting = match state {
        State::Selectors(document) => {
            Setting::Selectors(Turn { before: document.clone(), after: document.clone() })
        }
        State::Flag(on) if matches!(change.setting, Setting::Logging(_)) => {
            Setting::Logging(Turn { before: *on, after: *on })
        }
        State::Flag(on) if matches!(change.setting, Setting::MultiRegion(_)) => {
            Setting::MultiRegion(Turn { before: *on, after: *on })
        }
        _ => return None,
    };
    Some(Change { target: change.target.clone(), setting })
}

/// What is to be looked at beside the settings that are taken back: what the steps of `back` rest on that have something to do. Nothing of it is to be
/// set. `found` is what stands at each step.
#[must_use]
pub fn watched(back: &Plan, found: &[State]) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    for ((step, state), relied) in back.steps.iter().zip(found).zip(relied_on(back)) {
        if is_taken_back(&step.change, state) {
            continue;
        }
        for one in relied {
            let is_known = |other: &Change| other.same_setting(&one);
            let is_set = back.steps.iter().any(|step| is_known(&step.change));
            if !is_set && !all.iter().any(is_known) {
                all.push(one);
            }
        }
    }
    all
}

/// Those of `watched` that others changed since, with what was found.
#[must_use]
pub fn changed_since(watched: Vec<Change>, found: Vec<State>) -> Vec<(Change, State)> {
    let pairs = watched.into_iter().zip(found);
    let is_changed = |(change, state): &(Change, State)| {
        *state != change.before() && *state != change.after() && *state != State::Gone
    };
    pairs.filter(is_changed).collect()
}

/// A plan to take back, around what others changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Around {
    /// What takes it back. A step whose change has come to pass already stays, because it is a part of what was taken back.
    pub plan: Plan,
    /// What others changed since, and what was found.
    pub changed: Vec<(Change, State)>,
    /// Those of them in which ours and theirs are mixed: the plan leaves them as they are.
    pub left: Vec<Change>,
    /// What would stop or delete a trail, or let it record fewer Regions, of which others changed what it selects: the plan leaves that, too.
    pub kept: Vec<Change>,
    /// True iff nothing is left to be set.
    pub is_over: bool,
}

/// The plan that takes back around what others changed; `found` is what stands at each step of `plan`.
#[must_use]
pub fn around(plan: &Plan, found: &[State]) -> Around {
    let mut told = Around {
        plan: Plan { steps: Vec::new(), ..plan.clone() },
        changed: Vec::new(),
        left: Vec::new(),
        kept: Vec::new(),
        is_over: true,
    };
    let deletes = |arn: &str| {
        plan.steps
            .iter()
            .any(|step| step.change.target.arn == arn && step.change.after() == State::Trail(None))
    };
    let is_changed = |step: &Step, state: &State| {
        let change = &step.change;
        *state != change.before() && !is_taken_back(change, state) && change.inverse().so_far(state).is_none()
    };
    let changed = |arn: &str| {
        plan.steps
            .iter()
            .zip(found)
            .any(|(step, state)| step.change.target.arn == arn && is_changed(step, state))
    };
    for (step, state) in plan.steps.iter().zip(found) {
        let is_changed = is_changed(step, state);
        if is_changed {
            told.changed.push((step.change.clone(), state.clone()));
        }
        let arn = &step.change.target.arn;
        // A trail that the plan made, and that others use now, is not deleted under their hands.
        let is_theirs = deletes(arn) && changed(arn);
        match taken_back(&step.change, state).filter(|_| !is_theirs) {
            Some(change) => {
                told.is_over &= is_taken_back(&change, state);
                told.plan.steps.push(Step { change, ..step.clone() });
            }
            None if is_theirs => told.kept.push(step.change.clone()),
            None => told.left.push(step.change.clone()),
        }
    }
    let is_selectors = |(change, _): &&(Change, State)| matches!(change.setting, Setting::Selectors(_));
    let used = told.changed.iter().filter(is_selectors).map(|(change, _)| change.target.arn.clone());
    let used = Use { by: used.collect(), started: Vec::new() };
    told.keep(&used, found, plan);
    told
}

impl Around {
    /// Adds what others changed beside the settings that are taken back.
    pub fn add_changed(&mut self, more: Vec<(Change, State)>, found: &[State], plan: &Plan) {
        let arn = |(change, _): &(Change, State)| change.target.arn.clone();
        let is_start = |(change, state): &&(Change, State)| {
            matches!(change.setting, Setting::Logging(_)) && *state == State::Flag(true)
        };
        let used = Use {
            by: more.iter().map(arn).collect(),
            started: more.iter().filter(is_start).map(arn).collect(),
        };
        self.changed.extend(more);
        self.keep(&used, found, plan);
    }

    /// Leaves to others what earlier undos took back, and somebody set again since: nothing of it is ours any more.
    pub fn leave_set_again(&mut self, again: Vec<(Change, State)>, found: &[State], plan: &Plan) {
        let is_again = |step: &Step| again.iter().any(|(change, _)| change.same_setting(&step.change));
        let (theirs, ours) = std::mem::take(&mut self.plan.steps).into_iter().partition(is_again);
        self.plan.steps = ours;
        let theirs: Vec<Step> = theirs;
        self.kept.extend(theirs.into_iter().map(|step| step.change));
        // Also what would have to be set by hand, were it not theirs.
        let is_again = |one: &Change| again.iter().any(|(change, _)| change.same_setting(one));
        let (theirs, left) = std::mem::take(&mut self.left).into_iter().partition(is_again);
        self.left = left;
        let theirs: Vec<Change> = theirs;
        self.kept.extend(theirs);
        self.add_changed(again, found, plan);
    }

    /// Leaves these trails recording, as far as they still do, and what they deliver to.
    fn keep(&mut self, used: &Use, found: &[State], plan: &Plan) {
        let state_of = |change: &Change| {
            let same = plan.steps.iter().zip(found).find(|(step, _)| step.change.same_setting(change));
            same.map(|(_, state)| state)
        };
        let (kept, steps): (Vec<Step>, Vec<Step>) =
            std::mem::take(&mut self.plan.steps).into_iter().partition(|step| {
                used.is_ended_by(&step.change)
                    && state_of(&step.change).is_none_or(|state| !is_taken_back(&step.change, state))
            });
        self.plan.steps = steps;
        self.kept.extend(kept.into_iter().map(|step| step.change));
        let is_over =
            |step: &Step| state_of(&step.change).is_some_and(|state| is_taken_back(&step.change, state));
        self.is_over = self.plan.steps.iter().all(is_over);
    }
}

/// The ARNs of the trails that others use.
struct Use {
    /// Those of which they changed something.
    by: Vec<String>,
    /// Those that they started: they use all that these record.
    started: Vec<String>,
}

impl Use {
    /// True iff others would lose what they use.
    fn is_ended_by(&self, change: &Change) -> bool {
        let is_selectors = matches!(change.setting, Setting::Selectors(_));
        ends_use(change) && self.by.contains(&change.target.arn)
            || is_selectors && self.started.contains(&change.target.arn)
    }
}

/// True iff the change stops a trail, lets it record fewer Regions, or deletes it or its bucket.
const fn ends_use(change: &Change) -> bool {
    is_stop(change)
        || matches!(
            change.setting,
            Setting::Trail(Turn { after: None, .. }) | Setting::Bucket(Turn { after: None, .. })
        )
}

/// True iff the change stops a trail, or lets it record fewer Regions.
const fn is_stop(change: &Change) -> bool {
    matches!(
        change.setting,
        Setting::Logging(Turn { after: false, .. }) | Setting::MultiRegion(Turn { after: false, .. })
    )
}

/// The steps of a plan that its journal says were begun.
#[must_use]
pub fn begun(plan: &Plan, marks: &[Mark]) -> Vec<usize> {
    (0..plan.steps.len()).filter(|at| marks.get(*at).is_some_and(|mark| mark.is_begun())).collect()
}

/// The changes of a plan that its journal does not say were begun.
#[must_use]
pub fn still_to_come(plan: &Plan, marks: &[Mark]) -> Vec<Change> {
    let begun = begun(plan, marks);
    let steps = plan.steps.iter().enumerate().filter(|(at, _)| !begun.contains(at));
    steps.map(|(_, step)| step.change.clone()).collect()
}

/// The first change of which neither what it was planned on nor what it sets was found; `None` iff there is none that could be read.
#[must_use]
pub fn first_changed<'c>(changes: &'c [Change], found: &[Result<State, String>]) -> Option<&'c Change> {
    let is_changed = |(change, found): &(&Change, &Result<State, String>)| {
        found.as_ref().is_ok_and(|found| *found != change.before() && *found != change.after())
    };
    changes.iter().zip(found).find(is_changed).map(|(change, _)| change)
}

/// True iff `back` takes back every setting that was begun, and not only some of them.
#[must_use]
pub fn takes_back_all(plan: &Plan, marks: &[Mark], back: &Plan) -> bool {
    let is_in = |change: &Change| back.steps.iter().any(|step| step.change.same_setting(change));
    begun(plan, marks).into_iter().all(|at| is_in(&plan.steps[at].change))
}

/// True iff each step of `back` takes back one that was begun: exactly, or around what others changed.
#[must_use]
pub fn takes_back_only(plan: &Plan, marks: &[Mark], back: &Plan) -> bool {
    let ours: Vec<Change> =
        begun(plan, marks).into_iter().map(|at| plan.steps[at].change.inverse()).collect();
    back.steps.iter().all(|step| {
        let change = &step.change;
        ours.iter().any(|one| one == change || taken_back(one, &change.before()).as_ref() == Some(change))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Plan, PlanOptions, drop_copies};
    use super::{relied_on, undo};
    use crate::change::{Change, NewTrail, Setting, State, Target, Turn};
    use crate::inventory::Inventory;
    use cloudtrail::recorder::RecorderKind;

    /// A trail that a plan made, and that was stopped before it was set up: it is deleted only where it is as AWS made it.
    #[test]
    fn a_trail_that_was_made_and_not_set_up_is_expected_as_it_was_made() {
        let target = Target {
            arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/new".to_owned(),
            name: "new".to_owned(),
            kind: RecorderKind::Trail,
            account: "111122223333".to_owned(),
            home_region: "eu-west-1".to_owned(),
        };
        let trail = NewTrail {
            bucket: "logs".to_owned(),
            organization: false,
            multi_region: true,
            log_file_validation: true,
            of_others: Vec::new(),
        };
        let change = |setting| Change { target: target.clone(), setting };
        let selectors = Turn { before: "{}".to_owned(), after: r#"{"EventSelectors":[]}"#.to_owned() };
        let all = [
            change(Setting::Trail(Turn { before: None, after: Some(trail) })),
            change(Setting::Selectors(selectors)),
            change(Setting::Logging(Turn { before: false, after: true })),
        ];
        let bare = drop_copies(&Inventory::default(), &PlanOptions::default());
        let plan = |done: usize| {
            let steps = all.iter().take(done).map(|change| super::Step {
                change: change.clone(),
                because: Default::default(),
                owner: super::Owner::Nobody,
                gained: Vec::new(),
                risks: Vec::new(),
                backout: Default::default(),
            });
            Plan { steps: steps.collect(), ..bare.clone() }
        };
        for done in 1..=all.len() {
            let back = undo(&plan(done), &vec![super::Mark::Done; done]);
            let relied = relied_on(&back);
            let at = back.steps.iter().position(|step| step.change.after() == State::Trail(None)).unwrap();
            let has = |is: fn(&Setting) -> bool| relied[at].iter().filter(|one| is(&one.setting)).count();
            let counts = (
                has(|setting| matches!(setting, Setting::Selectors(_))),
                has(|setting| matches!(setting, Setting::Logging(Turn { before: false, after: false }))),
            );
            assert_eq!(counts, (1, 1), "{done} {relied:#?}");
            // Others set it up since: around that, nothing of it is stopped or deleted.
            let found: Vec<State> = back.steps.iter().map(|step| step.change.before()).collect();
            let mut told = super::around(&back, &found);
            assert_eq!((told.plan.steps.len(), told.is_over), (done, false));
            let theirs = |change: &Change| match change.setting {
                Setting::Selectors(_) => State::Selectors("theirs".to_owned()),
                _ => State::Flag(true),
            };
            let watched = super::watched(&back, &found);
            let now: Vec<State> = watched.iter().map(theirs).collect();
            let changed = super::changed_since(watched, now);
            assert_eq!(changed.is_empty(), done == all.len(), "{done}");
            told.add_changed(changed, &found, &back);
            let deletes = told.plan.steps.iter().any(|step| step.change.after() == State::Trail(None));
            assert_eq!((deletes, told.kept.is_empty()), (done == all.len(), done == all.len()), "{done}");
            // Nothing is stopped of a trail that is not as the plan left it.
            if done == all.len() {
                let stop = relied[0].iter().map(|one| &one.setting);
                assert_eq!(
                    stop.filter(|one| matches!(one, Setting::Selectors(_) | Setting::Trail(_))).count(),
                    2
                );
            }
        }
    }
}
