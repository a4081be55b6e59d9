//! Does this selector record this event? Read straight from the documentation, one sentence after the other.

use cloudtrail::event::Event;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Condition, ReadWrite, Selector};

/// The answer of the oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// The selector records the event.
    Yes,
    /// The selector does not record it, whatever that means which we do not understand.
    No,
    /// Nothing that we understand turns the event away, but we do not understand everything.
    Unknown,
}

/// Does `selector` record `event`?
#[must_use]
pub fn records(selector: &Selector, event: &Event) -> Says {
    if !aspects(event).all(|aspect| passes(selector, &aspect)) {
        Says::No
    } else if selector.doubts().is_empty() {
        Says::Yes
    } else {
        Says::Unknown
    }
}

/// One thing about an event that a selector can look at without knowing the rest of the event. Every rule of CloudTrail
/// is about one of them alone, so an event passes iff each of its aspects does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aspect<'e> {
    /// What the event is about: category, source, `readOnly`, and type and ARN of the resource. They stand together
    /// because basic selectors look at them together.
    About {
        /// `eventCategory`
        category: &'e str,
        /// `eventSource`
        source: &'e str,
        /// `readOnly`
        read_only: bool,
        /// `resources.type` and `resources.ARN`, iff there is a resource.
        resource: Option<(&'e str, &'e str)>,
    },
    /// Its name.
    Name(&'e str),
    /// Its `eventType`.
    Type(&'e str),
    /// The ARN of the principal, if there is one.
    Principal(Option<&'e str>),
    /// True iff `sessionCredentialFromConsole` is there.
    Console(bool),
    /// `errorCode` and `vpcEndpointId`, which no event here has.
    NetworkFields,
}

/// All aspects of an event.
fn aspects(event: &Event) -> impl Iterator<Item = Aspect<'_>> {
    [
        Aspect::About {
            category: &event.category,
            source: &event.source,
            read_only: event.read_only,
            resource: event.resource.as_ref().map(|one| (one.kind.as_str(), one.arn.as_str())),
        },
        Aspect::Name(&event.name),
        Aspect::Type(&event.event_type),
        Aspect::Principal(event.user_identity_arn.as_deref()),
        Aspect::Console(event.session_credential_from_console),
        Aspect::NetworkFields,
    ]
    .into_iter()
}

/// True iff nothing that we understand of the selector turns the aspect away.
#[must_use]
pub fn passes(selector: &Selector, aspect: &Aspect<'_>) -> bool {
    match selector {
        Selector::Basic(basic) => basic_passes(basic, aspect),
        Selector::Advanced(advanced) => advanced_passes(advanced, aspect),
    }
}

/// "Configure your trail to log read-only, write-only or all events"; management events iff they are included and their
/// source is not excluded; data events iff some data resource of their type names them.
fn basic_passes(selector: &BasicSelector, aspect: &Aspect<'_>) -> bool {
    let Aspect::About { category, source, read_only, resource } = aspect else { return true };
    let kind_of_call = match selector.read_write {
        ReadWrite::All => true,
        ReadWrite::ReadOnly => *read_only,
        ReadWrite::WriteOnly => !*read_only,
    };
    let wanted = if *category == "Management" {
        let excluded = selector.exclude_management_sources.iter().any(|listed| listed == source);
        selector.include_management && !excluded
    } else if *category == "Data" {
        resource.is_some_and(|(kind, arn)| {
            let of_kind = selector.data_resources.iter().filter(|entry| entry.kind == kind);
            of_kind.flat_map(|entry| &entry.values).any(|value| value_names(kind, value, arn))
        })
    } else {
        false
    };
    kind_of_call && wanted
}

/// `arn:PARTITION:lambda` names all functions of the partition; otherwise "Lambda function ARNs are exact". An S3 value
/// names what begins with it; a table is named by its ARN or by `arn:PARTITION:dynamodb`.
fn value_names(kind: &str, value: &str, arn: &str) -> bool {
    let service = match kind {
        "AWS::S3::Object" => "s3",
        "AWS::DynamoDB::Table" => "dynamodb",
        _ => "lambda",
    };
    let named: Vec<&str> = value.split(':').collect();
    let parts: Vec<&str> = arn.split(':').collect();
    if let ["arn", partition, of] = named[..]
        && of == service
        && !partition.is_empty()
    {
        return parts.len() > 3 && parts[0] == "arn" && parts[1] == partition && parts[2] == service;
    }
    if service == "s3" { arn.starts_with(value) } else { arn == value }
}

/// All field selectors restrict.
fn advanced_passes(selector: &AdvancedSelector, aspect: &Aspect<'_>) -> bool {
    selector.fields.iter().all(|one| {
        let asked: Option<&str> = match (one.field.as_str(), aspect) {
            ("eventCategory", Aspect::About { category, .. }) => Some(category),
            ("eventSource", Aspect::About { source, .. }) => Some(source),
            ("readOnly", Aspect::About { read_only: true, .. }) => Some("true"),
            ("readOnly", Aspect::About { read_only: false, .. }) => Some("false"),
            ("resources.type", Aspect::About { resource, .. }) => resource.map(|(kind, _)| kind),
            ("resources.ARN", Aspect::About { resource, .. }) => resource.map(|(_, arn)| arn),
            ("eventName", Aspect::Name(name)) => Some(name),
            ("eventType", Aspect::Type(kind)) => Some(kind),
            ("userIdentity.arn", Aspect::Principal(principal)) => *principal,
            ("sessionCredentialFromConsole", Aspect::Console(true)) => Some("true"),
            ("sessionCredentialFromConsole", Aspect::Console(false)) => None,
            ("errorCode" | "vpcEndpointId", Aspect::NetworkFields) => None,
            // A field selector about something else.
            _ => return true,
        };
        condition_met(&one.condition, asked)
    })
}

/// "How CloudTrail evaluates multiple conditions for a field": SELECT operators are ORed together, DESELECT operators are
/// ANDed together, and both groups are ANDed. Of a field that is absent no SELECT operator holds and every DESELECT one.
fn condition_met(condition: &Condition, value: Option<&str>) -> bool {
    let Some(text) = value else {
        let selects = [&condition.equals, &condition.starts_with, &condition.ends_with];
        return selects.iter().all(|values| values.is_empty());
    };
    let begins =
        |with: &String| text.len() >= with.len() && text.as_bytes()[..with.len()] == *with.as_bytes();
    let ends = |with: &String| {
        text.len() >= with.len() && text.as_bytes()[text.len() - with.len()..] == *with.as_bytes()
    };
    let mut select_operators = 0;
    let mut selected = false;
    for value in &condition.equals {
        select_operators += 1;
        selected |= value == text;
    }
    for value in &condition.starts_with {
        select_operators += 1;
        selected |= begins(value);
    }
    for value in &condition.ends_with {
        select_operators += 1;
        selected |= ends(value);
    }
    let mut deselected = false;
    for value in &condition.not_equals {
        deselected |= value == text;
    }
    for value in &condition.not_starts_with {
        deselected |= begins(value);
    }
    for value in &condition.not_ends_with {
        deselected |= ends(value);
    }
    (select_operators == 0 || selected) && !deselected
}
