//! The question: from what was typed to what `logs` answers.

use ::args::invocations::{self as args, Via as Word};
use anyhow::Result;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS, MINUTE_MILLIS};
use logs::{Dimension, Filter, Pattern, Question, Timeline, Via, Way, milliseconds};
use report::Sort;
use surroundings::problem::Problem;
use text::nearest::nearest;
use text::visible::excerpt;

/// The most names of `--by`.
const MOST: usize = 6;
/// Calls of a timeline, and groups on a terminal, where nobody says otherwise.
const CALLS: usize = 1_000;
const GROUPS: usize = 50;

/// What is asked, and how it is shown.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) timeline: bool,
    pub(super) sort: Sort,
    pub(super) limit: usize,
    /// The caller's account is asked for with a principal, and not by word.
    pub(super) account_beside: bool,
}

/// # Errors
/// [`Problem`] of misuse.
pub(super) fn read(typed: &args::Invocations, now: &str) -> Result<Asked> {
    let filter = filter(&typed.filter, now)?;
    if typed.timeline && filter.functions.is_empty() && filter.principals.is_empty() {
        let problem = Problem::misuse("--timeline is about one function or principal");
        return Err(problem.help("add --function or --principal").into());
    }
    let question =
        if typed.timeline { Timeline::question(filter) } else { Question::new(by(&typed.by)?, filter) };
    let by_word = typed.by.iter().any(|word| word.trim() == Dimension::CallerAccount.as_str());
    let account_beside = !typed.timeline && !by_word && question.by.last() == Some(&Dimension::CallerAccount);
    let default = if typed.timeline { CALLS } else { GROUPS };
    Ok(Asked {
        question,
        timeline: typed.timeline,
        sort: match typed.sort {
            None | Some(args::Sort::Calls) => Sort::Calls,
            Some(args::Sort::Label) => Sort::Label,
            Some(args::Sort::Last) => Sort::Last,
        },
        limit: typed.limit.map_or(default, |limit| usize::try_from(limit).unwrap_or(default)),
        account_beside,
    })
}

fn by(typed: &[String]) -> Result<Vec<Dimension>> {
    if typed.is_empty() {
        return Ok(vec![Dimension::Function, Dimension::Principal]);
    }
    let mut by = Vec::new();
    for word in typed {
        let word = word.trim();
        let Some(dimension) = Dimension::parse(word) else {
            let names = || Dimension::ALL.iter().map(|dimension| dimension.as_str());
            let problem = Problem::misuse(format!("calls cannot be grouped by `{}`", excerpt(word, 60)));
            return Err(problem
                .help(match nearest(word, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
                })
                .into());
        };
        if !by.contains(&dimension) {
            by.push(dimension);
        }
    }
    if by.len() > MOST {
        return Err(Problem::misuse(format!("calls are grouped by {MOST} names at most")).into());
    }
    Ok(by)
}

fn filter(typed: &args::Filter, now: &str) -> Result<Filter> {
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
    let since = typed.since.as_deref().map(|text| time("since", text, now)).transpose()?;
    let until = typed.until.as_deref().map(|text| time("until", text, now)).transpose()?;
    let (since, until) = (since.map(|(first, _)| first), until.map(|(_, behind)| behind));
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        return Err(backwards().into());
    }
    Ok(Filter {
        functions: patterns(&typed.function),
        principals: patterns(&typed.principal),
        accounts: typed.account.clone(),
        regions: typed.region.clone(),
        names: typed.event_name.clone(),
        since,
        until,
        ways: typed.via.iter().map(|via| way(*via)).collect(),
        errors: typed.errors,
        error_codes: patterns(&typed.error_code),
        addresses: typed.address.clone(),
        agents: patterns(&typed.agent),
        access_keys: patterns(&typed.access_key),
        caller_accounts: typed.caller_account.clone(),
    })
}

const fn way(via: Word) -> Way {
    match via {
        Word::Direct => Way::Via(Via::Direct),
        Word::Service => Way::Via(Via::Service),
        Word::Console => Way::Via(Via::Console),
        Word::Url => Way::Via(Via::Url),
        Word::Async => Way::Async,
    }
}

/// The problem of an end that is not after its beginning: the same in every command.
pub(crate) fn backwards() -> Problem {
    Problem::misuse("--until must be later than --since")
        .help("name an earlier --since or a later --until, such as --since 2026-11-20 --until 2026-11-21 (both days included)")
}

/// Its first moment and the one behind its last, in milliseconds since 1970.
pub(crate) fn time(flag: &str, text: &str, now: &str) -> Result<(i64, i64)> {
    let point = |at: i64| (at, at);
    let instant = || surroundings::clock::moment(text).map(point);
    let day = || milliseconds(&format!("{text}T00:00:00Z")).map(|at| (at, at + DAY_MILLIS));
    let ago = || {
        let (number, unit) = text.split_at(text.len().checked_sub(1)?);
        let unit = match unit {
            "m" => MINUTE_MILLIS,
            "h" => HOUR_MILLIS,
            "d" => DAY_MILLIS,
            "w" => 7 * DAY_MILLIS,
            _ => return None,
        };
        let ago = number.parse::<u32>().ok()?;
        milliseconds(now)?.checked_sub(i64::from(ago).checked_mul(unit)?).map(point)
    };
    // Beside characters of several bytes nothing can be split.
    let known = text.is_ascii().then(|| instant().or_else(day).or_else(ago)).flatten();
    known.ok_or_else(|| {
        Problem::misuse(format!("--{flag} cannot be `{}`", excerpt(text, 60)))
            .help("a time looks like 2026-11-20, 2026-11-20T13:00:00Z, 24h or 7d")
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_moments_days_or_before_now() {
        let now = "2026-11-23T17:00:00Z";
        let at = |text: &str| logs::milliseconds(text).unwrap();
        for (text, first, behind) in [
            ("2026-11-20", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"),
            ("2026-11-20T13:00:00Z", "2026-11-20T13:00:00Z", "2026-11-20T13:00:00Z"),
            ("2026-11-20T13:00:00+01:00", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
            // The last moment of a day, as people write it: what happened in its last second is before that.
            ("2026-11-20T23:59:59.999Z", "2026-11-20T23:59:59.999Z", "2026-11-20T23:59:59.999Z"),
            ("2026-11-20T23:59:59.9991Z", "2026-11-21T00:00:00Z", "2026-11-21T00:00:00Z"),
            ("24h", "2026-11-22T17:00:00Z", "2026-11-22T17:00:00Z"),
            ("2w", "2026-11-09T17:00:00Z", "2026-11-09T17:00:00Z"),
        ] {
            assert_eq!(time("since", text, now).unwrap(), (at(first), at(behind)), "{text}");
        }
        for text in ["", "h", "yesterday", "2026-11-32", "-1d", "99999999999w", "1é", "é"] {
            assert!(time("since", text, now).is_err(), "{text}");
        }
    }
}
