//! The table of accounts and Regions: the worst first, those without functions in one row.

use super::colours::state_style;
use super::headline;
use super::page::{Align, Page, Span, Style};
use super::quantity::{grouped, quantity};
use super::recorder_sentences;
use super::verdict_words;
use audit::finding::{Audit, PlaceAudit, Summary};
use cloudtrail::resource::ResourceType;
use recording::State;
use std::cmp::Reverse;
use text::visible::visible;

/// A row of the table, and how bad it is: the worst first.
struct PlaceRow<'a> {
    place: &'a PlaceAudit<'a>,
    summary: Summary,
    future: State,
    /// There may be more than was listed.
    unlisted: bool,
}

impl PlaceRow<'_> {
    fn escaping(&self) -> usize {
        self.summary.not_recorded + self.summary.partially_recorded
    }

    fn order(&self) -> (bool, Reverse<usize>, Reverse<usize>, Reverse<State>, Reverse<bool>) {
        (
            self.is_well(),
            Reverse(self.escaping()),
            Reverse(self.summary.undetermined),
            Reverse(self.future),
            Reverse(self.summary.resources > 0),
        )
    }

    /// All is recorded, whatever there is or will be.
    fn is_well(&self) -> bool {
        self.summary.recorded == self.summary.resources && self.future == State::Recorded && !self.unlisted
    }

    /// Nothing was seen there, and everything was looked at.
    fn is_empty(&self) -> bool {
        self.summary.resources == 0 && !self.unlisted
    }
}

