//! Records that do not say whose function was called, or contradict themselves: nobody's evidence, and anybody's doubt.

use super::Holes;
use cloudtrail::arn::Arn;
use logs::{Column, Marks, Row, Sheet};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is looked at.
pub(super) const COLUMNS: [Column; 3] = [Column::Function, Column::Account, Column::Region];

const UNKNOWN: &str = "invocation records do not say which function was called";
const OTHER_REGION: &str = "invocation records name a function of another Region than their own";

/// Enters the doubtful records of that time into the holes of the account and Region that they may be about.
pub(super) fn enter(holes: &mut Holes, sheet: &Sheet, (asked, file): (&Range<i64>, &str)) {
    let mut found: BTreeMap<(Option<&str>, Option<&str>, &str), u64> = BTreeMap::new();
    let rows = sheet.rows.iter().filter(|row| asked.contains(&row.milliseconds));
    for (account, region, why) in rows.filter_map(|row| doubt(sheet, row)) {
        *found.entry((account, region, why)).or_default() += 1;
    }
    for ((account, region, why), count) in found {
        holes.add((account, region), file, &format!("{count} {why}"), count);
    }
}

/// About which account and Region, as far as it is known, and why; `None` for a record that says what it is of.
fn doubt<'s>(sheet: &'s Sheet, row: &Row) -> Option<(Option<&'s str>, Option<&'s str>, &'static str)> {
    if row.marks.any(Marks::MICROVM) {
        return None;
    }
    let text = |column| sheet.texts.get(row.text(column)).filter(|text| !text.is_empty());
    let (account, region) = (text(Column::Account), text(Column::Region));
    match text(Column::Function).and_then(Arn::parse) {
        None => Some((account, region, UNKNOWN)),
        Some(arn) if arn.region.is_empty() || region.is_none_or(|region| region == arn.region) => None,
        Some(arn) => Some((Some(arn.account), Some(arn.region), OTHER_REGION)),
    }
}
