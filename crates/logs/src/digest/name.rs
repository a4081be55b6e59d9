//! The names of digest files: which chain, which hour.

use crate::object_key::{Folder, ObjectKey};
use crate::time::milliseconds;

/// What one chain of digests is about: CloudTrail writes one for each trail, account and Region, and one more for backfill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain {
    /// `o-...`, iff an organization's trail delivers it.
    pub organization: Option<String>,
    /// Whose events.
    pub account: String,
    /// Where the events happened.
    pub region: String,
    /// The trail's name. It may hold underscores.
    pub trail: String,
    /// The trail's home Region.
    pub home_region: String,
    /// True iff it lists files that the first digest of their hour missed: a chain of its own (user guide).
    pub backfill: bool,
}

/// `account_CloudTrail-Digest_region_trail_home-region_YYYYMMDDTHHMMSSZ[_backfill].json.gz`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestName {
    /// The chain it belongs to.
    pub chain: Chain,
    /// The digest's end, milliseconds since 1970.
    pub end: i64,
}

impl DigestName {
    /// `None` iff the key is not one under which CloudTrail delivers digests.
    #[must_use]
    pub fn parse(key: &ObjectKey<'_>) -> Option<Self> {
        if key.folder != Folder::Digests {
            return None;
        }
        let head = [key.account, "_CloudTrail-Digest_", key.region, "_"];
        let rest = head.iter().try_fold(key.name, |rest, part| rest.strip_prefix(part))?;
        let rest = rest.strip_suffix(".json.gz")?;
        let stem = rest.strip_suffix("_backfill");
        let (rest, stamp) = stem.unwrap_or(rest).rsplit_once('_')?;
        // A Region's name holds no underscore, a trail's may.
        let (trail, home_region) = rest.rsplit_once('_')?;
        let whole = !trail.is_empty() && !home_region.is_empty();
        let chain = Chain {
            organization: key.organization.map(str::to_owned),
            account: key.account.to_owned(),
            region: key.region.to_owned(),
            trail: trail.to_owned(),
            home_region: home_region.to_owned(),
            backfill: stem.is_some(),
        };
        let end = moment(stamp)?;
        whole.then_some(DigestName { chain, end })
    }
}

/// Milliseconds since 1970 of `YYYYMMDDTHHMMSSZ`.
fn moment(stamp: &str) -> Option<i64> {
    let part = |from: usize, to: usize| stamp.get(from..to);
    let (day, time) = (part(0, 8)?, part(9, 15)?);
    if part(8, 9)? != "T" || part(15, stamp.len())? != "Z" {
        return None;
    }
    let of = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
    let (year, month, date) = (of(day, 0, 4)?, of(day, 4, 6)?, of(day, 6, 8)?);
    let (hour, minute, second) = (of(time, 0, 2)?, of(time, 2, 4)?, of(time, 4, 6)?);
    milliseconds(&format!("{year}-{month}-{date}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
mod tests {
    use super::{Chain, DigestName};
    use crate::object_key::ObjectKey;

    fn parse(name: &str) -> Option<DigestName> {
        let key = format!("p/AWSLogs/o-abc/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/{name}");
        DigestName::parse(&ObjectKey::parse(&key).unwrap())
    }

    #[test]
    fn trails_may_have_underscores_in_their_names() {
        for (trail, suffix) in
            [("main", ""), ("my_trail", ""), ("_", "_backfill"), ("x_backfill", "_backfill")]
        {
            let name = format!(
                "111122223333_CloudTrail-Digest_us-east-2_{trail}_eu-west-1_20150817T150131Z{suffix}.json.gz"
            );
            let chain = Chain {
                organization: Some("o-abc".to_owned()),
                account: "111122223333".to_owned(),
                region: "us-east-2".to_owned(),
                trail: trail.to_owned(),
                home_region: "eu-west-1".to_owned(),
                backfill: !suffix.is_empty(),
            };
            assert_eq!(parse(&name), Some(DigestName { chain, end: 1_439_823_691_000 }), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_of_a_digest_is_none() {
        for name in [
            "111122223333_CloudTrail-Digest_us-east-2_main_us-east-2_20150817T150131Z.json",
            "111122223333_CloudTrail-Digest_us-east-2_us-east-2_20150817T150131Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-2_main__20150817T150131Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_main_us-east-2_20150817T150131Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-2_main_us-east-2_20150817T1501Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-2_main_us-east-2_20150817T150131Zé.json.gz",
            "111122223333_CloudTrail-Digest_us-east-2_main_us-east-2_20151317T150131Z.json.gz",
            "111122223333_CloudTrail_us-east-2_20150817T1501Z_abcdefgh12345678.json.gz",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
