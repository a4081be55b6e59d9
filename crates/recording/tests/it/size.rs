//! Many selectors, each with two conditions, are decided: no selector costs the work of all others four times over.

use crate::common::{any, candidates, certainly_escapes};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Selector};
use oracle::large;
use recording::{Candidate, State, Subject, decide};

fn selector(fields: Vec<(Field, Condition)>) -> Selector {
    let category = (Field::EventCategory, Condition::equals(["Data"]));
    let kind = (Field::ResourcesType, Condition::equals(["AWS::Lambda::Function"]));
    let fields = [category, kind].into_iter().chain(fields);
    let fields = fields.map(|(field, condition)| FieldSelector { field, condition }).collect();
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

#[test]
fn two_hundred_selectors_of_two_conditions_are_decided() {
    let prefix = "arn:aws:lambda:us-east-1:111122223333:function:";
    let mut all: Vec<Selector> = Vec::new();
    for n in 0..200 {
        let arn = Condition { starts_with: vec![format!("{prefix}f{n:03}")], ..Condition::default() };
        let who =
            Condition { not_starts_with: vec![format!("arn:aws:iam::1:user/u{n}")], ..Condition::default() };
        all.push(selector(vec![(Field::ResourcesArn, arn), (Field::UserIdentityArn, who)]));
    }
    let kind = ResourceType::Function;
    let subject = Subject::Any { kind, partition: "aws", account: "111122223333", region: "us-east-1" };
    let told = decide(&[Candidate { selectors: Some(&all), certain: true }], subject);
    assert_eq!(told.state, State::PartiallyRecorded);
    // Two more that cover what is left, and the cover is found among all of them.
    let not: Vec<String> = (0..200).map(|n| format!("{prefix}f{n:03}")).collect();
    let rest = Condition { not_starts_with: not, ..Condition::default() };
    all.push(selector(vec![(Field::ResourcesArn, rest)]));
    let users = Condition { starts_with: vec!["arn:aws:iam::1:user/u".to_owned()], ..Condition::default() };
    all.push(selector(vec![(Field::UserIdentityArn, users)]));
    let told = decide(&[Candidate { selectors: Some(&all), certain: true }], subject);
    assert_eq!((told.state, told.cover.len()), (State::Recorded, 202));
}

/// Worlds of every kind and size are decided within the work limit, which counts steps and not time. What is answered is proven
/// by its witness, or by its cover.
#[test]
fn large_worlds_are_decided_within_the_work_limit() {
    for kind in large::Kind::ALL {
        for (seed, size) in SIZES.into_iter().enumerate() {
            let world = large::world(kind, size, seed as u64 + 7);
            let candidates = candidates(&world);
            let told = decide(&candidates, any(ResourceType::Function));
            assert_eq!((told.open, told.given_up.possible), (None, false), "{kind:?} {size:?}");
            assert!(told.state != State::Undetermined && told.state != State::NotRecorded);
            assert_eq!(told.cover.is_empty(), told.state != State::Recorded, "{kind:?} {size:?}");
            if let Some(escape) = &told.escape {
                assert!(certainly_escapes(&candidates, &escape.witness), "{kind:?} {size:?}");
            }
        }
    }
}

const SIZES: [large::Size; 4] = [
    large::Size { recorders: 5, selectors: 5, values: 20 },
    large::Size { recorders: 5, selectors: 5, values: 100 },
    large::Size { recorders: 40, selectors: 5, values: 20 },
    large::Size { recorders: 40, selectors: 5, values: 500 },
];
