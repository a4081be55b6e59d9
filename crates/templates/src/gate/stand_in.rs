//! Trails that nobody has, for what does not count as lost: what exceptions accept, and events that never happen.

use audit::inventory::{Inventory, Sighting, TrailStatus};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use serde_json::{Value, json};

/// Adds a trail of one Region with these selectors at a place, by its position; false iff the place cannot have one.
pub(super) fn add(inventory: &mut Inventory, place: usize, name: &str, selectors: &[Value]) -> bool {
    let Some(here) = inventory.places.get_mut(place) else { return false };
    let read = cloudtrail::json::from_value(&json!({ "AdvancedEventSelectors": selectors }));
    let (Ok(read), Seen::Known(trails)) = (read, &mut here.trails) else { return false };
    let (account, region, partition) = (&here.account, &here.region, &inventory.partition);
    let arn = format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{name}");
    let status = TrailStatus { logging: true, ..TrailStatus::default() };
    trails.push(Sighting { trail: arn.clone(), status: Seen::Known(status) });
    let at = inventory.recorders.partition_point(|one| one.arn < arn);
    let trail = Recorder {
        arn,
        name: name.to_owned(),
        kind: RecorderKind::Trail,
        account: account.clone(),
        home_region: region.clone(),
        multi_region: false,
        organization: false,
        selectors: Seen::Known(read),
        status: Seen::Known(StoreStatus::Enabled),
        log_file_validation: None,
        global_service_events: None,
        destination: None,
    };
    inventory.recorders.insert(at, trail);
    true
}

/// The inventory as if data events of Lambda were recorded that never happen: calls that read, of another service, under other names than
/// invocations have, of functions of another account or Region. A change that only leaves those out loses nothing.
pub(super) fn with_impossible(inventory: &Inventory) -> Inventory {
    let mut then = inventory.clone();
    for at in 0..then.places.len() {
        let Some(place) = then.places.get(at) else { continue };
        let (account, region) = (&place.account, &place.region);
        let of = |kind: &str, field: &str, operator: &str, value: &str| {
            json!({"FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": [kind]},
                {"Field": field, operator: [value]},
            ]})
        };
        let functions = format!("arn:{}:lambda:{region}:{account}:function:", then.partition);
        let mut selectors = vec![of("AWS::Lambda::Function", "resources.ARN", "NotStartsWith", &functions)];
        for kind in ["AWS::Lambda::Function", "AWS::Lambda::WebFunction"] {
            // An invocation is a write (API reference, Invoke; the records that AWS shows).
            selectors.push(of(kind, "readOnly", "Equals", "true"));
            selectors.push(of(kind, "eventSource", "NotEquals", "lambda.amazonaws.com"));
            selectors.push(of(kind, "eventName", "NotStartsWith", "Invoke"));
        }
        add(&mut then, at, "events-that-never-happen", &selectors);
    }
    then
}
