//! What was found of trails that a plan starts or widens, where the steps to take back do not say it: others may have set it since.

use super::super::{FoundTrail, Plan, Step};
use super::expected;
use crate::change::{Change, Setting, Turn};
use crate::journal::Mark;

/// As the plan found its trails; of each setting that it was to set, and that is not taken back, what it was on, and what it was to become where
/// it was found so.
pub(super) fn found(plan: &Plan, marks: &[Mark]) -> Vec<FoundTrail> {
    let mut all = plan.found.clone();
    let mark = |at: usize| marks.get(at).copied().unwrap_or_default();
    let steps = || plan.steps.iter().enumerate();
    let is_begun = |arn: &str| {
        steps().any(|(at, step)| {
            let is_ours =
                starts_or_widens(&step.change) || matches!(step.change.setting, Setting::Selectors(_));
            mark(at).is_begun() && step.change.target.arn == arn && is_ours
        })
    };
    // Of a trail that the plan made, what was not set is AWS's default.
    let is_made = |arn: &str| {
        let makes = |change: &Change| matches!(change.setting, Setting::Trail(_));
        steps().any(|(_, step)| step.change.target.arn == arn && makes(&step.change))
    };
    for (at, step) in steps().filter(|(at, _)| !mark(*at).is_begun()) {
        let arn = &step.change.target.arn;
        if !is_begun(arn) || is_made(arn) {
            continue;
        }
        all.push(before(&step.change));
        // Who set it once the trail was started or reached more Regions by us uses that.
        let is_since = steps().take(at).any(|(at, step)| {
            mark(at) == Mark::Done && step.change.target.arn == *arn && starts_or_widens(&step.change)
        });
        if mark(at) == Mark::Found && !is_since {
            all.push(before(&step.change.inverse()));
        }
    }
    all.retain(|one| one.selectors.is_some() || one.multi_region.is_some() || one.logging.is_some());
    all
}

/// What must stand where this step of a plan starts a trail, or lets it record more Regions: what the plan found of it, what its earlier steps set,
/// and what its later ones want to find. Who changed it since meant another trail to record than the one that starts.
pub(super) fn as_found(plan: &Plan, at: usize) -> Vec<Change> {
    let change = &plan.steps[at].change;
    if !starts_or_widens(change) {
        return Vec::new();
    }
    let found: Vec<&FoundTrail> = plan.found.iter().filter(|one| one.arn == change.target.arn).collect();
    let selectors = turn(&found, |one| one.selectors.clone()).map(Setting::Selectors);
    let regions = turn(&found, |one| one.multi_region).map(Setting::MultiRegion);
    let all = [selectors, regions].into_iter().flatten();
    let all = all.map(|setting| Change { target: change.target.clone(), setting });
    let mut all: Vec<Change> =
        all.filter(|one| !plan.steps.iter().any(|step| step.change.same_setting(one))).collect();
    let of_the_trail = |step: &&Step| step.change.target.arn == change.target.arn;
    for step in plan.steps[..at].iter().filter(of_the_trail) {
        let Some(set) = expected(&step.change, &step.change.after()) else { continue };
        all.retain(|one| !one.same_setting(&set));
        all.push(set);
    }
    for step in plan.steps[at + 1..].iter().filter(of_the_trail) {
        let is_setting = matches!(step.change.setting, Setting::Selectors(_) | Setting::MultiRegion(_));
        let is_known = |one: &Change| one.same_setting(&step.change);
        if is_setting && !is_known(change) && !all.iter().any(is_known) {
            all.push(step.change.clone());
        }
    }
    all
}

/// True iff the change starts a trail, or lets it record more Regions.
const fn starts_or_widens(change: &Change) -> bool {
    matches!(
        change.setting,
        Setting::Logging(Turn { after: true, .. }) | Setting::MultiRegion(Turn { after: true, .. })
    )
}

/// The trail as the change wants to find it.
fn before(change: &Change) -> FoundTrail {
    let mut found =
        FoundTrail { arn: change.target.arn.clone(), selectors: None, multi_region: None, logging: None };
    match &change.setting {
        Setting::Selectors(turn) => found.selectors = Some(turn.before.clone()),
        Setting::MultiRegion(turn) => found.multi_region = Some(turn.before),
        Setting::Logging(turn) => found.logging = Some(turn.before),
        Setting::Bucket(_) | Setting::Trail(_) | Setting::LogFileValidation(_) => {}
    }
    found
}

