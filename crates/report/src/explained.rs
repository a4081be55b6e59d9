//! An explanation as text and as JSON, `invoketrail.explain/1`.

use super::colours::state_style;
use super::explain::{Explanation, Part};
use super::member::{Json, Object};
use super::page::{Layout, Page, Style};
use super::quantity::quantity;
use super::{EXPLAIN_FORMAT, Stamp, proof, recorder_sentences, selectors, verdict_words};
use audit::finding::verdict_word;
use audit::inventory::GapKind;
use cloudtrail::selector::{Doubt, Selector};
use recording::{Escape, Open, SelectorRef, State, Why};
use std::collections::BTreeSet;

/// How many selectors of a recorder are shown at most; the document has them all.
const SELECTORS: usize = 20;

/// The explanation for a person at a terminal.
#[must_use]
pub fn explanation_text(explanation: &Explanation<'_>, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let state = explanation.verdict.state;
    page.answer(state_style(state), &headline(explanation));
    if let Some(escape) = &explanation.verdict.escape {
        page.gap();
        page.paragraph(
            0,
            (Style::Plain, ""),
            (Style::Plain, &recorder_sentences::sentence(&escape.remainder)),
        );
        page.paragraph(
            0,
            (Style::Dim, verdict_words::of_example(state)),
            (Style::Plain, &witness(explanation, escape)),
        );
    }
    if explanation.verdict.open == Some(Open::Work)
        && let Some(reason) = explanation.verdict.open_reason()
    {
        page.gap();
        page.paragraph(0, (Style::Open, ""), (Style::Plain, &recorder_sentences::sentence(&reason)));
    }
    if let Some(open) = &explanation.open {
        page.gap();
        page.paragraph(0, (Style::Plain, ""), (Style::Plain, &recorder_sentences::sentence(open)));
    }
    for (at, part) in explanation.recorders.iter().enumerate() {
        page.gap();
        recorder(explanation, at, part, &mut page);
    }
    if explanation.recorders.is_empty() {
        page.gap();
        page.paragraph(0, (Style::Plain, ""), (Style::Plain, "No recorder records here."));
    }
    if !explanation.silent.is_empty() {
        page.heading("Recorders that record nothing here");
    }
    for silent in &explanation.silent {
        let name = format!("{} {}: ", silent.kind, silent.name);
        page.paragraph(2, (Style::Plain, &name), (Style::Plain, &silent.reason.to_string()));
    }
    fix(explanation, &mut page);
    if let Some(possible) = &explanation.verdict.possible {
        page.heading("Warning");
        let told = format!(
            "AWS does not settle under which names all invocations are recorded. If others exist, {}",
            possible.remainder
        );
        page.paragraph(2, (Style::Plain, ""), (Style::Plain, &recorder_sentences::sentence(&told)));
        let label = verdict_words::of_example(State::Recorded);
        page.paragraph(2, (Style::Dim, label), (Style::Plain, &witness(explanation, possible)));
    }
    if explanation.arn.is_none() || explanation.open.is_some() {
        for gap in &explanation.gaps {
            let told = format!("{} {}: {}", gap.call, super::gaps::kind(gap.kind), gap.error);
            page.paragraph(0, (Style::Open, "Gap: "), (Style::Plain, &told));
        }
    }
    page.into_text()
}

/// What to allow, where something that AWS refused decides.
fn fix(explanation: &Explanation<'_>, page: &mut Page) {
    if explanation.verdict.state != State::Undetermined {
        return;
    }
    let of_recorders = explanation.recorders.iter().flat_map(|part| part.gaps.iter().copied());
    let own = explanation.gaps.iter().copied().filter(|_| explanation.open.is_some());
    let refused = of_recorders.chain(own).filter(|gap| gap.kind == GapKind::Refused);
    let calls: BTreeSet<&str> = refused.map(|gap| gap.call.as_str()).collect();
    if !calls.is_empty() {
        let calls = calls.into_iter().collect::<Vec<_>>().join(", ");
        page.gap();
        let told = format!("Allow {calls} (`invoketrail permissions audit --check`).");
        page.paragraph(0, (Style::Dim, "Fix: "), (Style::Plain, &told));
    }
}

fn witness(explanation: &Explanation<'_>, escape: &Escape) -> String {
    let region = explanation.place.map_or("any Region", |(_, region)| region);
    let selectors = explanation.recorders.iter().filter_map(|part| part.selectors).flatten();
    verdict_words::witness(
        escape,
        explanation.witness_arn.as_deref(),
        region,
        verdict_words::look_at_callers(selectors),
    )
}

