//! Which functions are asked about: those of the inventory that the flags leave over.

use audit::inventory::{Gap, GapKind, Inventory};
use audit::keepers::Keepers;
use audit::named;
use cloudtrail::arn::Arn;
use logs::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// Accounts and Regions that are asked about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'a> {
    /// None where all are.
    pub accounts: &'a [String],
    /// `None` where all are.
    pub regions: Option<&'a [String]>,
}

/// An account or a Region that an inventory does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotThere {
    /// `account` or `Region`.
    pub what: &'static str,
    /// Its id or name.
    pub name: String,
    /// Those that it has, sorted.
    pub known: Vec<String>,
}

impl Scope<'_> {
    /// An account or a Region that is asked about and that the inventory does not have; `None` iff it has them all.
    #[must_use]
    pub fn not_in(&self, inventory: &Inventory) -> Option<NotThere> {
        let accounts: BTreeSet<&str> = inventory.accounts.iter().map(|account| &*account.id).collect();
        let regions: BTreeSet<&str> = inventory.places.iter().map(|place| &*place.region).collect();
        let all =
            [("account", self.accounts, accounts), ("Region", self.regions.unwrap_or_default(), regions)];
        all.into_iter().find_map(|(what, asked, known)| {
            let name = asked.iter().find(|one| !known.contains(one.as_str()))?.clone();
            Some(NotThere { what, name, known: known.into_iter().map(str::to_owned).collect() })
        })
    }

    /// True iff the place is asked about.
    pub(super) fn holds(&self, account: &str, region: &str) -> bool {
        (self.accounts.is_empty() || self.accounts.iter().any(|id| id == account))
            && self.regions.is_none_or(|regions| regions.iter().any(|one| one == region))
    }
}

/// The functions to verify, and what is not known of others.
#[derive(Debug, Default)]
pub struct Functions {
    /// Their ARNs.
    pub arns: BTreeSet<String>,
    /// The names of all functions that are listed, asked about or not.
    pub names: BTreeSet<String>,
    /// The ARNs of those that no trail of the inventory records: no bucket holds their records.
    pub unrecorded: BTreeSet<String>,
    /// Listings of functions that could not be read, in words.
    pub unlisted: Vec<String>,
    /// Web functions and MicroVM images beside them.
    pub others: usize,
    /// The trails of their accounts and Regions.
    pub(super) trails: OwnTrails,
    /// The recorders of their accounts and Regions.
    pub(super) keepers: Keepers,
}

/// By account and Region the ARNs of the trails that the account itself sees there; `None` where they could not be listed.
pub(super) type OwnTrails = BTreeMap<(String, String), Option<BTreeSet<String>>>;

impl Functions {
    /// Those of an inventory.
    #[must_use]
    pub fn of(inventory: &Inventory, scope: Scope<'_>, patterns: &[Pattern]) -> Functions {
        let mut found = Functions::default();
        for place in &inventory.places {
            if !scope.holds(&place.account, &place.region) {
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
        found.unlisted.extend(unlooked(inventory, scope));
        found.unrecorded = unrecorded(inventory);
        found.keepers = Keepers::of(inventory);
        found
    }
}

/// The functions of which no trail records any invocation.
fn unrecorded(inventory: &Inventory) -> BTreeSet<String> {
    let options = audit::Options { recorders: audit::Counted::Trails, ..audit::Options::default() };
    let audit = audit::audit(inventory, &options);
    audit.functions_not_recorded().map(str::to_owned).collect()
}

/// Accounts and Regions of which nobody knows the functions, in words.
fn unlooked(inventory: &Inventory, scope: Scope<'_>) -> Vec<String> {
    let is_asked = |gap: &Gap| match (&gap.account, &gap.region) {
        (Some(account), Some(region)) => scope.holds(account, region),
        // Whoever names the accounts does not ask for others.
        _ if gap.call == "organizations:ListAccounts" => scope.accounts.is_empty(),
        (Some(account), None) => scope.accounts.is_empty() || scope.accounts.contains(account),
        (None, _) => true,
    };
    let in_words = |gap: Gap| {
        let account = gap.account.map_or_else(String::new, |account| format!(" of {account}"));
        let region = gap.region.map_or_else(String::new, |region| format!(" in {region}"));
        format!("functions{account}{region} could not all be listed: {}: {}", gap.call, gap.error)
    };
    named::unlooked(inventory).into_iter().filter(is_asked).map(in_words).collect()
}

/// True iff the patterns leave the function over: by ARN or by name.
#[must_use]
pub fn asked(patterns: &[Pattern], arn: &str) -> bool {
    let name = || Arn::parse(arn).and_then(|arn| arn.resource.strip_prefix("function:")).unwrap_or(arn);
    patterns.is_empty() || patterns.iter().any(|one| one.matches(arn) || one.matches(name()))
}

/// Account and Region in a function's ARN.
#[must_use]
pub fn pair(arn: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(arn)?;
    let known = arn.service == "lambda" && arn.resource.starts_with("function:");
    (known && !arn.account.is_empty() && !arn.region.is_empty()).then_some((arn.account, arn.region))
}
