//! Findings for a person: stories, the worst first, each told in order of time; what limits the answer; the answer again.

use super::{Detections, few, moment};
use crate::left_out;
use crate::page::{Layout, Page, Style};
use crate::quantity::{grouped, quantity, size};
use detect::finding::{Finding, Severity};
use detect::story::Story;
use std::io::{self, Write};

/// Stories that are told on a terminal, unless everything is.
const STORIES: usize = 10;
/// Findings of a story that are told, unless everything is.
const FINDINGS: usize = 8;

/// See [`super::DetectionsFormat`].
pub(super) fn document(found: &Detections<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(*layout);
    let headline = found.headline();
    page.answer(Style::Strong, &headline);
    let open: Vec<&Story> = found.stories.iter().filter(|story| found.is_open(story)).collect();
    let most = if page.is_all() { usize::MAX } else { STORIES };
    for story in open.iter().take(most) {
        tell(found, story, &mut page);
    }
    let more = open.len().saturating_sub(most);
    if more > 0 {
        page.gap();
        let told = format!("and {} more: --all shows all of them", quantity(more, ("story", "stories")));
        page.paragraph(0, (Style::Dim, ""), (Style::Dim, &told));
    }
    others(found, &mut page);
    reading(found, &mut page);
    out.write_all(page.into_text().as_bytes())
}

/// The style of a severity.
pub(super) const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => Style::Bad,
        Severity::Medium => Style::Open,
        Severity::Low | Severity::Note => Style::Dim,
    }
}

fn tell(found: &Detections<'_>, story: &Story, page: &mut Page) {
    page.gap();
    let head = format!("{}: {}, {}", story.id, about(story), span(story));
    let label = format!("{}  ", story.severity.as_str().to_uppercase());
    page.paragraph(0, (style(story.severity), &label), (Style::Strong, &head));
    let most = if page.is_all() { usize::MAX } else { FINDINGS };
    let told = story.findings.iter().filter_map(|at| Some((*at, found.findings.get(*at)?)));
    let mut before = String::new();
    for (at, finding) in told.take(most) {
        let time = moment(finding.time);
        let (day, clock) = time.split_at(time.len().min(10));
        let label = if before == day { clock.trim().to_owned() } else { time.clone() };
        day.clone_into(&mut before);
        line(found, at, finding, &label, page);
    }
    let more = story.findings.len().saturating_sub(most);
    if more > 0 {
        let told = format!("and {}: --show {}", quantity(more, ("more finding", "more findings")), story.id);
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// When a story was: one moment, or from one to another.
pub(super) fn span(story: &Story) -> String {
    let (first, last) = (moment(story.time), moment(story.until));
    if first == last { first } else { format!("{first} to {last}") }
}

/// Who and what a story is about.
pub(super) fn about(story: &Story) -> String {
    let names = |all: &[String]| {
        let short: Vec<&str> = all.iter().map(|one| detect::arn::name_of(one)).collect();
        few(&short, 3)
    };
    match (story.principals.is_empty(), story.functions.is_empty()) {
        (false, false) => format!("{}; {}", names(&story.principals), names(&story.functions)),
        (false, true) => names(&story.principals),
        _ => names(&story.functions),
    }
}

fn line(found: &Detections<'_>, at: usize, finding: &Finding, time: &str, page: &mut Page) {
    let label = format!("{time}  {}  ", finding.id);
    page.paragraph(2, (style(finding.severity), &label), (Style::Plain, &finding.seen));
    for (label, text) in [("Compared with: ", &finding.normal), ("Note: ", &finding.remark)] {
        if let Some(text) = text {
            page.paragraph(6, (Style::Dim, label), (Style::Dim, text));
        }
    }
    if let Some(one) = found.by(at) {
        let told = format!("{} until {} ({}: {})", one.id, one.expires, one.owner, one.reason);
        page.paragraph(6, (Style::Dim, "Accepted: "), (Style::Dim, &told));
    }
    if let Some(one) = found.ended(at) {
        let told = format!("{} accepted it until {}.", one.id, one.expires);
        page.paragraph(6, (Style::Open, "Ended: "), (Style::Plain, &told));
    }
}

/// `3 notes and 1 accepted finding in 2 stories`
fn closed_heading(found: &Detections<'_>, closed: &[&Story]) -> String {
    let all = || closed.iter().flat_map(|story| &story.findings);
    let accepted = all().filter(|at| found.by(**at).is_some()).count();
    let kinds = [
        (all().count() - accepted, ("note", "notes")),
        (accepted, ("accepted finding", "accepted findings")),
    ];
    let told: Vec<String> =
        kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| quantity(n, noun)).collect();
    format!("{} in {}", told.join(" and "), quantity(closed.len(), ("story", "stories")))
}

/// What decides nothing: accepted findings and notes.
fn others(found: &Detections<'_>, page: &mut Page) {
    let closed: Vec<&Story> = found.stories.iter().filter(|story| !found.is_open(story)).collect();
    if closed.is_empty() {
        return;
    }
    page.heading(&closed_heading(found, &closed));
    let most = if page.is_all() { usize::MAX } else { 5 };
    for story in closed.iter().take(most) {
        let shown = if page.is_all() { usize::MAX } else { 1 };
        for at in story.findings.iter().take(shown) {
            if let Some(finding) = found.findings.get(*at) {
                line(found, *at, finding, &moment(finding.time), page);
            }
        }
        let more = story.findings.len().saturating_sub(shown);
        if more > 0 {
            let told = format!("and {more} more in this story: --show {}", story.id);
            page.paragraph(6, (Style::Dim, ""), (Style::Dim, &told));
        }
    }
    let more = closed.len().saturating_sub(most);
    if more > 0 {
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &format!("and {} more: --all", grouped(more))));
    }
}

fn reading(found: &Detections<'_>, page: &mut Page) {
    page.gap();
    let (known, files) = found.known;
    let already = match known {
        0 => String::new(),
        _ => format!(", {} of them known from an earlier run", grouped(size(known))),
    };
    let told = format!(
        "Read {}{already}: {}.",
        quantity(size(files), ("file", "files")),
        quantity(size(found.account.records), ("record", "records"))
    );
    page.paragraph(0, (Style::Dim, ""), (Style::Plain, &told));
    left_out::line(found.left_out, page);
    for limit in found.limits() {
        page.paragraph(0, (Style::Open, ""), (Style::Plain, &limit));
    }
    for trouble in found.account.troubles.iter().take(5) {
        let at = trouble.offset.map(|offset| format!(", byte {offset}")).unwrap_or_default();
        page.paragraph(2, (Style::Open, &format!("{}{at}: ", trouble.file)), (Style::Plain, &trouble.why));
    }
}
