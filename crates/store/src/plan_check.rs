//! What a plan names, checked when it is read: an account, Region, bucket or trail that is none must never become part of a
//! host or a path. Journals hold plans, so they are checked here, too.

use super::document::DocumentError;
use audit::change::{Bucket, Change, Setting, Target, Turn};
use audit::plan::{Plan, Purpose};
use cloudtrail::arn::Arn;
use cloudtrail::names::{
    AccountId, AwsArn, BucketName, NotAName, OrganizationId, Partition, Region, TrailName,
};
use cloudtrail::recorder::RecorderKind;
use serde_json::Value;
use text::visible::excerpt;

type Checked = Result<(), DocumentError>;

/// Refuses names that cannot be any.
pub(super) fn check(plan: &Plan) -> Checked {
    let scope = &plan.scope;
    is("plan.scope.partition", &scope.partition, Partition::parse)?;
    time("plan.scope.collected_at", &scope.collected_at)?;
    for (at, account) in scope.accounts.iter().enumerate() {
        is(&format!("plan.scope.accounts[{at}]"), account, AccountId::parse)?;
    }
    if let Some(organization) = &scope.organization {
        is("plan.scope.organization", organization, OrganizationId::parse)?;
    }
    for (at, step) in plan.steps.iter().enumerate() {
        let path = format!("plan.steps[{at}].change");
        target(&format!("{path}.target"), &step.change.target, &scope.partition)?;
        buckets(&path, &step.change)?;
        policies(&path, &step.change, &scope.partition)?;
    }
    for (at, refusal) in plan.refusals.iter().enumerate() {
        for (account, region) in &refusal.places {
            let path = format!("plan.refusals[{at}].places");
            is(&path, account, AccountId::parse)?;
            is(&path, region, Region::parse)?;
        }
        if let Some(recorder) = &refusal.recorder {
            arn(&format!("plan.refusals[{at}].recorder"), recorder, &scope.partition)?;
        }
    }
    for (at, loss) in plan.losses.iter().enumerate() {
        arn(&format!("plan.losses[{at}].recorder"), &loss.recorder, &scope.partition)?;
        arn(&format!("plan.losses[{at}].function"), &loss.function, &scope.partition)?;
    }
    for (at, copies) in plan.cost.iter().flat_map(|cost| &cost.copies).enumerate() {
        for recorder in &copies.recorders {
            arn(&format!("plan.cost.copies[{at}].recorders"), recorder, &scope.partition)?;
        }
    }
    let covered = match &plan.purpose {
        Purpose::Backout(exception) => std::slice::from_ref(exception),
        Purpose::Restore(ended) => ended.as_slice(),
        Purpose::Record | Purpose::DropCopies | Purpose::Undo => &[],
    };
    if covered.iter().any(|one| one.matched.is_some()) {
        let (path, problem) =
            ("plan.purpose.exception".to_owned(), "an exception of a plan names functions".to_owned());
        return Err(DocumentError::Impossible { path, problem });
    }
    let mut functions = covered.iter().flat_map(|one| &one.functions);
    functions.try_for_each(|one| arn("plan.purpose.exception.functions", one, &scope.partition))
}

/// An ARN of the plan's partition.
fn arn(path: &str, text: &str, partition: &str) -> Checked {
    is(path, text, AwsArn::parse)?;
    match Arn::parse(text).is_some_and(|arn| arn.partition == partition) {
        true => Ok(()),
        false => wrong(path.to_owned(), text, "of the plan's partition"),
    }
}

