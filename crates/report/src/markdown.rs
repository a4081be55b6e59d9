//! An audit as Markdown, for a comment on a pull request: answer, table, findings, gaps. Short, and inert: no name from
//! outside becomes a link, a mention, HTML or the end of a table cell.

use super::audit_document::AuditDocument;
use super::headline::{self, headline, subject_arn};
use super::page::Layout;
use super::quantity::grouped;
use super::recorder_sentences;
use super::verdict_words;
use audit::finding::{Audit, Finding, PlaceAudit, Status, Weight};
use audit::inventory::GapKind;
use recording::State;
use std::fmt::Write as _;
use std::io::{self, Write};
use text::visible::visible;

/// How many rows, findings, lines of a proof and groups of gaps are shown: a comment may hold 65,536 characters.
const SHOWN: usize = 20;

/// Writes the audit as Markdown.
///
/// # Errors
/// What the writer says.
pub fn write_markdown(audit: &Audit<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("**{}**\n", inert(&headline(audit)));
    // Writing into a string cannot fail.
    let _ = table(audit, &mut text);
    let _ = controls(audit, &mut text);
    let _ = frameworks(audit, &mut text);
    let _ = findings(audit, &mut text);
    let _ = inactive(audit, &mut text);
    let _ = gaps(audit, &mut text);
    out.write_all(text.as_bytes())
}

/// Text of ours as a block that keeps its lines and means nothing.
#[must_use]
pub fn quoted_text(text: &str) -> String {
    let mut out = String::from("\n");
    for line in text.trim_matches('\n').lines() {
        out.push_str("    ");
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Text without any meaning in Markdown or HTML.
pub(super) fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in visible(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An entity, because a mention would reach somebody even behind a backslash.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~'
            | '$' => {
                out.push('\\');
                out.push(character);
            }
            plain => out.push(plain),
        }
    }
    // Neither `https://` nor `www.` may become a link by itself.
    out.replace("://", ":&#47;/").replace("www.", "www&#46;")
}

fn table(audit: &Audit<'_>, text: &mut String) -> std::fmt::Result {
    let mut rows: Vec<(&PlaceAudit<'_>, _)> =
        audit.places.iter().enumerate().map(|(at, place)| (place, audit.summary_of(at))).collect();
    let unlisted = |place: &PlaceAudit<'_>| !headline::listing_gaps(place).is_empty();
    rows.retain(|(place, summary)| {
        summary.resources > 0 || unlisted(place) || future(audit, place) != Some(State::Recorded)
    });
    rows.sort_by_key(|(_, one)| {
        std::cmp::Reverse((one.not_recorded + one.partially_recorded, one.undetermined))
    });
    if rows.is_empty() {
        return Ok(());
    }
    let many = if headline::noun(audit).0 == "function" { "Functions" } else { "Resources" };
    writeln!(
        text,
        "\n| Account | Region | {} | Recorded | Partial | Not | Undetermined | New functions |",
        many
    )?;
    writeln!(text, "|---|---|---:|---:|---:|---:|---:|---|")?;
    for (place, one) in rows.iter().take(SHOWN) {
        let later = future(audit, place).map_or("", verdict_words::state);
        writeln!(
            text,
            "| {} | {} | {}{} | {} | {} | {} | {} | {later} |",
            inert(place.account),
            inert(place.region),
            grouped(one.resources),
            if unlisted(place) { "\\+" } else { "" },
            grouped(one.recorded),
            grouped(one.partially_recorded),
            grouped(one.not_recorded),
            grouped(one.undetermined),
        )?;
    }
    more(rows.len(), "account-Regions", text)
}

fn future(audit: &Audit<'_>, place: &PlaceAudit<'_>) -> Option<State> {
    Some(audit.verdicts[place.planes.first()?.any_other].state)
}

fn more(all: usize, what: &str, text: &mut String) -> std::fmt::Result {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        n => writeln!(text, "\nand {} more {what}.", grouped(n)),
    }
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Fail => "fail",
        Status::Undetermined => "undetermined",
        Status::Pass => "pass",
        Status::NotApplicable => "not applicable",
    }
}

fn controls(audit: &Audit<'_>, text: &mut String) -> std::fmt::Result {
    if audit.controls.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n| Status | Control | |\n|---|---|---|")?;
    for control in &audit.controls {
        let advisory = if control.weight == Weight::Advisory { "advisory" } else { "" };
        writeln!(text, "| {} | {} | {advisory} |", status(control.status), inert(control.id))?;
    }
    Ok(())
}

