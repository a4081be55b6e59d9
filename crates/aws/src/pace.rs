//! How fast we may ask: a token bucket for each service, account and Region, and a budget of retries for each operation.
//!
//! Both are plain arithmetic over instants and counts that the caller hands in; nothing here waits.

use crate::options::Pace;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// A service we call. Its word is the prefix of its IAM actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    CloudTrail,
    /// The operations of CloudTrail that write: their quota is one a second.
    CloudTrailWrite,
    Lambda,
    LambdaWeb,
    LambdaMicrovms,
    Organizations,
    Account,
    Ec2,
    Sts,
    Iam,
    CloudWatch,
    /// Whatever tells others of findings.
    Notifying,
    S3,
    /// What reads objects and lists them: S3 allows thousands a second for each prefix.
    S3Objects,
}

impl Service {
    /// True iff its answers are not about one Region.
    pub(crate) const fn is_global(self) -> bool {
        matches!(self, Self::Organizations | Self::Account | Self::Sts | Self::Iam)
    }

    const fn rate(self, pace: &Pace) -> f64 {
        match self {
            Self::CloudTrail => pace.cloudtrail,
            Self::CloudTrailWrite => pace.writes,
            Self::Lambda | Self::LambdaWeb | Self::LambdaMicrovms => pace.lambda,
            Self::Organizations => pace.organizations,
            Self::S3Objects => pace.objects,
            Self::Account
            | Self::Ec2
            | Self::Sts
            | Self::Iam
            | Self::CloudWatch
            | Self::Notifying
            | Self::S3 => pace.other,
        }
    }
}

/// A token bucket as a *generic cell rate algorithm*: one instant, no counter, no timer.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// When the next request is due if all came evenly.
    due: Instant,
    interval: Duration,
    /// How far a burst may run ahead of `due`.
    ahead: Duration,
}

impl Bucket {
    /// A full bucket of `rate` requests a second, half a second's worth of which may come at once.
    fn new(rate: f64, now: Instant) -> Self {
        let interval = Duration::from_secs_f64(1.0 / rate.max(0.01));
        Bucket { due: now, interval, ahead: Duration::from_millis(500).saturating_sub(interval) }
    }

    /// Takes a token; the request may leave at the instant returned, which is never before `now`.
    fn take(&mut self, now: Instant) -> Instant {
        let due = self.due.max(now);
        self.due = due + self.interval;
        now.max(due.checked_sub(self.ahead).unwrap_or(due))
    }

    /// The service says that we ask too fast, so whatever burst was saved up is lost.
    fn drain(&mut self, now: Instant) {
        self.due = self.due.max(now + self.ahead + self.interval);
    }
}

/// All buckets, made when they are first asked for.
#[derive(Debug)]
pub(crate) struct Buckets {
    pace: Pace,
    buckets: HashMap<(Service, String, String), Bucket>,
}

impl Buckets {
    pub(crate) fn new(pace: Pace) -> Self {
        Buckets { pace, buckets: HashMap::new() }
    }

    /// When a request that is ready `now` may leave.
    pub(crate) fn take(&mut self, service: Service, account: &str, region: &str, now: Instant) -> Instant {
        self.bucket(service, account, region, now).take(now)
    }

    /// A request was throttled.
    pub(crate) fn throttled(&mut self, service: Service, account: &str, region: &str, now: Instant) {
        self.bucket(service, account, region, now).drain(now);
    }

    fn bucket(&mut self, service: Service, account: &str, region: &str, now: Instant) -> &mut Bucket {
        let rate = service.rate(&self.pace);
        self.buckets
            .entry((service, account.to_owned(), region.to_owned()))
            .or_insert_with(|| Bucket::new(rate, now))
    }
}

/// What a retry costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Price {
    /// After a throttle: the service is alive and says so.
    Throttled = 1,
    /// After a failure that the service admits, or silence.
    Failed = 5,
    /// After an answer of a failing server that is none of AWS's: it may not know the operation at all.
    Strange = 10,
}

/// Retries left for each operation in each account. An operation that fails everywhere (17 Regions, say) must not be
/// retried everywhere: it gets eight retries in all, or four where the answers are not even AWS's, and each success earns
/// nearly two more.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    left: HashMap<(String, &'static str), u32>,
}

impl Budgets {
    const START: u32 = 40;
    const EARNED: u32 = 9;
    const MOST: u32 = 200;

