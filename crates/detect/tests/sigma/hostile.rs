//! Rules and records that mean harm: everything ends, in a sentence.

use crate::{error, error_of, fits, parse, rules, with};
use detect::sigma::{MAX_FILE, MAX_RULES, Rules};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};
use serde_json::{Value, json};
use std::fmt::Write;

#[test]
fn an_expression_that_explodes_is_refused_and_one_that_would_backtrack_is_linear() {
    assert!(error_of("x|re: '(\\w{1,200}){200}'").contains("takes more than 1024 KiB of memory"));
    assert!(error_of("x|re: '((((a{99}){99}){99}){99}){99}'").contains("takes more than 1024 KiB of memory"));
    assert!(
        error(&with(&format!(
            "  sel:\n    x|re: '{}a{}'\n  condition: sel\n",
            "(".repeat(9999),
            ")".repeat(9999)
        )))
        .contains("cannot be used")
    );
    assert!(!fits("x|re: '^(a+)+$'", &json!({"x": format!("{}b", "a".repeat(100_000))})));
    assert!(!fits("x: '*a*a*a*a*a*a*a*a*b'", &json!({"x": "a".repeat(20_000)})));
}

#[test]
fn ten_thousand_rules_load_and_run_and_one_more_is_refused() {
    let rule = |number: usize| {
        format!(
            "title: Rule {number}\nid: 00000000-0000-4000-8000-{number:012}\nlogsource: {{product: aws, service: cloudtrail}}\n\
             detection:\n  sel:\n    eventSource: lambda.amazonaws.com\n    eventName: [Call{number}, Other{number}]\n  filter:\n    \
             userIdentity.type: AWSService\n  condition: sel and not filter\n"
        )
    };
    let mut text: String = (0..MAX_RULES).map(rule).collect::<Vec<_>>().join("---\n");
    let rules = rules(&text);
    assert_eq!(rules.rules().count(), 10_000);
    let record = json!({"eventSource": "lambda.amazonaws.com", "eventName": "Other77", "userIdentity": {"type": "IAMUser"}});
    for _ in 0..100 {
        assert_eq!(rules.matches(&record).iter().map(|rule| rule.0).collect::<Vec<_>>(), [77]);
    }
    assert!(rules.wants(record.to_string().as_bytes()));
    assert!(!rules.wants(br#"{"eventSource":"lambda.amazonaws.com","eventName":"Nothing"}"#));
    text.push_str("---\n");
    text.push_str(&rule(MAX_RULES));
    assert_eq!(error(&text), "r.yml: more than 10000 rules were given");
    assert_eq!(error(&"title: T\n---\n".repeat(200_000)), "r.yml: more than 10000 rules were given");
    // The same over many files.
    let files: Vec<(String, String)> =
        (0..=MAX_RULES).map(|number| (format!("{number}.yml"), rule(number))).collect();
    let errors = Rules::parse(&files).unwrap_err();
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10000.yml: more than 10000 rules were given"]
    );
}

#[test]
fn ten_thousand_correlations_in_a_chain_are_linked() {
    let mut text =
        "title: R\nname: c0\nlogsource: {service: cloudtrail}\ndetection: {sel: {x: 1}, condition: sel}\n"
            .to_owned();
    for number in (1..2000).rev() {
        let before = number - 1;
        write!(text, "---\ntitle: C\nname: c{number}\ncorrelation: {{type: event_count, rules: c{before}, timespan: 1s, condition: {{gte: 1}}}}\n").unwrap();
    }
    let rules = rules(&text);
    let hit = rules.hit(rules.matches(&json!({"x": 1}))[0], &json!({"x": 1}), 0, "e").unwrap();
    assert_eq!(rules.correlate(&[hit]).len(), 1999);
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = level - 1;
        writeln!(text, "a{level}: &a{level} [{}]", vec![format!("*a{before}"); 9].join(", ")).unwrap();
    }
    assert_eq!(
        error(&text),
        "r.yml:2: not readable as YAML: a YAML alias (`*name`) is not supported: write the value out"
    );
    assert!(error(&"[".repeat(100_000)).starts_with("r.yml:1: not readable as YAML: "));
    assert!(error(&format!("title: T\nx: {}", "- ".repeat(100_000))).contains("not readable as YAML: "));
    let long = format!("title: {}\n", "x".repeat(MAX_FILE));
    assert_eq!(error(&long), "r.yml: the file has 16777224 bytes; at most 16777216 are read");
}

