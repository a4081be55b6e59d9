//! What must hold of every plan, over generated worlds.

use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced};
use audit::change::{Change, Setting, undo};
use audit::edit::validate;
use audit::finding::{Status, Weight};
use audit::inventory::Inventory;
use audit::plan::{PlanOptions, after, record};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use cloudtrail::selector_json::request;
use proptest::collection::vec;
use proptest::prelude::*;
use recording::{Inclusion, State, included};

/// Selectors as people have them.
fn selectors() -> impl Strategy<Value = String> {
    let of = |field: &'static str, operator: &'static str, value: &'static str| {
        Just(advanced(field, operator, value))
    };
    prop_oneof![
        Just(ALL.to_owned()),
        Just(MANAGEMENT_ONLY.to_owned()),
        Just(r#"{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":false,
            "DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/"]}]}]}"#.to_owned()),
        Just(r#"{"EventSelectors":[{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true,
            "ExcludeManagementEventSources":["kms.amazonaws.com"],"DataResources":[]}]}"#.to_owned()),
        Just(r#"{"AdvancedEventSelectors":[{"Name":"m","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
            {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::DynamoDB::Table"]}]}]}"#.to_owned()),
        of("resources.ARN", "Equals", "arn:aws:lambda:us-east-1:111111111111:function:orders"),
        of("resources.ARN", "NotStartsWith", "arn:aws:lambda:us-east-1:111111111111:function:o"),
        of("readOnly", "Equals", "false"),
        of("eventName", "Equals", "Invoke"),
        of("eventMood", "Equals", "good"),
    ]
}

#[derive(Clone, Debug)]
struct TrailSketch {
    owner: bool,
    organization: bool,
    multi: bool,
    logging: bool,
    unread: bool,
    selectors: String,
}

fn trail() -> impl Strategy<Value = TrailSketch> {
    (any::<[bool; 2]>(), 0..4_u8, 0..4_u8, 0..8_u8, selectors()).prop_map(
        |(flags, multi, logging, unread, selectors)| TrailSketch {
            owner: flags[0],
            organization: flags[0] && flags[1],
            multi: multi > 0,
            logging: logging > 0,
            unread: unread == 0,
            selectors,
        },
    )
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    worlds_of(vec(trail(), 0..4))
}

/// The same, where the first trail was read and logs: in others there is mostly nothing to reduce.
pub(crate) fn worlds_that_record() -> impl Strategy<Value = World> {
    worlds_of(vec(trail(), 1..4).prop_map(|mut trails| {
        (trails[0].logging, trails[0].unread) = (true, false);
        trails
    }))
}

fn worlds_of(trails: impl Strategy<Value = Vec<TrailSketch>>) -> impl Strategy<Value = World> {
    (trails, any::<bool>(), 0..6_u8, 0..4_u8).prop_map(|(trails, images, gap, wide)| {
        let mut world = World::member().place(MEMBER, THERE).place(MANAGEMENT, HERE);
        world.account(MANAGEMENT).audited = true;
        // A fourth place is mostly like the third, so few worlds have it.
        if wide == 0 {
            world = world.place(MANAGEMENT, THERE);
        } else if let Seen::Known(regions) = &mut world.account(MANAGEMENT).regions {
            regions.remove(THERE);
        }
        for (at, sketch) in trails.into_iter().enumerate() {
            let name = format!("t{at}");
            let owner = if sketch.owner { MANAGEMENT } else { MEMBER };
            world = world.trail(&name, owner, sketch.organization, &sketch.selectors);
            let unread = sketch.unread.then(|| world.gap("cloudtrail:GetEventSelectors"));
            let recorder = world.of(&name);
            recorder.multi_region = sketch.multi;
            if let Some(gap) = unread {
                recorder.selectors = Seen::Unread(gap);
            }
            let arn = recorder.arn.clone();
            for place in &mut world.inventory.places {
                let Seen::Known(trails) = &mut place.trails else { continue };
                trails.retain(|one| one.trail != arn || sketch.multi || place.region == HERE);
                for one in trails.iter_mut().filter(|one| one.trail == arn) {
                    if let Seen::Known(status) = &mut one.status {
                        status.logging = sketch.logging;
                    }
                }
            }
        }
        if images {
            let arn = format!("arn:aws:lambda:{HERE}:{MEMBER}:microvm-image:agent");
            let image =
                audit::inventory::Resource { arn: arn.into(), serving: audit::inventory::Serving::Home };
            world.at(MEMBER, HERE).microvm_images.resources.push(image);
        }
        if gap == 0 {
            let gap = world.gap("cloudtrail:DescribeTrails");
            world.at(MEMBER, THERE).trails = Seen::Unread(gap);
        }
        world
    })
}

