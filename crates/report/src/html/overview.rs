//! The top of the page: the answer, the counts, what the audit looked at, and the next command.

use super::mark;
use crate::audit_document::AuditDocument;
use crate::gaps::gaps_sentence;
use crate::headline::{Tally, counts, headline, regions, tallies};
use crate::next::next_command;
use crate::quantity::{grouped, quantity};
use crate::recorder_sentences;
use crate::verdict_words;
use audit::Counted;
use audit::answer::Conclusion;
use audit::finding::{Audit, Summary};
use maud::{Markup, html};
use recording::State;

/// How many units a bar is wide.
const WIDE: usize = 1000;

/// The states in the order in which a bar and its legend show them.
const STATES: [State; 4] =
    [State::NotRecorded, State::PartiallyRecorded, State::Undetermined, State::Recorded];

/// The section.
pub(super) fn overview(document: &AuditDocument<'_>) -> Markup {
    let audit = document.audit;
    let conclusion = audit.answer().conclusion();
    let class = mark::conclusion(conclusion);
    let (command, why) = next_command(audit, &document.flags);
    html! {
        section #answer class=(format!("answer {class}")) aria-labelledby="headline" {
            p class=(format!("verdict mark {class}")) { "Answer: " (conclusion.as_str()) }
            h1 #headline { (headline(audit)) }
            @if audit.about_invocations() != Conclusion::Nothing {
                p.counts { (counts(audit)) }
                (bars(audit))
            }
            @if let Some(gaps) = gaps_sentence(audit.inventory) {
                p.unread { span.mark.open {} (recorder_sentences::sentence(&gaps)) " " a href="#gaps" { "See Gaps" } }
            }
            div.next {
                p.label { "Next: " (why) }
                (command_line(&command))
            }
            (facts(document))
        }
    }
}

/// A command that one press copies.
pub(super) fn command_line(command: &str) -> Markup {
    html! {
        div.command {
            code { (command) }
            button.copy type="button" data-copy=(command) { "Copy" }
        }
    }
}

const fn of(summary: &Summary, state: State) -> usize {
    match state {
        State::Recorded => summary.recorded,
        State::PartiallyRecorded => summary.partially_recorded,
        State::NotRecorded => summary.not_recorded,
        State::Undetermined => summary.undetermined,
    }
}

/// For each type a bar of its verdicts. The counts above say the same in words.
fn bars(audit: &Audit<'_>) -> Markup {
    html! {
        ul.bars {
            @for tally in tallies(audit) {
                li {
                    span.label { (tally.quantity(tally.summary.resources)) }
                    (bar(&tally))
                    span.legend {
                        @for state in STATES.into_iter().filter(|state| of(&tally.summary, *state) > 0) {
                            span class=(format!("mark {}", mark::class(state))) {
                                (grouped(of(&tally.summary, state))) " " (verdict_words::state(state))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bar(tally: &Tally) -> Markup {
    let mut pieces = Vec::new();
    let mut from = 0;
    for state in STATES {
        let wide = of(&tally.summary, state) * WIDE / tally.summary.resources.max(1);
        pieces.push((state, from, wide));
        from += wide;
    }
    html! {
        svg.bar viewBox=(format!("0 0 {WIDE} 10")) preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for (state, from, wide) in pieces.into_iter().filter(|(_, _, wide)| *wide > 0) {
                rect class=(mark::class(state)) x=(from) y="0" width=(wide.saturating_sub(3).max(2)) height="10" {}
            }
        }
    }
}

fn facts(document: &AuditDocument<'_>) -> Markup {
    let (audit, inventory) = (document.audit, document.audit.inventory);
    let accounts = inventory.accounts.iter().filter(|account| account.audited).count();
    let scope = format!(
        "{} in {}, partition {}",
        quantity(accounts, ("account", "accounts")),
        quantity(regions(audit).len(), ("Region", "Regions")),
        inventory.partition
    );
    let counted = match document.stamp.counted {
        Counted::All => "all recorders",
        Counted::Trails => "trails alone",
    };
    html! {
        dl.facts {
            div { dt { "Collected" } dd { time datetime=(inventory.collected_at) { (inventory.collected_at) } } }
            div { dt { "Scope" } dd { (scope) } }
            div { dt { "Counted" } dd { (counted) } }
            @if let Some(caller) = &inventory.caller { div { dt { "Caller" } dd.arn { (caller) } } }
        }
    }
}
