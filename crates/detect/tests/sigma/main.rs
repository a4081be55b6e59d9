//! Rules in the Sigma format: what they match, what is refused, and what correlations find.

mod conditions;
mod correlations;
mod export;
mod hostile;
mod modifiers;
mod prefilter;
mod refused;
mod shapes;

use detect::sigma::{Rule, RuleId, Rules};
use serde_json::Value;

/// The rules of one file.
fn parse(text: &str) -> Result<Rules, Vec<String>> {
    Rules::parse(&[("r.yml".to_owned(), text.to_owned())])
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// What runs.
fn listed(rules: &Rules) -> Vec<&Rule> {
    rules.rules().map(|(_, rule)| rule).collect()
}

fn rules(text: &str) -> Rules {
    parse(text).map_err(|errors| format!("{}\n{text}", errors.join("\n"))).expect("rules that are read")
}

/// A rule with this detection, which is indented by two.
fn with(detection: &str) -> String {
    format!("title: T\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n{detection}")
}

/// True iff a rule whose one selection is this line matches the record, and the two ways to skip a rule do not skip it.
fn fits(line: &str, record: &Value) -> bool {
    matched(&rules(&with(&format!("  sel:\n    {line}\n  condition: sel\n"))), record)
}

fn matched(rules: &Rules, record: &Value) -> bool {
    let found = rules.matches(record);
    let raw = record.to_string();
    assert!(found.is_empty() || rules.wants(raw.as_bytes()), "skipped, and it matches: {raw}");
    found == [RuleId(0)]
}

/// The one error of a rule.
fn error(text: &str) -> String {
    let mut errors = parse(text).expect_err("rules that are refused");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(!errors[0].contains('\n'), "{}", errors[0]);
    errors.remove(0)
}

fn error_of(line: &str) -> String {
    error(&with(&format!("  sel:\n    {line}\n  condition: sel\n")))
}
