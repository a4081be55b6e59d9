//! No document of `verify` and `logs validate` says another thing than their answer, which the exit code is made of.

use crate::reports::{STAMP, text_of};
use crate::verifications::{validated, validation, verification};
use audit::answer::Conclusion;
use logs::digest::{State, Validation};
use logs::scan::Account;
use report::{Layout, Validated, Verification};
use serde_json::Value;

const WIDE: Layout = Layout { width: 10_000, colour: false, rows: 20, whole: true, all: true, links: false };

/// The validation with windows of these states alone, and with all that is open beside them or nothing.
fn with(states: &[State], open: bool) -> Validation {
    let mut all = validation();
    for one in &mut all.chains {
        one.windows.retain(|window| states.contains(&window.state));
    }
    all.chains.retain(|one| !one.windows.is_empty());
    let windows = || all.chains.iter().flat_map(|one| &one.windows);
    let count = |state| windows().filter(|window| window.state == state).count() as u64;
    all.totals.chains = all.chains.len() as u64;
    (all.totals.valid, all.totals.not_assertable, all.totals.invalid) =
        (count(State::Valid), count(State::NotAssertable), count(State::Invalid));
    if !open {
        all.unproven.clear();
        all.without.clear();
        all.lacking.clear();
        all.unlisted.clear();
    }
    all
}

const STATES: [&[State]; 5] = [
    &[],
    &[State::Valid],
    &[State::Valid, State::NotAssertable],
    &[State::Valid, State::Invalid],
    &[State::Valid, State::NotAssertable, State::Invalid],
];

fn answer_of(json: &str) -> String {
    let document: Value = serde_json::from_str(json).unwrap();
    document["answer"].as_str().unwrap().to_owned()
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_document_of_a_validation_says_another_thing_than_its_answer() {
    let mut seen = std::collections::BTreeSet::new();
    for states in STATES {
        for open in [false, true] {
            for unseen in [vec![], vec!["a folder".to_owned()]] {
                let validated = Validated { validation: with(states, open), unseen, ..validated() };
                let answer = validated.answer();
                seen.insert(answer.as_str());
                assert_eq!(
                    answer_of(&text_of(|out| report::validation_json(&validated, &STAMP, out))),
                    answer.as_str()
                );
                let head = match answer {
                    Conclusion::Yes | Conclusion::Nothing => "Valid",
                    Conclusion::Undetermined => "Cannot tell",
                    Conclusion::No => "Invalid",
                };
                let text = plain(&report::validation_text(&validated, &WIDE));
                let begins = text.split([':', ' ']).next().unwrap_or_default();
                assert!(text.starts_with(head), "{answer:?} {states:?}: {text}");
                assert_eq!(begins == "Valid", answer == Conclusion::Yes, "{text}");
            }
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["no", "undetermined", "yes"]);
}

/// Every choice of functions of each outcome, of what could be read and of what digests prove.
fn verifications() -> Vec<Verification> {
    let full = verification();
    let mut all = Vec::new();
    for chosen in 0..1_u32 << 5 {
        let functions = full.functions.iter().take(5).enumerate();
        let functions: Vec<_> =
            functions.filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, one)| one.clone()).collect();
        for whole in [true, false] {
            let account = if whole { Account::default() } else { full.account.clone() };
            let digests =
                STATES.iter().flat_map(|states| [Some(with(states, false)), Some(with(states, true))]);
            for digests in digests.chain([None]) {
                for elsewhere in [None, Some(86_400_000..90_000_000)] {
                    all.push(Verification {
                        functions: functions.clone(),
                        account: account.clone(),
                        digests: digests.clone(),
                        elsewhere,
                        unseen: Vec::new(),
                        unproven_because: Vec::new(),
                        ..full.clone()
                    });
                }
            }
        }
    }
    all
}

#[test]
fn no_document_of_a_verification_says_another_thing_than_its_answer() {
    let mut seen = std::collections::BTreeMap::new();
    for one in verifications() {
        let answer = one.answer();
        *seen.entry(answer.as_str()).or_insert(0) += 1;
        assert_eq!(answer_of(&text_of(|out| report::verification_json(&one, &STAMP, out))), answer.as_str());
        let text = plain(&report::verification_text(&one, &WIDE));
        // The window is the next line.
        let headline = text.split(" 1970-01-01T00:00:00Z to ").next().unwrap();
        assert!(text.len() > headline.len() && text.ends_with(headline), "{text}");
        let markdown = plain(&report::verification_markdown(&one));
        assert!(markdown.contains(headline), "{headline}\n{markdown}");
        let accuses = ["left no record", "is not as CloudTrail delivered it"];
        let is_open = ["Unknown for", "undetermined", "not everything could be read", "digests do not prove"];
        let says = |words: &[&str]| words.iter().any(|words| headline.contains(words));
        match answer {
            Conclusion::No => assert!(says(&accuses), "{headline}"),
            Conclusion::Undetermined => assert!(says(&is_open) && !says(&accuses), "{headline}"),
            Conclusion::Yes | Conclusion::Nothing => {
                assert!(!says(&is_open) && !says(&accuses), "{headline}")
            }
        }
    }
    assert!(seen.len() == 4 && seen.values().all(|count| *count > 1), "{seen:?}");
}
