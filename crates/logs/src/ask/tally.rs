//! One thread's share of an answer: rows to entries, each with the group it belongs to.

use super::correct::{Correction, PerThread};
use super::entry::{Entry, What};
use super::groups::Groups;
use super::label::{account, function, label, number};
use super::named::Named;
use super::runs::{IN_MEMORY, Spill};
use super::{Dimension, Filter, MOST_DIMENSIONS, Question, Way};
use crate::inflate::Trouble;
use crate::scan::{Consumer, File, Receiver};
use crate::sheet::{Column, Marks, Row, Sheet, Texts};
use crate::who::{self, CALLER};
use cloudtrail::arn::Arn;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::io;

/// Takes sheets in, one after the other.
pub struct Tally<'q> {
    pub(super) question: &'q Question,
    pub(super) labels: Texts,
    pub(super) groups: Groups,
    pub(super) read: PerThread<'q>,
    memo: Memo,
    named: Named,
}

/// What was found out about the texts of one sheet, or of one generation.
#[derive(Default)]
struct Memo {
    generation: u64,
    /// By dimension of one column: the label of each text, 0 where it is not known yet.
    single: Vec<Vec<u32>>,
    /// By dimension of several columns.
    several: Vec<HashMap<[u32; CALLER.len()], u32, FixedState>>,
    functions: HashMap<u32, bool, FixedState>,
    /// By text: the upper half of its hash, 0 where it is not known yet.
    hashes: Vec<u32>,
    callers: HashMap<[u32; CALLER.len()], bool, FixedState>,
    /// By column and text: true iff the filter admits the text.
    admitted: HashMap<(u8, u32), bool, FixedState>,
}

impl<'q> Tally<'q> {
    /// Nothing so far. What does not fit into memory goes to `spill`.
    #[must_use]
    pub fn new(question: &'q Question, spill: &'q dyn Spill) -> Self {
        Self::holding(question, spill, IN_MEMORY)
    }

    /// As [`Tally::new`], with at most that many records in memory at once.
    #[must_use]
    pub fn holding(question: &'q Question, spill: &'q dyn Spill, records: usize) -> Self {
        Tally {
            question,
            labels: Texts::default(),
            groups: Groups::default(),
            read: PerThread::new(spill, records),
            memo: Memo::default(),
            named: Named::of(&question.filter.functions),
        }
    }

    /// With more corrections than that on all threads together, none replaces anything: 65 536 unless it is said here.
    #[must_use]
    pub fn correcting(mut self, most: u64) -> Self {
        self.read.corrections.most = most;
        self
    }

    /// Takes in the rows that the question is about. `delivered` is when the file was, as its name says, to the minute.
    ///
    /// # Errors
    /// What the scratch file says, where one is needed.
    pub fn take(&mut self, sheet: &Sheet, delivered: Option<i64>) -> io::Result<()> {
        self.memo.prepare(self.question.by.len(), sheet);
        let joins = self.question.joins();
        for row in &sheet.rows {
            if row.marks.any(Marks::CORRECTS) {
                self.correction(sheet, row, delivered)?;
                continue;
            }
            if !self.concerns(sheet, row) {
                continue;
            }
            let (meant, if_followed) = self.meant(sheet, row);
            let within = self.within(row);
            // What is not asked about may be the call of an attempt that is, or tell that an attempt is not.
            let related = joins && may_be_joined(row);
            if !(meant && within || related) {
                continue;
            }
            let asked = What::those(&[
                (meant, What::MEANT),
                (if_followed && joins, What::MEANT_IF_FOLLOWED),
                (within, What::WITHIN),
                (joins, What::JOINED),
            ]);
            let entry = self.entry(sheet, row, What::of(row, asked, delivered));
            self.read.runs.push(entry)?;
        }
        Ok(())
    }

    /// Takes in a correction, asked about or not: the record that it corrects may be.
    #[cold]
    #[inline(never)]
    fn correction(&mut self, sheet: &Sheet, row: &Row, delivered: Option<i64>) -> io::Result<()> {
        let concerns = self.concerns(sheet, row);
        if !self.delivered_to(sheet, row) {
            return Ok(());
        }
        let (meant, if_followed) = if concerns { self.meant(sheet, row) } else { (false, false) };
        let within = self.within(row);
        let joins = self.question.joins();
        // As any other record.
        let counts = concerns && (meant && within || joins && may_be_joined(row));
        let room = self.read.corrections.room();
        if !(room || counts) {
            return Ok(());
        }
        let asked = What::those(&[
            (meant, What::MEANT),
            (if_followed && joins, What::MEANT_IF_FOLLOWED),
            (within, What::WITHIN),
            (joins, What::JOINED),
        ]);
        let entry = self.entry(sheet, row, What::of(row, asked, delivered).with(What::CORRECTS));
        let one = Correction { entry, delivered, content: self.content_hash(&entry), counts };
        if room {
            self.read.corrections.keep(one);
            return Ok(());
        }
        self.read.runs.push(one.apart())
    }