/// The verdict in one sentence.
fn headline(explanation: &Explanation<'_>) -> String {
    let noun = explanation.kind.noun();
    let subject = match (&explanation.arn, explanation.place) {
        (Some(arn), Some((account, region))) => {
            format!("{noun} {} in {region} of account {account}", super::resource_name::name_in(arn))
        }
        (Some(arn), None) => format!("{noun} {arn}"),
        (None, Some((account, region))) => {
            format!("any {noun}, existing or new, in {region} of account {account}")
        }
        (None, None) => format!("any {noun}"),
    };
    let subject = match &explanation.unseen {
        None => subject,
        Some(None) => format!("{subject} (no such {noun} was found)"),
        Some(Some(near)) => format!("{subject} (no such {noun} was found; did you mean {near}?)"),
    };
    // Nobody knows whether the recorder reaches that far: it may record all of it.
    let open = explanation.recorders.iter().any(|part| matches!(part.standing, Some((false, _))));
    let escape = explanation.verdict.escape.as_ref();
    let some = escape.is_some_and(|escape| !escape.is_everything());
    if explanation.is_pasted() && open && some && explanation.verdict.state == State::NotRecorded {
        return format!(
            "Not all recorded: some invocations of {subject} leave no record. Unknown whether these selectors record the others."
        );
    }
    verdict_words::verdict_sentence(explanation.verdict.state, &subject, explanation.is_pasted())
}

fn recorder(explanation: &Explanation<'_>, at: usize, part: &Part<'_>, page: &mut Page) {
    let uncertain = !part.certain && part.arn.is_some();
    let certain = if uncertain { "(unknown whether it records here)" } else { "" };
    let about = format!("{} {certain}", part.arn.unwrap_or_default());
    page.paragraph(0, (Style::Strong, &format!("{} ", part.name)), (Style::Dim, &about));
    for gap in &part.gaps {
        let told = format!("{} {}: {}", gap.call, super::gaps::kind(gap.kind), gap.error);
        page.paragraph(2, (Style::Open, "gap "), (Style::Plain, &told));
    }
    if let Some((silent, why)) = &part.standing {
        let style = if *silent { Style::Bad } else { Style::Open };
        page.paragraph(2, (Style::Plain, ""), (style, &recorder_sentences::sentence(why)));
    }
    match part.selectors {
        None if part.arn.is_some() => {
            let open = part.gaps.iter().any(|gap| gap.kind == GapKind::AfterApply);
            let told = if open {
                "Its selectors are known only after apply."
            } else {
                "Its selectors were not read."
            };
            page.paragraph(2, (Style::Open, ""), (Style::Plain, told));
        }
        None => {}
        Some([]) => {
            page.paragraph(2, (Style::Plain, ""), (Style::Plain, "It has no selectors: it records nothing."))
        }
        Some(selectors) => {
            let decides = |position: &usize| {
                let by = SelectorRef { candidate: at, selector: *position };
                explanation.verdict.cover.contains(&by) || !silent(explanation, by)
            };
            let all: Vec<usize> = (0..selectors.len()).collect();
            let shown: Vec<usize> = match all.len() {
                0..=SELECTORS => all,
                _ => all.into_iter().filter(decides).take(SELECTORS).collect(),
            };
            for position in &shown {
                let by = SelectorRef { candidate: at, selector: *position };
                selector(explanation, by, &selectors[*position], page);
            }
            let more = selectors.len() - shown.len();
            if more > 0 {
                let told =
                    format!("and {}: --format json", quantity(more, ("more selector", "more selectors")));
                page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
            }
        }
    }
}

fn selector(explanation: &Explanation<'_>, by: SelectorRef, selector: &Selector, page: &mut Page) {
    let label = match (selector, selector.name()) {
        (Selector::Basic(_), _) => format!("selector {} (basic): ", by.selector),
        (_, "") => format!("selector {}: ", by.selector),
        (_, name) => format!("selector {} \"{}\": ", by.selector, text::visible::visible(name)),
    };
    page.paragraph(2, (Style::Plain, &label), (Style::Plain, &selectors::compact(selector)));
    // Of the whole recorder.
    for doubt in selector.doubts().iter().filter(|doubt| !matches!(doubt, Doubt::Stopped { .. })) {
        page.paragraph(4, (Style::Open, "not understood: "), (Style::Plain, &doubt.to_string()));
    }
    if silent(explanation, by) {
        return;
    }
    let cover = &explanation.verdict.cover;
    if cover.contains(&by) {
        let told = if cover.len() == 1 {
            "records every invocation"
        } else {
            "records a part of them, and is needed"
        };
        page.paragraph(4, (Style::Good, "-> "), (Style::Good, told));
        return;
    }
    match explanation.did(by) {
        Some(why @ Why::Field(_)) => {
            let told = format!("does not record it: {}", did(explanation, selector, why));
            page.paragraph(4, (Style::Bad, "-> "), (Style::Plain, &told));
        }
        // The doubts were told already.
        Some(Why::Doubt(_)) => {
            page.paragraph(4, (Style::Open, "-> "), (Style::Plain, "may or may not record it"));
        }
        Some(why) => {
            page.paragraph(4, (Style::Open, "-> "), (Style::Plain, &did(explanation, selector, why)));
        }
        None => page.paragraph(4, (Style::Dim, "-> "), (Style::Dim, "not needed for the proof")),
    }
}

