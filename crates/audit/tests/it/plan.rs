//! Plans: what they change, what they leave alone, and what they say they cannot do.

use crate::world::{
    ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, OPT_IN, THERE, World, advanced, function,
};
use audit::change::{Setting, Turn};
use audit::finding::{Status, Weight};
use audit::inventory::{Inventory, Sighting, TrailStatus};
use audit::plan::{Buckets, Owner, Plan, PlanOptions, after, record};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;

fn planned(world: &World) -> Plan {
    record(&world.inventory, &PlanOptions::default())
}

pub(crate) fn changes(plan: &Plan) -> Vec<audit::change::Change> {
    plan.steps.iter().map(|step| step.change.clone()).collect()
}

fn passes(inventory: &Inventory) -> bool {
    let told = audit(inventory, &Options::default());
    let required = told.controls.iter().filter(|control| control.weight == Weight::Required);
    required.into_iter().all(|control| matches!(control.status, Status::Pass | Status::NotApplicable))
}

fn assert_reaches(world: &World, plan: &Plan) {
    assert!(plan.refusals.is_empty(), "{plan:#?}");
    assert!(passes(&after(&world.inventory, &changes(plan))), "{plan:#?}");
}

pub(crate) fn kinds(plan: &Plan) -> Vec<(&str, &'static str)> {
    let kind = |setting: &Setting| match setting {
        Setting::Bucket(_) => "bucket",
        Setting::Trail(_) => "trail",
        Setting::MultiRegion(_) => "multi-Region",
        Setting::LogFileValidation(_) => "validation",
        Setting::Selectors(_) => "selectors",
        Setting::Logging(_) => "logging",
    };
    plan.steps.iter().map(|step| (step.change.target.name.as_str(), kind(&step.change.setting))).collect()
}

#[test]
fn nothing_to_do_is_an_empty_plan() {
    let world = World::member().trail("main", MEMBER, false, ALL);
    let plan = planned(&world);
    assert!(plan.steps.is_empty() && plan.refusals.is_empty(), "{plan:#?}");
}

#[test]
fn the_organization_trail_comes_before_the_accounts_own() {
    let world = World::member().place(MEMBER, THERE).trail("own", MEMBER, false, MANAGEMENT_ONLY).trail(
        "org",
        MANAGEMENT,
        true,
        MANAGEMENT_ONLY,
    );
    let plan = planned(&world);
    assert_eq!(kinds(&plan), [("org", "selectors")]);
    assert_reaches(&world, &plan);
    assert_eq!(plan.steps[0].change.target.account, MANAGEMENT);
    assert!(plan.steps[0].gained[0].contains("1 function"), "{plan:#?}");
}

#[test]
fn a_paid_copy_is_avoided_where_another_recorder_will_do() {
    // The account's own trail records some functions already: extending the organization's would pay twice for them.
    let some = advanced("resources.ARN", "StartsWith", "arn:aws:lambda:us-east-1:111111111111:function:o");
    let world =
        World::member().trail("own", MEMBER, false, &some).trail("org", MANAGEMENT, true, MANAGEMENT_ONLY);
    let plan = planned(&world);
    assert_eq!(kinds(&plan), [("own", "selectors")]);
    assert_reaches(&world, &plan);
}

#[test]
fn places_with_paid_copies_are_counted_once_whatever_is_copied_there() {
    // Here one trail records functions and management events; nobody may change it, so another one has to record both everywhere.
    let some = advanced("resources.ARN", "Equals", &function(MEMBER, THERE, "other"));
    let mut world = World::member()
        .place(MEMBER, THERE)
        .trail("aws-controltower-BaselineCloudTrail", MEMBER, false, ALL)
        .trail("org", MANAGEMENT, true, &some);
    world.of("aws-controltower-BaselineCloudTrail").multi_region = false;
    let Seen::Known(trails) = &mut world.at(MEMBER, THERE).trails else { panic!() };
    trails.retain(|one| !one.trail.contains("controltower"));
    let plan = planned(&world);
    assert_eq!(kinds(&plan), [("org", "selectors")], "{plan:#?}");
    assert!(plan.steps[0].because.contains("in 1 account-Region some events"), "{plan:#?}");
}