    /// A hash of all that is asked of the entry; its labels as texts, which other threads number otherwise.
    fn content_hash(&self, entry: &Entry) -> u64 {
        let mut hasher = FixedState::with_seed(11).build_hasher();
        Entry { group: 0, ..*entry }.content().hash(&mut hasher);
        let key = self.groups.get(entry.group).into_iter().flatten();
        for (id, dimension) in key.zip(&self.question.by) {
            match number(*dimension, entry.milliseconds) {
                Some(number) => number.hash(&mut hasher),
                None => self.labels.get(*id).hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    #[inline(always)]
    fn entry(&mut self, sheet: &Sheet, row: &Row, what: What) -> Entry {
        let group = self.group(sheet, row);
        Entry {
            request: row.request,
            key: row.key,
            salt: row.salt(),
            belongs: self.belongs(sheet, row),
            milliseconds: row.milliseconds,
            group,
            what,
        }
    }

    /// A hash of the unqualified function, where attempts are joined, above one of the account to which the record was delivered:
    /// of the copies of a call from another account, attempts belong to the one that the function's owner has.
    #[inline(always)]
    fn belongs(&mut self, sheet: &Sheet, row: &Row) -> u64 {
        let (id, account) = (row.text(Column::Function), row.text(Column::Account));
        let text = |id| sheet.texts.get(id).unwrap_or_default();
        let hash = |id| (FixedState::with_seed(9).hash_one(function(text(id))) >> 32) as u32;
        let mut known = |id| match self.memo.hashes.get_mut(id as usize) {
            Some(known) if *known == 0 => {
                *known = hash(id);
                *known
            }
            Some(known) => *known,
            None => hash(id),
        };
        let function = if self.question.joins() { known(id) } else { 0 };
        u64::from(function) << 32 | u64::from(known(account))
    }

    /// Puts in order what came so far: worth doing on each thread before [`super::Answer::of`] puts all together.
    pub fn sort(&mut self) {
        self.read.runs.sort();
    }

    /// True iff the row is about a function, an account and a Region that were asked for: what is true of a call is true of
    /// its executions, too.
    #[inline(always)]
    fn concerns(&mut self, sheet: &Sheet, row: &Row) -> bool {
        self.of_function(sheet, row)
            && self.delivered_to(sheet, row)
            && listed(&self.question.filter.regions, sheet.texts.get(row.text(Column::Region)))
    }

    /// True iff the row is about a function that was asked for. Whatever else is asked, every function is looked at: a name that none
    /// of them has is mistyped.
    #[inline(always)]
    fn of_function(&mut self, sheet: &Sheet, row: &Row) -> bool {
        let asked = &self.question.filter.functions;
        let named = &mut self.named;
        asked.is_empty() || {
            let id = row.text(Column::Function);
            let found = || sheet.texts.get(id).is_some_and(|text| named.take(asked, text));
            *self.memo.functions.entry(id).or_insert_with(found)
        }
    }

    /// Which of the functions that were asked for there are, whatever else was asked.
    #[must_use]
    pub fn named(&self) -> Named {
        self.named.clone()
    }

    /// True iff the row was delivered to an account that was asked for.
    fn delivered_to(&self, sheet: &Sheet, row: &Row) -> bool {
        listed(&self.question.filter.accounts, sheet.texts.get(row.text(Column::Account)))
    }

    /// True iff the row is in the time that was asked for.
    fn within(&self, row: &Row) -> bool {
        let Filter { since, until, .. } = &self.question.filter;
        since.is_none_or(|since| row.milliseconds >= since)
            && until.is_none_or(|until| row.milliseconds < until)
    }

    /// Whether the row by itself, but for the time, is asked about; and whether it would be, were it asynchronous.
    #[inline(always)]
    fn meant(&mut self, sheet: &Sheet, row: &Row) -> (bool, bool) {
        let Filter { names, ways, errors, .. } = &self.question.filter;
        let text = |column| sheet.texts.get(row.text(column));
        let named =
            || names.is_empty() || text(Column::Name).is_some_and(|text| names.iter().any(|one| one == text));
        if *errors && !row.marks.any(Marks::ERROR) || !named() || !self.admits(sheet, row, Column::Error) {
            return (false, false);
        }
        let came = ways.is_empty() || ways.iter().any(|way| way.admits(row.marks));
        let could_come = came || ways.contains(&Way::Async);
        let called = could_come && self.called(sheet, row);
        (came && called, called)
    }

    /// True iff the caller is asked about.
    fn called(&mut self, sheet: &Sheet, row: &Row) -> bool {
        let asked = [Column::Address, Column::Agent, Column::AccessKey, Column::CallerAccount];
        if !asked.into_iter().all(|column| self.admits(sheet, row, column)) {
            return false;
        }
        let principals = &self.question.filter.principals;
        principals.is_empty()
            || *self.memo.callers.entry(ids(row, &CALLER)).or_insert_with(|| {
                let people = who::principal(sheet, row);
                let texts = [
                    Column::Arn,
                    Column::InvokedBy,
                    Column::PrincipalId,
                    Column::Issuer,
                    Column::UserName,
                    Column::OnBehalfOf,
                ];
                let known = texts.iter().filter_map(|column| sheet.texts.get(row.text(*column)));
                let names: Vec<&str> = known.chain([people.as_str()]).chain(parts(sheet, row)).collect();
                principals.iter().any(|pattern| names.iter().any(|name| pattern.matches(name)))
            })
    }

    /// True iff the filter leaves over what the row has in that column.
    #[inline(always)]
    fn admits(&mut self, sheet: &Sheet, row: &Row, column: Column) -> bool {
        let filter = &self.question.filter;
        let any = match column {
            Column::Error => filter.error_codes.is_empty(),
            Column::Address => filter.addresses.is_empty(),
            Column::Agent => filter.agents.is_empty(),
            Column::AccessKey => filter.access_keys.is_empty(),
            _ => filter.caller_accounts.is_empty(),
        };
        any || {
            let id = row.text(column);
            *self
                .memo
                .admitted
                .entry((column as u8, id))
                .or_insert_with(|| sheet.texts.get(id).is_some_and(|text| is_admitted(filter, column, text)))
        }
    }

    #[inline(always)]
    fn group(&mut self, sheet: &Sheet, row: &Row) -> u32 {
        let mut key = [0; MOST_DIMENSIONS];
        for (at, (slot, dimension)) in key.iter_mut().zip(&self.question.by).enumerate() {
            *slot = match number(*dimension, row.milliseconds) {
                Some(number) => number,
                None => self.memo.label(at, *dimension, sheet, row, &mut self.labels),
            };
        }
        self.groups.number(&key, self.question.by.len())
    }
}

impl Receiver for Tally<'_> {
    type Error = io::Error;

    fn end(&mut self) -> io::Result<()> {
        self.sort();
        Ok(())
    }
}

impl Consumer for Tally<'_> {
    fn sheet(&mut self, file: &File, sheet: &Sheet, _: Option<&Trouble>) -> io::Result<()> {
        self.take(sheet, file.delivered)
    }
}

impl Memo {
    /// Forgets what was found out about the texts of another generation, and makes room for new ones.
    fn prepare(&mut self, dimensions: usize, sheet: &Sheet) {
        self.single.resize_with(dimensions, Vec::new);
        self.several.resize_with(dimensions, HashMap::default);
        let same = sheet.generation != 0 && sheet.generation == self.generation;
        for memo in &mut self.single {
            if !same {
                memo.clear();
            }
            memo.resize(sheet.texts.len() + 1, 0);
        }
        if !same {
            self.hashes.clear();
        }
        self.hashes.resize(sheet.texts.len() + 1, 0);
        if same {
            return;
        }
        self.generation = sheet.generation;
        self.several.iter_mut().for_each(HashMap::clear);
        self.functions.clear();
        self.callers.clear();
        self.admitted.clear();
    }

