//! Service-linked channels: copies of events for other AWS services. They are named in findings and never counted.

use super::Run;
use super::listing::{listed, pages};
use super::read::{ChannelsRead, RecorderRead};
use crate::body::{Body, advanced_selectors};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Reach;
use cloudtrail::arn::Arn;
use cloudtrail::recorder::{RecorderKind, StoreStatus};
use futures_util::future::join_all;
use serde_json::Value;

/// What the names of service-linked channels begin with; all other channels bring events in instead of out.
const SERVICE: &str = "aws-service-channel/";

/// The service-linked channels at a place. A listing that broke off is no listing.
pub(crate) async fn of(run: Run<'_>, reach: &Reach, region: &str) -> ChannelsRead {
    let client = reach.cloudtrail(region);
    let call = Call::new(Service::CloudTrail, "cloudtrail:ListChannels", &reach.account, region);
    let (found, failure) = pages(async |next| {
        let answer = run.session.wire.send(&call, || {
            let request = client.list_channels().set_next_token(next.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        Ok((listed(answer.channels, "channels")?, answer.next_token))
    })
    .await;
    let nameless = found.iter().any(|channel| channel.channel_arn.is_none() || channel.name.is_none());
    let failure = failure.or_else(|| {
        nameless.then(|| Failure::new(Class::Final, "a channel was listed without an ARN or a name"))
    });
    let mut channels: Vec<(String, String)> = found
        .into_iter()
        .filter_map(|channel| Some((channel.channel_arn?, channel.name?)))
        .filter(|(_, name)| name.starts_with(SERVICE))
        .collect();
    channels.sort();
    channels.dedup();
    let seen = join_all(channels.iter().map(|(arn, name)| channel(run, reach, region, arn, name))).await;
    let arns = match failure {
        Some(failure) => Err(failure.gap(&call)),
        None => Ok(channels.into_iter().map(|(arn, _)| arn).collect()),
    };
    ChannelsRead { arns, seen }
}

async fn channel(run: Run<'_>, reach: &Reach, region: &str, arn: &str, name: &str) -> RecorderRead {
    let client = reach.cloudtrail(region);
    let body = Body::default();
    let call = Call::new(Service::CloudTrail, "cloudtrail:GetChannel", &reach.account, region).about(arn);
    let answer = run.session.wire.send(&call, || {
        let request = client.get_channel().channel(arn).customize().interceptor(body.clone());
        Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
    });
    let (selectors, multi_region) = match answer.await {
        Ok(answer) => {
            let document = body.json();
            let source = |document: &Value| {
                document
                    .get("SourceConfig")
                    .map_or_else(|| Err("the answer holds no SourceConfig".to_owned()), advanced_selectors)
            };
            let selectors = document.and_then(|document| source(&document));
            let everywhere = answer.source_config.and_then(|source| source.apply_to_all_regions);
            (selectors.map_err(|error| Failure::new(Class::Final, error).gap(&call)), everywhere)
        }
        Err(failure) => (Err(failure.gap(&call)), None),
    };
    let parsed = Arn::parse(arn);
    let service = name.strip_prefix(SERVICE).and_then(|rest| rest.split('/').next());
    RecorderRead {
        arn: arn.to_owned(),
        name: name.to_owned(),
        kind: RecorderKind::Channel,
        account: parsed.map_or(reach.account.as_str(), |parsed| parsed.account).to_owned(),
        home_region: parsed.map_or(region, |parsed| parsed.region).to_owned(),
        multi_region: multi_region.unwrap_or(false),
        organization: false,
        selectors,
        status: Ok(StoreStatus::Enabled),
        log_file_validation: None,
        global_service_events: None,
        destination: service.map(str::to_owned),
    }
}
