//! Digest files: one an hour for each account and Region, chained, and signed with a key that is good for tests only.

use crate::calendar::{second, stamp};
use crate::files::{Delivered, Origin, Packer};
use crate::hash::{hex, hex_sha256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use md5::{Digest, Md5};
use std::fmt::Write;
use std::io;
use std::path::Path;

/// RSA, 2048 bits, PKCS#8. It protects nothing: whoever has the source has it.
const TEST_KEY: &[u8] = include_bytes!("TEST_KEY_not_a_secret.der");

/// Who digests.
#[derive(Clone, Copy, Debug)]
pub struct Trail<'a> {
    /// The trail's name.
    pub name: &'a str,
    /// Its home Region.
    pub home: &'a str,
    /// Its bucket.
    pub bucket: &'a str,
}

/// Signs digests.
pub struct Signer {
    pair: RsaKeyPair,
}

/// What a digest says of the one before it.
struct Previous {
    key: String,
    hash: String,
    signature: String,
}

impl Signer {
    /// The signer with the test key.
    ///
    /// # Errors
    ///
    /// The key in the source is no key.
    pub fn new() -> io::Result<Self> {
        let pair = RsaKeyPair::from_pkcs8(TEST_KEY).map_err(io::Error::other)?;
        Ok(Signer { pair })
    }

    /// Lower-case hex MD5 of the public key's PKCS#1 bytes: how digests name their key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&Md5::digest(self.pair.public_key().as_ref()))
    }

    /// What `aws cloudtrail list-public-keys` prints, for a key that is good from `from` to `to`.
    #[must_use]
    pub fn public_keys(&self, from: i64, to: i64) -> String {
        let value = base64::engine::general_purpose::STANDARD.encode(self.pair.public_key().as_ref());
        let [from, to] = [from, to].map(|at| stamp(at).replace('Z', "+00:00"));
        let members = [
            ("Value", value),
            ("ValidityStartTime", from),
            ("ValidityEndTime", to),
            ("Fingerprint", self.fingerprint()),
        ];
        let members = members.map(|(name, value)| format!("            \"{name}\": \"{value}\""));
        let members = members.join(",\n");
        format!("{{\n    \"PublicKeyList\": [\n        {{\n{members}\n        }}\n    ]\n}}\n")
    }

    /// Writes the digests of the hours from `from` to `to`, and beside each what `aws s3api head-object` prints of it.
    /// The first starts a chain.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(
        &self,
        root: &Path,
        origin: Origin<'_>,
        trail: Trail<'_>,
        from: i64,
        to: i64,
        files: &[Delivered],
    ) -> io::Result<u64> {
        let mut packer = Packer::default();
        let mut previous: Option<Previous> = None;
        let mut count = 0;
        let mut start = from;
        while start + 3600 <= to {
            let end = start + 3600;
            let mine: Vec<&Delivered> = files.iter().filter(|one| start <= one.at && one.at < end).collect();
            let key = key(origin, trail, end);
            let content = self.content(&key, origin, trail, start, &mine, previous.as_ref());
            let hash = hex_sha256(content.as_bytes());
            let before = previous.as_ref().map_or("null", |one| one.signature.as_str());
            let signed = format!("{}\n{}/{key}\n{hash}\n{before}", stamp(end), trail.bucket);
            let signature = self.sign(signed.as_bytes())?;
            packer.write(root, &key, content.as_bytes())?;
            std::fs::write(root.join(format!("{key}.head.json")), head(&signature))?;
            previous = Some(Previous { key, hash, signature });
            start = end;
            count += 1;
        }
        Ok(count)
    }

    fn sign(&self, message: &[u8]) -> io::Result<String> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(io::Error::other)?;
        Ok(hex(&signature))
    }

    /// The digest of the hour that begins at `start`, members in the order of the user guide.
    fn content(
        &self,
        key: &str,
        origin: Origin<'_>,
        trail: Trail<'_>,
        start: i64,
        files: &[&Delivered],
        previous: Option<&Previous>,
    ) -> String {
        let text = |text: Option<&str>| text.map_or("null".to_owned(), |text| format!("\"{text}\""));
        let newest = files.iter().map(|one| one.span.1).max().map(stamp);
        let oldest = files.iter().map(|one| one.span.0).min().map(stamp);
        let (newest, oldest) = (text(newest.as_deref()), text(oldest.as_deref()));
        let bucket = trail.bucket;
        let mut out = format!(
            r#"{{"awsAccountId":"{}","digestStartTime":"{}","digestEndTime":"{}","digestS3Bucket":"{bucket}","digestS3Object":"{key}","digestPublicKeyFingerprint":"{}","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":{newest},"oldestEventTime":{oldest},"#,
            origin.account,
            stamp(start),
            stamp(start + 3600),
            self.fingerprint(),
        );
        let of = |part: fn(&Previous) -> &str| text(previous.map(part));
        // Writing to a `String` cannot fail.
        let _ = write!(
            out,
            r#""previousDigestS3Bucket":{},"previousDigestS3Object":{},"previousDigestHashValue":{},"previousDigestHashAlgorithm":{},"previousDigestSignature":{},"logFiles":["#,
            text(previous.map(|_| bucket)),
            of(|one| &one.key),
            of(|one| &one.hash),
            of(|_| "SHA-256"),
            of(|one| &one.signature),
        );
        for (at, one) in files.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let Delivered { key, hash, span: (oldest, newest), .. } = one;
            let (newest, oldest) = (stamp(*newest), stamp(*oldest));
            let _ = write!(
                out,
                r#"{comma}{{"s3Bucket":"{bucket}","s3Object":"{key}","hashValue":"{hash}","hashAlgorithm":"SHA-256","newestEventTime":"{newest}","oldestEventTime":"{oldest}"}}"#
            );
        }
        out.push_str("]}");
        out
    }
}

fn key(origin: Origin<'_>, trail: Trail<'_>, end: i64) -> String {
    let folder = origin.folder("CloudTrail-Digest", end);
    let Origin { account, region, .. } = origin;
    let Trail { name, home, .. } = trail;
    format!("{folder}{account}_CloudTrail-Digest_{region}_{name}_{home}_{}.json.gz", second(end))
}

/// A copy on a disk loses the object's metadata, in which the signature stands.
fn head(signature: &str) -> String {
    format!(
        "{{\n    \"Metadata\": {{\n        \"signature\": \"{signature}\",\n        \"signature-algorithm\": \"SHA256withRSA\"\n    }}\n}}\n"
    )
}
