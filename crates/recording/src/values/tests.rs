//! The classes of a domain, against all short texts of the domain.

use super::{Alphabet, Domain};
use crate::table::Table;
use cloudtrail::selector::{Condition, Operator};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use proptest::{collection, sample};
use std::collections::{BTreeMap, BTreeSet};

/// All texts over `letters` of `shortest` to `longest` letters.
fn texts(letters: &str, shortest: usize, longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|text| letters.chars().map(move |c| format!("{text}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all.retain(|text| text.len() >= shortest);
    all
}

/// Conditions whose values are texts over `a` and `b`, with and without the prefix `p:`, some of them out of the domain.
fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let text = || sample::select(texts("ab", 0, 2));
    let value = prop_oneof![
        6 => text().prop_map(|text| (format!("p:{text}"), text)),
        1 => text().prop_map(|text| (format!("p:{text}"), format!(":{text}"))),
        1 => text().prop_map(|text| (format!("p:{text}é"), format!("é{text}"))),
        1 => text().prop_map(|text| (text.clone(), format!("p:{text}"))),
    ];
    let one = collection::vec((sample::select(Operator::ALL.to_vec()), value), 0..=6).prop_map(|values| {
        let mut condition = Condition::default();
        for (operator, (beginning, end)) in values {
            let from_the_end = matches!(operator, Operator::EndsWith | Operator::NotEndsWith);
            condition.values_mut(operator).push(if from_the_end { end } else { beginning });
        }
        condition
    });
    collection::vec(one, 1..=3)
}

/// Conditions that between them list nearly every letter at one end: where a limited alphabet makes the difference.
fn crowded_conditions() -> impl Strategy<Value = Vec<Condition>> {
    let operators = sample::select(vec![
        [Operator::StartsWith, Operator::EndsWith],
        [Operator::NotStartsWith, Operator::NotEndsWith],
        [Operator::StartsWith, Operator::NotEndsWith],
    ]);
    let subset = || sample::subsequence(texts("ab", 1, 3), 1..=12);
    let one = (operators, subset(), subset(), sample::subsequence(texts("ab", 1, 3), 0..=3)).prop_map(
        |([start, end], starts, ends, equal)| {
            let mut condition = Condition::default();
            condition.values_mut(start).extend(starts.iter().map(|text| format!("p:{text}")));
            condition.values_mut(end).extend(ends);
            condition.not_equals.extend(equal.iter().map(|text| format!("p:{text}")));
            condition
        },
    );
    collection::vec(one, 1..=2)
}

/// One text of a class, and what each condition does with it.
#[derive(Debug)]
struct Found {
    representative: Option<String>,
    admitted: Vec<bool>,
}

fn classes(domain: &Domain, conditions: &[Condition]) -> Vec<Found> {
    let table = Table::new(domain, &conditions.iter().collect::<Vec<_>>()).expect("it is small");
    let all = table.classes(usize::MAX).expect("there is no limit");
    let found = all.iter().map(|class| Found {
        representative: table.text(class.pick),
        admitted: (0..conditions.len()).map(|at| class.admitted.has(at)).collect(),
    });
    found.collect()
}

/// What the conditions do with a text, asked of the definition.
fn admitted(conditions: &[Condition], text: Option<&str>) -> Vec<bool> {
    conditions.iter().map(|one| one.turns_away(text).is_none()).collect()
}

fn within(domain: &Domain, text: Option<&str>) -> bool {
    let Domain::Strings { prefix, alphabet, absent, .. } = domain else { return true };
    let Some(text) = text else { return *absent };
    text.strip_prefix(prefix.as_str()).is_some_and(|rest| match alphabet {
        Alphabet::Any => true,
        Alphabet::Of(letters) => !rest.is_empty() && rest.chars().all(|c| letters.contains(c)),
    })
}

/// Every class of `all` is found, only once, and what is found is of the domain and of its class.
fn assert_complete(domain: &Domain, conditions: &[Condition], all: &[Option<String>]) {
    let found = classes(domain, conditions);
    let mut expected: BTreeMap<Vec<bool>, &Option<String>> = BTreeMap::new();
    for text in all {
        expected.entry(admitted(conditions, text.as_deref())).or_insert(text);
    }
    let distinct: BTreeSet<Vec<bool>> = found.iter().map(|class| class.admitted.clone()).collect();
    assert_eq!(distinct.len(), found.len(), "two classes are one");
    for class in &found {
        let text = class.representative.as_deref();
        assert_eq!(
            class.admitted,
            admitted(conditions, text),
            "{text:?} is not of its class: {conditions:#?}"
        );
        assert!(within(domain, text), "{text:?} is not of the domain: {conditions:#?}");
    }
    for (class, text) in expected {
        assert!(distinct.contains(&class), "{text:?} is left out: {conditions:#?}\n{found:#?}");
    }
}

fn limited(letters: &'static str) -> Domain {
    Domain::Strings {
        prefix: "p:".to_owned(),
        alphabet: Alphabet::Of(letters),
        absent: false,
        credible: Vec::new(),
    }
}

fn names(letters: &str, longest: usize) -> Vec<Option<String>> {
    texts(letters, 1, longest).into_iter().map(|name| Some(format!("p:{name}"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn over_two_letters_no_text_is_left_out_and_none_invented(
        conditions in prop_oneof![conditions(), crowded_conditions()]
    ) {
        assert_complete(&limited("ab"), &conditions, &names("ab", 8));
    }

    #[test]
    fn over_one_letter_no_text_is_left_out_and_none_invented(
        conditions in prop_oneof![conditions(), crowded_conditions()]
    ) {
        assert_complete(&limited("a"), &conditions, &names("a", 40));
    }

    #[test]
    fn over_any_letters_no_text_is_left_out_and_none_invented(
        conditions in conditions(),
        (prefix, absent) in (sample::select(vec!["", "p:", "p:a"]), prop_oneof![Just(true), Just(false)]),
    ) {
        let prefix = prefix.to_owned();
        // What a value can hold, a letter that none holds, and what a value can hold.
        let mut all: Vec<Option<String>> = Vec::new();
        let listed = || {
            conditions.iter().flat_map(|one| Operator::ALL.map(|operator| one.values(operator))).flatten()
        };
        let starts: Vec<&str> = listed().map(String::as_str).chain(["", &prefix]).collect();
        for start in &starts {
            for new in ["", "z", "zz"] {
                for end in texts("ab", 0, 2) {
                    all.extend(["", ":", "é", "p:"].map(|before| Some(format!("{start}{new}{before}{end}"))));
                }
            }
        }
        for value in listed() {
            all.extend(["", "p:z", "p:az"].map(|before| Some(format!("{before}{value}"))));
            all.extend(["", "z"].map(|after| Some(format!("{value}{after}"))));
        }
        all.retain(|text| text.as_ref().is_some_and(|text| text.starts_with(&prefix) && !text.is_empty()));
        if absent {
            all.push(None);
        }
        let domain = Domain::Strings { prefix, alphabet: Alphabet::Any, absent, credible: Vec::new() };
        assert_complete(&domain, &conditions, &all);
    }
}

#[test]
fn a_flag_is_absent_or_true() {
    let conditions = [Condition::equals(["true"])];
    assert_complete(&Domain::Flag, &conditions, &[None, Some("true".to_owned())]);
    assert_eq!(classes(&Domain::Flag, &conditions).len(), 2);
}

#[test]
fn a_credible_text_speaks_for_its_class() {
    let user = "arn:aws:iam::111122223333:user/example".to_owned();
    let domain = Domain::Strings {
        prefix: String::new(),
        alphabet: Alphabet::Any,
        absent: true,
        credible: vec![user.clone()],
    };
    let found = classes(&domain, &[Condition { not_equals: vec!["x".to_owned()], ..Condition::default() }]);
    assert_eq!(found[0].representative, Some(user));
}
