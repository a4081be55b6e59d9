//! Whether a file that a digest proves holds a record of a function: one proven file is enough, and else the first is told.

use audit::evidence::Unproven;
use cloudtrail::resource::unqualified;
use logs::digest::Standing;
use logs::{Column, Filter, Row, Sheet};
use std::collections::{BTreeMap, HashSet};

/// By function and the account to which its records were delivered.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    /// `None` where a file with a record is proven, which is the smaller.
    by: BTreeMap<(String, String), Option<Unproven>>,
}

impl Proofs {
    /// Takes in the file of that name and standing with its records that the filter leaves over.
    pub(super) fn take(&mut self, sheet: &Sheet, filter: &Filter, (name, standing): (&str, Standing)) {
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
            let told = || Unproven { first: name.to_owned(), why: standing.to_string() };
            let proof = (standing != Standing::Proven).then(told);
            self.enter((function.to_owned(), account.to_owned()), proof);
        }
    }

    fn enter(&mut self, of: (String, String), proof: Option<Unproven>) {
        let known = self.by.entry(of).or_insert_with(|| proof.clone());
        if proof < *known {
            *known = proof;
        }
    }

    pub(super) fn merge(&mut self, other: Proofs) {
        other.by.into_iter().for_each(|(of, proof)| self.enter(of, proof));
    }

    /// Why no file with a record of the function is proven; `None` iff one is.
    pub(crate) fn of(&self, function: &str, account: &str) -> Option<Unproven> {
        let unseen =
            || Some(Unproven { first: "none".to_owned(), why: "no file was seen to hold one".to_owned() });
        self.by.get(&(function.to_owned(), account.to_owned())).cloned().unwrap_or_else(unseen)
    }
}
