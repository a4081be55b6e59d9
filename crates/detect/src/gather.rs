//! From records to facts, one file after the other.

mod address;
mod every;
mod way;

use crate::call::CallerFields;
use crate::change::Change;
use crate::facts::{Bounds, Cell, CellKey, EventId, Evidence, Facts, Ids, Span, joined};
use crate::ruled::Ruled;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
pub use every::Watch;
use every::Watched;
use foldhash::fast::FixedState;
use logs::{Event, Home, QualifierFinder, Record, Sink, is_account};
use std::hash::BuildHasher;
use way::way;

/// Takes the records of one file at a time. What it holds is handed over by [`Gatherer::take`].
#[derive(Debug)]
pub struct Gatherer<'r> {
    facts: Facts,
    /// Milliseconds since 1970.
    now: i64,
    file: String,
    number: u32,
    home: Option<Home>,
    watched: Watched,
    /// Texts are put together here.
    buffer: String,
    rules: Option<&'r Ruled>,
    qualifier: QualifierFinder,
}

impl<'r> Gatherer<'r> {
    /// At that moment, in milliseconds since 1970: records of later than an hour after it are not entered.
    #[must_use]
    pub fn new(now: i64) -> Gatherer<'r> {
        Gatherer {
            facts: Facts::default(),
            now,
            file: String::new(),
            number: 0,
            home: None,
            watched: Watched::default(),
            buffer: String::new(),
            rules: None,
            qualifier: QualifierFinder::default(),
        }
    }

    /// The same, and these rules run over each record.
    #[must_use]
    pub fn with_rules(self, rules: Option<&'r Ruled>) -> Gatherer<'r> {
        Gatherer { rules, ..self }
    }

    /// The records of that file come next; `organization` is the one whose folder it lies in.
    pub fn begin(&mut self, file: &str, home: Option<&Home>, organization: Option<&str>) {
        file.clone_into(&mut self.file);
        self.number = self.facts.names.number(file);
        self.home = home.cloned();
        self.ran();
        if let Some(organization) = organization.filter(|known| !self.facts.organizations.contains(*known)) {
            self.facts.organizations.insert(organization.to_owned());
        }
    }

    /// What ran over the file is known: call it once a file.
    fn ran(&mut self) {
        if self.facts.rules_run.is_none() {
            self.facts.rules_run = Some(self.rules.map(Ruled::keys).unwrap_or_default());
        }
    }

    /// The file was read to its end: it need not be read again, unless it tells of times to come.
    pub fn done(&mut self, tag: [u8; 32]) {
        if tag != [0; 32] && !self.facts.ahead.contains(&self.file) {
            self.facts.files.insert(tag);
        }
    }

    /// What was gathered since the last time.
    pub fn take(&mut self) -> &mut Facts {
        &mut self.facts
    }

    fn is_ahead(&mut self, time: i64) -> bool {
        let ahead = time > self.now.saturating_add(HOUR_MILLIS);
        if ahead && !self.facts.ahead.contains(&self.file) {
            self.facts.ahead.insert(self.file.clone());
        }
        ahead
    }

    /// Records of that account are there; what is said to be an account and is none does not count as one.
    fn seen(&mut self, account: &str, time: i64) {
        if !account.is_empty() && !is_account(account) {
            return;
        }
        match self.facts.accounts.get_mut(account) {
            Some(span) => *span = span.over(Span::at(time)),
            None => self.facts.span(account.to_owned(), Span::at(time)),
        }
    }

    fn call(&mut self, record: &Record<'_>) {
        let home = self.home.as_ref();
        let Some(function) = record.function_arn(home) else { return };
        let facts = &mut self.facts;
        let buffer = &mut self.buffer;
        let function = facts.names.number(unqualified(&function));
        let fields = CallerFields::of(record);
        let caller = facts.names.number(joined(buffer, &[fields.kind, fields.account(), fields.name()]));
        let way = {
            let texts = way(record, home, &fields, &self.qualifier);
            facts.names.number(joined(buffer, &texts.borrowed().parts()))
        };
        let time = record.milliseconds;
        let Ok(day) = i32::try_from(time.div_euclid(DAY_MILLIS)) else { return };
        // Both accounts of a call across accounts have a record of it, under ids of their own.
        let shared = record.shared_event_id.as_deref().filter(|id| !id.is_empty());
        let event = shared.unwrap_or_else(|| record.event_told());
        let mut ids = Ids::default();
        let hour = u32::try_from(time.rem_euclid(DAY_MILLIS) / HOUR_MILLIS).unwrap_or(0);
        ids.enter(hour, FixedState::with_seed(1).hash_one(event));
        let id = EventId::of(record.event_told(), &mut facts.names);
        let first = Evidence { time, id, file: self.number, offset: record.offset };
        facts.enter(CellKey { day, function, caller, way }, Cell { ids, first, last: time });
    }

    fn change(&mut self, change: Option<Change>) {
        let Some(change) = change.filter(|change| !self.is_ahead(change.time)) else { return };
        self.seen(&change.account, change.time);
        self.facts.change((change.time, change.id.clone()), change);
    }
}

/// The ARN without a version or alias.
fn unqualified(arn: &str) -> &str {
    if !arn.starts_with("arn:") {
        return arn;
    }
    let end = memchr::memchr_iter(b':', arn.as_bytes()).nth(6);
    end.and_then(|end| arn.get(..end)).unwrap_or(arn)
}

impl Sink for Gatherer<'_> {
    const EVERY: bool = true;

    fn event(&mut self, event: &Event<'_>) {
        if let Some(rules) = self.rules {
            rules.enter(event.raw, &self.file, event.offset, &mut self.facts);
        }
        if let Some((role, session)) = self.watched.executor(event) {
            let pair = joined(&mut self.buffer, &[&role, &session]);
            if !self.facts.executors.contains(pair) {
                self.facts.executors.insert(pair.to_owned());
            }
        }
        // Records of Lambda and CloudTrail come by the other door.
        if self.watched.holds(event.raw) {
            let change = Change::read(event.raw, self.home.as_ref(), &self.file, event.offset);
            self.change(change);
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        if record.is_invocation() && !self.is_ahead(record.milliseconds) {
            let home = self.home.take();
            if let Some(account) = record.account(home.as_ref()) {
                self.seen(&account, record.milliseconds);
            }
            self.home = home;
            self.call(record);
        }
        // The call that opens a shell in a MicroVM is a change, too.
        let change = Change::of(record, self.home.as_ref(), &self.file);
        self.change(change);
    }
}

/// Facts that many threads fill, one file at a time.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What is known.
    pub facts: Facts,
    bounds: Bounds,
    /// Files since the last look at how much is kept.
    since: usize,
}

impl Gathered {
    /// Goes on from what is known.
    #[must_use]
    pub fn new(facts: Facts, bounds: Bounds) -> Gathered {
        Gathered { facts, bounds, since: 0 }
    }

    /// Takes in what was gathered of a file.
    pub fn enter(&mut self, facts: &mut Facts) {
        self.since += facts.cells.len() + facts.changes.len();
        self.facts.join(facts);
        // Looking costs as much as entering: it is done where so much came that it may matter.
        if self.since > 200_000 {
            self.since = 0;
            self.facts.forget(&self.bounds);
        }
    }

    /// All of it, in its one form, as far as the bounds allow.
    #[must_use]
    pub fn finished(mut self) -> Facts {
        self.facts.forget(&self.bounds);
        self.facts.tidied()
    }
}
