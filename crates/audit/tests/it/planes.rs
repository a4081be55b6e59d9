//! Web functions and MicroVM images: planes of their own, web functions in every Region that serves them.

use crate::world::{ALL, HERE, MEMBER, THERE, World};
use audit::finding::{Audit, Proof, Status};
use audit::inventory::{Resource, Serving, Sighting, TrailStatus};
use audit::resource_ref::ResourceRef;
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use recording::State::{NotRecorded, PartiallyRecorded, Recorded, Undetermined};

const WEB: &str = r#"{"AdvancedEventSelectors":[
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]},
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::WebFunction"]}]}]}"#;

fn shop(serving: Serving) -> Resource {
    Resource { arn: format!("arn:aws:lambda:{HERE}:{MEMBER}:web-function/shop").into(), serving }
}

fn control<'a>(audit: &'a Audit<'_>, id: &str) -> &'a audit::finding::ControlResult {
    audit.controls.iter().find(|control| control.id == id).unwrap()
}

const WEB_CONTROL: &str = "lambda-web-function-invocations-recorded";

#[test]
fn no_basic_selector_covers_a_web_function_or_a_microvm() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.at(MEMBER, HERE).web_functions.resources = vec![shop(Serving::Home)].into();
    let image = format!("arn:aws:lambda:{HERE}:{MEMBER}:microvm-image:agent");
    world.at(MEMBER, HERE).microvm_images.resources =
        vec![Resource { arn: image.into(), serving: Serving::Home }].into();
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(control(&told, "lambda-invocations-recorded").status, Status::Pass);
    assert_eq!(control(&told, WEB_CONTROL).status, Status::Fail);
    assert_eq!(control(&told, "lambda-microvm-invocations-recorded").status, Status::Fail);
    assert_eq!((told.summary.resources, told.summary.recorded, told.summary.not_recorded), (3, 1, 2));
}

#[test]
fn a_plane_without_resources_is_not_applicable_and_warns_where_it_is_not_covered() {
    let world = World::member().trail("main", MEMBER, false, ALL);
    let told = audit(&world.inventory, &Options::default());
    let web = control(&told, WEB_CONTROL);
    assert_eq!((web.status, web.findings.len()), (Status::NotApplicable, 1));
    assert_eq!(web.findings[0].status, Status::Pass);
    let covered = World::member().trail("main", MEMBER, false, WEB);
    let told = audit(&covered.inventory, &Options::default());
    assert!(
        control(&told, WEB_CONTROL)
            .findings
            .iter()
            .all(|finding| finding.help.is_none() || finding.reason.contains("U-1"))
    );
}

#[test]
fn a_web_function_is_judged_in_every_region_that_serves_it() {
    let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, WEB);
    world.at(MEMBER, HERE).web_functions.resources =
        vec![shop(Serving::Also(Box::new([THERE.to_owned()])))].into();
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(control(&told, WEB_CONTROL).status, Status::Pass);
    let (here, there) =
        (world.inventory.place(MEMBER, HERE).unwrap(), world.inventory.place(MEMBER, THERE).unwrap());
    assert_eq!(told.places[there].planes[1].rows[0].arn, shop(Serving::Home).arn.as_ref());
    // The shadow over there stops: the invocations served there escape, those served here do not.
    let stopped = Seen::Known(TrailStatus::default());
    let trail = world.inventory.recorders[0].arn.clone();
    world.at(MEMBER, THERE).trails = Seen::Known(vec![Sighting { trail, status: stopped }]);
    let told = audit(&world.inventory, &Options::default());
    let state = |place: usize| told.verdicts[told.places[place].planes[1].rows[0].verdict].state;
    assert_eq!((state(here), state(there)), (Recorded, NotRecorded));
    // One function, one answer, wherever it is counted.
    let home = ResourceRef { place: here, plane: 1, row: 0 };
    assert_eq!(told.state(home), PartiallyRecorded);
    assert_eq!(told.proof_of(home).place, there);
    let functions = told.places.iter().map(|place| place.planes[0].rows.len()).sum::<usize>();
    assert_eq!((told.summary.resources, told.summary.partially_recorded), (functions + 1, 1));
    assert_eq!(told.summary_of(there).resources, 0);
    assert_eq!(control(&told, WEB_CONTROL).status, Status::Fail);
}

#[test]
fn a_serving_region_that_nobody_looked_at_is_a_gap() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.at(MEMBER, HERE).web_functions.resources =
        vec![shop(Serving::Also(Box::new([THERE.to_owned()])))].into();
    world.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(WEB).unwrap());
    let told = audit(&world.inventory, &Options::default());
    let web = control(&told, WEB_CONTROL);
    assert_eq!(web.status, Status::Undetermined, "{web:?}");
    assert_eq!(told.gaps.last().unwrap().region.as_deref(), Some(THERE));
}

