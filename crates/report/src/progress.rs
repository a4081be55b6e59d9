//! How far a long piece of work has come, in words of one line.

use std::time::Duration;

/// A request on its way is named after this long.
const SLOW: Duration = Duration::from_secs(2);

/// As many clauses of the line as there is room for; a clause ends with a comma or a semicolon.
#[must_use]
pub fn fitted(line: &str, room: usize) -> String {
    if line.chars().count() <= room {
        return line.to_owned();
    }
    let short: String = line.chars().take(room).collect();
    let end = short.rfind([',', ';']).unwrap_or(short.len());
    short[..end].to_owned()
}

/// ` (12/s)`, or nothing where there is too little to divide.
#[must_use]
pub fn rate(number: u64, took: Duration) -> String {
    let secs = took.as_secs_f64();
    if secs < 1.0 || number == 0 { String::new() } else { format!(" ({:.0}/s)", number as f64 / secs) }
}

/// What has come of a collection so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct CollectionCounts {
    /// Accounts that will be read.
    pub accounts: usize,
    /// Those that are done.
    pub accounts_done: usize,
    /// Accounts in Regions that will be read, as far as that is known.
    pub places: usize,
    /// Those that are done.
    pub places_done: usize,
    /// Lambda resources that were listed.
    pub resources: usize,
}

impl CollectionCounts {
    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        let CollectionCounts { accounts, accounts_done, places, places_done, resources } = self;
        format!(
            "{accounts_done} of {accounts} accounts, {places_done} of {places} Regions, {resources} functions"
        )
    }
}

/// What was asked of AWS so far.
#[derive(Clone, Copy, Debug)]
pub struct Requests<'a> {
    /// Requests that were sent.
    pub sent: u64,
    /// How many of them AWS throttled.
    pub throttled: u64,
    /// What has been waited for longest: its action, its Region, and how long.
    pub oldest: Option<(&'a str, &'a str, Duration)>,
}

impl Requests<'_> {
    /// How many were sent, how fast, how many AWS throttled, and which one is waited for.
    #[must_use]
    pub fn words(&self, took: Duration) -> String {
        let mut words = format!("{} requests{}", self.sent, rate(self.sent, took));
        if self.throttled > 0 {
            words.push_str(&format!("; AWS throttled {}, so it goes slower", self.throttled));
        }
        if let Some((action, region, since)) = self.oldest.filter(|(_, _, since)| *since >= SLOW) {
            words.push_str(&format!("; waiting for {action} in {region} ({} s)", since.as_secs()));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::{CollectionCounts, Requests, fitted};
    use std::time::Duration;

    #[test]
    fn counts_name_their_wholes() {
        let counts = CollectionCounts {
            accounts: 2,
            places: 17,
            places_done: 1,
            resources: 1050,
            ..CollectionCounts::default()
        };
        assert_eq!(counts.words(), "0 of 2 accounts, 1 of 17 Regions, 1050 functions");
    }

    #[test]
    fn what_is_waited_for_is_said_only_when_it_is_slow() {
        let requests = |throttled, secs| {
            let oldest = Some(("lambda:ListFunctions", "us-east-1", Duration::from_secs(secs)));
            Requests { sent: 1200, throttled, oldest }.words(Duration::from_secs(10))
        };
        assert_eq!(requests(0, 1), "1200 requests (120/s)");
        assert_eq!(
            requests(3, 4),
            "1200 requests (120/s); AWS throttled 3, so it goes slower; waiting for lambda:ListFunctions in us-east-1 (4 s)"
        );
    }

    #[test]
    fn a_line_is_cut_between_its_clauses() {
        let line = "1 of 2 accounts, 3 of 4 Regions; 5 requests";
        assert_eq!(fitted(line, 80), line);
        assert_eq!(fitted(line, 40), "1 of 2 accounts, 3 of 4 Regions");
        assert_eq!(fitted(line, 20), "1 of 2 accounts");
        assert_eq!(fitted(line, 5), "1 of ");
    }
}
