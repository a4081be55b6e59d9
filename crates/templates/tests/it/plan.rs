//! Plans written by hand from the documented format, and what is asked of them.

use audit::inventory::Inventory;
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use serde_json::{Map, Value, json};
use templates::document::Document;
use templates::gate::{Gate, gate};
use templates::proposal::{Defaults, Proposal, merge};
use templates::terraform;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

/// One entry of `resource_changes`, from before its change to after it.
#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) address: String,
    pub(crate) actions: Vec<&'static str>,
    pub(crate) before: Value,
    pub(crate) after: Value,
    pub(crate) unknown: Value,
    pub(crate) more: Value,
}

impl Change {
    pub(crate) fn new(address: &str, actions: &[&'static str], before: Value, after: Value) -> Self {
        let (unknown, more) = (json!({}), json!({}));
        Change { address: address.to_owned(), actions: actions.to_vec(), before, after, unknown, more }
    }

    pub(crate) fn create(address: &str, after: Value) -> Self {
        let mut made = Self::new(address, &["create"], Value::Null, without(after, &["arn"]));
        made.unknown = json!({"arn": true, "id": true});
        made
    }

    pub(crate) fn update(address: &str, before: Value, after: Value) -> Self {
        Self::new(address, &["update"], before, after)
    }

    pub(crate) fn keep(address: &str, both: Value) -> Self {
        Self::new(address, &["no-op"], both.clone(), both)
    }

    pub(crate) fn delete(address: &str, before: Value) -> Self {
        Self::new(address, &["delete"], before, Value::Null)
    }

    pub(crate) fn unknown(mut self, unknown: Value) -> Self {
        self.unknown = unknown;
        self
    }

    pub(crate) fn more(mut self, more: Value) -> Self {
        self.more = more;
        self
    }

    fn entry(&self) -> Value {
        let local = self.address.rsplit_once("module.").map_or(self.address.as_str(), |(_, local)| {
            local.split_once('.').map_or(local, |(_, local)| local)
        });
        let (kind, name) = local.split_once('.').unwrap();
        let mut entry = json!({
            "address": self.address,
            "mode": "managed",
            "type": kind,
            "name": name.split('[').next().unwrap(),
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": self.actions,
                "before": self.before,
                "after": self.after,
                "after_unknown": self.unknown,
                "before_sensitive": {},
                "after_sensitive": {},
            },
        });
        overlay(&mut entry, &self.more);
        entry
    }
}

/// Members of the one put over those of the other.
fn overlay(value: &mut Value, more: &Value) {
    let Some(more) = more.as_object() else { return };
    for (name, member) in more {
        match value.get_mut(name) {
            Some(of @ Value::Object(_)) if member.is_object() => overlay(of, member),
            _ => {
                value.as_object_mut().unwrap().insert(name.clone(), member.clone());
            }
        }
    }
}

/// A plan of one provider in [`REGION`], with every resource declared.
pub(crate) fn plan(changes: &[Change]) -> Value {
    let of = |change: &Change| {
        // Keys of these tests hold no brackets.
        let parts = change.address.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
        let address: String = parts.collect();
        json!({"address": address, "mode": "managed", "provider_config_key": "aws", "expressions": {}})
    };
    let resources: Vec<Value> = changes.iter().map(of).collect();
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": changes.iter().map(Change::entry).collect::<Vec<_>>(),
        "configuration": {
            "provider_config": {"aws": {
                "name": "aws",
                "full_name": "registry.terraform.io/hashicorp/aws",
                "expressions": {
                    "region": {"constant_value": REGION},
                    "allowed_account_ids": {"constant_value": [ACCOUNT]},
                },
            }},
            "root_module": {"resources": resources},
        },
        "complete": true,
        "errored": false,
    })
}

pub(crate) fn read(plan: &Value) -> Document {
    terraform::from_slice(plan.to_string().as_bytes()).unwrap()
}

