//! One credible event out of what is not recorded.

use crate::principal;
use crate::table::Table;
use crate::values::Pick;
use cloudtrail::event::{Event, EventResource, Field};

/// What executions of asynchronous invocations are recorded as; Lambda itself makes them, so none has a principal ARN
/// (semantics 1.2).
const BY_LAMBDA_ITSELF: &str = "InvokeExecution";

/// An event: `of` says of each field what it is there (`None` iff absent), and whether it may as well be absent; it says
/// nothing of fields that no event there has.
pub(crate) fn witness(of: impl Fn(Field) -> Option<(Option<String>, bool)>) -> Event {
    let value = |field: Field| of(field).and_then(|(text, _)| text);
    let text = |field| value(field).unwrap_or_default();
    let name = text(Field::EventName);
    let principal = of(Field::UserIdentityArn);
    let without_principal = name == BY_LAMBDA_ITSELF && principal.as_ref().is_some_and(|(_, absent)| *absent);
    Event {
        category: text(Field::EventCategory),
        source: text(Field::EventSource),
        name,
        event_type: text(Field::EventType),
        read_only: value(Field::ReadOnly).as_deref() == Some("true"),
        resource: value(Field::ResourcesType)
            .zip(value(Field::ResourcesArn))
            .map(|(kind, arn)| EventResource { kind, arn }),
        user_identity_arn: principal.and_then(|(text, _)| text).filter(|_| !without_principal),
        session_credential_from_console: value(Field::SessionCredentialFromConsole).is_some(),
    }
}

/// The first of the texts; of callers the first that IAM or STS allow, or none at all, as far as there is one.
pub(crate) fn believable(table: &Table, picks: &[Pick]) -> Option<String> {
    let first = table.text(*picks.first()?);
    if !table.is_of_principals() || first.as_deref().is_none_or(principal::is_principal) {
        return first;
    }
    let mut others = picks.iter().skip(1).map(|pick| table.text(*pick));
    others.find(|text| text.as_deref().is_none_or(principal::is_principal)).unwrap_or(first)
}
