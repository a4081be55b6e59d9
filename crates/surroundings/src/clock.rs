//! The one clock: the time now, as RFC 3339 in UTC.

use args::values::spelled;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time given as text, in milliseconds since 1970, as records are compared with it: what lies between two of them is the later one, so
/// that all before it is before, and all from it on is not.
pub fn moment(text: &str) -> Option<i64> {
    let nanoseconds = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
    i64::try_from(-(-nanoseconds).div_euclid(1_000_000)).ok()
}

/// The time now.
pub fn now() -> String {
    spelled(OffsetDateTime::now_utc()).unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// The day of a time that [`args::values::instant`] or [`now`] gave: `YYYY-MM-DD`, UTC.
pub fn day(now: &str) -> &str {
    now.get(..10).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::{moment, now};
    use args::values::instant;

    #[test]
    fn the_time_now_is_told_in_utc() {
        assert_eq!(instant(&now()).unwrap().len(), 20);
    }

    #[test]
    fn a_moment_is_exact_to_the_millisecond_and_rounded_up() {
        let second = |text: &str| logs::milliseconds(text).unwrap();
        for (text, after) in [
            ("2026-11-23T17:00:00Z", 0),
            ("2026-11-23T18:00:00.5+01:00", 500),
            ("2026-11-23T17:00:00.999Z", 999),
            ("2026-11-23T17:00:00.9990001Z", 1_000),
            ("2026-11-23T17:00:00.000000001Z", 1),
        ] {
            assert_eq!(moment(text), Some(second("2026-11-23T17:00:00Z") + after), "{text}");
        }
        assert_eq!(moment("1969-12-31T23:59:59.0005Z"), Some(-999));
        assert_eq!(moment("yesterday"), None);
    }
}
