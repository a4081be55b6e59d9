//! Findings that somebody accepts, until a day.

use crate::arn::fits_name;
use crate::finding::Finding;
use logs::Network;

/// An accepted kind of finding. Everything that is said of it must hold; a list holds iff one of its members does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its name in the file.
    pub id: String,
    /// Detections; never empty.
    pub detections: Vec<String>,
    /// Functions: names or ARNs, `*` for any text.
    pub functions: Vec<String>,
    /// Principals: names or ARNs, `*` for any text.
    pub principals: Vec<String>,
    /// Addresses and networks.
    pub networks: Vec<Network>,
    /// Accounts.
    pub accounts: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it was decided.
    pub ticket: Option<String>,
    /// The last day on which it holds: `YYYY-MM-DD`, UTC.
    pub expires: String,
    /// When that day ends: milliseconds since 1970.
    pub ends: i64,
}

/// What exceptions come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// By finding, the position of the exception that accepts it.
    pub by: Vec<Option<usize>>,
    /// By finding, the position of one that accepted it, and has ended.
    pub ended: Vec<Option<usize>>,
    /// Exceptions that no finding matches.
    pub unused: Vec<usize>,
}

/// Which findings are accepted at that moment (milliseconds since 1970). Of several exceptions the first that holds counts.
#[must_use]
pub fn accepted(findings: &[Finding], exceptions: &[Exception], now: i64) -> Accepted {
    let mut used = vec![false; exceptions.len()];
    let mut accepted = Accepted::default();
    for finding in findings {
        let (mut by, mut ended) = (None, None);
        for (at, one) in exceptions.iter().enumerate().filter(|(_, one)| one.matches(finding)) {
            if let Some(slot) = used.get_mut(at) {
                *slot = true;
            }
            if one.ends > now {
                by = by.or(Some(at));
            } else {
                ended = ended.or(Some(at));
            }
        }
        accepted.by.push(by);
        accepted.ended.push(ended.filter(|_| by.is_none()));
    }
    accepted.unused = used.iter().enumerate().filter(|(_, used)| !**used).map(|(at, _)| at).collect();
    accepted
}

impl Exception {
    fn matches(&self, finding: &Finding) -> bool {
        let detection = self.detections.iter().any(|one| one == "*" || *one == finding.detection);
        let is = |patterns: &[String], said: Option<&str>| {
            patterns.is_empty() || said.is_some_and(|said| patterns.iter().any(|one| fits_name(one, said)))
        };
        let address = |said: &str| said.split('/').next().unwrap_or(said).to_owned();
        let holds = |said: &String| self.networks.iter().any(|network| network.holds(&address(said)));
        let network = self.networks.is_empty()
            || finding.address.as_ref().is_some_and(holds) && finding.more_addresses.iter().all(holds);
        let account = self.accounts.is_empty() || self.accounts.contains(&finding.account);
        detection
            && is(&self.functions, finding.function.as_deref())
            && is(&self.principals, finding.principal.as_deref())
            && network
            && account
    }
}

#[cfg(test)]
mod tests {
    use super::Exception;
    use crate::finding::{Finding, Severity};
    use std::collections::BTreeSet;

    #[test]
    fn a_network_that_is_accepted_hides_no_other() {
        let exception = Exception {
            id: "e".to_owned(),
            detections: vec!["*".to_owned()],
            functions: Vec::new(),
            principals: Vec::new(),
            networks: vec!["198.51.100.0/24".parse().unwrap()],
            accounts: Vec::new(),
            owner: String::new(),
            reason: String::new(),
            ticket: None,
            expires: String::new(),
            ends: 0,
        };
        let finding = |address: &str, more: &[&str]| Finding {
            id: String::new(),
            detection: "TRL-01".to_owned(),
            severity: Severity::High,
            time: 0,
            until: 0,
            account: String::new(),
            region: String::new(),
            function: None,
            principal: None,
            address: Some(address.to_owned()),
            more_addresses: more.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>(),
            seen: String::new(),
            normal: None,
            remark: None,
            further: Vec::new(),
            events: 1,
            proofs: Vec::new(),
        };
        assert!(exception.matches(&finding("198.51.100.7", &["198.51.100.9"])));
        assert!(!exception.matches(&finding("198.51.100.7", &["203.0.113.9"])));
        assert!(!exception.matches(&finding("198.51.100.7", &["and others"])));
    }
}
