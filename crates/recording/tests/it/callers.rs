//! The caller that a witness names, against callers made by hand: one that IAM or STS allow wherever such a one escapes.

use crate::common::{any, certainly_escapes};
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Operator, Selector};
use cloudtrail::{Answer, records};
use proptest::prelude::{Just, ProptestConfig, Strategy, any as anything, prop_oneof, proptest};
use proptest::{collection, sample};
use recording::{Candidate, Inclusion, State, Subject, decide, included};

const ACCOUNT: &str = "111122223333";

/// Names, some of them as long as they may be.
fn names() -> Vec<String> {
    let long = [63, 64].map(|n| "a".repeat(n));
    let short = ["a", "b", "m", "Z", "9", "@", "-1", "root", "aroot", "aa", "rs", "r@", "s-1", "ssZ", "ss9"];
    short.map(str::to_owned).into_iter().chain(long).chain(["r".repeat(64)]).collect()
}

/// Pieces of ARNs: whole ones, beginnings and ends, some cut in the middle, and what no principal has.
fn pieces() -> Vec<String> {
    let (iam, sts) = (format!("arn:aws:iam::{ACCOUNT}:"), format!("arn:aws:sts::{ACCOUNT}:"));
    let mut all: Vec<String> =
        ["user/", "user/a", "user/m", "root", "ro", "role/", "group/g", "user/x/", "user/x/a"]
            .map(|one| format!("{iam}{one}"))
            .to_vec();
    let of_sts = [
        "",
        "assumed-role/r",
        "assumed-role/r/",
        "assumed-role/r/rs",
        "federated-user/",
        "federated-user/aa",
    ];
    all.extend(of_sts.map(|one| format!("{sts}{one}")));
    all.extend([63, 64].map(|n| format!("{iam}user/{}", "a".repeat(n))));
    all.push(format!("{sts}assumed-role/{}/", "r".repeat(64)));
    all.push(format!("{sts}assumed-role/r/{}", "s".repeat(64)));
    let others = [
        "/",
        "arn:",
        "arn:aws:",
        "arn:aws:iam::",
        "arn:aws:sts::",
        "arn:aws-cn:",
        "arn:aws:iam::1111",
        "arn:aws:iam::9",
        "arn:aws:iam::aws:",
        "a",
        "b",
        "Z",
        "9",
        "@",
        "-1",
        "root",
        ":root",
        "3:root",
        "r/rs",
        "/a",
        "er/a",
        "x/a",
        ":user/a",
        "arn:aws:i",
        "x y",
        "é",
    ];
    all.extend(others.map(str::to_owned));
    all
}

/// Callers that IAM or STS allow.
fn callers() -> Vec<String> {
    let mut all = Vec::new();
    for partition in ["aws", "aws-cn"] {
        for account in [ACCOUNT, "999988887777"] {
            let (iam, sts) =
                (format!("arn:{partition}:iam::{account}:"), format!("arn:{partition}:sts::{account}:"));
            all.push(format!("{iam}root"));
            for name in names() {
                all.extend(["", "x/", "b/9/"].map(|path| format!("{iam}user/{path}{name}")));
                all.push(format!("{sts}federated-user/{name}"));
                for role in ["r", "q", "a", &"r".repeat(64)] {
                    all.push(format!("{sts}assumed-role/{role}/{name}"));
                }
            }
            all.push(format!("{sts}assumed-role/r/{}", "s".repeat(64)));
        }
    }
    all.retain(|one| is_allowed(one));
    all
}

/// What IAM's and STS's pages say of names, paths and sessions.
fn is_allowed(caller: &str) -> bool {
    let name = |text: &str, least: usize, most: usize| {
        let each = |one: char| one.is_ascii_alphanumeric() || "_+=,.@-".contains(one);
        (least..=most).contains(&text.len()) && text.chars().all(each)
    };
    let Some((head, resource)) =
        caller.match_indices(':').nth(4).map(|(at, _)| (&caller[..at], &caller[at + 1..]))
    else {
        return false;
    };
    let parts: Vec<&str> = head.split(':').collect();
    let ["arn", partition, service, "", account] = parts[..] else { return false };
    let twelve = account.len() == 12 && account.bytes().all(|one| one.is_ascii_digit());
    let known = partition == "aws" || partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty());
    twelve
        && known
        && match (service, resource.split_once('/')) {
            ("iam", None) => resource == "root",
            ("iam", Some(("user", rest))) => {
                let (path, last) = rest.rsplit_once('/').unwrap_or(("", rest));
                path.bytes().all(|one| one.is_ascii_graphic()) && path.len() < 511 && name(last, 1, 64)
            }
            ("sts", Some(("assumed-role", rest))) => {
                rest.split_once('/').is_some_and(|(role, session)| name(role, 1, 64) && name(session, 2, 64))
            }
            ("sts", Some(("federated-user", rest))) => name(rest, 2, 32),
            _ => false,
        }
}

/// A piece, or the beginning or the end of a caller, cut anywhere.
fn text() -> impl Strategy<Value = String> {
    let cut = (sample::select(callers()), anything::<sample::Index>());
    prop_oneof![
        4 => sample::select(pieces()),
        1 => cut.clone().prop_map(|(caller, at)| caller[..=at.index(caller.len())].to_owned()),
        1 => cut.prop_map(|(caller, at)| caller[at.index(caller.len())..].to_owned()),
    ]
}

