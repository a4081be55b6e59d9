//! Records just outside of the window, of functions that would be called missing: a call that CloudWatch counts in the window may be
//! recorded after it, when it completes, or before it, when it was accepted.

use super::counts::Counted;
use super::functions::pair;
use super::late::{Later, Much};
use super::listed::Place;
use super::listed::{Listed, days_without, read_until};
use super::{OfFunction, Sought};
use crate::reader::Reader;
use audit::evidence::{
    DELIVERED_FOR, Looked, Near, Origin, Outcome, RECORDED_AFTER, RECORDED_BEFORE, decide, may_be_near,
};
use cloudtrail::time::DAY_MILLIS;
use logs::{Filter, Question, text_of};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

/// Looks for records near the window where everything else says that a function is missing, and enters them, or what could not be read.
///
/// # Errors
/// What a scratch file says.
pub(super) fn look(
    functions: &mut [OfFunction],
    counted: &BTreeMap<String, Counted>,
    sought: &Sought<'_>,
    listed: &Listed,
    question: &Question,
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
    let places: BTreeSet<Place> = suspects.iter().filter_map(|one| place(&one.arn)).collect();
    let around = Around::read(&suspects, counted, &places, sought, listed, question, reader)?;
    for one in &mut suspects {
        let Some(place) = place(&one.arn) else { continue };
        let hours = hours(one).to_vec();
        let files = if let Looked::Whole { files } = one.known.looked { files } else { 0 };
        let near = around.near(&one.arn, hours);
        let (early_unread, late_unread) = around.unread(&place, listed, sought.window, files);
        // As if what could not be seen held a record at the window itself.
        let at_best = Near {
            before: if early_unread.is_some() { Some(sought.window.start - 1) } else { near.before },
            after: if late_unread.is_some() { Some(sought.window.end) } else { near.after },
            ..near.clone()
        };
        match early_unread.or(late_unread) {
            Some(unread) if at_best.explains() && !near.explains() => one.known.looked = unread,
            _ => one.known.near = Some(near),
        }
    }
    Ok(())
}

/// What was delivered with events of the time around the window.
#[derive(Default)]
struct Around {
    /// Of the time before it: delivered until the window's own files were, and later.
    before: [Later; 2],
    /// Of the time after it.
    after: Later,
}

impl Around {
    fn read(
        suspects: &[&mut OfFunction],
        counted: &BTreeMap<String, Counted>,
        places: &BTreeSet<Place>,
        sought: &Sought<'_>,
        listed: &Listed,
        question: &Question,
        reader: &Reader<'_>,
    ) -> io::Result<Around> {
        let Range { start, end } = *sought.window;
        let (early, late) = (early(sought.window), end..end + RECORDED_AFTER + 1);
        let read = |places: &BTreeSet<Place>, time: &Range<i64>, days: Range<i64>, much: Much| {
            let filter = Filter { since: Some(time.start), until: Some(time.end), ..question.filter.clone() };
            let question = Question { filter, ..question.clone() };
            let sought = Sought { window: time, ..*sought };
            Later::read(places, days, much, &sought, listed, &question, reader)
        };
        let bound = end.saturating_add(DELIVERED_FOR).min(sought.now);
        let mut around = Around::default();
        let may_have_waited = |one: &&&mut OfFunction| {
            let mut hours = counted.get(&one.arn).into_iter().flat_map(|of| &of.hours);
            hours.any(|hour| *hour < start.saturating_add(RECORDED_BEFORE))
        };
        let waited = suspects.iter().filter(may_have_waited);
        let waited: BTreeSet<Place> = waited.filter_map(|one| place(&one.arn)).collect();
        if !waited.is_empty() {
            // As much was read already. A record of the time before the window may come as late as one of the window.
            let first = read_until(sought.window);
            around.before[0] = read(&waited, &early, early.start..first, Much::All)?;
            if first < bound {
                around.before[1] = read(&waited, &early, first..bound, Much::Cheap)?;
            }
        }
        around.after = read(places, &late, end..bound.max(end + 1), Much::Cheap)?;
        Ok(around)
    }

    /// The records of the function.
    fn near(&self, arn: &str, counted: Vec<i64>) -> Near {
        let of = |later: &Later| {
            let found = later.records.as_ref()?.by.records.get(arn).copied();
            found.filter(|found| found.records > 0)
        };
        let (before, after) = (self.before.each_ref().map(of), of(&self.after));
        let first = before.iter().chain([&after]).flatten().map(|found| found.first).min();
        Near {
            counted,
            before: before.iter().flatten().map(|found| found.last).max(),
            after: after.map(|found| found.first),
            first: first.map(text_of).unwrap_or_default(),
        }
    }

    /// What could not be read of the time before the window, and of the time after it.
    fn unread(
        &self,
        place: &Place,
        listed: &Listed,
        window: &Range<i64>,
        files: u64,
    ) -> (Option<Looked>, Option<Looked>) {
        let early_unread = self.before.iter().find_map(|later| later.unread(place, files));
        let lacking = || without_the_day_before(&self.before[0], place, listed, &early(window), files);
        (early_unread.or_else(lacking), self.after.unread(place, files))
    }
}

/// The time before the window in which an event may have been accepted that ran in it.
fn early(window: &Range<i64>) -> Range<i64> {
    window.start - RECORDED_BEFORE..window.start
}

fn place(arn: &str) -> Option<Place> {
    pair(arn).map(|(account, region)| (account.to_owned(), region.to_owned()))
}

/// A copy that begins with the window says nothing of what was accepted on the day before.
fn without_the_day_before(
    before: &Later,
    place: &Place,
    listed: &Listed,
    early: &Range<i64>,
    files: u64,
) -> Option<Looked> {
    if listed.origin != Origin::ByHand {
        return None;
    }
    let day = early.start.div_euclid(DAY_MILLIS) * DAY_MILLIS;
    let is_earlier = day + DAY_MILLIS <= early.end;
    let day = days_without(&[before.deliveries.get(place)], early.start, day + DAY_MILLIS)
        .filter(|_| is_earlier)?;
    let why = format!(
        "an asynchronous call may be recorded up to 6 hours before it runs, and no file of this account and Region was delivered on {day}: is the copy complete?"
    );
    Some(Looked::Lacking { files, why })
}