/// What is expected of one setting, as what is before and after: the last that was found, and the first.
pub(super) fn turn<T>(found: &[&FoundTrail], of: impl Fn(&FoundTrail) -> Option<T>) -> Option<Turn<T>> {
    let (first, last) = (found.iter().find_map(|one| of(one))?, found.iter().rev().find_map(|one| of(one))?);
    Some(Turn { before: last, after: first })
}

#[cfg(test)]
mod tests {
    use super::super::super::{FoundTrail, Owner, Plan, PlanOptions, Purpose, Step, drop_copies};
    use super::super::{around, changed_since, relied_on, taken_back, undo, watched};
    use crate::change::{Change, Setting, State, Target, Turn};
    use crate::inventory::Inventory;
    use crate::journal::Mark;
    use cloudtrail::recorder::RecorderKind;

    /// A plan of steps that widen a trail, set its selectors and start it.
    fn plan(settings: Vec<Setting>) -> Plan {
        let target = Target {
            arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned(),
            name: "main".to_owned(),
            kind: RecorderKind::Trail,
            account: "111122223333".to_owned(),
            home_region: "eu-west-1".to_owned(),
        };
        let steps = settings.into_iter().map(|setting| Step {
            change: Change { target: target.clone(), setting },
            because: Default::default(),
            owner: Owner::Nobody,
            gained: Vec::new(),
            risks: Vec::new(),
            backout: Default::default(),
        });
        let bare = drop_copies(&Inventory::default(), &PlanOptions::default());
        Plan { steps: steps.collect(), ..bare }
    }

    fn whole() -> Plan {
        let selectors = Turn { before: "first".to_owned(), after: "set".to_owned() };
        plan(vec![
            Setting::MultiRegion(Turn { before: false, after: true }),
            Setting::Selectors(selectors),
            Setting::Logging(Turn { before: false, after: true }),
        ])
    }

    /// What the undo keeps of what it would take away, and what it says others changed.
    fn kept(marks: [Mark; 3], selectors: &str, logging: bool) -> (usize, usize) {
        let back = undo(&whole(), &marks);
        let now = |change: &Change| match change.setting {
            Setting::Selectors(_) => State::Selectors(selectors.to_owned()),
            Setting::Logging(_) => State::Flag(logging),
            _ => State::Flag(marks[0].is_begun()),
        };
        let found: Vec<State> = back.steps.iter().map(|step| now(&step.change)).collect();
        let watched = watched(&back, &found);
        let states = watched.iter().map(now).collect();
        let mut told = around(&back, &found);
        told.add_changed(changed_since(watched, states), &found, &back);
        (told.kept.len(), told.changed.len())
    }

    /// A step that was not begun is not taken back, and what it would have changed is compared all the same.
    #[test]
    fn what_a_step_that_was_not_begun_would_have_set_is_compared() {
        use Mark::{Done, Found, Fresh, Intended};
        for (marks, selectors, logging, expected) in [
            // As the plan found it, or as it left it: all is taken back.
            ([Done, Fresh, Fresh], "first", false, (0, 0)),
            ([Done, Done, Fresh], "set", false, (0, 0)),
            ([Done, Done, Done], "set", true, (0, 0)),
            // Others chose what it selects: it keeps its Regions.
            ([Done, Fresh, Fresh], "theirs", false, (1, 1)),
            ([Intended, Fresh, Fresh], "theirs", false, (1, 1)),
            ([Done, Fresh, Fresh], "set", false, (1, 1)),
            // Others started it.
            ([Done, Fresh, Fresh], "first", true, (1, 1)),
            ([Done, Done, Fresh], "set", true, (2, 1)),
            // Others set what the plan wanted, before the plan changed anything: that is its own, and what comes later is theirs.
            ([Fresh, Found, Done], "set", true, (0, 0)),
            ([Done, Found, Done], "first", true, (0, 0)),
            ([Done, Found, Done], "theirs", true, (2, 1)),
            ([Fresh, Found, Done], "theirs", true, (1, 1)),
            // They did once the plan had let it record more Regions: they use those.
            ([Done, Found, Done], "set", true, (2, 1)),
            ([Done, Done, Found], "set", true, (2, 1)),
        ] {
            assert_eq!(kept(marks, selectors, logging), expected, "{marks:?} {selectors} {logging}");
        }
    }

