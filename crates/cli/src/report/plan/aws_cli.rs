//! A plan as commands of the AWS CLI, to be read and run by a person.

use super::super::view::shell;
use super::{owner, subject};
use audit::change::{Change, Setting};
use audit::plan::Plan;
use cloudtrail::recorder::RecorderKind;
use serde_json::Value;

/// The plan as a shell script of AWS CLI commands. They compare nothing before they change it: `invoketrail apply` does.
#[must_use]
pub fn plan_aws_cli(plan: &Plan, hash: &str) -> String {
    let mut text = format!(
        "#!/bin/sh\n# Plan {hash}.\n# These commands do not look whether anything changed since: `invoketrail apply` does.\nset -eu\n"
    );
    for (at, step) in plan.steps.iter().enumerate() {
        text.push_str(&format!("\n# {}. {}\n", at + 1, plain(&subject(step))));
        if let Some(told) = owner(&step.owner) {
            text.push_str(&format!("# {}\n", plain(&told)));
        }
        for command in commands(&step.change) {
            text.push_str(&command);
            text.push('\n');
        }
    }
    text
}

/// Nothing from outside may end the comment it stands in.
fn plain(text: &str) -> String {
    crate::visible::visible(text).into_owned()
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
                        shell(&bucket.policy)
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
        list.as_array().is_some_and(|all| !all.is_empty()).then(|| shell(&list.to_string()))
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
