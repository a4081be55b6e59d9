//! A verdict in words: its word in a table, its sentence, and the example of a call that it rests on, before anything is escaped for where it
//! is shown.

use super::resource_name::name_in;
use audit::finding::{Audit, PlaceAudit};
use cloudtrail::event::Event;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use recording::{Escape, State};

/// The word for a verdict in a sentence or a table.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Recorded => "recorded",
        State::PartiallyRecorded => "partial",
        State::NotRecorded => "not recorded",
        State::Undetermined => "undetermined",
    }
}

/// A verdict in one sentence: on selectors that were pasted, or on all recorders there are.
pub(super) fn verdict_sentence(state: State, subject: &str, pasted: bool) -> String {
    match state {
        State::Recorded => format!("Recorded: every invocation of {subject}."),
        State::PartiallyRecorded => {
            format!("Partially recorded: some invocations of {subject} leave no record.")
        }
        State::NotRecorded if pasted => {
            format!("Not recorded: these selectors record no invocation of {subject}.")
        }
        State::NotRecorded => {
            format!("Not recorded: no trail or event data store records invocations of {subject}.")
        }
        State::Undetermined => format!("Cannot tell whether every invocation of {subject} is recorded."),
    }
}

/// Before an example of a call that a verdict rests on.
pub(super) const fn of_example(state: State) -> &'static str {
    match state {
        State::PartiallyRecorded | State::NotRecorded => "Example of a call that leaves no record: ",
        State::Undetermined => "Example of a call that may leave no record: ",
        State::Recorded => "Example of a call that would leave no record: ",
    }
}

/// `Invoke of function orders in us-east-1, by any caller`: who calls is said where a selector looks at it.
pub(super) fn witness(escape: &Escape, arn: Option<&str>, region: &str, looked_at: bool) -> String {
    call(&escape.witness, arn, region, looked_at)
}

/// As [`witness`], of an event.
pub(super) fn call(event: &Event, arn: Option<&str>, region: &str, looked_at: bool) -> String {
    let what = match &event.resource {
        Some(resource) => {
            let noun = ResourceType::parse(&resource.kind).map_or(resource.kind.as_str(), |kind| kind.noun());
            format!("{noun} {}", name_in(arn.unwrap_or(&resource.arn)))
        }
        None => {
            format!("{} (a {})", event.source, if event.read_only { "read" } else { "write" })
        }
    };
    let by = match &event.user_identity_arn {
        _ if !looked_at => ", by any caller".to_owned(),
        Some(principal) => format!(" by {principal}"),
        None => " by a caller without a principal ARN, such as an AWS service".to_owned(),
    };
    let console = if event.session_credential_from_console { ", in a console session" } else { "" };
    format!("{} of {what} in {region}{by}{console}", event.name)
}

/// True iff one of the selectors looks at who calls.
pub(super) fn look_at_callers<'a>(selectors: impl IntoIterator<Item = &'a Selector>) -> bool {
    selectors.into_iter().any(Selector::looks_at_callers)
}

/// The example of a call for a verdict of an audit.
pub(super) fn example(
    audit: &Audit<'_>,
    place: &PlaceAudit<'_>,
    escape: &Escape,
    arn: Option<&str>,
) -> String {
    let candidates = place.candidates.iter().filter_map(|one| one.recorder);
    let known = candidates.filter_map(|at| audit.inventory.recorders[at].selectors.known());
    witness(escape, arn, place.region, look_at_callers(known.flat_map(|one| &one.list)))
}
