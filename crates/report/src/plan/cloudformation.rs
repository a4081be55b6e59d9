//! A plan as CloudFormation templates, one for each account and Region: the resource of each recorder as it should be.

use super::desired::{Desired, PlaceDocument, RenderError, by_place, desired};
use super::names::names;
use audit::inventory::Inventory;
use audit::plan::Plan;
use cloudtrail::recorder::{RecorderKind, StoreStatus};
use serde_json::{Map, Value, json};

/// The properties that hold selectors: one of them does.
const SELECTORS: [&str; 2] = ["AdvancedEventSelectors", "EventSelectors"];
/// The properties of a trail whose values may not be known.
const TRAIL: [&str; 9] = [
    "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn",
    "EnableLogFileValidation",
    "IncludeGlobalServiceEvents",
    "InsightSelectors",
    "KMSKeyId",
    "S3KeyPrefix",
    "SnsTopicName",
    "Tags",
];
/// The same of an event data store.
const STORE: [&str; 8] = [
    "BillingMode",
    "FederationEnabled",
    "IngestionEnabled",
    "InsightSelectors",
    "KmsKeyId",
    "RetentionPeriod",
    "Tags",
    "TerminationProtectionEnabled",
];

/// The plan as CloudFormation templates in JSON, one for each account and Region. A recorder that is there already is brought in by
/// a resource import.
///
/// # Errors
/// [`RenderError`] iff the bucket of a trail is not known, whether it logs was not read, or selectors were not understood.
pub fn plan_cloudformation(plan: &Plan, inventory: &Inventory) -> Result<Vec<PlaceDocument>, RenderError> {
    let all = desired(plan, inventory);
    let document = |((account, region), all): ((&str, &str), Vec<&Desired<'_>>)| {
        let text = template(&all, inventory)?;
        Ok(PlaceDocument { account: account.to_owned(), region: region.to_owned(), text })
    };
    by_place(&all).into_iter().map(document).collect()
}

fn template(all: &[&Desired<'_>], inventory: &Inventory) -> Result<String, RenderError> {
    let form = |words: &[String]| words.iter().map(|word| capital(word)).collect::<String>();
    let ids = names(all, inventory, form, |id| vec![id.to_owned(), bucket_of(id), policy_of(id)]);
    let mut resources = Map::new();
    for (one, id) in all.iter().zip(ids) {
        if let Some(bucket) = one.bucket {
            let closed = json!({"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true});
            resources.insert(
                bucket_of(&id),
                json!({"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
                    "Properties": {"BucketName": bucket.name, "PublicAccessBlockConfiguration": closed}}),
            );
            resources.insert(
                policy_of(&id),
                json!({"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": bucket_of(&id)},
                    "PolicyDocument": serde_json::from_str::<Value>(&bucket.policy).unwrap_or_default()}}),
            );
        }
        resources.insert(id.clone(), recorder(one, &id)?);
    }
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Every Lambda invocation recorded by CloudTrail: the changes of a plan of invoketrail.",
        "Resources": resources,
    });
    Ok(text::visible::json(&format!("{template:#}\n")).into_owned())
}

fn bucket_of(id: &str) -> String {
    format!("{id}Bucket")
}

fn policy_of(id: &str) -> String {
    format!("{id}BucketPolicy")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn recorder(one: &Desired<'_>, id: &str) -> Result<Value, RenderError> {
    // Refused where not understood, although JSON could carry it: the template would be refused later and less clearly.
    one.selectors()?;
    let document: Value = one.document.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut properties = Map::new();
    for member in SELECTORS {
        if let Some(list) =
            document.get(member).filter(|list| list.as_array().is_some_and(|all| !all.is_empty()))
        {
            properties.insert(member.to_owned(), list.clone());
        }
    }
    if one.target.kind == RecorderKind::EventDataStore {
        one.must_be_seen()?;
        properties.insert("Name".to_owned(), json!(one.target.name));
        properties.insert("MultiRegionEnabled".to_owned(), json!(one.multi_region));
        properties.insert("OrganizationEnabled".to_owned(), json!(one.organization));
        if let Some(ingests) = ingests(one) {
            properties.insert("IngestionEnabled".to_owned(), json!(ingests));
        }
        return Ok(resource("EventDataStore", properties, one));
    }
    let Some(bucket) = one.bucket_name() else {
        let what = "a trail whose bucket is not known";
        return Err(RenderError::Step { recorder: one.target.arn.clone(), what });
    };
    let bucket = if one.bucket.is_some() { json!({"Ref": bucket_of(id)}) } else { json!(bucket) };
    properties.insert("S3BucketName".to_owned(), bucket);
    properties.insert("TrailName".to_owned(), json!(one.target.name));
    let Some(logging) = one.logging else {
        let recorder = one.target.arn.clone();
        return Err(RenderError::Unread { recorder, form: "CloudFormation", member: "IsLogging" });
    };
    properties.insert("IsLogging".to_owned(), json!(logging));
    properties.insert("IsMultiRegionTrail".to_owned(), json!(one.multi_region));
    properties.insert("IsOrganizationTrail".to_owned(), json!(one.organization));
    let read = [
        ("EnableLogFileValidation", one.log_file_validation),
        ("IncludeGlobalServiceEvents", one.global_service_events()),
    ];
    for (name, value) in read {
        if let Some(value) = value {
            properties.insert(name.to_owned(), json!(value));
        }
    }
    let mut resource = resource("Trail", properties, one);
    if one.bucket.is_some() {
        resource["DependsOn"] = json!([policy_of(id)]);
    }
    Ok(resource)
}

/// Whether an event data store ingests; `None` where that was not read, or is changing.
fn ingests(one: &Desired<'_>) -> Option<bool> {
    match one.seen?.status.known()? {
        StoreStatus::Enabled => Some(true),
        StoreStatus::Idle(name) if name == "STOPPED_INGESTION" => Some(false),
        StoreStatus::Idle(_) | StoreStatus::Changing(_) => None,
    }
}

/// A resource. One that is there already names the properties whose values were not read: left out, they would take
/// CloudFormation's defaults.
fn resource(kind: &str, properties: Map<String, Value>, one: &Desired<'_>) -> Value {
    let selectors: &[&str] = if one.document.is_none() { &SELECTORS } else { &[] };
    let all: &[&str] = if kind == "Trail" { &TRAIL } else { &STORE };
    let unread = selectors.iter().chain(all).filter(|name| !properties.contains_key(**name));
    let unread: Vec<&str> = unread.copied().collect();
    let mut resource = json!({"Type": format!("AWS::CloudTrail::{kind}"), "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain", "Properties": properties});
    if one.seen.is_some() {
        resource["Metadata"] = json!({"InvokeTrail": {
            "PropertiesNotRead": unread,
            "BeforeImport": "Add each of these properties with the value that it has today."}});
    }
    resource
}
