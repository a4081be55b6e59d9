//! Records just outside of the window, which may be of calls that CloudWatch counts within it.
//!
//! CloudWatch counts a call in the hour in which it began. A record has the time at which the call completed, or at which an
//! asynchronous event was accepted (semantics 1.3 and 11).

use cloudtrail::time::{HOUR_MILLIS, MINUTE_MILLIS};
use std::ops::Range;

/// Milliseconds after the end of the window in which a call that began in it is recorded: a function runs 15 minutes at most, and
/// clocks differ by a little.
pub const RECORDED_AFTER: i64 = 16 * MINUTE_MILLIS;

/// Milliseconds for which an asynchronous event waits at most before it runs (`MaximumEventAgeInSeconds`).
pub const RECORDED_BEFORE: i64 = 6 * HOUR_MILLIS;

/// What was seen near the window of a function that has no record in it. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Near {
    /// The beginnings of the hours of the window in which CloudWatch counts invocations.
    pub counted: Vec<i64>,
    /// The last record of the time before the window, if there is one.
    pub before: Option<i64>,
    /// The first record of the time after it, if there is one.
    pub after: Option<i64>,
    /// When the first of all of them is, in words.
    pub first: String,
}

impl Near {
    /// True iff each hour with invocations may be one of which the record lies outside of the window.
    #[must_use]
    pub fn explains(&self) -> bool {
        let explained = |hour: &i64| {
            let accepted = self.before.is_some_and(|at| *hour <= at.saturating_add(RECORDED_BEFORE));
            let completed =
                self.after.is_some_and(|at| hour.saturating_add(HOUR_MILLIS + RECORDED_AFTER) >= at);
            accepted || completed
        };
        !self.counted.is_empty() && self.counted.iter().all(explained)
    }
}

/// True iff records just outside of the window could explain each of these hours: worth looking for them.
#[must_use]
pub fn may_be_near(counted: &[i64], window: &Range<i64>) -> bool {
    let near = |hour: &i64| {
        *hour < window.start.saturating_add(RECORDED_BEFORE) || hour.saturating_add(HOUR_MILLIS) >= window.end
    };
    !counted.is_empty() && counted.iter().all(near)
}