pub(crate) fn document(changes: &[Change]) -> Document {
    read(&plan(changes))
}

pub(crate) fn judged(document: &Document, inventory: Option<&Inventory>) -> (Proposal, Gate) {
    let proposal = merge(document, inventory, &Defaults::default());
    let options = Options::default();
    let answer = {
        let (before, after) = (audit(&proposal.before, &options), audit(&proposal.after, &options));
        gate(document, &proposal, &before, &after, &options, None)
    };
    (proposal, answer)
}

/// The inventory in which the plan has been applied, of the Regions in which it has something.
pub(crate) fn applied(changes: &[Change]) -> Inventory {
    let document = document(changes);
    let named: Vec<&str> = document.resources.iter().filter_map(|one| one.home.region.as_deref()).collect();
    let mut inventory = merge(&document, None, &Defaults::default()).after;
    inventory.places.retain(|place| named.contains(&place.region.as_str()));
    for account in &mut inventory.accounts {
        if let Seen::Known(regions) = &mut account.regions {
            regions.retain(|region, _| named.contains(&region.as_str()));
        }
    }
    if let Some(asked) = &mut inventory.regions_asked {
        asked.retain(|region| named.contains(&region.as_str()));
    }
    inventory
}

pub(crate) fn without(mut value: Value, names: &[&str]) -> Value {
    names.iter().for_each(|name| _ = value.as_object_mut().unwrap().remove(*name));
    value
}

/// A value with some members replaced.
pub(crate) fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_else(Map::new));
    value
}

/// The attributes of a multi-Region trail with validation, as the provider plans them.
pub(crate) fn trail(name: &str, more: Value) -> Value {
    let all = json!({
        "advanced_event_selector": [],
        "arn": format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}"),
        "cloud_watch_logs_group_arn": null,
        "enable_log_file_validation": true,
        "enable_logging": true,
        "event_selector": [],
        "home_region": REGION,
        "include_global_service_events": true,
        "insight_selector": [],
        "is_multi_region_trail": true,
        "is_organization_trail": false,
        "name": name,
        "region": REGION,
        "s3_bucket_name": "acme-logs",
        "tags": null,
    });
    with(all, more)
}

/// Basic selectors for management events and these functions.
pub(crate) fn basic(values: &[&str]) -> Value {
    json!({"event_selector": [{
        "data_resource": [{"type": "AWS::Lambda::Function", "values": values}],
        "exclude_management_event_sources": [],
        "include_management_events": true,
        "read_write_type": "All",
    }]})
}

/// All functions.
pub(crate) fn every() -> Value {
    basic(&["arn:aws:lambda"])
}

pub(crate) fn field(name: &str, operator: &str, values: &[&str]) -> Value {
    let mut all = json!({"field": name});
    for other in ["equals", "ends_with", "not_ends_with", "not_equals", "not_starts_with", "starts_with"] {
        all[other] = if other == operator { json!(values) } else { json!([]) };
    }
    all
}

/// Advanced selectors for management events, and for functions by the condition on their ARN.
pub(crate) fn advanced(operator: &str, values: &[&str]) -> Value {
    let mut functions = vec![
        field("eventCategory", "equals", &["Data"]),
        field("resources.type", "equals", &["AWS::Lambda::Function"]),
    ];
    if !values.is_empty() {
        functions.push(field("resources.ARN", operator, values));
    }
    json!({"advanced_event_selector": [
        {"name": "management", "field_selector": [field("eventCategory", "equals", &["Management"])]},
        {"name": "functions", "field_selector": functions},
    ]})
}

pub(crate) fn function(name: &str) -> Value {
    json!({
        "architectures": ["x86_64"],
        "arn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
        "environment": [{"variables": {"PASSWORD": "hunter2"}}],
        "function_name": name,
        "region": REGION,
        "role": "arn:aws:iam::111122223333:role/r",
    })
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}
