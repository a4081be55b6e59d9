//! A validation for a person: the answer, each chain, what is not valid and why, files that nothing proves.

use super::super::left_out;
use super::super::page::{Align, Layout, Page, Span, Style};
use super::super::quantity::{grouped, quantity, size};
use super::unproven::{all_files, why};
use super::{Validated, of_digests, state, times};
use audit::answer::Conclusion;
use logs::digest::{Chain, KeySource, State, ValidatedChain, Validation, Window};
use logs::{LeftOut, text_of};
use std::collections::BTreeMap;

/// Windows, and reasons of one window, and files that are shown.
const SHOWN: usize = 20;

/// The validation as text. Nothing from outside reaches the terminal unescaped.
#[must_use]
pub fn validation_text(validated: &Validated, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let validation = &validated.validation;
    page.answer(Style::Strong, &digest_sentence(validation, &validated.unseen));
    let asked = match (validated.asked.from, validated.asked.to) {
        (Some(from), Some(to)) => times(from, to),
        (Some(from), None) => format!("{} and later", text_of(from)),
        (None, Some(to)) => format!("until {}", text_of(to)),
        (None, None) => "all days".to_owned(),
    };
    let places = validated.places.join(", ");
    page.paragraph(0, (Style::Dim, ""), (Style::Dim, &format!("{asked}, in {places}")));
    if let Some(end) = validated.asked.to.is_none().then(|| end(validation)).flatten() {
        let told = format!(
            "the newest digest ends at {}, and nothing says whether later ones were taken away",
            text_of(end)
        );
        page.paragraph(0, (Style::Dim, ""), (Style::Dim, &told));
    }
    if let Some((begin, several)) = validated.asked.from.is_none().then(|| begin(validation)).flatten() {
        let first = if several { "the first digests name others" } else { "the first digest names another" };
        let told = format!(
            "{first} before {}: earlier ones are not here, and nothing says whether they expired or were taken away",
            text_of(begin)
        );
        page.paragraph(0, (Style::Dim, ""), (Style::Dim, &told));
    }
    key_line(&validated.keys, 0, &mut page);
    chains(validation, &mut page);
    digest_lines(validation, &validated.unseen, &mut page);
    if validated.left_out != LeftOut::default() {
        page.gap();
        left_out::line(&validated.left_out, &mut page);
    }
    page.into_text()
}

/// When the newest digest ends, of the chain whose newest is the oldest; `None` iff there is no digest.
fn end(validation: &Validation) -> Option<i64> {
    let chains = validation.chains.iter().filter(|one| !one.chain.backfill);
    let newest = |one: &ValidatedChain| {
        one.windows.iter().filter(|window| window.digest.is_some()).map(|window| window.to).max()
    };
    chains.filter_map(newest).min()
}

/// When the first digest begins that names one before it, of the chain where that is latest, and whether there are several such chains;
/// `None` iff all chains are here from their start.
fn begin(validation: &Validation) -> Option<(i64, bool)> {
    let chains = validation.chains.iter().filter(|one| !one.chain.backfill);
    let is_cut = |window: &&Window| {
        window.notes.iter().any(|note| matches!(note, logs::digest::Note::BeginsBefore { .. }))
    };
    let begins: Vec<i64> =
        chains.filter_map(|one| one.windows.iter().find(is_cut)).map(|one| one.from).collect();
    Some((begins.iter().copied().max()?, begins.len() > 1))
}

/// The answer in one sentence.
pub(crate) fn digest_sentence(validation: &Validation, unseen: &[String]) -> String {
    let totals = &validation.totals;
    if totals.chains == 0 && !validation.unlisted.is_empty() {
        return "Cannot tell: no digest was found, and not everything could be listed.".to_owned();
    }
    if totals.chains == 0 {
        return "Cannot tell: there is no digest, so nothing proves the log files.".to_owned();
    }
    let count = |n: u64| grouped(size(n));
    let windows = totals.valid + totals.not_assertable + totals.invalid;
    let of_windows = |some: u64, what: &str| {
        let verb = if some == 1 { "is" } else { "are" };
        format!("{} of {} {verb} {what}", count(some), quantity(size(windows), ("window", "windows")))
    };
    let head = match of_digests(validation, unseen) {
        Conclusion::Yes | Conclusion::Nothing => "Valid",
        Conclusion::Undetermined => "Cannot tell",
        Conclusion::No => "Invalid",
    };
    // What decides comes first.
    let mut parts = Vec::new();
    if totals.invalid > 0 {
        parts.push(of_windows(totals.invalid, "invalid"));
    }
    if totals.not_assertable > 0 {
        parts.push(of_windows(totals.not_assertable, "not assertable"));
    }
    let mut about = String::new();
    if !validation.unproven.is_empty() {
        let n = validation.unproven.len();
        let files = match all_files(validation) {
            Some(all) => format!("{} of {}", grouped(n), quantity(size(all), ("log file", "log files"))),
            None => quantity(n, ("log file", "log files")),
        };
        if parts.is_empty() {
            about = format!(" for {files}");
            parts.push(format!("no valid digest lists {}", if n == 1 { "it" } else { "them" }));
        } else {
            parts.push(format!("no valid digest lists {files}"));
        }
    }
    for (missing, told) in [
        (!validation.without.is_empty(), "some accounts or Regions that were named have no digest"),
        (!validation.lacking.is_empty(), "a trail that delivers there has too few digests"),
        (!validation.unlisted.is_empty(), "not everything could be listed"),
        (validation.unlisted.is_empty() && !unseen.is_empty(), "not everything could be read"),
    ] {
        if missing {
            parts.push(told.to_owned());
        }
    }
    let files = quantity(size(totals.files.listed), ("listed log file", "listed log files"));
    let verb = if totals.files.proven == 1 { "is" } else { "are" };
    parts.push(format!("{} of {files} {verb} as delivered", count(totals.files.proven)));
    if totals.valid > 0 {
        parts.push(of_windows(totals.valid, "valid"));
    }
    format!("{head}{about}: {}.", parts.join("; "))
}

