//! Facts, grouped: calls by function and by caller, changes in order of time. It is what baselines are made of.

use crate::arn::{account_of, name_of, region_of};
use crate::call::{Caller, Way};
use crate::change::{Change, is_watched};
use crate::facts::{Cell, CellKey, Facts, SEPARATOR};
use crate::settings::Settings;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The calls of one function by one caller in one way on one day.
#[derive(Clone, Copy, Debug)]
pub struct Call<'f> {
    /// Which.
    pub key: &'f CellKey,
    /// How many, when, and the first of them.
    pub cell: &'f Cell,
}

impl Call<'_> {
    /// When the first was: milliseconds since 1970.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.cell.first.time
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cell.ids.total()
    }

    /// Hours since 1970 that have calls, and how many.
    pub fn hours(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        let day = i64::from(self.key.day) * 24;
        self.cell.ids.hours().map(move |(hour, count)| (day + i64::from(hour), count))
    }
}

/// See the module.
pub struct Grouped<'f> {
    /// The facts.
    pub facts: &'f Facts,
    /// What was set.
    pub settings: &'f Settings<'f>,
    /// All calls, by function, then by day.
    calls: Vec<Call<'f>>,
    functions: Vec<Range<usize>>,
    /// By caller, the positions of calls, by function, then by day.
    callers: BTreeMap<u32, Vec<usize>>,
    changes: Vec<&'f Change>,
    /// By function: when it was made, as far as the records say.
    made: BTreeMap<String, i64>,
    /// Roles that run functions: by the role's ARN the names of functions.
    executors: BTreeMap<String, BTreeSet<String>>,
}

impl<'f> Grouped<'f> {
    /// Of facts in their one form ([`Facts::tidied`]).
    #[must_use]
    pub fn new(facts: &'f Facts, settings: &'f Settings<'f>) -> Grouped<'f> {
        let mut calls: Vec<Call<'f>> = facts.cells.iter().map(|(key, cell)| Call { key, cell }).collect();
        calls.sort_unstable_by_key(|call| (call.key.function, call.key.day, call.key.caller, call.key.way));
        let mut functions = Vec::new();
        let mut from = 0;
        for group in calls.chunk_by(|one, other| one.key.function == other.key.function) {
            functions.push(from..from + group.len());
            from += group.len();
        }
        let mut callers: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, call) in calls.iter().enumerate() {
            callers.entry(call.key.caller).or_default().push(at);
        }
        let changes: Vec<&Change> = facts.changes.values().collect();
        let mut made = BTreeMap::new();
        let mut executors: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for pair in &facts.executors {
            if let Some((role, session)) = pair.split_once(SEPARATOR) {
                executors.entry(role.to_owned()).or_default().insert(session.to_owned());
            }
        }
        for change in changes.iter().filter(|change| change.source == "lambda" && change.succeeded()) {
            if change.name == "CreateFunction"
                && let Some(function) = change.function()
            {
                made.entry(function).or_insert(change.time);
            }
            let (role, function) = (change.text(&["role"]), change.function());
            if let (Some(role), Some(function)) = (role, function)
                && matches!(change.name.as_str(), "CreateFunction" | "UpdateFunctionConfiguration")
            {
                executors.entry(role).or_default().insert(name_of(&function).to_owned());
            }
        }
        Grouped { facts, settings, calls, functions, callers, changes, made, executors }
    }

