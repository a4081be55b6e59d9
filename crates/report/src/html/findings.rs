//! Findings: each cause of a failing control once, with its proof and its remedy, then advice and warnings.

use super::overview::command_line;
use super::{mark, proof, put};
use crate::audit_document::AuditDocument;
use crate::cause::{Cause, causes};
use crate::colours;
use crate::headline::subject_arn;
use crate::next::NextFlags;
use crate::quantity::quantity;
use crate::recorder_sentences;
use crate::shell::shell;
use crate::terminal::{brief, undeciding};
use audit::finding::{Audit, ControlResult, Finding, Status, Weight};
use maud::{Markup, html};
use std::io::{self, Write};

/// How many pieces are made before they are written.
const CHUNK: usize = 200;

/// Findings after these are written in fewer elements: a browser takes as long as there are elements.
const DETAILED: usize = 50;

/// The section.
pub(super) fn findings(document: &AuditDocument<'_>, out: &mut dyn Write) -> io::Result<()> {
    let audit = document.audit;
    let causes = causes(audit);
    out.write_all(b"<section id=\"findings\" aria-labelledby=\"findings-title\">\n")?;
    let title = quantity(causes.len(), ("cause", "causes"));
    put(html! { h2 #findings-title { "Findings" @if !causes.is_empty() { span.count { (title) } } } }, out)?;
    if causes.is_empty() {
        put(html! { p.note { (mark::status(Status::Pass, "pass")) " " (passing(audit).join(", ")) } }, out)?;
    }
    for (at, one) in causes.iter().enumerate() {
        let shown = if at < DETAILED { cause(document, at + 1, one) } else { short(audit, at + 1, one) };
        put(shown, out)?;
    }
    advice(audit, out)?;
    out.write_all(b"</section>\n")
}

/// The required controls that pass.
fn passing(audit: &Audit<'_>) -> Vec<&'static str> {
    let required = audit.controls.iter().filter(|one| one.weight == Weight::Required);
    required.filter(|one| one.status == Status::Pass).map(|one| one.id).collect()
}

fn cause(document: &AuditDocument<'_>, number: usize, cause: &Cause<'_>) -> Markup {
    let audit = document.audit;
    let first = cause.findings.iter().find(|one| !one.resources.is_empty()).or(cause.findings.first());
    let Some(first) = first else { return html! {} };
    let (_, word) = colours::status(cause.status);
    let class = if cause.status == Status::Fail { "bad" } else { "open" };
    let id = format!("cause-{number}");
    let why = first.proof.and_then(|proof| brief::why(audit, proof, cause));
    let rest: Vec<&Finding> =
        cause.findings.iter().copied().filter(|one| !std::ptr::eq(*one, *first)).collect();
    html! {
        article class=(format!("cause {class}")) aria-labelledby=(id) {
            p.kind { (mark::status(cause.status, word)) " " span.control { (cause.control.id) } }
            h3 id=(id) { (number) ". " (inline(&recorder_sentences::sentence(&first.reason))) }
            p.about { (brief::about(audit, cause, first)) }
            @if let Some(why) = &why { p.why { span.label { "Why: " } (recorder_sentences::sentence(why)) } }
            @if !cause.also.is_empty() { p.why { span.label { "Also: " } (cause.also.join(", ")) } }
            @if first.help.is_some() { (fix(first, &document.flags)) }
            @if let Some(proof) = first.proof.and_then(|of| proof::proof(audit, first, of)) {
                // The first shows what a proof is; a reader folds out the others, and a printer all.
                details.evidence open[number == 1] {
                    summary { "Proof" }
                    (proof)
                    @if let Some(arn) = first.proof.and_then(|of| subject_arn(audit, first, of)) {
                        p.label { "The whole proof for one of them:" }
                        (command_line(&format!("invoketrail explain{} {}", document.flags.source, shell(&arn))))
                    }
                }
            }
            @if !rest.is_empty() {
                details.evidence {
                    summary { (quantity(rest.len(), ("more finding", "more findings"))) " of the same cause" }
                    ul.rest { @for finding in rest { li { (other(audit, finding, first)) } } }
                }
            }
        }
    }
}

/// As [`cause`], in few elements.
fn short(audit: &Audit<'_>, number: usize, cause: &Cause<'_>) -> Markup {
    let first = cause.findings.iter().find(|one| !one.resources.is_empty()).or(cause.findings.first());
    let Some(first) = first else { return html! {} };
    let (_, word) = colours::status(cause.status);
    let why = first.proof.and_then(|proof| brief::why(audit, proof, cause));
    let rest = cause.findings.iter().filter(|one| !std::ptr::eq(**one, *first));
    html! {
        article class=(format!("cause many {}", mark::class_of(cause.status, word))) {
            p.kind { (mark::status(cause.status, word)) " " (cause.control.id) }
            h3 { (number) ". " (recorder_sentences::sentence(&first.reason)) }
            p.about { (brief::about(audit, cause, first)) }
            @if let Some(why) = &why { p { "Why: " (recorder_sentences::sentence(why)) } }
            @if let Some(help) = &first.help { p { "Fix: " (recorder_sentences::sentence(help)) } }
            @if let Some(proof) = first.proof.and_then(|of| proof::short(audit, first, of)) {
                details { summary { "Proof" } (proof) }
            }
            @for finding in rest {
                p.about { (recorder_sentences::sentence(&finding.reason)) " " (recorder_sentences::about(audit, finding).unwrap_or_default()) }
            }
        }
    }
}

/// Another finding of the same cause: recorders did the same with its witness.
fn other(audit: &Audit<'_>, finding: &Finding, first: &Finding) -> Markup {
    html! {
        p { (inline(&recorder_sentences::sentence(&finding.reason))) }
        @if let Some(about) = recorder_sentences::about(audit, finding) { p.about { (about) } }
        @if let Some(example) = finding.proof.and_then(|of| proof::example(audit, finding, of)) { (example) }
        @if let Some(help) = finding.help.as_ref().filter(|help| first.help.as_ref() != Some(*help)) {
            p.why { span.label { "Fix: " } (inline(&recorder_sentences::sentence(help))) }
        }
    }
}

/// The remedy, and the command that carries it out.
fn fix(finding: &Finding, flags: &NextFlags<'_>) -> Markup {
    let command = finding.help.as_deref().and_then(|help| command(help, flags));
    html! {
        div.fix {
            @if let Some(help) = &finding.help { p { span.label { "Fix: " } (inline(&recorder_sentences::sentence(help))) } }
            @if let Some(command) = command { (command_line(&command)) }
        }
    }
}

/// The command that a remedy names, with the flags that make it come to the same answer.
fn command(help: &str, flags: &NextFlags<'_>) -> Option<String> {
    let named = help.split('`').skip(1).step_by(2).find(|part| part.starts_with("invoketrail "))?;
    Some(match named {
        "invoketrail plan" => format!("{named}{}{}", flags.source, flags.of_audit),
        "invoketrail permissions audit --check" => {
            format!("invoketrail permissions audit{} --check", flags.caller)
        }
        other => other.to_owned(),
    })
}

/// Text in which what stands in backticks is code.
pub(super) fn inline(text: &str) -> Markup {
    // An odd one is a part of a name.
    if !text.matches('`').count().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// What decides nothing: findings of advisory controls, and warnings.
fn advice(audit: &Audit<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut told = undeciding(audit);
    if told.is_empty() {
        return Ok(());
    }
    told.sort_by_key(|(control, one)| (one.status == Status::Pass, control.weight, one.status));
    let count = brief::advice_counted(told.iter().map(|(_, one)| one.as_ref()));
    put(html! { h3.advice-title #advice { "Advice and warnings" span.count { (count) } } }, out)?;
    out.write_all(b"<ul class=\"advice\" aria-labelledby=\"advice\">\n")?;
    let (detailed, short) = told.split_at(told.len().min(DETAILED));
    put(html! { @for (control, one) in detailed { li { (piece_of_advice(audit, control, one)) } } }, out)?;
    for some in short.chunks(CHUNK) {
        put(html! { @for (control, one) in some { li.many { (short_advice(audit, control, one)) } } }, out)?;
    }
    out.write_all(b"</ul>\n")
}

fn piece_of_advice(audit: &Audit<'_>, control: &ControlResult, one: &Finding) -> Markup {
    let word = if one.status == Status::Pass { "warning" } else { colours::status(one.status).1 };
    html! {
        p.kind { (mark::status(one.status, word)) " " span.control { (control.id) } }
        p { (inline(&recorder_sentences::sentence(&one.reason))) }
        @if let Some(about) = recorder_sentences::about(audit, one) { p.about { (about) } }
        @if let Some(help) = &one.help { p.why { span.label { "Fix: " } (inline(&recorder_sentences::sentence(help))) } }
    }
}

/// As [`piece_of_advice`], in few elements.
fn short_advice(audit: &Audit<'_>, control: &ControlResult, one: &Finding) -> Markup {
    let word = if one.status == Status::Pass { "warning" } else { colours::status(one.status).1 };
    let help = one.help.as_ref().map(|help| format!(" Fix: {}", recorder_sentences::sentence(help)));
    html! {
        p { (mark::status(one.status, word)) " " (control.id) ": " (recorder_sentences::sentence(&one.reason)) (help.unwrap_or_default()) }
        @if let Some(about) = recorder_sentences::about(audit, one) { p.about { (about) } }
    }
}
