//! A file of exceptions, checked before an audit uses it: what ended, what ends soon, which function two of them name, and what matches
//! nothing that an inventory lists.

use super::matching::name_of;
use super::{Exception, day_number};
use crate::answer::Conclusion;
use crate::code::Code;
use crate::controls::names::is_about_invocations;
use crate::finding::{Audit, Finding};
use crate::inventory::{Inventory, Place};
use crate::{Counted, Options};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// An exception that ends within this many days ends soon.
pub const SOON: i64 = 30;

/// How an exception stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It holds for longer than [`SOON`].
    Holds,
    /// It holds, and ends within [`SOON`].
    EndsSoon,
    /// It holds no more.
    Ended,
    /// It ends later than the settings allow, so it never holds.
    TooLong,
}

impl State {
    const fn holds(self) -> bool {
        matches!(self, Self::Holds | Self::EndsSoon)
    }

    /// The word that documents hold. It never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::EndsSoon => "ends_soon",
            Self::Ended => "ended",
            Self::TooLong => "too_long",
        }
    }
}

/// The functions that an exception names, as an inventory knows them. Each is in one of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found<'a> {
    /// They are listed.
    pub seen: Vec<&'a str>,
    /// Their account and Region was listed whole, without them.
    pub missing: Vec<&'a str>,
    /// Their account and Region was not listed, or not whole.
    pub unknown: Vec<&'a str>,
}

/// An exception as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<'a> {
    /// What was declared.
    pub exception: &'a Exception,
    /// How it stands.
    pub state: State,
    /// How many days are left until its last day: 0 on that day, negative afterwards. `None` iff one of both is no day.
    pub days_left: Option<i64>,
    /// Which of its functions are there; `None` iff no inventory was named, or it names no functions but holds a `match`.
    pub found: Option<Found<'a>>,
    /// Of one with a `match`: whether a finding of the inventory matches; `None` where nobody knows.
    pub matched: Option<bool>,
    /// Of one with a `match`: its ARNs and names without a pattern that nothing in the inventory has, where all was listed. Such a
    /// name accepts what is created later, or it is a slip.
    pub unlisted: Vec<&'a str>,
    /// Of one with a `match`: true iff it matches, and only what may be created later.
    pub only_later: bool,
}

impl Checked<'_> {
    /// Whether it matches nothing; `None` where nobody knows.
    #[must_use]
    pub fn matches_nothing(&self) -> Option<bool> {
        if self.exception.matched.is_some() {
            return self.matched.map(|matched| !matched);
        }
        let found = self.found.as_ref()?;
        match (found.seen.is_empty(), found.unknown.is_empty()) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        }
    }
}

/// A function that several exceptions name which all hold: nobody can tell who answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate<'a> {
    /// Its ARN.
    pub function: &'a str,
    /// The ids, in the order of the file: an audit takes the first.
    pub exceptions: Vec<&'a str>,
}

/// What is to be said of a file of exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check<'a> {
    /// All of them, in the order of the file.
    pub exceptions: Vec<Checked<'a>>,
    /// By ARN.
    pub duplicates: Vec<Duplicate<'a>>,
    /// The names of everything in the inventory that an exception can be about; empty iff not all was listed, or there is no inventory.
    pub names: BTreeSet<&'a str>,
}

impl Check<'_> {
    /// No iff one ended or ends too late, or a function is named twice; what ends soon or matches nothing is a warning.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        let ended = self.exceptions.iter().any(|one| !one.state.holds());
        match (self.exceptions.is_empty(), ended || !self.duplicates.is_empty()) {
            (true, _) => Conclusion::Nothing,
            (false, true) => Conclusion::No,
            (false, false) => Conclusion::Yes,
        }
    }

    /// How many stand so.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.exceptions.iter().filter(|one| one.state == state).count()
    }
}

