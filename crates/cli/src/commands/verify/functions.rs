//! Which functions are asked about: those of the inventory that the flags leave over.

use crate::commands::{Facts, Opened};
use crate::problem::Problem;
use crate::settings::{Accounts, Live};
use anyhow::Result;
use audit::inventory::{GapKind, Inventory};
use cloudtrail::arn::Arn;
use logs::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// The functions to verify, and what is not known of others.
#[derive(Debug, Default)]
pub(super) struct Functions {
    /// Their ARNs.
    pub(super) arns: BTreeSet<String>,
    /// The names of all functions that are listed, asked about or not.
    pub(super) names: BTreeSet<String>,
    /// Listings of functions that could not be read, in words.
    pub(super) unlisted: Vec<String>,
    /// Web functions and MicroVM images beside them.
    pub(super) others: usize,
    /// The trails of their accounts and Regions.
    pub(super) trails: OwnTrails,
    /// True iff reading them was interrupted.
    pub(super) interrupted: bool,
}

/// By account and Region the ARNs of the trails that the account itself sees there; `None` where they could not be listed.
pub(super) type OwnTrails = BTreeMap<(String, String), Option<BTreeSet<String>>>;

/// The functions of an inventory.
///
/// # Errors
/// [`crate::problem::Problem`] where it could not be read, or has no account or Region of that name.
pub(super) fn functions(
    opened: &Opened<'_>,
    live: &Live,
    patterns: &[Pattern],
    now: &str,
) -> Result<Functions> {
    let Facts { inventory, interrupted } = opened.facts(now)?;
    let mut found = Functions { interrupted, ..Functions::default() };
    if matches!(opened, Opened::File(_)) {
        known(live, &inventory)?;
    }
    for place in &inventory.places {
        if !within(live, &place.account, &place.region) {
            continue;
        }
        if let Some(gap) = place.functions.gap.and_then(|gap| inventory.gaps.get(gap))
            && gap.kind != GapKind::NotOffered
        {
            let help = match gap.kind {
                GapKind::Refused => {
                    format!("; grant the caller {} (invoketrail permissions evidence)", gap.call)
                }
                _ => String::new(),
            };
            found.unlisted.push(format!(
                "functions of {} in {} could not all be listed: {}{help}",
                place.account, place.region, gap.error
            ));
        }
        let own = place.trails.known();
        let own = own.map(|trails| trails.iter().map(|sighting| sighting.trail.clone()).collect());
        found.trails.insert((place.account.clone(), place.region.clone()), own);
        found.others += place.web_functions.resources.len() + place.microvm_images.resources.len();
        let arns = place.functions.resources.iter().map(|resource| &*resource.arn);
        found.names.extend(arns.clone().filter_map(|arn| arn.rsplit(':').next()).map(str::to_owned));
        found.arns.extend(arns.filter(|arn| asked(patterns, arn)).map(str::to_owned));
    }
    found.unlisted.extend(unread_accounts(&inventory));
    Ok(found)
}

/// # Errors
/// [`Problem`] iff an account or a Region was named that the inventory does not have: a name that is mistyped must not pass for
/// one whose records arrive.
fn known(live: &Live, inventory: &Inventory) -> Result<()> {
    let accounts: BTreeSet<&str> = inventory.accounts.iter().map(|account| &*account.id).collect();
    let regions: BTreeSet<&str> = inventory.places.iter().map(|place| &*place.region).collect();
    let named = match &live.accounts {
        Accounts::Listed(ids) => ids.as_slice(),
        Accounts::Caller | Accounts::Organization => &[],
    };
    let wrong = |named: &[String], known: &BTreeSet<&str>| {
        named.iter().find(|one| !known.contains(one.as_str())).cloned()
    };
    let in_regions = live.regions.as_deref().unwrap_or_default();
    let all = [("account", named, accounts), ("Region", in_regions, regions)];
    for (what, named, known) in all {
        if let Some(name) = wrong(named, &known) {
            let known: Vec<&str> = known.into_iter().collect();
            let problem = Problem::misuse(format!("the inventory has no {what} {name}"));
            return Err(problem.help(format!("it has {}", known.join(", "))).into());
        }
    }
    Ok(())
}

/// Accounts whose Regions could not be listed: nobody knows their functions.
fn unread_accounts(inventory: &Inventory) -> Vec<String> {
    let without = |id: &str| !inventory.places.iter().any(|place| place.account == id);
    let accounts = inventory.accounts.iter().filter(|account| account.audited && without(&account.id));
    accounts.map(|account| format!("nothing of account {} could be read", account.id)).collect()
}

/// True iff the flags about accounts and Regions leave the place over.
pub(super) fn within(live: &Live, account: &str, region: &str) -> bool {
    let account = match &live.accounts {
        Accounts::Listed(ids) => ids.iter().any(|id| id == account),
        Accounts::Caller | Accounts::Organization => true,
    };
    account && live.regions.as_ref().is_none_or(|regions| regions.iter().any(|one| one == region))
}

/// True iff the patterns leave the function over: by ARN or by name.
pub(super) fn asked(patterns: &[Pattern], arn: &str) -> bool {
    let name = || Arn::parse(arn).and_then(|arn| arn.resource.strip_prefix("function:")).unwrap_or(arn);
    patterns.is_empty() || patterns.iter().any(|one| one.matches(arn) || one.matches(name()))
}

/// Account and Region in a function's ARN.
pub(super) fn pair(arn: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(arn)?;
    let known = arn.service == "lambda" && arn.resource.starts_with("function:");
    (known && !arn.account.is_empty() && !arn.region.is_empty()).then_some((arn.account, arn.region))
}
