//! What changed since an earlier audit, for a person and as members of the audit's JSON.

use super::member::Object;
use super::page::{Layout, Page, Style};
use super::plan::{Line, difference_of_states};
use super::quantity::quantity;
use audit::change::State;
use audit::drift::{Drift, RecorderDrift};
use audit::finding::verdict_word;
use recording::State as Verdict;

/// How many resources of one kind of change are listed.
const LISTED: usize = 10;

/// What changed, for a person at a terminal; `since` is when the earlier inventory was collected.
#[must_use]
pub fn drift_text(drift: &Drift, since: &str, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    page.heading(&format!("Changed since {since}"));
    if drift.is_empty() {
        page.paragraph(2, (Style::Good, ""), (Style::Plain, "Nothing."));
    }
    for (control, before, after) in &drift.controls {
        let label = format!("{control}: ");
        let told = format!("{} became {}", before.as_str(), after.as_str());
        page.paragraph(2, (Style::Strong, &label), (Style::Plain, &told));
    }
    for recorder in &drift.recorders {
        self::recorder(recorder, &mut page);
    }
    for ((kind, account, region), before, after) in &drift.future {
        let noun = if kind == "AWS::Lambda::Function" { "functions" } else { kind };
        let told = format!("{} became {}", words_of(*before), words_of(*after));
        page.paragraph(
            2,
            (Style::Strong, &format!("new {noun} in {account} {region}: ")),
            (Style::Plain, &told),
        );
    }
    resources(drift, &mut page);
    for (id, before, after) in &drift.exceptions {
        let told = match (before, after) {
            (None, Some(after)) => format!("is new: {after}"),
            (Some(before), None) => format!("is gone: {before}"),
            (before, after) => {
                let told = |one: &Option<String>| one.clone().unwrap_or_default();
                format!("{} became {}", told(before), told(after))
            }
        };
        page.paragraph(2, (Style::Strong, &format!("exception {id}: ")), (Style::Plain, &told));
    }
    page.into_text()
}

/// A verdict as people say it.
fn words_of(state: Verdict) -> String {
    verdict_word(state).replace('_', " ")
}

fn recorder(drift: &RecorderDrift, page: &mut Page) {
    let label = format!("{}: ", drift.arn);
    match drift.there {
        (false, _) => page.paragraph(2, (Style::Strong, &label), (Style::Plain, "is new")),
        (_, false) if !drift.looked => {
            let told = "is out of sight, because its account and Region was not looked at again";
            page.paragraph(2, (Style::Strong, &label), (Style::Open, told));
        }
        (_, false) => page.paragraph(2, (Style::Strong, &label), (Style::Bad, "is gone")),
        (true, true) => page.paragraph(2, (Style::Strong, &label), (Style::Plain, "is set otherwise")),
    }
    for (name, before, after) in &drift.settings {
        let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "not read".to_owned());
        if name == "selectors" && before.is_some() && after.is_some() {
            page.paragraph(4, (Style::Plain, ""), (Style::Plain, "selectors:"));
            let state = |value: &Option<String>| State::Selectors(told(value));
            for line in difference_of_states(&state(before), &state(after)) {
                let (style, text) = match line {
                    Line::Same(text) => (Style::Dim, format!("  {text}")),
                    Line::Before(text) => (Style::Bad, format!("- {text}")),
                    Line::After(text) => (Style::Good, format!("+ {text}")),
                    Line::Skipped(n) => (Style::Dim, format!("  ... {n} lines as before")),
                };
                page.line(6, style, &text);
            }
        } else {
            let change = format!("{} became {}", told(before), told(after));
            page.paragraph(4, (Style::Plain, &format!("{name}: ")), (Style::Plain, &change));
        }
    }
}

fn resources(drift: &Drift, page: &mut Page) {
    let changed: Vec<(String, String)> = drift
        .resources
        .iter()
        .map(|one| {
            let told = format!("{} became {}", words_of(one.before), words_of(one.after));
            (format!("{} ({})", one.arn, one.region), told)
        })
        .collect();
    let there = |all: &[((String, String), Verdict)], word: &str| -> Vec<(String, String)> {
        all.iter()
            .map(|((arn, region), state)| {
                (format!("{arn} ({region})"), format!("{word}, {}", words_of(*state)))
            })
            .collect()
    };
    let unseen = "is out of sight, because its account and Region was not listed again; it was";
    let groups = [
        changed,
        there(&drift.appeared, "is new"),
        there(&drift.gone, "is gone"),
        there(&drift.unseen, unseen),
    ];
    for group in groups {
        for (about, told) in group.iter().take(LISTED) {
            page.paragraph(2, (Style::Plain, &format!("{about}: ")), (Style::Plain, told));
        }
        if group.len() > LISTED {
            let more = quantity(group.len() - LISTED, ("more like these", "more like these"));
            page.paragraph(2, (Style::Dim, ""), (Style::Dim, &format!("and {more}")));
        }
    }
}

/// The same as members of an object.
pub(super) fn members(drift: &Drift, object: &mut Object<'_>) {
    object.list("controls", &drift.controls, |json, (control, before, after)| {
        json.object(|object| {
            object.text("id", control);
            object.text("before", before.as_str());
            object.text("after", after.as_str());
        });
    });
    object.list("resources", &drift.resources, |json, one| {
        json.object(|object| {
            object.text("arn", &one.arn);
            object.text("region", &one.region);
            object.text("before", verdict_word(one.before));
            object.text("after", verdict_word(one.after));
        });
    });
    if !drift.future.is_empty() {
        object.list("future", &drift.future, |json, ((kind, account, region), before, after)| {
            json.object(|object| {
                object.text("type", kind);
                object.text("account", account);
                object.text("region", region);
                object.text("before", verdict_word(*before));
                object.text("after", verdict_word(*after));
            });
        });
    }
    let lists = [("appeared", &drift.appeared), ("gone", &drift.gone), ("unseen", &drift.unseen)];
    for (name, list) in lists.into_iter().filter(|(name, list)| *name != "unseen" || !list.is_empty()) {
        object.list(name, list, |json, ((arn, region), state)| {
            json.object(|object| {
                object.text("arn", arn);
                object.text("region", region);
                object.text("verdict", verdict_word(*state));
            });
        });
    }
    object.list("recorders", &drift.recorders, |json, one| {
        json.object(|object| {
            object.text("arn", &one.arn);
            object.flag("before", one.there.0);
            object.flag("after", one.there.1);
            object.flag("looked", one.looked);
            object.flag("may_record_less", one.narrowed);
            object.list("settings", &one.settings, |json, (name, before, after)| {
                json.object(|object| {
                    object.text("name", name);
                    object.maybe("before", before.as_deref());
                    object.maybe("after", after.as_deref());
                });
            });
        });
    });
    if !drift.exceptions.is_empty() {
        object.list("exceptions", &drift.exceptions, |json, (id, before, after)| {
            json.object(|object| {
                object.text("id", id);
                object.maybe("before", before.as_deref());
                object.maybe("after", after.as_deref());
            });
        });
    }
}
