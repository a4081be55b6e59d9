//! Objects of S3: listed page by page, and read whole, in parts where they are large.

mod ask;
mod error;
mod listing;
mod page;
mod place;

pub use error::{ObjectError, ObjectTrouble};
pub use listing::Pages;
pub use page::{Listed, Page};

use crate::raw::Reply;
use crate::session::Session;
use ask::{Ask, encoded};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use std::collections::BTreeMap;

/// Bytes that one request asks for.
const PART: u64 = 8 << 20;
/// Parts of one object that are under way at the same time.
const PARTS_AT_ONCE: usize = 8;
/// No file that CloudTrail delivers is near it (50 MB before compression); what is larger would only fill the memory.
const LARGEST: u64 = 1 << 30;

/// Objects of S3, as one account sees them.
#[derive(Clone, Copy, Debug)]
pub struct Objects<'a> {
    session: &'a Session,
    /// `None` iff the caller reads.
    account: Option<&'a str>,
}

/// What is known of an object beside its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Bytes.
    pub size: u64,
    /// The entity tag without its quotes; empty iff none was told.
    pub etag: String,
    /// Milliseconds since 1970; `None` iff it was not told, or not as a date of HTTP.
    pub modified: Option<i64>,
    /// `x-amz-meta-*`: names in lower case, without that prefix.
    pub user: BTreeMap<String, String>,
}

/// An object, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// As many as `metadata.size` says.
    pub bytes: Vec<u8>,
    /// What came with them.
    pub metadata: Metadata,
}

impl Session {
    /// Objects of S3, read as the caller.
    #[must_use]
    pub fn objects(&self) -> Objects<'_> {
        Objects { session: self, account: None }
    }

    /// Objects of S3, read through the role in that account.
    #[must_use]
    pub fn objects_as<'a>(&'a self, account: &'a str) -> Objects<'a> {
        Objects { session: self, account: Some(account) }
    }
}

