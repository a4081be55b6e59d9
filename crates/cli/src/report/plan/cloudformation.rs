//! A plan as CloudFormation templates, one for each account and Region: the resource of each recorder as it should be.

use super::desired::{Desired, PlaceDocument, RenderError, by_place, desired};
use super::names::names;
use audit::inventory::Inventory;
use audit::plan::Plan;
use cloudtrail::recorder::RecorderKind;
use serde_json::{Map, Value, json};

/// The plan as CloudFormation templates in JSON, one for each account and Region. A recorder that is there already is brought in by
/// a resource import.
///
/// # Errors
/// [`RenderError`] iff the bucket of a trail is not known, or selectors were not understood.
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
    Ok(crate::visible::json(&format!("{template:#}\n")).into_owned())
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
    for member in ["EventSelectors", "AdvancedEventSelectors"] {
        if let Some(list) =
            document.get(member).filter(|list| list.as_array().is_some_and(|all| !all.is_empty()))
        {
            properties.insert(member.to_owned(), list.clone());
        }
    }
    if one.target.kind == RecorderKind::EventDataStore {
        properties.insert("Name".to_owned(), json!(one.target.name));
        properties.insert("MultiRegionEnabled".to_owned(), json!(one.multi_region));
        properties.insert("OrganizationEnabled".to_owned(), json!(one.organization));
        return Ok(json!({"Type": "AWS::CloudTrail::EventDataStore", "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain", "Properties": properties}));
    }
    let Some(bucket) = one.bucket_name() else {
        let what = "a trail whose bucket is not known";
        return Err(RenderError::Step { recorder: one.target.arn.clone(), what });
    };
    let bucket = if one.bucket.is_some() { json!({"Ref": bucket_of(id)}) } else { json!(bucket) };
    properties.insert("S3BucketName".to_owned(), bucket);
    properties.insert("TrailName".to_owned(), json!(one.target.name));
    properties.insert("IsLogging".to_owned(), json!(one.logging.unwrap_or(true)));
    properties.insert("IsMultiRegionTrail".to_owned(), json!(one.multi_region));
    properties.insert("IsOrganizationTrail".to_owned(), json!(one.organization));
    if let Some(validation) = one.log_file_validation {
        properties.insert("EnableLogFileValidation".to_owned(), json!(validation));
    }
    let mut resource = json!({"Type": "AWS::CloudTrail::Trail", "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain", "Properties": properties});
    if one.bucket.is_some() {
        resource["DependsOn"] = json!([policy_of(id)]);
    }
    Ok(resource)
}
