//! `eventTime` as written in records, to milliseconds since 1970.

use cloudtrail::time::{DAY_MILLIS, DAY_SECONDS, HOUR_SECONDS};

/// Milliseconds since 1970-01-01T00:00:00Z of a UTC time such as `2023-03-21T01:02:03Z` or `2017-11-28T19:41:41.123Z`.
///
/// `None` iff the text has another form or names no such day or time. Digits behind the third of a fraction are dropped.
/// The second 60 is taken for 59: POSIX time has no leap seconds.
#[must_use]
pub fn milliseconds(text: &str) -> Option<i64> {
    let (head, tail) = text.as_bytes().split_first_chunk::<19>()?;
    let number = |from: usize, to: usize| -> Option<i64> {
        head.get(from..to)?
            .iter()
            .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| head.get(*at) != Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_of(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds =
        days_since_1970(year, month, day) * DAY_SECONDS + hour * HOUR_SECONDS + minute * 60 + second.min(59);
    Some(seconds * 1_000 + fraction(tail)?)
}

/// The time as CloudTrail writes it: `2023-03-21T01:02:03Z`, with milliseconds where there are any. Years outside 0 to 9999 are
/// taken for the nearest within.
#[must_use]
pub fn text_of(milliseconds: i64) -> String {
    let mut text = Vec::with_capacity(24);
    write_text_of(milliseconds, &mut text);
    text.into_iter().map(char::from).collect()
}

/// Appends [`text_of`] the time.
pub fn write_text_of(milliseconds: i64, text: &mut Vec<u8>) {
    let clamped = milliseconds.clamp(-62_167_219_200_000, 253_402_300_799_999);
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    let (days, of_day) = (clamped.div_euclid(DAY_MILLIS), small(clamped.rem_euclid(DAY_MILLIS)));
    // The inverse of `days_since_1970`: eras of 400 years, years that begin in March. Answers hold times by the hundred thousand:
    // counting from an era before the year 0 keeps all numbers small and positive, which is quick.
    let shifted = small(days + 719_468 + 146_097);
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = (year + era * 400 + u32::from(month <= 2)).saturating_sub(400);
    let (second, fraction) = (of_day / 1_000, of_day % 1_000);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or(0);
    let two = |number: u32| [digit(number / 10), digit(number)];
    let ([y0, y1], [y2, y3]) = (two(year / 100), two(year));
    let ([m0, m1], [d0, d1]) = (two(month), two(day));
    let ([h0, h1], [n0, n1], [s0, s1]) = (two(hour), two(minute), two(second));
    text.extend_from_slice(&[
        y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1,
    ]);
    if fraction != 0 {
        let [f1, f2] = two(fraction);
        text.extend_from_slice(&[b'.', digit(fraction / 100), f1, f2]);
    }
    text.push(b'Z');
}

/// Milliseconds of `Z`, `.5Z` or `.123456Z`.
fn fraction(tail: &[u8]) -> Option<i64> {
    let digits = match tail {
        b"Z" => return Some(0),
        [b'.', digits @ .., b'Z'] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return None,
    };
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
    Some(padded.take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar; years are counted from March so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{milliseconds, text_of};

    #[test]
    fn a_time_comes_back_as_it_was_written() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59Z",
            "2023-03-01T01:02:03.040Z",
            "1969-12-31T23:59:59.999Z",
        ] {
            assert_eq!(text_of(milliseconds(text).unwrap()), text);
        }
        for day in (-719_528..2_932_896_i64).step_by(7) {
            let at = day * 86_400_000 + 5_025_678;
            assert_eq!(milliseconds(&text_of(at)), Some(at), "{}", text_of(at));
        }
        assert_eq!(text_of(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(text_of(i64::MIN), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn known_times() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2023-03-21T01:02:03Z", 1_679_360_523_000),
            ("2017-11-28T19:41:41.1Z", 1_511_898_101_100),
            ("2017-11-28T19:41:41.123456Z", 1_511_898_101_123),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ] {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2023",
            "2023-03-21T01:02:03",
            "2023-03-21 01:02:03Z",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-00-01T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00+01:00",
            "2x23-01-01T00:00:00Z",
            "2023-01-01T00:00:00.1x2Z",
            "é023-01-01T00:00:00Z",
        ] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
