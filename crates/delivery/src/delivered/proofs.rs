//! Which files with records of a function no digest proves: the first of them is told where nothing else speaks for it.

use audit::evidence::Unproven;
use cloudtrail::resource::unqualified;
use logs::digest::Standing;
use logs::{Column, Filter, Row, Sheet};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

/// Files with records of a function that no digest proves.
#[derive(Clone, Debug)]
struct Files {
    first: Unproven,
    count: u64,
}

/// By function and the account to which its records were delivered.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    by: BTreeMap<(String, String), Files>,
}

impl Proofs {
    /// Takes in the file of that name and standing with its records that the filter leaves over. One that is proven tells nothing.
    pub(super) fn take(&mut self, sheet: &Sheet, filter: &Filter, name: &str, standing: Standing) {
        if standing == Standing::Proven {
            return;
        }
        let asked = filter.since.unwrap_or(i64::MIN)..filter.until.unwrap_or(i64::MAX);
        let text = |row: &Row, column| sheet.texts.get(row.text(column));
        let here = |row: &Row| {
            let region = text(row, Column::Region);
            filter.regions.is_empty() || filter.regions.iter().any(|one| Some(one.as_str()) == region)
        };
        let counted = sheet.rows.iter().filter(|row| asked.contains(&row.milliseconds) && here(row));
        let pairs: HashSet<(u32, u32)> =
            counted.map(|row| (row.text(Column::Function), row.text(Column::Account))).collect();
        for (function, account) in pairs {
            let Some((function, account)) = sheet.texts.get(function).zip(sheet.texts.get(account)) else {
                continue;
            };
            let function = unqualified(function).map_or(function, |(_, arn)| arn);
            let first = Unproven { first: name.to_owned(), why: standing.to_string() };
            self.enter((function.to_owned(), account.to_owned()), Files { first, count: 1 });
        }
    }

    fn enter(&mut self, of: (String, String), files: Files) {
        match self.by.entry(of) {
            Entry::Vacant(entry) => drop(entry.insert(files)),
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.count += files.count;
                if files.first < known.first {
                    known.first = files.first;
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Proofs) {
        other.by.into_iter().for_each(|(of, files)| self.enter(of, files));
    }

    /// How many files with a record of the function no digest proves, and the first of them; `None` iff there is none.
    pub(crate) fn files(&self, function: &str, account: &str) -> Option<(u64, &Unproven)> {
        let files = self.by.get(&(function.to_owned(), account.to_owned()))?;
        Some((files.count, &files.first))
    }

    /// The first file with a record of the function that no digest proves, and why it does not.
    pub(crate) fn of(&self, function: &str, account: &str) -> Unproven {
        let unseen = || Unproven { first: "none".to_owned(), why: "no file was seen to hold one".to_owned() };
        self.files(function, account).map_or_else(unseen, |(_, first)| first.clone())
    }
}
