//! The Region of each bucket that was asked for.

use crate::lock::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    known: Mutex<HashMap<String, Arc<Slot>>>,
}

/// `None` iff it is not known yet.
type Slot = tokio::sync::Mutex<Option<String>>;

impl Buckets {
    /// S3 says that the bucket is there.
    pub(crate) async fn moved(&self, bucket: &str, region: &str) {
        *self.slot(bucket).lock().await = Some(region.to_owned());
    }

    pub(crate) fn slot(&self, bucket: &str) -> Arc<Slot> {
        Arc::clone(lock(&self.known).entry(bucket.to_owned()).or_default())
    }
}
