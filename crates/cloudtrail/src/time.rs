//! Lengths of time, each with its unit in its name.

/// Milliseconds of a second.
pub const SECOND_MILLIS: i64 = 1_000;
/// Milliseconds of a minute.
pub const MINUTE_MILLIS: i64 = 60 * SECOND_MILLIS;
/// Milliseconds of an hour.
pub const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
/// Milliseconds of a day: POSIX time has no leap seconds.
pub const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// Seconds of an hour.
pub const HOUR_SECONDS: i64 = HOUR_MILLIS / SECOND_MILLIS;
/// Seconds of a day.
pub const DAY_SECONDS: i64 = DAY_MILLIS / SECOND_MILLIS;
