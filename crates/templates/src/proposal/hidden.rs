//! Recorders of a document that stands alone whose two sides look alike because both are in doubt: one doubt does not take back the other.

use super::{Assumed, Touched};
use crate::document::{Action, Document, Proposed, property};
use crate::selectors::{self, Read};
use crate::value::{Value, Why};
use audit::edit::narrows_within;
use cloudtrail::event::Event;
use recording::{Effort, Inclusion};

/// Steps that the comparison of two lists of selectors may take.
const EFFORT: u64 = 1_000_000;

/// The properties that decide what a recorder records, beside its selectors.
const FLAGS: [&str; 7] =
    [property::LOGGING, property::GLOBAL_EVENTS, property::INGESTION, REACH[0], REACH[1], REACH[2], REACH[3]];

/// Those that decide how far it reaches.
const REACH: [&str; 4] = [
    property::MULTI_REGION_TRAIL,
    property::ORGANIZATION_TRAIL,
    property::MULTI_REGION_STORE,
    property::ORGANIZATION_STORE,
];

const LISTS: [&str; 3] = [property::SELECTORS, property::ADVANCED_SELECTORS, property::DOCUMENT];

/// A recorder of which no verdict shows what the change does to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Its ARN, before and after.
    pub arn: String,
    /// The resource that it is, as a position in [`Document::resources`].
    pub resource: usize,
    /// What is hidden.
    pub what: What,
}

/// What a change may do where nobody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It narrows the selectors, wherever the recorder is: an event that only those before record.
    Narrows(Box<Event>),
    /// It may narrow them: they are unknown before and after, at least in part, and need not be the same.
    MayNarrow,
    /// It may let the recorder reach less far, which controls ask about whatever it records: that is unknown before and after, and need not be the same.
    MayReachLess,
    /// It changes the selectors and narrows nothing.
    Widens,
}

/// All of them.
pub(super) fn of(document: &Document, touched: &[Touched], assumed: Assumed) -> Vec<Hidden> {
    let stays =
        touched.iter().filter_map(|one| Some((one.resource, one.before.as_ref()?, one.after.as_ref()?)));
    let same = stays.filter(|(_, before, after)| before == after);
    let hidden = same.filter_map(|(resource, arn, _)| {
        let proposed = document.resources.get(resource)?;
        let what = of_one(proposed, assumed.account || assumed.region)?;
        Some(Hidden { arn: arn.clone(), resource, what })
    });
    hidden.collect()
}

fn of_one(resource: &Proposed, homeless: bool) -> Option<What> {
    if matches!(resource.action, Action::Keep | Action::Forget) {
        return None;
    }
    let (was, is) = (resource.before.as_ref()?, resource.after.as_ref()?);
    let names_a_home = homeless && [was, is].into_iter().any(selectors::names_a_home);
    let opens = |all: &Value, name: &str| all.get(name).is_some_and(is_open);
    let was_open = names_a_home || LISTS.into_iter().any(|name| opens(was, name));
    let may_differ = |name: &str| opens(is, name) && !resource.stays_as_it_is(name);
    if REACH.iter().filter(|name| opens(was, name)).any(|name| may_differ(name)) {
        return Some(What::MayReachLess);
    }
    // A file that does not say what a flag is leaves it as it is, whatever that is.
    let was_unsaid = |name: &str| was.get(name).is_some_and(|value| matches!(value, Value::Unknown(_)));
    let flags = FLAGS.iter().filter(|name| was_open || was_unsaid(name)).any(|name| may_differ(name));
    // Selectors may move from one list to the other.
    let lists = LISTS.iter().any(|name| opens(was, name)) && LISTS.iter().any(|name| may_differ(name));
    // What is unknown may be all that a flag ends.
    let ends = |name: &&&str| was.get(name) != is.get(name) && is.get(name) != Some(&Value::Bool(true));
    let is_open = was_open || FLAGS.iter().any(|name| opens(was, name));
    if flags || lists || is_open && FLAGS.iter().any(|name| ends(&name)) {
        return Some(What::MayNarrow);
    }
    if names_a_home { of_selectors(resource, was, is) } else { None }
}

/// What becomes of selectors that name an account or a Region, as they are written: wherever the recorder is, it is there before and after.
fn of_selectors(resource: &Proposed, was: &Value, is: &Value) -> Option<What> {
    let is_store = resource.kind == crate::document::Kind::EventDataStore;
    let (Read::Known(before, _), Read::Known(after, _)) =
        (selectors::read(was, is_store), selectors::read(is, is_store))
    else {
        return Some(What::MayNarrow);
    };
    if before == after {
        return None;
    }
    let mut effort = Effort::new(EFFORT);
    Some(match narrows_within(&before, &after, &mut effort) {
        Inclusion::Lost { witness, .. } => What::Narrows(witness),
        Inclusion::Undetermined { .. } => What::MayNarrow,
        Inclusion::Included => What::Widens,
    })
}

/// True iff a part of it is unknown, and is not said to stay as it is.
pub(crate) fn is_open(value: &Value) -> bool {
    match value {
        Value::Unknown(why) => *why != Why::NotSaid,
        Value::List(items) => items.iter().any(is_open),
        Value::Map(members) => members.values().any(is_open),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
    }
}
