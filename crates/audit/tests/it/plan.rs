//! Plans: what they change, what they leave alone, and what they say they cannot do.

use crate::world::{
    ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, OPT_IN, THERE, World, advanced, function,
};
use audit::change::Setting;
use audit::finding::{Status, Weight};
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan, PlanOptions, after, record};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;

fn planned(world: &World) -> Plan {
    record(&world.inventory, &PlanOptions::default())
}

fn changes(plan: &Plan) -> Vec<audit::change::Change> {
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

fn kinds(plan: &Plan) -> Vec<(&str, &'static str)> {
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
    world.inventory.beside.tags.insert(arn, Seen::Known(tags.into()));
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
    assert_reaches(&world, &plan);
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
