//! The keys under which CloudTrail delivers: whose events, from where, which day, which minute.

use crate::time::milliseconds;

/// What stands under a key. CloudTrail keeps a folder for each (user guide, "Finding your CloudTrail log files").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Folder {
    /// `CloudTrail`: log files of management and data events.
    Logs,
    /// `CloudTrail-Digest`
    Digests,
    /// `CloudTrail-Insight`
    Insights,
    /// `CloudTrail-NetworkActivity`
    NetworkActivity,
    /// `CloudTrail-Aggregated`
    Aggregated,
}

impl Folder {
    const ALL: [Folder; 5] =
        [Self::Logs, Self::Digests, Self::Insights, Self::NetworkActivity, Self::Aggregated];

    /// The name of the folder in keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "CloudTrail",
            Self::Digests => "CloudTrail-Digest",
            Self::Insights => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Aggregated => "CloudTrail-Aggregated",
        }
    }
}

/// `[prefix/]AWSLogs/[o-id/]account/folder/region/YYYY/MM/DD/name`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectKey<'a> {
    /// What stands before `AWSLogs/`: with its closing slash, or empty.
    pub prefix: &'a str,
    /// From `AWSLogs/` on: the same in every copy of a bucket.
    pub below: &'a str,
    /// `o-...`, iff an organization's trail delivered it.
    pub organization: Option<&'a str>,
    /// Twelve digits: whose events.
    pub account: &'a str,
    /// What it is.
    pub folder: Folder,
    /// Where the events happened.
    pub region: &'a str,
    /// The day of delivery, UTC: `YYYY/MM/DD`.
    pub day: &'a str,
    /// The file's own name.
    pub name: &'a str,
}

impl<'a> ObjectKey<'a> {
    /// `None` iff the key is not as CloudTrail writes them.
    #[must_use]
    pub fn parse(key: &'a str) -> Option<Self> {
        // The last one: a trail's own prefix may hold another.
        let inner = key.rfind("/AWSLogs/").map(|at| at + 1);
        let at = inner.or_else(|| key.starts_with(ROOT).then_some(0))?;
        let (prefix, below) = key.split_at_checked(at)?;
        let rest = below.strip_prefix(ROOT)?;
        let organization = rest.split_once('/').map(|(id, _)| id).filter(|id| id.starts_with("o-"));
        let rest = organization.map_or(rest, |id| &rest[id.len() + 1..]);
        let (account, rest) = rest.split_once('/')?;
        let (folder, rest) = rest.split_once('/')?;
        let folder = Folder::ALL.into_iter().find(|known| known.as_str() == folder)?;
        let (region, rest) = rest.split_once('/')?;
        let (day, name) = (rest.get(..10)?, rest.get(10..)?.strip_prefix('/')?);
        let whole = is_day(day) && is_account(account) && !name.is_empty() && !name.contains('/');
        whole.then_some(ObjectKey { prefix, below, organization, account, folder, region, day, name })
    }

    /// When a log file was delivered, to the minute, as its name says: milliseconds since 1970. `None` for other files.
    #[must_use]
    pub fn delivered(&self) -> Option<i64> {
        let head = [self.account, "_CloudTrail_", self.region, "_"];
        let rest = head.iter().try_fold(self.name, |rest, part| rest.strip_prefix(part))?;
        (self.folder == Folder::Logs).then(|| minute(rest)).flatten()
    }

    /// What the names of the log files in its folder begin with, up to [`minute`]; `None` where there are other files.
    #[must_use]
    pub fn stem(&self) -> Option<String> {
        (self.folder == Folder::Logs).then(|| format!("{}_CloudTrail_{}_", self.account, self.region))
    }
}

/// True iff the last part of the path begins as the name of a log file does, wherever it lies and whatever was added after the name:
/// `111122223333_CloudTrail_eu-west-1_20230321T0105Z_`.
#[must_use]
pub fn is_log_file(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let mut parts = name.splitn(4, '_');
    let (account, folder) = (parts.next().unwrap_or_default(), parts.next());
    let region = parts.next().unwrap_or_default();
    let rest = parts.next().unwrap_or_default();
    is_account(account)
        && folder == Some(Folder::Logs.as_str())
        && is_region(region)
        && minute(rest).is_some()
        && rest.as_bytes().get(14) == Some(&b'_')
}

