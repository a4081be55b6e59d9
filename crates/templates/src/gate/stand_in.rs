//! Trails that nobody has, for what does not count as lost: what exceptions accept, and events that never happen.

use audit::inventory::{Inventory, Sighting, TrailStatus};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Selector, Selectors};
use recording::deciding_names;
use serde_json::{Value, json};

/// Selectors out of their JSON.
pub(super) fn read(selectors: &[Value]) -> Vec<Selector> {
    if selectors.is_empty() {
        return Vec::new();
    }
    let read = cloudtrail::selector_json::from_value(&json!({ "AdvancedEventSelectors": selectors }));
    read.map(|read| read.list).unwrap_or_default()
}

/// Adds a trail of one Region with these selectors at a place, by its position; false iff the place cannot have one.
pub(super) fn add(inventory: &mut Inventory, place: usize, name: &str, list: Vec<Selector>) -> bool {
    let Some(here) = inventory.places.get_mut(place) else { return false };
    let Seen::Known(trails) = &mut here.trails else { return false };
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
        selectors: Seen::Known(Selectors { document: String::new(), list }),
        status: Seen::Known(StoreStatus::Enabled),
        log_file_validation: None,
        global_service_events: None,
        destination: None,
    };
    inventory.recorders.insert(at, trail);
    true
}

/// The inventory as if data events were recorded that never happen. Of Lambda: calls that read, of another service, under names that AWS gives to no
/// invocation, of functions of another Region; of S3 and DynamoDB: those of an object or table with an ARN of something else. A change that only leaves those out loses nothing; no verdict rests on them either.
pub(super) fn with_impossible(inventory: &Inventory) -> Inventory {
    let mut then = inventory.clone();
    for at in 0..then.places.len() {
        let Some(place) = then.places.get(at) else { continue };
        let region = &place.region;
        let without = |kind: &str, field: &str, operator: &str, values: &[&str]| {
            json!({"FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": [kind]},
                {"Field": field, operator: values},
            ]})
        };
        let of =
            |kind: &str, field: &str, operator: &str, value: &str| without(kind, field, operator, &[value]);
        // Calls of functions of other accounts may be recorded (API reference, DataResource), those of other Regions never are; a web function
        // is served in other Regions than its own.
        let here = format!("arn:{}:lambda:{region}:", then.partition);
        let lambda = format!("arn:{}:lambda:", then.partition);
        let mut selectors = vec![
            of("AWS::Lambda::Function", "resources.ARN", "NotStartsWith", &here),
            of("AWS::Lambda::WebFunction", "resources.ARN", "NotStartsWith", &lambda),
            of("AWS::Lambda::MicrovmImage", "resources.ARN", "NotStartsWith", &lambda),
            // Basic selectors name all of them by what their ARNs begin with (API reference, DataResource).
            of("AWS::S3::Object", "resources.ARN", "NotStartsWith", &format!("arn:{}:s3:::", then.partition)),
            of(
                "AWS::DynamoDB::Table",
                "resources.ARN",
                "NotStartsWith",
                &format!("arn:{}:dynamodb:", then.partition),
            ),
        ];
        for kind in ResourceType::ALL {
            let name = kind.as_str();
            // An invocation is a write (API reference, Invoke; the records that AWS shows).
            selectors.push(of(name, "readOnly", "Equals", "true"));
            selectors.push(of(name, "eventSource", "NotEquals", "lambda.amazonaws.com"));
            selectors.push(without(name, "eventName", "NotEquals", &deciding_names(kind)));
        }
        add(&mut then, at, "events-that-never-happen", read(&selectors));
    }
    then
}
