//! The public keys with which CloudTrail's digest files are verified.

use super::Evidence;
use crate::collect::pages;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::wire::Call;
use audit::inventory::Gap;
use aws_sdk_cloudtrail::primitives::DateTime;

/// The AWS CLI asks for keys up to two hours behind the end (semantics 9.2).
const LATER: i64 = 2 * 3600 * 1000;

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

impl Evidence {
    /// The keys of CloudTrail in `region` that were valid at some time from `from` to two hours after `to` (milliseconds
    /// since 1970): the Region is that of the digest files. Periods may overlap; a key is chosen by its fingerprint.
    ///
    /// # Errors
    /// A gap iff not all of them could be read.
    pub async fn public_keys(&self, region: &str, from: i64, to: i64) -> Result<Vec<PublicKey>, Gap> {
        let session = &self.session;
        let client = session.own().cloudtrail(region);
        let call = Call::new(Service::CloudTrail, "cloudtrail:ListPublicKeys", self.account(), region);
        let (from, to) = (DateTime::from_millis(from), DateTime::from_millis(to.saturating_add(LATER)));
        let (keys, failure) = pages(async |next| {
            let answer = session.wire.send(&call, || {
                let request = client.list_public_keys().start_time(from).end_time(to);
                let request = request.set_next_token(next.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            let answer = answer.await?;
            let keys = answer
                .public_key_list
                .ok_or_else(|| Failure::new(Class::Final, "the answer holds no list of keys"))?;
            let keys: Option<Vec<PublicKey>> = keys.into_iter().map(key).collect();
            let keys = keys.ok_or_else(|| {
                Failure::new(
                    Class::Final,
                    "the answer holds a key without its fingerprint, value or validity",
                )
            })?;
            Ok((keys, answer.next_token))
        })
        .await;
        // One key less could make a good signature look unverifiable.
        match failure {
            None => Ok(keys),
            Some(failure) => Err(failure.gap(&call)),
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
