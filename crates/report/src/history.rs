//! Kept audits, as documents: a list of them.

use super::member::Json;
use super::page::{Align, Layout, Page, Span, Style};
use super::quantity::{grouped, quantity};

/// The format of the list as JSON, and its version.
pub const HISTORY_FORMAT: &str = "invoketrail.history/1";

/// A kept audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptAudit {
    /// Its number.
    pub id: i64,
    /// When it was made: RFC 3339, UTC.
    pub generated_at: String,
    /// When its facts were collected: RFC 3339, UTC.
    pub collected_at: String,
    /// The version that made it.
    pub version: String,
    /// `yes`, `no`, `undetermined`.
    pub answer: String,
    /// Audited accounts.
    pub accounts: usize,
    /// Resources, and those of each verdict: recorded, partially, not, unknown.
    pub resources: usize,
    /// See `resources`.
    pub recorded: usize,
    /// See `resources`.
    pub partially_recorded: usize,
    /// See `resources`.
    pub not_recorded: usize,
    /// See `resources`.
    pub undetermined: usize,
}

/// The list, for a person.
#[must_use]
pub fn history_text(all: &[KeptAudit], layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    if all.is_empty() {
        page.paragraph(0, (Style::Plain, ""), (Style::Plain, "No audit is kept."));
        return page.into_text();
    }
    let row = |one: &KeptAudit| -> Vec<Span> {
        let style = match one.answer.as_str() {
            "yes" => Style::Good,
            "no" => Style::Bad,
            _ => Style::Open,
        };
        let number = |n: usize| (Style::Plain, grouped(n));
        vec![
            (Style::Control, one.id.to_string()),
            (Style::Plain, one.collected_at.clone()),
            (style, one.answer.clone()),
            number(one.accounts),
            number(one.resources),
            number(one.recorded),
            number(one.partially_recorded),
            number(one.not_recorded),
            number(one.undetermined),
        ]
    };
    let (left, right) = (|head| (head, Align::Left), |head| (head, Align::Right));
    let heads = [
        right("Id"),
        left("Collected (UTC)"),
        left("Answer"),
        right("Accounts"),
        right("Resources"),
        right("Recorded"),
        right("Partial"),
        right("Not"),
        right("Undetermined"),
    ];
    page.table_dropping(&heads, &all.iter().map(row).collect::<Vec<_>>(), &[3, 6, 8]);
    page.into_text()
}

/// How many were forgotten.
#[must_use]
pub fn forgotten_sentence(forgotten: usize, day: &str) -> String {
    format!("{} made before {day} forgotten", quantity(forgotten, ("audit", "audits")))
}

/// The list as JSON.
#[must_use]
pub fn history_json(all: &[KeptAudit]) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", HISTORY_FORMAT);
        object.list("audits", all, |json, one| {
            json.object(|object| {
                object.number("id", usize::try_from(one.id).unwrap_or(0));
                object.text("generated_at", &one.generated_at);
                object.text("collected_at", &one.collected_at);
                object.text("version", &one.version);
                object.text("answer", &one.answer);
                object.number("accounts", one.accounts);
                object.object("summary", |object| {
                    object.number("resources", one.resources);
                    object.number("recorded", one.recorded);
                    object.number("partially_recorded", one.partially_recorded);
                    object.number("not_recorded", one.not_recorded);
                    object.number("undetermined", one.undetermined);
                });
            });
        });
    });
    format!("{}\n", json.as_str())
}
