//! A check as Markdown for a comment on a pull request: short, with details folded away, and inert.

use super::Checked;
use super::finding::Section;
use super::groups::{Group, ended, groups};
use crate::markdown::inert;
use crate::page::Layout;
use audit::answer::Conclusion;
use std::fmt::Write as _;
use std::io::{self, Write};

/// How many groups of a section, and reasons of a group, are shown: a comment may hold 65,536 characters.
const SHOWN: usize = 20;
const REASONS: usize = 5;
/// How long one text may be.
const LONGEST: usize = 600;

/// See [`super::CheckFormat`].
pub(super) fn document(checked: &Checked<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    // A pipeline finds its own comment by this line, and writes it anew.
    let mut text = String::from("<!-- invoketrail check -->\n");
    // Writing into a string cannot fail.
    let _ = body(checked, &mut text);
    out.write_all(text.as_bytes())
}

fn body(checked: &Checked<'_>, text: &mut String) -> std::fmt::Result {
    writeln!(text, "### InvokeTrail\n\n**{}**\n", inert_excerpt(&checked.headline()))?;
    writeln!(text, "{}", inert_excerpt(&checked.scope()))?;
    let decides = |section: &Section| matches!(section, Section::Stops | Section::New | Section::Controls);
    for section in Section::ALL.into_iter().filter(decides) {
        self::section(checked, section, text)?;
    }
    let mut folded = String::new();
    let starts = checked.check.started();
    if !starts.is_empty() {
        writeln!(folded, "\n#### What starts being recorded\n")?;
        for (name, is) in starts.iter().take(SHOWN) {
            writeln!(folded, "- **{}** {}", inert_excerpt(name), inert_excerpt(is))?;
        }
        more(starts.len(), &mut folded)?;
    }
    for section in Section::ALL.into_iter().filter(|section| !decides(section)) {
        self::section(checked, section, &mut folded)?;
    }
    if let Some(lines) = checked.check.cost() {
        writeln!(folded, "\n#### Cost of recording Lambda\n")?;
        for (label, is) in lines {
            writeln!(folded, "- {label}{}", inert_excerpt(&is))?;
        }
    }
    if !folded.is_empty() {
        writeln!(text, "\n<details><summary>{}</summary>", summary(checked))?;
        text.push_str(&folded);
        writeln!(text, "\n</details>")?;
    }
    Ok(())
}

fn summary(checked: &Checked<'_>) -> String {
    let open = checked.section(Section::Open).count();
    match open {
        0 => "Details".to_owned(),
        n => format!(
            "Details, and {}",
            crate::quantity::quantity(n, ("thing that is open", "things that are open"))
        ),
    }
}

fn section(checked: &Checked<'_>, section: Section, text: &mut String) -> std::fmt::Result {
    let groups = groups(checked, section);
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n#### {}\n", section.title())?;
    for group in groups.iter().take(SHOWN) {
        row(group, text)?;
    }
    more(groups.len(), text)
}

fn row(group: &Group<'_>, text: &mut String) -> std::fmt::Result {
    let Some(first) = group.first() else { return Ok(()) };
    let mark = match first.conclusion {
        Conclusion::No => "❌ ",
        Conclusion::Undetermined => "❓ ",
        Conclusion::Nothing | Conclusion::Yes => "",
    };
    let new = if group.newness().is_empty() { "" } else { " (new)" };
    writeln!(
        text,
        "- {mark}**{}** {}{new}",
        inert_excerpt(&group.about()),
        inert_excerpt(&ended(&group.is()))
    )?;
    for line in group.details(REASONS) {
        writeln!(text, "  - {}", inert_excerpt(&line))?;
    }
    if let Some(at) = first.at {
        writeln!(text, "  - Line {}", at.line)?;
    }
    Ok(())
}

fn more(all: usize, text: &mut String) -> std::fmt::Result {
    match all.checked_sub(SHOWN) {
        Some(more @ 1..) => writeln!(text, "- and {more} more"),
        _ => Ok(()),
    }
}

fn inert_excerpt(text: &str) -> String {
    inert(&text::visible::excerpt(text, LONGEST))
}
