//! Regions in which a document has nothing, and which a recorder of all Regions records: what is lost there has to be seen.

use super::homes::Homes;
use crate::document::{Document, Kind, Proposed, property};
use crate::value::Value;
use cloudtrail::arn::{is_default_region, partition_of};
use cloudtrail::regions::{KNOWN, is_usual};
use std::collections::{BTreeMap, BTreeSet};

/// How many of the Regions that selectors name are looked at.
const NAMED: usize = 8;

/// By account of a recorder that records all Regions before the change, or may: the Regions that selectors name, and one that nothing
/// names, which stands for all others.
pub(super) fn regions(document: &Document, homes: &Homes) -> BTreeMap<String, BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for one in &document.resources {
        for side in [&one.before, &one.after].into_iter().flatten() {
            collect(side, &mut named);
        }
    }
    named.retain(|region| is_usual(region) && partition_of(region) == homes.partition);
    let taken: BTreeSet<&str> =
        homes.places().map(|(_, _, region)| region).chain(named.iter().map(String::as_str)).collect();
    let mut others = KNOWN.iter().filter(|region| partition_of(region) == homes.partition);
    let other = others.find(|region| is_default_region(region) && !taken.contains(**region));
    let stand_ins: BTreeSet<String> =
        named.iter().take(NAMED).cloned().chain(other.map(|region| (*region).to_owned())).collect();
    let mut all = BTreeMap::new();
    for (at, _) in document.resources.iter().enumerate().filter(|(_, one)| recorded_all_regions(one)) {
        if let Some(account) = &homes.before(at).account {
            all.insert(account.clone(), stand_ins.clone());
        }
    }
    all
}

fn recorded_all_regions(one: &Proposed) -> bool {
    let name = match one.kind {
        Kind::Trail => property::MULTI_REGION_TRAIL,
        Kind::EventDataStore => property::MULTI_REGION_STORE,
        _ => return false,
    };
    one.before.is_some() && one.was(name) != Some(&Value::Bool(false))
}

/// The Regions in ARNs of Lambda, also where a text holds a whole document.
fn collect(value: &Value, named: &mut BTreeSet<String>) {
    match value {
        Value::Text(text) => {
            let ends = text.match_indices(":lambda:").map(|(at, sign)| &text[at + sign.len()..]);
            named.extend(ends.filter_map(|rest| rest.split(':').next()).map(str::to_owned));
        }
        Value::List(items) => items.iter().for_each(|one| collect(one, named)),
        Value::Map(members) => members.values().for_each(|one| collect(one, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown(_) => {}
    }
}
