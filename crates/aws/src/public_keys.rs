//! The public keys with which CloudTrail's digest files are verified.

use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Session;
use audit::inventory::Gap;
use aws_sdk_cloudtrail::primitives::DateTime;
use cloudtrail::time::HOUR_MILLIS;
use std::collections::HashSet;

/// The AWS CLI asks for keys up to two hours behind the end (semantics 9.2).
const LATER: i64 = 2 * HOUR_MILLIS;

/// A public key of CloudTrail in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// By which digest files name it.
    pub fingerprint: String,
    /// DER as AWS gives it: an RSAPublicKey of PKCS #1 or a SubjectPublicKeyInfo of X.509, AWS has documented both.
    pub der: Vec<u8>,
    /// When it began to be valid: milliseconds since 1970.
    pub valid_from: i64,
    /// When it ends to be valid: milliseconds since 1970.
    pub valid_to: i64,
}

impl Session {
    /// The keys of CloudTrail in `region` that were valid at some time from `from` to two hours after `to` (milliseconds
    /// since 1970): the Region is that of the digest files. Periods may overlap; a key is chosen by its fingerprint.
    ///
    /// # Errors
    /// A gap iff not all of them could be read.
    pub async fn public_keys(&self, region: &str, from: i64, to: i64) -> Result<Vec<PublicKey>, Gap> {
        let call = Call::new(Service::CloudTrail, "cloudtrail:ListPublicKeys", self.account(), region);
        // One key less could make a good signature look unverifiable.
        self.keys(&call, from, to.saturating_add(LATER)).await.map_err(|failure| failure.gap(&call))
    }

    /// All pages. Written as a loop so that the future can move between threads, which one of async closures cannot.
    async fn keys(&self, call: &Call<'_>, from: i64, to: i64) -> Result<Vec<PublicKey>, Failure> {
        let wrong = |error: &str| Failure::new(Class::Final, error);
        let client = self.own().cloudtrail(call.region);
        let (from, to) = (DateTime::from_millis(from), DateTime::from_millis(to));
        let (mut keys, mut next, mut seen) = (Vec::new(), None::<String>, HashSet::new());
        loop {
            let answer = self.wire.send(call, || {
                let request = client.list_public_keys().start_time(from).end_time(to);
                let request = request.set_next_token(next.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            let answer = answer.await?;
            let listed = answer.public_key_list.ok_or_else(|| wrong("the answer holds no list of keys"))?;
            for listed in listed {
                let key = key(listed).ok_or_else(|| {
                    wrong("the answer holds a key without its fingerprint, value or validity")
                })?;
                keys.push(key);
            }
            match answer.next_token.filter(|next| !next.is_empty()) {
                None => return Ok(keys),
                Some(token) if !seen.insert(token.clone()) => {
                    return Err(wrong("the listing does not end"));
                }
                token => next = token,
            }
        }
    }
}

fn key(key: aws_sdk_cloudtrail::types::PublicKey) -> Option<PublicKey> {
    Some(PublicKey {
        fingerprint: key.fingerprint?,
        der: key.value?.into_inner(),
        valid_from: key.validity_start_time?.to_millis().ok()?,
        valid_to: key.validity_end_time?.to_millis().ok()?,
    })
}
