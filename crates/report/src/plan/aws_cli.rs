//! A plan as commands of the AWS CLI, to be read and run by a person, account by account.

use super::super::shell::shell;
use super::{owner, subject};
use audit::change::{Change, Setting};
use audit::plan::Plan;
use cloudtrail::recorder::RecorderKind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Asked before the first call for an account: nothing may be changed in another one.
const IN_ACCOUNT: &str = r#"
# in_account ACCOUNT PROFILE: what follows in the same parentheses is done in that account, with that profile, or with the credentials
# at hand where none is named. Ends the script where the credentials are those of another account.
in_account() {
  if [ -n "$2" ]; then
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_DEFAULT_PROFILE
    export AWS_PROFILE="$2"
  fi
  found=$(aws sts get-caller-identity --query Account --output text)
  if [ "$found" != "$1" ]; then
    echo "The next commands are for account $1, and these credentials are for account $found. Name a profile of $1: PROFILE_$1=NAME SHELL $0" >&2
    exit 1
  fi
}
"#;
/// Other shells take `$'...'` by its letters.
const NEEDS_BASH: &str = "[ -n \"${BASH_VERSION:-}\" ] || { echo \"Run this with bash: it holds names that other shells misread.\" >&2; exit 1; }\n";

/// The plan as a shell script of AWS CLI commands. Each block names the account that it is for, and begins only as that account.
/// The commands compare nothing before they change it: `invoketrail apply` does.
#[must_use]
pub fn plan_aws_cli(plan: &Plan, hash: &str) -> String {
    let bash = plan
        .steps
        .iter()
        .flat_map(|step| words(&step.change))
        .any(|word| word.chars().any(text::visible::acts));
    let (path, shell, run, guard) = match bash {
        true => ("/usr/bin/env bash", "bash", "bash", NEEDS_BASH),
        false => ("/bin/sh", "sh", "sh, or any other POSIX shell", ""),
    };
    let mut text = format!(
        "#!{path}\n# Plan {}.\n# Run this with {run}.\n# These commands do not look whether anything changed since: `invoketrail apply` does.\nset -eu\n{guard}",
        plain(hash)
    );
    let accounts: BTreeSet<&str> =
        plan.steps.iter().map(|step| step.change.target.account.as_str()).collect();
    if !accounts.is_empty() {
        text.push_str(&IN_ACCOUNT.replace("SHELL", shell));
    }
    if accounts.len() > 1 {
        text.push_str("\n# Nothing is changed before the credentials of every account are at hand.\n");
        for account in accounts {
            text.push_str(&format!("({})\n", in_account(account)));
        }
    }
    text.push_str(&blocks(plan));
    text
}

/// Steps that follow each other in one account share a block: a subshell, so that neither its profile nor the credentials it sets aside
/// reach the next block.
fn blocks(plan: &Plan) -> String {
    let mut text = String::new();
    let mut number = 0;
    for block in plan.steps.chunk_by(|one, next| one.change.target.account == next.change.target.account) {
        let account = &block[0].change.target.account;
        text.push_str(&format!("\n# Account {}.\n(\n{}\n", plain(account), in_account(account)));
        for step in block {
            number += 1;
            text.push_str(&format!("\n# {number}. {}\n", plain(&subject(step))));
            if let Some(told) = owner(&step.owner) {
                text.push_str(&format!("# {}\n", plain(&told)));
            }
            for command in commands(&step.change) {
                text.push_str(&command);
                text.push('\n');
            }
        }
        text.push_str(")\n");
    }
    text
}

/// The check of an account, and the variable that may name its profile.
fn in_account(account: &str) -> String {
    let variable: String = account.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("in_account {} \"${{PROFILE_{variable}:-}}\"", shell(account))
}

