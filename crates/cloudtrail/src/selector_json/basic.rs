//! One basic selector from JSON.

use super::SelectorsError;
use super::walk::{Path, entries, list, plain, string, strings};
use crate::event::Field;
use crate::selector::{BasicSelector, DataResource, Doubt, ReadWrite};
use serde_json::Value;

/// The three types that basic selectors take (semantics 1.1).
const TYPES: [&str; 3] = ["AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::S3::Object"];

pub(super) fn read(path: &Path<'_>, value: &Value) -> Result<BasicSelector, SelectorsError> {
    let mut selector = BasicSelector::of_a_new_trail();
    for (at, key, member) in entries(path, value)? {
        match plain(key).as_str() {
            "readwritetype" => selector.read_write = read_write(&at, member)?,
            "includemanagementevents" => selector.include_management = boolean(&at, member)?,
            "excludemanagementeventsources" | "excludemanagementeventsource" => {
                selector.exclude_management_sources = strings(&at, member)?;
            }
            "dataresources" | "dataresource" => {
                for (at, entry) in list(&at, member)? {
                    let entry = data_resource(&at, entry, &mut selector.doubts)?;
                    selector.data_resources.push(entry);
                }
            }
            _ => selector.doubts.push(Doubt::Member { path: at.to_string() }),
        }
    }
    Ok(selector)
}

fn read_write(path: &Path<'_>, value: &Value) -> Result<ReadWrite, SelectorsError> {
    match string(path, value)? {
        "All" => Ok(ReadWrite::All),
        "ReadOnly" => Ok(ReadWrite::ReadOnly),
        "WriteOnly" => Ok(ReadWrite::WriteOnly),
        other => Err(SelectorsError::NotAllowed {
            path: path.to_string(),
            value: other.to_owned(),
            wanted: "All, ReadOnly or WriteOnly",
        }),
    }
}

/// Terraform plans hold booleans as booleans; some recorded requests hold them as words.
fn boolean(path: &Path<'_>, value: &Value) -> Result<bool, SelectorsError> {
    match value {
        Value::Bool(yes) => Ok(*yes),
        Value::String(word) if word == "true" => Ok(true),
        Value::String(word) if word == "false" => Ok(false),
        other => Err(path.wrong(other, "true or false")),
    }
}

fn data_resource(
    path: &Path<'_>,
    value: &Value,
    doubts: &mut Vec<Doubt>,
) -> Result<DataResource, SelectorsError> {
    let mut entry = DataResource { kind: String::new(), values: Vec::new() };
    for (at, key, member) in entries(path, value)? {
        match plain(key).as_str() {
            "type" => {
                string(&at, member)?.clone_into(&mut entry.kind);
                if !TYPES.contains(&entry.kind.as_str()) {
                    doubts.push(Doubt::Value {
                        path: at.to_string(),
                        field: "the type of a basic selector".to_owned(),
                        value: entry.kind.clone(),
                    });
                }
            }
            "values" => {
                entry.values = strings(&at, member)?;
                doubts.extend(strange_values(&at, &entry.values));
            }
            _ => doubts.push(Doubt::Member { path: at.to_string() }),
        }
    }
    if entry.kind.is_empty() {
        doubts.push(Doubt::Missing { path: path.to_string(), field: Field::ResourcesType });
    }
    Ok(entry)
}

/// AWS takes ARNs and beginnings of ARNs; anything else is a form we have never seen described.
fn strange_values<'a>(path: &'a Path<'a>, values: &'a [String]) -> impl Iterator<Item = Doubt> + 'a {
    values.iter().filter(|value| !value.starts_with("arn:")).map(|value| Doubt::Value {
        path: path.to_string(),
        field: "a data resource".to_owned(),
        value: value.clone(),
    })
}