fn changes(inventory: &Inventory) -> (Vec<Change>, audit::plan::Plan) {
    let plan = record(inventory, &PlanOptions::default());
    (plan.steps.iter().map(|step| step.change.clone()).collect(), plan)
}

/// The inventory with every document in the one form that requests have.
fn canonical(mut inventory: Inventory) -> Inventory {
    for recorder in &mut inventory.recorders {
        if let Seen::Known(selectors) = &mut recorder.selectors
            && let Ok(document) = request(selectors)
        {
            selectors.document = document;
        }
    }
    for place in &mut inventory.places {
        if let Seen::Known(trails) = &mut place.trails {
            trails.sort_by(|a, b| a.trail.cmp(&b.trail));
        }
    }
    inventory
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_keeps_its_word(world in worlds(), twice in 0..8_u8) {
        let inventory = &world.inventory;
        let (changes, plan) = changes(inventory);
        let then = after(inventory, &changes);

        // After the plan the required controls pass, or what remains is named.
        let told = audit(&then, &Options::default());
        let open = told.controls.iter().filter(|control| {
            control.weight == Weight::Required && matches!(control.status, Status::Fail | Status::Undetermined)
        });
        let open: Vec<&str> = open.map(|control| control.id).collect();
        prop_assert!(open.is_empty() || !plan.refusals.is_empty(), "{:?} {:#?}", open, plan);

        // Recorded before implies recorded after, for every category and type, on every recorder.
        for change in &changes {
            if let Setting::Selectors(turn) = &change.setting {
                // A trail that the plan itself makes records nothing before.
                if inventory.recorder(&change.target.arn).is_none() {
                    continue;
                }
                let list = |document: &str| cloudtrail::selector_json::from_str(document).unwrap();
                prop_assert_eq!(included(&list(&turn.before).list, &list(&turn.after).list), Inclusion::Included);
                prop_assert!(validate(&list(&turn.after), change.target.kind).is_empty());
            }
        }
        // Without a step both are the same.
        let before = if changes.is_empty() { told.clone() } else { audit(inventory, &Options::default()) };
        for (was, is) in before.places.iter().zip(&told.places) {
            for (was, is) in was.planes.iter().zip(&is.planes) {
                for (was, is) in was.rows.iter().zip(&is.rows) {
                    let recorded = before.verdicts[was.verdict].state == State::Recorded;
                    prop_assert!(!recorded || told.verdicts[is.verdict].state == State::Recorded);
                }
            }
        }

        // The plan of the planned state changes nothing more. Without a step it is the plan of the same state.
        if !changes.is_empty() {
            let again = record(&then, &PlanOptions::default());
            prop_assert!(again.steps.is_empty(), "{:#?}\n{:#?}", plan, again);
        }

        // The same inventory gives the same plan: asked of one world in eight, because it plans anew.
        if twice == 0 {
            prop_assert_eq!(&record(inventory, &PlanOptions::default()), &plan);
        }

        // Undo after any prefix restores the state before.
        let start = canonical(inventory.clone());
        for done in 0..=changes.len() {
            let half = after(&start, &changes[..done]);
            prop_assert_eq!(&after(&half, &undo(&changes[..done])), &start);
        }

        // The inverse of the inverse is the change.
        for change in &changes {
            prop_assert_eq!(&change.inverse().inverse(), change);
        }
    }
}