    /// Pays for one retry; false iff there is not enough left, and then nothing is paid.
    pub(crate) fn pay(&mut self, account: &str, action: &'static str, price: Price) -> bool {
        let left = self.left(account, action);
        match left.checked_sub(price as u32) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        }
    }

    /// A call has succeeded.
    pub(crate) fn earn(&mut self, account: &str, action: &'static str) {
        let left = self.left(account, action);
        *left = (*left + Self::EARNED).min(Self::MOST);
    }

    fn left(&mut self, account: &str, action: &'static str) -> &mut u32 {
        self.left.entry((account.to_owned(), action)).or_insert(Self::START)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, Buckets, Budgets, Price, Service};
    use crate::options::Pace;
    use std::time::Duration;
    use tokio::time::Instant;

    fn millis(from: Instant, to: Instant) -> u128 {
        (to - from).as_millis()
    }

    #[test]
    fn a_burst_of_half_a_second_then_one_each_interval() {
        let now = Instant::now();
        let mut bucket = Bucket::new(10.0, now);
        let leaves: Vec<u128> = (0..8).map(|_| millis(now, bucket.take(now))).collect();
        assert_eq!(leaves, [0, 0, 0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn no_more_than_the_rate_over_any_long_time() {
        let now = Instant::now();
        let mut bucket = Bucket::new(8.0, now);
        let last = (0..81).map(|_| bucket.take(now)).last().unwrap();
        assert!(last - now >= Duration::from_millis(9_500), "81 requests need nearly ten seconds");
    }

    #[test]
    fn an_idle_bucket_fills_up_and_no_further() {
        let now = Instant::now();
        let mut bucket = Bucket::new(10.0, now);
        for _ in 0..20 {
            bucket.take(now);
        }
        let later = now + Duration::from_secs(3600);
        let leaves: Vec<u128> = (0..6).map(|_| millis(later, bucket.take(later))).collect();
        assert_eq!(leaves, [0, 0, 0, 0, 0, 100]);
    }

    #[test]
    fn a_throttle_takes_the_burst_away() {
        let now = Instant::now();
        let mut bucket = Bucket::new(10.0, now);
        bucket.drain(now);
        assert_eq!(millis(now, bucket.take(now)), 100);
    }

    #[test]
    fn a_slow_bucket_has_no_burst() {
        let now = Instant::now();
        let mut bucket = Bucket::new(1.0, now);
        let leaves: Vec<u128> = (0..3).map(|_| millis(now, bucket.take(now))).collect();
        assert_eq!(leaves, [0, 1000, 2000]);
    }

    #[test]
    fn each_service_account_and_region_has_its_own() {
        let now = Instant::now();
        let mut buckets = Buckets::new(Pace { cloudtrail: 1.0, ..Pace::default() });
        assert_eq!(buckets.take(Service::CloudTrail, "a", "r", now), now);
        assert_eq!(buckets.take(Service::CloudTrail, "b", "r", now), now);
        assert_eq!(buckets.take(Service::CloudTrail, "a", "s", now), now);
        assert_eq!(buckets.take(Service::Lambda, "a", "r", now), now);
        assert!(buckets.take(Service::CloudTrail, "a", "r", now) > now);
    }

    #[test]
    fn a_persistent_failure_gets_eight_retries_in_all() {
        let mut budgets = Budgets::default();
        let paid = (0..100).filter(|_| budgets.pay("a", "cloudtrail:ListChannels", Price::Failed)).count();
        assert_eq!(paid, 8);
        let paid = (0..100).filter(|_| budgets.pay("c", "cloudtrail:ListChannels", Price::Strange)).count();
        assert_eq!(paid, 4);
        assert!(
            budgets.pay("a", "cloudtrail:DescribeTrails", Price::Failed),
            "another operation is untouched"
        );
        assert!(budgets.pay("b", "cloudtrail:ListChannels", Price::Failed), "and so is another account");
    }

    #[test]
    fn a_third_of_calls_failing_never_runs_out() {
        let mut budgets = Budgets::default();
        for _ in 0..1000 {
            assert!(budgets.pay("a", "lambda:ListFunctions", Price::Failed));
            budgets.earn("a", "lambda:ListFunctions");
            budgets.earn("a", "lambda:ListFunctions");
        }
    }
}