impl<'a> Objects<'a> {
    /// The keys of a bucket that begin with `prefix` and come after `start_after`, in pages of at most a thousand.
    ///
    /// With `folders`, keys that have a `/` behind the prefix are not listed; each different beginning up to that `/` is
    /// one of the page's `folders`.
    #[must_use]
    pub fn list(self, bucket: &str, prefix: &str, start_after: Option<&str>, folders: bool) -> Pages<'a> {
        Pages::new(self, bucket, prefix, start_after, folders)
    }

    /// What is known of an object, without its bytes.
    ///
    /// # Errors
    /// [`ObjectError`]; AWS says less about why than to [`Objects::get`].
    pub async fn head(self, bucket: &str, key: &str) -> Result<Metadata, ObjectError> {
        let uri = format!("/{}", encoded(key, true));
        let reply = self.ask(&Ask::object("HEAD", bucket, key, &uri)).await?;
        let length = reply.header("content-length").and_then(|length| length.parse().ok());
        let size = length.ok_or_else(|| self.nonsense(bucket, key, "the answer does not say its length"))?;
        Ok(metadata(&reply, size))
    }

    /// An object, whole. What is larger than 8 MiB comes in parts, several at a time.
    ///
    /// `size` is what a listing says of it; `None` iff that is not known.
    ///
    /// # Errors
    /// [`ObjectError`]: of the kind *changed* iff the object is not of that size, or became another while it was read.
    pub async fn get(self, bucket: &str, key: &str, size: Option<u64>) -> Result<Object, ObjectError> {
        let uri = format!("/{}", encoded(key, true));
        let ask = Ask::object("GET", bucket, key, &uri);
        // A range of nothing cannot be satisfied.
        let range = format!("bytes=0-{}", size.unwrap_or(PART).clamp(1, PART) - 1);
        let first = if size == Some(0) {
            self.ask(&ask).await?
        } else {
            match self.ask(&Ask { range: Some(&range), ..ask }).await {
                Err(error) if error.is_out_of_range() && size.is_none() => self.ask(&ask).await?,
                result => result?,
            }
        };
        let total = match first.status {
            206 => Some(total(&first, 0).ok_or_else(|| self.nonsense(bucket, key, "its range is wrong"))?),
            _ => None,
        };
        let whole = total.unwrap_or(first.body.len() as u64);
        if size.is_some_and(|size| size != whole) {
            let message = format!("{} bytes were listed, and it has {whole}", size.unwrap_or_default());
            return Err(self.error(bucket, key, ObjectTrouble::Changed, &message));
        }
        let metadata = metadata(&first, whole);
        let bytes = if (first.body.len() as u64) < whole {
            self.rest(&ask, first.body, whole, &metadata.etag).await?
        } else {
            first.body
        };
        if bytes.len() as u64 != whole {
            return Err(self.nonsense(bucket, key, "the answer holds more than it says"));
        }
        Ok(Object { bytes, metadata })
    }

    /// Writes an object with one request: whoever reads sees the old one or all of the new. `over` is the entity tag of the object that
    /// it replaces; `None` iff there must be none.
    ///
    /// # Errors
    /// [`ObjectError`]: of the kind *changed* iff there is another object than was expected.
    pub async fn put(
        self,
        bucket: &str,
        key: &str,
        bytes: &[u8],
        over: Option<&str>,
    ) -> Result<(), ObjectError> {
        let uri = format!("/{}", encoded(key, true));
        let condition = over.map(|etag| format!("\"{etag}\""));
        let ask = Ask {
            action: "s3:PutObject",
            condition: condition.as_deref(),
            new: over.is_none(),
            body: Some(bytes),
            ..Ask::object("PUT", bucket, key, &uri)
        };
        self.ask(&ask).await.map(drop)
    }

    /// Removes an object; it is no error where there is none.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn delete(self, bucket: &str, key: &str) -> Result<(), ObjectError> {
        let uri = format!("/{}", encoded(key, true));
        let ask = Ask { action: "s3:DeleteObject", ..Ask::object("DELETE", bucket, key, &uri) };
        self.ask(&ask).await.map(drop)
    }

    /// The first bytes of each of these objects, at most `most` of one: all are asked for at the same time.
    pub async fn beginnings(
        self,
        bucket: &str,
        keys: &[&str],
        most: usize,
    ) -> Vec<Result<Vec<u8>, ObjectError>> {
        futures_util::future::join_all(keys.iter().map(|key| self.beginning(bucket, key, most))).await
    }

    /// The first bytes of an object, at most `most` of them.
    async fn beginning(self, bucket: &str, key: &str, most: usize) -> Result<Vec<u8>, ObjectError> {
        let (uri, range) =
            (format!("/{}", encoded(key, true)), format!("bytes=0-{}", most.saturating_sub(1)));
        let ask = Ask { range: Some(&range), ..Ask::object("GET", bucket, key, &uri) };
        match self.ask(&ask).await {
            Ok(mut reply) => {
                reply.body.truncate(most);
                Ok(reply.body)
            }
            // There is no first byte.
            Err(error) if error.is_out_of_range() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The parts after the first.
    async fn rest(
        &self,
        ask: &Ask<'_>,
        mut bytes: Vec<u8>,
        whole: u64,
        etag: &str,
    ) -> Result<Vec<u8>, ObjectError> {
        let key = ask.key.unwrap_or_default();
        if bytes.len() as u64 != PART {
            return Err(self.nonsense(ask.bucket, key, "a part is not as long as was asked"));
        }
        if whole > LARGEST {
            let message = format!("it has {whole} bytes, which no file of CloudTrail has");
            return Err(self.error(ask.bucket, key, ObjectTrouble::Failed, &message));
        }
        let starts = (PART..whole).step_by(PART as usize);
        let parts = iter(starts.map(async |from| {
            let to = (from + PART).min(whole);
            let range = format!("bytes={from}-{}", to - 1);
            let condition = format!("\"{etag}\"");
            let condition = (!etag.is_empty()).then_some(condition.as_str());
            let part = self.ask(&Ask { range: Some(&range), condition, ..*ask }).await?;
            let fits = part.status == 206
                && total(&part, from) == Some(whole)
                && part.body.len() as u64 == to - from;
            if fits && metadata(&part, whole).etag == etag {
                return Ok(part.body);
            }
            Err(self.error(ask.bucket, key, ObjectTrouble::Changed, "its parts do not fit together"))
        }));
        let mut parts = parts.buffered(PARTS_AT_ONCE);
        while let Some(part) = parts.try_next().await? {
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    pub(crate) fn error(
        &self,
        bucket: &str,
        key: &str,
        trouble: ObjectTrouble,
        message: &str,
    ) -> ObjectError {
        ObjectError::new(trouble, bucket, Some(key), message)
    }

    fn nonsense(&self, bucket: &str, key: &str, message: &str) -> ObjectError {
        self.error(bucket, key, ObjectTrouble::Failed, message)
    }
}

/// The length of the whole object, of which a part that begins at `from` came; `None` iff the answer does not say that.
fn total(reply: &Reply, from: u64) -> Option<u64> {
    let (range, total) = reply.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let length = last.checked_sub(first)?.checked_add(1)?;
    let total: u64 = total.parse().ok()?;
    (first == from && length == reply.body.len() as u64 && last < total).then_some(total)
}

fn metadata(reply: &Reply, size: u64) -> Metadata {
    let date = reply.header("last-modified").and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
    Metadata {
        size,
        etag: reply.header("etag").unwrap_or_default().trim_matches('"').to_owned(),
        modified: date.and_then(|date| date.to_millis().ok()),
        user: reply
            .headers_after("x-amz-meta-")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}
