//! Inventories to write documents about: an organization with instructive flaws, an empty one, and a healthy one.

use audit::inventory::Inventory;
use store::read_inventory;

/// Three accounts: recorded, partially recorded, not recorded and undetermined functions; hostile names; gaps.
pub(crate) fn acme() -> Inventory {
    let mut inventory = of_file();
    // No file can hold such a name; whatever writes it down escapes it all the same.
    let resources = inventory.places.iter_mut().flat_map(|place| &mut place.functions.resources);
    for one in resources.filter(|one| one.arn.ends_with(":evil")) {
        one.arn = one.arn.replace(":evil", ":\u{1b}[31mevil\u{9b}\u{202e}|`<script>").into();
    }
    inventory.places.iter_mut().for_each(|place| place.functions.resources.sort_by(|a, b| a.arn.cmp(&b.arn)));
    inventory
}

/// The same without the hostile name, as it can be in a file.
pub(crate) fn of_file() -> Inventory {
    read_inventory(ACME.as_bytes()).unwrap()
}

/// The file it is read from.
pub(crate) const ACME: &str = include_str!("acme.json");

/// Nothing at all.
pub(crate) fn empty() -> Inventory {
    Inventory { partition: "aws".to_owned(), ..Inventory::default() }
}

/// Acme with one trail that records every invocation everywhere, and without what nobody could read.
pub(crate) fn healthy() -> Inventory {
    let mut inventory = acme();
    let everything = r#"{"AdvancedEventSelectors": [
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}]}]}"#;
    inventory.recorders.retain(|recorder| recorder.name == "main");
    inventory.recorders[0].selectors =
        cloudtrail::recorder::Seen::Known(cloudtrail::selector_json::from_str(everything).unwrap());
    inventory.accounts.retain(|account| account.id == "111111111111");
    inventory.places.retain(|place| place.account == "111111111111");
    for place in &mut inventory.places {
        place.web_functions.resources.clear();
        place.microvm_images.resources.clear();
    }
    for account in &mut inventory.accounts {
        account.stores = cloudtrail::recorder::Seen::Known(Vec::new());
    }
    // All that was asked for was looked into.
    inventory.regions_asked = Some(inventory.places.iter().map(|place| place.region.clone()).collect());
    inventory
}
