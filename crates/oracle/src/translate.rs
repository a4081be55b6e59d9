//! A basic selector said as advanced ones, the way AWS documents the two to correspond.

use cloudtrail::event::Field;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Condition, FieldSelector, ReadWrite, Selector};

/// Advanced selectors that together record what `selector` records; it must have no doubts.
///
/// A value `arn:aws:lambda` becomes `StartsWith arn:aws:lambda:`, an S3 value `StartsWith`, any other value `Equals`.
#[must_use]
pub fn to_advanced(selector: &BasicSelector) -> Vec<Selector> {
    let mut all = Vec::new();
    if selector.include_management {
        let mut fields = vec![equals(Field::EventCategory, "Management")];
        if !selector.exclude_management_sources.is_empty() {
            let not_equals = selector.exclude_management_sources.clone();
            fields.push(FieldSelector {
                field: Field::EventSource,
                condition: Condition { not_equals, ..Condition::default() },
            });
        }
        all.push(fields);
    }
    for entry in &selector.data_resources {
        for value in &entry.values {
            let mut condition = Condition::default();
            let service_of_kind = match entry.kind.as_str() {
                "AWS::S3::Object" => ":s3",
                "AWS::DynamoDB::Table" => ":dynamodb",
                _ => ":lambda",
            };
            let whole_service = value.matches(':').count() == 2
                && value.ends_with(service_of_kind)
                && !value.starts_with("arn::");
            if whole_service {
                condition.starts_with.push(format!("{value}:"));
            } else if entry.kind == "AWS::S3::Object" {
                condition.starts_with.push(value.clone());
            } else {
                condition.equals.push(value.clone());
            }
            all.push(vec![
                equals(Field::EventCategory, "Data"),
                equals(Field::ResourcesType, &entry.kind),
                FieldSelector { field: Field::ResourcesArn, condition },
            ]);
        }
    }
    for fields in &mut all {
        match selector.read_write {
            ReadWrite::All => {}
            ReadWrite::ReadOnly => fields.push(equals(Field::ReadOnly, "true")),
            ReadWrite::WriteOnly => fields.push(equals(Field::ReadOnly, "false")),
        }
    }
    let advanced =
        |fields| Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() });
    all.into_iter().map(advanced).collect()
}

fn equals(field: Field, value: &str) -> FieldSelector {
    FieldSelector { field, condition: Condition::equals([value]) }
}