/// What the selector did with the example, in words.
fn did(explanation: &Explanation<'_>, selector: &Selector, why: &Why) -> String {
    let escape = explanation.verdict.escape.as_ref();
    escape.map_or_else(String::new, |escape| selectors::deed(Some(selector), why, &escape.witness))
}

/// True iff the recorder of the selector certainly records nothing, whatever the selector admits.
fn silent(explanation: &Explanation<'_>, by: SelectorRef) -> bool {
    let part = explanation.recorders.get(by.candidate);
    part.and_then(|part| part.standing.as_ref()).is_some_and(|(silent, _)| *silent)
}

/// The explanation as one JSON document, in one line.
#[must_use]
pub fn explanation_json(explanation: &Explanation<'_>, stamp: &Stamp<'_>) -> String {
    let mut json = Json::default();
    let verdict = explanation.verdict;
    json.object(|object| {
        object.text("format", EXPLAIN_FORMAT);
        object.object("tool", |tool| {
            tool.text("name", "invoketrail");
            tool.text("version", stamp.version);
        });
        object.text("generated_at", stamp.generated_at);
        object.object("resource", |resource| {
            resource.maybe("arn", explanation.arn.as_deref());
            resource.text("type", explanation.kind.as_str());
            resource.maybe("account", explanation.place.map(|(account, _)| account));
            resource.maybe("region", explanation.place.map(|(_, region)| region));
        });
        object.text("verdict", verdict_word(verdict.state));
        match (&verdict.escape, &explanation.open) {
            (None, Some(open)) => {
                object.text("remainder", open);
                object.null("witness");
            }
            (found, _) => escape(explanation, found.as_ref(), object),
        }
        object.list("recorders", explanation.recorders.iter().enumerate(), |json, (at, part)| {
            json.object(|object| recorder_members(explanation, at, part, object));
        });
        object.list("silent", &explanation.silent, |json, silent| {
            json.object(|object| {
                object.text("recorder", silent.arn);
                object.text("reason", &silent.reason.to_string());
                object.text("code", silent.reason.code().as_str());
            });
        });
        proof::open(verdict, object);
        object.list("warnings", &verdict.possible, |json, possible| {
            json.object(|object| {
                object.text("warning", "possible_event_escapes");
                escape(explanation, Some(possible), object);
            });
        });
        object.list("gaps", &explanation.gaps, |json, gap| proof::gap(gap, json));
    });
    format!("{}\n", json.as_str())
}

fn escape(explanation: &Explanation<'_>, escape: Option<&Escape>, object: &mut Object<'_>) {
    object.maybe("remainder", escape.map(|escape| escape.remainder.as_str()));
    match escape {
        None => object.null("witness"),
        Some(escape) => object.object("witness", |object| {
            let own = escape.witness.resource.as_ref().map(|resource| resource.arn.as_str());
            let arn = explanation.witness_arn.as_deref().or(own).unwrap_or_default();
            let (account, region) = explanation.place.unwrap_or_default();
            proof::witness(&escape.witness, account, region, Some(arn), object);
        }),
    }
}

fn recorder_members(explanation: &Explanation<'_>, at: usize, part: &Part<'_>, object: &mut Object<'_>) {
    object.maybe("recorder", part.arn);
    object.text("name", &part.name);
    object.flag("certain", part.certain);
    if let Some((silent, why)) = &part.standing {
        object.flag("silent", *silent);
        object.text("standing", why);
    }
    match part.selectors {
        None => object.null("selectors"),
        Some(selectors) => {
            object.list("selectors", selectors.iter().enumerate(), |json, (position, selector)| {
                let by = SelectorRef { candidate: at, selector: position };
                json.object(|object| selector_members(explanation, by, selector, object));
            })
        }
    }
    object.list("gaps", &part.gaps, |json, gap| proof::gap(gap, json));
}

fn selector_members(
    explanation: &Explanation<'_>,
    by: SelectorRef,
    selector: &Selector,
    object: &mut Object<'_>,
) {
    object.number("selector", by.selector);
    object.text("form", if matches!(selector, Selector::Basic(_)) { "basic" } else { "advanced" });
    object.text("name", selector.name());
    object.text("admits", &selectors::compact(selector));
    object.flag("in_cover", explanation.verdict.cover.contains(&by));
    object.list("doubts", selector.doubts(), |json, doubt| json.text(&doubt.to_string()));
    match explanation.did(by) {
        None => object.null("turned_away"),
        Some(why) => object.object("turned_away", |object| {
            proof::why(why, object);
            if matches!(why, Why::Field(_)) {
                object.text("reason", &did(explanation, selector, why));
            }
        }),
    }
}
