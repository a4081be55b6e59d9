//! How often functions were invoked in each hour, as CloudWatch counts.

use crate::beside::whole;
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::series::{Asked, Series, to_rfc3339};
use crate::session::Session;
use audit::inventory::Gap;
use cloudtrail::time::{HOUR_MILLIS, HOUR_SECONDS, SECOND_MILLIS};
use std::collections::BTreeMap;

/// When an hour begins (milliseconds since 1970) and how often the function was invoked in it, in ascending order. An hour
/// in which CloudWatch has no data point is not there: nothing was invoked, or it was longer ago than the 455 days for which
/// hours are kept.
pub type Hours = Vec<(i64, u64)>;

impl Session {
    /// The metric `AWS/Lambda Invocations` of functions at one place, by their names, for the whole hours that lie between
    /// `from` and `to` (milliseconds since 1970). Every name that was asked for is in the answer.
    ///
    /// The metric counts code that ran (semantics 11); an hour that has just ended may still grow.
    ///
    /// # Errors
    /// A gap iff not all of it could be read.
    pub async fn invocations(
        &self,
        account: &str,
        region: &str,
        names: &[&str],
        from: i64,
        to: i64,
    ) -> Result<BTreeMap<String, Hours>, Gap> {
        let from = from.div_euclid(HOUR_MILLIS) + i64::from(from.rem_euclid(HOUR_MILLIS) != 0);
        let (from, to) = (from * HOUR_SECONDS, to.div_euclid(HOUR_MILLIS) * HOUR_SECONDS);
        if from >= to {
            return Ok(names.iter().map(|name| ((*name).to_owned(), Hours::new())).collect());
        }
        let reach = self.reach(account).await?;
        let call = Call::new(Service::CloudWatch, "cloudwatch:GetMetricData", account, region);
        let read = async {
            let (begins, ends) = (to_rfc3339(from)?, to_rfc3339(to)?);
            let asked = Asked {
                session: self,
                reach: &reach,
                call: &call,
                from: &begins,
                to: &ends,
                period: HOUR_SECONDS,
            };
            let all = asked.invocations(names).await?;
            let hours = all.iter().map(|series| hours(series, from, to));
            let hours: Result<Vec<Hours>, Failure> = hours.collect();
            Ok(names.iter().map(|name| (*name).to_owned()).zip(hours?).collect())
        };
        read.await.map_err(|failure: Failure| failure.gap(&call))
    }
}

fn hours(series: &Series, from: i64, to: i64) -> Result<Hours, Failure> {
    let wrong = |error: &str| Failure::new(Class::Final, error);
    if series.times.len() != series.values.len() {
        return Err(wrong("the answer does not say when each value was"));
    }
    let mut sums = BTreeMap::<i64, f64>::new();
    for (time, value) in series.times.iter().zip(&series.values) {
        if time.rem_euclid(HOUR_SECONDS) != 0 || !(from..to).contains(time) {
            return Err(wrong("the answer holds an hour that was not asked for"));
        }
        *sums.entry(time * SECOND_MILLIS).or_default() += value;
    }
    Ok(sums.into_iter().map(|(at, sum)| (at, whole(sum))).collect())
}
