//! Recording that one trail hands over to another within one change, carried out in any order: against every order, tried one after the other.

use crate::plan::{Change, applied, arn, basic, every, judged, plan, read, trail};
use audit::answer::Conclusion;
use audit::inventory::TrailStatus;
use cloudtrail::recorder::Seen;
use serde_json::{Value, json};
use templates::document::About;

const NAMES: [&str; 2] = ["orders", "payroll"];

/// What a trail is before and after: which of the two functions it records, as bits; `None` iff it is not there.
type Turn = (Option<u8>, Option<u8>);

fn selectors(some: u8) -> Value {
    let arns: Vec<String> =
        NAMES.iter().enumerate().filter(|(at, _)| some >> at & 1 == 1).map(|(_, name)| arn(name)).collect();
    basic(&arns.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What is carried out; `None` iff nothing is there on either side.
fn change(name: &str, (before, after): Turn) -> Option<Change> {
    let address = format!("aws_cloudtrail.{name}");
    let side = |some: u8| trail(name, selectors(some));
    Some(match (before, after) {
        (None, None) => return None,
        (None, Some(is)) => Change::create(&address, side(is)),
        (Some(was), None) => Change::delete(&address, side(was)),
        (Some(was), Some(is)) if was == is => Change::keep(&address, side(is)),
        (Some(was), Some(is)) => Change::update(&address, side(was), side(is)),
    })
}

/// What the answer has to be: functions that are recorded before and not after are lost; functions that are recorded on both sides, and at some moment
/// of some order not, may be interrupted.
fn expected(turns: &[Turn]) -> Conclusion {
    let all = |done: u32| {
        let each = turns.iter().enumerate().map(|(at, (before, after))| {
            let state = if done >> at & 1 == 1 { after } else { before };
            state.unwrap_or(0)
        });
        each.fold(0, |all, one| all | one)
    };
    let last = (1 << turns.len()) - 1;
    if all(0) & !all(last) != 0 {
        return Conclusion::No;
    }
    let kept = all(0) & all(last);
    match (0..=last).all(|done| all(done) & kept == kept) {
        true => Conclusion::Yes,
        false => Conclusion::Undetermined,
    }
}

fn agrees(turns: &[Turn]) {
    let mut changes: Vec<Change> =
        turns.iter().zip(["a", "b", "c"]).filter_map(|(turn, name)| change(name, *turn)).collect();
    // Management events are recorded throughout.
    changes.push(Change::keep("aws_cloudtrail.keeper", trail("keeper", selectors(0))));
    let gate = judged(&read(&plan(&changes)), None).1;
    let conclusion = gate.conclusion.max(Conclusion::Yes);
    assert_eq!(conclusion, expected(turns), "{turns:?}: {:?} {:?}", gate.stops, gate.interruptions);
    assert!(gate.interruptions.iter().all(|one| !one.loss.certain));
}

fn states() -> impl Iterator<Item = Option<u8>> + Clone {
    [None].into_iter().chain((0..4).map(Some))
}

#[test]
fn two_trails_that_hand_over_are_judged_as_every_order_says() {
    let turns = || states().flat_map(|before| states().map(move |after| (before, after)));
    for one in turns() {
        // The two are told apart by their names alone.
        for other in turns().filter(|other| *other >= one) {
            agrees(&[one, other]);
        }
    }
}

#[test]
fn three_trails_that_hand_over_are_judged_as_every_order_says() {
    let mut some: u64 = 7;
    let mut state = || {
        some = some.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match (some >> 33) % 5 {
            4 => None,
            bits => u8::try_from(bits).ok(),
        }
    };
    for _ in 0..150 {
        let turns: Vec<Turn> = (0..3).map(|_| (state(), state())).collect();
        agrees(&turns);
    }
}

/// Where many change at once, not every order is tried: what they could record for each other is not counted.
#[test]
fn of_many_trails_that_hand_over_nothing_is_claimed() {
    let pass_on = |at: usize| {
        let name = format!("t{at}");
        Change::update(
            &format!("aws_cloudtrail.{name}"),
            trail(&name, selectors(u8::from(at != 0))),
            trail(&name, selectors(u8::from(at == 0))),
        )
    };
    let changes: Vec<Change> = (0..7).map(pass_on).collect();
    assert_eq!(judged(&read(&plan(&changes)), None).1.conclusion, Conclusion::Undetermined);
}

/// An error of delivery belongs to a trail and its bucket: the trail made anew has it, another that comes to the bucket may, and a bucket that the
/// change makes or that is another one may mend it.
#[test]
fn what_cannot_deliver_does_not_deliver_because_it_is_made_anew() {
    let bucket =
        |name: &str, bucket: &str| crate::plan::with(trail(name, every()), json!({"s3_bucket_name": bucket}));
    let replaced = |was: Value, is: Value| Change::new("aws_cloudtrail.a", &["create", "delete"], was, is);
    let (ill, other) = (bucket("main", "gone"), bucket("main", "there"));
    let mut inventory = applied(&[
        Change::keep("aws_cloudtrail.a", ill.clone()),
        Change::keep("aws_lambda_function.f", crate::plan::function("f")),
    ]);
    for place in &mut inventory.places {
        let Seen::Known(trails) = &mut place.trails else { panic!("{place:?}") };
        let error = Some("NoSuchBucket".to_owned());
        trails[0].status =
            Seen::Known(TrailStatus { logging: true, delivery_error: error, ..TrailStatus::default() });
    }
    let made = Change::create(
        "aws_s3_bucket.b",
        json!({"bucket": "gone", "region": "eu-west-1", "arn": "arn:aws:s3:::gone"}),
    );
    let new = Change::create("aws_lambda_function.g", crate::plan::function("g"));
    for (changes, answer) in [
        (vec![replaced(ill.clone(), ill.clone())], Conclusion::No),
        (vec![Change::create("aws_cloudtrail.a", ill.clone())], Conclusion::No),
        (vec![Change::update("aws_cloudtrail.a", ill.clone(), other.clone())], Conclusion::Undetermined),
        (vec![replaced(ill.clone(), other)], Conclusion::Undetermined),
        (vec![made], Conclusion::Undetermined),
        // A trail of another name that comes to the bucket.
        (vec![replaced(ill.clone(), bucket("next", "gone"))], Conclusion::Undetermined),
        (vec![Change::create("aws_cloudtrail.z", bucket("next", "gone"))], Conclusion::Undetermined),
        (vec![Change::create("aws_cloudtrail.z", bucket("next", "fresh"))], Conclusion::Yes),
    ] {
        let told = format!("{:?}", changes[0].actions);
        let changes: Vec<Change> = changes.into_iter().chain([new.clone()]).collect();
        let (proposal, gate) = judged(&read(&plan(&changes)), Some(&inventory));
        assert_eq!(gate.conclusion, answer, "{told} {:?}", proposal.doubts);
        let is_told = proposal
            .doubts
            .iter()
            .any(|one| matches!(one.about, About::BucketUndelivered(_) | About::MayBeMended(_)));
        assert_eq!(is_told, answer == Conclusion::Undetermined, "{told}");
    }
}

/// A trail that fails in one Region delivers in the others, whatever a document changes: only what it is about is judged anew, place by place.
#[test]
fn an_error_in_one_region_is_none_in_another() {
    let far = |name: &str| {
        let arn = arn(name).replace("eu-west-1", "us-east-1");
        crate::plan::with(crate::plan::function(name), json!({"arn": arn, "region": "us-east-1"}))
    };
    let with = |more: Value| crate::plan::with(trail("main", every()), more);
    let (whole, other) = (with(json!({"s3_bucket_name": "logs"})), with(json!({"s3_bucket_name": "other"})));
    let mut inventory = applied(&[
        Change::keep("aws_cloudtrail.a", whole.clone()),
        Change::keep("aws_lambda_function.f", crate::plan::function("f")),
        Change::keep("aws_lambda_function.g", far("g")),
    ]);
    for place in inventory.places.iter_mut().filter(|place| place.region == "eu-west-1") {
        let Seen::Known(trails) = &mut place.trails else { panic!("{place:?}") };
        let error = Some("AccessDenied".to_owned());
        trails[0].status =
            Seen::Known(TrailStatus { logging: true, delivery_error: error, ..TrailStatus::default() });
    }
    let new = Change::create("aws_lambda_function.h", far("h"));
    let keep = Change::keep("aws_cloudtrail.a", whole.clone());
    let again = Change::new("aws_cloudtrail.a", &["create", "delete"], whole.clone(), whole.clone());
    let validated = Change::update(
        "aws_cloudtrail.a",
        whole.clone(),
        crate::plan::with(whole.clone(), json!({"enable_log_file_validation": true})),
    );
    for change in [keep, again, validated, Change::update("aws_cloudtrail.a", whole, other)] {
        let told = format!("{:?}", change.actions);
        let (_, gate) = judged(&read(&plan(&[change, new.clone()])), Some(&inventory));
        assert_eq!(gate.conclusion, Conclusion::Yes, "{told} {:?} {:?}", gate.stops, gate.turns);
    }
}

/// What an exception accepts is no interruption either, whether it names the function or matches it.
#[test]
fn what_is_accepted_is_not_interrupted() {
    use audit::exception::Exception;
    use audit::exception::matching::Match;
    let only = trail("main", basic(&[&arn("orders")]));
    let replaced = Change::new("aws_cloudtrail.a", &["delete", "create"], only.clone(), only.clone());
    let inventory = applied(&[
        Change::keep("aws_cloudtrail.a", only),
        Change::keep("aws_lambda_function.o", crate::plan::function("orders")),
        Change::keep("aws_cloudtrail.keeper", trail("keeper", selectors(0))),
    ]);
    let until = "2099-01-01".to_owned();
    let named = Exception {
        id: "n".to_owned(),
        functions: vec![arn("orders")],
        until: until.clone(),
        ..Exception::default()
    };
    let matched = Match {
        controls: vec!["lambda-invocations-recorded".to_owned()],
        arns: vec!["orders".to_owned()],
        ..Match::default()
    };
    let matched =
        Exception { id: "m".to_owned(), matched: Some(Box::new(matched)), until, ..Exception::default() };
    let document = read(&plan(&[replaced]));
    for (exceptions, answer) in
        [(vec![], Conclusion::No), (vec![named], Conclusion::Yes), (vec![matched], Conclusion::Yes)]
    {
        let options =
            audit::Options { exceptions: &exceptions, today: "2026-11-30", ..audit::Options::default() };
        let proposal = templates::proposal::merge(
            &document,
            Some(&inventory),
            &templates::proposal::Defaults::default(),
        );
        let audits = (audit::audit(&proposal.before, &options), audit::audit(&proposal.after, &options));
        let gate = templates::gate::gate(&document, &proposal, &audits.0, &audits.1, &options, None);
        assert_eq!(gate.conclusion.max(Conclusion::Yes), answer, "{exceptions:?} {:?}", gate.interruptions);
    }
}

/// Many recorders that change and record as much as before hand nothing over.
#[test]
fn many_trails_that_go_on_recording_interrupt_nothing() {
    let mut changes =
        vec![Change::update("aws_cloudtrail.main", trail("main", every()), trail("main", selectors(0)))];
    for at in 0..7 {
        let name = format!("t{at}");
        let was = trail(&name, every());
        let is = crate::plan::with(
            was.clone(),
            json!({"enable_log_file_validation": at % 2 == 0, "s3_bucket_name": "next"}),
        );
        changes.push(Change::update(&format!("aws_cloudtrail.{name}"), was, is));
    }
    let gate = judged(&read(&plan(&changes)), None).1;
    assert_eq!((gate.conclusion, gate.interruptions.len()), (Conclusion::Yes, 0), "{:?}", gate.interruptions);
}

/// A trail that was stopped, or was not there, delivered nothing itself: what another trail shows of its bucket counts for it.
#[test]
fn a_trail_that_starts_delivers_to_a_bucket_as_others_do() {
    let bucket = |name: &str, more: Value| {
        crate::plan::with(crate::plan::with(trail(name, every()), json!({"s3_bucket_name": "logs"})), more)
    };
    let off = json!({"enable_logging": false});
    let (stopped, started) = (bucket("main", off.clone()), bucket("main", json!({})));
    let statuses =
        |inventory: &mut audit::inventory::Inventory, name: &str, logging: bool, error: Option<&str>| {
            for place in &mut inventory.places {
                let Seen::Known(trails) = &mut place.trails else { panic!("{place:?}") };
                for one in trails.iter_mut().filter(|one| one.trail.ends_with(name)) {
                    let delivery_error = error.map(str::to_owned);
                    one.status =
                        Seen::Known(TrailStatus { logging, delivery_error, ..TrailStatus::default() });
                }
            }
        };
    let world = |own: Option<&str>, others: Option<&str>| {
        let mut inventory = applied(&[
            Change::keep("aws_cloudtrail.a", stopped.clone()),
            Change::keep("aws_cloudtrail.x", bucket("x", json!({}))),
            Change::keep("aws_lambda_function.f", crate::plan::function("f")),
        ]);
        statuses(&mut inventory, "/main", false, own);
        statuses(&mut inventory, "/x", true, others);
        inventory
    };
    let start = Change::update("aws_cloudtrail.a", stopped.clone(), started.clone());
    let again = Change::new("aws_cloudtrail.a", &["delete", "create"], stopped.clone(), started);
    let new = Change::create("aws_lambda_function.g", crate::plan::function("g"));
    for change in [start, again] {
        for (own, others, answer) in [
            (None, Some("NoSuchBucket"), Conclusion::Undetermined),
            (Some("NoSuchBucket"), Some("NoSuchBucket"), Conclusion::No),
            (None, None, Conclusion::Yes),
        ] {
            let (_, gate) = judged(&read(&plan(&[change.clone(), new.clone()])), Some(&world(own, others)));
            assert_eq!(gate.conclusion, answer, "{:?} {own:?} {others:?}", change.actions);
        }
    }
}
