//! `invoketrail permissions`: the least IAM policy that a job needs, and what the caller lacks of it.

use super::Context;
use crate::args::{self, Job};
use crate::outcome::Outcome;
use crate::output::print;
use crate::problem::say;
use crate::session::Session;
use crate::settings::{self, Accounts, Live};
use anyhow::Result;
use aws::permissions::{Action, Held, actions};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use text::visible::{json, visible};

/// What the policy leaves out where nobody names a role.
const OTHER_ACCOUNTS: &str =
    "this is for the account itself; for a caller who assumes a role in other accounts, add --role-name NAME";

/// Prints the policy, or asks AWS.
///
/// # Errors
/// [`crate::problem::Problem`] where not even the caller is known.
pub(crate) fn run(typed: args::Permissions, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live, context.config);
    if typed.check {
        return check(&live, typed.job);
    }
    let policy = policy(actions(typed.job.into()), &live);
    let text = format!("{}\n", json(&serde_json::to_string_pretty(&policy)?));
    print(|out| out.write_all(text.as_bytes()))?;
    if text.contains("LOG-") {
        say("note", "put your own names in for LOG-BUCKET and LOG-KEY");
    }
    if live.role_name.is_none() {
        say("note", OTHER_ACCOUNTS);
    }
    let job = name(typed.job);
    say(
        "next",
        &format!("invoketrail permissions {job}{} --check  # which of them the caller lacks", live.again()),
    );
    Ok(Outcome::Well)
}

const fn name(job: Job) -> &'static str {
    match job {
        Job::Audit => "audit",
        Job::Plan => "plan",
        Job::Apply => "apply",
        Job::Backout => "backout",
        Job::Evidence => "evidence",
        Job::Canary => "canary",
    }
}

/// True iff the action is needed at all with these flags.
fn needed(action: &Action, live: &Live) -> bool {
    match action.name {
        "sts:AssumeRole" | "organizations:ListDelegatedAdministrators" => live.role_name.is_some(),
        "organizations:ListAccounts" => live.accounts == Accounts::Organization,
        _ => true,
    }
}

/// A policy of IAM; its members have the order and the capitals that AWS gives them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

/// One statement of a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: BTreeSet<&'static str>,
    resource: String,
}

/// One statement for each resource, sorted.
fn policy(actions: &[Action], live: &Live) -> Policy {
    let mut by_resource: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for action in actions.iter().filter(|action| needed(action, live)) {
        by_resource.entry(resource(action, live)).or_default().insert(action.name);
    }
    let statements = by_resource.into_iter().map(|(resource, action)| Statement {
        sid: sid(&resource),
        effect: "Allow",
        action,
        resource,
    });
    Policy { version: "2012-10-17", statement: statements.collect() }
}

/// The resource with what the flags tell filled in.
fn resource(action: &Action, live: &Live) -> String {
    let named = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
    let region = live.regions.iter().flatten().next().cloned().or_else(named).unwrap_or_default();
    let begins = |prefix: &str| region.starts_with(prefix);
    let partition = match () {
        () if begins("cn-") => "aws-cn",
        () if begins("us-gov-") => "aws-us-gov",
        () if begins("eusc-") => "aws-eusc",
        () if begins("us-isob-") => "aws-iso-b",
        () if begins("us-isof-") => "aws-iso-f",
        () if begins("us-iso-") => "aws-iso",
        () if begins("eu-isoe-") => "aws-iso-e",
        () => "aws",
    };
    let mut resource = action.resource.replace("PARTITION", partition);
    if let Some(role) = &live.role_name {
        resource = resource.replace("role/ROLE", &format!("role/{role}"));
    }
    resource
}

/// What a statement is called: the kind of its resource. Letters and digits alone are allowed.
fn sid(resource: &str) -> &'static str {
    let kinds = [
        (":trail/", "Trails"),
        (":eventdatastore/", "EventDataStores"),
        (":channel/", "Channels"),
        (":web-function/", "WebFunctions"),
        (":role/aws-service-role/", "ServiceLinkedRole"),
        (":role/", "RolesToAssume"),
        (":s3:::invoketrail", "NewBuckets"),
        (":s3:::LOG-BUCKET/", "LogFiles"),
        (":s3:::LOG-BUCKET", "LogBucket"),
        (":key/", "LogKey"),
        (":function:", "Functions"),
    ];
    kinds.iter().find(|(part, _)| resource.contains(part)).map_or("Everything", |(_, sid)| sid)
}

fn check(live: &Live, job: Job) -> Result<Outcome> {
    let asked = Session::open(live)?.held(job);
    let asked: Vec<_> = asked.into_iter().filter(|(action, _)| needed(action, live)).collect();
    let mut text = String::new();
    let mut outcome = Outcome::Well;
    let width = asked.iter().map(|(action, _)| action.name.len()).max().unwrap_or(0);
    for (action, held) in &asked {
        let (word, why, ends) = match held {
            Held::Yes => ("held", action.why, Outcome::Well),
            Held::No(said) => ("lacking", said.as_str(), Outcome::No),
            Held::Unknown(said) => ("undetermined", said.as_str(), Outcome::Undetermined),
        };
        outcome = outcome.worse(ends);
        text.push_str(&format!("{word:<12}  {:<width$}  {}\n", action.name, visible(why)));
    }
    print(|out| out.write_all(text.as_bytes()))?;
    let again = live.again();
    let next = match outcome {
        Outcome::No => {
            format!("invoketrail permissions {}{again} > policy.json  # attach what is lacking", name(job))
        }
        _ => format!("invoketrail audit{again}"),
    };
    say("next", &next);
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::policy;
    use crate::args::Job;
    use crate::settings::Live;
    use aws::permissions::actions;
    use clap::ValueEnum;
    use std::collections::BTreeSet;

    #[test]
    fn no_policy_names_two_statements_alike() {
        for job in Job::value_variants() {
            let live = Live { role_name: Some("Reader".to_owned()), ..Live::default() };
            let statements = policy(actions((*job).into()), &live).statement;
            let names: BTreeSet<&str> = statements.iter().map(|statement| statement.sid).collect();
            assert_eq!(names.len(), statements.len(), "{job:?}: {names:?}");
        }
    }
}
