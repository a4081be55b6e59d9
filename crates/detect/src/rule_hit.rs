//! A record that a rule of the user matched, as it is kept among facts.

use serde::{Deserialize, Serialize};

/// A record that a rule matched. Its key among facts is its time, the rule's key and the event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleHit {
    /// `recipientAccountId`; empty where there is none.
    pub account: String,
    /// `awsRegion`, likewise.
    pub region: String,
    /// Who called, whatever the session.
    pub principal: String,
    /// `sourceIPAddress`.
    pub address: String,
    /// The unqualified ARN of the function, where the record names one.
    pub function: Option<String>,
    /// What correlations need of it; `None` iff none is about the rule.
    pub values: Option<Vec<Option<String>>>,
    /// The name of the file.
    pub file: String,
    /// Where the record begins among the inflated bytes of the file.
    pub offset: u64,
}
