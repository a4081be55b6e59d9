//! No plan of any purpose stops recording what it does not declare: judged by the oracle, recorder by recorder and place by place.

use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, function};
use audit::backout::{Pattern, Wanted};
use audit::change::Change;
use audit::exception::Exception;
use audit::inventory::{Inventory, Place};
use audit::plan::{
    Plan, PlanOptions, Purpose, Reduction, after, backout, conduct, conduct_over, drop_copies, narrowings,
    record, restore, retold,
};
use audit::{Options, audit};
use cloudtrail::recorder::{Recorder, Seen};
use cloudtrail::selector::Selector;
use oracle::inclusion::losses;
use proptest::collection::vec;
use proptest::prelude::*;
use recording::State;

const TODAY: &str = "2026-11-23";

/// Documents of which some parts record the same: lists, beginnings, names, reads and writes, other types.
fn documents() -> impl Strategy<Value = String> {
    let arn = |name: &str| function(MEMBER, HERE, name);
    let list = |read_write: &str, management: bool, names: &[&str]| {
        let values: Vec<String> = names.iter().map(|name| format!("\"{}\"", arn(name))).collect();
        format!(
            r#"{{"EventSelectors":[{{"ReadWriteType":"{read_write}","IncludeManagementEvents":{management},
            "DataResources":[{{"Type":"AWS::Lambda::Function","Values":[{}]}}]}}]}}"#,
            values.join(",")
        )
    };
    let several =
        |field: &str, operator: &str, values: &[String]| advanced(field, operator, &values.join("\",\""));
    prop_oneof![
        Just(ALL.to_owned()),
        Just(MANAGEMENT_ONLY.to_owned()),
        Just(list("All", true, &["f1", "f2"])),
        Just(list("All", false, &["f2"])),
        Just(list("WriteOnly", false, &["f1"])),
        Just(list("ReadOnly", false, &["f1", "f2"])),
        Just(several("resources.ARN", "Equals", &[arn("f1"), arn("f2")])),
        Just(several("resources.ARN", "Equals", &[arn("f2")])),
        Just(several("resources.ARN", "StartsWith", &[arn("f"), function(MEMBER, THERE, "f")])),
        Just(several("resources.ARN", "NotEquals", &[arn("f1")])),
        Just(several("resources.ARN", "EndsWith", &["1".to_owned(), "2".to_owned()])),
        Just(advanced("eventName", "Equals", "Invoke")),
        Just(advanced("eventName", "NotEquals", "Invoke")),
        Just(advanced("readOnly", "Equals", "false")),
        Just(advanced("userIdentity.arn", "StartsWith", "arn:aws:iam::111111111111:")),
        Just(advanced("eventMood", "Equals", "good")),
        Just(r#"{"AdvancedEventSelectors":[
            {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}]},
            {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#.to_owned()),
    ]
}

#[derive(Clone, Debug)]
struct Sketch {
    owner: bool,
    organization: bool,
    logging: u8,
    unread: u8,
    document: String,
}

/// Two or three trails over two accounts and two Regions, one of which may not have been looked into.
fn worlds() -> impl Strategy<Value = World> {
    let trail =
        (any::<[bool; 2]>(), 0..6_u8, 0..8_u8, documents()).prop_map(|(flags, logging, unread, document)| {
            Sketch { owner: flags[0], organization: flags[0] && flags[1], logging, unread, document }
        });
    (vec(trail, 2..4), 0..4_u8).prop_map(|(trails, looked)| {
        let mut world = World::member().functions(MEMBER, HERE, &["f1", "f2", "g"]).place(MANAGEMENT, HERE);
        world.account(MANAGEMENT).audited = true;
        if looked > 0 {
            world = world.place(MEMBER, THERE).place(MANAGEMENT, THERE).functions(MEMBER, THERE, &["f3"]);
        }
        for (at, sketch) in trails.into_iter().enumerate() {
            let name = format!("t{at}");
            let owner = if sketch.owner { MANAGEMENT } else { MEMBER };
            world = world.trail(&name, owner, sketch.organization, &sketch.document);
            let unread = (sketch.unread == 0).then(|| world.gap("cloudtrail:GetEventSelectors"));
            let hidden = (sketch.unread == 1).then(|| world.gap("cloudtrail:GetTrailStatus"));
            if let Some(gap) = unread {
                world.of(&name).selectors = Seen::Unread(gap);
            }
            let arn = world.of(&name).arn.clone();
            let trails = world.inventory.places.iter_mut().filter_map(|place| match &mut place.trails {
                Seen::Known(trails) => Some(trails),
                Seen::Unread(_) => None,
            });
            for one in trails.flatten().filter(|one| one.trail == arn) {
                if let Some(gap) = hidden {
                    one.status = Seen::Unread(gap);
                } else if let Seen::Known(status) = &mut one.status {
                    status.logging = sketch.logging > 0;
                }
            }
        }
        world
    })
}

