//! Accounts by Regions, one cell each: a shape, how many escape of how many, and what happens to new functions.

use super::mark;
use crate::headline::listing_gaps;
use crate::places::folded_sentence;
use crate::quantity::{grouped, quantity};
use crate::recorder_sentences;
use crate::verdict_words;
use audit::finding::{Audit, Summary};
use maud::{Markup, html};
use recording::State;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// More accounts than these, and those where all is well are folded away.
const FOLDS: usize = 20;

/// More Regions than these are written upright.
const UPRIGHT: usize = 8;

/// One account and Region.
#[derive(Clone, Copy)]
struct Cell {
    summary: Summary,
    future: State,
    unlisted: bool,
}

impl Cell {
    fn is_empty(&self) -> bool {
        self.summary.resources == 0 && !self.unlisted
    }

    fn is_well(&self) -> bool {
        self.summary.recorded == self.summary.resources && self.future == State::Recorded && !self.unlisted
    }

    /// The worst verdict there, of what was seen; of what is new where nothing was.
    fn worst(&self) -> State {
        let of = &self.summary;
        match (of.not_recorded, of.partially_recorded, of.undetermined) {
            (1.., _, _) => State::NotRecorded,
            (0, 1.., _) => State::PartiallyRecorded,
            (0, 0, 1..) => State::Undetermined,
            (0, 0, 0) if self.unlisted => State::Undetermined,
            (0, 0, 0) => State::Recorded,
        }
    }

    /// How many are not fully recorded, or not known to be.
    fn open(&self) -> usize {
        self.summary.resources - self.summary.recorded
    }
}

/// An account with its Regions.
struct Row<'a> {
    account: &'a str,
    name: Option<&'a str>,
    cells: BTreeMap<&'a str, Cell>,
}

impl Row<'_> {
    fn is_well(&self) -> bool {
        self.cells.values().all(Cell::is_well)
    }

    fn order(&self) -> (Reverse<usize>, Reverse<usize>, bool) {
        let of = |count: fn(&Summary) -> usize| self.cells.values().map(|cell| count(&cell.summary)).sum();
        let escaping: usize = of(|one| one.not_recorded + one.partially_recorded);
        (Reverse(escaping), Reverse(of(|one| one.undetermined)), self.is_well())
    }
}

fn rows<'a>(audit: &'a Audit<'_>) -> Vec<Row<'a>> {
    let mut rows: BTreeMap<&str, Row<'_>> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        let Some(plane) = place.planes.first() else { continue };
        let cell = Cell {
            summary: audit.summary_of(at),
            future: audit.verdicts[plane.any_other].state,
            unlisted: !listing_gaps(place).is_empty(),
        };
        let name = || audit.inventory.account(place.account).and_then(|account| account.name.as_deref());
        let row = rows.entry(place.account).or_insert_with(|| Row {
            account: place.account,
            name: name(),
            cells: BTreeMap::new(),
        });
        row.cells.insert(place.region, cell);
    }
    let mut rows: Vec<Row<'_>> = rows.into_values().collect();
    rows.sort_by_key(Row::order);
    rows
}

/// The section; nothing where nothing was looked at.
pub(super) fn map(audit: &Audit<'_>) -> Markup {
    let rows = rows(audit);
    if rows.is_empty() {
        return html! {};
    }
    // A Region in which no account has anything shares a column with others like it.
    let cells = || rows.iter().flat_map(|row| &row.cells);
    let all: BTreeSet<&str> = cells().map(|(region, _)| *region).collect();
    let shown: BTreeSet<&str> =
        cells().filter(|(_, cell)| !cell.is_empty()).map(|(region, _)| *region).collect();
    let columns: Vec<&str> = shown.iter().copied().collect();
    let others: Vec<&str> = all.difference(&shown).copied().collect();
    let folds = rows.len() > FOLDS;
    let (bad, well): (Vec<&Row<'_>>, Vec<&Row<'_>>) = rows.iter().partition(|row| !(folds && row.is_well()));
    html! {
        section #map aria-labelledby="map-title" {
            h2 #map-title { "Accounts and Regions" }
            (legend())
            @if !bad.is_empty() { (table("Map of accounts and Regions", &bad, &columns, &others)) }
            @if let Some(told) = folded_sentence(audit) { p.note { (recorder_sentences::sentence(&told)) } }
            @if !well.is_empty() {
                details {
                    summary { (quantity(well.len(), ("account", "accounts"))) ": all recorded, and new ones will be" }
                    (table("Map of accounts where all is recorded", &well, &columns, &others))
                }
            }
        }
    }
}

