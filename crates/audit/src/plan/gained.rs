//! What is recorded more: after each step, and after the whole plan.

use super::after::apply;
use crate::Options;
use crate::change::{Change, Setting, Turn};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::Audit;
use crate::inventory::Inventory;
use crate::judge::judge_invocations;
use cloudtrail::recorder::{RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use recording::State;

/// What is recorded at each place of an audit.
pub(super) struct States(Vec<PlaceStates>);

struct PlaceStates {
    account: String,
    /// In the order of [`ResourceType::ALL`]: each resource, and any that may be created later.
    planes: Vec<(Vec<State>, State)>,
    management: State,
}

impl States {
    pub(super) fn of(audit: &Audit<'_>) -> Self {
        let state = |verdict: usize| audit.verdicts[verdict].state;
        let places = audit.places.iter().enumerate().map(|(at, place)| PlaceStates {
            account: place.account.to_owned(),
            planes: place
                .planes
                .iter()
                .map(|plane| {
                    let rows = audit.at_home(at, plane.kind).map(|(home, _)| audit.state(home));
                    (rows.collect(), state(plane.any))
                })
                .collect(),
            management: state(place.management),
        });
        States(places.collect())
    }

    fn within<'s>(&'s self, scope: &'s Scope) -> impl Iterator<Item = &'s PlaceStates> {
        self.0.iter().filter(|place| scope.has(&place.account))
    }
}

/// Where a change can make a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Everywhere,
    /// An account's own recorder records in its account alone.
    Account(String),
}

impl Scope {
    fn has(&self, account: &str) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Account(own) => own == account,
        }
    }

    fn meets(&self, other: &Scope) -> bool {
        match (self, other) {
            (Self::Account(one), Self::Account(other)) => one == other,
            _ => true,
        }
    }
}

/// What each change adds, judged as it is carried out: after all changes before it. `before` and `after` are what is recorded
/// before the first and after the last.
pub(super) fn by_step(
    inventory: &Inventory,
    options: &Options<'_>,
    changes: &[Change],
    before: &States,
    after: &States,
) -> Vec<Vec<Coded>> {
    let scopes = scopes(inventory, changes);
    let met = |scope: &Scope, among: &[Option<Scope>]| among.iter().flatten().any(|one| one.meets(scope));
    let mut world = inventory.clone();
    // What was judged last, and where.
    let mut last: Option<(Scope, States)> = None;
    let mut told = Vec::with_capacity(changes.len());
    for (at, change) in changes.iter().enumerate() {
        let Some(scope) = &scopes[at] else {
            apply(&mut world, change);
            told.push(Vec::new());
            continue;
        };
        let was = match last.take() {
            _ if !met(scope, &scopes[..at]) => None,
            Some((known, states)) if known == *scope => Some(states),
            _ => Some(judged(&world, scope, options)),
        };
        apply(&mut world, change);
        let is = met(scope, &scopes[at + 1..]).then(|| judged(&world, scope, options));
        told.push(gains_within(scope, was.as_ref().unwrap_or(before), is.as_ref().unwrap_or(after)));
        last = is.map(|states| (scope.clone(), states));
    }
    told
}

/// Where each change can make a difference; `None` iff by itself it makes none.
fn scopes(inventory: &Inventory, changes: &[Change]) -> Vec<Option<Scope>> {
    let mut world = inventory.clone();
    let scopes = changes.iter().map(|change| {
        let target = &change.target;
        let organization = world.recorder(&target.arn).is_none_or(|at| world.recorders[at].organization);
        let scope = match organization {
            true => Scope::Everywhere,
            false => Scope::Account(target.account.clone()),
        };
        let is_silent = is_silent(&world, change);
        apply(&mut world, change);
        (!is_silent).then_some(scope)
    });
    scopes.collect()
}

/// True iff the change by itself records nothing: a bucket, a signature, a trail that does not log yet and what that is set to.
fn is_silent(world: &Inventory, change: &Change) -> bool {
    match &change.setting {
        Setting::Bucket(_) | Setting::LogFileValidation(_) => true,
        Setting::Trail(Turn { after, .. }) => after.is_some(),
        Setting::MultiRegion(_) | Setting::Selectors(_) => {
            change.target.kind == RecorderKind::Trail && is_stopped(world, &change.target.arn)
        }
        Setting::Logging(_) => false,
    }
}

/// True iff the trail certainly logs nowhere.
fn is_stopped(world: &Inventory, arn: &str) -> bool {
    world.places.iter().all(|place| {
        let Seen::Known(trails) = &place.trails else { return false };
        let mut here = trails.iter().filter(|one| one.trail == arn);
        here.all(|one| one.status.known().is_some_and(|status| !status.logging))
    })
}

/// What is recorded in the part of the inventory that a change can be about.
fn judged(world: &Inventory, scope: &Scope, options: &Options<'_>) -> States {
    let concerned = Inventory {
        collected_at: world.collected_at.clone(),
        partition: world.partition.clone(),
        caller: world.caller.clone(),
        regions_asked: world.regions_asked.clone(),
        accounts: world.accounts.clone(),
        places: world.places.iter().filter(|place| scope.has(&place.account)).cloned().collect(),
        recorders: world.recorders.clone(),
        gaps: world.gaps.clone(),
        extra: crate::extra_facts::ExtraFacts::default(),
    };
    States::of(&judge_invocations(&concerned, options))
}

/// What is recorded afterwards and was not before, by kind, in words.
pub(super) fn gains(before: &States, after: &States) -> Vec<Coded> {
    gains_within(&Scope::Everywhere, before, after)
}

fn gains_within(scope: &Scope, before: &States, after: &States) -> Vec<Coded> {
    let both = || before.within(scope).zip(after.within(scope));
    let now = |was: State, is: State| was != State::Recorded && is == State::Recorded;
    let mut told = Vec::new();
    for kind in ResourceType::ALL {
        let plane = kind as usize;
        let (mut resources, mut unknown, mut places) = (0, 0, 0);
        for (was, is) in both() {
            let ((was, any_was), (is, any_is)) = (&was.planes[plane], &is.planes[plane]);
            for (was, _) in was.iter().zip(is).filter(|(was, is)| now(**was, **is)) {
                resources += 1;
                unknown += usize::from(*was == State::Undetermined);
            }
            places += usize::from(now(*any_was, *any_is));
        }
        if resources > 0 {
            let of = count(resources, kind.noun());
            let words = match unknown {
                0 => of,
                n if n == resources => format!("{of} (undetermined until now)"),
                n => format!("{of} ({n} of them undetermined until now)"),
            };
            told.push(Code::GainResources.says(words));
        }
        if places > 0 && (kind == ResourceType::Function || resources > 0) {
            let words = format!("new {}s in {}", kind.noun(), count(places, "account-Region"));
            told.push(Code::GainNew.says(words));
        }
    }
    match both().filter(|(was, is)| now(was.management, is.management)).count() {
        0 => {}
        n => told.push(
            Code::GainManagement.says(format!("every management event in {}", count(n, "account-Region"))),
        ),
    }
    told
}