fn changes(plan: &Plan) -> Vec<Change> {
    plan.steps.iter().map(|step| step.change.clone()).collect()
}

/// Whether a trail records at a place: for certain, perhaps, or not. All trails of these worlds are multi-Region.
fn records_at(recorder: &Recorder, place: &Place) -> Option<bool> {
    let here = recorder.organization || recorder.account == place.account;
    let Seen::Known(trails) = &place.trails else { return here.then_some(false) };
    let sighting = trails.iter().find(|one| one.trail == recorder.arn)?;
    match &sighting.status {
        Seen::Unread(_) => Some(false),
        Seen::Known(status) => status.logging.then_some(true),
    }
}

fn list(recorder: &Recorder) -> &[Selector] {
    recorder.selectors.known().map_or(&[], |selectors| &selectors.list)
}

/// The recorders that lose something which `allowed` does not record either, as the oracle sees it.
fn lost(was: &Inventory, is: &Inventory, allowed: &[Selector]) -> Vec<String> {
    let mut lost = Vec::new();
    for (place, then) in was.places.iter().zip(&is.places) {
        for recorder in was.recorders.iter().filter(|one| records_at(one, place).is_some()) {
            let same = is.recorders.iter().find(|one| one.arn == recorder.arn);
            if same
                .is_some_and(|same| same.selectors == recorder.selectors && records_at(same, then).is_some())
            {
                continue;
            }
            let mut union: Vec<Selector> = allowed.to_vec();
            for other in &is.recorders {
                let own = other.arn == recorder.arn && records_at(other, then).is_some();
                if own || records_at(other, then) == Some(true) {
                    union.extend(list(other).iter().filter(|one| own || one.doubts().is_empty()).cloned());
                }
            }
            if losses(list(recorder), &union).possible {
                lost.push(recorder.arn.clone());
            }
        }
    }
    lost
}

/// Where the trails reach and the worlds do not: nothing but what is left of each records there.
fn lost_elsewhere(was: &Inventory, is: &Inventory) -> Vec<String> {
    let whole = was.place(MEMBER, THERE).is_some();
    let pairs = was.recorders.iter().filter_map(|one| Some((one, &is.recorders[is.recorder(&one.arn)?])));
    let changed = pairs.filter(|(was, is)| was.selectors != is.selectors);
    let reached = changed.filter(|_| !whole);
    let there = advanced("resources.ARN", "StartsWith", &format!("arn:aws:lambda:{THERE}:"));
    let there = cloudtrail::json::from_str(&there).unwrap().list;
    reached
        .filter(|(was, is)| {
            // A function of a Region that was not looked into, recorded before and not after.
            let both = |name: &str| {
                let arn = function(MEMBER, THERE, name);
                let event = oracle_event(&arn);
                let on = |list: &[Selector]| {
                    list.iter().any(|one| oracle::naive::records(one, &event) == oracle::naive::Says::Yes)
                };
                assert!(on(&there));
                on(list(was)) && !on(list(is))
            };
            ["f1", "zz", "f"].into_iter().any(both)
        })
        .map(|(was, _)| was.arn.clone())
        .collect()
}

fn oracle_event(arn: &str) -> cloudtrail::event::Event {
    cloudtrail::event::Event {
        category: "Data".to_owned(),
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: Some(cloudtrail::event::EventResource {
            kind: "AWS::Lambda::Function".to_owned(),
            arn: arn.to_owned(),
        }),
        user_identity_arn: None,
        session_credential_from_console: false,
    }
}

