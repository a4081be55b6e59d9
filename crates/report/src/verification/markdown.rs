//! A verification as Markdown, for a pull request or to hand over: inert, with every function that is not evidenced.

use super::super::left_out::left_out_sentence;
use super::super::markdown::inert;
use super::super::quantity::{grouped, quantity, size};
use super::super::resource_name::name_in;
use super::super::shortfall::shortfall;
use super::super::validation::digest_sentence;
use super::{NOT_PROVEN, Verification, WHY_MISSING, counted, lag, word};
use audit::evidence::Outcome;
use cloudtrail::arn::Arn;
use logs::text_of;
use std::fmt::Write as _;

/// Rows that are shown: a comment may hold 65,536 characters.
const SHOWN: usize = 200;

/// The verification as Markdown.
#[must_use]
pub fn verification_markdown(verification: &Verification) -> String {
    let mut text = format!("**{}**\n\n", inert(&verification.headline()));
    // Writing into a string cannot fail.
    let _ = rest(verification, &mut text);
    text
}

fn rest(verification: &Verification, text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "{} to {}; records from {}; counts of invocations: {}.",
        text_of(verification.window.start),
        text_of(verification.window.end),
        inert(&verification.places.join(", ")),
        verification.metrics
    )?;
    let sorted = verification.sorted();
    if !sorted.is_empty() {
        text.push_str(
            "\n| Result | Function | Account | Region | Records | Ran | CloudWatch | Last | Lag p99 |\n",
        );
        text.push_str("|---|---|---|---|---:|---:|---:|---|---:|\n");
    }
    for one in sorted.iter().take(SHOWN) {
        let arn = Arn::parse(&one.arn);
        let records = &one.known.records;
        let number = |n: u64| grouped(size(n));
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            word(one.decided.outcome),
            inert(name_in(&one.arn)),
            inert(arn.map_or("", |arn| arn.account)),
            inert(arn.map_or("", |arn| arn.region)),
            number(records.records),
            number(records.executions),
            counted(&one.known.metric).map_or("?".to_owned(), number),
            if records.records > 0 { text_of(records.last) } else { "-".to_owned() },
            records.lag_p99.map_or("-".to_owned(), lag)
        )?;
    }
    if sorted.len() > SHOWN {
        writeln!(text, "\nand {} more.", grouped(sorted.len() - SHOWN))?;
    }
    for one in sorted.iter().take(SHOWN) {
        if one.decided.outcome == Outcome::Missing {
            writeln!(text, "\n- {}: {WHY_MISSING}", inert(name_in(&one.arn)))?;
        }
        for doubt in &one.decided.doubts {
            writeln!(text, "\n- {}: {}", inert(name_in(&one.arn)), inert(&doubt.to_string()))?;
        }
        for note in &one.decided.notes {
            writeln!(text, "\n- {}: {}", inert(name_in(&one.arn)), inert(&note.to_string()))?;
        }
    }
    if let Some(validation) = &verification.digests {
        writeln!(text, "\nDigests: {}", inert(&digest_sentence(validation, &verification.unproven_because)))?;
    }
    let of = &verification.account;
    writeln!(
        text,
        "\nRead {}: {} records, {} unreadable; {}.",
        quantity(size(of.files), ("file", "files")),
        grouped(size(of.records)),
        grouped(size(of.refusals)),
        shortfall(of)
    )?;
    if let Some(read_on) = &verification.read_on {
        writeln!(text, "\n{}", inert(&read_on.sentence()))?;
    }
    if let Some(told) = left_out_sentence(&verification.left_out) {
        writeln!(text, "\n{told}")?;
    }
    for one in verification.unseen.iter().take(SHOWN) {
        writeln!(text, "\n- not read: {}", inert(one))?;
    }
    writeln!(text, "\n{}", inert(NOT_PROVEN))
}
