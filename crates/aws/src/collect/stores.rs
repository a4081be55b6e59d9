//! Event data stores: listed in every enabled Region, because a multi-Region store at home anywhere records everywhere,
//! and then read one by one, because the listing gives only ARN and name.

use super::Run;
use super::listing::{listed, pages};
use super::read::{Read, RecorderRead, StoresRead};
use super::regions::enabled;
use crate::body::{Body, advanced_selectors};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Reach;
use audit::inventory::{Gap, OptIn};
use aws_sdk_cloudtrail::operation::get_event_data_store::GetEventDataStoreOutput;
use cloudtrail::arn::Arn;
use cloudtrail::recorder::{RecorderKind, StoreStatus};
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// The stores that the account sees. `fallback` are the Regions to look in when the account's Regions are not known, and
/// then what is found cannot be all.
pub(crate) async fn of(
    run: Run<'_>,
    reach: &Reach,
    regions: &Read<BTreeMap<String, OptIn>>,
    fallback: &[String],
) -> StoresRead {
    let wanted = regions.as_ref().map_or_else(|_| fallback.to_vec(), enabled);
    let listings = join_all(wanted.iter().map(|region| in_region(run, reach, region))).await;
    let (mut seen, mut gaps) = (Vec::new(), Vec::new());
    for (stores, gap) in listings {
        seen.extend(stores);
        gaps.extend(gap);
    }
    // An organization's store is also seen by a delegated administrator, who does not own it.
    let own = seen.iter().filter(|store: &&RecorderRead| store.account == reach.account);
    let mut owned: Vec<String> = own.map(|store| store.arn.clone()).collect();
    owned.sort();
    owned.dedup();
    let owned = match regions.as_ref().err().or(gaps.first()) {
        Some(gap) => Err(gap.clone()),
        None => Ok(owned),
    };
    StoresRead { owned, seen, gaps }
}

async fn in_region(run: Run<'_>, reach: &Reach, region: &str) -> (Vec<RecorderRead>, Option<Gap>) {
    let client = reach.cloudtrail(region);
    let call = Call::new(Service::CloudTrail, "cloudtrail:ListEventDataStores", &reach.account, region);
    let (found, failure) = pages(async |next| {
        let answer = run.session.wire.send(&call, || {
            let request = client.list_event_data_stores().set_next_token(next.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        Ok((listed(answer.event_data_stores, "stores")?, answer.next_token))
    })
    .await;
    let nameless = found.iter().any(|store| store.event_data_store_arn.is_none());
    let nameless = nameless.then(|| Failure::new(Class::Final, "the listing names a store without its ARN"));
    let arns: Vec<String> = found.into_iter().filter_map(|store| store.event_data_store_arn).collect();
    let stores = join_all(arns.iter().map(|arn| store(run, reach, region, arn))).await;
    (stores, failure.or(nameless).map(|failure| failure.gap(&call)))
}

async fn store(run: Run<'_>, reach: &Reach, region: &str, arn: &str) -> RecorderRead {
    let client = reach.cloudtrail(region);
    let body = Body::default();
    let call =
        Call::new(Service::CloudTrail, "cloudtrail:GetEventDataStore", &reach.account, region).about(arn);
    let answer = run.session.wire.send(&call, || {
        let request = client.get_event_data_store().event_data_store(arn);
        let request = request.customize().interceptor(body.clone());
        Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
    });
    match answer.await {
        Ok(answer) => describe(arn, region, answer, &body, &call),
        Err(failure) => {
            let gap = failure.gap(&call);
            // It may reach anything, as far as we know.
            RecorderRead {
                multi_region: true,
                organization: true,
                selectors: Err(gap.clone()),
                status: Err(gap),
                ..named(arn, None, region)
            }
        }
    }
}

fn describe(
    arn: &str,
    region: &str,
    answer: GetEventDataStoreOutput,
    body: &Body,
    call: &Call<'_>,
) -> RecorderRead {
    let gap = |error: &str| Failure::new(Class::Final, error).gap(call);
    let selectors = body.json().and_then(|document| advanced_selectors(&document));
    // An absent status must not be read as a disabled store.
    let status = answer.status.map(|status| StoreStatus::parse(status.as_str()));
    // How far it reaches is not to be guessed: where that is not said, it may reach anything and is certain of nothing.
    let reach = answer.multi_region_enabled.zip(answer.organization_enabled);
    RecorderRead {
        multi_region: answer.multi_region_enabled.unwrap_or(true),
        organization: answer.organization_enabled.unwrap_or(true),
        selectors: selectors.map_err(|error| gap(&error)),
        status: match (status, reach) {
            (Some(status), Some(_)) => Ok(status),
            (None, _) => Err(gap("the answer names no status")),
            (_, None) => Err(gap("the answer does not say which Regions and accounts the store records")),
        },
        ..named(arn, answer.name, region)
    }
}

fn named(arn: &str, name: Option<String>, region: &str) -> RecorderRead {
    let parsed = Arn::parse(arn);
    let id = parsed.and_then(|parsed| parsed.resource.rsplit('/').next()).unwrap_or(arn);
    RecorderRead {
        arn: arn.to_owned(),
        name: name.unwrap_or_else(|| id.to_owned()),
        kind: RecorderKind::EventDataStore,
        account: parsed.map(|parsed| parsed.account.to_owned()).unwrap_or_default(),
        home_region: parsed.map_or(region, |parsed| parsed.region).to_owned(),
        multi_region: true,
        organization: true,
        selectors: Ok(cloudtrail::selector::Selectors { list: Vec::new(), document: String::new() }),
        status: Ok(StoreStatus::Enabled),
        log_file_validation: None,
        global_service_events: None,
        destination: None,
    }
}
