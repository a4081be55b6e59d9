//! Which accounts there are, and to which organization an account belongs.

use super::Run;
use super::listing::{listed, pages};
use super::read::Read;
use crate::call::Call;
use crate::error::CollectError;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::{Reach, Session};
use audit::inventory::{Gap, Organization};
use aws_sdk_organizations::types::Account;

/// The largest page that ListAccounts gives.
const PAGE: i32 = 20;

/// An account that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) state: Option<String>,
}

impl Target {
    pub(crate) fn unnamed(id: &str) -> Self {
        Target { id: id.to_owned(), name: None, state: None }
    }

    /// False iff the organization says that nobody can work in the account. An account without a state is tried.
    pub(crate) fn usable(&self) -> bool {
        !matches!(self.state.as_deref(), Some("SUSPENDED" | "CLOSED" | "PENDING_ACTIVATION"))
    }
}

/// All accounts of the caller's organization, by id. A listing that fails after its first page, or is interrupted, leaves
/// a gap.
pub(crate) async fn targets(run: Run<'_>) -> Result<(Vec<Target>, Vec<Gap>), CollectError> {
    let reach = run.session.own();
    let client = reach.organizations(&run.session.home);
    let call =
        Call::new(Service::Organizations, "organizations:ListAccounts", &reach.account, &run.session.home);
    let (accounts, failure) = pages(async |next| {
        let answer = run.session.wire.send(&call, || {
            let request = client.list_accounts().max_results(PAGE).set_next_token(next.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        Ok((listed(answer.accounts, "accounts")?, answer.next_token))
    })
    .await;
    let gap = match failure {
        Some(failure) if failure.class != Class::Interrupted && accounts.is_empty() => {
            let refused = failure.class == Class::Refused;
            return Err(CollectError::Organization { error: failure.error, refused });
        }
        failure => failure.map(|failure| failure.gap(&call)),
    };
    let count = accounts.len();
    let mut targets: Vec<Target> = accounts.into_iter().filter_map(target).collect();
    let nameless = count - targets.len();
    // An account that nobody can visit must not vanish from the answer.
    let told = (nameless > 0).then(|| {
        let error = format!("{nameless} of {count} accounts were listed without an id and cannot be visited");
        Failure::new(Class::Final, error).gap(&call)
    });
    targets.sort_by(|a, b| a.id.cmp(&b.id));
    targets.dedup_by(|a, b| a.id == b.id);
    Ok((targets, gap.into_iter().chain(told).collect()))
}

fn target(account: Account) -> Option<Target> {
    // `Status` was retired on 2026-09-09; an answer without `State` says nothing, and the account is tried.
    let state = account.state().map(|state| state.as_str().to_owned());
    Some(Target { id: account.id?, name: account.name.filter(|name| !name.is_empty()), state })
}

/// The organization that the account belongs to.
pub(crate) async fn of(session: &Session, reach: &Reach) -> Read<Option<Organization>> {
    let client = reach.organizations(&session.home);
    let call = Call::new(
        Service::Organizations,
        "organizations:DescribeOrganization",
        &reach.account,
        &session.home,
    );
    let answer = session.wire.send(&call, || {
        let request = client.describe_organization();
        Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
    });
    match answer.await {
        Ok(answer) => {
            let known = answer.organization.and_then(|found| {
                Some(Organization { id: found.id?, management_account: found.master_account_id? })
            });
            let nameless = || Failure::new(Class::Final, "the answer does not name the organization");
            known.map(Some).ok_or_else(|| nameless().gap(&call))
        }
        Err(failure) if failure.code.as_deref() == Some("AWSOrganizationsNotInUseException") => Ok(None),
        Err(failure) => Err(failure.gap(&call)),
    }
}