#[test]
fn a_stopped_trail_for_one_region_is_started_and_reaches_all() {
    let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, MANAGEMENT_ONLY);
    world.of("main").multi_region = false;
    world.of("main").log_file_validation = Some(false);
    let Seen::Known(trails) = &mut world.at(MEMBER, THERE).trails else { panic!() };
    trails.clear();
    let Seen::Known(status) = world.status(MEMBER, HERE) else { panic!() };
    status.logging = false;
    let plan = planned(&world);
    let expected =
        [("main", "multi-Region"), ("main", "validation"), ("main", "selectors"), ("main", "logging")];
    assert_eq!(kinds(&plan), expected);
    assert_reaches(&world, &plan);
}

#[test]
fn where_nothing_exists_a_trail_is_created_with_its_bucket() {
    let world = World::member().place(MEMBER, THERE);
    let plan = planned(&world);
    let expected = [
        ("invoketrail", "bucket"),
        ("invoketrail", "trail"),
        ("invoketrail", "selectors"),
        ("invoketrail", "logging"),
    ];
    assert_eq!(kinds(&plan), expected);
    assert_reaches(&world, &plan);
}

#[test]
fn beside_control_towers_trail_a_new_one_holds_data_events_alone() {
    let world =
        World::member().trail("aws-controltower-BaselineCloudTrail", MANAGEMENT, true, MANAGEMENT_ONLY);
    let plan = planned(&world);
    let document = plan.steps.iter().find_map(|step| match &step.change.setting {
        Setting::Selectors(turn) => Some(turn.after.clone()),
        _ => None,
    });
    let document = document.unwrap();
    assert!(!document.contains("Management") && document.contains("AWS::Lambda::Function"), "{document}");
    assert!(passes(&after(&world.inventory, &changes(&plan))), "{plan:#?}");
    assert!(plan.refusals.iter().any(|one| one.reason.contains("Control Tower")), "{plan:#?}");
}

#[test]
fn nothing_rests_on_what_was_not_read() {
    let mut world = World::member().trail("main", MEMBER, false, MANAGEMENT_ONLY);
    let gap = world.gap("cloudtrail:GetEventSelectors");
    world.of("main").selectors = Seen::Unread(gap);
    let plan = planned(&world);
    assert!(plan.steps.is_empty(), "{plan:#?}");
    assert!(plan.refusals.iter().any(|one| one.nearest.contains("GetEventSelectors")), "{plan:#?}");
}

#[test]
fn web_functions_and_images_are_recorded_where_there_are_any() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    assert!(planned(&world).steps.is_empty());
    let arn = format!("arn:aws:lambda:{HERE}:{MEMBER}:microvm-image:agent");
    let image = audit::inventory::Resource { arn: arn.into(), serving: audit::inventory::Serving::Home };
    world.at(MEMBER, HERE).microvm_images.resources.push(image);
    let plan = planned(&world);
    assert_eq!(kinds(&plan), [("main", "selectors")]);
    assert_reaches(&world, &plan);
}

#[test]
fn the_opt_in_trap_is_planned_around() {
    let mut world = World::member().trail("org", MANAGEMENT, true, MANAGEMENT_ONLY);
    let arn = format!("arn:aws:cloudtrail:{OPT_IN}:{MANAGEMENT}:trail/org");
    world.of("org").home_region = OPT_IN.to_owned();
    world.of("org").arn.clone_from(&arn);
    let Seen::Known(trails) = &mut world.at(MEMBER, HERE).trails else { panic!() };
    trails[0].trail = arn;
    let plan = planned(&world);
    assert!(passes(&after(&world.inventory, &changes(&plan))), "{plan:#?}");
    assert!(plan.steps.iter().all(|step| step.change.target.name != "org"), "{plan:#?}");
}

#[test]
fn whoever_manages_the_trail_is_named() {
    let mut world = World::member().trail("main", MEMBER, false, MANAGEMENT_ONLY);
    assert!(matches!(planned(&world).steps[0].owner, Owner::Unread(_)), "its tags were not asked for");
    let arn = world.of("main").arn.clone();
    let tags = [("ManagedBy".to_owned(), "Terraform".to_owned())];
    world.inventory.extra.tags.insert(arn, Seen::Known(tags.into()));
    assert!(matches!(planned(&world).steps[0].owner, Owner::Terraform { .. }));
}

