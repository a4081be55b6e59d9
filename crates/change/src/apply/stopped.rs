//! Why a plan was not carried out to its end: in one line, and as exit code.

use super::super::sites::new_bucket;
use args::outcome::Outcome;
use audit::change::State;
use audit::plan::{Plan, Purpose};
use aws::Stopped;
use surroundings::problem::say;

/// Why it stopped, in one line, and the exit code.
pub(super) fn reason(stopped: &Stopped, plan: &Plan, untouched: bool) -> (String, Outcome) {
    let name = |at: usize| plan.steps.get(at).map_or("?", |step| step.change.target.arn.as_str());
    let half_way = if untouched { Outcome::No } else { Outcome::HalfWay };
    match stopped {
        Stopped::Stale { at, .. } => (
            in_the_way(stopped, plan).unwrap_or_else(|| match plan.purpose {
                Purpose::Undo => format!("{}: somebody changed it since", name(*at)),
                _ => format!("{} has changed since the plan was made. Run `plan` again", name(*at)),
            }),
            half_way,
        ),
        Stopped::Moved { relied_on, .. } if untouched && plan.purpose != Purpose::Undo => {
            let told = "has changed since the plan was made. Run `plan` again";
            (format!("{} {told}", relied_on.target.arn), half_way)
        }
        Stopped::Moved { relied_on, .. } => {
            (format!("{}: somebody changed it since", relied_on.target.arn), half_way)
        }
        Stopped::Differs { at, .. } => (
            format!(
                "{} was set, and something else was found afterwards: somebody else writes to it",
                name(*at)
            ),
            Outcome::HalfWay,
        ),
        Stopped::Refused { at, permission, error } => {
            let why = if *permission { "the permission is missing" } else { "it was not possible" };
            let outcome = if untouched { Outcome::CouldNotAnswer } else { Outcome::HalfWay };
            (in_the_way(stopped, plan).unwrap_or_else(|| format!("{}: {why}: {error}", name(*at))), outcome)
        }
        Stopped::Journal { at, error, set } => {
            let outcome = if untouched { Outcome::CouldNotAnswer } else { Outcome::HalfWay };
            let name = name(*at);
            let when =
                if *set { format!("after {name} was changed") } else { format!("before {name} is changed") };
            (format!("the journal cannot be written {when}: {error}"), outcome)
        }
        Stopped::Interrupted { .. } => {
            let outcome = if untouched { Outcome::Interrupted } else { Outcome::HalfWay };
            ("interrupted".to_owned(), outcome)
        }
    }
}

/// Says line by line what was expected and what was found.
pub(crate) fn tell_difference(expected: &State, found: &State) {
    for line in report::difference_of_states(expected, found) {
        let told = match line {
            report::Line::Same(text) => format!("  {text}"),
            report::Line::Before(text) => format!("- {text}"),
            report::Line::After(text) => format!("+ {text}"),
            report::Line::Skipped(n) => format!("  ... {n} lines as before"),
        };
        say("difference", &told);
    }
}

/// The bucket that a plan wants to create where another one is, in one line.
pub(super) fn in_the_way(stopped: &Stopped, plan: &Plan) -> Option<String> {
    let wanted = |at: &usize| plan.steps.get(*at).and_then(|step| new_bucket(&step.change));
    match stopped {
        Stopped::Stale { at, found } => {
            let (wanted, State::Bucket(Some(_))) = (wanted(at)?, found.as_ref()) else { return None };
            Some(format!(
                "a bucket {} is there already, and its policy is not the one that the plan wants",
                wanted.name
            ))
        }
        Stopped::Refused { at, permission, error }
            if error.starts_with("s3:GetBucketPolicy") && (*permission || of_others(error)) =>
        {
            let name = &wanted(at)?.name;
            Some(format!(
                "AWS does not show the bucket {name}: another account has it, or the permission is missing: {error}"
            ))
        }
        _ => None,
    }
}

/// What S3 says of a bucket of another account, or of another Region.
fn of_others(error: &str) -> bool {
    ["MethodNotAllowed", "PermanentRedirect", "AuthorizationHeaderMalformed"]
        .iter()
        .any(|code| error.contains(code))
}
