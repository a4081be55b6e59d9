//! A check for a person at a terminal: the answer, what stops with an example, what starts, and what is open.

use super::finding::{Finding, Section};
use super::groups::{Group, ended, groups};
use super::{Check, Checked};
use crate::colours::conclusion_style;
use crate::page::{Layout, Page, Style};
use crate::recorder_sentences;
use audit::answer::Conclusion;
use std::io::{self, Write};

/// How many groups of a section are shown.
const SHOWN: usize = 20;

/// See [`super::CheckFormat`].
pub(super) fn document(checked: &Checked<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(*layout);
    let conclusion = checked.check.gate.conclusion;
    page.answer(conclusion_style(conclusion), &checked.headline());
    page.paragraph(0, (Style::Plain, ""), (Style::Dim, &checked.scope()));
    for section in Section::ALL {
        self::section(checked, section, &mut page);
        if section == Section::Stops {
            starts(checked, &mut page);
        }
        if section == Section::Copies {
            cost(&checked.check, &mut page);
        }
    }
    out.write_all(page.into_text().as_bytes())
}

fn section(checked: &Checked<'_>, section: Section, page: &mut Page) {
    let groups = groups(checked, section);
    if groups.is_empty() {
        return;
    }
    page.heading(section.title());
    let mut fix = None;
    for group in groups.iter().take(SHOWN) {
        let same = group.first().and_then(|one| one.fix.as_deref());
        // What stops is often one change, and several things are lost by it.
        let is_told = section == Section::Stops && same == fix;
        tell(group, same.filter(|_| !is_told), page);
        fix = same;
    }
    if groups.len() > SHOWN {
        let more = format!("and {} more: --format json", groups.len() - SHOWN);
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &more));
    }
}

/// `fix` is what to do, unless the one before says the same.
fn tell(group: &Group<'_>, fix: Option<&str>, page: &mut Page) {
    let Some(first) = group.first() else { return };
    let style = match first.conclusion {
        Conclusion::No => Style::Bad,
        Conclusion::Undetermined => Style::Open,
        Conclusion::Nothing | Conclusion::Yes => Style::Plain,
    };
    let told = ended(&group.is());
    page.paragraph(2, (Style::Strong, &format!("{} ", group.about())), (style, &told));
    let details = first.why.iter().take(SHOWN).map(|why| recorder_sentences::sentence(why));
    for line in details.chain(first.example.as_deref().map(recorder_sentences::sentence)) {
        page.paragraph(4, (Style::Plain, ""), (Style::Plain, &line));
    }
    if let Some(fix) = fix {
        page.paragraph(4, (Style::Dim, "Fix: "), (Style::Plain, &recorder_sentences::sentence(fix)));
    }
    place(first, page);
    if !group.newness().is_empty() {
        page.paragraph(4, (Style::Plain, ""), (Style::Dim, &recorder_sentences::sentence(group.newness())));
    }
}

fn place(finding: &Finding, page: &mut Page) {
    if let Some(at) = finding.at {
        let told = format!("line {}, column {}", at.line, at.column);
        page.paragraph(4, (Style::Dim, "At "), (Style::Dim, &told));
    }
}

fn starts(checked: &Checked<'_>, page: &mut Page) {
    let starts = checked.check.started();
    if starts.is_empty() {
        return;
    }
    page.heading("What starts being recorded");
    for (name, told) in starts.iter().take(SHOWN) {
        page.paragraph(2, (Style::Strong, &format!("{name} ")), (Style::Good, told));
    }
    if starts.len() > SHOWN {
        let more = format!("and {} more: --format json", starts.len() - SHOWN);
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &more));
    }
}

fn cost(check: &Check<'_>, page: &mut Page) {
    let Some(lines) = check.cost() else { return };
    page.heading("Cost of recording Lambda");
    for (label, told) in lines {
        page.paragraph(2, (Style::Dim, label), (Style::Plain, &told));
    }
}
