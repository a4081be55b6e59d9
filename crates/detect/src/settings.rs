//! What detections are told beside the records.

use crate::arn::fits_name;
use logs::Network;
use std::collections::{BTreeMap, BTreeSet};

/// A network that users know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownNetwork {
    /// Which addresses.
    pub network: Network,
    /// What they call it.
    pub name: String,
    /// True iff calls from it are not strange for being from it.
    pub trusted: bool,
    /// True iff nobody should call from it.
    pub blocked: bool,
}

/// Says to whom an address belongs: an autonomous system, a country.
pub trait Addresses {
    /// The owner of the address's network in a few words (`AS64500 Example Hosting, NL`); `None` where unknown.
    fn owner(&self, address: &str) -> Option<String>;
}

/// See the module.
#[derive(Default)]
pub struct Settings<'a> {
    /// Milliseconds since 1970.
    pub now: i64,
    /// Days of records before a baseline speaks.
    pub learn_days: Option<i64>,
    /// Accounts that belong to the organization, beside those that the records were delivered for.
    pub own_accounts: BTreeSet<String>,
    /// Accounts of others that may call, be granted, share layers.
    pub allowed_accounts: BTreeSet<String>,
    /// Regions that may be used; `None` iff it was not said.
    pub allowed_regions: Option<BTreeSet<String>>,
    /// Principals that deploy, beside those that are seen to: parts of their ARNs, `*` for anything.
    pub pipelines: Vec<String>,
    /// Networks that are known.
    pub networks: Vec<KnownNetwork>,
    /// To whom addresses belong; `None` iff there is no database of them.
    pub addresses: Option<&'a dyn Addresses>,
    /// Detections that are off.
    pub off: BTreeSet<String>,
    /// By detection and key: what was set instead of the default.
    pub thresholds: BTreeMap<(String, String), f64>,
    /// By function and by the beginning of the hour (milliseconds since 1970): how many invocations CloudWatch counts.
    pub counts: BTreeMap<String, BTreeMap<i64, u64>>,
    /// Trails and stores as an inventory knows them; empty where there is none.
    pub recorders: Vec<crate::recorders::KnownRecorder>,
}

/// Days of records before a baseline speaks, when nothing is set.
pub const LEARN_DAYS: i64 = 14;

/// True iff one of the patterns names the principal: by its whole ARN, by `role/NAME`, or by its name, in which `*` stands for any text.
/// One of nothing but `*` names nobody: everybody would be one who deploys.
pub(crate) fn is_pipeline(patterns: &[String], principal: &str) -> bool {
    let mut patterns = patterns.iter().filter(|pattern| pattern.contains(|one| one != '*'));
    patterns.any(|pattern| fits_name(pattern, principal))
}

impl Settings<'_> {
    /// True iff the detection is to look.
    #[must_use]
    pub fn is_on(&self, detection: &str) -> bool {
        !self.off.contains(detection)
    }

    /// Days of records before a baseline speaks.
    #[must_use]
    pub fn learning(&self) -> i64 {
        self.learn_days.unwrap_or(LEARN_DAYS)
    }

    /// The network that users know the address to be in: of several the first that is trusted or blocked.
    #[must_use]
    pub fn network(&self, address: &str) -> Option<&KnownNetwork> {
        // Of anonymous callers the network is kept, not the address.
        let address = address.split('/').next().unwrap_or(address);
        let mut holding = self.networks.iter().filter(|known| known.network.holds(address));
        let first = holding.next();
        first.into_iter().chain(holding).max_by_key(|known| known.blocked || known.trusted)
    }

    /// True iff users trust the network.
    #[must_use]
    pub fn is_trusted(&self, address: &str) -> bool {
        self.network(address).is_some_and(|known| known.trusted)
    }
}

#[cfg(test)]
mod tests {
    use super::is_pipeline;

    #[test]
    fn a_pipeline_is_named_whole() {
        let arn = "arn:aws:iam::111122223333:role/ops/deploy-eu";
        for (pattern, held) in [
            (arn, true),
            ("role/ops/*", true),
            ("*:role/ops/deploy-*", true),
            ("deploy-*", true),
            ("deploy", false),
            ("role/ops/deploy", false),
            ("ploy-eu", false),
            ("*", false),
            ("", false),
        ] {
            assert_eq!(is_pipeline(&[pattern.to_owned()], arn), held, "{pattern}");
        }
    }
}
