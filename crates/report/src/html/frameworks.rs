//! The requirements of the frameworks to which the report is narrowed, and the controls that support each.

use crate::frameworks::{heading, sentence, strength, tally};
use audit::finding::Audit;
use audit::framework::{Framework, Requirement};
use maud::{Markup, html};

/// The section; nothing where the report is not narrowed.
pub(super) fn frameworks(audit: &Audit<'_>) -> Markup {
    let Some(told) = sentence(audit) else { return html! {} };
    html! {
        section #frameworks aria-labelledby="frameworks-title" {
            h2 #frameworks-title { "Frameworks" }
            p.note { (told) }
            @for one in audit.frameworks { (table(audit, one)) }
        }
    }
}

fn table(audit: &Audit<'_>, framework: &Framework) -> Markup {
    let row = |one: &Requirement| {
        html! {
            tr {
                th scope="row" { span.control { (one.id) } span.title { (one.title) } }
                td { (strength(one)) }
                td { (tally(audit, one)) }
                td { (one.controls.join(", ")) }
                td { @if let Some(note) = &one.note { (note) } }
            }
        }
    };
    html! {
        h3 { (heading(framework)) }
        div.scroll tabindex="0" role="region" aria-label=(format!("Requirements of {}", framework.name)) {
            table.list {
                thead { tr { th scope="col" { "Requirement" } th scope="col" { "Strength" } th scope="col" { "Status" } th scope="col" { "Controls" } th scope="col" { "Note" } } }
                tbody { @for one in &framework.requirements { (row(one)) } }
            }
        }
    }
}
