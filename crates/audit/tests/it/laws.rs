//! Laws over generated worlds: hiding a fact never turns a no into a yes or a yes into a no.

use crate::world::{
    ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, exception, function,
};
use audit::finding::{Audit, Status};
use audit::inventory::{Place, Resource, Serving};
use audit::{Options, audit};
use cloudtrail::recorder::{Seen, StoreStatus};
use proptest::prelude::*;
use recording::State;

fn selectors() -> impl Strategy<Value = String> {
    let one = function(MEMBER, HERE, "orders");
    prop_oneof![
        Just(ALL.to_owned()),
        Just(MANAGEMENT_ONLY.to_owned()),
        Just(ALL.replace("\"All\"", "\"ReadOnly\"")),
        Just(advanced("resources.ARN", "Equals", &one)),
        Just(advanced("resources.ARN", "NotEquals", &one)),
        Just(advanced("eventName", "Equals", "Invoke")),
        Just(advanced("userIdentity.arn", "StartsWith", "arn:aws:iam")),
        Just(advanced("resources.Tag", "Equals", "x")),
    ]
}

/// Two accounts, three places, up to four recorders with different standings.
pub(crate) fn world() -> impl Strategy<Value = World> {
    let recorder = (0..4_u8, selectors(), any::<bool>(), any::<bool>());
    (prop::collection::vec(recorder, 0..4), any::<bool>(), 0..3_usize).prop_map(
        |(recorders, member_of, others)| {
            let mut world = World::member().place(MEMBER, THERE).place(MANAGEMENT, HERE);
            world =
                world.functions(MEMBER, THERE, &["orders", "mail"]).functions(MANAGEMENT, HERE, &["billing"]);
            let elsewhere = Serving::Also([HERE.to_owned()].into());
            let kinds = [("web-function/shop", elsewhere), ("microvm-image:agent", Serving::Home)];
            for (name, serving) in kinds.into_iter().take(others) {
                let arn = format!("arn:aws:lambda:{HERE}:{MEMBER}:{name}");
                let place = world.at(MEMBER, HERE);
                let listing = if name.starts_with("web") {
                    &mut place.web_functions
                } else {
                    &mut place.microvm_images
                };
                listing.resources.push(Resource { arn: arn.into(), serving });
            }
            if !member_of {
                world.account(MEMBER).organization = Seen::Known(None);
            }
            for (n, (kind, selectors, active, everywhere)) in recorders.into_iter().enumerate() {
                let name = format!("r{n}");
                world = match kind {
                    0 => world.trail(&name, MEMBER, false, &selectors),
                    1 => world.trail(&name, MANAGEMENT, true, &selectors),
                    2 => world.store(&name, MEMBER, false, &selectors),
                    _ => world.store(&name, MANAGEMENT, true, &selectors),
                };
                // AWS shows a trail of an organization to its members alone.
                if kind == 1 && !member_of {
                    for place in world.inventory.places.iter_mut().filter(|place| place.account == MEMBER) {
                        if let Seen::Known(trails) = &mut place.trails {
                            trails.retain(|sighting| !sighting.trail.ends_with(&name));
                        }
                    }
                }
                world.of(&name).multi_region = everywhere;
                if !active {
                    world.of(&name).status = Seen::Known(StoreStatus::parse("STOPPED_INGESTION"));
                    let arn = world.of(&name).arn.clone();
                    for place in &mut world.inventory.places {
                        if let Seen::Known(trails) = &mut place.trails {
                            for sighting in trails.iter_mut().filter(|sighting| sighting.trail == arn) {
                                if let Seen::Known(status) = &mut sighting.status {
                                    status.logging = false;
                                }
                            }
                        }
                    }
                }
            }
            world
        },
    )
}

/// The same world with one fact hidden behind a gap; `which` walks over all facts that can be hidden.
pub(crate) fn hide(world: &World, which: usize) -> World {
    let mut hidden = world.clone();
    let gap = hidden.gap("a:Call");
    let mut nth = which % facts(world).max(1);
    let mut hit = || {
        let now = nth == 0;
        nth = nth.wrapping_sub(1);
        now
    };
    for account in &mut hidden.inventory.accounts {
        if hit() {
            account.organization = Seen::Unread(gap);
        }
        if hit() {
            account.regions = Seen::Unread(gap);
        }
        if hit() {
            account.stores = Seen::Unread(gap);
        }
    }
    for place in &mut hidden.inventory.places {
        if let Seen::Known(trails) = &mut place.trails {
            for sighting in trails {
                if hit() {
                    sighting.status = Seen::Unread(gap);
                }
            }
        }
        if hit() {
            place.trails = Seen::Unread(gap);
        }
        for listing in [&mut place.functions, &mut place.web_functions, &mut place.microvm_images] {
            if hit() {
                listing.gap = Some(gap);
            }
            for resource in &mut listing.resources {
                if hit() {
                    resource.serving = Serving::Unread(gap);
                }
            }
        }
    }
    for recorder in &mut hidden.inventory.recorders {
        if hit() {
            recorder.selectors = Seen::Unread(gap);
        }
        if hit() {
            recorder.status = Seen::Unread(gap);
        }
        if hit() {
            recorder.log_file_validation = None;
        }
    }
    hidden
}

