//! A delivered folder of an account, a Region and a day: what a task is named by, and a partition of every table.

use logs::{Folder, ObjectKey, is_account, is_region};
use std::fmt;
use std::str::FromStr;

/// One task: the log files of one account and Region that were delivered on one day. Ordered by account, Region, day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    account: String,
    region: String,
    /// `YYYY-MM-DD`.
    day: String,
}

/// A text that names no folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no folder: write ACCOUNT/REGION/DAY, such as 111122223333/eu-west-1/2026-11-17")]
pub struct NotAPartition {
    /// As it was given.
    pub text: String,
}

impl Partition {
    /// `None` iff one of them is not what it should be. `day` is `YYYY-MM-DD` or `YYYY/MM/DD`.
    #[must_use]
    pub fn new(account: &str, region: &str, day: &str) -> Option<Partition> {
        let slashes = day.replace('-', "/");
        let whole = is_account(account) && is_region(region) && logs::is_day(&slashes);
        whole.then(|| Partition {
            account: account.to_owned(),
            region: region.to_owned(),
            day: slashes.replace('/', "-"),
        })
    }

    /// The folder that the log file lies in; `None` for keys of other files.
    #[must_use]
    pub fn of(key: &str) -> Option<Partition> {
        let key =
            ObjectKey::parse(key).filter(|key| matches!(key.folder, Folder::Logs | Folder::Aggregated))?;
        Partition::new(key.account, key.region, key.day)
    }

    /// Twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Of the folder.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// `YYYY-MM-DD`, of delivery.
    #[must_use]
    pub fn day(&self) -> &str {
        &self.day
    }

    /// `account=.../region=.../day=...`
    #[must_use]
    pub fn path(&self) -> String {
        format!("account={}/region={}/day={}", self.account, self.region, self.day)
    }

    /// What [`Partition::path`] gives; `None` for any other text.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Partition> {
        let mut parts = path.split('/');
        let account = parts.next()?.strip_prefix("account=")?;
        let region = parts.next()?.strip_prefix("region=")?;
        let day = parts.next()?.strip_prefix("day=")?;
        let dashes = day.len() == 10 && !day.contains('/');
        Partition::new(account, region, day).filter(|_| dashes && parts.next().is_none())
    }

    /// Which of `count` shards has it, from 0 on: the same on every machine, in every version. 0 where there are none.
    #[must_use]
    pub fn shard(&self, count: u32) -> u32 {
        // FNV-1a: few lines, and nothing to change with a library.
        let name = self.to_string();
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // The lower bits of this hash alone are poor.
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        u32::try_from(mixed % u64::from(count.max(1))).unwrap_or(0)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.region, self.day)
    }
}

impl FromStr for Partition {
    type Err = NotAPartition;

    fn from_str(text: &str) -> Result<Self, NotAPartition> {
        let mut parts = text.splitn(3, '/');
        let mut next = || parts.next().unwrap_or_default();
        let (account, region, day) = (next(), next(), next());
        Partition::new(account, region, day).ok_or_else(|| NotAPartition { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Partition;

    #[test]
    fn a_folder_has_one_name_and_one_path() {
        let key = "x/AWSLogs/o-a1/011122223333/CloudTrail/eu-west-1/2026/11/17/a.json.gz";
        let one = Partition::of(key).unwrap();
        assert_eq!(one.to_string(), "011122223333/eu-west-1/2026-11-17");
        assert_eq!(one.to_string().parse::<Partition>().unwrap(), one);
        assert_eq!(one.path(), "account=011122223333/region=eu-west-1/day=2026-11-17");
        assert_eq!(Partition::of_path(&one.path()), Some(one));
        for odd in
            ["", "1/eu-west-1/2026-11-17", "011122223333/eu-west-1/2026-11-31", "011122223333/../2026-11-17"]
        {
            assert!(odd.parse::<Partition>().is_err(), "{odd}");
        }
        for odd in [
            "account=1/region=eu-west-1/day=2026-11-17",
            "account=011122223333/region=eu-west-1/day=2026-11-17/x",
        ] {
            assert_eq!(Partition::of_path(odd), None, "{odd}");
        }
        let digest = "AWSLogs/011122223333/CloudTrail-Digest/eu-west-1/2026/11/17/a.json.gz";
        assert_eq!(Partition::of(digest), None);
    }

    #[test]
    fn shards_are_even_and_never_change() {
        let mut counts = [0_u32; 7];
        for day in 1..=28 {
            for account in 0..100 {
                let day = format!("2026-11-{day:02}");
                let one = Partition::new(&format!("{account:012}"), "eu-west-1", &day).unwrap();
                counts[one.shard(7) as usize] += 1;
                assert_eq!((one.shard(1), one.shard(0)), (0, 0));
            }
        }
        assert!(counts.iter().all(|count| (340..460).contains(count)), "{counts:?}");
        let one: Partition = "111122223333/eu-west-1/2026-11-17".parse().unwrap();
        assert_eq!(one.shard(1_000), SHARD, "machines of two versions share the work");
    }

    /// Of that folder among a thousand, since the first version.
    const SHARD: u32 = 668;
}
