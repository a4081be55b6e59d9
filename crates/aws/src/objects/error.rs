//! Why an object could not be read, or a bucket not listed.

use crate::gap::{Class, Failure};
use crate::one_line::one_line;
use audit::inventory::{Gap, GapKind};

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectTrouble {
    /// S3 says that there is no such object.
    Missing,
    /// S3 says that there is no such bucket, or it cannot be one.
    NoBucket,
    /// S3 refuses.
    Refused {
        /// What the caller lacks, as AWS says, or as the operation needs.
        permission: &'static str,
    },
    /// The object is there, and the key that it is encrypted with cannot be used.
    Kms,
    /// The object is there, and archived: Glacier Flexible Retrieval, Deep Archive, or an archive tier of Intelligent-Tiering.
    Archived,
    /// The object is not the one that was listed, or became another while it was read.
    Changed,
    /// It failed, stayed silent or made no sense until we gave up. It may be there.
    Failed,
    /// The user interrupted.
    Interrupted,
}

/// An object that could not be read, or a bucket that could not be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("s3://{bucket}{}: {}: {message}", key.as_ref().map(|key| format!("/{}", one_line(key))).unwrap_or_default(), self.words())]
pub struct ObjectError {
    /// What is the matter.
    pub trouble: ObjectTrouble,
    /// The bucket's name as it was given.
    pub bucket: String,
    /// The key; `None` iff it is about a listing.
    pub key: Option<String>,
    /// One line: what AWS or the network said.
    pub message: String,
    out_of_range: bool,
}

/// The permissions that S3 names where they are lacking.
const PERMISSIONS: [&str; 6] = [
    "s3:GetObjectVersion",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:GetBucketLocation",
    "s3:PutObject",
    "s3:DeleteObject",
];

impl ObjectError {
    pub(crate) fn new(trouble: ObjectTrouble, bucket: &str, key: Option<&str>, message: &str) -> Self {
        let key = key.map(str::to_owned);
        ObjectError {
            trouble,
            bucket: bucket.to_owned(),
            key,
            message: one_line(message),
            out_of_range: false,
        }
    }

    /// From a failure of the operation that needs `action`.
    pub(crate) fn of(failure: &Failure, action: &'static str, bucket: &str, key: Option<&str>) -> Self {
        let trouble = trouble(failure, action);
        let out_of_range = failure.code.as_deref() == Some("InvalidRange");
        ObjectError { out_of_range, ..Self::new(trouble, bucket, key, &failure.error) }
    }

    /// From the account that cannot be reached.
    pub(crate) fn unreached(gap: &Gap, bucket: &str, key: Option<&str>) -> Self {
        let trouble = match gap.kind {
            GapKind::Refused => ObjectTrouble::Refused { permission: "sts:AssumeRole" },
            GapKind::Interrupted => ObjectTrouble::Interrupted,
            _ => ObjectTrouble::Failed,
        };
        Self::new(trouble, bucket, key, &gap.error)
    }

    pub(crate) fn is_out_of_range(&self) -> bool {
        self.out_of_range
    }

    fn words(&self) -> &'static str {
        match self.trouble {
            ObjectTrouble::Missing => "there is no such object",
            ObjectTrouble::NoBucket => "there is no such bucket",
            ObjectTrouble::Refused { .. } => "refused",
            ObjectTrouble::Kms => "the key it is encrypted with cannot be used",
            ObjectTrouble::Archived => "it is archived and must be restored before it can be read",
            ObjectTrouble::Changed => "it changed while it was read",
            ObjectTrouble::Failed => "it could not be read",
            ObjectTrouble::Interrupted => "not read",
        }
    }

    /// What to do about it, where there is something: one line.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let ObjectError { bucket, message, .. } = self;
        let message = message.to_ascii_lowercase();
        match self.trouble {
            ObjectTrouble::Refused { permission: "s3:GetObject" } => Some(format!(
                "grant the caller s3:GetObject on the objects of {bucket}, in the bucket's policy too if it belongs to \
                 another account, and kms:Decrypt on the key if they are encrypted with one of yours"
            )),
            ObjectTrouble::Refused { permission: "sts:AssumeRole" } => {
                Some("name a role of that account that the caller may assume (--role-name)".to_owned())
            }
            ObjectTrouble::Refused { permission } => Some(format!(
                "grant the caller {permission} on {bucket}, in the bucket's policy too if it belongs to another account"
            )),
            ObjectTrouble::Kms if message.contains("disabled") => Some("enable the KMS key".to_owned()),
            ObjectTrouble::Kms if message.contains("pending") => {
                Some("cancel the deletion of the KMS key while that is possible".to_owned())
            }
            ObjectTrouble::Kms => Some(
                "grant the caller kms:Decrypt on the key, in the key's policy too if it belongs to another account"
                    .to_owned(),
            ),
            // Without the key, which stands beside it: thousands of archived files need one help.
            ObjectTrouble::Archived => Some(format!(
                "no permission is missing: restore each archived object first, which takes minutes to 48 hours: aws s3api \
                 restore-object --bucket {bucket} --key KEY --restore-request 'Days=7,GlacierJobParameters={{Tier=Standard}}' \
                 (of Intelligent-Tiering without Days=7)"
            )),
            ObjectTrouble::NoBucket => Some("name the bucket as in s3://BUCKET/PREFIX".to_owned()),
            ObjectTrouble::Changed => Some("list it again and read what is there now".to_owned()),
            ObjectTrouble::Failed if message.starts_with("requesttimetooskewed") => {
                Some("set the clock of this machine right".to_owned())
            }
            ObjectTrouble::Failed if message.starts_with("expiredtoken") => {
                Some("renew the credentials".to_owned())
            }
            ObjectTrouble::Missing | ObjectTrouble::Failed | ObjectTrouble::Interrupted => None,
        }
    }
}

