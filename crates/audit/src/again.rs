//! Two inventories that should be the same, compared: the one that was kept, and the one that was collected again from AWS's raw answers.

use crate::inventory::{Account, Inventory, Listing, Place, Serving, Sighting};
use cloudtrail::recorder::{Recorder, Seen};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// What the second inventory says otherwise than the first, each with its account, Region or ARN and the member that differs.
#[must_use]
pub fn differences(kept: &Inventory, again: &Inventory) -> Vec<String> {
    let mut all = Differences { all: Vec::new(), gaps: (kept, again) };
    all.of("the collection", "collected_at", &kept.collected_at, &again.collected_at);
    all.of("the collection", "caller", &kept.caller, &again.caller);
    all.of("the collection", "partition", &kept.partition, &again.partition);
    all.of("the collection", "regions_asked", &kept.regions_asked, &again.regions_asked);
    let account = |one: &Account| format!("account {}", one.id);
    all.each(&kept.accounts, &again.accounts, account, Differences::account);
    let place = |one: &Place| format!("account {} in {}", one.account, one.region);
    all.each(&kept.places, &again.places, place, Differences::place);
    let recorder = |one: &Recorder| format!("{} {}", one.kind, one.arn);
    all.each(&kept.recorders, &again.recorders, recorder, Differences::recorder);
    all.tags("recorder", &kept.extra.tags, &again.extra.tags);
    all.tags("function", &kept.extra.function_tags, &again.extra.function_tags);
    let said = |of: &Inventory| -> Vec<String> { of.gaps.iter().map(|gap| format!("{gap:?}")).collect() };
    let (before, after) = (said(kept), said(again));
    if before != after {
        let more = after.iter().filter(|gap| !before.contains(gap)).count();
        let fewer = before.iter().filter(|gap| !after.contains(gap)).count();
        all.all.push(format!("the collection: gaps ({more} more, {fewer} fewer)"));
    }
    // Of what no audit collects there is none in the second.
    let (before, after) = (&kept.extra, &again.extra);
    all.of("the collection", "administrators", &before.administrators, &after.administrators);
    all.of("the collection", "invocations", &before.invocations, &after.invocations);
    all.of("the collection", "facts of functions", &before.functions, &after.functions);
    if all.all.is_empty() && kept != again {
        all.all.push("the collection: its order".to_owned());
    }
    all.all
}

struct Differences<'a> {
    all: Vec<String>,
    gaps: (&'a Inventory, &'a Inventory),
}