#[test]
fn selectors_of_others_stay() {
    let others = r#"{"AdvancedEventSelectors":[
        {"Name":"objects of payroll","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
            {"Field":"resources.type","Equals":["AWS::S3::Object"]},
            {"Field":"resources.ARN","StartsWith":["arn:aws:s3:::payroll/"]}]},
        {"Name":"management but keys","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},
            {"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]}"#;
    let world = World::member().trail("main", MEMBER, false, others);
    let plan = planned(&world);
    let Setting::Selectors(turn) = &plan.steps[0].change.setting else { panic!("{plan:#?}") };
    for kept in ["objects of payroll", "arn:aws:s3:::payroll/", "management but keys", "kms.amazonaws.com"] {
        assert!(turn.after.contains(kept), "{kept}: {}", turn.after);
    }
    assert!(plan.refusals.len() == 1 && plan.refusals[0].reason.contains("on purpose"), "{plan:#?}");
    assert_eq!(plan.outlook[0].after, Status::Pass);
    assert!(turn.after.contains("AWS::Lambda::Function"));
    let _ = function(MEMBER, HERE, "orders");
}

#[test]
fn a_change_that_a_later_one_makes_needless_is_left_out() {
    // The member's own trail could record its functions without a copy; but the management account has none of its own, so
    // the organization's trail has to be extended anyway, and does for both.
    let some = advanced("resources.ARN", "StartsWith", "arn:aws:lambda:us-east-1:111111111111:function:o");
    let mut world = World::member().place(MANAGEMENT, HERE);
    world.account(MANAGEMENT).audited = true;
    let world = world.trail("own", MEMBER, false, &some).trail("org", MANAGEMENT, true, MANAGEMENT_ONLY);
    let plan = planned(&world);
    assert_eq!(kinds(&plan), [("org", "selectors")]);
    assert_reaches(&world, &plan);
}

/// Each account's own trail gains that account's functions, and nothing is gained before it logs.
#[test]
fn each_step_says_what_it_gains_itself() {
    let mut world = World::member().place(MANAGEMENT, HERE).functions(MANAGEMENT, HERE, &["a", "b"]);
    world.account(MANAGEMENT).audited = true;
    let world =
        world.trail("one", MANAGEMENT, false, MANAGEMENT_ONLY).trail("two", MEMBER, false, MANAGEMENT_ONLY);
    let plan = planned(&world);
    assert_eq!(kinds(&plan), [("two", "selectors"), ("one", "selectors")]);
    assert!(plan.steps[0].gained[0] == "1 function", "{:?}", plan.steps[0].gained);
    assert!(plan.steps[1].gained[0] == "2 functions", "{:?}", plan.steps[1].gained);
    assert!(plan.gained[0] == "3 functions", "{:?}", plan.gained);
}

/// Two accounts of an organization that nothing records: one trail with one bucket, not one in each.
#[test]
fn an_organization_gets_one_trail() {
    let mut world = World::member().place(MANAGEMENT, HERE);
    world.account(MANAGEMENT).audited = true;
    let world = world.trail("aws-controltower-BaselineCloudTrail", MANAGEMENT, true, MANAGEMENT_ONLY);
    let plan = planned(&world);
    assert_eq!(
        kinds(&plan),
        [
            ("invoketrail", "bucket"),
            ("invoketrail", "trail"),
            ("invoketrail", "selectors"),
            ("invoketrail", "logging")
        ]
    );
    let Setting::Trail(turn) = &plan.steps[1].change.setting else { panic!("{plan:#?}") };
    assert!(turn.after.as_ref().is_some_and(|trail| trail.organization), "{turn:?}");
    let Setting::Bucket(turn) = &plan.steps[0].change.setting else { panic!("{plan:#?}") };
    let policy = &turn.after.as_ref().unwrap().policy;
    assert!(policy.contains("AWSLogs/o-acme/*") && policy.contains("AWSLogs/999999999999/*"), "{policy}");
    assert!(plan.steps[1].risks[0].contains("trusted access"), "{plan:#?}");
    let Setting::Selectors(turn) = &plan.steps[2].change.setting else { panic!("{plan:#?}") };
    assert!(!turn.after.contains("Management"), "data events alone: {}", turn.after);
    assert!(passes(&after(&world.inventory, &changes(&plan))), "{plan:#?}");
    // On request: one in each.
    let each = record(&world.inventory, &PlanOptions { per_account: true, ..PlanOptions::default() });
    let created = each.steps.iter().filter(|step| matches!(step.change.setting, Setting::Trail(_)));
    assert_eq!(created.count(), 2, "{each:#?}");
    assert!(passes(&after(&world.inventory, &changes(&each))));
}

/// Management events that are left out on purpose stay out; what is missing otherwise is added, and never twice.
#[test]
fn no_second_management_selector_stands_beside_one() {
    let of = |selectors: &str, all: bool| {
        let world = World::member().trail("main", MEMBER, false, selectors);
        let options = PlanOptions { all_management: all, ..PlanOptions::default() };
        let plan = record(&world.inventory, &options);
        let then = after(&world.inventory, &changes(&plan));
        (then.recorders[0].selectors.known().unwrap().document.clone(), plan.refusals, passes(&then))
    };
    let lambda = r#""DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]"#;
    let without_kms = format!(
        r#"{{"EventSelectors":[{{"ReadWriteType":"All","IncludeManagementEvents":true,"ExcludeManagementEventSources":["kms.amazonaws.com"],{lambda}}}]}}"#
    );
    let (document, refusals, _) = of(&without_kms, false);
    assert!(document.contains("kms.amazonaws.com"), "{document}");
    assert!(refusals[0].reason.contains("on purpose"), "{refusals:?}");
    let (document, refusals, passes) = of(&without_kms, true);
    assert_eq!(document.matches("IncludeManagementEvents\":true").count(), 1, "{document}");
    assert!(passes && refusals.is_empty() && !document.contains("kms"), "{document} {refusals:?}");
    let writes = format!(
        r#"{{"EventSelectors":[{{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,{lambda}}}]}}"#
    );
    let (document, _, passes) = of(&writes, false);
    assert!(passes && document.contains("ReadOnly") && !document.contains("\"All\""), "{document}");
    let advanced = r#"{"AdvancedEventSelectors":[{"Name":"m","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]}"#;
    let (document, _, passes) = of(advanced, false);
    assert_eq!(document.matches("\"Management\"").count(), 1, "{document}");
    assert!(passes, "{document}");
}

/// AWS KMS and the RDS Data API, alone and both, in both kinds of selectors: the control says who leaves them out, and no plan that changes
/// the trail for another reason puts them back.
#[test]
fn what_is_left_out_on_purpose_is_said_and_stays_out() {
    let (kms, rds) = ("kms.amazonaws.com", "rdsdata.amazonaws.com");
    for sources in [&[kms][..], &[rds], &[kms, rds]] {
        let list = format!("[\"{}\"]", sources.join("\",\""));
        let basic = format!(
            r#"{{"EventSelectors":[{{"ReadWriteType":"All","IncludeManagementEvents":true,"ExcludeManagementEventSources":{list}}}]}}"#
        );
        let advanced = format!(
            r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Management"]}},{{"Field":"eventSource","NotEquals":{list}}}]}}]}}"#
        );
        for selectors in [basic, advanced] {
            let world = World::member().trail("main", MEMBER, false, &selectors);
            let plan = record(&world.inventory, &PlanOptions::default());
            let changed = plan.steps.iter().any(|step| matches!(step.change.setting, Setting::Selectors(_)));
            assert!(changed, "the functions are recorded by another change: {plan:#?}");
            let then = after(&world.inventory, &changes(&plan));
            for inventory in [&world.inventory, &then] {
                let told = audit(inventory, &Options::default());
                let control =
                    told.controls.iter().find(|one| one.id == "management-events-recorded").unwrap();
                let help = control.findings[0].help.clone().unwrap_or_default();
                assert_eq!(control.status, Status::Fail, "{selectors}");
                let said = format!("trail main leaves out events of {} on purpose", sources.join(" and "));
                assert!(help.contains(&said), "{selectors}: {help}");
            }
            let document = &then.recorders[0].selectors.known().unwrap().document;
            assert!(sources.iter().all(|source| document.contains(source)), "{document}");
            let kept = plan.refusals.iter().find(|one| one.reason.contains("on purpose")).unwrap();
            assert!(kept.nearest.contains("--all-management-events"), "{kept:?}");
        }
    }
}

/// A bucket that is there as wanted is used, and a name that another bucket has is not taken.
#[test]
fn the_bucket_of_a_new_trail_has_a_name_that_can_be_had() {
    let world = World::member();
    let bucket = |plan: &Plan| {
        plan.steps.iter().find_map(|step| match &step.change.setting {
            Setting::Bucket(Turn { after: Some(bucket), .. }) => {
                Some((bucket.name.clone(), bucket.policy.clone()))
            }
            _ => None,
        })
    };
    let delivers_to = |plan: &Plan| {
        plan.steps.iter().find_map(|step| match &step.change.setting {
            Setting::Trail(Turn { after: Some(trail), .. }) => Some(trail.bucket.clone()),
            _ => None,
        })
    };
    let made = |buckets: &Buckets| {
        record(&world.inventory, &PlanOptions { buckets: Some(buckets), ..PlanOptions::default() })
    };
    let (name, _) = bucket(&made(&Buckets::default())).unwrap();
    let taken = Buckets { taken: [name.clone(), format!("{name}-2")].into(), ..Buckets::default() };
    let (other, policy) = bucket(&made(&taken)).unwrap();
    assert_eq!(other, format!("{name}-3"));
    assert!(
        policy.contains(&format!("arn:aws:s3:::{other}/AWSLogs/")) && !policy.contains(&format!("{name}/"))
    );
    let plan = made(&Buckets { ready: [name.clone()].into(), ..Buckets::default() });
    assert_eq!((bucket(&plan), delivers_to(&plan)), (None, Some(name.clone())), "{plan:#?}");
    assert!(plan.steps[0].because.contains(&format!("the bucket {name} is there already")), "{plan:#?}");
    assert_eq!(audit::plan::conduct(&plan), Ok(()));
}

#[test]
fn a_trail_that_cannot_deliver_is_not_widened() {
    // A store records all of HERE; the trail is at home there, and nothing records the function in THERE.
    let mut world = World::member()
        .place(MEMBER, THERE)
        .functions(MEMBER, THERE, &["orders"])
        .trail("broken", MEMBER, false, ALL);
    world.of("broken").multi_region = false;
    for region in [HERE, THERE] {
        world.at(MEMBER, region).trails = Seen::Known(Vec::new());
    }
    let arn = world.of("broken").arn.clone();
    let status = TrailStatus {
        logging: true,
        delivery_error: Some("NoSuchBucket".to_owned()),
        ..TrailStatus::default()
    };
    let sighting = Sighting { trail: arn.clone(), status: Seen::Known(status) };
    world.at(MEMBER, HERE).trails = Seen::Known(vec![sighting]);
    let mut world = world.store("lake", MEMBER, false, ALL);
    world.of("lake").multi_region = false;
    let plan = planned(&world);
    assert_reaches(&world, &plan);
    assert!(kinds(&plan).iter().any(|(name, kind)| *kind == "trail" && *name != "broken"), "{plan:#?}");
    let after = after(&world.inventory, &changes(&plan));
    let seen = after.places.iter().flat_map(|place| place.trails.known().into_iter().flatten());
    let mut of_it = seen.filter(|one| one.trail == arn);
    assert!(of_it.all(|one| one.status.known().is_some_and(|status| status.delivery_error.is_some())));
}

/// AWS takes no trail of all Regions without events of global services: such a trail is not widened, and another way is taken.
#[test]
fn a_trail_without_events_of_global_services_is_not_widened() {
    for (global, widens) in [(Some(true), true), (None, true), (Some(false), false)] {
        let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, MANAGEMENT_ONLY);
        (world.of("main").multi_region, world.of("main").home_region) = (false, HERE.to_owned());
        world.of("main").global_service_events = global;
        if let Seen::Known(trails) = &mut world.at(MEMBER, THERE).trails {
            trails.clear();
        }
        let plan = planned(&world);
        assert_eq!(kinds(&plan).contains(&("main", "multi-Region")), widens, "{global:?} {plan:#?}");
        assert_reaches(&world, &Plan { refusals: Vec::new(), ..plan });
    }
}

