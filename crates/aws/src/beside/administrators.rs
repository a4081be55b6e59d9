//! The delegated administrators for CloudTrail, who may create trails of their organization.

use crate::call::Call;
use crate::collect::{listed, pages};
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Session;
use audit::inventory::{Gap, Inventory, Organization};
use futures_util::future::join_all;
use std::collections::BTreeSet;

/// The largest page that ListDelegatedAdministrators gives.
const PAGE: i32 = 20;
/// Whose administrators are asked for.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The administrators of every organization with several audited accounts, and a management account that is out of reach, by
/// the organization's id. Sorted.
pub(super) async fn of(session: &Session, inventory: &Inventory) -> Vec<(String, Result<Vec<String>, Gap>)> {
    let members = || inventory.accounts.iter().filter(|account| account.audited);
    let known = members().filter_map(|account| account.organization.known()?.as_ref());
    let organizations: BTreeSet<&Organization> = known.collect();
    let reads = organizations.into_iter().map(|organization| async move {
        let ours = members()
            .filter(|one| one.organization.known().is_some_and(|of| of.as_ref() == Some(organization)));
        let alone = ours.count() < 2;
        if alone || session.reach(&organization.management_account).await.is_ok() {
            return None;
        }
        Some((organization.id.clone(), list(session).await))
    });
    join_all(reads).await.into_iter().flatten().collect()
}

/// As the caller: only the management account and delegated administrators are answered.
async fn list(session: &Session) -> Result<Vec<String>, Gap> {
    let reach = session.own();
    let client = reach.organizations(&session.home);
    let action = "organizations:ListDelegatedAdministrators";
    let call = Call::new(Service::Organizations, action, &reach.account, &session.home);
    let (found, failure) = pages(async |next| {
        let answer = session.wire.send(&call, || {
            let request = client
                .list_delegated_administrators()
                .service_principal(CLOUDTRAIL)
                .max_results(PAGE)
                .set_next_token(next.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        Ok((listed(answer.delegated_administrators, "delegated administrators")?, answer.next_token))
    })
    .await;
    if let Some(failure) = failure {
        return Err(failure.gap(&call));
    }
    let nameless = || Failure::new(Class::Final, "a delegated administrator was listed without an id");
    let ids: Option<BTreeSet<String>> = found.into_iter().map(|one| one.id).collect();
    ids.map(|ids| ids.into_iter().collect()).ok_or_else(|| nameless().gap(&call))
}
