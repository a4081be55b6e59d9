//! What is said where nothing of all files could be read.

use crate::shell::shell_file;
use logs::Filter;
use logs::scan::Account;

const WIDER: &str = "check the accounts, Regions and days that were asked for, or ask for more of them";
const DELIVERED: &str = "name files or folders that CloudTrail delivered: those ending in .json .jsonl .ndjson .log .gz .txt are read";

/// That these places, as they were typed, hold nothing to read, and how to get log files there.
#[must_use]
pub fn no_log_files(places: &[String]) -> (String, String) {
    let hold = if places.len() == 1 { "holds" } else { "hold" };
    let line = format!("{} {hold} no log files of CloudTrail", places.join(" and "));
    let help = match places {
        [one] if !one.starts_with("s3://") => {
            let into = format!("{}/AWSLogs", one.trim_end_matches('/'));
            format!("copy them there: `aws s3 sync s3://BUCKET/AWSLogs {}`", shell_file(&into))
        }
        _ => DELIVERED.to_owned(),
    };
    (line, help)
}

/// What files were asked for: `account 111122223333, Region eu-west-9 and the days asked for`; `None` iff all.
fn narrowed(filter: &Filter) -> Option<String> {
    let of =
        |noun: &str, names: &[String]| (!names.is_empty()).then(|| format!("{noun} {}", names.join(", ")));
    let days = filter.since.is_some() || filter.until.is_some();
    let parts = [
        of("account", &filter.accounts),
        of("Region", &filter.regions),
        days.then(|| "the days asked for".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// Why there is no answer at all, and what to do; `None` iff anything was read. `places` are those that were typed.
#[must_use]
pub fn nothing_read(account: &Account, filter: &Filter, places: &[String]) -> Option<(String, String)> {
    let records = account.records + account.not_events;
    if records > 0 || (account.is_whole() && account.files > 0) {
        return None;
    }
    if let Some(first) = account.troubles.first() {
        let at = first.offset.map(|offset| format!(", byte {offset}")).unwrap_or_default();
        let more = match account.files {
            1 => String::new(),
            n => format!(" (nothing of {n} files could be read)"),
        };
        let line = format!("cannot read {}{at}: {}{more}", first.file, first.why);
        return Some((line, "name files or folders that CloudTrail delivered".to_owned()));
    }
    match narrowed(filter) {
        Some(asked) => Some((format!("there is no log file of {asked} to read"), WIDER.to_owned())),
        None if !places.is_empty() && places.iter().all(|one| one != "-") => Some(no_log_files(places)),
        None => Some(("there is no log file to read".to_owned(), DELIVERED.to_owned())),
    }
}
