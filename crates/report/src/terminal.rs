//! An audit for a person at a terminal: the answer, where it is not so, why, and what to do next.

use super::page::{Align, Layout, Page, Span, Style};
use super::view::{self, grouped, headline, quantity, subject_arn};
use super::words;
use audit::answer::Conclusion;
use audit::finding::{Audit, ControlResult, Finding, PlaceAudit, Proof, Status, Summary, Weight};
use audit::inventory::GapKind;
use recording::State;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many lines of a proof, and groups of gaps, are shown.
const SHOWN: usize = 8;

/// Writes the audit as text. Nothing from outside reaches the terminal unescaped.
///
/// # Errors
/// What the writer says.
pub fn write_terminal(audit: &Audit<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(*layout);
    let style = match audit.answer().conclusion() {
        Conclusion::Yes | Conclusion::Nothing => Style::Good,
        Conclusion::No => Style::Bad,
        Conclusion::Undetermined => Style::Open,
    };
    page.paragraph(0, (Style::Strong, ""), (style, &headline(audit)));
    places(audit, &mut page);
    controls(&audit.controls, &mut page);
    findings(audit, "Findings", |status| status != Status::Pass, &mut page);
    findings(audit, "Warnings", |status| status == Status::Pass, &mut page);
    inactive(audit, &mut page);
    gaps(audit, &mut page);
    out.write_all(page.into_text().as_bytes())
}

/// A row of the table, and how bad it is: the worst first.
struct PlaceRow<'a> {
    place: &'a PlaceAudit<'a>,
    summary: Summary,
    future: State,
    /// There may be more than was listed.
    unlisted: bool,
}

impl PlaceRow<'_> {
    fn order(&self) -> (Reverse<usize>, Reverse<usize>, Reverse<State>, Reverse<bool>) {
        let escaping = self.summary.not_recorded + self.summary.partially_recorded;
        (
            Reverse(escaping),
            Reverse(self.summary.undetermined),
            Reverse(self.future),
            Reverse(self.summary.resources > 0),
        )
    }

    /// Nothing there, and nothing to say about what may come.
    fn is_quiet(&self) -> bool {
        self.summary.resources == 0 && self.future == State::Recorded && !self.unlisted
    }
}

fn places(audit: &Audit<'_>, page: &mut Page) {
    let mut rows: Vec<PlaceRow<'_>> = audit
        .places
        .iter()
        .filter_map(|place| {
            let future = audit.verdicts[place.planes.first()?.any].state;
            let unlisted = !view::listing_gaps(place).is_empty();
            Some(PlaceRow { place, summary: audit.summary_of(place), future, unlisted })
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(PlaceRow::order);
    let loud = rows.iter().filter(|row| !row.is_quiet()).count();
    let fits = rows.len() <= page.rows().min(SHOWN);
    let shown = if fits { rows.len() } else { loud.min(page.rows()) };
    let undetermined = audit.summary.undetermined > 0;
    let mut heads = vec![
        ("Account", Align::Left),
        ("Region", Align::Left),
        (if view::noun(audit).0 == "function" { "Functions" } else { "Resources" }, Align::Right),
        ("Recorded", Align::Right),
        ("Partial", Align::Right),
        ("Not", Align::Right),
    ];
    heads.extend(undetermined.then_some(("Undetermined", Align::Right)));
    heads.push(("Created later", Align::Left));
    let cells: Vec<Vec<Span>> = rows[..shown].iter().map(|row| cells(audit, row, undetermined)).collect();
    page.gap();
    page.table(&heads, &cells);
    let hidden = &rows[shown..];
    if !hidden.is_empty() {
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &hidden_rows(hidden)));
    }
}