/// Checks exceptions on a day (`YYYY-MM-DD`, UTC), and what they match where an inventory is at hand, as these recorders record.
#[must_use]
pub fn check<'a>(
    exceptions: &'a [Exception],
    today: &str,
    inventory: Option<&'a Inventory>,
    recorders: Counted,
) -> Check<'a> {
    let listed = inventory.map(Listed::of);
    let is_match = |one: &Exception| one.matched.is_some();
    let judged = inventory.filter(|_| exceptions.iter().any(is_match));
    let judged =
        judged.map(|all| crate::audit(all, &Options { exceptions, today, recorders, ..Options::default() }));
    let checked = exceptions.iter().enumerate().map(|(at, exception)| {
        let days_left = day_number(&exception.until).zip(day_number(today)).map(|(until, now)| until - now);
        let state = match (exception.holds_on(today), days_left) {
            (false, _) if exception.too_long.is_some() => State::TooLong,
            (false, _) => State::Ended,
            (true, Some(left)) if left <= SOON => State::EndsSoon,
            (true, _) => State::Holds,
        };
        let found = listed.as_ref().filter(|_| !is_match(exception)).map(|listed| listed.find(exception));
        let matched = judged.as_ref().and_then(|audit| audit.accepted.get(at)?.matched);
        let unlisted = listed.as_ref().map(|listed| listed.unlisted(exception)).unwrap_or_default();
        let only_later = matched == Some(true) && judged.as_ref().is_some_and(|audit| only_later(audit, at));
        Checked { exception, state, days_left, found, matched, unlisted, only_later }
    });
    let exceptions: Vec<Checked<'a>> = checked.collect();
    let duplicates = duplicates(&exceptions);
    let all = listed.iter().filter_map(|listed| listed.all.as_ref()).flatten();
    let names = all.map(|arn| name_of(arn)).collect();
    Check { exceptions, duplicates, names }
}

/// True iff all that the exception at this position is about are functions that may be created later.
fn only_later(audit: &Audit<'_>, at: usize) -> bool {
    let of_invocations = audit.controls.iter().filter(|one| is_about_invocations(one.id));
    let others = audit.controls.iter().filter(|one| !is_about_invocations(one.id));
    let about = |one: &&Finding| one.exception == Some(at) && one.reason.code != Code::ExceptionUnmatched;
    !of_invocations.flat_map(|one| &one.findings).filter(about).any(|one| !one.resources.is_empty())
        && !others.flat_map(|one| &one.findings).any(|one| about(&one))
}

fn duplicates<'a>(exceptions: &[Checked<'a>]) -> Vec<Duplicate<'a>> {
    let mut by_function: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
    for one in exceptions.iter().filter(|one| one.state.holds()) {
        let named: HashSet<&'a str> = one.exception.functions.iter().map(String::as_str).collect();
        for function in named {
            by_function.entry(function).or_default().push(&one.exception.id);
        }
    }
    let twice = by_function.into_iter().filter(|(_, exceptions)| exceptions.len() > 1);
    twice.map(|(function, exceptions)| Duplicate { function, exceptions }).collect()
}

/// What an inventory lists.
struct Listed<'a> {
    functions: HashSet<&'a str>,
    /// By account and Region: whether the list is whole.
    whole: HashMap<(&'a str, &'a str), bool>,
    /// The ARNs of everything that an exception can be about; `None` where not all was listed.
    all: Option<Vec<&'a str>>,
}

impl<'a> Listed<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let mut listed = Listed { functions: HashSet::new(), whole: HashMap::new(), all: None };
        for place in &inventory.places {
            listed.functions.extend(place.functions.resources.iter().map(|function| &*function.arn));
            let whole = listed.whole.entry((&place.account, &place.region)).or_insert(true);
            *whole &= place.functions.gap.is_none();
        }
        let lists = |place: &'a Place| [&place.functions, &place.web_functions, &place.microvm_images];
        let is_whole = |place: &'a Place| {
            place.trails.known().is_some() && lists(place).iter().all(|list| list.gap.is_none())
        };
        let stores = inventory.accounts.iter().filter(|account| account.audited);
        if inventory.places.iter().all(is_whole)
            && stores.map(|one| &one.stores).all(|one| one.known().is_some())
        {
            let resources = inventory.places.iter().flat_map(lists).flat_map(|list| &list.resources);
            let recorders = inventory.recorders.iter().map(|one| one.arn.as_str());
            listed.all = Some(resources.map(|one| &*one.arn).chain(recorders).collect());
        }
        listed
    }

    fn unlisted(&self, exception: &'a Exception) -> Vec<&'a str> {
        let (Some(all), Some(matched)) = (&self.all, &exception.matched) else { return Vec::new() };
        let plain = matched.arns.iter().filter(|pattern| !pattern.contains(['*', '?']));
        let is_there = |name: &str| all.iter().any(|arn| *arn == name || name_of(arn) == name);
        plain.map(String::as_str).filter(|name| !is_there(name)).collect()
    }

    fn find(&self, exception: &'a Exception) -> Found<'a> {
        let mut found = Found::default();
        for arn in &exception.functions {
            let whole = super::place_of(arn).and_then(|place| self.whole.get(&place));
            if self.functions.contains(arn.as_str()) {
                found.seen.push(arn);
            } else if whole == Some(&true) {
                found.missing.push(arn);
            } else {
                found.unknown.push(arn);
            }
        }
        found
    }
}
