//! Findings as one HTML page: the answer, and each story as a line of time. Nothing is fetched, and nothing from outside can act.

use super::{Detections, moment, terminal};
use crate::html::{SCRIPT, STYLE, head, put};
use crate::page::Layout;
use detect::finding::{Finding, Severity};
use detect::story::Story;
use logs::text_of;
use maud::{Markup, PreEscaped, html};
use std::io::{self, Write};

/// See [`super::DetectionsFormat`].
pub(super) fn document(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    put(head(&found.headline()), out)?;
    write!(out, "<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n")?;
    put(top(found), out)?;
    for story in found.stories.iter().filter(|story| found.is_open(story)) {
        put(self::story(found, story), out)?;
    }
    put(closed(found), out)?;
    put(reading(found), out)?;
    out.write_all(b"</section></main>\n")?;
    put(foot(found), out)?;
    out.write_all(b"</body></html>\n")
}

fn top(found: &Detections<'_>) -> Markup {
    html! {
        (PreEscaped("<body>"))
        a.skip href="#answer" { "Skip to the answer" }
        header.top {
            p.brand { "InvokeTrail" }
            nav aria-label="Sections" {
                ul {
                    li { a href="#answer" { "Answer" } }
                    li { a href="#stories" { "Stories" } }
                    li { a href="#reading" { "What was read" } }
                }
            }
        }
        (PreEscaped("<main>"))
        section #answer {
            h1 { (found.headline()) }
            @for limit in found.limits() { p.note { (limit) } }
        }
        (PreEscaped("<section id=\"stories\">"))
        h2 { "Stories" }
        @if !found.stories.iter().any(|story| found.is_open(story)) { p { "No story has an open finding." } }
    }
}

/// The class of a severity.
const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "bad",
        Severity::Medium => "part",
        Severity::Low => "open",
        Severity::Note => "none",
    }
}

fn story(found: &Detections<'_>, one: &Story) -> Markup {
    html! {
        article.story id=(one.id) {
            h3 {
                span class=(format!("mark {}", class(one.severity))) { (one.severity) }
                " " (terminal::about(one))
                span.count { (one.id) }
            }
            p.note {
                time datetime=(text_of(one.time)) { (terminal::span(one)) } " UTC"
            }
            (line_of_time(found, one))
        }
    }
}

fn line_of_time(found: &Detections<'_>, one: &Story) -> Markup {
    let findings = one.findings.iter().filter_map(|at| Some((*at, found.findings.get(*at)?)));
    html! {
        ol.timeline {
            @for (at, finding) in findings { (entry(found, at, finding)) }
        }
    }
}

fn entry(found: &Detections<'_>, at: usize, one: &Finding) -> Markup {
    let (title, attack) = found.told_of(&one.detection);
    html! {
        li.moment id=(one.id) {
            p {
                time.arn datetime=(text_of(one.time)) { (moment(one.time)) }
                " "
                span class=(format!("mark {}", class(one.severity))) { (one.severity) }
                " " (one.seen)
            }
            @if let Some(normal) = &one.normal { p.note { "Compared with: " (normal) } }
            @if let Some(remark) = &one.remark { p.note { (remark) } }
            @if let Some(exception) = found.by(at) {
                p.note { "Accepted by " (exception.id) " (" (exception.owner) ": " (exception.reason) ") until " (exception.expires) }
            }
            @if let Some(exception) = found.ended(at) { p.note { (exception.id) " accepted it until " (exception.expires) } }
            details {
                summary { (one.detection) ": " (title) }
                @if !attack.is_empty() { p { "ATT&CK: " (attack.join(", ")) } }
                @if let Some(function) = &one.function { p { "Function: " code { (function) } } }
                @if let Some(principal) = &one.principal { p { "Principal: " code { (principal) } } }
                @if let Some(address) = &one.address { p { "From: " code { (address) } } }
                ul.lines {
                    @for proof in &one.proofs {
                        li { (moment(proof.time)) " event " code { (proof.event_id) } " in " (proof.file) ", byte " (proof.offset) }
                    }
                }
            }
        }
    }
}

fn closed(found: &Detections<'_>) -> Markup {
    let closed: Vec<&Story> = found.stories.iter().filter(|story| !found.is_open(story)).collect();
    html! {
        @if !closed.is_empty() {
            details {
                summary { "Accepted findings and notes: " (closed.len()) }
                @for one in closed { (story(found, one)) }
            }
        }
    }
}

fn reading(found: &Detections<'_>) -> Markup {
    html! {
        (PreEscaped("</section><section id=\"reading\">"))
        h2 { "What was read" }
        p { (found.known.1) " files, " (found.known.0) " of them known from an earlier run; " (found.account.records) " records." }
        ul {
            @for (id, span) in &found.facts.accounts {
                li { code { (id) } ": " (moment(span.first)) " to " (moment(span.last)) " UTC" }
            }
        }
        @for trouble in &found.account.troubles { p.note { (trouble.file) ": " (trouble.why) } }
    }
}

fn foot(found: &Detections<'_>) -> Markup {
    let now = text_of(found.now);
    html! { footer { p { "InvokeTrail " (found.version) ", " time datetime=(now) { (now) } } } }
}
