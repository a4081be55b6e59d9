//! What changed between two audits, and which calls changed it, as documents.

use super::colours::conclusion_style;
use super::drift::{drift_text, members};
use super::member::{Json, Object};
use super::page::{Layout, Page, Style};
use super::quantity::quantity;
use audit::answer::Conclusion;
use audit::drift::{Drift, UnreadTwice};
use logs::{ControlCall, text_of};
use std::collections::BTreeSet;
use text::visible::visible;

/// The format of a comparison as JSON, and its version.
pub const DIFF_FORMAT: &str = "invoketrail.diff/1";

/// One of the two audits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffSide {
    /// As it was typed: the number of a kept audit, or a file.
    pub named: String,
    /// When its facts were collected: RFC 3339, UTC.
    pub collected_at: String,
    /// Its answer: `yes`, `no`, `undetermined`.
    pub answer: String,
}

/// Calls that were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffCalls {
    /// Those that changed something that may be recorded, in order of time.
    pub calls: Vec<ControlCall>,
    /// How many log files were found.
    pub files: u64,
    /// True iff log files were found, and all of them could be read.
    pub whole: bool,
}

/// Two audits, compared.
#[derive(Clone, Debug)]
pub struct Diff {
    /// The earlier one.
    pub before: DiffSide,
    /// The later one.
    pub after: DiffSide,
    /// What changed.
    pub drift: Drift,
    /// What was read in neither.
    pub unread: UnreadTwice,
    /// Which calls were made between both; `None` iff no logs were named.
    pub calls: Option<DiffCalls>,
}

impl Diff {
    /// Whether recording got worse, of what was read.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        self.drift.conclusion()
    }

    fn headline(&self) -> String {
        let told = match self.answer() {
            Conclusion::Nothing if self.unread == UnreadTwice::default() => "Nothing changed.",
            Conclusion::Nothing => "Nothing changed of what was read.",
            Conclusion::Yes => "Something changed, and nothing got worse.",
            Conclusion::Undetermined => "Nothing certainly got worse, but something may have.",
            Conclusion::No => return self.worse(),
        };
        told.to_owned()
    }

    fn worse(&self) -> String {
        let (resources, places) = self.drift.worse();
        let resources = (resources > 0).then(|| quantity(resources, ("resource", "resources")));
        let at = quantity(places, ("account and Region", "accounts and Regions"));
        let places = (places > 0).then(|| format!("new functions in {at}"));
        let all: Vec<String> = resources.into_iter().chain(places).collect();
        match all.as_slice() {
            [] => "Recording got worse: a required control fails.".to_owned(),
            all => format!("Recording got worse for {}.", all.join(" and ")),
        }
    }

    /// What changed of recorders and functions, by ARN.
    fn changed(&self) -> BTreeSet<&str> {
        let drift = &self.drift;
        let recorders = drift.recorders.iter().map(|one| one.arn.as_str());
        let there = drift.appeared.iter().chain(&drift.gone).map(|((arn, _), _)| arn.as_str());
        recorders.chain(there).chain(drift.resources.iter().map(|one| one.arn.as_str())).collect()
    }

    /// Each call that succeeded and is about something that changed, with what that is.
    fn explaining(&self) -> Vec<(&ControlCall, Vec<&str>)> {
        let changed = self.changed();
        let calls = self.calls.iter().flat_map(|calls| &calls.calls).filter(|call| call.error.is_none());
        let about = |call: &ControlCall| changed.iter().copied().filter(|arn| call.is_about(arn)).collect();
        calls
            .map(|call| (call, about(call)))
            .filter(|(_, about): &(_, Vec<&str>)| !about.is_empty())
            .collect()
    }
}

/// How many calls are listed.
const LISTED: usize = 20;

/// The comparison, for a person.
#[must_use]
pub fn diff_text(diff: &Diff, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let style = conclusion_style(diff.answer());
    page.answer(style, &diff.headline());
    for (label, side) in [("Before: ", &diff.before), ("After:  ", &diff.after)] {
        let told = format!("{}, collected {}, answer {}", side.named, side.collected_at, side.answer);
        page.paragraph(2, (Style::Dim, label), (Style::Plain, &told));
    }
    if !diff.drift.is_empty() {
        page.append(&drift_text(&diff.drift, &diff.before.collected_at, layout));
    }
    unread(&diff.unread, &mut page);
    calls(diff, &mut page);
    page.into_text()
}

/// Recorders that are listed.
const UNREAD: usize = 5;

