//! LAM-11: a function gives rights, or makes somebody, in IAM.

use super::incident::{Habits, done_or_tried, hourly, is_refused};
use crate::arn::{account_of, name_of};
use crate::change::{Change, text_at};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use std::collections::BTreeMap;

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
    let called = view.by_function().filter_map(|calls| calls.first().map(|call| view.function(call)));
    let functions: BTreeMap<(&str, &str), &str> =
        called.map(|function| ((account_of(function), name_of(function)), function)).collect();
    hourly(changes().filter_map(|change| of(view, &habits, &functions, change)).collect())
}

/// Functions that were called, by account and name.
type Functions<'v> = BTreeMap<(&'v str, &'v str), &'v str>;

fn of(view: &View<'_>, habits: &Habits<'_>, called: &Functions<'_>, change: &Change) -> Option<Finding> {
    let who = &change.who;
    // What a service does for a function (CloudFormation for one that makes stacks) is the service's template.
    if !who.service.is_empty() || who.kind == "AWSService" {
        return None;
    }
    let functions = view.run_by(&who.name);
    let called = called.get(&(who.account.as_str(), who.session.as_str())).copied();
    // Lambda names the session like the function.
    let as_itself = called.is_some() || functions.is_some_and(|functions| functions.contains(&who.session));
    let inside = change.agent.contains("exec-env/AWS_Lambda");
    if !as_itself && !inside && functions.is_none() {
        return None;
    }
    if habits.hold(change, change.name.clone()) {
        return None;
    }
    let severity = if is_refused(change) { Severity::Medium } else { DETECTION.severity };
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
    let found = found.about(function(change, called, as_itself));
    Some(if as_itself || inside {
        found
    } else {
        found.remarked(
            "The session is not named like a function, so the role's credentials may be used outside of it.",
        )
    })
}

/// The function that called, where the session says so.
fn function(change: &Change, called: Option<&str>, as_itself: bool) -> Option<String> {
    let name = as_itself.then_some(change.who.session.as_str())?;
    called
        .map(str::to_owned)
        .or_else(|| crate::change::function_arn(name, &change.region, &change.who.account))
}
