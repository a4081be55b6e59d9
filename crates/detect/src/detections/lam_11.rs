//! LAM-11: a function gives rights, or makes somebody, in IAM.

use super::incident::{Habits, done_or_tried, hourly, is_refused};
use crate::change::{Change, text_at};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::{View, name_of, region_of};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-11",
    title: "A function changes rights in IAM",
    severity: Severity::High,
    attack: &["T1078.004", "T1136.003"],
    fields: &["eventName", "userAgent", "userIdentity.arn", "userIdentity.sessionContext.sessionIssuer.arn"],
    page: include_str!("lam_11.md"),
    thresholds: &[],
    find,
};

/// What gives rights, or makes or takes over a principal.
const NAMES: &[&str] = &[
    "CreateUser",
    "CreateAccessKey",
    "CreateLoginProfile",
    "UpdateLoginProfile",
    "AttachUserPolicy",
    "PutUserPolicy",
    "AttachRolePolicy",
    "PutRolePolicy",
    "AttachGroupPolicy",
    "PutGroupPolicy",
    "AddUserToGroup",
    "CreateRole",
    "UpdateAssumeRolePolicy",
    "CreatePolicyVersion",
    "SetDefaultPolicyVersion",
    "CreatePolicy",
    "DeactivateMFADevice",
    "DeleteVirtualMFADevice",
    "DeleteRolePermissionsBoundary",
    "DeleteUserPermissionsBoundary",
    "PutRolePermissionsBoundary",
    "PutUserPermissionsBoundary",
    "CreateSAMLProvider",
    "UpdateSAMLProvider",
    "CreateOpenIDConnectProvider",
    "UpdateAccessKey",
    "CreateServiceSpecificCredential",
    "UploadSSHPublicKey",
    "AddRoleToInstanceProfile",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    let changes = || done_or_tried(view, "iam", NAMES);
    let habits = Habits::of(view, changes(), |change| change.name.clone());
    hourly(changes().filter_map(|change| of(view, &habits, change)).collect())
}

fn of(view: &View<'_>, habits: &Habits<'_>, change: &Change) -> Option<Finding> {
    let who = &change.who;
    // What a service does for a function (CloudFormation for one that makes stacks) is the service's template.
    if !who.service.is_empty() || who.kind == "AWSService" {
        return None;
    }
    let functions = view.run_by(&who.name);
    let as_itself = functions.is_some_and(|functions| functions.contains(&who.session));
    let inside = change.agent.contains("exec-env/AWS_Lambda");
    if !as_itself && !inside && functions.is_none() {
        return None;
    }
    if habits.hold(change, change.name.clone()) {
        return None;
    }
    let severity = match (is_refused(change), as_itself || inside) {
        (true, _) => Severity::Medium,
        (false, true) => DETECTION.severity,
        // The role runs functions, but the session is none of theirs: a person or a machine uses it, too.
        (false, false) => DETECTION.severity,
    };
    let did = if change.succeeded() { "called" } else { "was refused when it called" };
    let target = ["userName", "roleName", "groupName", "policyName", "policyArn", "name"];
    let asked = change.asked();
    let target = target.iter().find_map(|member| text_at(&asked, member));
    let on = target.map(|target| format!(" for {}", name_of(&target))).unwrap_or_default();
    let subject = if as_itself {
        format!("The function {}", who.session)
    } else {
        format!("The role {}, which runs functions,", name_of(&who.name))
    };
    let seen = format!("{subject} {did} {} of IAM{on}.", change.name);
    let normal = format!("This role called {} on fewer than 3 days before.", change.name);
    let found = Finding::of_change(DETECTION.id, severity, change, seen).normally(normal);
    let found = found.about(function(view, change, as_itself));
    Some(if as_itself || inside {
        found
    } else {
        found.remarked(
            "The session is not named like a function: the role's credentials may be used outside of it.",
        )
    })
}

/// The function that called, where only one can be meant.
fn function(view: &View<'_>, change: &Change, as_itself: bool) -> Option<String> {
    let name = as_itself.then_some(change.who.session.as_str())?;
    let called = view.by_function().filter_map(|calls| calls.first().map(|call| view.function(call)));
    let named =
        called.filter(|arn| name_of(arn) == name && crate::view::account_of(arn) == change.who.account);
    let mut named: Vec<&str> = named.collect();
    // IAM lies in one Region, its caller perhaps in another.
    named.sort_by_key(|arn| region_of(arn) != change.region);
    match named.as_slice() {
        [] => crate::change::function_arn(name, &change.region, &change.who.account),
        [one, ..] => Some((*one).to_owned()),
    }
}
