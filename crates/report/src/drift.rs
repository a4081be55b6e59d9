//! What changed since an earlier audit, for a person and as members of the audit's JSON.

use super::member::{Json, Object};
use super::page::{Layout, Page, Style};
use super::plan::{Line, difference_of_states};
use super::quantity::quantity;
use audit::change::State;
use audit::drift::{Drift, ExceptionDrift, RecorderDrift, SettingDrift};
use audit::finding::verdict_word;
use recording::State as Verdict;

/// How many resources of one kind of change are listed.
const LISTED: usize = 10;

/// What changed, for a person at a terminal; `since` is when the earlier inventory was collected.
#[must_use]
pub fn drift_text(drift: &Drift, since: &str, layout: &Layout) -> String {
    text(drift, &format!("Changed since {since}"), layout)
}

/// What a change will do to the recording, before it is carried out.
#[must_use]
pub fn forecast_text(drift: &Drift, layout: &Layout) -> String {
    text(drift, "What becomes of the recording", layout)
}

fn text(drift: &Drift, heading: &str, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    page.heading(heading);
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
    places(drift, &mut page);
    resources(drift, &mut page);
    drift.exceptions.iter().for_each(|one| exception(one, &mut page));
    page.into_text()
}

fn exception(drift: &ExceptionDrift, page: &mut Page) {
    let told = match (&drift.before, &drift.after) {
        (None, after) => format!("is new: {}", after.as_deref().unwrap_or_default()),
        (Some(before), None) => format!("is gone: {before}"),
        (Some(before), Some(after)) if before == after => format!("accepts something else: {after}"),
        (Some(before), Some(after)) => format!("{before} became {after}"),
    };
    page.paragraph(2, (Style::Strong, &format!("exception {}: ", drift.id)), (Style::Plain, &told));
    for SettingDrift { name, before, after } in &drift.settings {
        let told = match (name.as_str(), before, after) {
            ("functions", before, after) => {
                let gone = before.iter().map(|gone| format!("no longer {gone}"));
                gone.chain(after.iter().map(|new| format!("now also {new}"))).collect::<Vec<_>>().join("; ")
            }
            (_, before, after) => {
                let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
                format!("{} became {}", told(before), told(after))
            }
        };
        page.paragraph(4, (Style::Plain, &format!("{name}: ")), (Style::Plain, &told));
    }
}

fn places(drift: &Drift, page: &mut Page) {
    let groups = [
        (&drift.new_places, "is new, new functions are", Style::Plain),
        (
            &drift.unseen_places,
            "is out of sight, because it was not audited again; new functions were",
            Style::Open,
        ),
    ];
    for (places, told, style) in groups {
        for ((account, region), state) in places.iter().take(LISTED) {
            let told = format!("{told} {}", words_of(*state));
            page.paragraph(2, (Style::Strong, &format!("{account} {region}: ")), (style, &told));
        }
        if places.len() > LISTED {
            let more = quantity(places.len() - LISTED, ("more like this", "more like these"));
            page.paragraph(2, (Style::Dim, ""), (Style::Dim, &format!("and {more}")));
        }
    }
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
        (true, true) => page.paragraph(2, (Style::Strong, &label), (Style::Plain, "has other settings")),
    }
    for SettingDrift { name, before, after } in &drift.settings {
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
    let places = [("new_places", &drift.new_places), ("unseen_places", &drift.unseen_places)];
    for (name, list) in places.into_iter().filter(|(_, list)| !list.is_empty()) {
        object.list(name, list, |json, ((account, region), state)| {
            json.object(|object| {
                object.text("account", account);
                object.text("region", region);
                object.text("verdict", verdict_word(*state));
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
            object.list("settings", &one.settings, |json, setting| self::setting(setting, json));
        });
    });
    if !drift.exceptions.is_empty() {
        object.list("exceptions", &drift.exceptions, |json, one| {
            json.object(|object| {
                object.text("id", &one.id);
                object.maybe("before", one.before.as_deref());
                object.maybe("after", one.after.as_deref());
                if !one.settings.is_empty() {
                    object.list("settings", &one.settings, |json, setting| self::setting(setting, json));
                }
            });
        });
    }
}

fn setting(SettingDrift { name, before, after }: &SettingDrift, json: &mut Json) {
    json.object(|object| {
        object.text("name", name);
        object.maybe("before", before.as_deref());
        object.maybe("after", after.as_deref());
    });
}