fn exception(functions: &[String]) -> Exception {
    Exception {
        id: "e".to_owned(),
        functions: functions.to_vec(),
        owner: "o".to_owned(),
        reason: "r".to_owned(),
        until: "2026-12-31".to_owned(),
        declared_at: "2026-11-23T00:00:00Z".to_owned(),
        plan: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_purpose_loses_what_it_does_not_declare(world in worlds()) {
        let inventory = &world.inventory;
        let options = PlanOptions { audit: Options { today: TODAY, ..Options::default() }, ..PlanOptions::default() };
        for plan in [
            record(inventory, &options),
            drop_copies(inventory, &options),
            restore(inventory, &options, &[exception(&[function(MEMBER, HERE, "f1")])]),
        ] {
            let done = changes(&plan);
            let then = after(inventory, &done);
            prop_assert_eq!(lost(inventory, &then, &[]), Vec::<String>::new(), "{:#?}", plan);
            prop_assert_eq!(lost_elsewhere(inventory, &then), Vec::<String>::new(), "{:#?}", plan);
            prop_assert_eq!(conduct(&plan), Ok(()), "{:#?}", plan);
            prop_assert_eq!(conduct_over(inventory, &plan), Ok(()), "{:#?}", plan);
        }
        // A backout may lose the functions that it declares, and nothing else.
        let wanted = Wanted::Drop(vec![Pattern::parse("f1").unwrap()]);
        let reduction = Reduction { wanted, keep: Vec::new(), exception: exception(&[]) };
        let plan = backout(inventory, &options, &reduction);
        prop_assert_eq!(conduct(&plan), Ok(()), "{:#?}", plan);
        prop_assert_eq!(conduct_over(inventory, &plan), Ok(()), "{:#?}", plan);
        let declared = advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "f1"));
        let declared = cloudtrail::json::from_str(&declared).unwrap().list;
        let then = after(inventory, &changes(&plan));
        prop_assert_eq!(lost(inventory, &then, &declared), Vec::<String>::new(), "{:#?}", plan);
    }

    /// Whatever the changes: what the oracle misses afterwards is a narrowing.
    #[test]
    fn what_is_lost_is_told(world in worlds(), document in documents(), at in 0..3_usize) {
        let inventory = &world.inventory;
        let at = at % inventory.recorders.len();
        let recorder = &inventory.recorders[at];
        let Some(selectors) = recorder.selectors.known() else { return Ok(()) };
        let Ok(before) = cloudtrail::json::request(selectors) else { return Ok(()) };
        let change = Change {
            target: audit::change::Target {
                arn: recorder.arn.clone(),
                name: recorder.name.clone(),
                kind: recorder.kind,
                account: recorder.account.clone(),
                home_region: recorder.home_region.clone(),
            },
            setting: audit::change::Setting::Selectors(audit::change::Turn { before, after: document }),
        };
        let then = after(inventory, std::slice::from_ref(&change));
        let loses = !lost(inventory, &then, &[]).is_empty() || !lost_elsewhere(inventory, &then).is_empty();
        // Whatever a plan says of itself, it is refused when it is applied.
        let step = audit::plan::Step {
            change: change.clone(),
            because: "nothing is lost".to_owned(),
            owner: audit::plan::Owner::Nobody,
            gained: vec!["everything".to_owned()],
            risks: Vec::new(),
            backout: String::new(),
        };
        let bare = drop_copies(&World::member().inventory, &PlanOptions::default());
        for purpose in [Purpose::Record, Purpose::DropCopies, Purpose::Restore(Vec::new())] {
            let forged = Plan { purpose: purpose.clone(), steps: vec![step.clone()], ..bare.clone() };
            let refused = conduct(&forged).is_err() || conduct_over(inventory, &forged).is_err();
            prop_assert!(refused || !loses, "{:#?}", forged);
            if purpose == Purpose::Record {
                prop_assert!(!retold(inventory, &forged).steps[0].gained.contains(&"everything".to_owned()));
            }
        }
        let told = !narrowings(inventory, &[change], &Options::default()).is_empty();
        prop_assert!(told || !loses);
    }
}

/// Fewer copies of what others record, and the part that only one records stays.
#[test]
fn what_nobody_else_records_stays() {
    let list = |names: &[&str]| {
        let values: Vec<String> =
            names.iter().map(|name| format!("\"{}\"", function(MEMBER, HERE, name))).collect();
        format!(
            r#"{{"EventSelectors":[{{"ReadWriteType":"All","IncludeManagementEvents":true,
            "DataResources":[{{"Type":"AWS::Lambda::Function","Values":[{}]}}]}}]}}"#,
            values.join(",")
        )
    };
    let world = World::member().functions(MEMBER, HERE, &["f1", "f2"]);
    let world =
        world.trail("a", MEMBER, false, &list(&["f1", "f2"])).trail("b", MEMBER, false, &list(&["f2"]));
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    let then = after(&world.inventory, &changes(&plan));
    let told = audit(&then, &Options::default());
    for row in told.places.iter().flat_map(|place| &place.planes[0].rows) {
        assert_eq!(told.verdicts[row.verdict].state, State::Recorded, "{} {plan:#?}", row.arn);
    }
    let dropped: Vec<&str> = plan.losses.iter().map(|loss| loss.function.as_str()).collect();
    assert_eq!(dropped, [function(MEMBER, HERE, "f2")]);
}
