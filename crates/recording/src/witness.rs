//! One credible event out of what is not recorded.

use crate::remainder::Cell;
use crate::values::Label;
use cloudtrail::event::{Event, EventResource, Field};

/// What executions of asynchronous invocations are recorded as; Lambda itself makes them, so none has a principal ARN
/// (semantics 1.2).
const BY_LAMBDA_ITSELF: &str = "InvokeExecution";

/// An event of the cell: of each field the first, most credible, of its classes.
pub(crate) fn witness(cell: &Cell) -> Event {
    let value = |field: Field| -> Option<String> {
        let part = cell.parts.iter().find(|part| part.field == field)?;
        part.inside.first()?.representative.clone()
    };
    let text = |field| value(field).unwrap_or_default();
    let name = text(Field::EventName);
    let without_principal = name == BY_LAMBDA_ITSELF && may_be_absent(cell, Field::UserIdentityArn);
    Event {
        category: text(Field::EventCategory),
        source: text(Field::EventSource),
        name,
        event_type: text(Field::EventType),
        read_only: value(Field::ReadOnly).as_deref() == Some("true"),
        resource: value(Field::ResourcesType)
            .zip(value(Field::ResourcesArn))
            .map(|(kind, arn)| EventResource { kind, arn }),
        user_identity_arn: value(Field::UserIdentityArn).filter(|_| !without_principal),
        session_credential_from_console: value(Field::SessionCredentialFromConsole).is_some(),
    }
}

/// True iff events of the cell exist that do not have the field. A class is treated alike, so any of its texts will do.
fn may_be_absent(cell: &Cell, field: Field) -> bool {
    let mut parts = cell.parts.iter().filter(|part| part.field == field);
    parts.any(|part| part.inside.iter().any(|class| class.labels.contains(&Label::Absent)))
}
