//! The permissions that each job needs, and which of them the caller holds.

mod caller;
mod probe;
mod simulate;

pub use caller::Caller;

use crate::session::Session;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Job {
    /// Collect an inventory and audit it. Writes nothing.
    Audit,
    /// Read what a plan needs besides an audit. Writes nothing.
    Plan,
    /// Carry a plan out.
    Apply,
    /// Read what a backout needs besides a plan. Writes nothing.
    Backout,
    /// Read delivered records and digests. Writes nothing.
    Evidence,
    /// Send the one invocation of a canary, and wait for its record.
    Canary,
    /// Tell others of findings.
    Notify,
    /// Write a lake into a bucket, and read it.
    Lake,
}

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    /// As in a policy: `cloudtrail:DescribeTrails`.
    pub name: &'static str,
    /// The narrowest resource that a policy may name; capitals stand for what the reader fills in.
    pub resource: &'static str,
    /// What it is needed for.
    pub why: &'static str,
    /// True iff it can change something.
    pub write: bool,
}

/// Whether the caller holds a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Certainly.
    Yes,
    /// Certainly not: what AWS said.
    No(String),
    /// It could not be found out: why.
    Unknown(String),
}

const fn read(name: &'static str, resource: &'static str, why: &'static str) -> Action {
    Action { name, resource, why, write: false }
}

const fn write(name: &'static str, resource: &'static str, why: &'static str) -> Action {
    Action { name, resource, why, write: true }
}

const TRAILS: &str = "arn:PARTITION:cloudtrail:*:*:trail/*";
const STORES: &str = "arn:PARTITION:cloudtrail:*:*:eventdatastore/*";
const CHANNELS: &str = "arn:PARTITION:cloudtrail:*:*:channel/*";
const FUNCTIONS: &str = "arn:PARTITION:lambda:*:*:function:*";
const BUCKETS: &str = "arn:PARTITION:s3:::invoketrail*";
const SERVICE_ROLE: &str =
    "arn:PARTITION:iam::*:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail";

const AUDIT: [Action; 17] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read("sts:AssumeRole", "arn:PARTITION:iam::*:role/ROLE", "to read accounts other than the caller's"),
    read("organizations:ListAccounts", "*", "with --organization: which accounts there are"),
    read("organizations:DescribeOrganization", "*", "which account owns the organization's recorders"),
    read("account:ListRegions", "*", "which Regions are enabled"),
    read("ec2:DescribeRegions", "*", "the same, where account:ListRegions is refused"),
    read("cloudtrail:DescribeTrails", "*", "the trails in each Region"),
    read("cloudtrail:GetTrailStatus", TRAILS, "whether a trail is logging and delivering"),
    read("cloudtrail:GetEventSelectors", TRAILS, "which events a trail records"),
    read("cloudtrail:ListEventDataStores", "*", "the event data stores of CloudTrail Lake"),
    read("cloudtrail:GetEventDataStore", STORES, "which events an event data store records"),
    read("cloudtrail:ListChannels", "*", "copies of events that other services receive"),
    read("cloudtrail:GetChannel", CHANNELS, "which events such a copy holds"),
    read("lambda:ListFunctions", "*", "the functions"),
    read("lambda:ListWebFunctions", "*", "the web functions"),
    read("lambda:ListWebFunctionEndpoints", "*", "in which Regions a web function is served"),
    read("lambda:ListMicrovmImages", "*", "the MicroVM images"),
];

const PLAN: [Action; 7] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read("sts:AssumeRole", "arn:PARTITION:iam::*:role/ROLE", "to read accounts other than the caller's"),
    read("cloudtrail:ListTags", "*", "who manages a trail or event data store"),
    read("lambda:ListTags", FUNCTIONS, "only where an exception asks for tags of functions"),
    read(
        "organizations:ListDelegatedAdministrators",
        "*",
        "who may make a trail of the organization, where its management account is out of reach",
    ),
    read("cloudwatch:GetMetricData", "*", "how often functions are invoked, for the cost"),
    read(
        "s3:GetBucketPolicy",
        BUCKETS,
        "only where a plan creates a bucket: whether one of that name is there",
    ),
];