/// Every argument from outside that is not a document in JSON.
fn words(change: &Change) -> Vec<&str> {
    let target = &change.target;
    let mut words = vec![target.arn.as_str(), &target.name, &target.account, &target.home_region];
    match &change.setting {
        Setting::Bucket(turn) => {
            words.extend(turn.before.iter().chain(&turn.after).map(|bucket| bucket.name.as_str()));
        }
        Setting::Trail(turn) => words.extend(turn.after.iter().map(|trail| trail.bucket.as_str())),
        _ => {}
    }
    words
}

/// Nothing from outside may end the comment it stands in.
fn plain(text: &str) -> String {
    text::visible::visible(text).into_owned()
}

fn commands(change: &Change) -> Vec<String> {
    let target = &change.target;
    let region = shell(&target.home_region);
    let trail = |call: &str, rest: &str| {
        vec![format!("aws cloudtrail {call} --region {region} --name {}{rest}", shell(&target.arn))]
    };
    match &change.setting {
        Setting::Bucket(turn) => match &turn.after {
            None => turn
                .before
                .iter()
                .map(|one| format!("aws s3api delete-bucket --region {region} --bucket {}", shell(&one.name)))
                .collect(),
            Some(bucket) => {
                let name = shell(&bucket.name);
                // us-east-1 is the one Region that must not be named there.
                let place = match target.home_region.as_str() {
                    "us-east-1" => String::new(),
                    _ => format!(" --create-bucket-configuration LocationConstraint={region}"),
                };
                vec![
                    format!("aws s3api create-bucket --region {region} --bucket {name}{place}"),
                    format!(
                        "aws s3api put-public-access-block --region {region} --bucket {name} --public-access-block-configuration \
                         BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
                    ),
                    format!(
                        "aws s3api put-bucket-policy --region {region} --bucket {name} --policy {}",
                        shell(&text::visible::json(&bucket.policy))
                    ),
                ]
            }
        },
        Setting::Trail(turn) => match &turn.after {
            None => trail("delete-trail", ""),
            Some(new) => {
                let flag = |on: bool, name: &str| format!(" --{}{name}", if on { "" } else { "no-" });
                vec![format!(
                    "aws cloudtrail create-trail --region {region} --name {} --s3-bucket-name {}{}{}{}",
                    shell(&target.name),
                    shell(&new.bucket),
                    flag(new.multi_region, "is-multi-region-trail"),
                    flag(new.organization, "is-organization-trail"),
                    flag(new.log_file_validation, "enable-log-file-validation"),
                )]
            }
        },
        Setting::MultiRegion(turn) => trail(
            "update-trail",
            if turn.after { " --is-multi-region-trail" } else { " --no-is-multi-region-trail" },
        ),
        Setting::LogFileValidation(turn) => trail(
            "update-trail",
            if turn.after { " --enable-log-file-validation" } else { " --no-enable-log-file-validation" },
        ),
        Setting::Logging(turn) => trail(if turn.after { "start-logging" } else { "stop-logging" }, ""),
        Setting::Selectors(turn) => vec![selectors(change, &turn.after)],
    }
}

fn selectors(change: &Change, document: &str) -> String {
    let target = &change.target;
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let list = |member: &str| {
        let list = document.get(member)?;
        list.as_array()
            .is_some_and(|all| !all.is_empty())
            .then(|| shell(&text::visible::json(&list.to_string())))
    };
    let region = shell(&target.home_region);
    let arn = shell(&target.arn);
    let head = match target.kind {
        RecorderKind::EventDataStore => {
            format!("aws cloudtrail update-event-data-store --region {region} --event-data-store {arn}")
        }
        RecorderKind::Trail | RecorderKind::Channel => {
            format!("aws cloudtrail put-event-selectors --region {region} --trail-name {arn}")
        }
    };
    match (list("AdvancedEventSelectors"), list("EventSelectors")) {
        (Some(advanced), _) => format!("{head} --advanced-event-selectors {advanced}"),
        (None, Some(basic)) => format!("{head} --event-selectors {basic}"),
        (None, None) => format!("# nothing to set for {arn}"),
    }
}
