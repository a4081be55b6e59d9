//! Rows of a table before they are packed: each column by itself, texts by number.

use crate::columns::{Column, Kind, Table, Variety};
use logs::Texts;

/// The values of one column.
#[derive(Clone, Debug)]
enum Cells {
    /// Numbers of texts; 0 is null.
    Text(Vec<u32>),
    /// Bits of a UUID, or the number of any other text, and which of them it is.
    Id(Vec<(u128, Form)>),
    /// Integers and times.
    Integer(Vec<i64>),
    Boolean(Vec<Option<bool>>),
    /// SHA-256, told in hexadecimal digits.
    Hash(Vec<[u8; 32]>),
    /// Texts one after the other: where each begins and ends among them. `None` is null.
    Long(String, Vec<Option<(usize, usize)>>),
}

/// What an id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Null,
    Uuid,
    Text,
}

/// A value, on its way in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Text(Option<&'a str>),
    Integer(i64),
    Boolean(Option<bool>),
    Hash([u8; 32]),
}

/// A value, on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    /// To be written as [`logs::uuid_text`] does.
    Uuid(u128),
    Integer(i64),
    Boolean(bool),
    Hash(&'a [u8; 32]),
}

/// See the module. Rows are entered column by column, in the order of the table's columns.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<&'static Column>,
    cells: Vec<Cells>,
    texts: Texts,
    rows: usize,
}

impl Rows {
    /// Without rows. `raw` is a column iff it is wanted or required.
    pub(crate) fn of(table: Table, raw: bool) -> Rows {
        let wanted = |column: &&Column| raw || column.required || column.name != "raw";
        let columns: Vec<&'static Column> = table.columns().iter().filter(wanted).collect();
        let cells = columns.iter().map(|column| Cells::of(column)).collect();
        Rows { columns, cells, texts: Texts::default(), rows: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Bytes of long texts.
    pub(crate) fn long_bytes(&self) -> usize {
        let long = |cells: &Cells| if let Cells::Long(bytes, _) = cells { bytes.len() } else { 0 };
        self.cells.iter().map(long).sum()
    }

    /// Forgets all rows; memory is kept.
    pub(crate) fn clear(&mut self) {
        self.texts.clear();
        self.cells.iter_mut().for_each(Cells::clear);
        self.rows = 0;
    }

    /// Enters one row. Values beyond the last column are not looked at.
    pub(crate) fn push<'v>(&mut self, values: impl IntoIterator<Item = Value<'v>>) {
        // From inside the iterator: one that is made of others is slow to be asked for the next value.
        let (mut columns, texts) = (self.cells.iter_mut(), &mut self.texts);
        values.into_iter().for_each(|value| {
            if let Some(cells) = columns.next() {
                cells.push(value, texts);
            }
        });
        self.rows += 1;
    }

    /// The bytes of these rows in a column of long texts.
    pub(crate) fn long_bytes_of(&self, column: usize, some: &[u32]) -> usize {
        let bytes = |row: &u32| match self.cell(column, *row as usize) {
            Cell::Text(text) => text.len(),
            _ => 0,
        };
        some.iter().map(bytes).sum()
    }

    /// The value of a row in a column; null where there is no such row or column.
    pub(crate) fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        self.cells.get(column).map_or(Cell::Null, |cells| cells.cell(row, &self.texts))
    }

