//! Who calls: `userIdentity` in the shapes that were seen, and the one name that each is known by.

use crate::calendar::stamp;
use crate::rng::{Rng, UPPER};

/// A caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A user of IAM with long-lived keys.
    User {
        /// Twelve digits.
        account: String,
        /// The user's name.
        name: String,
    },
    /// A session of a role.
    Session {
        /// Twelve digits: the role's account.
        account: String,
        /// The role's name.
        role: String,
        /// The session's name.
        name: String,
        /// A service that calls in the role, such as `states.amazonaws.com`.
        by: Option<&'static str>,
    },
    /// A service in its own name.
    Service(&'static str),
    /// Nobody that AWS knows, as at a function URL without authentication.
    Anonymous,
}

impl Caller {
    /// What `userIdentity` is known by: `arn`, else `invokedBy`, else `principalId`, else `accountId`.
    #[must_use]
    pub fn known_as(&self) -> String {
        match self {
            Caller::User { account, name } => format!("arn:aws:iam::{account}:user/{name}"),
            Caller::Session { account, role, name, .. } => {
                format!("arn:aws:sts::{account}:assumed-role/{role}/{name}")
            }
            Caller::Service(name) => (*name).to_owned(),
            Caller::Anonymous => "ANONYMOUS_PRINCIPAL".to_owned(),
        }
    }

    /// `userIdentity`, for a call at `at`.
    #[must_use]
    pub fn identity(&self, at: i64) -> String {
        let known_as = self.known_as();
        match self {
            Caller::User { account, name } => {
                let (id, key) = (principal("AIDA", &known_as), principal("AKIA", &known_as));
                format!(
                    r#"{{"type":"IAMUser","principalId":"{id}","arn":"{known_as}","accountId":"{account}","accessKeyId":"{key}","userName":"{name}"}}"#
                )
            }
            Caller::Session { account, role, name, by } => {
                let issuer = format!("arn:aws:iam::{account}:role/{role}");
                let id = principal("AROA", &issuer);
                // Sessions last an hour.
                let created = at - at.rem_euclid(3600);
                let key = principal("ASIA", &format!("{known_as}{created}"));
                let created = stamp(created);
                let by = by.map(|by| format!(r#","invokedBy":"{by}""#)).unwrap_or_default();
                format!(
                    r#"{{"type":"AssumedRole","principalId":"{id}:{name}","arn":"{known_as}","accountId":"{account}","accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{id}","arn":"{issuer}","accountId":"{account}","userName":"{role}"}},"attributes":{{"creationDate":"{created}","mfaAuthenticated":"false"}}}}{by}}}"#
                )
            }
            Caller::Service(name) => format!(r#"{{"type":"AWSService","invokedBy":"{name}"}}"#),
            Caller::Anonymous => r#"{"type":"AWSAccount","accountId":"ANONYMOUS_PRINCIPAL"}"#.to_owned(),
        }
    }

    /// Where the call comes from: an address of its own, or the service's name.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Caller::Service(name) | Caller::Session { by: Some(name), .. } => (*name).to_owned(),
            other => {
                // 203.0.113.0/24 and 198.51.100.0/24 are for documents (RFC 5737).
                let mut rng = Rng::new(hash(&other.known_as()), 1);
                let net = rng.pick(&["203.0.113", "198.51.100", "192.0.2"]);
                format!("{net}.{}", rng.below(254) + 1)
            }
        }
    }

    /// The service that calls, alone or in a role.
    #[must_use]
    pub fn service(&self) -> Option<&'static str> {
        match self {
            Caller::Service(name) | Caller::Session { by: Some(name), .. } => Some(name),
            _ => None,
        }
    }
}

/// An id that is always the same for `of`.
#[must_use]
pub fn principal(kind: &str, of: &str) -> String {
    format!("{kind}{}", Rng::new(hash(of), 0).text(UPPER, 17))
}

/// FNV-1a: a seed from a text.
#[must_use]
pub fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
