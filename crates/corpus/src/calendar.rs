//! Seconds since 1970 as CloudTrail writes them, and back.

/// Year, month, day, hour, minute, second, UTC.
#[must_use]
pub fn parts(seconds: i64) -> [i64; 6] {
    // Hinnant, "chrono-compatible low-level date algorithms": days to a civil date.
    let (days, rest) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    [year, month, day, rest / 3600, rest / 60 % 60, rest % 60]
}

/// Seconds since 1970 of a moment.
#[must_use]
pub fn seconds(date: [i64; 3], time: [i64; 3]) -> i64 {
    let [year, month, day] = date;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
}

/// `2026-11-20T01:02:03Z`
#[must_use]
pub fn stamp(at: i64) -> String {
    let [year, month, day, hour, minute, second] = parts(at);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `2026/11/20`
#[must_use]
pub fn folder(at: i64) -> String {
    let [year, month, day, ..] = parts(at);
    format!("{year:04}/{month:02}/{day:02}")
}

/// `20261120T0102Z`, as log files are named.
#[must_use]
pub fn minute(at: i64) -> String {
    let [year, month, day, hour, minute, _] = parts(at);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}Z")
}

/// `20261120T010203Z`, as digests are named.
#[must_use]
pub fn second(at: i64) -> String {
    let [year, month, day, hour, minute, second] = parts(at);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::{parts, seconds, stamp};

    #[test]
    fn there_and_back() {
        for at in (0..4_000_000_000_i64).step_by(86_399 * 31) {
            let [year, month, day, hour, minute, second] = parts(at);
            assert_eq!(seconds([year, month, day], [hour, minute, second]), at);
        }
        assert_eq!(stamp(1_679_360_700), "2023-03-21T01:05:00Z");
    }
}