#[test]
fn words_of_others_stay_in_one_line() {
    let title = "\\u001b[31mred\\nline\\u202e";
    let text = with("  sel:\n    \"x|bad\\n\\e[0m\": 1\n  condition: sel\n")
        .replace("title: T", &format!("title: \"{title}{}\"", "y".repeat(5000)));
    let said = error(&text);
    assert!(said.chars().count() < 600, "{said}");
    assert!(!said.chars().any(char::is_control), "{said:?}");
}

#[test]
fn too_many_dashes_are_refused() {
    assert!(
        error_of("x|windash: '-a -b -c -d -e -f -g -h'")
            .contains("`windash` would make more than 1000 texts of one")
    );
}

#[test]
fn a_record_of_any_form_is_borne() {
    let rules = rules(&with("  sel:\n    a.b.c|contains: x\n  words: [deep]\n  condition: sel or words\n"));
    let mut deep = json!("deep");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    for record in [
        Value::Null,
        json!(5),
        json!("deep"),
        json!([]),
        json!({"a": deep.clone()}),
        json!({"a": {"b": {"c": deep}}}),
    ] {
        let _ = rules.matches(&record);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", line in "[a-z|*?\\\\'\"\\[\\]{}:, &!-]{0,40}", condition in "[a-z1*() |_]{0,40}") {
        let _ = parse(&text);
        let _ = parse(&with(&format!("  sel:\n    x: 1\n  condition: {condition}\n")));
        let _ = parse(&with(&format!("  sel:\n    {line}: {line}\n  condition: sel\n")));
    }

    #[test]
    fn what_matches_is_wanted(value in "[A-Za-z0-9.:/ \"\\\\é_-]{0,24}", from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), how in 0..4_usize) {
        let chars: Vec<char> = value.chars().collect();
        let (from, to) = (from.index(chars.len() + 1), to.index(chars.len() + 1));
        let piece: String = chars[from.min(to)..from.max(to)].iter().collect();
        let escaped: String = piece.chars().flat_map(|c| (c == '\\').then_some('\\').into_iter().chain([c])).collect();
        let modifier = ["|contains", "", "|contains|cased", "|re"][how];
        if let Ok(rules) = parse(&with(&format!("  sel:\n    x{modifier}: {}\n  condition: sel\n", json!(escaped)))) {
            for record in [json!({ "x": value }), json!({"x": [{"y": value}]}), json!({"x": {"y": value}})] {
                let matched = !rules.matches(&record).is_empty();
                prop_assert!(!matched || rules.wants(record.to_string().as_bytes()), "{}", record);
                prop_assert!(how != 0 || matched || piece.is_empty() || record["x"].is_array() || piece.contains(['"', '\\']), "{} {}", piece, record);
            }
        }
    }

    /// `not not` hides from the index what a rule needs, so that it is tried with every record.
    #[test]
    fn what_is_looked_up_is_what_trying_each_finds(
        field in prop::sample::select(vec!["x", "x.y", "eventName", ""]),
        modifier in prop::sample::select(vec!["", "|contains", "|startswith", "|endswith", "|cased", "|re", "|contains|all", "|neq", "|base64offset|contains"]),
        values in prop::collection::vec("[abKk\u{212a}.*?\\n\"\\\\]{1,6}", 1..4),
        texts in prop::collection::vec("[abKk\u{212a}.\n\"\\\\]{0,8}", 3..4),
    ) {
        let list = serde_json::to_string(&values).unwrap_or_default();
        let detection = |condition: &str| with(&format!("  sel:\n    \"{field}{modifier}\": {list}\n  condition: {condition}\n"));
        let text = format!("{}---\n{}", detection("sel"), detection("not not sel"));
        if let Ok(rules) = parse(&text) {
            let (one, two, three) = (&texts[0], &texts[1], &texts[2]);
            for record in [
                json!({"x": one, "eventName": two}),
                json!({"x": {"y": [one, three]}, "eventName": [two]}),
                json!({"x": [{"y": one, two.as_str(): three}], "z": two}),
            ] {
                let found = rules.matches(&record);
                prop_assert!(found.is_empty() || found.len() == 2, "{}\n{}", text, record);
                let wanted = parse(&detection("sel")).is_ok_and(|alone| alone.wants(record.to_string().as_bytes()));
                prop_assert!(found.is_empty() || wanted, "{}\n{}", text, record);
            }
        }
    }
}
