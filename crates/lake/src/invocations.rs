//! Records of invocations as rows, identical copies once, and the files that a folder's rows make.

use crate::columns::Table;
use crate::daily;
use crate::parquet_file::{PackError, pack};
use crate::rows::{Cell, Rows, Value};
use logs::{Home, QualifierFinder, Record, Requested, Text, sha256};
use std::collections::HashMap;

/// Rows of one file at most: about 200 MB of Parquet. The folder's next file begins where there are more.
pub const MOST_ROWS: usize = 2_000_000;

/// Bytes of JSON in one file at most, where records are kept whole: they wait in memory until the file is packed.
const MOST_JSON: usize = 512 << 20;

/// The rows of one folder.
#[derive(Debug)]
pub struct Invocations {
    rows: Rows,
    /// The places of `copies_dropped`, `record_sha256` and `source_file`.
    at: (usize, usize, usize),
    /// By the first half of a record's hash: the first row with it.
    known: HashMap<u128, u32>,
    qualifier: QualifierFinder,
    most: usize,
    copies: u64,
    before: u64,
    raw: bool,
}

/// A file of invocations, and their roll-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Parquet.
    pub invocations: Vec<u8>,
    /// Its rows.
    pub rows: u64,
    /// Parquet.
    pub daily: Vec<u8>,
    /// Its rows.
    pub daily_rows: u64,
}

impl Invocations {
    /// No rows so far; with the JSON of each record iff `raw`.
    #[must_use]
    pub fn new(raw: bool) -> Invocations {
        Invocations::cut_at(raw, MOST_ROWS)
    }

    /// The same, with at most that many rows in a file.
    #[must_use]
    pub fn cut_at(raw: bool, most: usize) -> Invocations {
        let rows = Rows::of(Table::Invocations, raw);
        Invocations {
            at: (rows.at("copies_dropped"), rows.at("record_sha256"), rows.at("source_file")),
            rows,
            known: HashMap::new(),
            qualifier: QualifierFinder::default(),
            most: most.max(1),
            copies: 0,
            before: 0,
            raw,
        }
    }

