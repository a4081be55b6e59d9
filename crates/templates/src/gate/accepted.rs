//! What exceptions that hold accept of a change: the same exceptions as those of an audit, judged in the account as it is after the change.

use audit::finding::Audit;
use audit::inventory::{Inventory, Sighting, TrailStatus};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
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
pub(super) fn as_if_recorded(after: &Audit<'_>) -> Option<Inventory> {
    let mut then = after.inventory.clone();
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
        let (account, region, partition) = (place.account, place.region, &then.partition);
        let arn = format!("arn:{partition}:cloudtrail:{region}:{account}:trail/accepted-by-exceptions");
        let read = cloudtrail::json::from_value(&json!({ "AdvancedEventSelectors": selectors }));
        let (false, Ok(read), Some(Seen::Known(trails))) =
            (selectors.is_empty(), read, then.places.get_mut(at).map(|place| &mut place.trails))
        else {
            continue;
        };
        let status = TrailStatus { logging: true, ..TrailStatus::default() };
        trails.push(Sighting { trail: arn.clone(), status: Seen::Known(status) });
        then.recorders.push(Recorder {
            arn,
            name: "accepted-by-exceptions".to_owned(),
            kind: RecorderKind::Trail,
            account: account.to_owned(),
            home_region: region.to_owned(),
            multi_region: false,
            organization: false,
            selectors: Seen::Known(read),
            status: Seen::Known(StoreStatus::Enabled),
            log_file_validation: None,
            global_service_events: None,
            destination: None,
        });
        some = true;
    }
    some.then_some(then)
}
