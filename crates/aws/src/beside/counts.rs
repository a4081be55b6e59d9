//! CloudWatch's `AWS/Lambda Invocations` of every function at a place, over the 30 whole days before the collection.

use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::series::{Asked, to_rfc3339};
use crate::session::{Reach, Session};
use audit::inventory::{Gap, Place};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use cloudtrail::time::DAY_SECONDS;
use std::collections::BTreeMap;

/// Days that are summed up. Daily sums: AWS keeps those for 455 days.
const DAYS: i64 = 30;

/// Invocations by function name; every function of the place is there.
pub(super) async fn of(
    session: &Session,
    reach: &Reach,
    place: &Place,
    collected_at: &str,
) -> Result<BTreeMap<String, u64>, Gap> {
    let call = Call::new(Service::CloudWatch, "cloudwatch:GetMetricData", &reach.account, &place.region);
    let names: Vec<&str> =
        place.functions.resources.iter().filter_map(|one| one.arn.rsplit(':').next()).collect();
    let read = async {
        let (from, to) = window(collected_at)?;
        let asked = Asked { session, reach, call: &call, from: &from, to: &to, period: DAY_SECONDS };
        let series = asked.invocations(&names).await?;
        let sums = series.iter().map(|series| whole(series.values.iter().sum()));
        Ok(names.iter().map(|name| (*name).to_owned()).zip(sums).collect())
    };
    read.await.map_err(|failure: Failure| failure.gap(&call))
}

/// Sums of counts: whole numbers, and never negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
pub(crate) fn whole(sum: f64) -> u64 {
    sum.round().clamp(0.0, 1e18) as u64
}

/// The 30 whole days (UTC) before the day of `collected_at`.
fn window(collected_at: &str) -> Result<(String, String), Failure> {
    let wrong = |_| Failure::new(Class::Final, "the inventory does not say when it was collected");
    let at = DateTime::from_str(collected_at, Format::DateTime).map_err(wrong)?.secs();
    let to = at - at.rem_euclid(DAY_SECONDS);
    Ok((to_rfc3339(to - DAYS * DAY_SECONDS)?, to_rfc3339(to)?))
}

#[cfg(test)]
mod tests {
    use super::window;

    #[test]
    fn the_window_is_thirty_whole_days() {
        let (from, to) = window("2026-11-23T17:05:00Z").unwrap();
        assert_eq!((from.as_str(), to.as_str()), ("2026-10-24T00:00:00Z", "2026-11-23T00:00:00Z"));
        assert!(window("yesterday").is_err());
    }
}
