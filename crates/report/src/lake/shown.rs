//! What was found in a lake, as documents.

use crate::member::Json;
use crate::page::{Layout, Page, Style};
use crate::quantity::size;
use audit::answer::Conclusion;

/// The format of found rows as JSON, and its version.
pub const SHOWN_FORMAT: &str = "invoketrail.lake-show/1";

/// A row of an event that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    /// The table that has it.
    pub table: &'static str,
    /// The log file.
    pub file: String,
    /// Where the record begins there.
    pub offset: u64,
    /// SHA-256 of the record, as the row says.
    pub sha256: String,
    /// The record and true iff it is the one that the row was made of; or why it cannot be had.
    pub record: Result<(String, bool), String>,
}

/// No iff a record is not the one that its row was made of, undetermined iff one cannot be had; else yes.
#[must_use]
pub fn shown_answer(rows: &[ShownRow]) -> Conclusion {
    if rows.iter().any(|row| matches!(row.record, Ok((_, false)))) {
        Conclusion::No
    } else if rows.iter().any(|row| row.record.is_err()) {
        Conclusion::Undetermined
    } else {
        Conclusion::Yes
    }
}

/// Found rows, for a person.
#[must_use]
pub fn shown_text(rows: &[ShownRow], layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    for row in rows {
        let (style, verdict) = match &row.record {
            Ok((_, true)) => (Style::Good, "The log file has this record, byte for byte.".to_owned()),
            Ok((_, false)) => (
                Style::Bad,
                "The log file has another record there, so it is not what the row was made of.".to_owned(),
            ),
            Err(why) => (Style::Open, format!("The record cannot be shown: {why}.")),
        };
        page.paragraph(0, (Style::Plain, ""), (style, &verdict));
        page.paragraph(2, (Style::Dim, "Table:   "), (Style::Plain, row.table));
        page.paragraph(2, (Style::Dim, "File:    "), (Style::Plain, &row.file));
        page.paragraph(2, (Style::Dim, "Offset:  "), (Style::Plain, &row.offset.to_string()));
        page.paragraph(2, (Style::Dim, "SHA-256: "), (Style::Plain, &row.sha256));
        if let Ok((record, _)) = &row.record {
            page.gap();
            // What is said to be byte for byte is not broken where the terminal ends.
            record.lines().for_each(|line| page.line(0, Style::Plain, line));
        }
        page.gap();
    }
    page.into_text()
}

/// Found rows, as JSON.
#[must_use]
pub fn shown_json(rows: &[ShownRow]) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", SHOWN_FORMAT);
        object.text("answer", shown_answer(rows).as_str());
        object.list("rows", rows, |json, row| {
            json.object(|object| {
                object.text("table", row.table);
                object.text("file", &row.file);
                object.number("offset", size(row.offset));
                object.text("sha256", &row.sha256);
                match &row.record {
                    Ok((record, same)) => {
                        object.flag("same", *same);
                        object.text("record", record);
                    }
                    Err(why) => {
                        object.null("same");
                        object.text("why", why);
                    }
                }
            });
        });
    });
    format!("{}\n", json.as_str())
}
