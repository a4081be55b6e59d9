//! Members of what was asked for, whatever the case of their names: services do not agree about it.

use crate::change::Change;
use serde_json::Value;

/// The member of that name.
pub(super) fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).or_else(|| {
        let mut members = value.as_object()?.iter();
        members.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

/// The member of that name, iff it is a text that is not empty.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    field(value, name)?.as_str().filter(|text| !text.is_empty())
}

/// A text of that name that was asked for.
pub(super) fn asked(change: &Change, name: &str) -> Option<String> {
    text(&change.asked(), name).map(str::to_owned)
}

/// A flag, written as one or as text.
pub(super) fn flag(value: &Value, name: &str) -> Option<bool> {
    let said = field(value, name)?;
    said.as_bool().or_else(|| said.as_str()?.to_ascii_lowercase().parse().ok())
}

/// A number, written as one or as text.
pub(super) fn number(value: &Value, name: &str) -> Option<f64> {
    let said = field(value, name)?;
    said.as_f64().or_else(|| said.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{flag, number, text};
    use serde_json::json;

    #[test]
    fn the_case_of_names_and_the_kind_of_values_do_not_matter() {
        let value = json!({"AuthType": "NONE", "isOn": "true", "days": "7", "empty": ""});
        assert_eq!((text(&value, "authType"), text(&value, "empty")), (Some("NONE"), None));
        assert_eq!((flag(&value, "IsOn"), number(&value, "Days")), (Some(true), Some(7.0)));
    }
}
