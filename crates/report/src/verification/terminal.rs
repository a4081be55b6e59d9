//! A verification for a person: the answer, each function, the reasons, and what was read for it.

use super::super::left_out;
use super::super::page::{Align, Layout, Page, Span, Style};
use super::super::quantity::{grouped, quantity, size};
use super::super::resource_name::name_in;
use super::super::shortfall::shortfall;
use super::super::validation::{digest_lines, digest_sentence, key_line};
use super::{NOT_PROVEN, Verification, VerifiedFunction, WHY_MISSING, counted, lag, word};
use audit::evidence::Outcome;
use cloudtrail::arn::Arn;
use logs::text_of;
use std::collections::BTreeMap;

/// Troubles and other lines of a list that are shown.
const SHOWN: usize = 5;

/// The verification as text. Nothing from outside reaches the terminal unescaped.
#[must_use]
pub fn verification_text(verification: &Verification, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    page.answer(Style::Strong, &verification.headline());
    let window = format!(
        "{} to {}, {}",
        text_of(verification.window.start),
        text_of(verification.window.end),
        source(verification)
    );
    page.paragraph(0, (Style::Dim, ""), (Style::Dim, &window));
    table(verification, &mut page);
    reasons(verification, &mut page);
    digests(verification, &mut page);
    account(verification, &mut page);
    page.gap();
    page.paragraph(0, (Style::Dim, ""), (Style::Dim, NOT_PROVEN));
    page.into_text()
}

fn source(verification: &Verification) -> String {
    let places = match verification.places.as_slice() {
        [] => "no place with records".to_owned(),
        [one] => format!("records from {one}"),
        [one, rest @ ..] => {
            format!("records from {one} and {} more", quantity(rest.len(), ("place", "places")))
        }
    };
    let metrics = match verification.metrics {
        "cloudwatch" => "counts from CloudWatch",
        "file" => "CloudWatch's counts from a file",
        _ => "no counts of invocations",
    };
    format!("{places}, {metrics}")
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Evidenced => Style::Good,
        Outcome::Idle => Style::Plain,
        Outcome::Missing => Style::Bad,
        Outcome::Undetermined => Style::Open,
    }
}

/// What the columns count.
const COLUMNS: &str = "Ran: runs that these records show. CloudWatch: runs that it counted. Lag: from a call to the delivery of its record.";