fn legend() -> Markup {
    let states = [State::Recorded, State::PartiallyRecorded, State::NotRecorded, State::Undetermined];
    html! {
        ul.key {
            @for state in states { li { (mark::state(state)) } }
            li { span.future { "+" (mark::shape(State::NotRecorded)) } " new functions" }
            li { span.quiet { "\u{b7}" } " no functions" }
        }
    }
}

fn table(label: &str, rows: &[&Row<'_>], columns: &[&str], others: &[&str]) -> Markup {
    let class = if columns.len() > UPRIGHT { "map dense" } else { "map" };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table class=(class) {
                thead {
                    tr {
                        th scope="col" { "Account" }
                        @for region in columns { th.region scope="col" { span { (region) } } }
                        @if !others.is_empty() {
                            th.region scope="col" { span { @if columns.is_empty() { (quantity(others.len(), ("Region", "Regions"))) } @else { (quantity(others.len(), ("other Region", "other Regions"))) } } }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" {
                                @if let Some(name) = row.name { span.name { (name) } " " }
                                span.id { (row.account) }
                            }
                            @for region in columns { (cell(row, region)) }
                            @if !others.is_empty() { (rest(row, others)) }
                        }
                    }
                }
            }
        }
    }
}

/// `3 of 12 not recorded, new functions partial`
fn title_of(cell: &Cell) -> String {
    let of = &cell.summary;
    let by = [
        (of.not_recorded, State::NotRecorded),
        (of.partially_recorded, State::PartiallyRecorded),
        (of.undetermined, State::Undetermined),
        (of.recorded, State::Recorded),
    ];
    let mut parts: Vec<String> = by
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, state)| format!("{} {}", grouped(*n), verdict_words::state(*state)))
        .collect();
    if parts.is_empty() {
        parts.push("no functions".to_owned());
    }
    parts.push(format!("new functions {}", verdict_words::state(cell.future)));
    parts.join(", ")
}

fn cell(row: &Row<'_>, region: &str) -> Markup {
    let Some(cell) = row.cells.get(region) else {
        return html! { td.void { span.vh { "not audited" } } };
    };
    let class = if cell.is_empty() { "void" } else { mark::class(cell.worst()) };
    let title = title_of(cell);
    let plus = if cell.unlisted { "+" } else { "" };
    html! {
        td class=(class) title=(title) {
            @if cell.summary.resources > 0 {
                a href="#resources" data-search=(format!("{} {region}", row.account)) {
                    span.shape aria-hidden="true" { (mark::shape(cell.worst())) }
                    @if cell.open() > 0 { (grouped(cell.open())) "/" }
                    (grouped(cell.summary.resources)) (plus)
                    span.vh { ": " (title) }
                }
            } @else {
                span.vh { (title) }
                span.quiet aria-hidden="true" { @if cell.unlisted { "?" } @else { "\u{b7}" } }
            }
            @if cell.future != State::Recorded { span.future aria-hidden="true" { "+" (mark::shape(cell.future)) } }
        }
    }
}

/// What the Regions without anything have in common: what happens to new functions there.
fn rest(row: &Row<'_>, others: &[&str]) -> Markup {
    let count = |state: State| {
        others
            .iter()
            .filter(|region| row.cells.get(**region).is_some_and(|cell| cell.future == state))
            .count()
    };
    let states = [State::NotRecorded, State::PartiallyRecorded, State::Undetermined, State::Recorded];
    let some: Vec<(State, usize)> =
        states.map(|state| (state, count(state))).into_iter().filter(|(_, n)| *n > 0).collect();
    let said: Vec<String> = some
        .iter()
        .map(|(state, n)| format!("new functions {} in {}", verdict_words::state(*state), grouped(*n)))
        .collect();
    html! {
        td.void title=(said.join(", ")) {
            span.vh { (said.join(", ")) }
            @for (state, n) in &some {
                span.future aria-hidden="true" { "+" (mark::shape(*state)) (grouped(*n)) }
            }
        }
    }
}
