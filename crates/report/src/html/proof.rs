//! Why a call leaves no record: the event, and the selectors that turned it away, as AWS shows them.

use crate::headline::subject_arn;
use crate::recorder_sentences;
use crate::selectors;
use crate::verdict_words;
use audit::finding::{Audit, Finding, PlaceAudit, Proof, Status};
use cloudtrail::event::Event;
use maud::{Markup, html};
use recording::{Escape, State, Why};

/// How many recorders are shown for one finding.
const RECORDERS: usize = 20;

/// How many selectors of one recorder are shown for one finding.
const SELECTORS: usize = 10;

/// What escapes by the proof, and the state that the example is of.
pub(super) fn escape<'a>(
    audit: &'a Audit<'_>,
    finding: &Finding,
    proof: Proof,
) -> Option<(&'a Escape, State)> {
    let verdict = &audit.verdicts[proof.verdict];
    if finding.status == Status::Pass {
        verdict.possible.as_ref().map(|escape| (escape, State::Recorded))
    } else {
        verdict.escape.as_ref().map(|escape| (escape, verdict.state))
    }
}

/// The example of a call, in a sentence.
pub(super) fn example(audit: &Audit<'_>, finding: &Finding, proof: Proof) -> Option<Markup> {
    let (escape, state) = escape(audit, finding, proof)?;
    let arn = subject_arn(audit, finding, proof);
    let event = verdict_words::example(audit, &audit.places[proof.place], escape, arn.as_deref());
    Some(html! { p.example { span.label { (verdict_words::of_example(state)) } (event) } })
}

/// The whole proof: the example, its fields, and what each recorder did with it.
pub(super) fn proof(audit: &Audit<'_>, finding: &Finding, proof: Proof) -> Option<Markup> {
    let (escape, _) = escape(audit, finding, proof)?;
    let place = &audit.places[proof.place];
    let arn = subject_arn(audit, finding, proof);
    let deeds = recorder_sentences::deeds(audit, place, escape);
    Some(html! {
        div.proof {
            (example(audit, finding, proof).unwrap_or_default())
            (event(&escape.witness, place, arn.as_deref()))
            @if deeds.is_empty() {
                p { (recorder_sentences::sentence("no trail or event data store exists here")) }
            } @else {
                ul.recorders {
                    @for deed in deeds.iter().take(RECORDERS) {
                        li {
                            p { (recorder_sentences::sentence(&deed.line)) }
                            @if let Some(at) = deed.recorder { (turned(audit, at, &deed.selectors)) }
                        }
                    }
                    @if deeds.len() > RECORDERS { li { p { "and " (deeds.len() - RECORDERS) " more" } } }
                }
            }
        }
    })
}

/// The fields of the event that selectors look at, by CloudTrail's names.
fn fields<'a>(
    event: &'a Event,
    place: &PlaceAudit<'a>,
    arn: Option<&'a str>,
) -> Vec<(&'static str, &'a str)> {
    let read_only = if event.read_only { "true" } else { "false" };
    let mut fields = vec![
        ("eventCategory", event.category.as_str()),
        ("eventSource", &event.source),
        ("eventName", &event.name),
        ("readOnly", read_only),
        ("awsRegion", place.region),
        ("recipientAccountId", place.account),
    ];
    if let Some(resource) = &event.resource {
        fields.push(("resources.type", &resource.kind));
        fields.push(("resources.ARN", arn.unwrap_or(&resource.arn)));
    }
    fields.extend(event.user_identity_arn.as_deref().map(|arn| ("userIdentity.arn", arn)));
    fields.extend(event.session_credential_from_console.then_some(("sessionCredentialFromConsole", "true")));
    fields
}

/// The same proof in few elements, for a page with thousands of findings: a browser takes as long as it has elements.
pub(super) fn short(audit: &Audit<'_>, finding: &Finding, proof: Proof) -> Option<Markup> {
    let (escape, state) = escape(audit, finding, proof)?;
    let place = &audit.places[proof.place];
    let arn = subject_arn(audit, finding, proof);
    let example = verdict_words::example(audit, place, escape, arn.as_deref());
    let fields = fields(&escape.witness, place, arn.as_deref());
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let deeds = recorder_sentences::deeds(audit, place, escape);
    let selector = |at: usize, number: usize| {
        let known = audit.inventory.recorders[at].selectors.known()?.list.get(number)?;
        Some(format!("Selector {number}: {}", selectors::compact(known)))
    };
    Some(html! {
        p { (verdict_words::of_example(state)) (example) }
        p.conditions { (fields.join("; ")) }
        @for deed in deeds.iter().take(RECORDERS) {
            p { (recorder_sentences::sentence(&deed.line)) }
            @for told in deed.selectors.iter().take(SELECTORS).filter_map(|(number, _)| selector(deed.recorder?, *number)) {
                p.conditions { (told) }
            }
        }
    })
}

/// The fields of the event as a list of names and values.
fn event(event: &Event, place: &PlaceAudit<'_>, arn: Option<&str>) -> Markup {
    let fields = fields(event, place, arn);
    html! {
        dl.event {
            @for (name, value) in fields { div class=[value.starts_with("arn:").then_some("wide")] { dt { (name) } dd { (value) } } }
        }
    }
}

/// The selectors of one recorder that turned the event away, with the condition that did.
fn turned(audit: &Audit<'_>, recorder: usize, deeds: &[(usize, &Why)]) -> Markup {
    let list = audit.inventory.recorders[recorder].selectors.known().map_or(&[][..], |known| &known.list);
    let shown: Vec<_> = deeds.iter().filter_map(|(at, why)| Some((*at, list.get(*at)?, *why))).collect();
    if shown.is_empty() {
        return html! {};
    }
    html! {
        ol.selectors {
            @for (at, selector, why) in shown.iter().take(SELECTORS) {
                li {
                    p.selector-name { "Selector " (at) @if !selector.name().is_empty() { ", " q { (selector.name()) } } }
                    (conditions(&selectors::conditions(selector), Some(why)))
                }
            }
            @if shown.len() > SELECTORS { li { "and " (shown.len() - SELECTORS) " more" } }
        }
    }
}

/// The conditions of a selector, a line each; the one that turned the event away is marked.
pub(super) fn conditions(parts: &[String], why: Option<&Why>) -> Markup {
    let field = match why {
        Some(Why::Field(turned)) => Some(turned.field),
        _ => None,
    };
    let hit = |part: &str| field.is_some_and(|field| is_about(part, field));
    let first = parts.iter().position(|part| hit(part));
    html! {
        ul.conditions {
            @for (at, part) in parts.iter().enumerate() {
                li class=[(first == Some(at)).then_some("hit")] {
                    @if at > 0 { span.and { "AND " } }
                    @if first == Some(at) { mark { (part) } span.said { " turned it away" } } @else { (part) }
                }
            }
        }
    }
}

/// True iff the condition is on that field; what a basic selector lists stands in one condition.
fn is_about(part: &str, field: &str) -> bool {
    let bare = part.trim_start_matches('(');
    let starts = |name: &str| bare.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    starts(field)
        || (field.starts_with("DataResources")
            && (starts("DataResources") || starts("IncludeManagementEvents")))
}