    /// The ARN of the function that was called.
    #[must_use]
    pub fn function(&self, call: &Call<'_>) -> &'f str {
        self.facts.names.text(call.key.function)
    }

    /// Who called.
    #[must_use]
    pub fn caller(&self, call: &Call<'_>) -> Caller<'f> {
        Caller::of(self.facts.names.text(call.key.caller))
    }

    /// In which way.
    #[must_use]
    pub fn way(&self, call: &Call<'_>) -> Way<'f> {
        Way::of(self.facts.names.text(call.key.way))
    }

    /// All calls of a function after the other's: by function, then by day.
    pub fn by_function(&self) -> impl Iterator<Item = &[Call<'f>]> {
        self.functions.iter().filter_map(|range| self.calls.get(range.clone()))
    }

    /// All calls of a caller after the other's: by caller, then by function and day.
    pub fn by_caller(&self) -> impl Iterator<Item = (Caller<'f>, Vec<Call<'f>>)> + '_ {
        self.callers.iter().map(|(caller, at)| {
            let calls = at.iter().filter_map(|at| self.calls.get(*at).copied()).collect();
            (Caller::of(self.facts.names.text(*caller)), calls)
        })
    }

    /// The calls of the function with this ARN, by day.
    #[must_use]
    pub fn calls_of(&self, function: &str) -> &[Call<'f>] {
        let first = |range: &Range<usize>| self.calls.get(range.start).map_or("", |call| self.function(call));
        let found = self.functions.binary_search_by(|range| first(range).cmp(function));
        found.ok().and_then(|at| self.calls.get(self.functions.get(at)?.clone())).unwrap_or_default()
    }

    /// The ARNs of all functions that were called, in order.
    pub fn functions(&self) -> impl Iterator<Item = &'f str> + '_ {
        self.by_function().filter_map(|calls| calls.first()).map(|call| self.function(call))
    }

    /// Where functions were called or made: account and Region.
    #[must_use]
    pub fn places(&self) -> BTreeSet<(String, String)> {
        let made = self.made.keys().map(String::as_str);
        let all = self.functions().chain(made);
        let place = |arn: &str| (account_of(arn).to_owned(), region_of(arn).to_owned());
        all.map(place).filter(|(account, region)| !account.is_empty() && !region.is_empty()).collect()
    }

    /// All calls, by function, then by day.
    pub(crate) fn calls(&self) -> &[Call<'f>] {
        &self.calls
    }

    /// All changes, in order of time.
    #[must_use]
    pub fn changes(&self) -> &[&'f Change] {
        &self.changes
    }

    /// The calls that were carried out, of that service and of one of these names.
    pub fn done(
        &self,
        source: &'static str,
        names: &'static [&'static str],
    ) -> impl Iterator<Item = &'f Change> {
        // A call that is not watched is never kept, so whoever asks for it would find nothing, and nobody would notice.
        debug_assert!(names.iter().all(|name| is_watched(source, name)), "{source}: {names:?}");
        let wanted = move |change: &&Change| {
            change.source == source && names.contains(&change.name.as_str()) && change.succeeded()
        };
        self.changes.iter().copied().filter(wanted)
    }

    /// Since when records of the account are known: milliseconds since 1970; `None` where there are none.
    #[must_use]
    pub fn watched_since(&self, account: &str) -> Option<i64> {
        let first = self.facts.accounts.get(account)?.first;
        Some(self.facts.calls_from.map_or(first, |day| first.max(i64::from(day) * DAY_MILLIS)))
    }

    /// True iff records of the account are known for as long as baselines have to learn, before that moment.
    #[must_use]
    pub fn has_learned(&self, account: &str, at: i64) -> bool {
        self.watched_since(account).is_some_and(|since| since + self.settings.learning() * DAY_MILLIS <= at)
    }

    /// When the function was made or first called, whichever is earlier, as far as the records say.
    #[must_use]
    pub fn first_seen(&self, function: &str) -> Option<i64> {
        let called = self.calls_of(function).iter().map(Call::time).min();
        let made = self.made.get(function).copied();
        called.into_iter().chain(made).min()
    }

    /// When the function was made, where the records say so.
    #[must_use]
    pub fn made(&self, function: &str) -> Option<i64> {
        self.made.get(function).copied()
    }

    /// True iff the account is one's own: records were delivered for it, or it was said to be.
    #[must_use]
    pub fn is_own(&self, account: &str) -> bool {
        self.facts.accounts.contains_key(account) || self.settings.own_accounts.contains(account)
    }

    /// True iff the account is one's own or was allowed.
    #[must_use]
    pub fn is_allowed(&self, account: &str) -> bool {
        self.is_own(account) || self.settings.allowed_accounts.contains(account)
    }

    /// The functions (by name) that the role is seen to run; empty where it is not known to run any.
    #[must_use]
    pub fn run_by(&self, role: &str) -> Option<&BTreeSet<String>> {
        self.executors.get(role)
    }
}