/// An account takes five trails in a Region: no sixth is planned.
#[test]
fn no_sixth_trail_is_created() {
    for (trails, creates) in [(4, true), (5, false)] {
        let mut world = World::member();
        for at in 0..trails {
            // None of them can be changed.
            world = world.trail(&format!("aws-controltower-{at}"), MEMBER, false, MANAGEMENT_ONLY);
        }
        let plan = planned(&world);
        let new = |(_, kind): &(&str, &str)| *kind == "trail";
        assert_eq!(kinds(&plan).iter().any(new), creates, "{trails} {plan:#?}");
        let full = |one: &audit::plan::Refusal| one.reason.code == audit::code::Code::TrailsFull;
        assert_eq!(
            plan.refusals.iter().any(full),
            !creates && !plan.refusals.iter().all(|one| one.places.is_empty()),
            "{plan:#?}"
        );
    }
}

/// Nor does a trail come to a Region that is full, and an organization's trail to a management account that is.
#[test]
fn no_trail_comes_to_a_region_that_is_full() {
    for (trails, widens) in [(4, true), (5, false)] {
        let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, ALL);
        (world.of("main").multi_region, world.of("main").home_region) = (false, HERE.to_owned());
        let Seen::Known(seen) = &mut world.at(MEMBER, THERE).trails else { panic!() };
        seen.clear();
        for at in 0..trails {
            let name = format!("aws-controltower-{at}");
            world = world.trail(&name, MEMBER, false, MANAGEMENT_ONLY);
            let arn = world.of(&name).arn.clone();
            let Seen::Known(seen) = &mut world.at(MEMBER, HERE).trails else { panic!() };
            seen.retain(|one| one.trail != arn);
        }
        let plan = planned(&world);
        assert_eq!(kinds(&plan).contains(&("main", "multi-Region")), widens, "{plan:#?}");
        assert!(widens || kinds(&plan).iter().all(|(_, kind)| *kind != "trail"), "{plan:#?}");
    }
}

