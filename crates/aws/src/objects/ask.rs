//! One request of S3: encoded, sent where the bucket is, and sorted by what the answer means.

use super::Objects;
use super::error::{ObjectError, ObjectTrouble};
use super::place::{Meaning, find, meaning};
use crate::call::Call;
use crate::endpoint::Target;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::raw::{self, Reply};
use crate::session::{Reach, Session};
use crate::wire::Attempt;
use std::fmt::Write;

/// A bucket may move us this often to another Region; more would be a circle.
const MOVES: usize = 3;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'static str,
    /// Named like its IAM action.
    pub(crate) action: &'static str,
    pub(crate) bucket: &'a str,
    pub(crate) key: Option<&'a str>,
    /// What follows the bucket: the path with its slash and the query, percent-encoded.
    pub(crate) uri: &'a str,
    pub(crate) range: Option<&'a str>,
    /// The entity tag that the object must have.
    pub(crate) condition: Option<&'a str>,
    /// True iff there must be no object of that key.
    pub(crate) new: bool,
    /// What is written.
    pub(crate) body: Option<&'a [u8]>,
}

impl<'a> Ask<'a> {
    pub(crate) fn object(method: &'static str, bucket: &'a str, key: &'a str, uri: &'a str) -> Self {
        let (action, key) = ("s3:GetObject", Some(key));
        Ask { method, action, bucket, key, uri, range: None, condition: None, new: false, body: None }
    }

    pub(crate) fn listing(bucket: &'a str, uri: &'a str) -> Self {
        let (method, action) = ("GET", "s3:ListBucket");
        Ask { method, action, bucket, key: None, uri, range: None, condition: None, new: false, body: None }
    }
}

impl Objects<'_> {
    /// The answer, which is a success.
    pub(crate) async fn ask(&self, ask: &Ask<'_>) -> Result<Reply, ObjectError> {
        let Ask { bucket, key, .. } = *ask;
        if !may_be_a_bucket(bucket) {
            let message = "a bucket's name has letters, digits, dots and dashes";
            return Err(ObjectError::new(ObjectTrouble::NoBucket, bucket, key, message));
        }
        let session = self.session;
        let account = self.account.unwrap_or(&session.caller.account);
        let reach = session.reach(account).await;
        let reach = reach.map_err(|gap| ObjectError::unreached(&gap, bucket, key))?;
        let wrong = |failure: &Failure, action| ObjectError::of(failure, action, bucket, key);
        let place = find(session, &reach, bucket).await;
        let mut region = place.map_err(|(failure, action)| wrong(&failure, action))?;
        for _ in 0..=MOVES {
            match once(session, &reach, &region, ask).await.map_err(|failure| wrong(&failure, ask.action))? {
                Meaning::Here(reply) => return Ok(reply),
                Meaning::Elsewhere(there) => {
                    session.buckets.moved(bucket, &there).await;
                    region = there;
                }
                Meaning::Nothing => {
                    let message = "S3 answers HEAD with 404";
                    return Err(ObjectError::new(ObjectTrouble::Missing, bucket, key, message));
                }
            }
        }
        let message = "S3 sends us from Region to Region";
        Err(ObjectError::new(ObjectTrouble::Failed, bucket, key, message))
    }
}

async fn once(session: &Session, reach: &Reach, region: &str, ask: &Ask<'_>) -> Result<Meaning, Failure> {
    let target = Target::s3(&session.caller.partition, region)
        .ok_or_else(|| Failure::new(Class::Final, "the address of S3 in this partition is not known"))?;
    let call = Call::new(Service::S3Objects, ask.action, &reach.account, region);
    let uri = format!("/{}{}", ask.bucket, ask.uri);
    let none = ask.new.then_some("*");
    let kind = ask.body.map(|_| "application/octet-stream");
    let named =
        [("range", ask.range), ("if-match", ask.condition), ("if-none-match", none), ("content-type", kind)];
    let headers: Vec<(&'static str, &str)> =
        named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let attempt = || -> Attempt<'_, Meaning> {
        Box::pin(async {
            let reply = match (ask.method, ask.body) {
                ("PUT" | "DELETE", body) => {
                    raw::write(reach, &target, ask.method, &uri, &headers, body.unwrap_or_default()).await?
                }
                _ => raw::read(reach, &target, ask.method, &uri, &headers).await?,
            };
            meaning(reply, region, ask.method)
        })
    };
    session.wire.send(&call, attempt).await
}

/// True iff the name can stand in a path as it is. Old buckets have capitals and underscores.
fn may_be_a_bucket(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (3..=255).contains(&name.len()) && name.bytes().all(known) && !name.bytes().all(|byte| byte == b'.')
}

/// Percent-encoded as S3 signs it: all but letters, digits and `-_.~`, and with `path` the slash.
pub(crate) fn encoded(text: &str, path: bool) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 8);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte as char),
            b'/' if path => encoded.push('/'),
            // Writing into a string cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{encoded, may_be_a_bucket};

    #[test]
    fn keys_are_encoded_in_paths_and_queries() {
        assert_eq!(encoded("a b/c+d=é", true), "a%20b/c%2Bd%3D%C3%A9");
        assert_eq!(encoded("a/b", false), "a%2Fb");
    }

    #[test]
    fn a_name_that_would_leave_the_path_is_no_bucket() {
        for good in ["acme-logs", "a.b.c", "Old_Bucket"] {
            assert!(may_be_a_bucket(good), "{good}");
        }
        for bad in ["", "ab", "...", "a/b", "a?b", "a b", "arn:aws:s3:::x", "bücket"] {
            assert!(!may_be_a_bucket(bad), "{bad}");
        }
    }
}
