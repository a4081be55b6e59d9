//! Invocations as CSV (RFC 4180), for spreadsheets: which take a cell that begins with `=` for a formula, so none does.

use super::{Invocations, Reading};
use csv::{Terminator, Writer, WriterBuilder};
use logs::{Dimension, Timeline, text_of};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a line for each group; for each call of a timeline one, and one for each attempt below it.
///
/// # Errors
/// What the writer says.
pub fn invocations_csv(reading: &Reading<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    match reading.found {
        Invocations::Groups(_) => groups(reading, &mut csv)?,
        Invocations::Timeline(timeline) => calls(timeline, &mut csv)?,
    }
    csv.flush()
}

fn groups(reading: &Reading<'_>, csv: &mut Writer<&mut dyn Write>) -> io::Result<()> {
    let counts = [
        "calls",
        "attempts",
        "orphans",
        "ran",
        "async",
        "errors",
        "dry_runs",
        "cross_account",
        "first",
        "last",
    ];
    csv.write_record(heads(&reading.question.by).chain(counts.map(str::to_owned)))?;
    for group in reading.groups() {
        let cell = &group.cell;
        let numbers = [
            cell.calls,
            cell.attempts,
            cell.orphans,
            cell.ran,
            cell.later,
            cell.errors,
            cell.dry_runs,
            cell.foreign,
        ];
        let numbers = numbers.map(|n| Cow::Owned(n.to_string()));
        let times = [cell.first, cell.last].map(|at| Cow::Owned(text_of(at)));
        let labels = group.labels.iter().map(|label| harmless(label));
        write(csv, labels.chain(numbers).chain(times))?;
    }
    Ok(())
}

fn calls(timeline: &Timeline, csv: &mut Writer<&mut dyn Write>) -> io::Result<()> {
    let before = ["record", "time"].map(str::to_owned);
    let behind = ["event_id", "request_id", "orphan", "async", "dry_run", "cross_account"].map(str::to_owned);
    csv.write_record(before.into_iter().chain(heads(&Timeline::DIMENSIONS)).chain(behind))?;
    let flag = |flag: bool| Cow::Borrowed(if flag { "true" } else { "false" });
    for line in &timeline.lines {
        let id = |id: &Option<String>| Cow::Owned(id.clone().unwrap_or_default());
        let begin = |record, at| [Cow::Borrowed(record), Cow::Owned(text_of(at))].into_iter();
        let flags = [line.orphan, line.later, line.dry_run, line.foreign].map(flag);
        let labels = line.labels.iter().map(|label| harmless(label));
        let ids = [id(&line.event), id(&line.request)];
        write(csv, begin("call", line.milliseconds).chain(labels).chain(ids).chain(flags))?;
        for attempt in &line.attempts {
            let labels = attempt.labels.iter().map(|label| harmless(label));
            let ids = [id(&attempt.event), id(&line.request)];
            let flags = [false, true, false, false].map(flag);
            write(csv, begin("attempt", attempt.milliseconds).chain(labels).chain(ids).chain(flags))?;
        }
    }
    Ok(())
}

fn heads(by: &[Dimension]) -> impl Iterator<Item = String> {
    by.iter().map(|dimension| dimension.as_str().replace('-', "_"))
}

fn write<'a>(csv: &mut Writer<&mut dyn Write>, cells: impl Iterator<Item = Cow<'a, str>>) -> io::Result<()> {
    for cell in cells {
        csv.write_field(cell.as_bytes())?;
    }
    // Without fields of its own this ends the line.
    csv.write_record(None::<&[u8]>).map_err(io::Error::from)
}

/// A text from outside as a cell: what acts on a terminal is made visible, what a spreadsheet would compute is not.
fn harmless(text: &str) -> Cow<'_, str> {
    let text = crate::visible::visible(text);
    if text != "-" && text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("@x", "'@x"),
            ("-1", "'-1"),
            ("-", "-"),
            ("a=b", "a=b"),
            ("\t=1", "\\t=1"),
        ] {
            assert_eq!(harmless(text), cell);
        }
    }
}
