//! The body of an answer as it came. The SDK's types drop members that they do not know, and a selector with an operator
//! of next year must not look like a selector without it.

use crate::lock::lock;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use cloudtrail::selector::Selectors;
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// Values in one answer. Selectors have at most 500 of their own.
const VALUES: usize = 500_000;

/// Keeps a copy of the last body that came by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    bytes: Arc<Mutex<Option<Vec<u8>>>>,
}

#[dyn_dispatch_hint]
impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *lock(&self.bytes) = context.response().body().bytes().map(<[u8]>::to_vec);
        Ok(())
    }
}

impl Body {
    /// The document that came, or why there is none.
    pub(crate) fn json(&self) -> Result<Value, String> {
        json(&lock(&self.bytes).take().ok_or("the answer has no body")?)
    }

    /// Of the document that came, the members that are kept of answers to `action`, or why there are none.
    pub(crate) fn selected(&self, action: &str) -> Result<Value, String> {
        let bytes = lock(&self.bytes).take().ok_or("the answer has no body")?;
        let kept = crate::raw_answers::selected(action, &bytes).ok_or("the answer cannot be read")?;
        json(kept.as_bytes())
    }
}

/// The document in a body, or why there is none.
fn json(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("the answer is not text: {error}"))?;
    // Each may take fifty times its size as a value.
    if text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > VALUES {
        return Err(format!("the answer holds more than {VALUES} values, the limit for one answer"));
    }
    cloudtrail::selector_json::value_from_str(text)
        .map_err(|error| format!("the answer cannot be read: {error}"))
}

/// The list in `member` of an answer. The SDK's types read a required list that is not there as an empty one, and nothing
/// must be taken for nothing there.
///
/// # Errors
/// One line, iff there is no list.
pub(crate) fn list<'v>(answer: &'v Value, member: &str) -> Result<&'v [Value], String> {
    let list = answer.get(member).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or_else(|| format!("the answer holds no list of {member}"))
}

/// The selectors in a whole answer of GetEventSelectors.
pub(crate) fn selectors_of_trail(answer: &Value) -> Result<Selectors, String> {
    cloudtrail::selector_json::from_value(answer).map_err(|error| error.to_string())
}

/// The selectors in the member `AdvancedEventSelectors` of `holder`. Stores and channels always have some: without any,
/// the answer says nothing about what they record.
pub(crate) fn advanced_selectors(holder: &Value) -> Result<Selectors, String> {
    const MEMBER: &str = "AdvancedEventSelectors";
    let list = holder.get(MEMBER).filter(|list| list.as_array().is_none_or(|list| !list.is_empty()));
    let list = list.filter(|list| !list.is_null()).ok_or("the answer holds no AdvancedEventSelectors")?;
    let mut document = serde_json::Map::new();
    document.insert(MEMBER.to_owned(), list.clone());
    cloudtrail::selector_json::from_value(&Value::Object(document)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{advanced_selectors, selectors_of_trail};
    use serde_json::json;

    #[test]
    fn an_operator_of_next_year_is_a_doubt() {
        let field = json!({"Field": "eventCategory", "Equals": ["Data"], "MatchesPattern": ["x"]});
        let answer = json!({"AdvancedEventSelectors": [{"FieldSelectors": [field]}]});
        let selectors = advanced_selectors(&answer).unwrap();
        assert!(!selectors.list[0].doubts().is_empty());
        assert!(!selectors_of_trail(&answer).unwrap().list[0].doubts().is_empty());
    }

    #[test]
    fn no_selectors_is_no_answer() {
        for answer in
            [json!({}), json!({"AdvancedEventSelectors": null}), json!({"AdvancedEventSelectors": []})]
        {
            assert!(advanced_selectors(&answer).is_err(), "{answer}");
        }
    }
}
