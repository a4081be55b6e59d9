//! Which time is asked about, and which log files that concerns.

use crate::digest::document::LogFile;
use crate::object_key::{Folder, ObjectKey};
use crate::time::milliseconds;
use cloudtrail::time::{DAY_MILLIS, MINUTE_MILLIS};
use std::ops::Range;

/// The time that is asked about, in milliseconds since 1970: all there is where nothing is said.
///
/// Within it, time that no digest is about is told, too. Where an end is open, nothing is said of the time before the first
/// digest of a chain, or behind its last; but where all digests of a chain lie beyond the other end, the hour next to them is told,
/// unless the chain starts there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What was delivered from then on.
    pub from: Option<i64>,
    /// What was delivered until then.
    pub to: Option<i64>,
    /// It is the events of that time that matter: log files that hold such events, as digests say, count whenever they were
    /// delivered.
    pub events: bool,
}

impl Asked {
    /// What was delivered in that time.
    #[must_use]
    pub fn delivered(time: Range<i64>) -> Self {
        Asked { from: Some(time.start), to: Some(time.end), events: false }
    }

    /// What was delivered in that time, and what holds events of it.
    #[must_use]
    pub fn events(time: Range<i64>) -> Self {
        Asked { events: true, ..Self::delivered(time) }
    }

    /// As much of that time as is asked about; `None` iff nothing.
    pub(super) fn part(&self, time: Range<i64>) -> Option<Range<i64>> {
        let from = self.from.map_or(time.start, |from| from.max(time.start));
        let to = self.to.map_or(time.end, |to| to.min(time.end));
        (from < to).then_some(from..to)
    }

    /// The name of a log file tells the minute.
    fn has_minute(&self, minute: i64) -> bool {
        self.part(minute..minute.saturating_add(MINUTE_MILLIS)).is_some()
    }

    /// True iff the log file that a digest lists was delivered then or, where that matters, holds events of then.
    pub(super) fn lists(&self, file: &LogFile) -> bool {
        let holds = || match (file.oldest_event, file.newest_event) {
            (Some(oldest), Some(newest)) => self.part(oldest..newest.saturating_add(1)).is_some(),
            _ => false,
        };
        self.expects(&file.key) || self.events && holds()
    }

    /// True iff what lies under the key ought to be in a digest of then. A log file that does not tell its minute may be of any in
    /// its day, and what lies in no folder of CloudTrail may be of any at all; files of other folders are in no digest.
    pub(super) fn expects(&self, key: &str) -> bool {
        let Some(key) = ObjectKey::parse(key) else { return true };
        let day = || milliseconds(&format!("{}T00:00:00Z", key.day.replace('/', "-")));
        let in_day = || day().is_none_or(|day| self.part(day..day.saturating_add(DAY_MILLIS)).is_some());
        key.folder == Folder::Logs && key.delivered().map_or_else(in_day, |minute| self.has_minute(minute))
    }
}
