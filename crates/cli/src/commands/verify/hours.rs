//! The window: whole hours, because CloudWatch counts those.

use crate::commands::invocations::question::{backwards, time};
use anyhow::Result;
use args::reading::WindowArgs;
use audit::evidence::SETTLED_AFTER;
use cloudtrail::time::HOUR_MILLIS;
use logs::{milliseconds, text_of};
use std::ops::Range;
use surroundings::problem::{Problem, say};

/// Hours that are looked at where nobody says otherwise.
const USUAL: i64 = 24;
/// CloudWatch keeps counts of hours for 455 days.
const LONGEST: i64 = 455 * 24;

/// Now, in milliseconds since 1970.
pub(crate) fn now(now: &str) -> i64 {
    milliseconds(now).unwrap_or(0)
}

/// The window in milliseconds since 1970, rounded inwards to whole hours, which is said.
///
/// # Errors
/// [`Problem`] of misuse: no time, nothing between, or too much.
pub(crate) fn window(typed: &WindowArgs, at: &str) -> Result<Range<i64>> {
    let window = of(typed, at)?;
    let hours = (window.end - window.start) / HOUR_MILLIS;
    if hours < 1 {
        return Err(Problem::misuse("there is no whole hour between --since and --until")
            .help("CloudWatch counts whole hours: name a longer time")
            .into());
    }
    if hours > LONGEST {
        return Err(Problem::misuse(format!("{hours} hours are more than CloudWatch keeps"))
            .help("name at most 455 days with --since and --until")
            .into());
    }
    Ok(window)
}

fn of(typed: &WindowArgs, at: &str) -> Result<Range<i64>> {
    let floor = |time: i64| time.div_euclid(HOUR_MILLIS) * HOUR_MILLIS;
    let ceil = |time: i64| floor(time.saturating_add(HOUR_MILLIS - 1));
    let until = match &typed.until {
        None => floor(now(at) - SETTLED_AFTER),
        // What a person names lies behind now only by rounding: nothing is recorded of the future.
        Some(text) => time("until", text, at)?.1,
    };
    let since = match &typed.since {
        None => floor(until) - USUAL * HOUR_MILLIS,
        Some(text) => time("since", text, at)?.0,
    };
    if typed.since.is_some() && typed.until.is_some() && since >= until {
        return Err(backwards().into());
    }
    let window = ceil(since)..floor(until);
    if (window.start, window.end) != (since, until) && window.start < window.end {
        let told =
            format!("rounded inwards to whole hours: {} to {}", text_of(window.start), text_of(window.end));
        say("note", &told);
    }
    Ok(window)
}

#[cfg(test)]
mod tests {
    use super::window;
    use args::reading::WindowArgs;
    use logs::text_of;

    fn of(since: Option<&str>, until: Option<&str>) -> Option<(String, String)> {
        let typed = WindowArgs { since: since.map(str::to_owned), until: until.map(str::to_owned) };
        let window = window(&typed, "2026-11-23T17:20:00Z").ok()?;
        Some((text_of(window.start), text_of(window.end)))
    }

    #[test]
    fn windows_are_whole_hours_within_what_was_asked() {
        for (since, until, from, to) in [
            (None, None, "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z"),
            (Some("2026-11-20"), Some("2026-11-21"), "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"),
            (Some("2026-11-20T12:01:00Z"), None, "2026-11-20T13:00:00Z", "2026-11-23T16:00:00Z"),
            (None, Some("2026-11-20T12:59:00Z"), "2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"),
            (Some("2h"), Some("0h"), "2026-11-23T16:00:00Z", "2026-11-23T17:00:00Z"),
        ] {
            let expected = Some((from.to_owned(), to.to_owned()));
            assert_eq!(of(since, until), expected, "{since:?} {until:?}");
        }
    }

    #[test]
    fn nothing_between_and_too_much_are_misuse() {
        assert_eq!(of(Some("2026-11-20T12:01:00Z"), Some("2026-11-20T12:59:00Z")), None);
        assert_eq!(of(Some("2026-11-21"), Some("2026-11-20")), None);
        assert_eq!(of(Some("1999-01-01"), None), None);
        assert_eq!(of(Some("soon"), None), None);
    }
}
