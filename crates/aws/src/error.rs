//! What makes a collection impossible: one line in the user's words, and what to do about it.

/// Nothing could be collected. Everything less is a gap of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// The chain of credential sources gave none.
    #[error("no AWS credentials were found")]
    NoCredentials {
        /// What the sources said.
        why: String,
    },
    /// The profile is not in the configuration files, or has no credentials there.
    #[error("the AWS configuration files have no profile `{name}` with credentials")]
    NoProfile {
        /// The profile that was asked for.
        name: String,
    },
    /// There are credentials, and AWS does not take them.
    #[error("AWS does not accept these credentials: {error}")]
    BadCredentials {
        /// What STS said.
        error: String,
    },
    /// STS would not say who the caller is.
    #[error("AWS refused to say who the caller is: {error}")]
    IdentityRefused {
        /// What STS said.
        error: String,
    },
    /// The endpoint's address cannot be one.
    #[error("{named} cannot be `{url}`: it needs the form https://HOST[:PORT], without a name or password")]
    EndpointUrl {
        /// Where it is from.
        named: String,
        /// The address as it was given.
        url: String,
    },
    /// Requests would leave in clear.
    #[error(
        "{named} cannot be `{url}`: plain http is used only for this machine, and this would send requests in clear"
    )]
    EndpointInClear {
        /// Where it is from.
        named: String,
        /// The address as it was given, without secrets.
        url: String,
    },
    /// Credentials that no request can hold.
    #[error("these AWS credentials cannot be used: {why}")]
    UnsendableCredentials {
        /// Which part, what is wrong with it, and the likely cause; nothing of the secret.
        why: String,
    },
    /// The first call got no answer.
    #[error("{endpoint} does not answer: {error}")]
    NoAnswer {
        /// Who was asked.
        endpoint: String,
        /// What was seen of it.
        error: String,
    },
    /// AWS has no such Region.
    #[error("there is no Region `{name}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    NoRegion {
        /// The Region that was asked for.
        name: String,
        /// The existing Region with the nearest name, where the listing could be read and one is near.
        nearest: Option<String>,
    },
    /// The text is no account id.
    #[error("`{id}` is not an account id: it needs twelve digits")]
    NotAnAccount {
        /// The text as it was given.
        id: String,
    },
    /// Other accounts are to be read, and nobody said as which role.
    #[error("reading accounts other than the caller's needs the name of a role to assume in them")]
    NoRole,
    /// The accounts of the organization cannot be listed.
    #[error("the accounts of the organization cannot be listed: {error}")]
    Organization {
        /// What Organizations said.
        error: String,
        /// True iff it was a refusal.
        refused: bool,
    },
}

impl CollectError {
    /// What to do about it, in one line, where there is something to do.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoCredentials { .. } => {
                "run `aws sso login` or `aws configure`, or name a profile with --profile"
            }
            Self::NoProfile { .. } => "`aws configure list-profiles` lists the profiles that exist",
            Self::BadCredentials { .. } => {
                "the credentials may have expired: run `aws sso login` again, or renew AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN"
            }
            Self::IdentityRefused { .. } => {
                "sts:GetCallerIdentity needs no permission, so a policy must deny it: ask whoever keeps that policy"
            }
            Self::EndpointUrl { .. } => "leave --endpoint-url and AWS_ENDPOINT_URL out to call AWS itself",
            Self::EndpointInClear { .. } => {
                "give an https address in --endpoint-url, AWS_ENDPOINT_URL or the profile, or http://127.0.0.1:PORT"
            }
            Self::UnsendableCredentials { .. } => {
                "set it again without line breaks, for example AWS_ACCESS_KEY_ID=\"$(tr -d '\\r\\n' < FILE)\", or mend the credentials file"
            }
            Self::NoAnswer { .. } => {
                "check the network, a proxy, the name of the Region, --endpoint-url and AWS_ENDPOINT_URL; `aws sts get-caller-identity` makes the same call"
            }
            Self::NoRegion { .. } => "`aws account list-regions` lists the Regions that exist",
            Self::NotAnAccount { .. } => "give account ids as --accounts 111122223333,444455556666",
            Self::NoRole => "name it with --role-name, for example --role-name OrganizationAccountAccessRole",
            Self::Organization { refused: true, .. } => {
                "organizations:ListAccounts is granted in the management account or a delegated administrator; or list accounts with --accounts"
            }
            Self::Organization { refused: false, .. } => "list the accounts with --accounts instead",
        };
        Some(help.to_owned())
    }
}

/// The name in `names` that `wrong` most likely means; `None` iff none is within three edits.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    names
        .into_iter()
        .map(|name| (edits(wrong, name), name))
        .filter(|(edits, _)| *edits <= 3)
        .min()
        .map(|(_, name)| name.to_owned())
}

/// Insertions, deletions and replacements that make `a` of `b`.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{CollectError, edits, nearest};

    #[test]
    fn the_nearest_region_is_named() {
        let regions = ["eu-west-1", "eu-central-1", "us-east-1"];
        assert_eq!(nearest("eu-west1", regions).as_deref(), Some("eu-west-1"));
        assert_eq!(nearest("us-eats-1", regions).as_deref(), Some("us-east-1"));
        assert_eq!(nearest("frankfurt", regions), None);
        assert_eq!(edits("kitten", "sitting"), 3);
    }

    #[test]
    fn every_error_is_one_line_with_help() {
        let text = || "x".to_owned();
        let errors = [
            CollectError::NoCredentials { why: text() },
            CollectError::NoProfile { name: text() },
            CollectError::BadCredentials { error: text() },
            CollectError::IdentityRefused { error: text() },
            CollectError::EndpointUrl { named: text(), url: text() },
            CollectError::EndpointInClear { named: text(), url: text() },
            CollectError::UnsendableCredentials { why: text() },
            CollectError::NoAnswer { endpoint: text(), error: text() },
            CollectError::NoRegion { name: text(), nearest: Some(text()) },
            CollectError::NotAnAccount { id: text() },
            CollectError::NoRole,
            CollectError::Organization { error: text(), refused: true },
            CollectError::Organization { error: text(), refused: false },
        ];
        for error in errors {
            assert!(!error.to_string().contains('\n'));
            assert!(error.help().is_some_and(|help| !help.contains('\n')), "{error}");
        }
    }
}
