//! The words of one row under one dimension.

use super::Dimension;
use crate::sheet::{Column, Row, Sheet};
use crate::time::text_of;
use crate::who;
use cloudtrail::resource::unqualified;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::borrow::Cow;

/// What stands where a record says nothing.
const NOTHING: &str = "-";

/// The words; times excepted, which are numbers until the end.
pub(super) fn label<'a>(dimension: Dimension, sheet: &'a Sheet, row: &Row) -> Cow<'a, str> {
    let text = |column| sheet.texts.get(row.text(column));
    let first = |columns: &[Column]| columns.iter().find_map(|column| text(*column)).unwrap_or(NOTHING);
    let words = match dimension {
        Dimension::Function => function(first(&[Column::Function])),
        Dimension::Caller => first(&[Column::Caller]),
        Dimension::Principal => return Cow::Owned(who::principal(sheet, row)),
        Dimension::Role => return Cow::Owned(who::role(sheet, row)),
        Dimension::Service => first(&[Column::InvokedBy]),
        Dimension::Source => first(&[Column::SourceArn, Column::InvokedBy, Column::Address]),
        Dimension::Address => first(&[Column::Address]),
        Dimension::Account => first(&[Column::Account]),
        Dimension::Owner => first(&[Column::Owner]),
        Dimension::Region => first(&[Column::Region]),
        Dimension::Via => crate::via::way(row.marks),
        Dimension::Name => first(&[Column::Name]),
        Dimension::Error => first(&[Column::Error]),
        Dimension::Version => first(&[Column::Executed]),
        Dimension::Agent => first(&[Column::Agent]),
        Dimension::CallerAccount => account(first(&[Column::CallerAccount])),
        Dimension::AccessKey => first(&[Column::AccessKey]),
        Dimension::Hour | Dimension::Day => NOTHING,
    };
    Cow::Borrowed(words)
}

/// The ARN without a version or alias; any other text as it is.
pub(super) fn function(text: &str) -> &str {
    unqualified(text).map_or(text, |(_, arn)| arn)
}

/// The word for nobody in particular is no account.
pub(super) fn account(text: &str) -> &str {
    let twelve = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if twelve { text } else { NOTHING }
}

/// The number of a row under a dimension of time, `None` for the others.
pub(super) fn number(dimension: Dimension, milliseconds: i64) -> Option<u32> {
    let unit = match dimension {
        Dimension::Hour => HOUR_MILLIS,
        Dimension::Day => DAY_MILLIS,
        _ => return None,
    };
    // Nothing was recorded before 1970, and the hours until 2106 are far from the largest number.
    Some(u32::try_from(milliseconds.div_euclid(unit).max(0)).unwrap_or(u32::MAX))
}

/// The words for such a number: `2026-11-21T13:00Z`, `2026-11-21`.
pub(super) fn words(dimension: Dimension, number: u32) -> String {
    let number = i64::from(number);
    match dimension {
        Dimension::Day => text_of(number * DAY_MILLIS)[..10].to_owned(),
        _ => format!("{}Z", &text_of(number * HOUR_MILLIS)[..16]),
    }
}