/// True iff the text is the id of an account: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True iff the text is a day as folders are named by it: `2026/11/30`, and not `2026/11/31`. Nor is one of another century: a clock
/// that far off, or a hand, made that folder, and it says nothing of what lies in it.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let slashes = text.bytes().enumerate().all(|(at, byte)| (byte == b'/') == matches!(at, 4 | 7));
    let stamp = || format!("{}T00:00:00Z", text.replace('/', "-"));
    text.len() == 10 && text.starts_with("20") && slashes && milliseconds(&stamp()).is_some()
}

/// True iff the text is written as Regions are: `eu-west-1`, and not `eu-west-1a`.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let Some((place, number)) = text.rsplit_once('-') else { return false };
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && place.bytes().all(word)
        && place.contains('-')
        && place.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The minute that `20230321T0105Z...` begins with: milliseconds since 1970.
#[must_use]
pub fn minute(stamp: &str) -> Option<i64> {
    let stamp = stamp.as_bytes().first_chunk::<14>()?;
    if (stamp[8], stamp[13]) != (b'T', b'Z') {
        return None;
    }
    let mut text = *b"0000-00-00T00:00:00Z";
    for (to, from, digits) in [(0, 0, 4), (5, 4, 2), (8, 6, 2), (11, 9, 2), (14, 11, 2)] {
        text[to..to + digits].copy_from_slice(&stamp[from..from + digits]);
    }
    milliseconds(std::str::from_utf8(&text).ok()?)
}

const ROOT: &str = "AWSLogs/";

#[cfg(test)]
mod tests {
    use super::{Folder, ObjectKey};

    #[test]
    fn keys_of_accounts_and_of_organizations() {
        let name = "111122223333_CloudTrail_eu-west-1_20230321T0105Z_abcdefgh12345678.json.gz";
        let key = format!("audit/x/AWSLogs/o-abc123/111122223333/CloudTrail/eu-west-1/2023/03/21/{name}");
        let parsed = ObjectKey::parse(&key).unwrap();
        assert_eq!((parsed.prefix, parsed.organization), ("audit/x/", Some("o-abc123")));
        assert_eq!((parsed.account, parsed.region, parsed.day), ("111122223333", "eu-west-1", "2023/03/21"));
        assert_eq!((parsed.folder, parsed.name), (Folder::Logs, name));
        assert_eq!(parsed.delivered(), Some(1_679_360_700_000));
        assert_eq!(parsed.stem().as_deref(), Some("111122223333_CloudTrail_eu-west-1_"));
        let key = key
            .replace("o-abc123/", "")
            .replace("audit/x/", "")
            .replace("/CloudTrail/", "/CloudTrail-Digest/");
        let parsed = ObjectKey::parse(&key).unwrap();
        assert_eq!((parsed.prefix, parsed.organization, parsed.folder), ("", None, Folder::Digests));
        assert_eq!((parsed.below, parsed.delivered()), (key.as_str(), None));
    }

    #[test]
    fn a_minute_is_told_exactly_or_not_at_all() {
        assert_eq!(super::minute("20230321T0105Z_abc.json.gz"), Some(1_679_360_700_000));
        for stamp in
            ["", "20230321T0105", "20230321T010530Z", "20230332T0105Z", "2023-321T0105Z", "é0230321T0105Z"]
        {
            assert_eq!(super::minute(stamp), None, "{stamp}");
        }
    }

    #[test]
    fn a_prefix_may_be_called_as_the_root_is() {
        let key = "AWSLogs/AWSLogs/111122223333/CloudTrail/eu-west-1/2023/03/21/a.json.gz";
        assert_eq!(ObjectKey::parse(key).unwrap().prefix, "AWSLogs/");
    }

    #[test]
    fn what_is_no_key_of_cloudtrail_is_none() {
        for key in [
            "",
            "AWSLogs/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/03/21/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/03/x1/a.json.gz",
            "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2023/03/21/a.log",
            "AWSLogs/1111/CloudTrail/eu-west-1/2023/03/21/a.json.gz",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/03/21/more/a.json.gz",
            "MyAWSLogs/111122223333/CloudTrail/eu-west-1/2023/03/21/a.json.gz",
        ] {
            assert_eq!(ObjectKey::parse(key), None, "{key}");
        }
    }
}