/// Which Regions serve it does not hang on what its own records.
#[test]
fn a_serving_region_that_nobody_looked_at_is_named_whatever_the_home_region_records() {
    for (selectors, state) in [(WEB, Undetermined), (ALL, NotRecorded)] {
        let mut world = World::member().trail("main", MEMBER, false, selectors);
        world.at(MEMBER, HERE).web_functions.resources =
            vec![shop(Serving::Also(Box::new([THERE.to_owned()])))].into();
        let told = audit(&world.inventory, &Options::default());
        let home = ResourceRef { place: told.inventory.place(MEMBER, HERE).unwrap(), plane: 1, row: 0 };
        assert_eq!(told.state(home), state);
        let regions: Vec<(&str, bool)> =
            told.regions(home).into_iter().map(|(region, proof)| (region, proof.is_some())).collect();
        assert_eq!(regions, [(HERE, true), (THERE, false)], "{state:?}");
    }
}

/// What its home Region records is recorded, whatever is not known of another Region and escapes in a third.
#[test]
fn what_one_region_records_and_another_does_not_is_partial_whatever_a_third_does() {
    let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, WEB);
    let regions = [THERE.to_owned(), "us-west-2".to_owned()];
    world.at(MEMBER, HERE).web_functions.resources = vec![shop(Serving::Also(Box::new(regions)))].into();
    world.at(MEMBER, THERE).trails = Seen::Known(Vec::new());
    let told = audit(&world.inventory, &Options::default());
    let place = world.inventory.place(MEMBER, HERE).unwrap();
    let home = ResourceRef { place, plane: 1, row: 0 };
    assert_eq!(told.verdicts[told.row(home).verdict].state, Undetermined, "of us-west-2");
    assert_eq!(told.state(home), PartiallyRecorded);
    assert_eq!(told.summary.partially_recorded, 1);
    let regions = told.regions(home).into_iter();
    let answers: Vec<_> =
        regions.map(|(region, proof)| (region, proof.map(|one| told.verdicts[one.verdict].state))).collect();
    assert_eq!(answers, [(HERE, Some(Recorded)), (THERE, Some(NotRecorded)), ("us-west-2", None)]);
}

/// One value, one answer: the verdict of the web function itself, the counts, the control.
#[test]
fn a_web_function_that_other_regions_may_serve_is_undetermined_everywhere() {
    for serving in [Serving::Unread(0), Serving::Also(Box::new([THERE.to_owned()]))] {
        let mut world = World::member().trail("main", MEMBER, false, WEB);
        world.gap("lambda:ListWebFunctionEndpoints");
        world.at(MEMBER, HERE).web_functions.resources = vec![shop(serving.clone())].into();
        let told = audit(&world.inventory, &Options::default());
        let place = world.inventory.place(MEMBER, HERE).unwrap();
        let row = told.places[place].planes[1].rows[0];
        assert_eq!(told.verdicts[row.verdict].state, Undetermined, "{serving:?}");
        let gaps = told.deciding_gaps(Proof { place, verdict: row.verdict });
        assert_eq!(gaps, told.places[place].planes[1].elsewhere, "{serving:?}");
        assert_eq!(gaps.len(), 1);
        assert!(told.remainder(row.verdict).unwrap().contains("served by Regions that were not audited"));
        assert_eq!((told.summary.undetermined, told.summary.recorded), (1, 1));
        let web = control(&told, WEB_CONTROL);
        assert_eq!(web.status, Status::Undetermined);
        let open: Vec<_> = web.findings.iter().filter(|one| one.status == Status::Undetermined).collect();
        assert_eq!((open.len(), open[0].resources.len(), &open[0].gaps), (1, 1, &gaps), "{web:?}");
    }
}

#[test]
fn a_web_function_that_escapes_at_home_escapes_wherever_else_it_is_served() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.gap("lambda:ListWebFunctionEndpoints");
    world.at(MEMBER, HERE).web_functions.resources = vec![shop(Serving::Unread(0))].into();
    let told = audit(&world.inventory, &Options::default());
    let place = world.inventory.place(MEMBER, HERE).unwrap();
    assert_eq!(told.verdicts[told.places[place].planes[1].rows[0].verdict].state, NotRecorded);
    assert_eq!(control(&told, WEB_CONTROL).status, Status::Fail);
}