/// A trail that is stopped, or comes to a Region, delivers there as others do to the same bucket: where they cannot, it is of no help.
#[test]
fn no_trail_is_started_or_widened_onto_a_bucket_that_fails() {
    for (stops, error, helps) in [
        (true, None, true),
        (true, Some("NoSuchBucket"), false),
        (false, None, true),
        (false, Some("NoSuchBucket"), false),
    ] {
        let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, ALL);
        world = world.trail("aws-controltower-x", MEMBER, false, MANAGEMENT_ONLY);
        for name in ["main", "aws-controltower-x"] {
            world.of(name).destination = Some("logs".to_owned());
        }
        let main = world.of("main").arn.clone();
        if !stops {
            (world.of("main").multi_region, world.of("main").home_region) = (false, HERE.to_owned());
        }
        for region in [HERE, THERE] {
            let Seen::Known(trails) = &mut world.at(MEMBER, region).trails else { panic!() };
            for one in trails.iter_mut() {
                let Seen::Known(status) = &mut one.status else { panic!() };
                if one.trail == main {
                    status.logging = !stops;
                } else {
                    status.delivery_error = error.map(str::to_owned);
                }
            }
            if !stops && region == THERE {
                trails.retain(|one| one.trail != main);
            }
        }
        let plan = planned(&world);
        let kind = if stops { "logging" } else { "multi-Region" };
        assert_eq!(kinds(&plan).contains(&("main", kind)), helps, "{stops} {error:?} {plan:#?}");
    }
}