fn hidden_rows(hidden: &[PlaceRow<'_>]) -> String {
    let noun = ("account and Region", "accounts and Regions");
    let count = quantity(hidden.len(), noun);
    if hidden.iter().all(PlaceRow::is_quiet) {
        return format!("and {count} without functions, where any created later would be recorded");
    }
    let escaping: usize =
        hidden.iter().map(|row| row.summary.not_recorded + row.summary.partially_recorded).sum();
    let tail = match escaping {
        0 => "where nothing escapes for certain".to_owned(),
        n => format!("where {} more escape", grouped(n)),
    };
    format!("and {count} more, {tail}: see all with --format jsonl")
}

fn cells(audit: &Audit<'_>, row: &PlaceRow<'_>, undetermined: bool) -> Vec<Span> {
    let name = audit.inventory.account(row.place.account).and_then(|account| account.name.as_deref());
    let account = match name {
        Some(name) => {
            format!("{} {}", row.place.account, text::visible::visible(name))
        }
        None => row.place.account.to_owned(),
    };
    let number = |n: usize, style: Style| (if n == 0 { Style::Dim } else { style }, grouped(n));
    let (style, all) = number(row.summary.resources, Style::Plain);
    let mut cells = vec![
        (Style::Plain, account),
        (Style::Plain, row.place.region.to_owned()),
        (style, format!("{all}{}", if row.unlisted { "+" } else { "" })),
        number(row.summary.recorded, Style::Good),
        number(row.summary.partially_recorded, Style::Bad),
        number(row.summary.not_recorded, Style::Bad),
    ];
    if undetermined {
        cells.push(number(row.summary.undetermined, Style::Open));
    }
    cells.push((state_style(row.future), words::state(row.future).to_owned()));
    cells
}

/// The colour of a verdict.
pub(super) const fn state_style(state: State) -> Style {
    match state {
        State::Recorded => Style::Good,
        State::PartiallyRecorded | State::NotRecorded => Style::Bad,
        State::Undetermined => Style::Open,
    }
}

fn status(status: Status) -> (Style, &'static str) {
    match status {
        Status::Fail => (Style::Bad, "fail"),
        Status::Undetermined => (Style::Open, "undetermined"),
        Status::Pass => (Style::Good, "pass"),
        Status::NotApplicable => (Style::Dim, "not applicable"),
    }
}

fn controls(controls: &[ControlResult], page: &mut Page) {
    if controls.is_empty() {
        return;
    }
    page.heading("Controls");
    let row = |control: &ControlResult| {
        let (style, word) = status(control.status);
        let advisory = if control.weight == Weight::Advisory { "advisory" } else { "" };
        vec![
            (style, word.to_owned()),
            (Style::Plain, control.id.to_owned()),
            (Style::Dim, advisory.to_owned()),
        ]
    };
    let rows: Vec<Vec<Span>> = controls.iter().map(row).collect();
    page.table(&[("", Align::Left); 3], &rows);
}

/// What recorders did with the witnesses that were shown, with the number of the finding.
type Told = BTreeMap<Vec<String>, usize>;

/// Findings whose status is wanted.
fn findings(audit: &Audit<'_>, heading: &str, wanted: impl Fn(Status) -> bool, page: &mut Page) {
    let mut told = Told::new();
    let all =
        audit.controls.iter().flat_map(|control| control.findings.iter().map(move |one| (control, one)));
    let mut all = merged(all.filter(|(_, finding)| wanted(finding.status)));
    all.sort_by_key(|(control, finding)| (control.weight, finding.status));
    for (at, (control, finding)) in all.iter().take(page.rows()).enumerate() {
        if at == 0 {
            page.heading(heading);
        } else {
            page.gap();
        }
        let (style, word) = match finding.status {
            Status::Pass => (Style::Dim, "warning"),
            other => status(other),
        };
        page.paragraph(2, (style, &format!("{}. {word}: ", at + 1)), (Style::Strong, control.id));
        let proven = control.weight == Weight::Required && finding.status != Status::Pass;
        self::finding(audit, finding, proven.then_some((at + 1, &mut told)), page);
    }
    let more = all.len().saturating_sub(page.rows());
    if more > 0 {
        let told = format!("and {} more: see all with --format json", grouped(more));
        page.gap();
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// Warnings of one control that say the same of several places, told once.
fn merged<'a>(
    all: impl Iterator<Item = (&'a ControlResult, &'a Finding)>,
) -> Vec<(&'a ControlResult, Cow<'a, Finding>)> {
    let mut merged: Vec<(&ControlResult, Cow<'_, Finding>)> = Vec::new();
    for (control, finding) in all {
        let same = |(other, told): &&mut (&ControlResult, Cow<'_, Finding>)| {
            finding.status == Status::Pass
                && (other.id, &told.reason, &told.help) == (control.id, &finding.reason, &finding.help)
        };
        match merged.iter_mut().find(same) {
            Some((_, told)) => {
                let told = told.to_mut();
                told.places.extend(&finding.places);
                told.places.sort_unstable();
                told.places.dedup();
                told.resources.extend(&finding.resources);
            }
            None => merged.push((control, Cow::Borrowed(finding))),
        }
    }
    merged
}

/// One finding. The witness stands there iff `proof` gives it a number and the witnesses told before: a warning and what is
/// advisory need none.
fn finding(audit: &Audit<'_>, finding: &Finding, proof: Option<(usize, &mut Told)>, page: &mut Page) {
    let plain = (Style::Plain, "");
    page.paragraph(5, plain, (Style::Plain, &words::sentence(&finding.reason)));
    let at = words::places(audit, &finding.places);
    match (words::resources(audit, finding), at) {
        (Some(resources), Some(at)) => {
            page.paragraph(5, plain, (Style::Plain, &format!("{resources} ({at})")));
        }
        (Some(only), None) | (None, Some(only)) => page.paragraph(5, plain, (Style::Plain, &only)),
        (None, None) => {}
    }
    let lines = finding.proof.and_then(|proof| witness(audit, finding, proof));
    if let (Some((event, recorders)), Some((number, told))) = (lines, proof) {
        page.paragraph(5, (Style::Dim, "Witness: "), (Style::Plain, &event));
        match told.get(&recorders) {
            Some(first) => {
                page.paragraph(7, (Style::Dim, "- "), (Style::Dim, &format!("turned away as in {first}")));
            }
            None => {
                show_recorders(&recorders, page);
                told.insert(recorders, number);
            }
        }
    }
    if let Some(help) = &finding.help {
        page.paragraph(5, (Style::Dim, "Help: "), (Style::Plain, &words::sentence(help)));
    }
}

/// The witness of a finding, and what each recorder did with it.
fn witness(audit: &Audit<'_>, finding: &Finding, proof: Proof) -> Option<(String, Vec<String>)> {
    let escape = audit.verdicts[proof.verdict].escape.as_ref()?;
    let place = &audit.places[proof.place];
    let arn = subject_arn(audit, finding, proof);
    let mut recorders = words::turned_away(audit, place, escape);
    if recorders.is_empty() {
        recorders.push("no recorder exists here".to_owned());
    }
    Some((words::witness(&escape.witness, arn.as_deref(), place.region), recorders))
}

fn show_recorders(recorders: &[String], page: &mut Page) {
    for line in recorders.iter().take(SHOWN) {
        page.paragraph(7, (Style::Dim, "- "), (Style::Plain, line));
    }
    let more = recorders.len().saturating_sub(SHOWN);
    if more > 0 {
        page.paragraph(7, (Style::Dim, "- "), (Style::Dim, &format!("and {more} more")));
    }
}

/// Accounts of the organization that are not active, and what that means.
fn inactive(audit: &Audit<'_>, page: &mut Page) {
    let accounts = words::inactive(audit);
    if accounts.is_empty() {
        return;
    }
    page.heading("Accounts that are not active");
    for one in accounts.iter().take(SHOWN) {
        let name = one.account.name.as_deref().map(|name| format!(" {}", text::visible::visible(name)));
        let head = format!("{}{} {}: ", one.account.id, name.unwrap_or_default(), one.state);
        page.paragraph(2, (Style::Open, &head), (Style::Plain, one.meaning));
    }
    let more = accounts.len().saturating_sub(SHOWN);
    if more > 0 {
        let told = format!("and {} more: see all with --format json", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

fn gaps(audit: &Audit<'_>, page: &mut Page) {
    let real = audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered);
    let groups = words::gap_groups(real);
    if groups.is_empty() {
        return;
    }
    let total: usize = groups.iter().map(|group| group.count).sum();
    page.heading(&format!("Gaps: {} could not be read", quantity(total, ("thing", "things"))));
    for group in groups.iter().take(SHOWN) {
        let head = format!("{} {} x {}: ", group.gap.kind.as_str(), grouped(group.count), group.gap.call);
        page.paragraph(2, (Style::Open, &head), (Style::Plain, &group.gap.error));
        let more = group.count.saturating_sub(group.about.len());
        let tail = if more == 0 { String::new() } else { format!("; and {} more", grouped(more)) };
        if !group.about.is_empty() {
            page.paragraph(4, (Style::Dim, ""), (Style::Dim, &format!("{}{tail}", group.about.join("; "))));
        }
    }
    if groups.len() > SHOWN {
        let more = format!("and {} more kinds of gap: see all with --format json", groups.len() - SHOWN);
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &more));
    }
}