    /// A trail is started, and records more Regions, as the plan found it; what the plan sets itself is its own.
    #[test]
    fn a_trail_is_started_as_it_was_found() {
        let of = |mut plan: Plan, selectors: Option<&str>, multi_region| {
            let arn = plan.steps[0].change.target.arn.clone();
            let selectors = selectors.map(str::to_owned);
            plan.found = vec![FoundTrail { arn, selectors, multi_region, logging: None }];
            let relied = |purpose| {
                let all = relied_on(&Plan { purpose, ..plan.clone() }).into_iter();
                all.map(|of| of.into_iter().map(|one| one.before()).collect()).collect::<Vec<Vec<State>>>()
            };
            assert_eq!(relied(Purpose::Restore(Vec::new())), relied(Purpose::Record));
            relied(Purpose::Record)
        };
        let start = || Setting::Logging(Turn { before: false, after: true });
        let (selects, one) = (selects_first(), State::Flag(false));
        assert_eq!(of(plan(vec![start()]), Some("first"), Some(false)), [[selects.clone(), one]]);
        let widens = Setting::MultiRegion(Turn { before: false, after: true });
        let widened = vec![selects.clone(), State::Flag(true)];
        assert_eq!(of(plan(vec![widens, start()]), Some("first"), None), [vec![selects], widened]);
        // What the plan sets itself is as it has come to set it, or as it wants to find it.
        let (set, many) = (State::Selectors("set".to_owned()), State::Flag(true));
        for selectors in [Some("first"), None] {
            let expected = [vec![selects_first()], vec![], vec![many.clone(), set.clone()]];
            assert_eq!(of(whole(), selectors, None), expected);
        }
    }

    /// What an earlier undo took back, and a later plan set again just so, is that plan's: its selectors stay, and so does what they rest on.
    #[test]
    fn what_was_set_again_as_we_had_set_it_is_left() {
        let back = undo(&whole(), &[Mark::Done; 3]);
        let found: Vec<State> = back.steps.iter().map(|step| step.change.before()).collect();
        let selects = back.steps.iter().find(|step| matches!(step.change.setting, Setting::Selectors(_)));
        let again = vec![(selects.unwrap().change.clone(), State::Selectors("set".to_owned()))];
        let mut told = around(&back, &found);
        assert_eq!((told.plan.steps.len(), told.kept.len()), (3, 0));
        told.leave_set_again(again, &found, &back);
        assert_eq!((told.plan.steps.len(), told.kept.len(), told.is_over), (0, 3, true));
    }

    /// What is taken back already is not taken back again where somebody sets it before the plan is applied: nothing is to be set there.
    #[test]
    fn what_stands_as_it_is_wanted_finds_that() {
        let back = undo(&whole(), &[Mark::Done; 3]);
        for step in &back.steps {
            let done = taken_back(&step.change, &step.change.after()).unwrap();
            assert_eq!((done.before(), done.after()), (step.change.after(), step.change.after()));
            assert_eq!(taken_back(&step.change, &step.change.before()).as_ref(), Some(&step.change));
        }
    }

    /// Others chose functions in the place of all that the plan had added: that is theirs, also where it records less.
    #[test]
    fn a_choice_of_others_within_ours_is_not_ours() {
        let basic = |resources: &str| {
            format!(
                r#"{{"EventSelectors":[{{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{resources}]}}]}}"#
            )
        };
        let lambda =
            |value: &str| basic(&format!(r#"{{"Type":"AWS::Lambda::Function","Values":["{value}"]}}"#));
        let (first, set) = (basic(""), lambda("arn:aws:lambda"));
        let change = undo(&plan(vec![Setting::Selectors(Turn { before: first, after: set })]), &[Mark::Done]);
        let change = &change.steps[0].change;
        let theirs = lambda("arn:aws:lambda:eu-west-1:111122223333:function:prod");
        assert_eq!(taken_back(change, &State::Selectors(theirs)), None);
    }

    fn selects_first() -> State {
        State::Selectors("first".to_owned())
    }
}
