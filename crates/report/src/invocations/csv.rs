//! Invocations as CSV (RFC 4180), for spreadsheets: which take a cell that begins with `=` for a formula, so none does.

use super::Reading;
use csv::{Terminator, Writer, WriterBuilder};
use logs::{Dimension, Invocations, Timeline, text_of, write_text_of};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a line for each group; for each call of a timeline one, and one for each attempt below it.
///
/// # Errors
/// What the writer says.
pub fn invocations_csv(reading: &Reading<'_>, out: &mut dyn Write) -> io::Result<()> {
    match reading.found {
        Invocations::Groups(_) => groups(reading, out),
        Invocations::Timeline(timeline) => {
            let mut csv = builder().from_writer(out);
            calls(timeline, &mut csv)?;
            csv.flush()
        }
    }
}

fn builder() -> WriterBuilder {
    let mut builder = WriterBuilder::new();
    builder.terminator(Terminator::CRLF);
    builder
}

/// Bytes that are handed on at once.
const BLOCK: usize = 1 << 16;

/// The lines of all groups. There may be a million, so the crate writes the first, and the others are put together here.
fn groups(reading: &Reading<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut block = head_of_groups(reading)?;
    for group in reading.groups() {
        let cell = &group.cell;
        for label in group.labels() {
            if is_as_it_is(label) {
                block.extend_from_slice(label.as_bytes());
            } else {
                write_cell(&harmless(label), &mut block);
            }
            block.push(b',');
        }
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
        for number in numbers {
            write_number(number, &mut block);
        }
        write_text_of(cell.first, &mut block);
        block.push(b',');
        write_text_of(cell.last, &mut block);
        block.extend(b"\r\n");
        if block.len() >= BLOCK {
            out.write_all(&block)?;
            block.clear();
        }
    }
    out.write_all(&block)
}

fn head_of_groups(reading: &Reading<'_>) -> io::Result<Vec<u8>> {
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
    let mut csv = builder().from_writer(Vec::with_capacity(2 * BLOCK));
    csv.write_record(heads(&reading.question.by).chain(counts.map(str::to_owned)))?;
    csv.into_inner().map_err(|error| error.into_error())
}

/// True where a text is its own cell, as nearly all are.
fn is_as_it_is(text: &str) -> bool {
    // Looking at every byte goes by sixteens, which stopping at the first would not.
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) & (byte != b'"') & (byte != b',');
    text.bytes().fold(true, |all, byte| all & plain(byte)) && !text.starts_with(['=', '+', '-', '@'])
}

/// A cell of a line with others as the crate would write it (RFC 4180): in quotes iff it needs them.
fn write_cell(text: &str, line: &mut Vec<u8>) {
    if text.contains(['"', ',', '\r', '\n']) {
        line.push(b'"');
        line.extend(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend(text.as_bytes());
    }
}

/// A number, and what parts it from the next cell.
fn write_number(number: u64, line: &mut Vec<u8>) {
    match u8::try_from(number) {
        Ok(digit) if digit < 10 => line.extend_from_slice(&[b'0' + digit, b',']),
        _ => {
            line.extend_from_slice(number.to_string().as_bytes());
            line.push(b',');
        }
    }
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
    let text = text::visible::visible(text);
    if text != "-" && text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::{builder, harmless, is_as_it_is, write_cell, write_number};

    #[test]
    fn a_cell_is_written_as_the_crate_writes_it() {
        for text in [
            "",
            "a",
            "a b",
            "a,b",
            "\"",
            "a\"\"b\"",
            "a\nb",
            "a\rb",
            ",",
            "zürich,\u{1f600}",
            "#x",
            "it's",
            "a;b\tc",
            "=1",
        ] {
            let mut crates = builder().from_writer(Vec::new());
            crates.write_record([text, "x"]).unwrap();
            // What is written without a look must be what a look would leave.
            if is_as_it_is(text) {
                assert_eq!(harmless(text), text);
            }
            assert_eq!(
                is_as_it_is(text),
                !text.contains(['"', ',', '\r', '\n', '\u{1f600}', '\t', '=']),
                "{text}"
            );
            let mut ours = Vec::new();
            write_cell(text, &mut ours);
            ours.extend(b",x\r\n");
            assert_eq!(
                String::from_utf8(ours).unwrap(),
                String::from_utf8(crates.into_inner().unwrap()).unwrap()
            );
        }
    }

    #[test]
    fn numbers_of_one_digit_and_of_many() {
        for number in [0, 1, 9, 10, 255, 256, u64::MAX] {
            let mut line = Vec::new();
            write_number(number, &mut line);
            assert_eq!(String::from_utf8(line).unwrap(), format!("{number},"));
        }
    }

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
