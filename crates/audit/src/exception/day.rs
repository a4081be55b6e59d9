//! Days of the calendar, counted.

/// The number of a day of the Gregorian calendar, one more for each day; `None` iff the text has not the form `YYYY-MM-DD`.
pub(super) fn day_number(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The year begins with March, so that the day that leap years have more is its last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (153 * month + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::day_number;

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        for (from, to, days) in [
            ("2026-11-23", "2026-11-23", 0),
            ("2026-11-23", "2026-12-31", 38),
            ("2026-12-31", "2027-01-01", 1),
            ("2028-02-28", "2028-03-01", 2),
            ("2027-02-28", "2027-03-01", 1),
            ("2000-01-01", "2001-01-01", 366),
            ("2100-01-01", "2101-01-01", 365),
            ("2026-03-01", "2026-02-01", -28),
        ] {
            assert_eq!(day_number(to).unwrap() - day_number(from).unwrap(), days, "{from} {to}");
        }
        for wrong in ["", "2026", "2026-13-01", "2026-01-00", "today", "2026-01-01-01", "99999999-01-01"] {
            assert_eq!(day_number(wrong), None, "{wrong}");
        }
    }
}
