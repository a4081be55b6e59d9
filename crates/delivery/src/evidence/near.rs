//! Records just outside of the window, of functions that would be called missing: a call that CloudWatch counts in the window may be
//! recorded after it, when it completes, or before it, when it was accepted.

use super::counts::Counted;
use super::functions::pair;
use super::late::{Later, Much, Place};
use super::listed::{Listed, days_without};
use super::{OfFunction, Sought};
use crate::reader::Reader;
use audit::evidence::{
    DELIVERED_FOR, Looked, Near, Origin, Outcome, RECORDED_AFTER, RECORDED_BEFORE, decide, may_be_near,
};
use logs::{Filter, Question, text_of};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

const DAY: i64 = 24 * 3_600_000;

/// Looks for records near the window where everything else says that a function is missing, and enters them, or what could not be read.
///
/// # Errors
/// What a scratch file says.
pub(super) fn look(
    functions: &mut [OfFunction],
    counted: &BTreeMap<String, Counted>,
    sought: &Sought<'_>,
    (listed, question): (&Listed, &Question),
    reader: &Reader<'_>,
) -> io::Result<()> {
    let hours = |one: &OfFunction| counted.get(&one.arn).map_or(&[][..], |of| &of.hours);
    let suspect = |one: &OfFunction| {
        decide(&one.known).outcome == Outcome::Missing && may_be_near(hours(one), sought.window)
    };
    let mut suspects: Vec<&mut OfFunction> = functions.iter_mut().filter(|one| suspect(one)).collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let place = |arn: &str| pair(arn).map(|(account, region)| (account.to_owned(), region.to_owned()));
    let places: BTreeSet<Place> = suspects.iter().filter_map(|one| place(&one.arn)).collect();
    let Range { start, end } = *sought.window;
    let (early, late) = (start - RECORDED_BEFORE..start, end..end + RECORDED_AFTER + 1);
    let read = |time: &Range<i64>, days: Range<i64>, much: Much| {
        let filter = Filter { since: Some(time.start), until: Some(time.end), ..question.filter.clone() };
        let question = Question { filter, ..question.clone() };
        let sought = Sought { window: time, ..*sought };
        Later::read(&places, (days, much), &sought, (listed, &question), reader)
    };
    // Of the first two days as much was read already.
    let before = read(&early, early.start..start + RECORDED_BEFORE, Much::All)?;
    let bound = end.saturating_add(DELIVERED_FOR).min(sought.now);
    let after = read(&late, end..bound.max(end + 1), Much::Cheap)?;
    for one in &mut suspects {
        let Some(place) = place(&one.arn) else { continue };
        let hours = hours(one).to_vec();
        let files = if let Looked::Whole { files } = one.known.looked { files } else { 0 };
        let of = |later: &Later| {
            let found = later.records.as_ref()?.by.records.get(&one.arn).copied();
            found.filter(|found| found.records > 0)
        };
        let (found_before, found_after) = (of(&before), of(&after));
        let first = found_before.or(found_after).map(|found| text_of(found.first)).unwrap_or_default();
        let near = Near {
            counted: hours,
            before: found_before.map(|found| found.last),
            after: found_after.map(|found| found.first),
            first,
        };
        let early_unread = before
            .unread(&place, files)
            .or_else(|| without_the_day_before(&before, &place, listed, (&early, files)));
        let late_unread = after.unread(&place, files);
        // As if what could not be seen held a record at the window itself.
        let at_best = Near {
            before: if early_unread.is_some() { Some(start - 1) } else { near.before },
            after: if late_unread.is_some() { Some(end) } else { near.after },
            ..near.clone()
        };
        match early_unread.or(late_unread) {
            Some(unread) if at_best.explains() && !near.explains() => one.known.looked = unread,
            _ => one.known.near = Some(near),
        }
    }
    Ok(())
}

/// A copy that begins with the window says nothing of what was accepted on the day before.
fn without_the_day_before(
    before: &Later,
    place: &Place,
    listed: &Listed,
    (early, files): (&Range<i64>, u64),
) -> Option<Looked> {
    if listed.origin != Origin::ByHand {
        return None;
    }
    let day = early.start.div_euclid(DAY) * DAY;
    let is_earlier = day + DAY <= early.end;
    let day = days_without(&[before.piles.get(place)], early.start, day + DAY).filter(|_| is_earlier)?;
    let why = format!(
        "an asynchronous call may be recorded up to 6 hours before it runs, and no file of this account and Region was delivered on {day}"
    );
    Some(Looked::Lacking { files, why })
}