fn target(path: &str, target: &Target, partition: &str) -> Checked {
    is(&format!("{path}.account"), &target.account, AccountId::parse)?;
    is(&format!("{path}.home_region"), &target.home_region, Region::parse)?;
    let own = Arn::parse(&target.arn).filter(|arn| {
        arn.service == "cloudtrail"
            && arn.partition == partition
            // A delegated administrator calls for trails of the management account.
            && (arn.account == target.account
                || (target.kind == RecorderKind::Trail && AccountId::parse(arn.account).is_ok()))
            && arn.region == target.home_region
    });
    let fits = own.is_some_and(|arn| match target.kind {
        RecorderKind::Trail => arn.resource.strip_prefix("trail/") == Some(target.name.as_str()),
        RecorderKind::EventDataStore => arn.resource.strip_prefix("eventdatastore/").is_some_and(|id| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
        RecorderKind::Channel => false,
    });
    if !fits {
        return wrong(
            format!("{path}.arn"),
            &target.arn,
            "the ARN of this trail or store in its account and Region",
        );
    }
    match target.kind {
        RecorderKind::Trail => is(&format!("{path}.name"), &target.name, TrailName::parse),
        RecorderKind::EventDataStore | RecorderKind::Channel => Ok(()),
    }
}

fn buckets(path: &str, change: &Change) -> Checked {
    let names: Vec<&str> = match &change.setting {
        Setting::Bucket(turn) => {
            [&turn.before, &turn.after].into_iter().flatten().map(|one| one.name.as_str()).collect()
        }
        Setting::Trail(turn) => {
            [&turn.before, &turn.after].into_iter().flatten().map(|one| one.bucket.as_str()).collect()
        }
        _ => Vec::new(),
    };
    names.into_iter().try_for_each(|name| is(&format!("{path}.bucket"), name, BucketName::parse))
}

/// A bucket that is made lets in CloudTrail for this trail alone: by the plan, or by an undo that makes again what a plan deleted.
fn policies(path: &str, change: &Change, partition: &str) -> Checked {
    let Setting::Bucket(Turn { before, after }) = &change.setting else { return Ok(()) };
    // Taken back between its creation and its policy, it lets nobody in.
    let half_made = |bucket: &Bucket| after.is_none() && bucket.policy.is_empty();
    for (member, bucket) in
        [("before", before.as_ref().filter(|one| !half_made(one))), ("after", after.as_ref())]
    {
        if bucket.is_some_and(|bucket| !is_for_cloudtrail(bucket, &change.target, partition)) {
            let problem = "the policy lets in somebody else than CloudTrail for this trail".to_owned();
            return Err(DocumentError::Impossible { path: format!("{path}.{member}.policy"), problem });
        }
    }
    Ok(())
}

/// True iff a new bucket's policy lets CloudTrail look at it and write to it for this trail, and nobody do anything else.
fn is_for_cloudtrail(bucket: &Bucket, target: &Target, partition: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(&bucket.policy) else { return false };
    let whole = format!("arn:{partition}:s3:::{}", bucket.name);
    let inside = format!("{whole}/");
    let here = |one: &Value| one.as_str().is_some_and(|one| one == whole || one.starts_with(&inside));
    let statement = |one: &Value| {
        one["Effect"] == "Allow"
            && one["Principal"] == serde_json::json!({"Service": "cloudtrail.amazonaws.com"})
            && (one["Action"] == "s3:GetBucketAcl" || one["Action"] == "s3:PutObject")
            && one["Resource"].as_array().map_or_else(|| here(&one["Resource"]), |all| all.iter().all(here))
            && one["Condition"]["StringEquals"]["aws:SourceArn"] == target.arn.as_str()
            && one.as_object().is_some_and(|members| !members.keys().any(|name| name.starts_with("Not")))
    };
    policy["Statement"].as_array().is_some_and(|all| all.iter().all(statement))
}

fn is<T>(path: &str, text: &str, parse: impl Fn(&str) -> Result<T, NotAName>) -> Checked {
    parse(text).map(drop).or_else(|error| wrong(path.to_owned(), text, error.noun))
}

/// Refuses what is not a moment of RFC 3339.
pub(super) fn time(path: &str, text: &str) -> Checked {
    if super::exceptions_file::is_time(text) {
        return Ok(());
    }
    wrong(path.to_owned(), text, "a time like 2026-11-23T17:00:00Z")
}

fn wrong(path: String, text: &str, noun: &str) -> Checked {
    Err(DocumentError::Impossible { path, problem: format!("`{}` is not {noun}", excerpt(text, 200)) })
}
