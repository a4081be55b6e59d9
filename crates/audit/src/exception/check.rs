//! A file of exceptions, checked before an audit uses it: what ended, what ends soon, which function two of them name, and what matches
//! nothing that an inventory lists.

use super::Exception;
use crate::answer::Conclusion;
use crate::inventory::Inventory;
use std::collections::{BTreeMap, HashMap, HashSet};

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
}

impl State {
    /// The word that documents hold. It never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::EndsSoon => "ends_soon",
            Self::Ended => "ended",
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
    /// What it matches; `None` iff no inventory was named.
    pub found: Option<Found<'a>>,
}

impl Checked<'_> {
    /// Whether it matches nothing; `None` where nobody knows.
    #[must_use]
    pub fn matches_nothing(&self) -> Option<bool> {
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
}

impl Check<'_> {
    /// No iff one ended or a function is named twice; what ends soon or matches nothing is a warning.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        let ended = self.exceptions.iter().any(|one| one.state == State::Ended);
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

/// Checks exceptions on a day (`YYYY-MM-DD`, UTC), and what they match where an inventory is at hand.
#[must_use]
pub fn check<'a>(exceptions: &'a [Exception], today: &str, inventory: Option<&'a Inventory>) -> Check<'a> {
    let listed = inventory.map(Listed::of);
    let checked = exceptions.iter().map(|exception| {
        let days_left = day_number(&exception.until).zip(day_number(today)).map(|(until, now)| until - now);
        let state = match (exception.holds_on(today), days_left) {
            (false, _) => State::Ended,
            (true, Some(left)) if left <= SOON => State::EndsSoon,
            (true, _) => State::Holds,
        };
        let found = listed.as_ref().map(|listed| listed.find(exception));
        Checked { exception, state, days_left, found }
    });
    let exceptions: Vec<Checked<'a>> = checked.collect();
    let duplicates = duplicates(&exceptions);
    Check { exceptions, duplicates }
}

fn duplicates<'a>(exceptions: &[Checked<'a>]) -> Vec<Duplicate<'a>> {
    let mut by_function: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
    for one in exceptions.iter().filter(|one| one.state != State::Ended) {
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
}

impl<'a> Listed<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let mut listed = Listed { functions: HashSet::new(), whole: HashMap::new() };
        for place in &inventory.places {
            listed.functions.extend(place.functions.resources.iter().map(|function| &*function.arn));
            let whole = listed.whole.entry((&place.account, &place.region)).or_insert(true);
            *whole &= place.functions.gap.is_none();
        }
        listed
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

/// The number of a day of the Gregorian calendar, one more for each day; `None` iff the text has not the form `YYYY-MM-DD`.
fn day_number(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The year begins with March, so that the day that leap years have more is its last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (153 * month + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::day_number;

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        for (from, to, days) in [
            ("2026-11-23", "2026-11-23", 0),
            ("2026-11-23", "2026-12-31", 38),
            ("2026-12-31", "2027-01-01", 1),
            ("2028-02-28", "2028-03-01", 2),
            ("2027-02-28", "2027-03-01", 1),
            ("2000-01-01", "2001-01-01", 366),
            ("2100-01-01", "2101-01-01", 365),
            ("2026-03-01", "2026-02-01", -28),
        ] {
            assert_eq!(day_number(to).unwrap() - day_number(from).unwrap(), days, "{from} {to}");
        }
        for wrong in ["", "2026", "2026-13-01", "2026-01-00", "today", "2026-01-01-01", "99999999-01-01"] {
            assert_eq!(day_number(wrong), None, "{wrong}");
        }
    }
}
