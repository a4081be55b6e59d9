//! Trails as they are seen at one place, with their status there.
//!
//! ListTrails is not asked: DescribeTrails with shadow trails, in every audited Region, shows every trail that can record
//! there, and a trail that is not there in any form records nothing there.

use super::Run;
use super::listing::listed;
use super::read::{Read, TrailFacts, TrailRead};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::{Reach, Session};
use audit::inventory::TrailStatus;
use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput;
use aws_sdk_cloudtrail::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudtrail::types::Trail;
use cloudtrail::arn::Arn;
use futures_util::future::join_all;

/// The trails and shadows of trails at a place, by ARN.
pub(crate) async fn of(run: Run<'_>, reach: &Reach, region: &str) -> Read<Vec<TrailRead>> {
    let call = Call::new(Service::CloudTrail, "cloudtrail:DescribeTrails", &reach.account, region);
    let all = described(run.session, reach, region).await?;
    let facts: Option<Vec<TrailFacts>> = all.into_iter().map(|trail| facts(trail, reach, region)).collect();
    let mut facts = facts.ok_or_else(|| {
        Failure::new(Class::Final, "the answer describes a trail without its ARN").gap(&call)
    })?;
    facts.sort_by(|a, b| a.arn.cmp(&b.arn));
    facts.dedup_by(|a, b| a.arn == b.arn);
    let status = join_all(facts.iter().map(|trail| status(run.session, reach, region, &trail.arn))).await;
    Ok(facts.into_iter().zip(status).map(|(facts, status)| TrailRead { facts, status }).collect())
}

/// As AWS describes them, in no order.
pub(crate) async fn described(session: &Session, reach: &Reach, region: &str) -> Read<Vec<Trail>> {
    let client = reach.cloudtrail(region);
    let call = Call::new(Service::CloudTrail, "cloudtrail:DescribeTrails", &reach.account, region);
    let answer = session.wire.send(&call, || {
        let request = client.describe_trails().include_shadow_trails(true);
        Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
    });
    let answer = answer.await.map_err(|failure| failure.gap(&call))?;
    listed(answer.trail_list, "trails").map_err(|failure| failure.gap(&call))
}

fn facts(trail: Trail, reach: &Reach, region: &str) -> Option<TrailFacts> {
    let arn = trail.trail_arn?;
    let parsed = Arn::parse(&arn)?;
    let named = parsed.resource.strip_prefix("trail/").unwrap_or(parsed.resource);
    let home = if parsed.region.is_empty() { region } else { parsed.region };
    Some(TrailFacts {
        name: trail.name.unwrap_or_else(|| named.to_owned()),
        account: parsed.account.to_owned(),
        home_region: trail.home_region.unwrap_or_else(|| home.to_owned()),
        multi_region: trail.is_multi_region_trail.unwrap_or(false),
        // Another account's trail is shown here only if it is its organization's (semantics 4.1).
        organization: trail.is_organization_trail.unwrap_or(false) || parsed.account != reach.account,
        log_file_validation: trail.log_file_validation_enabled,
        global_service_events: trail.include_global_service_events,
        bucket: trail.s3_bucket_name,
        arn,
    })
}

/// The status is asked by ARN: a name would find neither a shadow nor an organization's trail.
pub(crate) async fn status(session: &Session, reach: &Reach, region: &str, arn: &str) -> Read<TrailStatus> {
    let client = reach.cloudtrail(region);
    let call = Call::new(Service::CloudTrail, "cloudtrail:GetTrailStatus", &reach.account, region).about(arn);
    let answer = session.wire.send(&call, || {
        let request = client.get_trail_status().name(arn);
        Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
    });
    let answer = answer.await.map_err(|failure| failure.gap(&call))?;
    read_status(answer).ok_or_else(|| {
        Failure::new(Class::Final, "the answer does not say whether the trail logs").gap(&call)
    })
}

fn read_status(answer: GetTrailStatusOutput) -> Option<TrailStatus> {
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let time = |time: Option<DateTime>| time.and_then(|time| time.fmt(DateTimeFormat::DateTime).ok());
    Some(TrailStatus {
        logging: answer.is_logging?,
        delivery_error: said(answer.latest_delivery_error),
        latest_delivery: time(answer.latest_delivery_time),
        digest_error: said(answer.latest_digest_delivery_error),
        stopped_at: time(answer.stop_logging_time),
    })
}
