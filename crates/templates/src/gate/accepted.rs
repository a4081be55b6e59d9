//! What exceptions that hold accept of a change: the same exceptions as those of an audit, judged in the account as it is after the change.

use super::stand_in;
use audit::Options;
use audit::accepted::matched_at;
use audit::finding::Audit;
use audit::inventory::Inventory;
use serde_json::json;
use std::collections::BTreeSet;

/// The resources under exceptions that hold: ARN and Region.
pub(super) fn excused<'a>(after: &'a Audit<'_>) -> BTreeSet<(&'a str, &'a str)> {
    let mut all = BTreeSet::new();
    for place in &after.places {
        let rows = place.planes.iter().flat_map(|plane| &plane.rows);
        all.extend(rows.filter(|row| after.is_excused(row)).map(|row| (row.arn, place.region)));
    }
    all
}

/// The account after the change as if the resources under exceptions that hold were recorded: what is lost even so, nobody accepted.
/// `None` iff there is none.
pub(super) fn as_if_recorded(
    after: &Audit<'_>,
    then: &Inventory,
    options: &Options<'_>,
) -> Option<Inventory> {
    let mut then = then.clone();
    let mut some = false;
    for (at, place) in after.places.iter().enumerate() {
        let mut selectors = Vec::new();
        for plane in &place.planes {
            let rows = plane.rows.iter().filter(|row| after.is_excused(row));
            let arns: Vec<&str> = rows.map(|row| row.arn).collect();
            if !arns.is_empty() {
                selectors.push(json!({"FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": [plane.kind.as_str()]},
                    {"Field": "resources.ARN", "Equals": arns},
                ]}));
            }
        }
        let mut list = stand_in::read(&selectors);
        // Where the audit accepts something of what may be created later, for it accepts nothing that is in doubt.
        if place.planes.iter().any(|plane| !plane.accepted_by.is_empty()) {
            let (exceptions, inventory) = (options.exceptions, after.inventory);
            list.extend(matched_at(exceptions, options.today, inventory, place.account, place.region));
        }
        some |= !list.is_empty() && stand_in::add(&mut then, at, "accepted-by-exceptions", list);
    }
    some.then_some(then)
}
