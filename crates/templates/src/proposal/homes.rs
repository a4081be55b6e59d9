//! Where resources are at home: as the file says, as the user says, or a placeholder where neither says anything at all.

use super::{Assumed, Defaults, SOME_ACCOUNT, SOME_REGION};
use crate::document::{About, Action, Document, Doubt, Home, Kind, Proposed};
use cloudtrail::arn::partition_of;
use std::collections::BTreeSet;

pub(super) struct Homes {
    all: Vec<Home>,
    /// Where each was before, iff that is another home.
    was: Vec<Option<Home>>,
    /// Whether it matters where each is.
    placed: Vec<bool>,
    pub(super) partition: String,
    pub(super) assumed: Assumed,
}

impl Homes {
    /// The homes of all resources, and what stays open of them.
    pub(super) fn of(document: &Document, alone: bool, defaults: &Defaults<'_>) -> (Self, Vec<Doubt>) {
        let settled = |about: &About| -> BTreeSet<&str> {
            let of = document.doubts.iter().filter(|doubt| doubt.about == *about);
            of.filter_map(|doubt| doubt.address.as_deref()).collect()
        };
        let (no_account, no_region) = (settled(&About::NoAccount), settled(&About::NoRegion));
        let placed: Vec<&Proposed> = document.resources.iter().filter(|one| is_placed(one)).collect();
        let assumed = Assumed {
            account: alone
                && defaults.account.is_none()
                && no_account.is_empty()
                && placed.iter().all(|one| one.home.account.is_none()),
            region: alone
                && defaults.region.is_none()
                && no_region.is_empty()
                && placed.iter().all(|one| one.home.region.is_none()),
        };
        let account = if assumed.account { Some(SOME_ACCOUNT) } else { defaults.account };
        let region = if assumed.region { Some(SOME_REGION) } else { defaults.region };
        let mut doubts = Vec::new();
        let (mut all, mut was) = (Vec::new(), Vec::new());
        for one in &document.resources {
            let mut home = one.home.clone();
            let address = one.address.as_str();
            let fill = |said: &mut Option<String>, by: Option<&str>, open: &BTreeSet<&str>| {
                if said.is_none() && !open.contains(address) {
                    *said = by.map(str::to_owned);
                }
            };
            fill(&mut home.account, account, &no_account);
            if !home.region_is_open {
                fill(&mut home.region, region, &no_region);
            }
            if is_placed(one) && (alone || !matches!(one.action, Action::Keep | Action::Forget)) {
                let open = [(&home.account, About::NoAccount), (&home.region, About::NoRegion)];
                let open = open.into_iter().filter(|(said, _)| said.is_none());
                doubts.extend(open.map(|(_, about)| one.doubt("$", about)));
            }
            was.push(one.moved_from.clone().map(|mut home| {
                fill(&mut home.account, account, &no_account);
                fill(&mut home.region, region, &BTreeSet::new());
                home
            }));
            all.push(home);
        }
        if !placed.is_empty() {
            let of_all = [(assumed.account, About::NoAccount), (assumed.region, About::NoRegion)];
            doubts.extend(of_all.into_iter().filter(|(so, _)| *so).map(|(_, about)| Doubt::of_file(about)));
        }
        let said = all.iter().find_map(|home| home.partition.clone());
        let region = all.iter().find_map(|home| home.region.as_deref());
        let partition = defaults.partition.map(str::to_owned).or(said);
        let partition = partition.unwrap_or_else(|| region.map_or("aws", partition_of).to_owned());
        let placed = document.resources.iter().map(is_placed).collect();
        (Homes { all, was, placed, partition, assumed }, doubts)
    }

    /// The home of the resource at that position.
    pub(super) fn of_resource(&self, at: usize) -> &Home {
        &self.all[at]
    }

    /// The home of the resource at that position before the change.
    pub(super) fn before(&self, at: usize) -> &Home {
        self.was.get(at).and_then(Option::as_ref).unwrap_or(&self.all[at])
    }

    /// The accounts and Regions that are known of recorders and functions.
    pub(super) fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        let was = self.was.iter().enumerate().filter_map(|(at, home)| Some((at, home.as_ref()?)));
        let known = self.all.iter().enumerate().chain(was).filter(|(at, _)| self.placed[*at]);
        known.filter_map(|(_, home)| Some((home.account.as_deref()?, home.region.as_deref()?)))
    }
}

/// True iff it matters in which account and Region it is.
fn is_placed(one: &Proposed) -> bool {
    matches!(one.kind, Kind::Trail | Kind::EventDataStore | Kind::Function)
}
