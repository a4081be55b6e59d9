//! Roles that functions run as: which they had, and which are strong.

use crate::arn::name_of;
use crate::change::Change;
use crate::view::View;
use serde_json::Value;
use std::collections::BTreeMap;

/// Managed policies of AWS by which a role may do nearly anything, or give itself the right to.
const STRONG: [&str; 6] = [
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AWSLambda_FullAccess",
    "AmazonS3FullAccess",
    "SecretsManagerReadWrite",
];

/// Roles of functions over time.
pub(super) struct Roles<'v> {
    view: &'v View<'v>,
    /// By function: when a change named which role, in order.
    of: BTreeMap<String, Vec<(i64, String)>>,
    /// By role: the functions that were given it, and when first.
    given: BTreeMap<String, BTreeMap<String, i64>>,
    strong: BTreeMap<String, (i64, String)>,
}

impl<'v> Roles<'v> {
    /// As the records show them.
    pub(super) fn of(view: &'v View<'v>) -> Roles<'v> {
        let mut roles =
            Roles { view, of: BTreeMap::new(), given: BTreeMap::new(), strong: strengthened(view) };
        for change in view.changes().iter().filter(|change| change.source == "lambda" && change.succeeded()) {
            if !change.request.contains(":role/") && !change.response.contains(":role/") {
                continue;
            }
            if let (Some(role), Some(function)) = (role_in(change), change.function()) {
                let functions = roles.given.entry(role.clone()).or_default();
                functions.entry(function.clone()).or_insert(change.time);
                roles.of.entry(function).or_default().push((change.time, role));
            }
        }
        roles
    }

    /// The roles that the function had before that moment, the last one last.
    pub(super) fn held(&self, function: &str, time: i64) -> Vec<&str> {
        let all = self.of.get(function).map(Vec::as_slice).unwrap_or_default();
        let end = all.partition_point(|(at, _)| *at < time);
        all.get(..end).unwrap_or_default().iter().map(|(_, role)| role.as_str()).collect()
    }

    /// Why the role is strong at that moment; `None` where nothing says that it is.
    pub(super) fn why_strong(&self, role: &str, time: i64) -> Option<String> {
        let name = name_of(role);
        let lower = name.to_ascii_lowercase();
        if ["admin", "poweruser", "root", "superuser", "fullaccess"].iter().any(|word| lower.contains(word)) {
            return Some(format!("its name is {name}"));
        }
        let (since, policy) = self.strong.get(name)?;
        (*since <= time).then(|| format!("it was given {policy}"))
    }

    /// True iff other functions are known to have run as it before that moment, or to run as it at all.
    pub(super) fn is_run_by_others(&self, role: &str, function: &str, time: i64) -> bool {
        let given = self.given.get(role);
        let told =
            given.is_some_and(|given| given.iter().any(|(other, first)| other != function && *first < time));
        // A function that was given the role later says nothing of now.
        let later = |name: &str| given.is_some_and(|given| given.keys().any(|other| name_of(other) == name));
        let run = self.view.run_by(role);
        told || run.is_some_and(|run| run.iter().any(|name| name != name_of(function) && !later(name)))
    }
}

/// The role that a change of a function names.
pub(super) fn role_in(change: &Change) -> Option<String> {
    change.text(&["role"]).filter(|role| role.contains(":role/"))
}

/// By the name of a role: when it was given nearly everything, and by which policy.
fn strengthened(view: &View<'_>) -> BTreeMap<String, (i64, String)> {
    let mut strong = BTreeMap::new();
    for change in view.done("iam", &["AttachRolePolicy", "PutRolePolicy"]) {
        let policy = change.text(&["policyArn"]).map(|arn| name_of(&arn).to_owned());
        let managed = policy.filter(|policy| STRONG.contains(&policy.as_str()));
        let all = || {
            let document = super::policy::document(change.asked().get("policyDocument"));
            allows_all(&document).then(|| "a policy that allows nearly everything".to_owned())
        };
        if let (Some(role), Some(policy)) = (change.text(&["roleName"]), managed.or_else(all)) {
            strong.entry(role).or_insert((change.time, policy));
        }
    }
    strong
}

fn allows_all(policy: &Value) -> bool {
    let all = super::policy::statements(policy, "Allow");
    all.into_iter().any(|one| {
        super::policy::covers(one, "iam:AttachRolePolicy") || super::policy::covers(one, "iam:PassRole")
    })
}
