//! Credentials that can be sent: those that cannot make the SDK panic where it signs.

use aws_config::profile::ProfileSet;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use std::error::Error;

/// A part of a set of credentials that no header of HTTP can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {part} {wrong}")]
pub(crate) struct Unsendable {
    part: &'static str,
    wrong: &'static str,
}

impl Unsendable {
    /// Finds it among the causes of an error.
    pub(super) fn of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut cause: Option<&'e (dyn Error + 'static)> = Some(error);
        while let Some(one) = cause {
            if let Some(found) = one.downcast_ref() {
                return Some(found);
            }
            cause = one.source();
        }
        None
    }
}

/// What is wrong with the credentials, if anything. Nothing of a secret is told.
pub(crate) fn check(id: &str, secret: &str, token: Option<&str>) -> Result<(), Unsendable> {
    let parts = [
        ("access key id (AWS_ACCESS_KEY_ID)", id),
        ("secret access key (AWS_SECRET_ACCESS_KEY)", secret),
        ("session token (AWS_SESSION_TOKEN)", token.unwrap_or_default()),
    ];
    for (part, text) in parts {
        let ends_a_line = text.ends_with(['\r', '\n']);
        let bad = |byte: u8| !(0x21..=0x7e).contains(&byte);
        let wrong = if ends_a_line {
            "ends with a line break, probably because it was read from a file with line endings of Windows, or with its last newline"
        } else if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            "holds a control character, probably because it was copied together with something else"
        } else if text.bytes().any(bad) {
            "holds a space or a character that is not ASCII, probably because it was copied together with something else"
        } else {
            continue;
        };
        return Err(Unsendable { part, wrong });
    }
    Ok(())
}

pub(super) fn check_credentials(keys: &Credentials) -> Result<(), Unsendable> {
    check(keys.access_key_id(), keys.secret_access_key(), keys.session_token())
}

/// A provider whose credentials are checked each time they are given: a process may give others the second time.
pub(super) fn checked(provider: impl ProvideCredentials + 'static) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Checked(provider))
}

#[derive(Debug)]
struct Checked<P>(P);

impl<P: ProvideCredentials> ProvideCredentials for Checked<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let keys = self.0.provide_credentials().await?;
            check_credentials(&keys).map_err(CredentialsError::provider_error)?;
            Ok(keys)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt().filter(|keys| check_credentials(keys).is_ok())
    }
}

/// Profiles that lead to one another; more would be a circle.
const CHAIN: usize = 32;

/// Checks the keys that stand in the profile, or in one that it takes credentials from: the SDK signs with those itself, before
/// anybody could look at them.
pub(super) fn check_profile(set: &ProfileSet) -> Result<(), Unsendable> {
    let mut name = set.selected_profile().to_owned();
    for _ in 0..CHAIN {
        let Some(profile) = set.get_profile(&name) else { return Ok(()) };
        let said = |key: &str| profile.get(key).unwrap_or_default();
        check(said("aws_access_key_id"), said("aws_secret_access_key"), profile.get("aws_session_token"))?;
        match profile.get("source_profile") {
            Some(source) => name = source.to_owned(),
            None => return Ok(()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_no_header_can_hold_is_named() {
        let good = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPx==", "IQoJb3JpZ2luX2VjEA==");
        assert_eq!(check(good.0, good.1, Some(good.2)), Ok(()));
        assert_eq!(check(good.0, good.1, None), Ok(()));
        for (end, why) in [
            ("\r", "line break"),
            ("\n", "line break"),
            ("\r\n", "line break"),
            ("\0x", "control character"),
            ("\u{1b}[0m", "control character"),
            ("\u{7f}", "control character"),
            (" x", "space"),
            ("\u{200b}", "not ASCII"),
            ("é", "not ASCII"),
        ] {
            let bad = |text: &str| format!("{text}{end}");
            for (said, part) in [
                (check(&bad(good.0), good.1, None), "access key id"),
                (check(good.0, &bad(good.1), None), "secret access key"),
                (check(good.0, good.1, Some(&bad(good.2))), "session token"),
            ] {
                let said = said.unwrap_err().to_string();
                assert!(said.contains(part) && said.contains(why), "{said}");
                assert!(!said.contains("AKIA") && !said.contains("wJal"), "{said}");
            }
        }
    }
}
