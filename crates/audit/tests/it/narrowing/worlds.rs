//! Worlds of two or three recorders that record parts of the same, and changes of every setting there is.

use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, function};
use audit::change::{Bucket, Change, NewTrail, Setting, Target, Turn};
use audit::inventory::Inventory;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use proptest::collection::vec;
use proptest::prelude::*;

/// Documents of which some parts record the same: lists, beginnings, names, reads and writes, other types.
pub(super) fn documents() -> impl Strategy<Value = String> {
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
    store: bool,
    multi: bool,
    /// Of a trail for one Region: whether that is the other one.
    there: bool,
    global: Option<bool>,
    logging: u8,
    unread: u8,
    document: String,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let global = prop_oneof![2 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)];
    let reach = (0..4_u8, 0..4_u8, global);
    (any::<[bool; 2]>(), 0..5_u8, reach, 0..6_u8, 0..8_u8, documents()).prop_map(
        |(flags, store, (multi, there, global), logging, unread, document)| Sketch {
            owner: flags[0],
            organization: flags[0] && flags[1],
            store: store == 0,
            multi: multi > 0,
            there: there == 0,
            global,
            logging,
            unread,
            document,
        },
    )
}

/// Two or three recorders over two accounts and two Regions, one of which may not have been looked into.
pub(super) fn worlds() -> impl Strategy<Value = World> {
    (vec(sketch(), 2..4), 0..4_u8).prop_map(|(recorders, looked)| {
        let mut world = World::member().functions(MEMBER, HERE, &["f1", "f2", "g"]).place(MANAGEMENT, HERE);
        world.account(MANAGEMENT).audited = true;
        if looked > 0 {
            world = world.place(MEMBER, THERE).place(MANAGEMENT, THERE).functions(MEMBER, THERE, &["f3"]);
        }
        for (at, sketch) in recorders.into_iter().enumerate() {
            world = with(world, &format!("t{at}"), &sketch);
        }
        world
    })
}

fn with(world: World, name: &str, sketch: &Sketch) -> World {
    let owner = if sketch.owner { MANAGEMENT } else { MEMBER };
    let mut world = match sketch.store {
        true => world.store(name, owner, sketch.organization, &sketch.document),
        false => world.trail(name, owner, sketch.organization, &sketch.document),
    };
    let unread = (sketch.unread == 0).then(|| world.gap("cloudtrail:GetEventSelectors"));
    let hidden = (sketch.unread == 1).then(|| world.gap("cloudtrail:GetTrailStatus"));
    let recorder = world.of(name);
    recorder.multi_region = sketch.multi;
    if !sketch.multi && sketch.there {
        recorder.home_region = THERE.to_owned();
    }
    if let Some(gap) = unread {
        recorder.selectors = Seen::Unread(gap);
    }
    if sketch.store {
        recorder.status = match (hidden, sketch.logging) {
            (Some(gap), _) => Seen::Unread(gap),
            (None, 0) => Seen::Known(StoreStatus::parse("STOPPED_INGESTION")),
            (None, _) => Seen::Known(StoreStatus::Enabled),
        };
        return world;
    }
    recorder.global_service_events = sketch.global;
    let (arn, home, multi) = (recorder.arn.clone(), recorder.home_region.clone(), sketch.multi);
    for place in &mut world.inventory.places {
        let Seen::Known(trails) = &mut place.trails else { continue };
        trails.retain(|one| one.trail != arn || multi || place.region == home);
        for one in trails.iter_mut().filter(|one| one.trail == arn) {
            if let Some(gap) = hidden {
                one.status = Seen::Unread(gap);
            } else if let Seen::Known(status) = &mut one.status {
                status.logging = sketch.logging > 0;
            }
        }
    }
    world
}

/// Which setting of a recorder is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Selectors,
    MultiRegion,
    Logging,
    Validation,
    Deletion,
    Bucket,
}

pub(super) fn settings() -> impl Strategy<Value = Which> {
    prop_oneof![
        4 => Just(Which::Selectors),
        2 => Just(Which::MultiRegion),
        2 => Just(Which::Logging),
        1 => Just(Which::Validation),
        2 => Just(Which::Deletion),
        1 => Just(Which::Bucket),
    ]
}

/// The change of this setting; `None` where the recorder has none, or cannot be edited.
pub(super) fn change(
    inventory: &Inventory,
    recorder: &Recorder,
    which: Which,
    document: &str,
) -> Option<Change> {
    let trail = NewTrail {
        bucket: "b".to_owned(),
        organization: recorder.organization,
        multi_region: recorder.multi_region,
        log_file_validation: true,
        of_others: Vec::new(),
    };
    let is_trail = recorder.kind == RecorderKind::Trail;
    let logs = inventory.places.iter().filter_map(|place| place.trails.known()).flatten();
    let mut logs = logs.filter(|one| one.trail == recorder.arn);
    let setting = match which {
        Which::Selectors => Setting::Selectors(Turn {
            before: cloudtrail::selector_json::request(recorder.selectors.known()?).ok()?,
            after: document.to_owned(),
        }),
        Which::MultiRegion => {
            Setting::MultiRegion(Turn { before: recorder.multi_region, after: !recorder.multi_region })
        }
        Which::Logging if is_trail => {
            let off = logs.all(|one| one.status.known().is_some_and(|status| !status.logging));
            Setting::Logging(Turn { before: !off, after: off })
        }
        Which::Validation if is_trail => Setting::LogFileValidation(Turn { before: true, after: false }),
        Which::Bucket if is_trail => {
            let bucket = Bucket { name: "b".to_owned(), policy: "{}".to_owned() };
            Setting::Bucket(Turn { before: Some(bucket), after: None })
        }
        // A plan may say that of a store, too.
        Which::Deletion => Setting::Trail(Turn { before: Some(trail), after: None }),
        Which::Logging | Which::Validation | Which::Bucket => return None,
    };
    let target = Target {
        arn: recorder.arn.clone(),
        name: recorder.name.clone(),
        kind: recorder.kind,
        account: recorder.account.clone(),
        home_region: recorder.home_region.clone(),
    };
    Some(Change { target, setting })
}