/// Made anew, it would lose its policy, and the trail that delivers to it its delivery.
#[test]
fn a_new_trail_takes_no_bucket_to_which_another_delivers() {
    let bucket_of = |plan: &Plan| {
        plan.steps.iter().find_map(|step| match &step.change.setting {
            Setting::Trail(turn) => turn.after.as_ref().map(|trail| trail.bucket.clone()),
            _ => None,
        })
    };
    let mut world = World::member();
    let wanted = bucket_of(&planned(&world)).unwrap();
    for error in [None, Some("AccessDenied")] {
        let mut world = world.clone().trail("aws-controltower-x", MEMBER, false, MANAGEMENT_ONLY);
        world.of("aws-controltower-x").destination = Some(wanted.clone());
        if let Seen::Known(status) = world.status(MEMBER, HERE) {
            status.delivery_error = error.map(str::to_owned);
        }
        assert_eq!(bucket_of(&planned(&world)), Some(format!("{wanted}-2")), "{error:?}");
    }
    // One that no account can be without is the home, also where nobody could read which those are.
    world.account(MEMBER).regions = Seen::Unread(0);
    world.gap("account:ListRegions");
    let mut there = World::member().place(MEMBER, OPT_IN).functions(MEMBER, OPT_IN, &["mail"]);
    there.inventory.places.retain(|place| place.region == OPT_IN);
    assert!(bucket_of(&planned(&there)).is_none());
    there.account(MEMBER).regions = Seen::Unread(there.gap("account:ListRegions"));
    assert!(bucket_of(&planned(&there)).is_none());
}
