//! The code of what a verdict says: the condition, recorder or gap that it hangs on.

use crate::code::Code;
use crate::edit::EditError;
use crate::finding::{Audit, Proof, SilentReason};
use crate::inventory::GapKind;
use crate::lint::Problem;
use crate::remedy::{nearest, stopped};
use cloudtrail::TurnedAway;
use cloudtrail::event::Field;
use cloudtrail::selector::Operator;
use recording::{Open, State, Why};

impl GapKind {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Refused => Code::CallRefused,
            Self::Failed => Code::CallFailed,
            Self::NotOffered => Code::CallNotOffered,
            Self::Interrupted => Code::CallInterrupted,
            Self::AfterApply => Code::KnownAfterApply,
        }
    }
}

impl SilentReason {
    /// Its code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::NotLogging => Code::TrailNotLogging,
            Self::CannotDeliver(_) => Code::TrailNotDelivering,
            Self::OtherRegion(_) => Code::OtherRegion,
            Self::OtherAccount(_) => Code::OtherAccount,
            Self::NotHere => Code::NotHere,
            Self::HomeRegionNotEnabled(_) => Code::HomeRegionNotEnabled,
            Self::Idle(_) => Code::StoreNotIngesting,
            Self::NotCounted => Code::NotCounted,
            Self::Compensating(_) => Code::CompensatingChannel,
        }
    }
}

impl Problem {
    /// Its code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Star => Code::ValueWildcard,
            Self::Slash => Code::ValueSlash,
            Self::Qualified(_) => Code::ValueQualified,
            Self::ForeignPartition { .. } => Code::ValueForeign,
            Self::NotWhole { .. } => Code::ValueNotWhole,
            Self::NoSuchArn(_) => Code::ValueMatchesNothing,
            Self::UnknownType(_) => Code::UnknownType,
        }
    }
}

impl EditError {
    /// Its code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Request(_) => Code::SelectorsNotSettable,
            Self::NotUnderstood { .. } => Code::EditNotUnderstood,
            Self::DoesNotFit { .. } => Code::DoesNotFit,
            Self::Refused(_) => Code::AwsWouldRefuse,
            Self::NothingLeft => Code::NoSelectorLeft,
            Self::NotProven(_) => Code::NotProven,
        }
    }
}

/// The code of what a selector did with an event.
#[must_use]
pub fn of_why(why: &Why) -> Code {
    match why {
        Why::Field(turned) => of_turned_away(*turned),
        Why::Doubt(_) => Code::SelectorNotUnderstood,
        Why::Uncertain => Code::RecorderUncertain,
        Why::Unread => Code::SelectorsUnreadable,
    }
}

/// The code of a condition that leaves an event out.
fn of_turned_away(turned: TurnedAway) -> Code {
    match turned.field {
        "IncludeManagementEvents" => return Code::ManagementEventsOff,
        "ExcludeManagementEventSources" => return Code::EventSourceExcluded,
        "ReadWriteType" => return Code::ReadOnlySelector,
        "DataResources.Type" => return Code::NoSelectorForType,
        "DataResources.Values" => return Code::SelectorListsFunctions,
        _ => {}
    }
    let names = matches!(turned.operator, Operator::Equals | Operator::StartsWith | Operator::EndsWith);
    match Field::parse(turned.field) {
        Some(Field::EventCategory) => Code::NoSelectorForCategory,
        Some(Field::ResourcesType) => Code::NoSelectorForType,
        Some(Field::ResourcesArn) if names => Code::SelectorListsFunctions,
        Some(Field::ResourcesArn) => Code::SelectorExcludesFunctions,
        Some(Field::ReadOnly) => Code::ReadOnlySelector,
        Some(Field::EventName) => Code::EventNameCondition,
        Some(Field::EventSource) => Code::EventSourceCondition,
        Some(Field::EventType) => Code::EventTypeCondition,
        Some(Field::UserIdentityArn) => Code::CallerCondition,
        Some(Field::SessionCredentialFromConsole) => Code::ConsoleCondition,
        Some(Field::ErrorCode | Field::VpcEndpointId) | None => Code::OtherCondition,
    }
}

/// The code of what a verdict at a place says: the trail that was stopped, what keeps the nearest recorder from recording, or what it hangs on.
#[must_use]
pub fn of_verdict(audit: &Audit<'_>, proof: Proof) -> Code {
    match audit.verdicts[proof.verdict].state {
        State::Recorded => Code::AllRecorded,
        State::PartiallyRecorded | State::NotRecorded if stopped(audit, proof).is_some() => {
            Code::TrailNotLogging
        }
        State::PartiallyRecorded | State::NotRecorded => match nearest(audit, proof) {
            Some(near) => of_turned_away(near.turned),
            None => of_silence(audit, proof),
        },
        State::Undetermined => of_doubt(audit, proof),
    }
}

/// Where no recorder is near: the one that fails the place by a fault of its own.
fn of_silence(audit: &Audit<'_>, proof: Proof) -> Code {
    let silent = audit.places[proof.place].silent.iter().map(|one| &one.reason);
    let rank = |reason: &&SilentReason| match reason {
        SilentReason::NotLogging => 0,
        SilentReason::CannotDeliver(_) => 1,
        SilentReason::HomeRegionNotEnabled(_) => 2,
        SilentReason::Idle(_) => 3,
        _ => 4,
    };
    silent.filter(|reason| rank(reason) < 4).min_by_key(rank).map_or(Code::NoRecorder, SilentReason::code)
}

fn of_doubt(audit: &Audit<'_>, proof: Proof) -> Code {
    let verdict = &audit.verdicts[proof.verdict];
    match verdict.open {
        Some(Open::Names) => return Code::EventNamesContradicted,
        Some(Open::Work) => return Code::WorkLimit,
        None => {}
    }
    if audit.open.contains_key(&proof.verdict) {
        return Code::RegionsNotAudited;
    }
    let candidates = &audit.places[proof.place].candidates;
    let of = |by: &recording::TurnedAwayBy| match candidates.get(by.by.candidate) {
        Some(one) if one.recorder.is_none() => Code::RecordersUnlisted,
        _ => of_why(&by.why),
    };
    let doubts = verdict.escape.iter().flat_map(|escape| &escape.turned_away);
    let doubts = doubts.filter(|by| !matches!(by.why, Why::Field(_))).map(of);
    let rank = |code: &Code| match code {
        Code::SelectorsUnreadable => 0,
        Code::RecordersUnlisted => 1,
        Code::SelectorNotUnderstood => 2,
        _ => 3,
    };
    doubts.min_by_key(rank).unwrap_or(Code::RecorderUncertain)
}