/// The table, with so many rows at most. `only_functions` counts functions alone, and not what else there is of Lambda.
pub(super) fn places(audit: &Audit<'_>, most: usize, only_functions: bool, page: &mut Page) {
    let counts = |at: usize| {
        if only_functions { functions(audit, &audit.places[at]) } else { audit.summary_of(at) }
    };
    let mut rows: Vec<PlaceRow<'_>> = audit
        .places
        .iter()
        .enumerate()
        .filter_map(|(at, place)| {
            let future = audit.verdicts[place.planes.first()?.any_other].state;
            let unlisted = !headline::listing_gaps(place).is_empty();
            Some(PlaceRow { place, summary: counts(at), future, unlisted })
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(PlaceRow::order);
    let (empty, mut with): (Vec<_>, Vec<_>) = rows.into_iter().partition(PlaceRow::is_empty);
    let folds = most < usize::MAX;
    // Where something is wrong, places where nothing is are worth one row.
    let bad = with.iter().filter(|row| !row.is_well()).count();
    let well =
        if only_functions && bad > 0 && with.len() > bad + 1 { with.split_off(bad) } else { Vec::new() };
    let shown: Vec<&PlaceRow<'_>> = with.iter().take(most).chain(empty.iter().filter(|_| !folds)).collect();
    page.gap();
    if !shown.is_empty() {
        let of_functions = only_functions || headline::noun(audit).0 == "function";
        table(audit, &shown, of_functions, page);
    }
    let hidden = &with[with.len().min(most)..];
    if !hidden.is_empty() {
        let escaping: usize = hidden.iter().map(PlaceRow::escaping).sum();
        let more = format!("... and {} more", quantity(hidden.len(), recorder_sentences::PLACES));
        let all = if page.is_all() { "--format jsonl" } else { "--all" };
        let told = match escaping {
            0 => format!("{more} ({all})"),
            n => format!("{more}, where {} more escape ({all})", grouped(n)),
        };
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
    if !well.is_empty() {
        let functions: usize = well.iter().map(|row| row.summary.resources).sum();
        let told = format!(
            "{} more: all {} recorded, and new ones too",
            quantity(well.len(), recorder_sentences::PLACES),
            quantity(functions, ("function", "functions"))
        );
        page.paragraph(2, (Style::Dim, ""), (Style::Plain, &told));
    }
    if folds && !empty.is_empty() {
        page.paragraph(2, (Style::Dim, ""), (Style::Plain, &folded(audit, &empty)));
    }
}

/// The functions of a place, by verdict.
fn functions(audit: &Audit<'_>, place: &PlaceAudit<'_>) -> Summary {
    let mut summary = Summary::default();
    let rows = &place.planes[ResourceType::Function as usize].rows;
    rows.iter().for_each(|row| summary.count(audit.verdicts[row.verdict].state));
    summary
}

/// As the sentence below the table, where there are places without functions.
pub(super) fn folded_sentence(audit: &Audit<'_>) -> Option<String> {
    let rows = audit.places.iter().filter_map(|place| {
        let future = audit.verdicts[place.planes.first()?.any_other].state;
        let unlisted = !headline::listing_gaps(place).is_empty();
        Some(PlaceRow { place, summary: functions(audit, place), future, unlisted })
    });
    let empty: Vec<PlaceRow<'_>> = rows.filter(PlaceRow::is_empty).collect();
    (!empty.is_empty()).then(|| folded(audit, &empty))
}

/// `22 Regions have no functions; a new one would be recorded in 18, not recorded in 4`
fn folded(audit: &Audit<'_>, rows: &[PlaceRow<'_>]) -> String {
    let one_account = audit.places.iter().all(|place| place.account == audit.places[0].account);
    let noun = if one_account { ("Region", "Regions") } else { recorder_sentences::PLACES };
    let told = |state: State| match state {
        State::Recorded => "recorded",
        State::PartiallyRecorded => "recorded in part",
        State::NotRecorded => "not recorded",
        State::Undetermined => "undetermined",
    };
    let states = [State::Recorded, State::PartiallyRecorded, State::NotRecorded, State::Undetermined];
    let by: Vec<(State, usize)> = states
        .into_iter()
        .map(|state| (state, rows.iter().filter(|row| row.future == state).count()))
        .filter(|(_, n)| *n > 0)
        .collect();
    let have = if rows.len() == 1 { "has" } else { "have" };
    let head = format!("{} {have} no functions; a new one would be", quantity(rows.len(), noun));
    match by.as_slice() {
        [(state, 1)] => format!("{head} {} there", told(*state)),
        [(state, _)] => format!("{head} {} in each", told(*state)),
        several => {
            let parts: Vec<String> =
                several.iter().map(|(state, n)| format!("{} in {}", told(*state), grouped(*n))).collect();
            format!("{head} {}", parts.join(", "))
        }
    }
}

/// A column: what it is called, and in short where there is no room, and how it stands. None may go: their sum is shown.
type Column = ((&'static str, &'static str), Align);

fn table(audit: &Audit<'_>, rows: &[&PlaceRow<'_>], of_functions: bool, page: &mut Page) {
    let any = |of: fn(&Summary) -> usize| rows.iter().any(|row| of(&row.summary) > 0);
    let (partial, undetermined) = (any(|one| one.partially_recorded), any(|one| one.undetermined));
    let mut columns: Vec<Column> = vec![
        (("Account", "Account"), Align::Left),
        (("Region", "Region"), Align::Left),
        (if of_functions { ("Functions", "All") } else { ("Resources", "All") }, Align::Right),
        (("Recorded", "Rec."), Align::Right),
    ];
    columns.extend(partial.then_some((("Partial", "Part."), Align::Right)));
    columns.push((("Not", "Not"), Align::Right));
    columns.extend(undetermined.then_some((("Undetermined", "Undet."), Align::Right)));
    columns.push((("New functions", "New"), Align::Left));
    let heads: Vec<(&str, Align)> = columns.iter().map(|((head, _), align)| (*head, *align)).collect();
    let short: Vec<(&str, Align)> = columns.iter().map(|((_, short), align)| (*short, *align)).collect();
    let cells: Vec<Vec<Span>> = rows.iter().map(|row| cells(audit, row, partial, undetermined)).collect();
    page.table(if page.has_room(&heads, &cells) { &heads } else { &short }, &cells);
}

fn cells(audit: &Audit<'_>, row: &PlaceRow<'_>, partial: bool, undetermined: bool) -> Vec<Span> {
    let name = audit.inventory.account(row.place.account).and_then(|account| account.name.as_deref());
    let account = match name {
        Some(name) => format!("{} {}", row.place.account, visible(name)),
        None => row.place.account.to_owned(),
    };
    let number = |n: usize, style: Style| (if n == 0 { Style::Dim } else { style }, grouped(n));
    let (style, all) = number(row.summary.resources, Style::Plain);
    let mut cells = vec![
        (Style::Plain, account),
        (Style::Plain, row.place.region.to_owned()),
        (style, format!("{all}{}", if row.unlisted { "+" } else { "" })),
        number(row.summary.recorded, Style::Good),
    ];
    cells.extend(partial.then(|| number(row.summary.partially_recorded, Style::Bad)));
    cells.push(number(row.summary.not_recorded, Style::Bad));
    cells.extend(undetermined.then(|| number(row.summary.undetermined, Style::Open)));
    cells.push((state_style(row.future), verdict_words::state(row.future).to_owned()));
    cells
}
