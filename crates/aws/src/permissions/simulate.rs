//! Asking IAM's policy simulator about actions that must not be tried.

use super::Held;
use crate::call::Call;
use crate::endpoint::Target;
use crate::pace::Service;
use crate::raw;
use crate::session::Session;
use cloudtrail::arn::Arn;
use std::collections::HashMap;

/// Whether the caller may do each of `actions`, in their order. The simulator is asked once, about any resource.
pub(super) async fn held(session: &Session, actions: &[&str]) -> Vec<Held> {
    if actions.is_empty() {
        return Vec::new();
    }
    let unknown = |why: &str| actions.iter().map(|_| Held::Unknown(why.to_owned())).collect();
    let principal = match principal(&session.caller.arn) {
        Ok(principal) => principal,
        Err(why) => return unknown(why),
    };
    let Some(target) = Target::iam(&session.caller.partition) else {
        return unknown("the address of IAM in this partition is not known");
    };
    let names: Vec<String> = (1..=actions.len()).map(|at| format!("ActionNames.member.{at}")).collect();
    let mut parameters = vec![
        ("Action", "SimulatePrincipalPolicy"),
        ("Version", "2010-05-08"),
        ("PolicySourceArn", principal.as_str()),
        ("MaxItems", "1000"),
    ];
    parameters.extend(names.iter().map(String::as_str).zip(actions.iter().copied()));
    let call = Call::new(Service::Iam, "iam:SimulatePrincipalPolicy", &session.caller.account, &session.home);
    let own = session.own();
    let answer = session.wire.send(&call, || Box::pin(raw::query(&own, &target, &parameters))).await;
    let decisions = match answer {
        Ok(answer) => raw::pairs(&answer, "member", "EvalActionName", "EvalDecision"),
        Err(failure) => Err(format!("iam:SimulatePrincipalPolicy: {}", failure.error)),
    };
    match decisions {
        Ok(decisions) => {
            let decisions: HashMap<String, String> = decisions.into_iter().collect();
            actions.iter().map(|action| verdict(decisions.get(*action))).collect()
        }
        Err(why) => unknown(&why),
    }
}

fn verdict(decision: Option<&String>) -> Held {
    match decision.map(String::as_str) {
        Some("allowed") => Held::Yes,
        // Asked about any resource, the simulator also denies what a policy grants for some of them.
        Some("implicitDeny") => {
            Held::Unknown("no policy of the caller grants it for every resource; one may for some".to_owned())
        }
        Some(denied) => Held::No(format!("the policy simulator says {denied}")),
        None => Held::Unknown("the policy simulator did not say".to_owned()),
    }
}

/// The user or role whose policies hold for the caller.
fn principal(caller: &str) -> Result<String, &'static str> {
    let arn = Arn::parse(caller).ok_or("the caller's ARN cannot be read")?;
    let Arn { partition, account, resource, .. } = arn;
    match (arn.service, resource.split('/').collect::<Vec<_>>().as_slice()) {
        ("iam", ["user", ..]) => Ok(caller.to_owned()),
        // The ARN of the session has lost the role's path; a role of IAM Identity Center has a known one.
        ("sts", ["assumed-role", role, _]) if role.starts_with("AWSReservedSSO_") => {
            Ok(format!("arn:{partition}:iam::{account}:role/aws-reserved/sso.amazonaws.com/{role}"))
        }
        ("sts", ["assumed-role", role, _]) => Ok(format!("arn:{partition}:iam::{account}:role/{role}")),
        ("iam", ["root"]) => {
            Err("the caller is the account's root user, whom no policy of the account limits")
        }
        _ => Err("only users and roles have policies that can be simulated"),
    }
}

#[cfg(test)]
mod tests {
    use super::principal;

    #[test]
    fn a_session_becomes_its_role() {
        let of = |caller: &str| principal(caller).unwrap_or_else(|why| format!("no: {}", &why[..10]));
        assert_eq!(of("arn:aws:iam::123456789012:user/a/b"), "arn:aws:iam::123456789012:user/a/b");
        assert_eq!(
            of("arn:aws-cn:sts::123456789012:assumed-role/Auditor/me@x"),
            "arn:aws-cn:iam::123456789012:role/Auditor"
        );
        assert_eq!(
            of("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Audit_0f/me"),
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Audit_0f"
        );
        assert_eq!(of("arn:aws:iam::123456789012:root"), "no: the caller");
        assert_eq!(of("arn:aws:sts::123456789012:federated-user/x"), "no: only users");
    }
}
