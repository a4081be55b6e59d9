//! Invocations as CSV (RFC 4180).

use super::Reading;
use crate::cells::{builder, harmless, is_as_it_is, write_cell};
use csv::Writer;
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

#[cfg(test)]
mod tests {
    use super::write_number;

    #[test]
    fn numbers_of_one_digit_and_of_many() {
        for number in [0, 1, 9, 10, 255, 256, u64::MAX] {
            let mut line = Vec::new();
            write_number(number, &mut line);
            assert_eq!(String::from_utf8(line).unwrap(), format!("{number},"));
        }
    }
}