const APPLY: [Action; 20] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read(
        "sts:AssumeRole",
        "arn:PARTITION:iam::*:role/ROLE",
        "to change trails of accounts other than the caller's",
    ),
    read("cloudtrail:DescribeTrails", "*", "to compare a trail before, and to read it back after"),
    read("cloudtrail:GetTrailStatus", TRAILS, "whether it logs, before and after"),
    read("cloudtrail:GetEventSelectors", TRAILS, "to compare before, and to read back after"),
    read("cloudtrail:GetEventDataStore", STORES, "the same for event data stores"),
    read("s3:GetBucketPolicy", BUCKETS, "the same for the bucket of a new trail"),
    write("cloudtrail:PutEventSelectors", TRAILS, "to set which events a trail records"),
    write("cloudtrail:UpdateEventDataStore", STORES, "only where a plan changes an event data store"),
    write("cloudtrail:StartLogging", TRAILS, "only where a plan starts a trail that does not log"),
    write("cloudtrail:StopLogging", TRAILS, "only to undo that"),
    write("cloudtrail:UpdateTrail", TRAILS, "only for all Regions, or log file validation"),
    write("cloudtrail:CreateTrail", TRAILS, "only where a plan creates a trail"),
    write("cloudtrail:DeleteTrail", TRAILS, "only to undo that"),
    write("s3:CreateBucket", BUCKETS, "only where a plan creates a trail with its bucket"),
    write("s3:PutBucketPublicAccessBlock", BUCKETS, "the same"),
    write("s3:PutBucketPolicy", BUCKETS, "the same"),
    write("s3:DeleteBucket", BUCKETS, "only to undo that, and only an empty one"),
    write(
        "iam:CreateServiceLinkedRole",
        SERVICE_ROLE,
        "only for organization trails: UpdateTrail and CreateTrail depend on it",
    ),
    read("organizations:ListAWSServiceAccessForOrganization", "*", "only for organization trails: the same"),
];

const BACKOUT: [Action; 8] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read("sts:AssumeRole", "arn:PARTITION:iam::*:role/ROLE", "to read accounts other than the caller's"),
    read("cloudwatch:GetMetricData", "*", "how often functions are invoked, for the cost"),
    read("lambda:ListFunctions", "*", "the execution role of each function"),
    read("lambda:ListEventSourceMappings", "*", "what triggers functions"),
    read("lambda:GetPolicy", FUNCTIONS, "who may invoke a function"),
    read("lambda:ListFunctionUrlConfigs", FUNCTIONS, "whether it has a URL without authentication"),
    read("lambda:ListTags", FUNCTIONS, "what its owners say of it"),
];

const EVIDENCE: [Action; 23] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read("sts:AssumeRole", "arn:PARTITION:iam::*:role/ROLE", "to read metrics of other accounts"),
    read("organizations:DescribeOrganization", "*", "below which id an organization's trail delivers"),
    read("account:ListRegions", "*", "in which Regions trails are looked for, where none is named"),
    read("ec2:DescribeRegions", "*", "the same, where account:ListRegions is refused"),
    read("cloudtrail:DescribeTrails", "*", "to which bucket a trail delivers"),
    read("cloudtrail:ListPublicKeys", "*", "to verify the signatures of digest files"),
    read("s3:GetBucketLocation", "arn:PARTITION:s3:::LOG-BUCKET", "in which Region the log bucket is"),
    read("s3:ListBucket", "arn:PARTITION:s3:::LOG-BUCKET", "which log and digest files were delivered"),
    read("s3:GetObject", "arn:PARTITION:s3:::LOG-BUCKET/*", "to read log and digest files"),
    read(
        "kms:Decrypt",
        "arn:PARTITION:kms:*:*:key/LOG-KEY",
        "where log files are encrypted with a key of yours",
    ),
    read("cloudwatch:GetMetricData", "*", "to compare records with the Invocations metric"),
    read("cloudtrail:GetTrailStatus", TRAILS, "when a trail delivered last"),
    // As an audit: what `verify` is about, where no inventory is named.
    read(
        "lambda:ListFunctions",
        "*",
        "the functions whose records are to arrive, where no inventory is named",
    ),
    read("organizations:ListAccounts", "*", "with --organization: whose functions"),
    read("lambda:ListWebFunctions", "*", "the web functions, which are counted"),
    read("lambda:ListWebFunctionEndpoints", "*", "in which Regions a web function is served"),
    read("lambda:ListMicrovmImages", "*", "the MicroVM images, which are counted"),
    read("cloudtrail:GetEventSelectors", TRAILS, "read with the functions; no answer rests on it"),
    read("cloudtrail:ListEventDataStores", "*", "the same"),
    read("cloudtrail:GetEventDataStore", STORES, "the same"),
    read("cloudtrail:ListChannels", "*", "the same"),
    read("cloudtrail:GetChannel", CHANNELS, "the same"),
];

