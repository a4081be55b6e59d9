//! Where trails deliver to.

use crate::call::Call;
use crate::collect::{described, organization, regions, status};
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Session;
use audit::inventory::{Gap, TrailStatus};
use aws_sdk_cloudtrail::types::Trail;
use cloudtrail::arn::Arn;
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// Where one trail delivers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The key prefix of the trail as AWS gives it; keys begin with it, a slash and `AWSLogs/`. Empty iff it has none, and
    /// then no slash comes first.
    pub prefix: String,
    /// The trail's ARN.
    pub trail: String,
    /// The account that owns the trail.
    pub account: String,
    /// The Region in which the trail was made; it is part of the names of its digest files.
    pub home_region: String,
    /// True iff the trail records in all enabled Regions.
    pub multi_region: bool,
    /// True iff it is an organization's trail. Its files lie below the organization's id, those of the account that owns it
    /// too (semantics 9.1).
    pub organization_trail: bool,
    /// The organization's id; for an organization's trail `None` iff it could not be read, and a listing of the folders
    /// below `AWSLogs/` shows it.
    pub organization: Option<String>,
    /// Whether the trail delivers digest files; `None` iff AWS does not say.
    pub validation: Option<bool>,
}

/// Where the trails deliver to that the caller sees, and what could not be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locations {
    /// By the trail's ARN, each once.
    pub found: Vec<Location>,
    /// A Region whose trails could not be listed, a trail that names no bucket, an organization without an id.
    pub gaps: Vec<Gap>,
}

impl Session {
    /// The Regions in which the caller's account can have anything; where they cannot be listed the one in which the caller is at
    /// home, and why.
    pub async fn regions(&self) -> (Vec<String>, Option<Gap>) {
        match regions::of(self, &self.own()).await {
            Ok(listed) => (regions::enabled(&listed), None),
            Err(gap) => (vec![self.home.clone()], Some(gap)),
        }
    }

    /// Where every trail delivers to that the caller's account sees in any of `regions`, shadows of trails of other Regions
    /// and of the organization included.
    pub async fn locations(&self, regions: &[String]) -> Locations {
        let own = self.own();
        let reads = join_all(regions.iter().map(async |region| described(self, &own, region).await)).await;
        let mut found = BTreeMap::new();
        let mut gaps = Vec::new();
        for (region, read) in regions.iter().zip(reads) {
            let trails = match read {
                Ok(trails) => trails,
                Err(gap) => {
                    gaps.push(gap);
                    continue;
                }
            };
            for trail in trails {
                match location(trail, self.account(), region) {
                    Ok(location) => drop(found.insert(location.trail.clone(), location)),
                    Err((subject, error)) => {
                        let call = self.describing(region);
                        let call = subject.as_deref().map_or(call, |subject| call.about(subject));
                        gaps.push(Failure::new(Class::Final, error).gap(&call));
                    }
                }
            }
        }
        let mut found: Vec<Location> = found.into_values().collect();
        if found.iter().any(|location| location.organization_trail) {
            match organization::of(self, &own).await {
                Ok(organization) => {
                    let id = organization.map(|organization| organization.id);
                    for location in found.iter_mut().filter(|location| location.organization_trail) {
                        location.organization.clone_from(&id);
                    }
                }
                Err(gap) => gaps.push(gap),
            }
        }
        Locations { found, gaps }
    }

    /// Whether the trail logs, as it says in its home Region.
    ///
    /// # Errors
    /// A gap iff it could not be asked.
    pub async fn status(&self, location: &Location) -> Result<TrailStatus, Gap> {
        status(self, &self.own(), &location.home_region, &location.trail).await
    }

    fn describing<'a>(&'a self, region: &'a str) -> Call<'a> {
        Call::new(Service::CloudTrail, "cloudtrail:DescribeTrails", self.account(), region)
    }
}

/// The location, or of what the answer leaves out something, and what.
fn location(trail: Trail, caller: &str, region: &str) -> Result<Location, (Option<String>, &'static str)> {
    let arn = trail.trail_arn.ok_or((None, "the answer describes a trail without its ARN"))?;
    let Some(parsed) = Arn::parse(&arn) else { return Err((Some(arn), "the trail's ARN cannot be read")) };
    let bucket = trail.s3_bucket_name.filter(|bucket| !bucket.is_empty());
    let Some(bucket) = bucket else { return Err((Some(arn), "the answer names no bucket of the trail")) };
    let home = if parsed.region.is_empty() { region } else { parsed.region };
    Ok(Location {
        bucket,
        prefix: trail.s3_key_prefix.unwrap_or_default(),
        account: parsed.account.to_owned(),
        home_region: trail.home_region.unwrap_or_else(|| home.to_owned()),
        multi_region: trail.is_multi_region_trail.unwrap_or(false),
        // Another account's trail is shown here only if it is its organization's (semantics 4.1).
        organization_trail: trail.is_organization_trail.unwrap_or(false) || parsed.account != caller,
        organization: None,
        validation: trail.log_file_validation_enabled,
        trail: arn,
    })
}
