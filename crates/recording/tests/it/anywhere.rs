//! `anywhere` says of selectors what the oracle finds by trying every ARN that their values can make.

use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use oracle::anywhere::{escaping, is_function, is_recorded, selectors};
use proptest::prelude::{ProptestConfig, proptest};
use recording::{Anywhere, Candidate, State, anywhere};

fn ask(selectors: &[Selector]) -> Anywhere {
    anywhere(&[Candidate { selectors: Some(selectors), certain: true }], ResourceType::Function, None)
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn anywhere_agrees_with_the_oracle(selectors in selectors()) {
        let answer = ask(&selectors);
        let escaping = escaping(&selectors);
        assert!(answer.complete);
        let recorded = answer.verdict.state == State::Recorded;
        assert_eq!(recorded, escaping.is_none(), "{escaping:?}\n{selectors:#?}\n{answer:#?}");
        // A no is shown with a function that can exist and that no selector records.
        if let Some(escape) = &answer.verdict.escape {
            let arn = &escape.witness.resource.as_ref().unwrap().arn;
            assert!(is_function(arn) && !is_recorded(&selectors, arn), "{arn}\n{selectors:#?}");
        }
    }
}

fn read(text: &str) -> Vec<Selector> {
    cloudtrail::selector_json::from_str(text).expect("selectors").list
}

/// Selectors of functions, each with one condition on the ARN.
fn conditions(all: &[String]) -> Vec<Selector> {
    let selector = |condition: &String| {
        format!(
            r#"{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},{{"Field":"resources.ARN",{condition}}}]}}"#
        )
    };
    read(&format!("[{}]", all.iter().map(selector).collect::<Vec<_>>().join(",")))
}

#[test]
fn what_begins_with_the_shorter_and_not_with_the_longer_escapes() {
    let answer = ask(&conditions(&[
        r#""NotStartsWith":["arn:aws:lambda:us-"]"#.to_owned(),
        r#""StartsWith":["arn:aws:lambda:us-east-1:"]"#.to_owned(),
    ]));
    assert_eq!((answer.verdict.state, answer.place.region.as_str()), (State::NotRecorded, "us-west-2"));
}

#[test]
fn beyond_the_limit_nothing_is_said_to_be_recorded() {
    let many = |make: &dyn Fn(usize) -> String| (0..120).map(make).collect::<Vec<_>>().join(",");
    let begins = many(&|n| format!(r#""arn:aws:lambda:us-east-1:{:04}""#, n * 83));
    let ends = many(&|n| format!(r#""{:08}:function:f""#, n * 791_911 % 100_000_000));
    let answer = ask(&conditions(&[
        format!(r#""StartsWith":[{begins}],"EndsWith":[{ends}]"#),
        format!(r#""NotStartsWith":[{begins}],"NotEndsWith":[{ends}]"#),
    ]));
    assert!(!answer.complete);
    assert_eq!(answer.verdict.state, State::Undetermined);
}

#[test]
fn five_hundred_functions_in_many_places_are_told_apart() {
    let arn = |n: usize| {
        format!(r#""arn:aws:lambda:xx-east-{}:{:012}:function:f{n}""#, n % 20 + 1, 100_000_000_000 + n % 50)
    };
    let all: Vec<String> = (0..500).map(arn).collect();
    let answer = ask(&conditions(&[
        format!(r#""NotEquals":[{}]"#, all.join(",")),
        format!(r#""Equals":[{}]"#, all[1..].join(",")),
    ]));
    assert!(answer.complete && !answer.alike);
    assert_eq!(answer.verdict.state, State::PartiallyRecorded);
    assert_eq!((answer.place.region.as_str(), answer.place.account.as_str()), ("xx-east-1", "100000000000"));
}
