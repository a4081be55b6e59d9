//! Callers: whatever is listed, one that is not listed is found, and it is one that IAM or STS allow.

use crate::common::{any, certainly_escapes};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Operator, Selector};
use recording::{Candidate, State, Verdict, decide};

const USER: &str = "arn:aws:iam::123456789012:user/k";

fn selector(conditions: impl IntoIterator<Item = (Field, Condition)>) -> Selector {
    let kind = Condition::equals([ResourceType::Function.as_str()]);
    let fields = [(Field::EventCategory, Condition::equals(["Data"])), (Field::ResourcesType, kind)];
    let fields = fields.into_iter().chain(conditions);
    let fields = fields.map(|(field, condition)| FieldSelector { field, condition }).collect();
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

fn condition(operator: Operator, values: Vec<String>) -> Condition {
    let mut condition = Condition::default();
    *condition.values_mut(operator) = values;
    condition
}

/// One selector records all callers that do not begin with `user/k`, another one `user/k` itself and those that go on from it by one
/// of `characters`.
fn ask(characters: impl Iterator<Item = char>) -> Verdict {
    let others = condition(Operator::NotStartsWith, vec![USER.to_owned()]);
    let mut these = condition(Operator::StartsWith, characters.map(|one| format!("{USER}{one}")).collect());
    these.equals.push(USER.to_owned());
    let all = [selector([(Field::UserIdentityArn, others)]), selector([(Field::UserIdentityArn, these)])];
    let candidates = [Candidate { selectors: Some(&all), certain: true }];
    let verdict = decide(&candidates, any(ResourceType::Function));
    if let Some(escape) = &verdict.escape {
        assert!(certainly_escapes(&candidates, &escape.witness));
    }
    verdict
}

fn caller(verdict: &Verdict) -> &str {
    let escape = verdict.escape.as_ref().expect("something escapes");
    escape.witness.user_identity_arn.as_deref().expect("a caller")
}

/// What follows `user/k` in a name that IAM allows.
fn allowed(rest: &str) -> bool {
    !rest.is_empty() && rest.chars().all(|one| one.is_ascii_alphanumeric() || "_+=,.@-".contains(one))
}

#[test]
fn all_private_characters_do_not_hide_a_caller() {
    let private = ('\u{e000}'..='\u{f8ff}').chain('\u{f0000}'..='\u{ffffd}');
    let verdict = ask("eExqz".chars().chain(private));
    assert_eq!(verdict.state, State::PartiallyRecorded);
    let rest = caller(&verdict).strip_prefix(USER).expect("a user that begins with k");
    // It may be in a folder that begins with k.
    let name = rest.strip_prefix('/').unwrap_or(rest);
    assert!(allowed(name) && !rest.starts_with(['e', 'E', 'x', 'q', 'z']), "{rest}");
    let told = &verdict.escape.as_ref().expect("an escape").remainder;
    assert!(told.contains(&format!("starts with `{USER}` (except")), "{told}");
}

#[test]
fn every_character_but_one_leaves_callers_with_that_one() {
    let printed = || '!'..='~';
    for left_out in ['a', 'Z', '7', '=', '@'] {
        let verdict = ask(printed().filter(|one| *one != left_out).chain(['\u{7f}']));
        assert_eq!(verdict.state, State::PartiallyRecorded);
        let rest = caller(&verdict).strip_prefix(USER).expect("a user that begins with k");
        assert!(allowed(rest) && rest.starts_with(left_out), "{left_out}: {rest}");
    }
    // What a path may hold, and a name may not: a user in a folder.
    let verdict = ask(printed().filter(|one| *one != '!').chain(['\u{7f}']));
    let folder =
        caller(&verdict).strip_prefix(USER).and_then(|rest| rest.rsplit_once('/')).expect("a folder");
    assert!(folder.0.starts_with('!') && allowed(folder.1), "{folder:?}");
    // IAM allows no other character, so nobody is left.
    assert_eq!(ask(printed().chain(['\u{7f}'])).state, State::Recorded);
}

#[test]
fn witnesses_are_callers_that_exist_wherever_what_escapes_holds_one() {
    for (operator, value) in [
        (Operator::NotStartsWith, "arn:aws:iam::1234"),
        (Operator::NotStartsWith, "arn:aws:iam::111122223333:us"),
        (Operator::NotStartsWith, "arn:aws:sts::111122223333:assumed-role/ci"),
        (Operator::NotStartsWith, "arn:aws:sts::111122223333:assumed-role/ci/"),
        (Operator::NotStartsWith, "arn:aws:sts::111122223333:federated-user/"),
        (Operator::NotEndsWith, "/batch"),
        (Operator::NotEndsWith, ":user/ada"),
        (Operator::NotEndsWith, ":root"),
        (Operator::NotEndsWith, "x"),
    ] {
        let all = [selector([(Field::UserIdentityArn, condition(operator, vec![value.to_owned()]))])];
        let candidates = [Candidate { selectors: Some(&all), certain: true }];
        let verdict = decide(&candidates, any(ResourceType::Function));
        assert_eq!(verdict.state, State::PartiallyRecorded, "{value}");
        let parts: Vec<&str> = caller(&verdict).splitn(6, ':').collect();
        let ["arn", "aws", "iam" | "sts", "", account, resource] = parts[..] else { panic!("{parts:?}") };
        assert!(account.len() == 12 && account.bytes().all(|one| one.is_ascii_digit()), "{parts:?}");
        let known = ["user/", "assumed-role/", "federated-user/"].iter().any(|one| resource.starts_with(one));
        assert!(known || resource == "root", "{value}: {parts:?}");
    }
}

#[test]
fn names_of_events_and_functions_are_names_too() {
    let names = ["Invoke", "InvokeExecution", "InvokeFunctionUrl", "InvokeWithResponseStream", "InvokeAsync"];
    let begins: Vec<String> = "EexXqz".chars().map(|one| format!("Invoke{one}")).collect();
    let mut event_name = condition(Operator::StartsWith, begins);
    event_name.equals.extend(names.map(str::to_owned));
    let all = [selector([(Field::EventName, event_name)])];
    let verdict = decide(&[Candidate { selectors: Some(&all), certain: true }], any(ResourceType::Function));
    let name = verdict.possible.expect("a possible name").witness.name;
    assert!(name.starts_with("Invoke") && name.chars().all(|one| one.is_ascii_alphanumeric()), "{name}");
}
