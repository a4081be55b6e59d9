//! What only the owners of recorders can tell: the selectors of each trail, once, from its home Region and the account
//! that owns it; and the event data stores of management accounts, which record for all members and are seen by none.

use super::Run;
use super::account::manager;
use super::read::{AccountRead, Read, RecorderRead, TrailFacts};
use crate::body::{Body, selectors_of_trail};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Reach;
use audit::inventory::{Gap, GapKind};
use cloudtrail::recorder::{RecorderKind, StoreStatus};
use cloudtrail::selector::Selectors;
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

/// The management accounts of the accounts' organizations, unless they are among the accounts.
pub(crate) async fn managers(run: Run<'_>, accounts: &[AccountRead]) -> Vec<AccountRead> {
    let known: BTreeSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    let organizations = accounts
        .iter()
        .filter(|account| account.audited)
        .filter_map(|account| account.organization.as_ref().ok().cloned().flatten())
        .filter(|organization| !known.contains(organization.management_account.as_str()))
        .map(|organization| (organization.management_account.clone(), organization));
    let organizations: BTreeMap<_, _> = organizations.collect();
    join_all(organizations.into_values().map(|organization| manager(run, organization))).await
}

/// Every trail that was seen anywhere, once, with its selectors.
pub(crate) async fn trails(run: Run<'_>, accounts: &[AccountRead]) -> Vec<RecorderRead> {
    let mut trails: BTreeMap<&str, &TrailFacts> = BTreeMap::new();
    for place in accounts.iter().flat_map(|account| &account.places) {
        for trail in place.trails.as_ref().map_or(&[][..], Vec::as_slice) {
            let facts = &trail.facts;
            let at_home = place.account == facts.account && place.region == facts.home_region;
            let known = trails.entry(&facts.arn).or_insert(facts);
            // The trail itself knows better than its shadows.
            if at_home {
                *known = facts;
            }
        }
    }
    join_all(trails.into_values().map(|facts| trail(run, facts))).await
}

async fn trail(run: Run<'_>, facts: &TrailFacts) -> RecorderRead {
    RecorderRead {
        arn: facts.arn.clone(),
        name: facts.name.clone(),
        kind: RecorderKind::Trail,
        account: facts.account.clone(),
        home_region: facts.home_region.clone(),
        multi_region: facts.multi_region,
        organization: facts.organization,
        selectors: owner_selectors(run, facts).await,
        status: Ok(StoreStatus::Enabled),
        log_file_validation: facts.log_file_validation,
        global_service_events: facts.global_service_events,
        destination: facts.bucket.clone(),
    }
}

/// The selectors, as the owner's account; where that cannot be reached, or may not read those of its organization's trail,
/// as the caller, who may be the delegated administrator.
async fn owner_selectors(run: Run<'_>, facts: &TrailFacts) -> Read<Selectors> {
    let own = run.session.own();
    match run.session.reach(&facts.account).await {
        Ok(reach) => match selectors(run, &reach, facts).await {
            Err(refused)
                if refused.kind == GapKind::Refused && facts.organization && reach.account != own.account =>
            {
                selectors(run, &own, facts).await.map_err(|_| refused)
            }
            read => read,
        },
        Err(unreached) => selectors(run, &own, facts).await.map_err(|gap| Gap {
            account: Some(facts.account.clone()),
            error: format!("{}; {}: {}", gap.error, unreached.call, unreached.error),
            ..gap
        }),
    }
}

async fn selectors(run: Run<'_>, reach: &Reach, facts: &TrailFacts) -> Read<Selectors> {
    let client = reach.cloudtrail(&facts.home_region);
    let body = Body::default();
    let call =
        Call::new(Service::CloudTrail, "cloudtrail:GetEventSelectors", &reach.account, &facts.home_region)
            .about(&facts.arn);
    let answer = run.session.wire.send(&call, || {
        let request = client.get_event_selectors().trail_name(&facts.arn);
        let request = request.customize().interceptor(body.clone());
        Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
    });
    answer.await.map_err(|failure| failure.gap(&call))?;
    let document = body.json().and_then(|document| {
        // Selectors of another trail must not be taken for those of this one.
        match document.get("TrailARN").and_then(serde_json::Value::as_str) {
            Some(arn) if arn != facts.arn => Err(format!("the answer is about another trail, {arn}")),
            _ => selectors_of_trail(&document),
        }
    });
    document.map_err(|error| Failure::new(Class::Final, error).gap(&call))
}
