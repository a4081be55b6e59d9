//! TRL-09: the organization's guard rails are lowered.

use super::deployers::Deployers;
use super::incident::{Habits, beside, deed_sentence, done_or_tried, hourly, lower};
use super::policy::{document, statements, texts};
use crate::change::{Change, text_at};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;
use serde_json::Value;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-09",
    title: "A guard rail of the organization was lowered",
    severity: Severity::High,
    attack: &["T1685.002", "T1666"],
    fields: &["eventName", "requestParameters", "userIdentity", "errorCode"],
    page: include_str!("trl_09.md"),
    thresholds: &[],
    find,
};

const NAMES: &[&str] = &[
    "DetachPolicy",
    "DeletePolicy",
    "UpdatePolicy",
    "DisablePolicyType",
    "LeaveOrganization",
    "RemoveAccountFromOrganization",
    "MoveAccount",
    "DeregisterDelegatedAdministrator",
    "DisableAWSServiceAccess",
    "CloseAccount",
    "DeleteOrganization",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let changes = || {
        let of_trail = done_or_tried(view, "cloudtrail", &["DeregisterOrganizationDelegatedAdmin"]);
        done_or_tried(view, "organizations", NAMES).chain(of_trail)
    };
    let habits =
        Habits::of(view, changes().filter(|change| change.succeeded()), |change| change.name.clone());
    hourly(changes().filter_map(|change| of(view, &deployers, &habits, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, habits: &Habits<'_>, change: &Change) -> Option<Finding> {
    let (severity, words) = judge(view, change)?;
    let usual = deployers.is_trusted(change);
    let used_to = usual || habits.hold(change, change.name.clone());
    let severity = match (change.succeeded(), used_to) {
        (false, _) => Severity::Low,
        (true, true) if severity <= Severity::Medium => return None,
        (true, true) => lower(severity),
        (true, false) => severity,
    };
    let seen = deed_sentence(change, &words);
    Some(Finding::of_change(DETECTION.id, severity, change, seen))
}

fn judge(view: &View<'_>, change: &Change) -> Option<(Severity, String)> {
    let text = |member: &str| text_at(&change.asked(), member).unwrap_or_default();
    let of_cloudtrail = || text("servicePrincipal").starts_with("cloudtrail");
    Some(match change.name.as_str() {
        "LeaveOrganization" => {
            (Severity::High, format!("removed account {} from the organization", change.account))
        }
        "RemoveAccountFromOrganization" => {
            (Severity::High, format!("removed account {} from the organization", text("accountId")))
        }
        "DeleteOrganization" => (Severity::High, "deleted the organization".to_owned()),
        "CloseAccount" => (Severity::Medium, format!("closed account {}", text("accountId"))),
        "DisablePolicyType" => {
            (Severity::High, format!("switched off policies of type {}", text("policyType")))
        }
        "DeregisterOrganizationDelegatedAdmin" => {
            (Severity::High, "removed CloudTrail's delegated administrator".to_owned())
        }
        "DeregisterDelegatedAdministrator" | "DisableAWSServiceAccess" if of_cloudtrail() => {
            (Severity::High, "removed CloudTrail from the organization".to_owned())
        }
        "DetachPolicy" => detached(view, change, &text("policyId"), &text("targetId")),
        "DeletePolicy" => (Severity::Medium, format!("deleted the policy {}", text("policyId"))),
        "UpdatePolicy" => updated(view, change, &text("policyId"))?,
        "MoveAccount" => moved(&text("accountId"), &text("sourceParentId"), &text("destinationParentId"))?,
        _ => return None,
    })
}

fn detached(view: &View<'_>, change: &Change, policy: &str, target: &str) -> (Severity, String) {
    let swapped = beside(view, change, HOUR_MILLIS, |other| {
        other.did("organizations", "AttachPolicy")
            && text_at(&other.asked(), "targetId").as_deref() == Some(target)
            && text_at(&other.asked(), "policyId").is_some_and(|id| id != policy && id != "p-FullAWSAccess")
    });
    let severity = if swapped { Severity::Low } else { Severity::High };
    let instead = if swapped { ", and attached another one" } else { "" };
    (severity, format!("detached the policy {policy} from {target}{instead}"))
}

fn updated(view: &View<'_>, change: &Change, policy: &str) -> Option<(Severity, String)> {
    let denied = |value: &Value| -> Option<Vec<String>> {
        let policy = document(value.get("content"));
        policy.get("Statement")?;
        let denies = statements(&policy, "Deny");
        Some(
            denies
                .into_iter()
                .flat_map(|one| texts(one.get("Action").or_else(|| one.get("NotAction"))))
                .collect(),
        )
    };
    let now = denied(&change.asked())?;
    let earlier = view.done("organizations", &["UpdatePolicy"]);
    let earlier = earlier.filter(|other| {
        other.time < change.time && text_at(&other.asked(), "policyId").as_deref() == Some(policy)
    });
    let before = earlier.last().and_then(|other| denied(&other.asked()));
    let guards = |actions: &[String]| {
        actions
            .iter()
            .filter(|action| {
                let action = action.to_ascii_lowercase();
                ["cloudtrail:", "lambda:", "logs:", "kms:", "s3:", "organizations:", "*"]
                    .iter()
                    .any(|of| action.starts_with(of))
            })
            .count()
    };
    match before {
        Some(before) if guards(&now) < guards(&before) => {
            Some((Severity::High, format!("updated the policy {policy}, which denies less than before")))
        }
        None if guards(&now) == 0 && !now.is_empty() => Some((
            Severity::Low,
            format!("updated the policy {policy}, which guards no records and no functions now"),
        )),
        None if now.is_empty() => {
            Some((Severity::Medium, format!("updated the policy {policy}, which denies nothing now")))
        }
        _ => None,
    }
}

fn moved(account: &str, from: &str, to: &str) -> Option<(Severity, String)> {
    // New accounts come from the root: only the way out of a unit lowers a guard.
    let out = from.starts_with("ou-");
    let severity = if to.starts_with("r-") { Severity::Medium } else { Severity::Low };
    out.then(|| (severity, format!("moved account {account} from {from} to {to}")))
}