    /// Forgets all; memory is kept.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.known.clear();
        (self.copies, self.before) = (0, 0);
    }

    /// Rows so far, those in files that were packed included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.before + self.rows.len() as u64
    }

    /// Copies that are no rows.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// True iff the rows so far fill a file: take it with [`Invocations::pack`] before the next record.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows.len() >= self.most || self.rows.long_bytes() >= MOST_JSON
    }

    /// Takes an invocation in. `file` is what `source_file` says, `home` whose folder it lies in.
    pub fn take(&mut self, record: &Record<'_>, home: Option<&Home>, file: &str) {
        self.take_unless(record, home, file, |_| false);
    }

    /// The same; a copy of a record is a row of its own iff `alone` says so of the file of the row that it is a copy of.
    pub fn take_unless(
        &mut self,
        record: &Record<'_>,
        home: Option<&Home>,
        file: &str,
        alone: impl FnOnce(&str) -> bool,
    ) {
        let hash = sha256(record.raw);
        let half = hash.first_chunk().map_or(0, |half| u128::from_le_bytes(*half));
        // Of corrections the one that was delivered last decides, so each delivery stays a row.
        if let Some(row) = self.known.get(&half).map(|row| *row as usize)
            && record.event_corrected().is_none()
            && self.rows.cell(self.at.1, row) == Cell::Hash(&hash)
            && !matches!(self.rows.cell(self.at.2, row), Cell::Text(first) if alone(first))
        {
            self.rows.add(self.at.0, row, 1);
            self.copies += 1;
            return;
        }
        let function = record.function_arn(home);
        let qualifier = self.qualifier.asked(record.raw);
        let event_time = text(&record.event_time);
        let resource = record.function.as_ref();
        let nothing = Requested::default();
        let requested = record.requested.as_ref().unwrap_or(&nothing);
        let raw = if self.raw { std::str::from_utf8(record.raw).ok() } else { None };
        let number = |of: u64| Value::Integer(i64::try_from(of).unwrap_or(i64::MAX));
        let own = [
            Value::Text(function.as_deref().map(unqualified)),
            Value::Integer(record.milliseconds),
            Value::Text(record.owner()),
            Value::Text(record.caller().text()),
            Value::Text(record.caller_account()),
            Value::Text(Some(record.way())),
            event_time,
        ];
        let beside = [
            Value::Text(resource.map(|one| &*one.kind)),
            Value::Text(resource.and_then(|one| one.arn.as_deref())),
            Value::Text(resource.and_then(|one| one.account.as_deref())),
            member(&requested.function_name),
            Value::Text(qualifier),
            member(&requested.invocation_type),
            member(&requested.source_arn),
            member(&requested.source_account),
            member(&record.executed),
            member(&record.corrects),
            Value::Integer(0),
            Value::Text(Some(file)),
            number(record.offset),
            Value::Hash(hash),
            Value::Text(raw),
        ];
        let row = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(own.into_iter().chain(common(record)).chain(beside));
        self.known.insert(half, row);
    }

    /// The file of the rows that are not packed yet, and their roll-up; the next begins without rows. `None` iff there are none.
    ///
    /// # Errors
    /// [`PackError`].
    pub fn pack(&mut self) -> Result<Option<Packed>, PackError> {
        if self.rows.len() == 0 {
            return Ok(None);
        }
        let order = self.rows.sorted(&["function_arn", "time", "eventid", "source_file", "source_offset"]);
        let invocations = pack(Table::Invocations, &self.rows, &order)?;
        let daily = daily::of(&self.rows, &order);
        let daily_order: Vec<u32> = (0..u32::try_from(daily.len()).unwrap_or(u32::MAX)).collect();
        let packed = Packed {
            invocations,
            rows: self.rows.len() as u64,
            daily: pack(Table::InvocationsDaily, &daily, &daily_order)?,
            daily_rows: daily.len() as u64,
        };
        self.before += packed.rows;
        self.rows.clear();
        self.known.clear();
        Ok(Some(packed))
    }
}

fn text<'v>(text: &'v Text<'_>) -> Value<'v> {
    Value::Text(Some(text))
}

fn member<'v>(text: &'v Option<Text<'_>>) -> Value<'v> {
    Value::Text(text.as_deref())
}

/// The ARN without a version or alias; any other text as it is.
pub(crate) fn unqualified(arn: &str) -> &str {
    let end = arn.match_indices(':').nth(6).map(|(at, _)| at).filter(|_| arn.starts_with("arn:"));
    end.and_then(|end| arn.get(..end)).unwrap_or(arn)
}

/// What both tables of events have, from `eventname` on, of a record; `eventsource` stands elsewhere in each.
pub(crate) fn common<'v>(record: &'v Record<'_>) -> impl Iterator<Item = Value<'v>> {
    [text(&record.event_name), text(&record.event_source)].into_iter().chain(beside_names(record))
}

/// The same, from `eventversion` on.
pub(crate) fn beside_names<'v>(record: &'v Record<'_>) -> [Value<'v>; 25] {
    let identity = &record.identity;
    [
        member(&record.event_version),
        member(&record.event_type),
        member(&record.category),
        member(&record.region),
        member(&record.recipient_account_id),
        member(&record.source_address),
        member(&record.user_agent),
        member(&record.error_code),
        member(&record.error_message),
        member(&record.vpc_endpoint),
        text(&record.event_id),
        member(&record.request_id),
        member(&record.shared_event_id),
        Value::Boolean(record.read_only),
        Value::Boolean(record.management),
        member(&identity.kind),
        member(&identity.principal_id),
        member(&identity.arn),
        member(&identity.account),
        member(&identity.user_name),
        member(&identity.invoked_by),
        member(&identity.access_key),
        member(&identity.issuer_arn),
        member(&identity.on_behalf_of),
        member(&record.console),
    ]
}