fn facts(world: &World) -> usize {
    let of = |place: &Place| {
        let resources = [&place.functions, &place.web_functions, &place.microvm_images];
        let resources: usize = resources.iter().map(|one| one.resources.len()).sum();
        place.trails.known().map_or(0, Vec::len) + 1 + 3 + resources
    };
    let places: usize = world.inventory.places.iter().map(of).sum();
    3 * world.inventory.accounts.len() + places + 3 * world.inventory.recorders.len()
}

pub(crate) fn states(audit: &Audit<'_>) -> Vec<State> {
    let planes = audit.places.iter().flat_map(|place| &place.planes);
    planes.flat_map(|plane| plane.rows.iter().map(|row| audit.verdicts[row.verdict].state)).collect()
}

fn is_no(state: State) -> bool {
    matches!(state, State::NotRecorded | State::PartiallyRecorded)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn hiding_a_fact_never_turns_an_answer_into_its_opposite(world in world(), which in 0..128_usize) {
        let hidden = hide(&world, which);
        let (before, after) = (audit(&world.inventory, &Options::default()), audit(&hidden.inventory, &Options::default()));
        for (was, is) in states(&before).into_iter().zip(states(&after)) {
            prop_assert!(!(is_no(was) && is == State::Recorded), "a gap made a pass");
            prop_assert!(!(was == State::Recorded && is_no(is)), "a gap made a fail");
            prop_assert!(!(was == State::Undetermined && is != State::Undetermined), "a gap settled something");
        }
        for (was, is) in before.controls.iter().zip(&after.controls) {
            prop_assert!(!(was.status == Status::Fail && is.status == Status::Pass), "{}: {} / {}", was.id, was.reason, is.reason);
            prop_assert!(!(was.status == Status::Pass && is.status == Status::Fail), "{}: {} / {}", was.id, was.reason, is.reason);
        }
    }

    /// What is not known stays unknown, whoever accepted it and however long.
    #[test]
    fn no_exception_turns_what_is_not_known_into_a_no(world in world(), which in 0..128_usize, holds in any::<bool>(), some in 0..8_u8) {
        let hidden = hide(&world, which);
        let all = [(MEMBER, HERE, "orders"), (MEMBER, THERE, "orders"), (MANAGEMENT, HERE, "billing")];
        let named = all.iter().enumerate().filter(|(at, _)| some >> at & 1 == 1);
        let named: Vec<String> = named.map(|(_, (account, region, name))| function(account, region, name)).collect();
        let exceptions = [exception(&named)];
        let today = if holds { "2026-12-31" } else { "2027-01-01" };
        let before = audit(&hidden.inventory, &Options::default());
        let after = audit(&hidden.inventory, &Options { exceptions: &exceptions, today, ..Options::default() });
        for (was, is) in before.controls.iter().zip(&after.controls) {
            prop_assert!(was.status != Status::Undetermined || is.status != Status::Fail, "{}: {}", was.id, is.reason);
        }
        for accepted in &after.accepted {
            for function in &accepted.functions {
                prop_assert!(is_no(after.verdicts[after.row(*function).verdict].state), "not known to escape");
            }
        }
    }

    #[test]
    fn a_control_has_the_worst_status_of_its_findings(world in world()) {
        let told = audit(&world.inventory, &Options::default());
        for control in &told.controls {
            let worst = control.findings.iter().map(|finding| finding.status).min();
            match worst {
                Some(status @ (Status::Fail | Status::Undetermined)) => prop_assert_eq!(control.status, status),
                _ => prop_assert!(matches!(control.status, Status::Pass | Status::NotApplicable)),
            }
        }
        let s = told.summary;
        prop_assert_eq!(s.resources, s.recorded + s.partially_recorded + s.not_recorded + s.undetermined);
        let lists = world.inventory.places.iter().flat_map(|one| [&one.functions, &one.web_functions, &one.microvm_images]);
        prop_assert_eq!(s.resources, lists.map(|one| one.resources.len()).sum::<usize>());
    }

    #[test]
    fn the_shared_verdict_of_any_function_is_the_one_decided_alone(world in world()) {
        use recording::{Candidate, Subject, decide};
        use cloudtrail::resource::ResourceType;
        let told = audit(&world.inventory, &Options::default());
        for place in &told.places {
            let candidates: Vec<Candidate<'_>> = place.candidates.iter().map(|one| Candidate {
                selectors: one.recorder
                    .and_then(|at| world.inventory.recorders[at].selectors.known())
                    .map(|selectors| selectors.list.as_slice()),
                certain: one.certain,
            }).collect();
            let subject = Subject::Any {
                kind: ResourceType::Function, partition: "aws", account: place.account, region: place.region,
            };
            let alone = decide(&candidates, subject);
            let shared = &told.verdicts[place.planes[0].any];
            prop_assert_eq!(alone.state, shared.state);
            prop_assert_eq!(alone.escape.map(|escape| escape.remainder), shared.escape.as_ref().map(|escape| escape.remainder.clone()));
        }
    }
}