/// What nobody knows of, before and after.
fn unread(unread: &UnreadTwice, page: &mut Page) {
    let (resources, places) = unread.verdicts;
    if *unread == UnreadTwice::default() {
        return;
    }
    page.heading("Not read before and after: it may have changed");
    let shown = if page.is_all() { usize::MAX } else { UNREAD };
    for (arn, settings) in unread.settings.iter().take(shown) {
        page.paragraph(
            2,
            (Style::Strong, &format!("{}: ", visible(arn))),
            (Style::Plain, &settings.join(", ")),
        );
    }
    let more = unread.settings.len().saturating_sub(shown);
    if more > 0 {
        let told = format!("and {}: --all", quantity(more, ("more recorder", "more recorders")));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
    let named: Vec<String> =
        unread.unlisted.iter().take(shown).map(|(account, region)| format!("{account} {region}")).collect();
    if !named.is_empty() {
        let more = unread.unlisted.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let told = format!("{}{more}", named.join(", "));
        page.paragraph(2, (Style::Strong, "Not all resources and recorders listed: "), (Style::Plain, &told));
    }
    if !unread.controls.is_empty() {
        let told = format!("undetermined before and after: {}", unread.controls.join(", "));
        page.paragraph(2, (Style::Open, ""), (Style::Open, &told));
    }
    if unread.may_hide() {
        let resources = (resources > 0).then(|| quantity(resources, ("resource", "resources")));
        let at = quantity(places, ("account and Region", "accounts and Regions"));
        let places = (places > 0).then(|| format!("new functions in {at}"));
        let all: Vec<String> = resources.into_iter().chain(places).collect();
        let told = format!("undetermined before and after: {}", all.join(", "));
        page.paragraph(2, (Style::Open, ""), (Style::Open, &told));
    }
}

fn calls(diff: &Diff, page: &mut Page) {
    let Some(found) = &diff.calls else { return };
    page.heading("Calls that changed it");
    let explaining = diff.explaining();
    if explaining.is_empty() {
        let told = match found.files {
            0 => "Unknown: no log file of that time was read.",
            _ => "None was found in the logs of that time.",
        };
        page.paragraph(2, (Style::Plain, ""), (Style::Plain, told));
    }
    for (call, about) in explaining.iter().take(LISTED) {
        let label = format!("{} {} ", text_of(call.time), call.name);
        let by = call.caller.as_deref().unwrap_or("nobody that the record names");
        let told = format!("of {} by {by} (event {})", about.join(", "), call.event_id);
        page.paragraph(2, (Style::Strong, &label), (Style::Plain, &told));
    }
    if explaining.len() > LISTED {
        let more = quantity(explaining.len() - LISTED, ("more call", "more calls"));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &format!("and {more}: --format json")));
    }
    if !found.whole && found.files > 0 {
        let told = "Not all log files of that time could be read, so calls may be absent.";
        page.paragraph(2, (Style::Open, ""), (Style::Open, told));
    }
}

/// The comparison for a pull request: what a person reads, in a fence that no text in it can close.
#[must_use]
pub fn diff_markdown(diff: &Diff) -> String {
    let text = diff_text(diff, &Layout::default());
    let (headline, rest) = text.split_once('\n').unwrap_or((&text, ""));
    format!("**{headline}**\n\n{}", super::quoted_text(rest))
}

/// The comparison as JSON.
#[must_use]
pub fn diff_json(diff: &Diff) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", DIFF_FORMAT);
        object.text("answer", diff.answer().as_str());
        for (name, side) in [("before", &diff.before), ("after", &diff.after)] {
            object.object(name, |object| {
                object.text("named", &side.named);
                object.text("collected_at", &side.collected_at);
                object.text("answer", &side.answer);
            });
        }
        members(&diff.drift, object);
        object.list("unread", &diff.unread.settings, |json, (arn, settings)| {
            json.object(|object| {
                object.text("arn", arn);
                object.texts("settings", settings.iter().map(String::as_str));
            });
        });
        object.list("unlisted_twice", &diff.unread.unlisted, |json, (account, region)| {
            json.object(|object| {
                object.text("account", account);
                object.text("region", region);
            });
        });
        object.object("undetermined_twice", |object| {
            object.texts("controls", diff.unread.controls.iter().map(String::as_str));
            object.number("resources", diff.unread.verdicts.0);
            object.number("places", diff.unread.verdicts.1);
        });
        if let Some(found) = &diff.calls {
            object.flag("calls_whole", found.whole);
            object.list("calls", diff.explaining(), |json, (one, about)| {
                json.object(|object| call(one, &about, object));
            });
        }
    });
    format!("{}\n", json.as_str())
}

fn call(call: &ControlCall, about: &[&str], object: &mut Object<'_>) {
    object.text("time", &text_of(call.time));
    object.text("name", &call.name);
    object.maybe("account", call.account.as_deref());
    object.maybe("region", call.region.as_deref());
    object.maybe("caller", call.caller.as_deref());
    object.text("event_id", &call.event_id);
    object.texts("changed", about.iter().copied());
}