    /// The number of a text: the same for equal texts, 0 where there is none, or the column holds no such numbers.
    pub(crate) fn number(&self, column: usize, row: usize) -> u32 {
        match self.cells.get(column) {
            Some(Cells::Text(all)) => all.get(row).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// How many values a column may have in all rows, at most.
    pub(crate) fn distinct(&self, column: usize) -> usize {
        let Some(Cells::Text(all)) = self.cells.get(column) else { return self.rows };
        let mut seen = vec![false; self.texts.len() + 1];
        all.iter().for_each(|id| {
            if let Some(slot) = seen.get_mut(*id as usize) {
                *slot = true;
            }
        });
        seen.into_iter().filter(|seen| *seen).count()
    }

    /// Adds to an integer.
    pub(crate) fn add(&mut self, column: usize, row: usize, more: i64) {
        if let Some(Cells::Integer(all)) = self.cells.get_mut(column)
            && let Some(one) = all.get_mut(row)
        {
            *one = one.saturating_add(more);
        }
    }

    /// The place of a column; one that there is not where it has none.
    pub(crate) fn at(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap_or(usize::MAX)
    }

    /// The rows by the values of these columns, one after the other; null is before all others.
    pub(crate) fn sorted(&self, by: &[&str]) -> Vec<u32> {
        let by: Vec<usize> = by.iter().map(|name| self.at(name)).collect();
        let ranks = self.ranks(&by);
        let mut order: Vec<u32> = (0..u32::try_from(self.rows).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by(|one, other| {
            let (one, other) = (*one as usize, *other as usize);
            let each = by.iter().map(|column| self.compared(*column, one, other, &ranks));
            each.into_iter().find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        order
    }

    fn compared(&self, column: usize, one: usize, other: usize, ranks: &[u32]) -> std::cmp::Ordering {
        match self.cells.get(column) {
            Some(Cells::Text(ids)) => {
                let rank = |row: usize| ids.get(row).and_then(|id| ranks.get(*id as usize));
                rank(one).cmp(&rank(other))
            }
            _ => self.cell(column, one).cmp(&self.cell(column, other)),
        }
    }

    /// By number of a text: its place among all texts in alphabetical order, so that rows are compared by numbers.
    fn ranks(&self, by: &[usize]) -> Vec<u32> {
        let has_texts = by.iter().any(|column| matches!(self.cells.get(*column), Some(Cells::Text(_))));
        if !has_texts {
            return Vec::new();
        }
        let mut texts: Vec<(&str, usize)> = self.texts.iter().zip(1..).collect();
        texts.sort_unstable();
        let mut ranks = vec![0; texts.len() + 1];
        for ((_, id), rank) in texts.into_iter().zip(1..) {
            if let Some(slot) = ranks.get_mut(id) {
                *slot = rank;
            }
        }
        ranks
    }
}

impl Cells {
    fn of(column: &Column) -> Cells {
        match (column.kind, column.variety) {
            (Kind::Text, Variety::Id) => Cells::Id(Vec::new()),
            (Kind::Text, Variety::Many) if column.name.ends_with("sha256") => Cells::Hash(Vec::new()),
            (Kind::Text, Variety::Many) if column.name.ends_with("id") => Cells::Id(Vec::new()),
            (Kind::Text, Variety::Long) => Cells::Long(String::new(), Vec::new()),
            (Kind::Text, _) => Cells::Text(Vec::new()),
            (Kind::Time | Kind::Integer, _) => Cells::Integer(Vec::new()),
            (Kind::Boolean, _) => Cells::Boolean(Vec::new()),
        }
    }

    fn clear(&mut self) {
        match self {
            Cells::Text(all) => all.clear(),
            Cells::Id(all) => all.clear(),
            Cells::Integer(all) => all.clear(),
            Cells::Boolean(all) => all.clear(),
            Cells::Hash(all) => all.clear(),
            Cells::Long(text, all) => {
                text.clear();
                all.clear();
            }
        }
    }

    /// What is of another kind than the column is null, or 0.
    fn push(&mut self, value: Value<'_>, texts: &mut Texts) {
        match (self, value) {
            (Cells::Text(all), Value::Text(said)) => {
                all.push(
                    said.map_or(0, |said| again(all, texts, said).unwrap_or_else(|| texts.intern(said))),
                );
            }
            (Cells::Text(all), _) => all.push(0),
            (Cells::Id(all), Value::Text(Some(said))) => all.push(match logs::uuid_bits(said) {
                Some(bits) => (bits, Form::Uuid),
                None => (u128::from(texts.intern(said)), Form::Text),
            }),
            (Cells::Id(all), _) => all.push((0, Form::Null)),
            (Cells::Integer(all), value) => {
                all.push(if let Value::Integer(number) = value { number } else { 0 });
            }
            (Cells::Boolean(all), value) => {
                all.push(if let Value::Boolean(said) = value { said } else { None });
            }
            (Cells::Hash(all), value) => all.push(if let Value::Hash(hash) = value { hash } else { [0; 32] }),
            (Cells::Long(bytes, all), value) => {
                let said = if let Value::Text(said) = value { said } else { None };
                let start = bytes.len();
                bytes.push_str(said.unwrap_or_default());
                all.push(said.map(|_| (start, bytes.len())));
            }
        }
    }

    fn cell<'a>(&'a self, row: usize, texts: &'a Texts) -> Cell<'a> {
        let text = |id: u32| texts.get(id).map_or(Cell::Null, Cell::Text);
        let cell = match self {
            Cells::Text(all) => all.get(row).map(|id| text(*id)),
            Cells::Id(all) => all.get(row).map(|(bits, form)| match form {
                Form::Null => Cell::Null,
                Form::Uuid => Cell::Uuid(*bits),
                Form::Text => text(u32::try_from(*bits).unwrap_or(0)),
            }),
            Cells::Integer(all) => all.get(row).map(|number| Cell::Integer(*number)),
            Cells::Boolean(all) => all.get(row).copied().flatten().map(Cell::Boolean),
            Cells::Hash(all) => all.get(row).map(Cell::Hash),
            Cells::Long(bytes, all) => {
                let place = all.get(row).copied().flatten();
                place.and_then(|(start, end)| bytes.get(start..end)).map(Cell::Text)
            }
        };
        cell.unwrap_or(Cell::Null)
    }
}

/// The number of the row before, where that says the same: texts come in runs.
fn again(all: &[u32], texts: &Texts, said: &str) -> Option<u32> {
    let last = *all.last()?;
    (texts.get(last) == Some(said)).then_some(last)
}

#[cfg(test)]
mod tests;
