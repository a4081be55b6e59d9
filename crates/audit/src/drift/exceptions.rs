//! Exceptions, compared: not only until when and by whom, but what each accepts, and why.

use super::{SettingDrift, Settings};
use crate::exception::Exception;
use crate::exception::matching::Match;
use std::collections::{BTreeMap, BTreeSet};

/// All that an exception says, ready to be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What it accepts, until when and by whom, in one line.
    pub line: String,
    /// The functions that it names.
    pub functions: BTreeSet<String>,
    /// Its other terms: name and value.
    settings: Settings,
}

/// An exception that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionDrift {
    /// Its id.
    pub id: String,
    /// What it accepted, until when and by whom; `None` iff it was not there.
    pub before: Option<String>,
    /// What it accepts now; `None` iff it is not there.
    pub after: Option<String>,
    /// Terms that differ: a value is `None` iff there is none. Empty unless it is there in both. Of functions those that it
    /// names only before, and those that it names only now.
    pub settings: Vec<SettingDrift>,
}

impl Terms {
    /// Those of an exception on a day.
    #[must_use]
    pub fn of(exception: &Exception, today: &str) -> Self {
        let mut settings = BTreeMap::from([
            ("reason".to_owned(), Some(exception.reason.clone())),
            ("ticket".to_owned(), exception.ticket.clone()),
        ]);
        if let Some(matched) = &exception.matched {
            settings.extend(of_match(matched));
        }
        Terms {
            line: exception.in_one_line(today),
            functions: exception.functions.iter().cloned().collect(),
            settings,
        }
    }
}

fn of_match(matched: &Match) -> impl Iterator<Item = (String, Option<String>)> {
    let Match { controls, arns, accounts, regions, tags } = matched;
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let lists = [("controls", controls), ("arns", arns), ("accounts", accounts), ("regions", regions)];
    let mut all: Vec<(&str, BTreeSet<&String>)> =
        lists.into_iter().map(|(name, list)| (name, list.iter().collect())).collect();
    all.push(("tags", tags.iter().collect()));
    let all: Vec<(String, Option<String>)> = all
        .into_iter()
        .map(|(name, list)| {
            let list: Vec<&str> = list.into_iter().map(String::as_str).collect();
            (format!("match.{name}"), (!list.is_empty()).then(|| whole(&list)))
        })
        .collect();
    all.into_iter()
}

/// How many names are written out.
const LISTED: usize = 10;

/// The names, or the first of them.
fn few(all: &[&str]) -> String {
    let listed = all.get(..LISTED.min(all.len())).unwrap_or_default().join(", ");
    match all.len().saturating_sub(LISTED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// The same, with what tells two long lists apart that begin alike.
fn whole(all: &[&str]) -> String {
    let rest = all.iter().skip(LISTED).flat_map(|one| one.bytes().chain([0]));
    match all.len() > LISTED {
        true => format!(
            "{} ({:016x})",
            few(all),
            rest.fold(FNV, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
        ),
        false => few(all),
    }
}

/// The numbers of FNV-1a.
const FNV: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// What differs, by id.
pub(super) fn differing(was: &BTreeMap<String, Terms>, is: &BTreeMap<String, Terms>) -> Vec<ExceptionDrift> {
    let ids: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let each = ids.into_iter().filter_map(|id| {
        let (was, is) = (was.get(id), is.get(id));
        let line = |one: Option<&Terms>| one.map(|terms| terms.line.clone());
        let settings = was.zip(is).map(|(was, is)| settings(was, is)).unwrap_or_default();
        let differs = line(was) != line(is) || !settings.is_empty();
        differs.then(|| ExceptionDrift { id: id.clone(), before: line(was), after: line(is), settings })
    });
    each.collect()
}

fn settings(was: &Terms, is: &Terms) -> Vec<SettingDrift> {
    let mut all = super::differing(&was.settings, &is.settings);
    let only = |these: &Terms, others: &Terms| {
        let only: Vec<&str> = these.functions.difference(&others.functions).map(String::as_str).collect();
        (!only.is_empty()).then(|| few(&only))
    };
    let (gone, new) = (only(was, is), only(is, was));
    if gone.is_some() || new.is_some() {
        all.insert(0, SettingDrift { name: "functions".to_owned(), before: gone, after: new });
    }
    all
}
