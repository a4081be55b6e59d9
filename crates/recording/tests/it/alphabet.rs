//! Names are made of 65 characters only, and so many values can take away what no single one can.

use crate::common::any;
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Selector};
use oracle::worlds::PLACE;
use recording::{Candidate, State, Verdict, decide};

/// Every character a function name can have, written out a second time.
fn characters() -> Vec<String> {
    let all = (' '..='~').filter(|c| c.is_ascii_lowercase() || c.is_ascii_uppercase() || c.is_ascii_digit());
    all.chain(['-', '_', '.']).map(String::from).collect()
}

fn pairs() -> Vec<String> {
    let all = characters();
    all.iter().flat_map(|one| all.iter().map(move |other| format!("{one}{other}"))).collect()
}

fn arn(name: &str) -> String {
    PLACE.arn(ResourceType::Function, name)
}

fn arns(names: &[String]) -> Vec<String> {
    names.iter().map(|name| arn(name)).collect()
}

fn starts_with(names: &[String]) -> Condition {
    Condition { starts_with: arns(names), ..Condition::default() }
}

fn ends_with(values: &[String]) -> Condition {
    Condition { ends_with: values.to_vec(), ..Condition::default() }
}

/// One selector for each condition on the ARN, all of one recorder.
fn ask(conditions: impl IntoIterator<Item = Condition>) -> Verdict {
    let field = |field, condition| FieldSelector { field, condition };
    let selector = |condition| {
        Selector::Advanced(AdvancedSelector {
            name: String::new(),
            fields: vec![
                field(Field::EventCategory, Condition::equals(["Data"])),
                field(Field::ResourcesType, Condition::equals(["AWS::Lambda::Function"])),
                field(Field::ResourcesArn, condition),
            ],
            doubts: Vec::new(),
        })
    };
    let selectors: Vec<Selector> = conditions.into_iter().map(selector).collect();
    decide(&[Candidate { selectors: Some(&selectors), certain: true }], any(ResourceType::Function))
}

/// The name of the function in the witness of a verdict.
fn escaping(verdict: &Verdict) -> String {
    let escape = verdict.escape.as_ref().expect("something escapes");
    let found = &escape.witness.resource.as_ref().expect("a resource").arn;
    found.strip_prefix(&arn("")).expect("an ARN of this place").to_owned()
}

#[test]
fn there_are_65_characters() {
    assert_eq!(characters().len(), 65);
}

#[test]
fn a_beginning_for_each_character_covers_any_function() {
    assert_eq!(ask([starts_with(&characters())]).state, State::Recorded);
    let apart = characters().into_iter().map(|one| starts_with(&[one]));
    let verdict = ask(apart);
    assert_eq!((verdict.state, verdict.cover.len()), (State::Recorded, 65));
}

#[test]
fn without_one_of_them_its_names_escape() {
    for left_out in ["a", "Z", "7", "."] {
        let rest: Vec<String> = characters().into_iter().filter(|one| one != left_out).collect();
        let verdict = ask([starts_with(&rest)]);
        assert_eq!(verdict.state, State::PartiallyRecorded);
        assert!(escaping(&verdict).starts_with(left_out), "{left_out}: {}", escaping(&verdict));
        let verdict = ask([ends_with(&rest)]);
        assert_eq!(verdict.state, State::PartiallyRecorded);
        assert!(escaping(&verdict).ends_with(left_out), "{left_out}: {}", escaping(&verdict));
    }
}

#[test]
fn an_end_for_each_character_covers_any_function() {
    assert_eq!(ask([ends_with(&characters())]).state, State::Recorded);
}

#[test]
fn turning_each_beginning_away_leaves_nothing() {
    let none = Condition { not_starts_with: arns(&characters()), ..Condition::default() };
    assert_eq!(ask([none]).state, State::NotRecorded);
    let none = Condition { not_ends_with: characters(), ..Condition::default() };
    assert_eq!(ask([none]).state, State::NotRecorded);
}

#[test]
fn beginnings_of_two_characters_let_names_of_one_escape() {
    let verdict = ask([starts_with(&pairs())]);
    assert_eq!((verdict.state, escaping(&verdict).len()), (State::PartiallyRecorded, 1));
    let verdict = ask([ends_with(&pairs())]);
    assert_eq!((verdict.state, escaping(&verdict).len()), (State::PartiallyRecorded, 1));
    let short = Condition::equals(arns(&characters()));
    assert_eq!(ask([starts_with(&pairs()), short.clone()]).state, State::Recorded);
    assert_eq!(ask([ends_with(&pairs()), short]).state, State::Recorded);
}

#[test]
fn an_end_that_reaches_before_the_name_is_one_name() {
    let exact = |names: &[String]| ends_with(&names.iter().map(|one| format!(":{one}")).collect::<Vec<_>>());
    assert_eq!(ask([starts_with(&pairs()), exact(&characters())]).state, State::Recorded);
    let without_q: Vec<String> = characters().into_iter().filter(|one| one != "q").collect();
    let verdict = ask([starts_with(&pairs()), exact(&without_q)]);
    assert_eq!((verdict.state, escaping(&verdict).as_str()), (State::PartiallyRecorded, "q"));
}

#[test]
fn beginnings_and_ends_meet() {
    let but_q: Vec<String> = characters().into_iter().filter(|one| one != "q").collect();
    let verdict = ask([starts_with(&but_q), ends_with(&["q".to_owned()])]);
    let name = escaping(&verdict);
    assert!(name.starts_with('q') && !name.ends_with('q'), "{name}");
    let verdict = ask([starts_with(&but_q), ends_with(&but_q)]);
    let name = escaping(&verdict);
    assert!(name.starts_with('q') && name.ends_with('q'), "{name}");
    let q = Condition::equals([arn("q")]);
    let inner = Condition { starts_with: vec![arn("q")], not_equals: vec![arn("q")], ..Condition::default() };
    assert_eq!(ask([starts_with(&but_q), inner.clone()]).state, State::PartiallyRecorded);
    assert_eq!(escaping(&ask([starts_with(&but_q), inner.clone()])), "q");
    assert_eq!(ask([starts_with(&but_q), inner, q]).state, State::Recorded);
}

#[test]
fn values_that_no_name_can_have_take_nothing_away() {
    for value in ["ü", "a b", "*", "a:live", "a/b"] {
        let odd = Condition {
            not_starts_with: vec![arn(value)],
            not_equals: vec![arn(value)],
            not_ends_with: vec![value.to_owned()],
            ..Condition::default()
        };
        assert_eq!(ask([odd]).state, State::Recorded, "{value}");
        assert_eq!(ask([starts_with(&[value.to_owned()])]).state, State::NotRecorded, "{value}");
    }
}
