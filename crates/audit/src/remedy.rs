//! What would mend a finding: the recorder that is nearest to recording what escapes, and what keeps it from doing so.

use crate::code::{Code, Coded};
use crate::finding::{Audit, Proof, SilentReason};
use crate::inventory::GapKind;
use cloudtrail::selector::Selector;
use cloudtrail::{TurnedAway, event::Field};
use recording::{State, Why};

/// The selector that is nearest to recording the witness of a verdict, and what turned it away there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Position in [`crate::inventory::Inventory::recorders`].
    pub recorder: usize,
    /// Position among the recorder's selectors.
    pub selector: usize,
    /// The member and operator.
    pub turned: TurnedAway,
}

/// How far a selector is from recording: one condition too many, a list of resources, another type, another category.
fn distance(turned: TurnedAway) -> u8 {
    let is = |field: Field| turned.field == field.as_str();
    if is(Field::EventCategory) || turned.field == "IncludeManagementEvents" {
        3
    } else if is(Field::ResourcesType) || turned.field == "DataResources.Type" {
        2
    } else {
        u8::from(is(Field::ResourcesArn) || turned.field == "DataResources.Values")
    }
}

/// The nearest selector of a recorder that records at the place; `None` where there is none.
#[must_use]
pub fn nearest(audit: &Audit<'_>, proof: Proof) -> Option<Nearest> {
    let escape = audit.verdicts[proof.verdict].escape.as_ref()?;
    let candidates = &audit.places[proof.place].candidates;
    let turned_away = escape.turned_away.iter().filter_map(|by| {
        let recorder = candidates.get(by.by.candidate)?.recorder?;
        match by.why {
            Why::Field(turned) => Some(Nearest { recorder, selector: by.by.selector, turned }),
            Why::Doubt(_) | Why::Uncertain | Why::Unread => None,
        }
    });
    turned_away.min_by_key(|one| distance(one.turned))
}

/// What to do about a verdict that is not "recorded", in one sentence.
#[must_use]
pub fn remedy(audit: &Audit<'_>, proof: Proof) -> Option<Coded> {
    let verdict = &audit.verdicts[proof.verdict];
    match verdict.state {
        State::Recorded => None,
        State::Undetermined => {
            let gaps = audit.deciding_gaps(proof);
            let refused = gaps.iter().map(|at| &audit.gaps[*at]).find(|gap| gap.kind == GapKind::Refused)?;
            Some(
                Code::AllowCall
                    .says(format!("allow {} (`invoketrail permissions audit --check`)", refused.call)),
            )
        }
        State::PartiallyRecorded | State::NotRecorded => {
            let told = match nearest(audit, proof) {
                Some(near) => mend(audit, proof, near),
                None => repair(audit, proof).unwrap_or_else(|| Code::CreateTrail.says("create a trail")),
            };
            Some(told.code.says(format!("{told} (`invoketrail plan`)")))
        }
    }
}

/// What to do with the nearest selector.
fn mend(audit: &Audit<'_>, proof: Proof, near: Nearest) -> Coded {
    let recorder = &audit.inventory.recorders[near.recorder];
    let of = format!("{} {}", recorder.kind, recorder.name);
    let resource =
        audit.verdicts[proof.verdict].escape.as_ref().and_then(|one| one.witness.resource.as_ref());
    let kind = resource.map_or("", |resource| resource.kind.as_str());
    let number = near.selector;
    match (distance(near.turned), near.turned.field) {
        (2 | 3, _) if kind.is_empty() => {
            Code::AddManagementSelector.says(format!("add a selector for management events to {of}"))
        }
        (2 | 3, _) => Code::AddSelector.says(format!("add a selector for {kind} to {of}")),
        (_, "ReadWriteType") => {
            Code::TakeWrites.says(format!("let selector {number} of {of} take write events too"))
        }
        (_, "DataResources.Values") => {
            Code::TakeAllOfType.says(format!("let selector {number} of {of} take all of {kind}"))
        }
        (_, field) => {
            let known = recorder.selectors.known().and_then(|one| one.list.get(number));
            let what = if matches!(known, Some(Selector::Basic(_))) { "member" } else { "condition" };
            Code::RemoveCondition.says(format!("remove the {field} {what} of {of}"))
        }
    }
}

/// Where no selector is near: a recorder that fails the place by a fault of its own.
fn repair(audit: &Audit<'_>, proof: Proof) -> Option<Coded> {
    audit.places[proof.place].silent.iter().find_map(|silent| {
        let recorder = &audit.inventory.recorders[silent.recorder];
        let of = format!("{} {}", recorder.kind, recorder.name);
        match silent.reason {
            SilentReason::NotLogging => {
                Some(Code::StartLogging.says(format!("start the logging of {of}, or create a trail")))
            }
            SilentReason::CannotDeliver(_) => {
                Some(Code::RepairDelivery.says(format!("let {of} deliver again, or create a trail")))
            }
            _ => None,
        }
    })
}
