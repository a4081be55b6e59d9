//! One chain laid along time: a window for each digest, and one for all time that none is about.

use crate::digest::asked::Asked;
use crate::digest::expected::below;
use crate::digest::files::{Sighted, Taken, count};
use crate::digest::links::{Weighed, worst};
use crate::digest::name::DigestName;
use crate::digest::unlisted::Sought;
use crate::digest::validation::{Files, Note, Reason, Window};
use crate::object_key::ObjectKey;
use cloudtrail::time::{HOUR_MILLIS, MINUTE_MILLIS};
use std::ops::Range;

/// Milliseconds: a digest may list files that were delivered by their names so long before it begins.
const CLOSE: i64 = 10 * MINUTE_MILLIS;

/// Lays the digests of one chain, sorted by their ends, along time.
pub(super) struct Timeline<'a, 's> {
    asked: &'a Asked,
    sighted: &'a Sighted<'s>,
    sought: &'a Sought<'a>,
    /// The end of the last digest so far: they come sorted by it.
    covered: Option<i64>,
    windows: Vec<Window>,
}

impl<'a, 's> Timeline<'a, 's> {
    pub(super) fn new(asked: &'a Asked, sighted: &'a Sighted<'s>, sought: &'a Sought<'a>) -> Self {
        Timeline { asked, sighted, sought, covered: None, windows: Vec::new() }
    }

