//! Which parts of a tree a question concerns, as far as folders tell.

use crate::layout::folders;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use logs::digest::DigestName;
use logs::{Filter, Folder, ObjectKey, is_account, is_region};

/// Accounts, Regions and days of delivery; see [`Filter`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    accounts: Vec<String>,
    regions: Vec<String>,
    /// The first and the last day of delivery, `YYYY/MM/DD`.
    first: Option<String>,
    last: Option<String>,
    /// Digest files are wanted, too.
    digests: bool,
    /// Until when digests end, and the day of that: those of the first hours after the last day list files of its last hour.
    digests_until: Option<(i64, String)>,
}

/// `YYYY/MM/DD`.
fn day(milliseconds: i64) -> String {
    logs::text_of(milliseconds)[..10].replace('-', "/")
}

/// What a file with a key of CloudTrail is to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It may hold what was asked for.
    Wanted,
    /// It is about an account, a Region or a day that was not asked for.
    Elsewhere,
    /// It holds no records of single calls.
    LeftOut(Folder),
}

impl Window {
    /// What the filter leaves over. An event may lie in a file that is delivered on the day after it.
    #[must_use]
    pub fn of(filter: &Filter) -> Window {
        let last = filter.until.map(|until| (until - 1).saturating_add(DAY_MILLIS));
        let end = last.map(|last| last.div_euclid(DAY_MILLIS).saturating_add(1).saturating_mul(DAY_MILLIS));
        Window {
            accounts: filter.accounts.clone(),
            regions: filter.regions.clone(),
            first: filter.since.map(day),
            last: last.map(day),
            digests: false,
            digests_until: end
                .map(|end| end.saturating_add(2 * HOUR_MILLIS))
                .map(|until| (until, day(until))),
        }
    }

    /// The same, with the digest files that list what was delivered on those days.
    pub(crate) fn with_digests(self) -> Window {
        Window { digests: true, ..self }
    }

    /// True iff digest files are wanted, too.
    pub(crate) fn has_digests(&self) -> bool {
        self.digests
    }

    /// The Regions that are wanted; none where all are.
    pub(crate) fn regions(&self) -> &[String] {
        &self.regions
    }

