//! Cells of CSV (RFC 4180) for spreadsheets, which take a cell that begins with `=` for a formula: so none does.

use csv::{Terminator, WriterBuilder};
use std::borrow::Cow;

/// What a spreadsheet may begin a formula with, in the wide letters of Japanese, too.
const BEGINS_A_FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The crate's writer of such files.
pub(crate) fn builder() -> WriterBuilder {
    let mut builder = WriterBuilder::new();
    builder.terminator(Terminator::CRLF);
    builder
}

/// True where a text is its own cell, as nearly all are.
pub(crate) fn is_as_it_is(text: &str) -> bool {
    // Looking at every byte goes by sixteens, which stopping at the first would not.
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) & (byte != b'"') & (byte != b',') & (byte != b';');
    text.bytes().fold(true, |all, byte| all & plain(byte)) && !text.starts_with(BEGINS_A_FORMULA)
}

/// A cell of a line with others as the crate would write it (RFC 4180): in quotes iff it needs them.
pub(crate) fn write_cell(text: &str, line: &mut Vec<u8>) {
    if text.contains(['"', ',', '\r', '\n']) {
        line.push(b'"');
        line.extend(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend(text.as_bytes());
    }
}

/// A text from outside as a cell: what acts on a terminal is made visible, what a spreadsheet would compute is not. Where a
/// semicolon parts cells, as in much of Europe, what follows one begins a cell.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let text = text::visible::visible(text);
    let mut guarded = text;
    if guarded != "-" && guarded.starts_with(BEGINS_A_FORMULA) {
        guarded = Cow::Owned(format!("'{guarded}"));
    }
    for sign in BEGINS_A_FORMULA {
        let begins = format!(";{sign}");
        if guarded.contains(&begins) {
            guarded = Cow::Owned(guarded.replace(&begins, &format!(";'{sign}")));
        }
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::{builder, harmless, is_as_it_is, write_cell};

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
                !text.contains(['"', ',', ';', '\r', '\n', '\u{1f600}', '\t', '=']),
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
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("@x", "'@x"),
            ("-1", "'-1"),
            ("-", "-"),
            ("a=b", "a=b"),
            ("a;=1+1;@x", "a;'=1+1;'@x"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\t=1", "\\t=1"),
        ] {
            assert_eq!(harmless(text), cell);
        }
    }
}