    /// The windows of `group`, which are of one chain. `alone`: it is of backfill, and the chain that it fills is not there.
    pub(super) fn lay(mut self, group: &[&Weighed<'_>], alone: bool) -> Vec<Window> {
        // Backfill digests come when there is something to fill in: the time between them is no gap.
        let backfill = group.first().is_some_and(|one| one.merged.name.chain.backfill);
        for one in group {
            let (end, mut notes) = (one.end(), one.notes.clone());
            let assumed = self.covered.filter(|covered| *covered < end);
            // Digests are hourly.
            let start =
                one.digest.map_or(assumed.unwrap_or(end.saturating_sub(HOUR_MILLIS)), |digest| digest.start);
            let absent = self.predecessor(one, start, &mut notes);
            match absent {
                Some(reason) => self.absent(one, start, reason),
                None if backfill => {}
                None => self.gap(one, start, &mut notes),
            }
            self.digest(one, start..end, notes);
            self.covered = Some(end);
        }
        if let (false, Some(to), Some(covered)) = (backfill, self.asked.to, self.covered) {
            self.empty(covered..to, Reason::After);
        }
        if let (true, Some(from), Some(to)) = (alone, self.asked.from, self.asked.to) {
            self.empty(from..to, Reason::OnlyBackfill);
        }
        if let (false, Some(first)) = (backfill, group.first()) {
            self.beyond(first);
        }
        self.windows.sort_by(|a, b| {
            (a.to, a.from, &a.digest, &a.reasons).cmp(&(b.to, b.from, &b.digest, &b.reasons))
        });
        self.windows
    }

    /// A reason iff the digest before `one` ought to be there and is not.
    fn predecessor(&self, one: &Weighed<'_>, start: i64, notes: &mut Vec<Note>) -> Option<Reason> {
        let digest = one.digest?;
        let Some(previous) = &digest.previous else {
            notes.push(Note::Starts);
            return None;
        };
        if one.has_predecessor {
            return None;
        }
        let end = name(&previous.key).map_or(start, |name| name.end);
        // It ought to be there iff an older one is, or its end lies within the time that was asked for.
        if self.covered.is_none() && self.asked.from.is_none_or(|from| end <= from) {
            notes.push(Note::BeginsBefore { predecessor: previous.key.clone() });
            return None;
        }
        let (key, named_by) = (previous.key.clone(), one.key().to_owned());
        if let Some(why) = self.sought.may_be(&previous.bucket, &key) {
            return Some(Reason::Unlisted { key, named_by, why });
        }
        Some(if one.verified {
            Reason::Missing { key, named_by: Some(named_by) }
        } else {
            Reason::MissingPerhaps { key, named_by }
        })
    }

    /// The time of a digest that is not there, and of those before it that nobody names any more.
    fn absent(&mut self, one: &Weighed<'_>, start: i64, reason: Reason) {
        let previous = one.digest.and_then(|digest| digest.previous.as_ref());
        let end = previous.and_then(|previous| name(&previous.key)).map_or(start, |name| name.end.min(start));
        let before = self.covered.or(self.asked.from);
        let from = before.unwrap_or(end).min(end);
        // Where the others leave no time, its own hour is still missing.
        let from = if from == start { start.saturating_sub(HOUR_MILLIS) } else { from };
        let close = self.asked.part(from.saturating_sub(CLOSE)..start).is_some();
        if close && self.asked.part(from..start).is_none() {
            // It may have listed files of the last minutes that are asked about.
            self.push(from..start, reason);
        } else {
            self.empty(from..start, reason);
        }
    }

    /// Time without a digest before `start`.
    fn gap(&mut self, one: &Weighed<'_>, start: i64, notes: &mut Vec<Note>) {
        let Some(covered) = self.covered else {
            if let Some(from) = self.asked.from {
                self.empty(from..start, Reason::Before);
            }
            return;
        };
        if start < covered {
            notes.push(Note::Overlaps);
        }
        let starts = one.digest.is_some_and(|digest| digest.previous.is_none());
        self.empty(covered..start, if starts { Reason::Restarted } else { Reason::Between });
    }

    /// Where what is asked about is open at one end, and all digests lie beyond the other, the hour there that is next to them: no
    /// digest is about it, however long it was so.
    fn beyond(&mut self, first: &Weighed<'_>) {
        match (self.asked.from, self.asked.to, self.covered) {
            (None, Some(to), _) => {
                // Those that begin at the end or behind it are there for single log files, and say nothing of the time.
                if self.windows.iter().any(|window| window.from < to) {
                    return;
                }
                // Only if it is certain that there was nothing before, or that it is in another chain, nothing lacks.
                let begins = first.digest.is_some_and(|digest| digest.previous.is_none());
                let whole = first.verified && (begins || first.has_predecessor);
                if !whole || !self.windows.is_empty() {
                    self.push(to.saturating_sub(HOUR_MILLIS)..to, Reason::Before);
                }
            }
            (Some(from), None, Some(covered)) if covered <= from => {
                self.push(from..from.saturating_add(HOUR_MILLIS), Reason::After);
            }
            _ => {}
        }
    }

    /// A window without a digest, as much of it as was asked for.
    fn empty(&mut self, time: Range<i64>, reason: Reason) {
        if let Some(time) = self.asked.part(time) {
            self.push(time, reason);
        }
    }

    fn push(&mut self, Range { start: from, end: to }: Range<i64>, reason: Reason) {
        let (state, reasons) = (reason.state(), vec![reason]);
        let (notes, files) = (Vec::new(), Files::default());
        self.windows.push(Window { from, to, digest: None, state, reasons, notes, files });
    }

    /// The window of a digest, iff it has time in common with what was asked for, or lists a log file that belongs there: those of
    /// the last minutes stand in the digest behind.
    fn digest(&mut self, one: &Weighed<'_>, time: Range<i64>, mut notes: Vec<Note>) {
        let whole = self.asked.part(time.start..time.end.max(time.start.saturating_add(1))).is_some();
        let taken = if whole { Taken::All } else { Taken::Asked(self.asked) };
        let mut reasons = one.reasons.clone();
        let Some(files) = count(one, self.sighted, self.sought, taken, &mut reasons) else { return };
        reasons.sort();
        reasons.dedup();
        notes.sort();
        notes.dedup();
        let digest = Some((one.merged.found.bucket.clone(), one.key().to_owned()));
        let state = worst(&reasons);
        self.windows.push(Window { from: time.start, to: time.end, digest, state, reasons, notes, files });
    }
}

fn name(key: &str) -> Option<DigestName> {
    DigestName::parse(&ObjectKey::parse(below(key))?)
}