    fn label(
        &mut self,
        at: usize,
        dimension: Dimension,
        sheet: &Sheet,
        row: &Row,
        labels: &mut Texts,
    ) -> u32 {
        let mut find = || labels.intern(&label(dimension, sheet, row));
        match (dimension.columns(), self.single.get_mut(at), self.several.get_mut(at)) {
            ([column], Some(memo), _) => match memo.get_mut(row.text(*column) as usize) {
                Some(known) if *known == 0 => {
                    *known = find();
                    *known
                }
                Some(known) => *known,
                None => find(),
            },
            ([], ..) | (_, None, _) | (.., None) => find(),
            (columns, _, Some(memo)) => *memo.entry(ids(row, columns)).or_insert_with(find),
        }
    }
}

/// The numbers of some texts of a row.
fn ids(row: &Row, columns: &[Column]) -> [u32; CALLER.len()] {
    let mut ids = [0; CALLER.len()];
    ids.iter_mut().zip(columns).for_each(|(id, column)| *id = row.text(*column));
    ids
}

fn is_admitted(filter: &Filter, column: Column, text: &str) -> bool {
    let any = |patterns: &[super::Pattern]| patterns.iter().any(|one| one.matches(text));
    match column {
        Column::Error => any(&filter.error_codes),
        Column::Address => filter.addresses.iter().any(|one| one.holds(text)),
        Column::Agent => any(&filter.agents),
        Column::AccessKey => any(&filter.access_keys),
        _ => filter.caller_accounts.iter().any(|one| one == account(text)),
    }
}

/// True iff the list, if there is one, holds the text.
fn listed(list: &[String], text: Option<&str>) -> bool {
    list.is_empty() || text.is_some_and(|text| list.iter().any(|one| one == text))
}

/// True iff an execution record may share the request id with this one.
fn may_be_joined(row: &Row) -> bool {
    let alone = Marks::SYNC.and(Marks::DRY_RUN).and(Marks::URL).and(Marks::MICROVM);
    row.request != 0 && !row.marks.any(alone)
}

/// The name of the role, of its session, or of the user in the caller's ARN.
fn parts<'a>(sheet: &'a Sheet, row: &Row) -> Vec<&'a str> {
    let arn = sheet.texts.get(row.text(Column::Arn)).and_then(Arn::parse);
    arn.map_or(Vec::new(), |arn| arn.resource.split('/').skip(1).collect())
}