fn chains(validation: &Validation, page: &mut Page) {
    if validation.chains.is_empty() {
        return;
    }
    let heads = [
        ("Account", Align::Left),
        ("Region", Align::Left),
        ("Trail", Align::Left),
        ("Valid", Align::Right),
        ("Not assertable", Align::Right),
        ("Invalid", Align::Right),
        ("Files", Align::Right),
        ("Proven", Align::Right),
    ];
    let shown = &validation.chains[..validation.chains.len().min(page.rows().max(1))];
    page.gap();
    page.table(&heads, &shown.iter().map(row).collect::<Vec<_>>());
    let more = validation.chains.len() - shown.len();
    if more > 0 {
        let told = format!("and {} more: all are in --format json", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

fn row(one: &ValidatedChain) -> Vec<Span> {
    let count = |wanted| one.windows.iter().filter(|window| window.state == wanted).count();
    let files = |of: fn(&Window) -> u64| grouped(size(one.windows.iter().map(of).sum()));
    let styled = |style, n: usize| (if n > 0 { style } else { Style::Dim }, grouped(n));
    vec![
        (Style::Plain, one.chain.account.clone()),
        (Style::Plain, one.chain.region.clone()),
        (Style::Plain, trail(&one.chain)),
        styled(Style::Good, count(State::Valid)),
        styled(Style::Open, count(State::NotAssertable)),
        styled(Style::Bad, count(State::Invalid)),
        (Style::Plain, files(|window| window.files.listed)),
        (Style::Plain, files(|window| window.files.proven)),
    ]
}

fn trail(chain: &Chain) -> String {
    let organization = chain.organization.as_ref().map(|id| format!(" of {id}")).unwrap_or_default();
    let backfill = if chain.backfill { ", backfill" } else { "" };
    format!("{}{organization}{backfill}", chain.trail)
}

/// What is not valid and why, files that nothing proves, and what was not seen.
pub(crate) fn digest_lines(validation: &Validation, unseen: &[String], page: &mut Page) {
    let mut bad: Vec<(&Chain, &Window)> = Vec::new();
    for chain in &validation.chains {
        let windows = chain.windows.iter().filter(|window| window.state != State::Valid);
        bad.extend(windows.map(|window| (&chain.chain, window)));
    }
    bad.sort_by_key(|(chain, window)| (std::cmp::Reverse(window.state), *chain, window.to));
    if let Some((_, worst)) = bad.first() {
        page.heading(if worst.state == State::Invalid { "Not valid" } else { "Not assertable" });
    }
    for (chain, window) in bad.iter().take(SHOWN) {
        let style = if window.state == State::Invalid { Style::Bad } else { Style::Open };
        let place = format!("{} {} {}", chain.account, chain.region, trail(chain));
        let label = format!("{}: ", state(window.state));
        page.paragraph(
            2,
            (style, &label),
            (Style::Plain, &format!("{}, {place}", times(window.from, window.to))),
        );
        for reason in window.reasons.iter().take(SHOWN) {
            page.paragraph(4, (Style::Plain, "- "), (Style::Plain, &reason.to_string()));
        }
        let more = window.reasons.len().saturating_sub(SHOWN);
        if more > 0 {
            page.paragraph(4, (Style::Dim, ""), (Style::Dim, &format!("and {} more", grouped(more))));
        }
    }
    if bad.len() > SHOWN {
        let told = format!("and {} more: all are in --format json", grouped(bad.len() - SHOWN));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
    files(validation, page);
    without(validation, page);
    lacking(validation, page);
    let strangers =
        validation.strangers.iter().map(|key| format!("{key}: it does not have the name of a digest"));
    let unseen: Vec<String> = unseen.iter().cloned().chain(strangers).collect();
    if !unseen.is_empty() {
        page.heading("Not read");
        for one in unseen.iter().take(SHOWN) {
            page.paragraph(2, (Style::Plain, ""), (Style::Open, one));
        }
        if unseen.len() > SHOWN {
            let told = format!("and {} more", grouped(unseen.len() - SHOWN));
            page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
        }
    }
}

fn files(validation: &Validation, page: &mut Page) {
    if validation.unproven.is_empty() {
        return;
    }
    let n = quantity(
        validation.unproven.len(),
        ("log file that no digest proves", "log files that no digest proves"),
    );
    page.heading(&n);
    unproven_places(validation, page);
    let mut last = String::new();
    let mut sorted: Vec<_> = validation.unproven.iter().map(|file| (why(validation, file), file)).collect();
    sorted.sort_by(|(one, a), (other, b)| (a.why, one, a).cmp(&(b.why, other, b)));
    for (why, file) in sorted.iter().take(SHOWN) {
        if last != *why {
            page.paragraph(2, (Style::Plain, ""), (Style::Plain, &format!("{why}:")));
            last.clone_from(why);
        }
        let key = logs::ObjectKey::parse(&file.key).map_or(file.key.as_str(), |key| key.below);
        page.line(4, Style::Plain, key);
    }
    if sorted.len() > SHOWN {
        let told = format!("and {} more: all are in --format json", grouped(sorted.len() - SHOWN));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// How digests come to log files that were copied without them.
const COPY: &str = "digests are in the folder CloudTrail-Digest beside CloudTrail: copy both (aws s3 sync of the folder AWSLogs does), and validate again";

/// How many of them there are of each account and Region, and what to do where no digest of it is there.
fn unproven_places(validation: &Validation, page: &mut Page) {
    let mut by: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for file in &validation.unproven {
        let Some(key) = logs::ObjectKey::parse(&file.key) else { continue };
        *by.entry((key.organization.unwrap_or_default(), key.account, key.region)).or_default() += 1;
    }
    let mut absent = false;
    for ((organization, account, region), n) in by.iter().take(SHOWN) {
        let of = if organization.is_empty() { String::new() } else { format!(" of {organization}") };
        let label = format!("{account} {region}{of}: ");
        let files = quantity(*n, ("log file", "log files"));
        let whose = (!organization.is_empty()).then_some(*organization);
        let digests = validation.chains.iter().map(|one| &one.chain).any(|one| {
            (one.organization.as_deref(), &*one.account, &*one.region) == (whose, *account, *region)
        });
        absent |= !digests;
        let then = if digests { "" } else { ". No digest of them is there" };
        page.paragraph(2, (Style::Open, &label), (Style::Plain, &format!("{files}{then}")));
    }
    if by.len() > SHOWN {
        let told =
            format!("and {} more", quantity(by.len() - SHOWN, super::super::recorder_sentences::PLACES));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
    if absent {
        page.paragraph(2, (Style::Plain, "help: "), (Style::Plain, COPY));
    }
}

/// What was asked about by name and has no digest of the time asked about.
fn without(validation: &Validation, page: &mut Page) {
    if validation.without.is_empty() {
        return;
    }
    page.heading("No digest of the time asked about");
    for one in validation.without.iter().take(SHOWN) {
        let account = one.account.as_deref().map_or("any account".to_owned(), |id| format!("account {id}"));
        let region = one.region.as_deref().unwrap_or("any Region");
        page.paragraph(2, (Style::Open, "not assertable: "), (Style::Plain, &format!("{account}, {region}")));
    }
    if validation.without.len() > SHOWN {
        let told =
            format!("and {} more: all are in --format json", grouped(validation.without.len() - SHOWN));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// Trails that deliver there and have too few digests.
fn lacking(validation: &Validation, page: &mut Page) {
    if validation.lacking.is_empty() {
        return;
    }
    page.heading("Trails with too few digests");
    for one in validation.lacking.iter().take(SHOWN) {
        let told = format!("{}: {}", one.trail, one.in_one_sentence());
        page.paragraph(2, (Style::Open, "not assertable: "), (Style::Plain, &told));
    }
    if validation.lacking.len() > SHOWN {
        let told =
            format!("and {} more: all are in --format json", grouped(validation.lacking.len() - SHOWN));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// Whose keys verified the signatures.
pub(crate) fn key_line(keys: &[KeySource], indent: usize, page: &mut Page) {
    let mut parts = Vec::new();
    for one in keys.iter().filter(|one| !one.fingerprints.is_empty()).take(SHOWN) {
        let from = match (&one.file, &one.region) {
            (Some(file), _) => format!("the file {file}"),
            (None, Some(region)) => format!("AWS in {region}"),
            (None, None) => "AWS".to_owned(),
        };
        let mut names = one.fingerprints.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        if one.fingerprints.len() > 3 {
            names = format!("{names} and {} more", grouped(one.fingerprints.len() - 3));
        }
        parts.push(format!("{names} from {from}"));
    }
    if !parts.is_empty() {
        let told = format!("verified with the public keys {}", parts.join("; "));
        page.paragraph(indent, (Style::Dim, ""), (Style::Dim, &told));
    }
}
