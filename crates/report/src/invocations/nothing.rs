//! What is said where nothing of all files could be read.

use logs::Filter;
use logs::scan::Account;

/// Why there is no answer at all, and what to do; `None` iff anything was read.
#[must_use]
pub fn nothing_read(account: &Account, filter: &Filter) -> Option<(String, &'static str)> {
    let records = account.records + account.not_events;
    if records > 0 || (account.is_whole() && account.files > 0) {
        return None;
    }
    if let Some(first) = account.troubles.first() {
        let at = first.offset.map(|offset| format!(", byte {offset}")).unwrap_or_default();
        let more = match account.files {
            1 => String::new(),
            n => format!(" (and so on: nothing of {n} files)"),
        };
        let line = format!("cannot read {}{at}: {}{more}", first.file, first.why);
        return Some((line, "name files or folders that CloudTrail delivered"));
    }
    let narrow = filter.since.is_some()
        || filter.until.is_some()
        || !filter.accounts.is_empty()
        || !filter.regions.is_empty();
    let help = if narrow {
        "no file is about the accounts, Regions and days that were asked for: ask for more of them"
    } else {
        "name files or folders that CloudTrail delivered: those ending in .json .jsonl .ndjson .log .gz .txt are read"
    };
    Some(("there is no log file to read".to_owned(), help))
}