fn frameworks(audit: &Audit<'_>, text: &mut String) -> std::fmt::Result {
    let Some(narrowed) = super::frameworks::sentence(audit) else { return Ok(()) };
    writeln!(text, "\n### Frameworks\n\n{}", inert(&narrowed))?;
    for framework in audit.frameworks {
        writeln!(text, "\n{}\n", inert(&super::frameworks::heading(framework)))?;
        writeln!(text, "| Requirement | Strength | Title | Controls |\n|---|---|---|---|")?;
        for one in framework.requirements.iter().take(SHOWN) {
            let tally = super::frameworks::tally(audit, one);
            let (strength, title) = (super::frameworks::strength(one), inert(&one.title));
            writeln!(text, "| {} | {strength} | {title} | {tally} |", inert(&one.id))?;
        }
        more(framework.requirements.len(), "requirements", text)?;
    }
    Ok(())
}

fn findings(audit: &Audit<'_>, text: &mut String) -> std::fmt::Result {
    let mut all: Vec<_> = audit
        .controls
        .iter()
        .flat_map(|control| control.findings.iter().map(move |one| (control, one)))
        .collect();
    all.sort_by_key(|(control, finding)| (finding.status == Status::Pass, control.weight, finding.status));
    if !all.is_empty() {
        writeln!(text, "\n### Findings\n")?;
    }
    for (control, one) in all.iter().take(SHOWN) {
        let word = match one.status {
            Status::Pass if audit.is_accepted(one) => "accepted",
            Status::Pass => "warning",
            other => status(other),
        };
        writeln!(
            text,
            "- **{word}** {}: {}",
            inert(control.id),
            inert(&recorder_sentences::sentence(&one.reason))
        )?;
        finding(audit, one, text)?;
    }
    more(all.len(), "findings", text)
}

fn finding(audit: &Audit<'_>, finding: &Finding, text: &mut String) -> std::fmt::Result {
    if let Some(about) = recorder_sentences::about(audit, finding) {
        writeln!(text, "  <br>{}", inert(&about))?;
    }
    if let Some(proof) = finding.proof {
        let verdict = &audit.verdicts[proof.verdict];
        let escape = if finding.status == Status::Pass { &verdict.possible } else { &verdict.escape };
        if let Some(escape) = escape {
            let place = &audit.places[proof.place];
            let arn = subject_arn(audit, finding, proof);
            let event = verdict_words::example(audit, place, escape, arn.as_deref());
            let state = if finding.status == Status::Pass { State::Recorded } else { verdict.state };
            writeln!(text, "  <br>{}{}", verdict_words::of_example(state), inert(&event))?;
            let proves = finding.status != Status::Pass;
            let lines =
                if proves { recorder_sentences::turned_away(audit, place, escape) } else { Vec::new() };
            for line in lines.iter().take(SHOWN) {
                writeln!(text, "  - {}", inert(line))?;
            }
        }
    }
    match &finding.help {
        Some(help) => writeln!(text, "\n  Fix: {}", inert(&recorder_sentences::sentence(help))),
        None => Ok(()),
    }
}

fn inactive(audit: &Audit<'_>, text: &mut String) -> std::fmt::Result {
    let accounts = recorder_sentences::inactive(audit);
    if accounts.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n### Accounts that are not active\n")?;
    for one in accounts.iter().take(SHOWN) {
        let name = one.account.name.as_deref().map(|name| format!(" {}", inert(name))).unwrap_or_default();
        writeln!(text, "- {}{name} {}: {}", inert(&one.account.id), inert(one.state), inert(one.meaning))?;
    }
    more(accounts.len(), "accounts", text)
}

fn gaps(audit: &Audit<'_>, text: &mut String) -> std::fmt::Result {
    let groups =
        recorder_sentences::gap_groups(audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered));
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n### Gaps: {}\n", super::gaps::title(&groups))?;
    for group in groups.iter().take(SHOWN) {
        let (gap, count) = (group.gap, grouped(group.count));
        let kind = super::gaps::kind(gap.kind);
        writeln!(text, "- {kind} {count} x {}: {}", inert(&gap.call), inert(&gap.error))?;
    }
    more(groups.len(), "kinds of gap", text)
}

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    write_markdown(document.audit, out)?;
    match document.drift_text(&Layout::default()).as_str() {
        "" => Ok(()),
        text => out.write_all(quoted_text(text).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn nothing_from_outside_has_a_meaning() {
        let hostile = "a|b`c`<img src=x>[x](https://evil.example)@team **b** \u{1b}[2J\n# h www.evil.example";
        let shown = inert(hostile);
        for meaning in ["<", "@", "://", "\u{1b}", "\n", "www."] {
            assert!(!shown.contains(meaning), "{meaning:?} in {shown}");
        }
        assert!(shown.starts_with("a\\|b\\`c\\`&lt;img src=x&gt;\\[x\\]\\("));
    }
}
