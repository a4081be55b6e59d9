//! One credible event out of what is not recorded.

use crate::remainder::Cell;
use cloudtrail::event::{Event, EventResource, Field};

/// An event of the cell: of each field the first, most credible, of its classes.
pub(crate) fn witness(cell: &Cell) -> Event {
    let value = |field: Field| -> Option<String> {
        let part = cell.parts.iter().find(|part| part.field == field)?;
        part.inside.first()?.representative.clone()
    };
    let text = |field| value(field).unwrap_or_default();
    Event {
        category: text(Field::EventCategory),
        source: text(Field::EventSource),
        name: text(Field::EventName),
        event_type: text(Field::EventType),
        read_only: value(Field::ReadOnly).as_deref() == Some("true"),
        resource: value(Field::ResourcesType)
            .zip(value(Field::ResourcesArn))
            .map(|(kind, arn)| EventResource { kind, arn }),
        user_identity_arn: value(Field::UserIdentityArn),
        session_credential_from_console: value(Field::SessionCredentialFromConsole).is_some(),
    }
}
