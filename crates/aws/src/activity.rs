//! What is on its way to AWS right now, for whoever shows how far it has come.

use crate::call::Call;
use crate::lock::lock;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What was sent so far, and what is waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Requests that were sent, repetitions included.
    pub requests: u64,
    /// How many of them AWS throttled.
    pub throttled: u64,
    /// The request that has been on its way longest; `None` iff there is none.
    pub oldest: Option<OnTheWay>,
}

/// A request whose answer is not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnTheWay {
    /// Named like its IAM action, such as `cloudtrail:DescribeTrails`.
    pub action: &'static str,
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// How long ago it was sent.
    pub since: Duration,
}

/// The requests that are on their way, by the order in which they were sent.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    sent: AtomicU64,
    throttled: AtomicU64,
    on_the_way: Mutex<BTreeMap<u64, Sent>>,
}

#[derive(Debug)]
struct Sent {
    action: &'static str,
    account: String,
    region: String,
    at: Instant,
}

impl Traffic {
    /// A request leaves; it is on its way as long as the value lives.
    pub(crate) fn leaves(&self, call: &Call<'_>) -> Leaving<'_> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let Call { action, account, region, .. } = *call;
        let sent =
            Sent { action, account: account.to_owned(), region: region.to_owned(), at: Instant::now() };
        lock(&self.on_the_way).insert(number, sent);
        Leaving { traffic: self, number }
    }

    /// AWS says that we ask too fast.
    pub(crate) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests that were sent.
    pub(crate) fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn activity(&self) -> Activity {
        let oldest = lock(&self.on_the_way).first_key_value().map(|(_, sent)| OnTheWay {
            action: sent.action,
            account: sent.account.clone(),
            region: sent.region.clone(),
            since: sent.at.elapsed(),
        });
        Activity { requests: self.requests(), throttled: self.throttled.load(Ordering::Relaxed), oldest }
    }
}

/// A request on its way.
pub(crate) struct Leaving<'a> {
    traffic: &'a Traffic,
    number: u64,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        lock(&self.traffic.on_the_way).remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::Traffic;
    use crate::call::Call;
    use crate::pace::Service;

    #[tokio::test]
    async fn the_oldest_request_on_its_way_is_shown_until_it_is_answered() {
        let traffic = Traffic::default();
        let call = |action, region| Call::new(Service::CloudTrail, action, "111122223333", region);
        let first = traffic.leaves(&call("cloudtrail:DescribeTrails", "eu-west-1"));
        let second = traffic.leaves(&call("cloudtrail:GetTrail", "us-east-1"));
        let oldest = || traffic.activity().oldest.map(|one| (one.action, one.region));
        assert_eq!(oldest(), Some(("cloudtrail:DescribeTrails", "eu-west-1".to_owned())));
        drop(first);
        assert_eq!(oldest(), Some(("cloudtrail:GetTrail", "us-east-1".to_owned())));
        traffic.throttled();
        drop(second);
        let idle = traffic.activity();
        assert_eq!((idle.requests, idle.throttled, idle.oldest), (2, 1, None));
    }
}
