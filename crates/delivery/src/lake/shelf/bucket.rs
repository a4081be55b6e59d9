//! Files of a lake in a bucket: each one conditional PUT. Who finds that somebody else was faster puts back what he replaced.

use super::{Commit, LakeError};
use aws::{ObjectError, ObjectTrouble};
use lake::{Manifest, Partition, Table};
use logs::{hex, sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// A prefix of a bucket.
pub(super) struct Bucket {
    pub(super) aws: Arc<aws::Session>,
    pub(super) bucket: String,
    pub(super) prefix: String,
}

/// A file that a commit changed: what it has now and what it had before, `None` where there was or is no file.
struct Changed<'c> {
    path: String,
    now: Option<&'c [u8]>,
    before: Option<Vec<u8>>,
}

impl Bucket {
    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn failed(&self, path: &str, error: &ObjectError) -> LakeError {
        LakeError::of(format!("s3://{}/{}{path}", self.bucket, self.prefix), error)
    }

    /// Writes what belongs together.
    pub(super) async fn commit(&self, commit: &Commit) -> Result<(), LakeError> {
        let mut changed = Vec::new();
        let done = match self.files(commit, &mut changed).await {
            Ok(()) => self.last(commit).await,
            Err(error) => Err(error),
        };
        let Err(error) = done else { return Ok(()) };
        if error.changed {
            let (path, _) = &commit.last;
            let winner = get(&self.aws, &self.bucket, &self.key(path)).await.ok().flatten();
            let named = winner.and_then(|(bytes, _)| files_of(path, &bytes));
            // Whatever could not be read is left as it is.
            if let Some(named) = named {
                for one in &changed {
                    self.restore(one, named.get(&one.path).map(String::as_str)).await;
                }
            }
            return Err(LakeError::overtaken(format!("s3://{}/{}{path}", self.bucket, self.prefix)));
        }
        Err(error)
    }

    async fn files<'c>(&self, commit: &'c Commit, changed: &mut Vec<Changed<'c>>) -> Result<(), LakeError> {
        let writes = commit.files.iter().map(async |(path, bytes)| {
            let before = self.put(path, bytes).await.map_err(|error| self.failed(path, &error))?;
            Ok(before.map(|before| Changed { path: path.clone(), now: Some(bytes), before }))
        });
        let mut failed = Ok(());
        for written in futures_util::future::join_all(writes).await {
            match written {
                Ok(one) => changed.extend(one),
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed?;
        for below in &commit.folders {
            let listed = self.aws.objects().list(&self.bucket, &self.key(below), None, false).all().await;
            let listed = listed.map_err(|error| self.failed(below, &error))?.entries.into_iter();
            let there = listed.filter_map(|one| Some(one.key.strip_prefix(&self.prefix)?.to_owned()));
            for path in commit.stale(there) {
                let found = get(&self.aws, &self.bucket, &self.key(&path)).await;
                let before = found.map_err(|error| self.failed(&path, &error))?.map(|(bytes, _)| bytes);
                let removed = self.aws.objects().delete(&self.bucket, &self.key(&path)).await;
                removed.map_err(|error| self.failed(&path, &error))?;
                changed.push(Changed { path, now: None, before });
            }
        }
        Ok(())
    }

    /// The file that says that all is done, over the one that was there when the writing began.
    async fn last(&self, commit: &Commit) -> Result<(), LakeError> {
        let (path, bytes) = &commit.last;
        let (key, objects) = (self.key(path), self.aws.objects());
        let over = commit.over.as_deref().filter(|stamp| !stamp.is_empty());
        let Err(error) = objects.put(&self.bucket, &key, bytes, over).await else { return Ok(()) };
        if error.trouble != ObjectTrouble::Changed {
            return Err(self.failed(path, &error));
        }
        let there = get(&self.aws, &self.bucket, &key).await.map_err(|error| self.failed(path, &error))?;
        match there {
            Some((there, _)) if there == *bytes => Ok(()),
            _ => Err(self.failed(path, &error)),
        }
    }

    /// One conditional PUT. Where an object is there already, the same bytes are done, whoever wrote them; others are replaced, iff
    /// nobody replaces them meanwhile. What was there before; `None` iff it was the same.
    async fn put(&self, path: &str, bytes: &[u8]) -> Result<Option<Option<Vec<u8>>>, ObjectError> {
        let (bucket, key, objects) = (&self.bucket, self.key(path), self.aws.objects());
        let error = match objects.put(bucket, &key, bytes, None).await {
            Err(error) if error.trouble == ObjectTrouble::Changed => error,
            done => return done.map(|()| Some(None)),
        };
        match get(&self.aws, bucket, &key).await? {
            Some((there, _)) if there == bytes => Ok(None),
            Some((there, etag)) if !etag.is_empty() => {
                objects.put(bucket, &key, bytes, Some(&etag)).await.map(|()| Some(Some(there)))
            }
            _ => Err(error),
        }
    }

    /// Makes a file what the manifest names that stays, unless somebody has changed it again. `named` is its hash there; `None` iff it has no
    /// such file. What fails here is seen by `lake verify`, and the next writing repairs it.
    async fn restore(&self, changed: &Changed<'_>, named: Option<&str>) {
        let is_named = |bytes: Option<&[u8]>| bytes.map(|bytes| hex(&sha256(bytes))).as_deref() == named;
        if is_named(changed.now) {
            return;
        }
        let (bucket, key, objects) = (&self.bucket, self.key(&changed.path), self.aws.objects());
        let Ok(there) = get(&self.aws, bucket, &key).await else { return };
        let etag = there.as_ref().map(|(_, etag)| etag.clone());
        if there.as_ref().map(|(bytes, _)| bytes.as_slice()) != changed.now {
            return;
        }
        let _ = match &changed.before {
            _ if named.is_none() => objects.delete(bucket, &key).await,
            Some(before) if is_named(Some(before)) => {
                objects.put(bucket, &key, before, etag.as_deref()).await
            }
            _ => Ok(()),
        };
    }
}

/// The files that a manifest names, by their paths below the lake, with their hashes; `None` iff it is not the manifest of that path.
fn files_of(path: &str, bytes: &[u8]) -> Option<HashMap<String, String>> {
    let rest = path.strip_prefix(Table::Invocations.name())?.strip_prefix('/')?;
    let partition = Partition::of_path(rest.rsplit_once('/')?.0)?;
    let manifest = Manifest::parse(bytes, &partition).ok()?;
    let tables =
        manifest.tables.iter().flat_map(|(table, parts)| parts.iter().map(move |part| (table, part)));
    let files = tables
        .map(|(table, part)| (format!("{table}/{}/{}", partition.path(), part.file), part.sha256.clone()));
    Some(files.collect())
}

/// The bytes of an object and its entity tag; `None` iff there is none.
pub(super) async fn get(
    aws: &aws::Session,
    bucket: &str,
    key: &str,
) -> Result<Option<(Vec<u8>, String)>, ObjectError> {
    match aws.objects().get(bucket, key, None).await {
        Ok(object) => Ok(Some((object.bytes, object.metadata.etag))),
        Err(error) if error.trouble == ObjectTrouble::Missing => Ok(None),
        Err(error) => Err(error),
    }
}
