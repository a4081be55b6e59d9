//! Regions in which a document has nothing, and which a recorder of all Regions records: what is lost there has to be seen.

use super::homes::Homes;
use crate::document::{Document, Kind, Proposed, property};
use crate::selectors::{Read, read};
use crate::value::Value;
use cloudtrail::selector::Selectors;
use recording::{Candidate, region_classes};
use std::collections::{BTreeMap, BTreeSet};

/// By account of a recorder that records all Regions before the change, or may: a Region of each class that selectors of the document can tell
/// apart. The Regions of recorders are classes of their own, so that each class has one which nothing is in.
pub(super) fn regions(document: &Document, homes: &Homes) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let wide: Vec<usize> = (0..document.resources.len())
        .filter(|at| document.resources.get(*at).is_some_and(recorded_all_regions))
        .collect();
    if wide.is_empty() {
        return all;
    }
    let selectors: Vec<Selectors> = document.resources.iter().flat_map(known_selectors).collect();
    let candidates: Vec<Candidate<'_>> =
        selectors.iter().map(|one| Candidate { selectors: Some(&one.list), certain: true }).collect();
    let apart: BTreeSet<&str> = homes.places().map(|(_, region)| region).collect();
    let apart: Vec<&str> = apart.into_iter().collect();
    let classes: BTreeSet<String> =
        region_classes(&candidates, &homes.partition, &apart).into_iter().collect();
    for at in wide {
        if let Some(account) = &homes.before(at).account {
            all.insert(account.clone(), classes.clone());
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

/// What is known of its selectors, before and after.
fn known_selectors(one: &Proposed) -> Vec<Selectors> {
    if !matches!(one.kind, Kind::Trail | Kind::EventDataStore) {
        return Vec::new();
    }
    let sides = [&one.before, &one.after].into_iter().flatten();
    let known = sides.filter_map(|side| match read(side, one.kind == Kind::EventDataStore) {
        Read::Known(selectors, _) => Some(selectors),
        Read::Open(..) => None,
    });
    known.collect()
}