const CANARY: [Action; 2] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    // Even a dry run needs it, and nothing less.
    write("lambda:InvokeFunction", FUNCTIONS, "to send the invocation; a dry run needs it too"),
];

const NOTIFY: [Action; 5] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read("sts:AssumeRole", "arn:PARTITION:iam::*:role/ROLE", "to reach Security Hub of other accounts"),
    write("sns:Publish", "arn:PARTITION:sns:*:*:TOPIC", "only where a topic is named"),
    write("events:PutEvents", "arn:PARTITION:events:*:*:event-bus/BUS", "only where a bus is named"),
    write(
        "securityhub:BatchImportFindings",
        "arn:PARTITION:securityhub:*:*:product/*/default",
        "only with --notify security-hub",
    ),
];

const LAKE: [Action; 8] = [
    read("sts:GetCallerIdentity", "*", "who the caller is; AWS grants it to everybody"),
    read("s3:GetBucketLocation", "arn:PARTITION:s3:::BUCKET", "in which Region a bucket is"),
    read(
        "s3:ListBucket",
        "arn:PARTITION:s3:::BUCKET",
        "which log files were delivered, and what the lake has",
    ),
    read("s3:GetObject", "arn:PARTITION:s3:::BUCKET/*", "to read log files, and the lake"),
    read(
        "kms:Decrypt",
        "arn:PARTITION:kms:*:*:key/KEY",
        "where one of them is encrypted with a key of yours",
    ),
    write("s3:PutObject", "arn:PARTITION:s3:::LAKE-BUCKET/*", "to write the files of the lake"),
    write(
        "s3:DeleteObject",
        "arn:PARTITION:s3:::LAKE-BUCKET/*",
        "only where a folder that is written again has fewer files than before",
    ),
    write(
        "kms:GenerateDataKey",
        "arn:PARTITION:kms:*:*:key/LAKE-KEY",
        "where the lake is encrypted with a key of yours",
    ),
];

/// The permissions that `job` needs, and no others. A canary also reads what [`Job::Evidence`] reads. `job`'s calls are all among them.
#[must_use]
pub fn actions(job: Job) -> &'static [Action] {
    match job {
        Job::Audit => &AUDIT,
        Job::Plan => &PLAN,
        Job::Apply => &APPLY,
        Job::Backout => &BACKOUT,
        Job::Evidence => &EVIDENCE,
        Job::Canary => &CANARY,
        Job::Notify => &NOTIFY,
        Job::Lake => &LAKE,
    }
}

impl Session {
    /// Which of the permissions of `job` the caller holds in the caller's own account, in the order of [`actions`].
    ///
    /// What only reads is tried, with names of things that do not exist where a name is needed: a refusal is [`Held::No`], any
    /// other answer is [`Held::Yes`]. What can write is never called: IAM's policy simulator is asked, which knows neither
    /// the organization's policies nor those of the resource.
    pub async fn held(&self, job: Job) -> Vec<(Action, Held)> {
        self.begin();
        let actions = actions(job);
        let mut held = Vec::with_capacity(actions.len());
        for action in actions {
            held.push(if action.write { None } else { probe::held(self, action.name).await });
        }
        let asked: Vec<&str> = actions
            .iter()
            .zip(&held)
            .filter(|(_, held)| held.is_none())
            .map(|(action, _)| action.name)
            .collect();
        let mut simulated = simulate::held(self, &asked).await.into_iter();
        let held = held.into_iter().map(|held| {
            let unanswered = || Held::Unknown("the policy simulator did not say".to_owned());
            held.or_else(|| simulated.next()).unwrap_or_else(unanswered)
        });
        actions.iter().copied().zip(held).collect()
    }
}

#[cfg(test)]
mod tests;
