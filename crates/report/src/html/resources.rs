//! Every resource with its verdict: the worst first. The table can be searched; without the script it is all there.

use super::findings::inline;
use super::{mark, put};
use crate::headline::noun;
use crate::quantity::{grouped, quantity};
use crate::recorder_sentences;
use crate::resource_name::name_in;
use crate::verdict_words;
use audit::finding::Audit;
use audit::resource_ref::ResourceRef;
use cloudtrail::resource::ResourceType;
use maud::{Markup, html};
use recording::State;
use std::io::{self, Write};

/// How many resources a page holds: a browser opens no more.
const ROWS: usize = 50_000;

/// How many rows are made before they are written.
const CHUNK: usize = 200;

/// The section.
pub(super) fn resources(audit: &Audit<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rows = ordered(audit);
    put(top(audit, rows.len()), out)?;
    if !rows.is_empty() {
        out.write_all(
            b"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of resources\"><table class=\"list\" id=\"list\"><thead><tr>\
              <th scope=\"col\">Verdict</th><th scope=\"col\">Resource</th><th scope=\"col\">Account</th><th scope=\"col\">Region</th>\
              <th scope=\"col\">Why</th></tr></thead><tbody>\n",
        )?;
        for some in rows[..rows.len().min(ROWS)].chunks(CHUNK) {
            put(html! { @for one in some { (row(audit, *one)) } }, out)?;
        }
        out.write_all(b"</tbody></table></div>\n")?;
    }
    put(pages(), out)?;
    out.write_all(b"</section>\n")
}

/// Worst first; of one verdict by account, Region and type, as listed.
fn ordered(audit: &Audit<'_>) -> Vec<ResourceRef> {
    let mut rows: Vec<ResourceRef> = Vec::new();
    for place in 0..audit.places.len() {
        for kind in ResourceType::ALL {
            rows.extend(audit.at_home(place, kind).map(|(home, _)| home));
        }
    }
    rows.sort_by_key(|one| match audit.state(*one) {
        State::NotRecorded => 0,
        State::PartiallyRecorded => 1,
        State::Undetermined => 2,
        State::Recorded => 3,
    });
    rows
}

fn top(audit: &Audit<'_>, all: usize) -> Markup {
    let states = [State::NotRecorded, State::PartiallyRecorded, State::Undetermined, State::Recorded];
    html! {
        (maud::PreEscaped("<section id=\"resources\" aria-labelledby=\"resources-title\">"))
        h2 #resources-title { "Resources" span.count { (quantity(all, noun(audit))) } }
        @if all > ROWS {
            p.note { "The worst " (grouped(ROWS)) " are listed here. All: " code { "--format jsonl" } }
        }
        @if all > 0 {
            form.filter role="search" aria-label="Resources" {
                label { span { "Search" } input #search type="search" autocomplete="off" spellcheck="false" placeholder="name, account, Region, recorder"; }
                label {
                    span { "Verdict" }
                    select #verdict {
                        option value="" { "all" }
                        @for state in states { option value=(mark::class(state)) { (verdict_words::state(state)) } }
                    }
                }
                p #shown role="status" {}
            }
        }
    }
}

fn pages() -> Markup {
    html! {
        nav.pages #pages aria-label="Pages of resources" hidden {
            button #previous type="button" { "Previous" }
            span #page {}
            button #following type="button" { "Next" }
        }
    }
}

fn row(audit: &Audit<'_>, one: ResourceRef) -> Markup {
    let (place, row, state) = (&audit.places[one.place], audit.row(one), audit.state(one));
    let kind = ResourceType::ALL.get(one.plane).map_or("resource", |kind| kind.noun());
    html! {
        tr class=(mark::class(state)) {
            td.mark { (verdict_words::state(state)) }
            th scope="row" { (name_in(row.arn)) " " small { (kind) } span.arn { (row.arn) } }
            td { (place.account) }
            td { (place.region) }
            td {
                (why(audit, one))
                @if let Some(at) = row.exception { span.note { " Exception " (audit.accepted[at].exception.id) } }
            }
        }
    }
}

/// What escapes, or what records it; of a web function by each Region that serves it.
fn why(audit: &Audit<'_>, home: ResourceRef) -> Markup {
    let elsewhere = audit.served.elsewhere(home);
    let each = [home].into_iter().chain(elsewhere.iter().copied());
    let told = |one: ResourceRef| {
        let proof = audit::finding::Proof { place: one.place, verdict: audit.row(one).verdict };
        match audit.remainder(proof.verdict) {
            Some(remainder) => recorder_sentences::sentence(remainder),
            None => {
                let by = audit.recorded_by(proof);
                let recorders = by.iter().map(|at| &audit.inventory.recorders[*at]);
                recorders.map(|one| format!("{} {}", one.kind, one.name)).collect::<Vec<_>>().join(", ")
            }
        }
    };
    html! {
        @if elsewhere.is_empty() { (inline(&told(home))) } @else {
            @for one in each { span.served { (audit.places[one.place].region) ": " (inline(&told(one))) } }
        }
    }
}
