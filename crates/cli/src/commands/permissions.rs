//! `invoketrail permissions`: the least IAM policy that a job needs, and what the caller lacks of it.

use ::args::outcome::Outcome;
use ::args::permissions as args;
use anyhow::Result;
use aws::permissions::{Caller, Held, Job};
use surroundings::context::Context;
use surroundings::environment;
use surroundings::output::print;
use surroundings::problem::say;
use surroundings::session::Session;
use surroundings::settings::{self, Accounts, Live};

/// What the policy leaves out where nobody names a role.
const OTHER_ACCOUNTS: &str =
    "this is for the account itself; for a caller who assumes a role in other accounts, add --role-name NAME";

/// Prints the policy, or asks AWS.
///
/// # Errors
/// [`surroundings::problem::Problem`] where not even the caller is known.
pub(crate) fn run(typed: args::Permissions, context: Context) -> Result<Outcome> {
    let live = settings::live(typed.live, context.config);
    let job = typed.job.name();
    let named = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(environment::value);
    let region = live.regions.iter().flatten().next().cloned().or_else(named).unwrap_or_default();
    let organization = live.accounts == Accounts::Organization;
    let caller = Caller { role: live.role_name.as_deref(), organization, region: &region };
    if typed.check {
        return check(&live, typed.job, &caller);
    }
    let text = report::policy_json(&caller.by_resource(of_aws(typed.job)))?;
    print(|out| out.write_all(text.as_bytes()))?;
    if text.contains("LOG-") {
        say("note", "put your own names in for LOG-BUCKET and LOG-KEY");
    }
    if text.contains("LAKE-") {
        say(
            "note",
            "put your own names in for LAKE-BUCKET, LAKE-KEY and KEY; BUCKET is the log bucket and the bucket of the lake: name both",
        );
    }
    if live.role_name.is_none() {
        say("note", OTHER_ACCOUNTS);
    }
    say(
        "next",
        &format!("invoketrail permissions {job}{} --check  # which of them are missing", live.again()),
    );
    Ok(Outcome::Well)
}

fn check(live: &Live, job: args::Job, caller: &Caller<'_>) -> Result<Outcome> {
    let asked = Session::open(live)?.held(of_aws(job));
    let mut outcome = Outcome::Well;
    let mut told = Vec::new();
    for (action, held) in asked.iter().filter(|(action, _)| caller.needs(action)) {
        let (word, why, ends) = match held {
            Held::Yes => ("held", action.why, Outcome::Well),
            Held::No(said) => ("missing", said.as_str(), Outcome::No),
            Held::Unknown(said) => ("undetermined", said.as_str(), Outcome::Undetermined),
        };
        outcome = outcome.worse(ends);
        told.push((word, action.name, why));
    }
    print(|out| out.write_all(report::held_text(&told).as_bytes()))?;
    let again = live.again();
    let next = match outcome {
        Outcome::No => {
            format!("invoketrail permissions {}{again} > policy.json  # attach what is missing", job.name())
        }
        _ => format!("invoketrail audit{again}"),
    };
    say("next", &next);
    Ok(outcome)
}

/// The job, as whoever knows its permissions calls it.
fn of_aws(job: args::Job) -> Job {
    match job {
        args::Job::Audit => Job::Audit,
        args::Job::Plan => Job::Plan,
        args::Job::Apply => Job::Apply,
        args::Job::Backout => Job::Backout,
        args::Job::Evidence => Job::Evidence,
        args::Job::Canary => Job::Canary,
        args::Job::Notify => Job::Notify,
        args::Job::Lake => Job::Lake,
    }
}

#[cfg(test)]
mod tests {
    use super::of_aws;
    use ::args::permissions::Job;
    use aws::permissions::Caller;
    use clap::ValueEnum;
    use std::collections::BTreeSet;

    #[test]
    fn no_policy_names_two_statements_alike() {
        for job in Job::value_variants() {
            let caller = Caller { role: Some("Reader"), ..Caller::default() };
            let policy = report::policy_json(&caller.by_resource(of_aws(*job))).unwrap();
            let names: Vec<&str> = policy.lines().filter(|line| line.contains("\"Sid\"")).collect();
            let distinct: BTreeSet<&&str> = names.iter().collect();
            assert!(!names.is_empty() && names.len() == distinct.len(), "{job:?}: {names:?}");
        }
    }
}