fn trouble(failure: &Failure, action: &'static str) -> ObjectTrouble {
    let code = failure.code.as_deref().unwrap_or_default();
    match (failure.class, code) {
        (Class::Interrupted, _) => ObjectTrouble::Interrupted,
        // KMS may be slow or failing like any other.
        (Class::Throttled | Class::Server | Class::Silent | Class::Unreachable, _) => ObjectTrouble::Failed,
        (_, "InvalidObjectState") => ObjectTrouble::Archived,
        _ if speaks_of_kms(code, &failure.error) => ObjectTrouble::Kms,
        (_, "NoSuchKey") => ObjectTrouble::Missing,
        (_, "NoSuchBucket" | "InvalidBucketName") => ObjectTrouble::NoBucket,
        (_, "PreconditionFailed" | "InvalidRange" | "ConditionalRequestConflict") => ObjectTrouble::Changed,
        (Class::Refused, _) => {
            let named = failure.error.split_once("not authorized to perform: ").map_or("", |(_, rest)| rest);
            let known = PERMISSIONS.into_iter().find(|permission| named.starts_with(permission));
            ObjectTrouble::Refused { permission: known.unwrap_or(action) }
        }
        _ => ObjectTrouble::Failed,
    }
}

/// True iff the refusal is about the key that the object is encrypted with. S3 passes on codes of KMS (`KMS.DisabledException`)
/// or says `AccessDenied` in words that name `kms:Decrypt` or, of old, a *customer master key*.
fn speaks_of_kms(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    code.starts_with("KMS.")
        || message.contains("kms:")
        || (message.contains("ciphertext") && message.contains("key"))
}

#[cfg(test)]
mod tests {
    use super::{ObjectError, ObjectTrouble};
    use crate::gap::Failure;

    fn of(status: u16, code: &str, message: &str) -> ObjectError {
        let failure = Failure::answered(status, Some(code), Some(message));
        ObjectError::of(&failure, "s3:GetObject", "logs", Some("a"))
    }

    #[test]
    fn a_key_that_cannot_be_used_is_neither_missing_nor_refused() {
        let decrypt = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: kms:Decrypt on resource: \
                       arn:aws:kms:us-east-1:1:key/k because no identity-based policy allows the kms:Decrypt action";
        let of_old = "The ciphertext refers to a customer master key that does not exist, does not exist in this \
                      region, or you are not allowed to access.";
        let cases = [
            (403, "AccessDenied", decrypt, "grant"),
            (403, "AccessDenied", of_old, "grant"),
            (400, "KMS.DisabledException", "arn:aws:kms:us-east-1:1:key/k is disabled.", "enable"),
            (
                400,
                "KMS.KMSInvalidStateException",
                "arn:aws:kms:us-east-1:1:key/k is pending deletion.",
                "cancel",
            ),
            (400, "KMS.NotFoundException", "Invalid keyId", "grant"),
        ];
        for (status, code, message, help) in cases {
            let error = of(status, code, message);
            assert_eq!(error.trouble, ObjectTrouble::Kms, "{message}");
            assert!(error.help().unwrap().starts_with(help), "{error:?}");
        }
    }

    #[test]
    fn an_archived_object_needs_a_restore_and_no_permission() {
        for (status, message) in [
            (403, "The operation is not valid for the object's storage class"),
            (403, "The operation is not valid for the object's access tier"),
            (403, "Access Denied: kms: not authorized"),
            (400, ""),
        ] {
            let error = of(status, "InvalidObjectState", message);
            assert_eq!(error.trouble, ObjectTrouble::Archived, "{message}");
            let help = error.help().unwrap();
            assert!(help.contains("aws s3api restore-object --bucket logs --key KEY"), "{help}");
            assert!(!help.contains("grant") && !error.to_string().contains("refused"), "{error}");
        }
    }

    #[test]
    fn the_permission_that_is_lacking_is_the_one_that_aws_names() {
        let message = "User: arn:aws:iam::1:user/a is not authorized to perform: s3:ListBucket on resource: \
                    \"arn:aws:s3:::logs\" because no identity-based policy allows the s3:ListBucket action";
        assert_eq!(
            of(403, "AccessDenied", message).trouble,
            ObjectTrouble::Refused { permission: "s3:ListBucket" }
        );
        assert_eq!(
            of(403, "AccessDenied", "Access Denied").trouble,
            ObjectTrouble::Refused { permission: "s3:GetObject" }
        );
    }

    #[test]
    fn a_page_that_is_not_of_s3_makes_nothing_missing() {
        let failure = Failure::answered(404, None, None);
        assert_eq!(
            ObjectError::of(&failure, "s3:GetObject", "logs", Some("a")).trouble,
            ObjectTrouble::Failed
        );
        assert_eq!(of(404, "NoSuchKey", "no").trouble, ObjectTrouble::Missing);
        assert_eq!(of(400, "KMS.ThrottlingException", "slow").trouble, ObjectTrouble::Failed);
    }

    #[test]
    fn a_clock_that_is_wrong_is_no_refusal() {
        let error = of(403, "RequestTimeTooSkewed", "The difference is too large.");
        assert_eq!(error.trouble, ObjectTrouble::Failed);
        assert!(error.help().unwrap().contains("clock"), "{error:?}");
        assert!(of(400, "ExpiredToken", "x").help().unwrap().contains("renew"));
    }

    #[test]
    fn it_is_one_line() {
        let error = ObjectError::new(ObjectTrouble::Missing, "b", Some("a\nb"), "x\ny");
        assert_eq!(error.to_string(), "s3://b/a b: there is no such object: x y");
    }
}
