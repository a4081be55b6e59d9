//! `explain --selectors`: what escapes the selectors of one recorder, without any AWS account.

use super::{called, ending, show, subject};
use crate::args::Format;
use crate::commands::Context;
use crate::outcome::Outcome;
use crate::output::read_file;
use crate::problem::{Problem, say};
use anyhow::Result;
use cli::report;
use cloudtrail::json::SelectorsError;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use recording::{Candidate, Subject, decide};
use std::path::Path;

/// The example account and Region in which any function is judged where nobody names one.
const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";

pub(super) fn run(path: &Path, function: Option<&str>, format: Format, context: &Context) -> Result<Outcome> {
    let function = function.map(subject::read).transpose()?;
    let selectors = read(path)?;
    let subject = match &function {
        Some((kind, arn)) => Subject::Named(*kind, arn),
        None => Subject::Any {
            kind: ResourceType::Function,
            partition: partition(&selectors),
            account: ACCOUNT,
            region: REGION,
        },
    };
    let verdict = decide(&[Candidate { selectors: Some(&selectors.list), certain: true }], subject);
    if function.is_none() {
        let told = format!(
            "judged for any function of an example account, {ACCOUNT} in {REGION}; name one with --function ARN"
        );
        say("note", &told);
    }
    let proof = report::explain_selectors(&selectors, subject, &verdict);
    show(&[proof], format, &context.now)?;
    say(
        "next",
        "invoketrail audit  # judges them together with all other recorders, and whether these log and deliver",
    );
    Ok(ending(verdict.state))
}

fn read(path: &Path) -> Result<Selectors> {
    let bytes = read_file(path)?;
    let name = called(path);
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        Problem::new(format!(
            "cannot read {name} as event selectors: it is not UTF-8 text (byte {})",
            error.valid_up_to()
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let help = |error: &SelectorsError| match error {
        SelectorsError::NotJson { .. } | SelectorsError::NoSelectors { .. } => {
            "`aws cloudtrail get-event-selectors --trail-name NAME` prints the selectors of a trail"
        }
        SelectorsError::WrongType { .. }
        | SelectorsError::NotAllowed { .. }
        | SelectorsError::Twice { .. } => {
            "AWS would refuse it too: compare with `aws cloudtrail get-event-selectors --trail-name NAME`"
        }
    };
    cloudtrail::json::from_str(text).map_err(|error| {
        Problem::new(format!("cannot read {name} as event selectors: {error}")).help(help(&error)).into()
    })
}

/// The partition that the selectors are about, where they say so.
fn partition(selectors: &Selectors) -> &'static str {
    let named = |partition: &&&str| selectors.document.contains(&format!("\"arn:{partition}:lambda"));
    cloudtrail::arn::PARTITIONS.iter().find(named).copied().unwrap_or("aws")
}
