//! The permissions of a job as a caller needs them: without those that its flags make needless, each on the narrowest resource that is
//! known.

use super::{Action, Job, actions};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of whoever does the job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caller<'a> {
    /// The role that is assumed in other accounts.
    pub role: Option<&'a str>,
    /// All accounts of the organization are read.
    pub organization: bool,
    /// A Region of theirs, which names the partition; empty where none is known.
    pub region: &'a str,
}

impl Caller<'_> {
    /// True iff this caller needs the action at all.
    #[must_use]
    pub fn needs(&self, action: &Action) -> bool {
        match action.name {
            "sts:AssumeRole" | "organizations:ListDelegatedAdministrators" => self.role.is_some(),
            "organizations:ListAccounts" => self.organization,
            _ => true,
        }
    }

    /// The actions that the job needs, by the resource that a policy names, sorted.
    #[must_use]
    pub fn by_resource(&self, job: Job) -> BTreeMap<String, BTreeSet<&'static str>> {
        let mut by_resource: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for action in actions(job).iter().filter(|action| self.needs(action)) {
            by_resource.entry(self.resource(action)).or_default().insert(action.name);
        }
        by_resource
    }

    /// The resource with what is known filled in.
    fn resource(&self, action: &Action) -> String {
        let begins = |prefix: &str| self.region.starts_with(prefix);
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
        if let Some(role) = self.role {
            resource = resource.replace("role/ROLE", &format!("role/{role}"));
        }
        resource
    }
}