fn table(verification: &Verification, page: &mut Page) {
    let sorted = verification.sorted();
    if sorted.is_empty() {
        return;
    }
    let rows = page.rows().max(1);
    let shown = &sorted[..sorted.len().min(rows)];
    let heads = [
        ("Result", Align::Left),
        ("Function", Align::Left),
        ("Account", Align::Left),
        ("Region", Align::Left),
        ("Records", Align::Right),
        ("Ran", Align::Right),
        ("CloudWatch", Align::Right),
        ("First (UTC)", Align::Left),
        ("Last", Align::Left),
        ("Lag p50", Align::Right),
        ("p99", Align::Right),
    ];
    page.gap();
    // How late records come, and when, can be read elsewhere.
    page.table_without(&heads, &shown.iter().map(|one| row(one)).collect::<Vec<_>>(), 4);
    page.paragraph(2, (Style::Dim, ""), (Style::Dim, COLUMNS));
    let more = sorted.len() - shown.len();
    if more > 0 {
        let told = format!("and {} more: all are in --format json or --output FILE", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

fn row(one: &VerifiedFunction) -> Vec<Span> {
    let plain = |text: String| (Style::Plain, text);
    let arn = Arn::parse(&one.arn);
    let records = &one.known.records;
    let seen = records.records > 0;
    let time = |at: i64| if seen { short_time(at) } else { "-".to_owned() };
    let number = |n: u64| grouped(size(n));
    let far = one.decided.notes.iter().any(|note| matches!(note, audit::evidence::Note::FarFewer { .. }));
    let outcome = one.decided.outcome;
    vec![
        (style(outcome), word(outcome).to_owned()),
        plain(format!("{}{}", name_in(&one.arn), if one.listed { "" } else { " *" })),
        plain(arn.map_or("-", |arn| arn.account).to_owned()),
        plain(arn.map_or("-", |arn| arn.region).to_owned()),
        plain(number(records.records)),
        (if far { Style::Open } else { Style::Plain }, number(records.executions)),
        plain(counted(&one.known.metric).map_or("?".to_owned(), number)),
        plain(time(records.first)),
        plain(time(records.last)),
        plain(records.lag_p50.map_or("-".to_owned(), in_one_word)),
        plain(records.lag_p99.map_or("-".to_owned(), in_one_word)),
    ]
}

/// `12min`: a cell that is broken between the number and its unit reads as two.
fn in_one_word(seconds: u64) -> String {
    lag(seconds).replace(' ', "")
}

/// `11-21 13:00`
fn short_time(at: i64) -> String {
    text_of(at).get(5..16).unwrap_or_default().replacen('T', " ", 1)
}

/// Why, once for all functions of the same reason.
fn reasons(verification: &Verification, page: &mut Page) {
    let mut by: BTreeMap<(Outcome, String), Vec<&str>> = BTreeMap::new();
    let mut notes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in &verification.functions {
        if one.decided.outcome == Outcome::Missing {
            by.entry((Outcome::Missing, WHY_MISSING.to_owned())).or_default().push(&one.arn);
        }
        for doubt in &one.decided.doubts {
            by.entry((Outcome::Undetermined, doubt.to_string())).or_default().push(&one.arn);
        }
        for note in &one.decided.notes {
            notes.entry(note.to_string()).or_default().push(&one.arn);
        }
    }
    let listed = |arns: &[&str]| {
        let mut told = arns.iter().take(SHOWN).map(|arn| whole_name(arn)).collect::<Vec<_>>().join(", ");
        if arns.len() > SHOWN {
            told.push_str(&format!(" and {} more", arns.len() - SHOWN));
        }
        told
    };
    if !by.is_empty() {
        page.heading("Reasons");
    }
    for ((outcome, why), arns) in &by {
        page.paragraph(2, (style(*outcome), &format!("{}: ", word(*outcome))), (Style::Plain, &listed(arns)));
        page.paragraph(4, (Style::Plain, ""), (Style::Plain, why));
    }
    let unlisted = verification.functions.iter().any(|one| !one.listed);
    if !notes.is_empty() || unlisted || verification.others > 0 || verification.foreign > 0 {
        page.heading("Notes");
    }
    for (note, arns) in &notes {
        page.paragraph(2, (Style::Open, &format!("{}: ", listed(arns))), (Style::Plain, note));
    }
    if unlisted {
        let told = "* Only records name it; the inventory does not (deleted, renamed, or not listed).";
        page.paragraph(2, (Style::Plain, ""), (Style::Plain, told));
    }
    if verification.others > 0 {
        let told = format!(
            "Not verified: {}, because CloudWatch's metric counts only functions.",
            quantity(
                verification.others,
                ("web function or MicroVM image", "web functions and MicroVM images")
            )
        );
        page.paragraph(2, (Style::Plain, ""), (Style::Plain, &told));
    }
    if verification.foreign > 0 {
        let told = format!(
            "Delivered to another account than their function's: {}. They prove nothing about the owner's trail.",
            quantity(size(verification.foreign), ("record", "records"))
        );
        page.paragraph(2, (Style::Plain, ""), (Style::Plain, &told));
    }
}

/// `orders (444455556666 eu-west-1)`
fn whole_name(arn: &str) -> String {
    match Arn::parse(arn) {
        Some(parsed) => format!("{} ({} {})", name_in(arn), parsed.account, parsed.region),
        None => arn.to_owned(),
    }
}

fn digests(verification: &Verification, page: &mut Page) {
    let Some(validation) = &verification.digests else { return };
    page.heading("Digests");
    page.paragraph(
        2,
        (Style::Plain, ""),
        (Style::Plain, &digest_sentence(validation, &verification.unproven_because)),
    );
    key_line(&verification.keys, 2, page);
    digest_lines(validation, &verification.unproven_because, page);
}

fn account(verification: &Verification, page: &mut Page) {
    let of = &verification.account;
    let count = |n: u64| grouped(size(n));
    page.gap();
    let told = format!(
        "Read {}: {} records, {} of invocations; {} duplicates ignored, {} unreadable.",
        quantity(size(of.files - of.unread), ("file", "files")),
        count(of.records),
        count(of.invocations),
        count(verification.copies),
        count(of.refusals)
    );
    page.paragraph(0, (Style::Plain, ""), (Style::Plain, &told));
    if let Some(read_on) = &verification.read_on {
        page.paragraph(0, (Style::Plain, ""), (Style::Plain, &read_on.sentence()));
    }
    left_out::line(&verification.left_out, page);
    if !of.is_whole() {
        page.heading(&shortfall(of));
        for trouble in of.troubles.iter().take(SHOWN) {
            let at = trouble.offset.map(|offset| format!(", byte {offset}")).unwrap_or_default();
            page.paragraph(
                2,
                (Style::Open, &format!("{}{at}: ", trouble.file)),
                (Style::Plain, &trouble.why),
            );
        }
        let more = of.troubles.len().saturating_sub(SHOWN);
        if more > 0 {
            page.paragraph(2, (Style::Dim, ""), (Style::Dim, &format!("and {} more", grouped(more))));
        }
    }
    if !verification.unseen.is_empty() {
        page.heading("Not read");
        for one in verification.unseen.iter().take(SHOWN) {
            page.paragraph(2, (Style::Plain, ""), (Style::Open, one));
        }
        let more = verification.unseen.len().saturating_sub(SHOWN);
        if more > 0 {
            page.paragraph(2, (Style::Dim, ""), (Style::Dim, &format!("and {} more", grouped(more))));
        }
    }
}
