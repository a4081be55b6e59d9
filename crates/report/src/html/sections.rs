//! What the answer rests on: controls, exceptions, recorders, gaps, accounts that are not active, and what changed.

use super::{mark, proof, put};
use crate::audit_document::AuditDocument;
use crate::colours;
use crate::exceptions;
use crate::json::{Standing, standings};
use crate::page::Layout;
use crate::quantity::{grouped, quantity};
use crate::recorder_sentences;
use crate::selectors;
use audit::finding::{Audit, ControlResult, Status, Weight};
use audit::inventory::GapKind;
use cloudtrail::recorder::{Recorder, RecorderKind, StoreStatus};
use maud::{Markup, html};
use std::io::{self, Write};

/// Controls with their status and their reason.
pub(super) fn controls(audit: &Audit<'_>) -> Markup {
    let row = |control: &ControlResult| {
        let weight = if control.weight == Weight::Advisory { "advisory" } else { "required" };
        html! {
            tr {
                td { (mark::status(control.status, colours::status(control.status).1)) }
                th scope="row" { span.control { (control.id) } span.title { (recorder_sentences::sentence(control.title)) } }
                td { (weight) }
                td { (super::findings::inline(&recorder_sentences::sentence(&control.reason))) }
            }
        }
    };
    html! {
        section #controls aria-labelledby="controls-title" {
            h2 #controls-title { "Controls" }
            div.scroll tabindex="0" role="region" aria-label="Table of controls" {
                table.list {
                    thead { tr { th scope="col" { "Status" } th scope="col" { "Control" } th scope="col" { "Weight" } th scope="col" { "Reason" } } }
                    tbody { @for control in &audit.controls { (row(control)) } }
                }
            }
        }
    }
}