    /// The first day of delivery, `YYYY/MM/DD`; `None` iff there is none.
    pub(crate) fn first_day(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// True iff it was delivered behind the last day.
    pub(crate) fn is_past(&self, key: &ObjectKey<'_>) -> bool {
        self.last_day(key.folder.as_str()).is_some_and(|last| key.day > last)
    }

    /// The last day of what lies in the folder of that name, `CloudTrail` or another.
    fn last_day(&self, kind: &str) -> Option<&str> {
        let digests = self.digests && kind == Folder::Digests.as_str();
        let of_digests = self.digests_until.as_ref().filter(|_| digests).map(|(_, day)| day.as_str());
        of_digests.or(self.last.as_deref())
    }

    /// True iff no digest of that key is needed: it ends hours after the last day, and lists nothing that was delivered on it.
    pub(crate) fn needs_no_digest(&self, key: &ObjectKey<'_>) -> bool {
        let Some((until, _)) = &self.digests_until else { return false };
        let after = self.last.as_deref().is_some_and(|last| key.day > last);
        after && DigestName::parse(key).is_none_or(|name| name.end > *until)
    }

    /// By its key.
    pub(crate) fn kind(&self, key: &ObjectKey<'_>) -> Kind {
        let digest = self.digests && key.folder == Folder::Digests;
        if !digest && !matches!(key.folder, Folder::Logs | Folder::Aggregated) {
            return Kind::LeftOut(key.folder);
        }
        let listed = |list: &[String], one: &str| list.is_empty() || list.iter().any(|other| other == one);
        let early = self.first.as_deref().is_some_and(|first| key.day < first);
        let late = self.is_past(key);
        // A name that no Region has says nothing of where the file is from.
        let region = !is_region(key.region) || listed(&self.regions, key.region);
        let here = listed(&self.accounts, key.account) && region;
        if here && !early && !late { Kind::Wanted } else { Kind::Elsewhere }
    }

    /// True iff a folder may hold something that is wanted or left out by name. `below` is its path from behind `AWSLogs/` on.
    pub(crate) fn may_hold(&self, below: &str) -> bool {
        let mut parts = folders(below);
        let Some(account) = parts.next() else { return true };
        if !is_account(account) {
            return true;
        }
        let listed = |list: &[String], one: &str| list.is_empty() || list.iter().any(|other| other == one);
        if !listed(&self.accounts, account) {
            return false;
        }
        let (Some(kind), Some(region)) = (parts.next(), parts.next()) else { return true };
        // A folder that CloudTrail would call otherwise says nothing of what lies in it.
        if !is_region(region) {
            return true;
        }
        if !listed(&self.regions, region) {
            return false;
        }
        // What lies deeper is of the same day.
        let day: Vec<&str> = parts.take(3).collect();
        let day = day.join("/");
        // A folder of a day that no calendar has says nothing either; a year and a month go on with a first.
        if !["", "/01", "/01/01"].iter().any(|rest| logs::is_day(&format!("{day}{rest}"))) {
            return true;
        }
        // A year alone is compared with the year of the first day, and so on.
        let within = |day: &str, bound: &str| bound.get(..day.len()).unwrap_or(bound).to_owned();
        let early = self.first.as_deref().is_some_and(|first| *day < *within(&day, first));
        let late = self.last_day(kind).is_some_and(|last| *day > *within(&day, last));
        !(early || late)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Window};
    use logs::{Filter, Folder, ObjectKey, milliseconds};

    fn window() -> Window {
        Window::of(&Filter {
            accounts: vec!["111122223333".to_owned()],
            regions: vec!["eu-west-1".to_owned()],
            since: milliseconds("2026-11-20T13:00:00Z"),
            until: milliseconds("2026-12-01T00:00:00Z"),
            ..Filter::default()
        })
    }

    #[test]
    fn a_day_more_than_was_asked_for_is_read() {
        for (day, kind) in [
            ("2026/11/19", Kind::Elsewhere),
            ("2026/11/20", Kind::Wanted),
            ("2026/12/01", Kind::Wanted),
            ("2026/12/02", Kind::Elsewhere),
        ] {
            let key = format!("x/AWSLogs/111122223333/CloudTrail/eu-west-1/{day}/a.json.gz");
            assert_eq!(window().kind(&ObjectKey::parse(&key).unwrap()), kind, "{day}");
        }
        let digest = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/a.json.gz";
        assert_eq!(window().kind(&ObjectKey::parse(digest).unwrap()), Kind::LeftOut(Folder::Digests));
    }

    #[test]
    fn digests_of_the_first_hours_after_the_last_day_list_files_of_that_day() {
        let window = window().with_digests();
        let of = |kind: &str, day: &str, name: &str| {
            let below = format!("111122223333/{kind}/eu-west-1/{day}");
            let key = format!("AWSLogs/{below}/111122223333_{kind}_eu-west-1_{name}.json.gz");
            let key = ObjectKey::parse(&key).unwrap();
            let wanted = window.kind(&key) == Kind::Wanted;
            assert_eq!(window.may_hold(&below), wanted);
            wanted && !window.needs_no_digest(&key)
        };
        let digest = |day: &str, time: &str| {
            let name = format!("main_eu-west-1_{}T{time}Z", day.replace('/', ""));
            of("CloudTrail-Digest", day, &name)
        };
        assert!(digest("2026/12/01", "230000") && digest("2026/12/02", "001502"));
        assert!(digest("2026/12/02", "020000") && !digest("2026/12/02", "020001"));
        assert!(!digest("2026/12/03", "001502") && !of("CloudTrail-Digest", "2026/12/02", "x"));
        assert!(!of("CloudTrail", "2026/12/02", "20261202T0005Z_x"));
    }

    #[test]
    fn folders_are_passed_over_only_where_nothing_can_be_in_them() {
        for (below, may) in [
            ("", true),
            ("o-abc", true),
            ("o-abc/111122223333", true),
            ("o-abc/111122223334", false),
            ("111122223333/CloudTrail/eu-west-1", true),
            ("111122223333/CloudTrail/eu-west-2", false),
            ("111122223333/CloudTrail/eu-west-1/2026", true),
            ("111122223333/CloudTrail/eu-west-1/2025", false),
            ("111122223333/CloudTrail/eu-west-1/2026/11/19", false),
            ("111122223333/CloudTrail/eu-west-1/2026/11/20", true),
            ("111122223333/CloudTrail/eu-west-1/2026/12", true),
            ("111122223333/CloudTrail/eu-west-1/2026/12/02", false),
            ("111122223333/CloudTrail/eu-west-1/2027", false),
            ("111122223333/CloudTrail/EU-WEST-2", true),
            ("111122223333/CloudTrail/eu-west-1/2026/1/20", true),
            ("111122223333/CloudTrail/eu-west-1/26", true),
            ("111122223333/CloudTrail/eu-west-1/2026/11/19 copy", true),
            ("111122223333/CloudTrail/eu-west-1/2025/02/29", true),
            ("111122223333/CloudTrail/eu-west-1/2025/13", true),
            ("111122223333/CloudTrail/eu-west-1/0025", true),
            ("111122223333/CloudTrail/eu-west-1/9999/11/20", true),
            ("111122223333/CloudTrail/eu-west-2-copy/2026", true),
            ("something/else", true),
        ] {
            assert_eq!(window().may_hold(below), may, "{below}");
        }
    }
}
