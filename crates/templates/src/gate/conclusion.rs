//! What each part of a gate adds to its answer.

use super::{FaultKind, FunctionAnswer, Gate, Loss, Turn};
use crate::document::{About, Document, Doubt, Proposed, property};
use crate::value::Value;
use audit::answer::Conclusion;
use audit::controls::REQUIRED;
use audit::finding::Status;
use recording::State;

impl Loss {
    /// *No* iff it is certain; otherwise *undetermined*.
    #[must_use]
    pub const fn conclusion(&self) -> Conclusion {
        if self.certain { Conclusion::No } else { Conclusion::Undetermined }
    }
}

impl FunctionAnswer {
    /// True iff an exception accepts that it is not recorded.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.accepted && matches!(self.state, State::PartiallyRecorded | State::NotRecorded)
    }

    /// *No* iff it is made for certain, not all of its invocations will be recorded, and no exception accepts that.
    #[must_use]
    pub const fn conclusion(&self) -> Conclusion {
        match self.state {
            _ if self.is_accepted() => Conclusion::Yes,
            State::Recorded => Conclusion::Yes,
            State::Undetermined => Conclusion::Undetermined,
            State::PartiallyRecorded | State::NotRecorded if self.conditional => Conclusion::Undetermined,
            State::PartiallyRecorded | State::NotRecorded => Conclusion::No,
        }
    }
}

impl Turn {
    /// True iff an exception accepts that it is not recorded.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.accepted
            && matches!(
                (self.before, self.after),
                (State::Recorded | State::PartiallyRecorded, State::NotRecorded)
                    | (State::Recorded, State::PartiallyRecorded)
            )
    }

    /// *No* iff less is recorded than before for certain, and no exception accepts that.
    #[must_use]
    pub const fn conclusion(&self) -> Conclusion {
        match (self.before, self.after) {
            _ if self.is_accepted() => Conclusion::Yes,
            // What was not recorded at all cannot have got worse.
            (_, State::Recorded) | (State::NotRecorded, _) => Conclusion::Yes,
            (State::Undetermined, _) | (_, State::Undetermined) => Conclusion::Undetermined,
            // What was recorded in part may still be: by a recorder in doubt.
            (State::PartiallyRecorded, State::NotRecorded) if self.in_doubt => Conclusion::Undetermined,
            (State::Recorded, _) | (State::PartiallyRecorded, State::NotRecorded) => Conclusion::No,
            _ => Conclusion::Yes,
        }
    }
}

impl FaultKind {
    /// *Undetermined* iff the trail may not deliver any more, and no verdict says so; a fault by itself decides nothing.
    #[must_use]
    pub const fn conclusion(&self) -> Conclusion {
        match self {
            Self::BucketMadeAnew { .. } => Conclusion::Undetermined,
            Self::NoValidation | Self::ValidationOpen | Self::OneRegion | Self::BucketDeleted { .. } => {
                Conclusion::Nothing
            }
        }
    }
}

impl Gate {
    /// The required controls whose status differs: control, before, after, and what that adds to the answer.
    pub fn controls(&self) -> impl Iterator<Item = (&str, Status, Status, Conclusion)> {
        let required = self.drift.controls.iter().filter(|(id, ..)| REQUIRED.contains(&id.as_str()));
        required.map(|(id, before, after)| {
            let conclusion = match (before, after) {
                (_, Status::Pass | Status::NotApplicable) | (Status::Fail, _) => Conclusion::Yes,
                (Status::Undetermined, Status::Fail) | (_, Status::Undetermined) => Conclusion::Undetermined,
                (_, Status::Fail) => Conclusion::No,
            };
            (id.as_str(), *before, *after, conclusion)
        })
    }
}

/// True iff what is open may hide that something stops being recorded, or is not recorded, and no verdict shows it. The answer is at best
/// *undetermined* then.
#[must_use]
pub fn may_hide(doubt: &Doubt, document: &Document) -> bool {
    may_always_hide(doubt) || may_lose_accounts(doubt, document)
}

/// True iff a recorder reaches the accounts of an organization before the change, and may not reach them afterwards: no verdict is about
/// accounts of which nothing is known.
fn may_lose_accounts(doubt: &Doubt, document: &Document) -> bool {
    let names = [property::ORGANIZATION_TRAIL, property::ORGANIZATION_STORE];
    let Some(name) = names.into_iter().find(|name| doubt.path.strip_prefix("$.") == Some(name)) else {
        return false;
    };
    let reached = |one: &&Proposed| one.was(name).is_some_and(|was| *was != Value::Bool(false));
    let address = doubt.address.as_deref();
    document.resources.iter().filter(reached).any(|one| Some(one.address.as_str()) == address)
}

const fn may_always_hide(doubt: &Doubt) -> bool {
    match doubt.about {
        // One resource is somewhere, and nobody knows where; all of them are in one place that nothing names.
        About::NoAccount | About::NoRegion => doubt.address.is_some(),
        About::Incomplete(_)
        | About::NotLookedInto(_)
        | About::NotInInventory
        | About::OutsideInventory
        | About::WhichOne
        | About::Condition(_)
        | About::Count(_)
        | About::Twice(_) => true,
        About::Unknown(_)
        | About::Selectors(_)
        | About::SelectorsUnread(_)
        | About::NamesAHome
        | About::EmptiedSelectors
        | About::AlreadyThere
        | About::Differs
        | About::BucketReplaced
        | About::PolicyWithoutCloudTrail
        | About::PolicyDeleted
        | About::BucketUndelivered(_)
        | About::MayBeMended(_) => false,
    }
}
