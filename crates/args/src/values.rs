//! What is typed as the value of a flag, or stands in the file of settings, read; an error is one line.

use std::path::{Path, PathBuf};
use std::time::Duration;
use text::nearest::nearest;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A format that the suffix of a file can name.
pub trait Suffixed: Copy + 'static {
    /// The suffixes, each with its format.
    const SUFFIXES: &'static [(&'static str, Self)];
}

/// A file to write an answer to, and the format its suffix names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output<Format> {
    /// The file.
    pub path: PathBuf,
    /// The format that its suffix names.
    pub format: Format,
}

/// The file and its format.
///
/// # Errors
/// One line that lists the suffixes that the command knows.
pub fn output<Format: Suffixed>(text: &str) -> Result<Output<Format>, String> {
    let path = PathBuf::from(text);
    match named(&path) {
        Some(format) => Ok(Output { path, format }),
        None => {
            let known: String = Format::SUFFIXES.iter().map(|(known, _)| format!(" .{known}")).collect();
            Err(format!("its suffix names no format; known are{known}"))
        }
    }
}

/// The format that the longest suffix names: `a.asff.json` is not only JSON.
fn named<Format: Suffixed>(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let fits = |known: &str| {
        let before = name.strip_suffix(known).and_then(|before| before.strip_suffix('.'));
        before.is_some_and(|before| !before.is_empty())
    };
    let known = Format::SUFFIXES.iter().filter(|(known, _)| fits(known));
    known.max_by_key(|(known, _)| known.len()).map(|(_, format)| *format)
}

/// Twelve digits.
///
/// # Errors
/// One line that says so.
pub fn account(text: &str) -> Result<String, String> {
    let text = text.trim();
    if cloudtrail::names::AccountId::parse(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".to_owned())
    }
}

/// An amount of US dollars.
///
/// # Errors
/// One line with an example.
pub fn dollars(text: &str) -> Result<f64, String> {
    let amount = text.trim().trim_start_matches('$').parse::<f64>();
    let amount = amount.ok().filter(|amount| amount.is_finite() && *amount >= 0.0);
    amount.ok_or_else(|| "an amount of US dollars looks like 200 or 99.50".to_owned())
}

/// A pattern of functions.
///
/// # Errors
/// One line that says which there are.
pub fn pattern(text: &str) -> Result<audit::backout::Pattern, String> {
    audit::backout::Pattern::parse(text).map_err(|error| error.to_string())
}

/// A day of the calendar.
///
/// # Errors
/// One line with an example.
pub fn day(text: &str) -> Result<String, String> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    let is_day = text.len() == 10 && time::Date::parse(text, &form).is_ok();
    is_day.then(|| text.to_owned()).ok_or_else(|| "a day looks like 2027-01-31".to_owned())
}

/// A time given as text, in UTC and whole seconds.
///
/// # Errors
/// One line with an example.
pub fn instant(text: &str) -> Result<String, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .and_then(spelled)
        .ok_or_else(|| "a time has the form 2026-11-23T17:00:00Z".to_owned())
}

/// A time as text, in UTC and whole seconds; `None` iff it is too far away for that.
#[must_use]
pub fn spelled(time: OffsetDateTime) -> Option<String> {
    time.checked_to_offset(time::UtcOffset::UTC)?.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}

/// The form of a Region's name; AWS knows which exist. One that is not made as AWS makes them, and is nearly one that there is, is a
/// mistyped one.
///
/// # Errors
/// One line with the nearest, or an example.
pub fn region(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !text.contains('-') || cloudtrail::names::Region::parse(text).is_err() {
        return Err("a Region has a name like eu-west-1".to_owned());
    }
    if cloudtrail::regions::is_usual(text) {
        return Ok(text.to_owned());
    }
    match nearest(text, cloudtrail::regions::KNOWN) {
        Some(near) => Err(format!("it is not a Region of AWS. Did you mean {near}?")),
        None => Ok(text.to_owned()),
    }
}

/// A length of time.
///
/// # Errors
/// One line with an example.
pub fn duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let known = units.into_iter().find_map(|(unit, milliseconds)| {
        let number = text.trim().strip_suffix(unit)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(number.checked_mul(milliseconds)?))
    });
    let most = Duration::from_secs(7 * 24 * 3_600);
    known
        .filter(|time| !time.is_zero() && *time <= most)
        .ok_or_else(|| "a time looks like 90s, 20m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Suffixed, duration, instant, output, region};
    use std::time::Duration;

    impl Suffixed for u8 {
        const SUFFIXES: &'static [(&'static str, Self)] = &[("json", 1), ("ocsf.json", 2), ("csv", 3)];
    }

    #[test]
    fn the_longest_suffix_names_the_format() {
        for (name, format) in [
            ("a.json", Some(1)),
            ("a.ocsf.json", Some(2)),
            ("a/b.OCSF.Json", Some(2)),
            ("xocsf.json", Some(1)),
            ("ocsf.json", Some(1)),
            ("a.json.csv", Some(3)),
            (".csv", None),
            ("csv", None),
            ("a.xjson", None),
            ("", None),
        ] {
            assert_eq!(output::<u8>(name).ok().map(|output| output.format), format, "{name}");
        }
    }

    #[test]
    fn a_mistyped_region_is_named_with_the_nearest() {
        assert_eq!(region("eu-wst-1").unwrap_err(), "it is not a Region of AWS. Did you mean eu-west-1?");
        assert!(region("ue-west-1").unwrap_err().ends_with("us-west-1?"));
        for name in ["eu-west-1", "eu-west-9", "us-isof-south-1", "zz-moon-100"] {
            assert_eq!(region(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn times_are_told_in_utc() {
        assert_eq!(instant("2026-11-23T18:00:00.5+01:00").unwrap(), "2026-11-23T17:00:00Z");
        assert!(instant("yesterday").is_err());
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration("20m"), Ok(Duration::from_secs(1_200)));
        assert_eq!(duration("50ms"), Ok(Duration::from_millis(50)));
        for text in ["", "20", "0s", "-1s", "1y", "99999999999999999h", "ém"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
