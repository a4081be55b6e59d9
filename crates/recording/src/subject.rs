//! What is asked about: one resource, or any that may ever exist.

use crate::invocations::{Space, invocations};
use crate::values::{Alphabet, Domain};
use cloudtrail::resource::ResourceType;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The resource of this type with this unqualified ARN.
    Named(ResourceType, &'a str),
    /// Any resource of this type that may ever exist at this place: any name over [`Alphabet::NAME`].
    Any {
        /// The type.
        kind: ResourceType,
        /// The partition.
        partition: &'a str,
        /// The account.
        account: &'a str,
        /// The Region.
        region: &'a str,
    },
}

/// What the ARN of every resource of this type at this place begins with.
#[must_use]
pub fn arn_prefix(kind: ResourceType, partition: &str, account: &str, region: &str) -> String {
    format!("arn:{partition}:lambda:{region}:{account}:{}", kind.arn_infix())
}

/// The ARN that stands for any resource of the type that may ever exist, where all are treated alike.
#[must_use]
pub fn any_arn(kind: ResourceType, prefix: &str) -> String {
    format!("{prefix}any-future-{}", kind.noun().replace(' ', "-"))
}

impl Subject<'_> {
    /// The spaces of events that invoking it can give rise to.
    #[must_use]
    pub fn spaces(self) -> Vec<Space> {
        match self {
            Self::Named(kind, arn) => invocations(kind, &Domain::fixed(arn)),
            Self::Any { kind, partition, account, region } => {
                let prefix = arn_prefix(kind, partition, account, region);
                let credible = vec![any_arn(kind, &prefix)];
                invocations(
                    kind,
                    &Domain::Strings { prefix, alphabet: Alphabet::NAME, absent: false, credible },
                )
            }
        }
    }
}