impl Differences<'_> {
    fn of<T: PartialEq>(&mut self, whose: &str, member: &str, kept: &T, again: &T) {
        if kept != again {
            self.all.push(format!("{whose}: {member}"));
        }
    }

    /// Two gaps are the same if they say the same, wherever they are in their lists.
    fn seen<T: PartialEq>(&mut self, whose: &str, member: &str, kept: &Seen<T>, again: &Seen<T>) {
        let same = match (kept, again) {
            (Seen::Known(one), Seen::Known(other)) => one == other,
            (Seen::Unread(one), Seen::Unread(other)) => self.same_gap(Some(*one), Some(*other)),
            _ => false,
        };
        if !same {
            self.all.push(format!("{whose}: {member}"));
        }
    }

    fn same_gap(&self, kept: Option<usize>, again: Option<usize>) -> bool {
        let of = |inventory: &Inventory, at: Option<usize>| at.map(|at| inventory.gaps.get(at).cloned());
        of(self.gaps.0, kept) == of(self.gaps.1, again)
    }

    /// Those of both lists that have the same name, member by member; the others by their names.
    fn each<T>(
        &mut self,
        kept: &[T],
        again: &[T],
        name: impl Fn(&T) -> String,
        compare: impl Fn(&mut Self, &str, &T, &T),
    ) {
        let named = |list: &'_ [T]| -> BTreeMap<String, usize> {
            list.iter().enumerate().map(|(at, one)| (name(one), at)).collect()
        };
        let (before, after) = (named(kept), named(again));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            match (before.get(name), after.get(name)) {
                (Some(one), Some(other)) => compare(self, name, &kept[*one], &again[*other]),
                (Some(_), None) => self.all.push(format!("{name}: no answer names it")),
                _ => self.all.push(format!("{name}: the inventory does not hold it")),
            }
        }
    }

    fn account(&mut self, whose: &str, kept: &Account, again: &Account) {
        self.of(whose, "name", &kept.name, &again.name);
        self.of(whose, "state", &kept.state, &again.state);
        self.of(whose, "audited", &kept.audited, &again.audited);
        self.seen(whose, "organization", &kept.organization, &again.organization);
        self.seen(whose, "regions", &kept.regions, &again.regions);
        self.seen(whose, "stores", &kept.stores, &again.stores);
    }

    fn place(&mut self, whose: &str, kept: &Place, again: &Place) {
        match (&kept.trails, &again.trails) {
            (Seen::Known(one), Seen::Known(other)) => {
                let trail = |one: &Sighting| format!("{whose}: trail {}", one.trail);
                self.each(one, other, trail, |all, name, one, other| {
                    all.seen(name, "status", &one.status, &other.status);
                });
            }
            (one, other) => self.seen(whose, "trails", one, other),
        }
        self.seen(whose, "channels", &kept.channels, &again.channels);
        self.listing(whose, "functions", &kept.functions, &again.functions);
        self.listing(whose, "web_functions", &kept.web_functions, &again.web_functions);
        self.listing(whose, "microvm_images", &kept.microvm_images, &again.microvm_images);
    }

    fn listing(&mut self, whose: &str, member: &str, kept: &Listing, again: &Listing) {
        let same = |one: &Serving, other: &Serving| match (one, other) {
            (Serving::Unread(one), Serving::Unread(other)) => self.same_gap(Some(*one), Some(*other)),
            _ => one == other,
        };
        let mut pairs = kept.resources.iter().zip(again.resources.iter());
        let all = kept.resources.len() == again.resources.len()
            && pairs.all(|(one, other)| one.arn == other.arn && same(&one.serving, &other.serving));
        if !all || !self.same_gap(kept.gap, again.gap) {
            let (before, after) = (kept.resources.len(), again.resources.len());
            self.all.push(format!("{whose}: {member} ({before} in the inventory, {after} in the answers)"));
        }
    }

    fn recorder(&mut self, whose: &str, kept: &Recorder, again: &Recorder) {
        self.of(whose, "name", &kept.name, &again.name);
        self.of(whose, "account", &kept.account, &again.account);
        self.of(whose, "home_region", &kept.home_region, &again.home_region);
        self.of(whose, "multi_region", &kept.multi_region, &again.multi_region);
        self.of(whose, "organization", &kept.organization, &again.organization);
        self.seen(whose, "selectors", &kept.selectors, &again.selectors);
        self.seen(whose, "status", &kept.status, &again.status);
        self.of(whose, "log_file_validation", &kept.log_file_validation, &again.log_file_validation);
        self.of(whose, "global_service_events", &kept.global_service_events, &again.global_service_events);
        self.of(whose, "destination", &kept.destination, &again.destination);
    }

    fn tags<K, V>(&mut self, what: &str, kept: &BTreeMap<K, Seen<V>>, again: &BTreeMap<K, Seen<V>>)
    where
        K: Ord + AsRef<str>,
        V: PartialEq + Debug,
    {
        let names: BTreeSet<&K> = kept.keys().chain(again.keys()).collect();
        for name in names {
            let whose = format!("{what} {}", name.as_ref());
            match (kept.get(name), again.get(name)) {
                (Some(one), Some(other)) => self.seen(&whose, "tags", one, other),
                _ => self.all.push(format!("{whose}: tags")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::inventory::{Gap, GapKind, Inventory, Listing, Place, Resource, Serving};
    use cloudtrail::recorder::Seen;

    fn inventory(functions: &[&str], trails: Seen<Vec<crate::inventory::Sighting>>) -> Inventory {
        let resource = |name: &&str| Resource { arn: Box::from(*name), serving: Serving::Home };
        let functions = Listing { resources: functions.iter().map(resource).collect(), ..Listing::default() };
        let place = Place {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            trails,
            channels: Seen::Known(Vec::new()),
            functions,
            web_functions: Listing::default(),
            microvm_images: Listing::default(),
        };
        Inventory { places: vec![place], ..Inventory::default() }
    }

    fn gap(call: &str) -> Gap {
        Gap {
            account: None,
            region: None,
            call: call.to_owned(),
            subject: None,
            kind: GapKind::Refused,
            error: "no".to_owned(),
        }
    }

    #[test]
    fn a_difference_names_its_account_region_and_member() {
        let known = || Seen::Known(Vec::new());
        let (one, other) = (inventory(&["a"], known()), inventory(&["a", "b"], known()));
        let said = "account 111122223333 in eu-west-1: functions (1 in the inventory, 2 in the answers)";
        assert_eq!(differences(&one, &other), [said]);
        assert!(differences(&one, &one.clone()).is_empty());
        let none = Inventory::default();
        assert_eq!(differences(&one, &none), ["account 111122223333 in eu-west-1: no answer names it"]);
    }

    /// An audit collects no counts of invocations, so counts in a bundle are a difference.
    #[test]
    fn whatever_else_an_inventory_holds_is_a_difference() {
        let again = inventory(&["a", "b"], Seen::Known(Vec::new()));
        let mut kept = again.clone();
        kept.extra.invocations.insert(("1".to_owned(), "r".to_owned()), Seen::Known([].into()));
        assert_eq!(differences(&kept, &again), ["the collection: invocations"]);
        kept = again.clone();
        kept.places.push(kept.places[0].clone());
        assert_eq!(differences(&kept, &again), ["the collection: its order"]);
    }

    /// Where a gap is in its list says nothing; what it says does.
    #[test]
    fn gaps_are_compared_by_what_they_say() {
        let mut one = inventory(&[], Seen::Unread(0));
        one.gaps = vec![gap("a"), gap("b")];
        let mut other = inventory(&[], Seen::Unread(1));
        other.gaps = vec![gap("b"), gap("a")];
        assert_eq!(differences(&one, &other), ["the collection: gaps (0 more, 0 fewer)"]);
        other.gaps.swap(0, 1);
        assert_eq!(differences(&one, &other), ["account 111122223333 in eu-west-1: trails"]);
    }
}
