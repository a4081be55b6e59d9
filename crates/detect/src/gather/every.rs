//! The look at records of other services than Lambda and CloudTrail: cheap where nothing in them is watched.

use crate::change::{is_log_bucket, is_watched, source_of, stem, text_at};
use crate::facts::SEPARATOR;
use logs::{Event, Record, milliseconds};
use memchr::memmem::{Finder, find};
use serde_json::Value;
use std::collections::HashSet;

/// Looks for the services that are watched.
#[derive(Debug)]
pub(super) struct Watched {
    source: Finder<'static>,
    name: Finder<'static>,
    worker: Finder<'static>,
    bucket: Finder<'static>,
}

impl Default for Watched {
    fn default() -> Self {
        Watched {
            source: Finder::new(b"\"eventSource\""),
            name: Finder::new(b"\"eventName\""),
            worker: Finder::new(b"awslambda-worker"),
            bucket: Finder::new(b"\"bucketName\""),
        }
    }
}

/// The text that is the value of a member whose name ends there; `None` iff it is none, or has an escape.
fn value_at(raw: &[u8], at: usize) -> Option<&str> {
    let rest = raw.get(at..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let value = rest.strip_prefix(b"\"")?;
    let end = memchr::memchr2(b'"', b'\\', value).filter(|end| value.get(*end) == Some(&b'"'))?;
    std::str::from_utf8(value.get(..end)?).ok()
}

/// What a record says of its service.
enum Source {
    /// Nothing in it is watched, or it comes by the other door.
    Other,
    /// This one.
    Of(&'static str),
    /// Not to be seen at a glance.
    Unclear,
}

impl Watched {
    /// True iff the record may be one of a call that is kept, and of a service other than Lambda and CloudTrail.
    pub(super) fn holds(&self, raw: &[u8]) -> bool {
        match self.source(raw) {
            Source::Other => false,
            // Objects are deleted by the million: only those of CloudTrail's folders, and of buckets that are called so, are of interest.
            Source::Of("s3") if find(raw, b"\"DeleteObject").is_some() => {
                find(raw, b"CloudTrail").is_some() || self.is_of_log_bucket(raw)
            }
            Source::Of(source) => self.may_be_watched(raw, source),
            Source::Unclear => true,
        }
    }

    /// True iff one of the names in the record is that of a call that is kept, or cannot be seen at a glance.
    fn may_be_watched(&self, raw: &[u8], source: &str) -> bool {
        let mut any = false;
        for at in self.name.find_iter(raw) {
            any = true;
            if value_at(raw, at + 11).is_none_or(|name| is_watched(source, stem(name))) {
                return true;
            }
        }
        !any
    }

    /// True iff the record names a bucket that is called as those of logs are. A call that deletes many objects names none of them.
    fn is_of_log_bucket(&self, raw: &[u8]) -> bool {
        let mut named = self.bucket.find_iter(raw).map(|at| value_at(raw, at + 12));
        named.any(|name| name.is_none_or(is_log_bucket))
    }

    fn source(&self, raw: &[u8]) -> Source {
        let mut found = Source::Unclear;
        for at in self.source.find_iter(raw) {
            let Some(text) = value_at(raw, at + 13) else { return Source::Unclear };
            found = match source_of(text) {
                Some("lambda" | "cloudtrail") | None => Source::Other,
                Some(known) => return Source::Of(known),
            };
        }
        found
    }

    /// The role and the session with which Lambda itself called: its worker opens a stream of logs when a function starts.
    pub(super) fn executor(&self, event: &Event<'_>) -> Option<(String, String)> {
        self.worker.find(event.raw)?;
        executor_of(&serde_json::from_slice(event.raw).ok()?)
    }
}

/// Tells which records detections learn from, beside those of invocations: for whoever keeps them somewhere else.
#[derive(Debug, Default)]
pub struct Watch {
    watched: Watched,
    /// Roles and sessions with which Lambda called so far.
    executors: HashSet<(String, String)>,
}

impl Watch {
    /// Forgets with which roles Lambda called.
    pub fn clear(&mut self) {
        self.executors.clear();
    }

    /// The JSON of a record that comes by [`logs::Sink::event`], iff a [`super::Gatherer`] keeps something of it. Of the records in which
    /// Lambda's own worker opens a stream of logs, the first of each role and session.
    pub fn concerning(&mut self, event: &Event<'_>) -> Option<Value> {
        let holds = self.watched.holds(event.raw);
        let worker = self.watched.worker.find(event.raw).is_some();
        if !(holds || worker) {
            return None;
        }
        let record: Value = serde_json::from_slice(event.raw).ok()?;
        let executor = if worker { executor_of(&record) } else { None };
        let is_new = executor.is_some_and(|one| self.executors.insert(one));
        (is_new || holds && is_kept(&record)).then_some(record)
    }

    /// True iff a record of Lambda or CloudTrail is of a call that changes something.
    #[must_use]
    pub fn is_change(&self, record: &Record<'_>) -> bool {
        let watched = |source| is_watched(source, stem(&record.event_name));
        record.aggregated.is_none() && source_of(&record.event_source).is_some_and(watched)
    }
}

/// True iff [`crate::change::Change::read`] makes something of it.
fn is_kept(record: &Value) -> bool {
    let text = |member: &str| record.get(member).and_then(Value::as_str).unwrap_or_default();
    let watched = |source| is_watched(source, stem(text("eventName")));
    source_of(text("eventSource")).is_some_and(watched) && milliseconds(text("eventTime")).is_some()
}

/// See [`Watched::executor`].
fn executor_of(record: &Value) -> Option<(String, String)> {
    let text = |path: &str| text_at(record, path);
    if !text("userAgent")?.starts_with("awslambda-worker") {
        return None;
    }
    let role = text("userIdentity.sessionContext.sessionIssuer.arn")?;
    let arn = text("userIdentity.arn")?;
    let session = arn.rsplit('/').next().filter(|name| !name.is_empty())?;
    let plain = |text: &str| text.replace(SEPARATOR, "");
    Some((plain(&role), plain(session)))
}

#[cfg(test)]
mod tests {
    use super::Watched;

    #[test]
    fn only_what_may_be_watched_is_looked_into() {
        let watched = Watched::default();
        for (raw, holds) in [
            (r#"{"eventSource":"kms.amazonaws.com"}"#, true),
            (r#"{"eventSource" : "kms.amazonaws.com"}"#, true),
            (r#"{"eventSource":"ec2.amazonaws.com"}"#, false),
            (r#"{"eventSource":"lambda.amazonaws.com"}"#, false),
            (r#"{"eventSource":"k\u006ds.amazonaws.com"}"#, true),
            (r#"{"x":{"eventSource":"ec2.amazonaws.com"},"eventSource":"iam.amazonaws.com"}"#, true),
            (r#"{"event\u0053ource":"iam.amazonaws.com"}"#, true),
            (r#"{"eventSource":"s3.amazonaws.com","eventName":"DeleteObject","key":"a/b"}"#, false),
            (r#"{"eventSource":"s3.amazonaws.com","eventName":"DeleteObject","key":"1/CloudTrail/x"}"#, true),
            (
                r#"{"eventSource":"s3.amazonaws.com","eventName":"DeleteObjects","requestParameters":{"bucketName":"org-cloudtrail-1"}}"#,
                true,
            ),
            (
                r#"{"eventSource":"s3.amazonaws.com","eventName":"DeleteObjects","requestParameters":{"bucketName":"trailers"}}"#,
                false,
            ),
            (r#"{"eventSource":"events.amazonaws.com","eventName":"PutTargets"}"#, true),
            (r#"{"eventSource":"events.amazonaws.com","eventName":"PutEvents"}"#, false),
            (r#"{"eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy"}"#, true),
            (r#"{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}"#, false),
            (r#"{"eventSource":"kms.amazonaws.com","eventName":"Decrypt"}"#, false),
            (r#"{"eventSource":"kms.amazonaws.com","eventName":"DisableKey"}"#, true),
            (r#"{"eventSource":"kms.amazonaws.com","eventName":"Dis\u0061bleKey"}"#, true),
            (
                r#"{"eventSource":"kms.amazonaws.com","x":{"eventName":"Decrypt"},"eventName":"DisableKey"}"#,
                true,
            ),
        ] {
            assert_eq!(watched.holds(raw.as_bytes()), holds, "{raw}");
        }
    }
}
