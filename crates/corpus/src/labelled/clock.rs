//! When people and programs of a company are at work.

use super::drawn::whole;
use crate::rng::Rng;

/// Hours, weekends and a holiday, in the company's own time.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    from: i64,
    /// Hours from UTC.
    zone: i64,
    opens: i64,
    closes: i64,
    /// The day that is a public holiday.
    pub(super) holiday: i64,
    /// Part of a working day's traffic on days without work.
    quiet: f64,
}

impl Clock {
    pub(super) fn new(from: i64, days: i64, rng: &mut Rng) -> Self {
        Clock {
            from,
            zone: whole(rng, 18) - 8,
            opens: 7 + whole(rng, 3),
            closes: 17 + whole(rng, 3),
            holiday: 3 + whole(rng, (days - 5).max(1)),
            quiet: 0.15 + 0.5 * rng.unit(),
        }
    }

    fn local(&self, at: i64) -> i64 {
        at + self.zone * 3600
    }

    /// Hour of the day where the company is.
    pub(super) fn hour(&self, at: i64) -> i64 {
        self.local(at).rem_euclid(86_400) / 3600
    }

    /// Day of the month where the company is.
    pub(super) fn day_of_month(&self, at: i64) -> i64 {
        crate::calendar::parts(self.local(at))[2]
    }

    /// True iff people work on the day of `at`.
    pub(super) fn is_working_day(&self, at: i64) -> bool {
        // 1970-01-01 was a Thursday.
        let weekday = (self.local(at).div_euclid(86_400) + 4).rem_euclid(7);
        let day = (self.local(at) - self.from).div_euclid(86_400);
        weekday != 0 && weekday != 6 && day != self.holiday
    }

    /// Of 1, how busy it is at `at`.
    pub(super) fn busy(&self, at: i64, business: bool) -> f64 {
        let hour = self.hour(at);
        let work = (self.opens..self.closes).contains(&hour);
        let day = if self.is_working_day(at) { 1.0 } else { self.quiet };
        match (business, work) {
            (true, true) => day,
            (true, false) => day * 0.06,
            (false, true) => 0.7 + 0.3 * day,
            (false, false) if (1..6).contains(&hour) => 0.35,
            (false, false) => 0.75,
        }
    }

    /// A moment of the day that begins at `start` in UTC, more often when it is busy; `None` where there is too little to do.
    pub(super) fn moment(&self, start: i64, business: bool, rng: &mut Rng) -> Option<i64> {
        (0..2).find_map(|_| {
            let at = start + whole(rng, 86_400);
            (rng.unit() < self.busy(at, business)).then_some(at)
        })
    }

    /// A moment at work on the day of `start`.
    pub(super) fn at_work(&self, start: i64, rng: &mut Rng) -> i64 {
        self.at_hour(start, self.opens, rng) + whole(rng, (self.closes - self.opens - 1).max(1) * 3600)
    }

    /// A moment when nobody works.
    pub(super) fn at_night(&self, start: i64, rng: &mut Rng) -> i64 {
        self.at_hour(start, 1, rng) + whole(rng, 3 * 3600)
    }

    /// A moment in the local hour `hour`, on the day that begins at `start` in UTC.
    pub(super) fn at_hour(&self, start: i64, hour: i64, rng: &mut Rng) -> i64 {
        start + (hour - self.zone).rem_euclid(24) * 3600 + whole(rng, 3600)
    }
}