/// A selector with a condition on the caller, and perhaps one on something else.
fn selector() -> impl Strategy<Value = Selector> {
    let value = (sample::select(Operator::ALL.to_vec()), text());
    let deselects = vec![Operator::NotEquals, Operator::NotStartsWith, Operator::NotEndsWith];
    let deselected = (sample::select(deselects), text());
    let values = prop_oneof![
        2 => collection::vec(value, 1..=5),
        3 => collection::vec(deselected, 1..=4),
    ];
    let other = prop_oneof![
        4 => Just(None),
        1 => Just(Some((Field::SessionCredentialFromConsole, Condition::equals(["true"])))),
        1 => Just(Some((Field::EventName, Condition::equals(["Invoke"])))),
        1 => Just(Some((Field::EventName, Condition { not_equals: vec!["Invoke".to_owned()], ..Condition::default() }))),
    ];
    (values, other).prop_map(|(values, other)| {
        let mut caller = Condition::default();
        for (operator, value) in values {
            caller.values_mut(operator).push(value);
        }
        with([(Field::UserIdentityArn, caller)].into_iter().chain(other))
    })
}

fn with(conditions: impl IntoIterator<Item = (Field, Condition)>) -> Selector {
    let kind = Condition::equals([ResourceType::Function.as_str()]);
    let fields = [(Field::EventCategory, Condition::equals(["Data"])), (Field::ResourcesType, kind)];
    let fields = fields.into_iter().chain(conditions);
    let fields = fields.map(|(field, condition)| FieldSelector { field, condition }).collect();
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

/// A loss names a caller that can be, where such a one is lost, too.
fn ask_what_is_lost(before: &Selector, after: &[Selector], callers: &[String]) {
    let Inclusion::Lost { witness, .. } = included(std::slice::from_ref(before), after) else { return };
    let is_lost = |event: &Event| {
        let gone = after.iter().all(|one| matches!(records(one, event), Answer::TurnedAway(_)));
        records(before, event) == Answer::Recorded && gone
    };
    assert!(is_lost(&witness), "{witness:?} is not lost: {before:#?} {after:#?}");
    let Some(named) = witness.user_identity_arn.as_deref().filter(|named| !is_allowed(named)) else { return };
    let of = |caller: &String| Event { user_identity_arn: Some(caller.clone()), ..witness.as_ref().clone() };
    let other = callers.iter().find(|caller| is_lost(&of(caller)));
    assert_eq!(other, None, "`{named}` is named, who cannot be: {before:#?} {after:#?}");
}

/// Asks, holds the answer against the callers made by hand, and gives the witness.
fn ask(all: &[Selector], callers: &[String]) -> Option<Event> {
    let candidates = [Candidate { selectors: Some(all), certain: true }];
    let verdict = decide(&candidates, any(ResourceType::Function));
    let escaping = |like: &Event| {
        let of = |caller: &String| Event { user_identity_arn: Some(caller.clone()), ..like.clone() };
        callers.iter().find(|caller| certainly_escapes(&candidates, &of(caller))).cloned()
    };
    let witness = verdict.escape.map(|escape| escape.witness);
    let Some(witness) = witness else {
        assert_eq!(verdict.state, State::Recorded);
        return None;
    };
    assert!(certainly_escapes(&candidates, &witness), "{witness:?} is recorded: {all:#?}");
    let Some(named) = witness.user_identity_arn.as_deref().filter(|named| !is_allowed(named)) else {
        return Some(witness);
    };
    for name in ["Invoke", "InvokeExecution"] {
        for session_credential_from_console in [false, true] {
            let like = Event { name: name.to_owned(), session_credential_from_console, ..witness.clone() };
            assert_eq!(escaping(&like), None, "`{named}` is named, who cannot be: {all:#?}");
        }
    }
    Some(witness)
}

#[test]
fn a_value_that_a_caller_has_is_named_before_one_that_none_has() {
    let callers = callers();
    let user = |rest: &str| format!("arn:aws:iam::{ACCOUNT}:user/{rest}");
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    for (operator, values, named) in [
        (Operator::NotEquals, ["/".to_owned(), user("a")], Some(user("a"))),
        (Operator::NotEquals, [user(""), user("a")], Some(user("a"))),
        (Operator::NotEndsWith, ["arn:aws:iam::1111".to_owned(), root.clone()], Some(root.clone())),
        (Operator::NotStartsWith, ["arn:aws:iam::aws:".to_owned(), root.clone()], Some(root)),
        (Operator::NotStartsWith, ["/".to_owned(), user(&"a".repeat(64))], None),
    ] {
        let mut caller = Condition::default();
        *caller.values_mut(operator) = values.to_vec();
        let all = [with([(Field::UserIdentityArn, caller)])];
        let witness = ask(&all, &callers).expect("something escapes");
        let told = witness.user_identity_arn.expect("a caller");
        assert!(is_allowed(&told) && named.is_none_or(|named| named == told), "{told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_witness_names_a_caller_that_iam_allows_wherever_one_escapes(all in collection::vec(selector(), 1..=3)) {
        thread_local!(static CALLERS: Vec<String> = callers());
        CALLERS.with(|callers| ask(&all, callers));
    }

    #[test]
    fn a_loss_names_a_caller_that_iam_allows_wherever_one_is_lost(
        before in selector(),
        after in collection::vec(selector(), 1..=2),
    ) {
        thread_local!(static CALLERS: Vec<String> = callers());
        CALLERS.with(|callers| ask_what_is_lost(&before, &after, callers));
    }
}

#[test]
fn a_witness_is_called_by_somebody_of_its_partition() {
    for (partition, region) in
        [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")]
    {
        let of = |kind| Subject::Any { kind, partition, account: "111122223333", region };
        for kind in ResourceType::ALL {
            let escape = decide(&[], of(kind)).escape.expect("nothing records");
            let caller = escape.witness.user_identity_arn.expect("a caller");
            assert!(caller.starts_with(&format!("arn:{partition}:")), "{caller}");
        }
    }
}
