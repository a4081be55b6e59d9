//! A check as commands of GitHub Actions: an annotation for each group of findings, at its file and line.

use super::Checked;
use super::finding::{Finding, Section};
use super::groups::groups;
use crate::recorder_sentences;
use audit::answer::Conclusion;
use std::io::{self, Write};
use text::visible::visible;

/// GitHub shows ten annotations of each kind for a step. More than this many are left to other formats.
const SHOWN: usize = 50;

/// See [`super::CheckFormat`].
pub(super) fn document(
    checked: &Checked<'_>,
    _: &crate::page::Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all: Vec<_> = Section::ALL.into_iter().flat_map(|section| groups(checked, section)).collect();
    for group in all.iter().take(SHOWN) {
        let Some(first) = group.first() else { continue };
        let mut told = recorder_sentences::sentence(&format!("{} {}", group.about(), group.is()));
        for line in group.details(usize::MAX) {
            told.push(' ');
            told.push_str(&line);
        }
        annotate(checked, first.level(), first.code.title(), Some(first), &told, out)?;
    }
    if all.len() > SHOWN {
        let told = format!("{} more findings: --format json", all.len() - SHOWN);
        annotate(checked, "note", "InvokeTrail", None, &told, out)?;
    }
    let level = match checked.check.gate.conclusion {
        Conclusion::No => "error",
        Conclusion::Undetermined => "warning",
        Conclusion::Nothing | Conclusion::Yes => "note",
    };
    annotate(checked, level, "InvokeTrail", None, &checked.headline(), out)
}

fn annotate(
    checked: &Checked<'_>,
    level: &str,
    title: &str,
    finding: Option<&Finding>,
    message: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let command = if level == "note" { "notice" } else { level };
    write!(out, "::{command} ")?;
    if let Some(file) = checked.check.file {
        write!(out, "file={},", property(file))?;
    }
    if let Some(at) = finding.and_then(|one| one.at) {
        write!(out, "line={},col={},", at.line, at.column)?;
    }
    writeln!(out, "title={}::{}", property(title), data(message))
}

/// The message of a command.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn no_text_ends_a_command_or_a_property() {
        assert_eq!(data("100%\r\n::error::x"), "100%25\\r\\n::error::x");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
