//! Which Regions an account has: the account service's listing, or EC2's where that is refused.

use super::listing::{listed, pages};
use super::read::Read;
use crate::call::Call;
use crate::endpoint::Target;
use crate::error::{CollectError, nearest};
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::raw;
use crate::session::{Reach, Session};
use audit::inventory::OptIn;
use std::collections::BTreeMap;

/// Regions of one account. AWS has a few dozen.
const REGIONS: usize = 1_000;

/// Every Region, with its state for the account. Only when both listings fail is there a gap, of the first.
pub(crate) async fn of(session: &Session, reach: &Reach) -> Read<BTreeMap<String, OptIn>> {
    let home = &session.home;
    let listing = Call::new(Service::Account, "account:ListRegions", &reach.account, home);
    let first = match list(session, reach, &listing).await {
        Ok(regions) => return Ok(regions),
        Err(failure) => failure,
    };
    if first.class == Class::Interrupted {
        return Err(first.gap(&listing));
    }
    match describe(session, reach).await {
        Ok(regions) => Ok(regions),
        Err(second) => {
            let error = format!("{}; ec2:DescribeRegions: {}", first.error, second.error);
            let class = if second.class == Class::Interrupted { second.class } else { first.class };
            Err(Failure::new(class, error).gap(&listing))
        }
    }
}

async fn list(session: &Session, reach: &Reach, call: &Call<'_>) -> Result<BTreeMap<String, OptIn>, Failure> {
    let client = reach.account_service(&session.home);
    let (regions, failure) = pages(async |next| {
        let answer = session.wire.send(call, || {
            let request = client.list_regions().max_results(50).set_next_token(next.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        Ok((listed(answer.regions, "Regions")?, answer.next_token))
    })
    .await;
    match failure {
        Some(failure) => Err(failure),
        None if regions.iter().any(|region| region.region_name().is_none()) => {
            Err(Failure::new(Class::Final, "the listing holds a Region without a name"))
        }
        None => complete(regions.iter().filter_map(|region| {
            let state = region.region_opt_status().map_or("", |status| status.as_str());
            Some((region.region_name()?.to_owned(), opt_in(state)))
        })),
    }
}

async fn describe(session: &Session, reach: &Reach) -> Result<BTreeMap<String, OptIn>, Failure> {
    let home = &session.home;
    let target = Target::ec2(&session.caller.partition, home)
        .ok_or_else(|| Failure::new(Class::Final, "the address of EC2 in this partition is not known"))?;
    let call = Call::new(Service::Ec2, "ec2:DescribeRegions", &reach.account, home);
    let parameters = [("Action", "DescribeRegions"), ("Version", "2016-11-15"), ("AllRegions", "true")];
    let answer = session.wire.send(&call, || Box::pin(raw::query(reach, &target, &parameters))).await?;
    let regions = raw::pairs(&answer, "item", "regionName", "optInStatus")
        .map_err(|error| Failure::new(Class::Final, error))?;
    complete(regions.into_iter().map(|(name, state)| (name, opt_in(&state))))
}

/// No account is without a Region, so an empty listing is none. Each Region is a dozen questions, so an endless one is none either.
fn complete(regions: impl Iterator<Item = (String, OptIn)>) -> Result<BTreeMap<String, OptIn>, Failure> {
    let regions: BTreeMap<_, _> = regions.take(REGIONS + 1).collect();
    match regions.len() {
        0 => Err(Failure::new(Class::Final, "the listing names no Region")),
        count if count > REGIONS => {
            Err(Failure::new(Class::Final, format!("the listing names more than {REGIONS} Regions")))
        }
        _ => Ok(regions),
    }
}

/// The state of a Region, in the words of either listing. In a state we do not know, there may be something.
fn opt_in(state: &str) -> OptIn {
    match state {
        "ENABLED_BY_DEFAULT" | "opt-in-not-required" => OptIn::ByDefault,
        "ENABLED" | "opted-in" => OptIn::Enabled,
        "DISABLED" | "not-opted-in" => OptIn::Disabled,
        _ => OptIn::Changing,
    }
}

/// The Regions in which anything can be.
pub(crate) fn enabled(regions: &BTreeMap<String, OptIn>) -> Vec<String> {
    let usable = regions.iter().filter(|(_, state)| **state != OptIn::Disabled);
    usable.map(|(name, _)| name.clone()).collect()
}

/// The Regions to audit in an account: of those that were asked for, the ones it has enabled; without a listing, the ones
/// that were asked for, or the one where the caller is at home.
///
/// # Errors
/// [`CollectError::NoRegion`] iff a Region was asked for that is not in the listing.
pub(crate) fn audited(
    listed: &Read<BTreeMap<String, OptIn>>,
    asked: Option<&[String]>,
    home: &str,
) -> Result<Vec<String>, CollectError> {
    let Ok(listed) = listed else {
        return Ok(asked.map_or_else(|| vec![home.to_owned()], <[String]>::to_vec));
    };
    let Some(asked) = asked else { return Ok(enabled(listed)) };
    if let Some(wrong) = asked.iter().find(|name| !listed.contains_key(*name)) {
        let nearest = nearest(wrong, listed.keys().map(String::as_str));
        return Err(CollectError::NoRegion { name: wrong.clone(), nearest });
    }
    // Nothing can run in a Region that is not enabled, and calls there only fail.
    Ok(asked.iter().filter(|name| listed.get(*name) != Some(&OptIn::Disabled)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::{OptIn, REGIONS, complete};

    #[test]
    fn a_listing_of_endless_regions_is_none() {
        let listing = |count: usize| complete((0..count).map(|at| (format!("xx-{at}"), OptIn::Enabled)));
        assert!(listing(0).is_err() && listing(REGIONS).is_ok_and(|all| all.len() == REGIONS));
        let said = listing(usize::MAX).unwrap_err();
        assert!(said.error.contains("more than 1000 Regions"), "{}", said.error);
    }
}
