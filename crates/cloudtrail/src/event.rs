//! An event as selectors see it: the eleven fields a selector can speak about, and nothing else.

use std::fmt;

/// A field that advanced event selectors can name (API_AdvancedFieldSelector, semantics 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `eventCategory`
    EventCategory,
    /// `resources.type`
    ResourcesType,
    /// `readOnly`
    ReadOnly,
    /// `eventName`
    EventName,
    /// `resources.ARN`
    ResourcesArn,
    /// `eventSource`
    EventSource,
    /// `eventType`
    EventType,
    /// `sessionCredentialFromConsole`
    SessionCredentialFromConsole,
    /// `userIdentity.arn`
    UserIdentityArn,
    /// `errorCode`: network activity events only.
    ErrorCode,
    /// `vpcEndpointId`: network activity events only.
    VpcEndpointId,
}

impl Field {
    /// Every field we know.
    pub const ALL: [Field; 11] = [
        Self::EventCategory,
        Self::ResourcesType,
        Self::ReadOnly,
        Self::EventName,
        Self::ResourcesArn,
        Self::EventSource,
        Self::EventType,
        Self::SessionCredentialFromConsole,
        Self::UserIdentityArn,
        Self::ErrorCode,
        Self::VpcEndpointId,
    ];

    /// The name AWS gives it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EventCategory => "eventCategory",
            Self::ResourcesType => "resources.type",
            Self::ReadOnly => "readOnly",
            Self::EventName => "eventName",
            Self::ResourcesArn => "resources.ARN",
            Self::EventSource => "eventSource",
            Self::EventType => "eventType",
            Self::SessionCredentialFromConsole => "sessionCredentialFromConsole",
            Self::UserIdentityArn => "userIdentity.arn",
            Self::ErrorCode => "errorCode",
            Self::VpcEndpointId => "vpcEndpointId",
        }
    }

    /// The field of exactly that name, iff we know it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One event, reduced to what selectors look at. A field that is `None` is absent from the event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event {
    /// `Data`, `Management`, `NetworkActivity`, ...
    pub category: String,
    /// For example `lambda.amazonaws.com`.
    pub source: String,
    /// For example `Invoke`.
    pub name: String,
    /// For example `AwsApiCall`.
    pub event_type: String,
    /// Whether the call only reads.
    pub read_only: bool,
    /// Type and ARN of the one resource (Lambda events have exactly one, semantics 1.3; U-18 for several).
    pub resource: Option<EventResource>,
    /// Absent on invocations that AWS services make.
    pub user_identity_arn: Option<String>,
    /// True iff `sessionCredentialFromConsole` is present (its only value is `"true"`).
    pub session_credential_from_console: bool,
}

/// What an event acted upon.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventResource {
    /// `resources.type`
    pub kind: String,
    /// `resources.ARN`
    pub arn: String,
}

impl Event {
    /// The value that a field selector on `field` is compared with; `None` iff the event does not have the field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        match field {
            Field::EventCategory => Some(&self.category),
            Field::ResourcesType => self.resource.as_ref().map(|resource| resource.kind.as_str()),
            Field::ReadOnly => Some(if self.read_only { "true" } else { "false" }),
            Field::EventName => Some(&self.name),
            Field::ResourcesArn => self.resource.as_ref().map(|resource| resource.arn.as_str()),
            Field::EventSource => Some(&self.source),
            Field::EventType => Some(&self.event_type),
            Field::SessionCredentialFromConsole => self.session_credential_from_console.then_some("true"),
            Field::UserIdentityArn => self.user_identity_arn.as_deref(),
            Field::ErrorCode | Field::VpcEndpointId => None,
        }
    }
}
