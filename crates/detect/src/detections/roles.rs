//! Roles that functions run as: which they had, and which are strong.

use crate::change::Change;
use crate::view::{View, name_of};
use serde_json::Value;
use std::collections::BTreeSet;

/// Managed policies of AWS by which a role may do nearly anything, or give itself the right to.
const STRONG: [&str; 6] = [
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AWSLambda_FullAccess",
    "AmazonS3FullAccess",
    "SecretsManagerReadWrite",
];

/// The role of the function before that moment, by the last change that names one.
pub(super) fn before(view: &View<'_>, function: &str, time: i64) -> Option<String> {
    held(view, function, time).pop()
}

/// The roles that the function had before that moment, the last one last.
pub(super) fn held(view: &View<'_>, function: &str, time: i64) -> Vec<String> {
    let name = name_of(function);
    let of_lambda = view.changes().iter().filter(|change| {
        change.source == "lambda"
            && change.succeeded()
            && change.time < time
            && (change.request.contains(name) || change.response.contains(name))
    });
    let roles = of_lambda
        .filter(|change| change.function().as_deref() == Some(function))
        .filter_map(|change| role_in(change));
    roles.collect()
}

/// The role that a change of a function names.
pub(super) fn role_in(change: &Change) -> Option<String> {
    change.text(&["role"]).filter(|role| role.contains(":role/"))
}

/// Why the role is strong; `None` where nothing says that it is.
pub(super) fn why_strong(view: &View<'_>, role: &str, time: i64) -> Option<String> {
    let name = name_of(role);
    let lower = name.to_ascii_lowercase();
    let called =
        ["admin", "poweruser", "root", "superuser", "fullaccess"].iter().any(|word| lower.contains(word));
    if called {
        return Some(format!("its name is {name}"));
    }
    let given = view.done("iam", &["AttachRolePolicy", "PutRolePolicy"]);
    let given =
        given.filter(|change| change.time <= time && change.text(&["roleName"]).as_deref() == Some(name));
    given.into_iter().find_map(|change| {
        let policy = change.text(&["policyArn"]).map(|arn| name_of(&arn).to_owned());
        let strong = policy.filter(|policy| STRONG.contains(&policy.as_str()));
        let all = || {
            let document = super::policy::document(change.asked().get("policyDocument"));
            allows_all(&document).then(|| "a policy that allows everything".to_owned())
        };
        strong.or_else(all).map(|policy| format!("it was given {policy}"))
    })
}

fn allows_all(policy: &Value) -> bool {
    let all = super::policy::statements(policy, "Allow");
    all.into_iter().any(|one| {
        super::policy::covers(one, "iam:AttachRolePolicy") || super::policy::covers(one, "iam:PassRole")
    })
}

/// True iff other functions, or this one before, are known to run as it.
pub(super) fn is_run_by_others(view: &View<'_>, role: &str, function: &str, time: i64) -> bool {
    let of_lambda = view.done("lambda", &["CreateFunction", "UpdateFunctionConfiguration"]);
    let earlier = of_lambda.filter(|change| change.time < time && change.request.contains(role));
    let told: BTreeSet<String> = earlier.filter_map(Change::function).collect();
    let run =
        view.run_by(role).is_some_and(|functions| functions.iter().any(|name| name != name_of(function)));
    run || told.iter().any(|other| other != function)
}