/// Functions that are deliberately not recorded, by exception; nothing where there are none.
pub(super) fn accepted(audit: &Audit<'_>) -> Markup {
    if audit.accepted.is_empty() {
        return html! {};
    }
    html! {
        section #exceptions aria-labelledby="exceptions-title" {
            h2 #exceptions-title { "Accepted exceptions" }
            div.scroll tabindex="0" role="region" aria-label="Table of accepted exceptions" {
                table.list {
                    thead { tr { th scope="col" { "Until" } th scope="col" { "Exception" } th scope="col" { "Owner" } th scope="col" { "Reason" } th scope="col" { "Accepts" } } }
                    tbody {
                        @for one in &audit.accepted {
                            tr {
                                td {
                                    @if one.holds { (mark::status(Status::Pass, "holds")) } @else { (mark::status(Status::Fail, if one.exception.too_long.is_some() { "too long" } else { "expired" })) }
                                    " " (one.exception.until)
                                }
                                th scope="row" { (one.exception.id) }
                                td { (one.exception.owner) }
                                td { (one.exception.why()) }
                                td {
                                    @if let Some(matched) = &one.exception.matched { (exceptions::described(matched)) }
                                    @else if one.functions.is_empty() { "0" }
                                    @else { (recorder_sentences::names_of(audit, &one.functions)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Trails, event data stores and channels, with their selectors.
pub(super) fn recorders(audit: &Audit<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all = &audit.inventory.recorders;
    out.write_all(b"<section id=\"recorders\" aria-labelledby=\"recorders-title\">\n")?;
    put(html! { h2 #recorders-title { "Recorders" span.count { (grouped(all.len())) } } }, out)?;
    if all.is_empty() {
        put(
            html! { p.note { (recorder_sentences::sentence("no trail or event data store exists here")) } },
            out,
        )?;
    }
    let standings = standings(audit);
    for (at, (one, standing)) in all.iter().zip(&standings).enumerate() {
        put(if at < DETAILED { recorder(audit, one, standing) } else { short(audit, one, standing) }, out)?;
    }
    out.write_all(b"</section>\n")
}

/// Recorders after these are written in fewer elements.
const DETAILED: usize = 100;

/// As [`recorder`], in few elements.
fn short(audit: &Audit<'_>, one: &Recorder, standing: &Standing) -> Markup {
    let active = quantity(standing.active, recorder_sentences::PLACES);
    let silent =
        standing.silent.iter().map(|((reason, _), n)| format!("; silent in {}: {reason}", grouped(*n)));
    html! {
        article.recorder.many {
            h3 { (one.name) }
            p { (one.kind) " " (one.arn) "; active in " (active) (silent.collect::<String>()) }
            @match one.selectors.known() {
                None => p { (recorder_sentences::sentence(recorder_sentences::unread(audit, one))) },
                Some(known) => @for (at, selector) in known.list.iter().enumerate() {
                    p.conditions { "Selector " (at) ": " (selectors::compact(selector)) }
                },
            }
        }
    }
}

fn recorder(audit: &Audit<'_>, one: &Recorder, standing: &Standing) -> Markup {
    let mut reach = vec![if one.multi_region { "all Regions".to_owned() } else { one.home_region.clone() }];
    if one.organization {
        reach.push("all accounts of the organization".to_owned());
    }
    let places = |n: usize| quantity(n, recorder_sentences::PLACES);
    // Whether a trail logs is said place by place.
    let status = one.status.known().filter(|_| one.kind != RecorderKind::Trail);
    let validation = one.log_file_validation.map(|on| if on { "on" } else { "off" });
    html! {
        article.recorder {
            h3 { (one.name) " " span.kind-of { (one.kind) } }
            p.arn { (one.arn) }
            dl.facts {
                div { dt { "Reach" } dd { (reach.join(", ")) } }
                @if let Some(status) = status { div { dt { "Status" } dd { (StoreStatus::as_str(status)) } } }
                @if let Some(to) = &one.destination { div { dt { "Destination" } dd.arn { (to) } } }
                @if let Some(on) = validation { div { dt { "Log file validation" } dd { (on) } } }
                div { dt { "Active in" } dd {
                    (places(standing.active))
                    @if standing.uncertain > 0 { "; unknown in " (places(standing.uncertain)) }
                } }
                @for ((reason, _), n) in &standing.silent {
                    div { dt { "Silent in" } dd { (places(*n)) ": " (reason) } }
                }
            }
            @match one.selectors.known() {
                None => p.unread { (mark::status(Status::Undetermined, "undetermined")) " " (recorder_sentences::sentence(recorder_sentences::unread(audit, one))) },
                Some(known) => details.evidence {
                    summary { (quantity(known.list.len(), ("selector", "selectors"))) }
                    @for (at, selector) in known.list.iter().enumerate() {
                        p.selector-name { "Selector " (at) @if !selector.name().is_empty() { ", " q { (selector.name()) } } }
                        (proof::conditions(&selectors::all_conditions(selector), None))
                    }
                },
            }
        }
    }
}

/// True iff something could not be read.
pub(super) fn has_gaps(audit: &Audit<'_>) -> bool {
    audit.gaps.iter().any(|gap| gap.kind != GapKind::NotOffered)
}

/// What could not be read.
pub(super) fn gaps(audit: &Audit<'_>) -> Markup {
    let groups =
        recorder_sentences::gap_groups(audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered));
    if groups.is_empty() {
        return html! {};
    }
    html! {
        section #gaps aria-labelledby="gaps-title" {
            h2 #gaps-title { "Gaps: " (crate::gaps::title(&groups)) }
            div.scroll tabindex="0" role="region" aria-label="Table of gaps" {
                table.list {
                    thead { tr { th scope="col" { "Call" } th scope="col" { "Kind" } th.number scope="col" { "Count" } th scope="col" { "Error" } th scope="col" { "About" } } }
                    tbody {
                        @for group in &groups {
                            tr {
                                th scope="row" { (group.gap.call) }
                                td { (crate::gaps::kind(group.gap.kind)) }
                                td.number { (grouped(group.count)) }
                                td { (group.gap.error) }
                                td.arn {
                                    (group.about.join("; "))
                                    @if group.count > group.about.len() && !group.about.is_empty() { "; and " (grouped(group.count - group.about.len())) " more" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Accounts of the organization that nobody can work in.
pub(super) fn inactive(audit: &Audit<'_>) -> Markup {
    let accounts = recorder_sentences::inactive(audit);
    if accounts.is_empty() {
        return html! {};
    }
    html! {
        section #inactive aria-labelledby="inactive-title" {
            h2 #inactive-title { "Accounts that are not active" }
            dl.facts {
                @for one in &accounts {
                    div {
                        dt { (one.account.id) @if let Some(name) = &one.account.name { " " (name) } }
                        dd { (one.state) ". " (one.meaning) }
                    }
                }
            }
        }
    }
}

/// What changed since an earlier audit; nothing where none was named.
pub(super) fn drift(document: &AuditDocument<'_>) -> Markup {
    let text = document.drift_text(&Layout::default());
    let mut lines = text.trim_matches('\n').lines();
    let Some(title) = lines.next() else { return html! {} };
    html! {
        section #changes aria-labelledby="changes-title" {
            h2 #changes-title { (title) }
            div.scroll tabindex="0" role="region" aria-label="Changes" {
                ul.lines { @for line in lines { li { (line) } } }
            }
        }
    }
}
