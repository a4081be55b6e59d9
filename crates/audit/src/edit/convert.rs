//! Basic selectors as advanced ones that record exactly the same (semantics 7).

use super::{EditError, equals};
use cloudtrail::basic_value;
use cloudtrail::event::Field;
use cloudtrail::selector::{
    AdvancedSelector, BasicSelector, Condition, DataResource, FieldSelector, ReadWrite, Selector,
};
use recording::{Inclusion, included};

/// The list with every basic selector as advanced ones: one for its management events, and one for each type of its data
/// events. Proven to record the same, both ways. A list of advanced ones comes back as it is.
///
/// # Errors
/// [`EditError::NotUnderstood`] iff a basic selector holds something we do not understand.
pub fn to_advanced(list: &[Selector]) -> Result<Vec<Selector>, EditError> {
    if list.iter().all(|one| matches!(one, Selector::Advanced(_))) {
        return Ok(list.to_vec());
    }
    let mut all = Vec::new();
    for (selector, one) in list.iter().enumerate() {
        if let Some(doubt) = one.doubts().first() {
            return Err(EditError::NotUnderstood { selector, doubt: doubt.to_string() });
        }
        match one {
            Selector::Advanced(_) => all.push(one.clone()),
            Selector::Basic(basic) => all.extend(of_basic(basic).into_iter().map(Selector::Advanced)),
        }
    }
    let same = [included(list, &all), included(&all, list)];
    match same.into_iter().find(|one| *one != Inclusion::Included) {
        None => Ok(all),
        Some(other) => Err(EditError::NotProven(format!("{other:?}"))),
    }
}

fn of_basic(basic: &BasicSelector) -> Vec<AdvancedSelector> {
    let which = match basic.read_write {
        ReadWrite::All => None,
        ReadWrite::ReadOnly => Some("true"),
        ReadWrite::WriteOnly => Some("false"),
    };
    let selector = |name: String, mut fields: Vec<FieldSelector>| {
        fields.extend(which.map(|value| equals(Field::ReadOnly, value)));
        AdvancedSelector { name, fields, doubts: Vec::new() }
    };
    let mut all = Vec::new();
    if basic.include_management {
        let mut fields = vec![equals(Field::EventCategory, "Management")];
        if !basic.exclude_management_sources.is_empty() {
            let not_equals = basic.exclude_management_sources.clone();
            let condition = Condition { not_equals, ..Condition::default() };
            fields.push(FieldSelector { field: Field::EventSource, condition });
        }
        all.push(selector("Management events".to_owned(), fields));
    }
    for resource in basic.data_resources.iter().filter(|one| !one.values.is_empty()) {
        let mut fields =
            vec![equals(Field::EventCategory, "Data"), equals(Field::ResourcesType, &resource.kind)];
        fields.push(FieldSelector { field: Field::ResourcesArn, condition: arns(resource) });
        all.push(selector(format!("Data events of {}", resource.kind), fields));
    }
    all
}

fn arns(resource: &DataResource) -> Condition {
    let mut condition = Condition::default();
    for value in &resource.values {
        let (operator, text) = basic_value(&resource.kind, value);
        condition.values_mut(operator).push(text);
    }
    condition
}
