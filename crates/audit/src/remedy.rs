//! What would mend a finding: the recorder that is nearest to recording what escapes, and what keeps it from doing so.

use crate::code::{Code, Coded};
use crate::finding::{Audit, Proof, Silent, SilentReason};
use crate::inventory::GapKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, ReadWrite, Selector};
use cloudtrail::{TurnedAway, event::Field};
use recording::{Candidate, Open, State, Subject, Why, decide};

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
        // What may not record at all would not be mended by other selectors.
        let recorder = candidates.get(by.by.candidate).filter(|one| one.certain)?.recorder?;
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
        // A selector that asks for no name settles what the names are.
        State::Undetermined if verdict.open != Some(Open::Names) => {
            let gaps = audit.deciding_gaps(proof);
            let refused = gaps.iter().map(|at| &audit.gaps[*at]).find(|gap| gap.kind == GapKind::Refused)?;
            Some(
                Code::AllowCall
                    .says(format!("allow {} (`invoketrail permissions audit --check`)", refused.call)),
            )
        }
        State::PartiallyRecorded | State::NotRecorded | State::Undetermined => {
            if let Some(stopped) = stopped(audit, proof) {
                let recorder = &audit.inventory.recorders[stopped];
                let told = format!("start the logging of {} {}", recorder.kind, recorder.name);
                return Some(Code::StartLogging.says(told));
            }
            let told = match nearest(audit, proof) {
                Some(near) => mend(audit, proof, near),
                None => repair(audit, proof).unwrap_or_else(|| Code::CreateTrail.says("create a trail")),
            };
            Some(told)
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
    let add = || Code::AddSelector.says(format!("add a selector for {kind} to {of}"));
    let known = recorder.selectors.known().and_then(|one| one.list.get(number));
    // Whatever else the selector asks may turn them away, too: only what is enough is advised.
    let is_enough = || {
        let loose = known.and_then(|one| without(one, near.turned));
        loose.is_some_and(|one| records_any(audit, proof, &[one]))
    };
    match (distance(near.turned), near.turned.field) {
        (2 | 3, _) if kind.is_empty() => {
            Code::AddManagementSelector.says(format!("add a selector for management events to {of}"))
        }
        (2 | 3, _) => add(),
        _ if !is_enough() => add(),
        (_, "ReadWriteType") => {
            Code::TakeWrites.says(format!("let selector {number} of {of} take write events too"))
        }
        (_, "DataResources.Values") => {
            Code::TakeAllOfType.says(format!("let selector {number} of {of} take all of {kind}"))
        }
        (_, field) => {
            let what = if matches!(known, Some(Selector::Basic(_))) { "member" } else { "condition" };
            Code::RemoveCondition.says(format!("remove the {field} {what} of {of}"))
        }
    }
}

/// The selector without the condition that turned the witness away; `None` iff that cannot be left out.
fn without(selector: &Selector, turned: TurnedAway) -> Option<Selector> {
    Some(match selector {
        Selector::Advanced(one) => {
            let fields = one.fields.iter().filter(|field| field.field.as_str() != turned.field).cloned();
            Selector::Advanced(AdvancedSelector { fields: fields.collect(), ..one.clone() })
        }
        Selector::Basic(one) if turned.field == "ReadWriteType" => {
            Selector::Basic(BasicSelector { read_write: ReadWrite::All, ..one.clone() })
        }
        Selector::Basic(_) => return None,
    })
}

/// True iff these selectors alone record every invocation of any resource of the verdict's type at its place.
fn records_any(audit: &Audit<'_>, proof: Proof, list: &[Selector]) -> bool {
    let escape = audit.verdicts[proof.verdict].escape.as_ref();
    let Some(resource) = escape.and_then(|escape| escape.witness.resource.as_ref()) else { return false };
    let Some(kind) = ResourceType::parse(&resource.kind) else {
        return false;
    };
    let place = &audit.places[proof.place];
    let (account, region) = (place.account, place.region);
    let subject = Subject::Any { kind, partition: &audit.inventory.partition, account, region };
    decide(&[Candidate { selectors: Some(list), certain: true }], subject).state == State::Recorded
}

/// True iff the trail delivers there once it logs, as far as its status says, and that of others which deliver to the same bucket.
fn delivers(audit: &Audit<'_>, proof: Proof, trail: &str) -> bool {
    let place = &audit.places[proof.place];
    let recorder = audit.inventory.recorder(trail).map(|at| &audit.inventory.recorders[at]);
    let errors = recorder.map(|one| audit.inventory.bucket_errors(one)).unwrap_or_default();
    if errors.contains_key(&(place.account, place.region)) {
        return false;
    }
    let seen = audit.inventory.place(place.account, place.region);
    let seen = seen.and_then(|at| audit.inventory.places.get(at)).and_then(|place| place.trails.known());
    let status =
        seen.and_then(|all| all.iter().find(|one| one.trail == trail)).and_then(|one| one.status.known());
    status.is_some_and(|status| status.delivery_error.is_none())
}

/// Recorders with a fault of their own that are looked at for one finding: each is a question of its own.
const REPAIRS: usize = 3;

/// The first recorder that fails the place by such a fault, and alone would record all resources of the verdict's type there.
fn faulty(audit: &Audit<'_>, proof: Proof, is: impl Fn(&Silent) -> bool) -> Option<usize> {
    let all = audit.places[proof.place].silent.iter().filter(|silent| is(silent));
    all.map(|silent| silent.recorder).take(REPAIRS).find(|recorder| {
        let list = audit.inventory.recorders[*recorder].selectors.known();
        list.is_some_and(|all| records_any(audit, proof, &all.list))
    })
}

/// The trail that was stopped, and records all that escapes once it logs again: position in [`crate::inventory::Inventory::recorders`].
#[must_use]
pub fn stopped(audit: &Audit<'_>, proof: Proof) -> Option<usize> {
    faulty(audit, proof, |silent| {
        let recorder = &audit.inventory.recorders[silent.recorder];
        silent.reason == SilentReason::NotLogging && delivers(audit, proof, &recorder.arn)
    })
}

/// Where no selector is near: a recorder that fails the place by a fault of its own.
fn repair(audit: &Audit<'_>, proof: Proof) -> Option<Coded> {
    let broken = faulty(audit, proof, |silent| matches!(silent.reason, SilentReason::CannotDeliver(_)))?;
    let recorder = &audit.inventory.recorders[broken];
    let of = format!("{} {}", recorder.kind, recorder.name);
    Some(Code::RepairDelivery.says(format!("let {of} deliver again, or create a trail")))
}
