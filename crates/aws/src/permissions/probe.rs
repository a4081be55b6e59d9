//! Trying read-only calls, to see whether they are refused.

use super::Held;
use crate::call::Call;
use crate::endpoint::Target;
use crate::gap::{Class, Failure};
use crate::options::Accounts;
use crate::pace::Service;
use crate::raw;
use crate::session::Session;
use crate::wire::Attempt;

/// The name of things that do not exist.
const NOTHING: &str = "invoketrail-permission-probe";

/// Whether the action is refused; `None` iff we have no call for it.
pub(super) async fn held(session: &Session, action: &'static str) -> Option<Held> {
    let options = &session.options;
    let region = options.regions.as_ref().and_then(|regions| regions.first()).unwrap_or(&session.home);
    match action {
        // It was answered when the session was opened.
        "sts:GetCallerIdentity" => return Some(Held::Yes),
        "sts:AssumeRole" => return Some(assume(session).await),
        _ => {}
    }
    let (service, _) = action.split_once(':')?;
    let call = match service {
        "cloudtrail" => Call::new(Service::CloudTrail, action, &session.caller.account, region),
        "lambda" => Call::new(Service::Lambda, action, &session.caller.account, region),
        "organizations" => Call::new(Service::Organizations, action, &session.caller.account, &session.home),
        "account" => Call::new(Service::Account, action, &session.caller.account, &session.home),
        "ec2" => Call::new(Service::Ec2, action, &session.caller.account, &session.home),
        _ => return None,
    };
    // Whether there is a probe is known before anything is sent.
    drop(attempt(session, &call)?);
    let impossible =
        || -> Attempt<'_, ()> { Box::pin(async { Err(Failure::new(Class::Final, "no probe")) }) };
    let sent = session.wire.send(&call, || attempt(session, &call).unwrap_or_else(impossible)).await;
    Some(verdict(sent))
}

fn verdict(sent: Result<(), Failure>) -> Held {
    let Err(Failure { class, error, .. }) = sent else { return Held::Yes };
    match class {
        Class::Refused => Held::No(error),
        // It was understood and not refused: the thing does not exist, or the organization does not.
        Class::Final => Held::Yes,
        _ => Held::Unknown(error),
    }
}

async fn assume(session: &Session) -> Held {
    let options = &session.options;
    let other = match &options.accounts {
        Accounts::Listed(ids) => ids.iter().find(|id| **id != session.caller.account),
        _ => None,
    };
    let Some(account) = other.filter(|_| options.role_name.is_some()) else {
        return Held::Unknown("name a role and an account to try it (--role-name, --accounts)".to_owned());
    };
    match session.reach(account).await {
        Ok(_) => Held::Yes,
        Err(gap) if gap.kind == audit::inventory::GapKind::Refused => Held::No(gap.error),
        Err(gap) => Held::Unknown(gap.error),
    }
}

/// One attempt at the call, which reads little or nothing.
fn attempt<'a>(session: &'a Session, call: &Call<'_>) -> Option<Attempt<'a, ()>> {
    match call.service {
        Service::CloudTrail => cloudtrail(session, call),
        _ => elsewhere(session, call),
    }
}

/// Sends a prepared request of the SDK and forgets what it answers.
macro_rules! forget {
    ($request:expr) => {{
        let request = $request;
        let attempt: Attempt<'_, ()> =
            Box::pin(async move { request.send().await.map(drop).map_err(Failure::of_sdk) });
        Some(attempt)
    }};
}

fn cloudtrail<'a>(session: &'a Session, call: &Call<'_>) -> Option<Attempt<'a, ()>> {
    let client = session.own().cloudtrail(call.region);
    let (partition, account) = (&session.caller.partition, &session.caller.account);
    let arn =
        |kind: &str, id: &str| format!("arn:{partition}:cloudtrail:{}:{account}:{kind}/{id}", call.region);
    let id = "00000000-0000-4000-8000-000000000000";
    match call.action {
        "cloudtrail:DescribeTrails" => forget!(client.describe_trails()),
        "cloudtrail:GetTrailStatus" => forget!(client.get_trail_status().name(arn("trail", NOTHING))),
        "cloudtrail:GetEventSelectors" => {
            forget!(client.get_event_selectors().trail_name(arn("trail", NOTHING)))
        }
        "cloudtrail:ListEventDataStores" => forget!(client.list_event_data_stores().max_results(1)),
        "cloudtrail:GetEventDataStore" => {
            forget!(client.get_event_data_store().event_data_store(arn("eventdatastore", id)))
        }
        "cloudtrail:ListChannels" => forget!(client.list_channels().max_results(1)),
        "cloudtrail:GetChannel" => forget!(client.get_channel().channel(arn("channel", id))),
        "cloudtrail:ListPublicKeys" => forget!(client.list_public_keys()),
        _ => None,
    }
}

fn elsewhere<'a>(session: &'a Session, call: &Call<'_>) -> Option<Attempt<'a, ()>> {
    let own = session.own();
    match call.action {
        "lambda:ListFunctions" => forget!(own.lambda(call.region).list_functions().max_items(1)),
        "lambda:ListWebFunctions" => forget!(own.lambda_web(call.region).list_web_functions().max_results(1)),
        "lambda:ListWebFunctionEndpoints" => {
            forget!(own.lambda_web(call.region).list_web_function_endpoints().function_name(NOTHING))
        }
        "lambda:ListMicrovmImages" => {
            forget!(own.lambda_microvms(call.region).list_microvm_images().max_results(1))
        }
        "organizations:ListAccounts" => {
            forget!(own.organizations(call.region).list_accounts().max_results(1))
        }
        "organizations:ListDelegatedAdministrators" => {
            forget!(own.organizations(call.region).list_delegated_administrators().max_results(1))
        }
        "organizations:DescribeOrganization" => {
            forget!(own.organizations(call.region).describe_organization())
        }
        "account:ListRegions" => forget!(own.account_service(call.region).list_regions().max_results(1)),
        "ec2:DescribeRegions" => {
            let target = Target::ec2(&session.caller.partition, call.region)?;
            let parameters = [("Action", "DescribeRegions"), ("Version", "2016-11-15")];
            Some(Box::pin(async move { raw::query(&own, &target, &parameters).await.map(drop) }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::verdict;
    use crate::gap::Failure;
    use crate::permissions::Held;

    #[test]
    fn only_a_refusal_is_a_no_and_only_an_answer_is_a_yes() {
        let answered = |status, code| verdict(Err(Failure::answered(status, Some(code), None)));
        assert_eq!(verdict(Ok(())), Held::Yes);
        assert_eq!(answered(400, "TrailNotFoundException"), Held::Yes);
        assert!(matches!(answered(400, "AccessDeniedException"), Held::No(_)));
        assert!(matches!(answered(500, "InternalFailure"), Held::Unknown(_)));
        assert!(matches!(verdict(Err(Failure::silent())), Held::Unknown(_)));
        assert!(matches!(verdict(Err(Failure::answered(404, None, None))), Held::Unknown(_)));
    }
}
