//! Rules in the Sigma format: what they match, what is refused, and what correlations find.

mod conditions;
mod correlations;
mod export;
mod hostile;
mod modifiers;
mod prefilter;
mod refused;
mod shapes;

use detect::sigma::{RuleId, Rules};
use serde_json::Value;

/// The rules of one file.
fn parse(text: &str) -> Result<Rules, Vec<String>> {
    Rules::parse(&[("r.yml".to_owned(), text.to_owned())])
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn rules(text: &str) -> Rules {
    parse(text).unwrap_or_else(|errors| panic!("{}\n{text}", errors.join("\n")))
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
    match parse(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(errors) => {
            assert_eq!(errors.len(), 1, "{errors:#?}");
            assert!(!errors[0].contains('\n'), "{}", errors[0]);
            errors[0].clone()
        }
    }
}

fn error_of(line: &str) -> String {
    error(&with(&format!("  sel:\n    {line}\n  condition: sel\n")))
}
