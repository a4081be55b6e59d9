//! How much AWS takes (semantics 2, 3.3), and the nearest that fits where it is too much.

use super::EditError;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::{Operator, Selector, Selectors};
use recording::{Inclusion, included};

/// Basic selectors of a trail (PutEventSelectors).
pub(super) const BASIC_SELECTORS: usize = 5;
/// Data resources over all basic selectors, "all of them" not counted (InvalidEventSelectorsException).
const DATA_RESOURCES: usize = 250;
/// Values over all conditions of all advanced selectors of a trail (PutEventSelectors).
const VALUES: usize = 500;
/// Advanced selectors of an event data store (CreateEventDataStore).
const STORE_SELECTORS: usize = 5;

/// Data resources that count: not those that stand for a whole service.
pub(super) fn data_resources(list: &[Selector]) -> usize {
    let resources = list.iter().filter_map(|one| match one {
        Selector::Basic(basic) => Some(&basic.data_resources),
        Selector::Advanced(_) => None,
    });
    let whole = |value: &&String| value.matches(':').count() > 2;
    resources.flatten().flat_map(|one| &one.values).filter(whole).count()
}

/// Values of all conditions.
pub(super) fn values(list: &[Selector]) -> usize {
    let fields = list.iter().filter_map(|one| match one {
        Selector::Advanced(advanced) => Some(&advanced.fields),
        Selector::Basic(_) => None,
    });
    let of = |condition: &cloudtrail::selector::Condition| -> usize {
        Operator::ALL.iter().map(|operator| condition.values(*operator).len()).sum()
    };
    fields.flatten().map(|one| of(&one.condition)).sum()
}

/// What there is too much of: its name, how many, and how many are taken.
pub(super) fn excess(list: &[Selector], recorder: RecorderKind) -> Option<(&'static str, usize, usize)> {
    let basic = list.iter().filter(|one| matches!(one, Selector::Basic(_))).count();
    let store = recorder == RecorderKind::EventDataStore;
    let all = [
        ("basic selectors", basic, BASIC_SELECTORS),
        ("data resources in basic selectors", data_resources(list), DATA_RESOURCES),
        ("values in advanced selectors", if store { 0 } else { values(list) }, VALUES),
        ("selectors of an event data store", if store { list.len() } else { 0 }, STORE_SELECTORS),
    ];
    all.into_iter().find(|(_, needed, allowed)| needed > allowed)
}

/// Refuses a list that is too long; one that was as long before passes.
pub(super) fn check(before: &Selectors, list: &[Selector], recorder: RecorderKind) -> Result<(), EditError> {
    let was = excess(&before.list, recorder);
    match excess(list, recorder) {
        Some((what, needed, _)) if was.is_some_and(|(same, had, _)| same == what && had >= needed) => Ok(()),
        Some((what, needed, allowed)) => {
            Err(EditError::DoesNotFit { what, needed, allowed, nearest: nearest(before, list) })
        }
        None => Ok(()),
    }
}

/// Which selectors of before could go, because the new ones record what they do.
fn nearest(before: &Selectors, list: &[Selector]) -> String {
    let new: Vec<Selector> = list.iter().filter(|one| !before.list.contains(one)).cloned().collect();
    let contained: Vec<String> = before
        .list
        .iter()
        .enumerate()
        .filter(|(_, one)| included(std::slice::from_ref(*one), &new) == Inclusion::Included)
        .map(|(at, one)| match one.name() {
            "" => format!("selector {at}"),
            name => format!("selector {at} \"{name}\""),
        })
        .collect();
    if contained.is_empty() {
        "use another trail, or thin out by hand what this one lists".to_owned()
    } else {
        format!("the new selectors record all that {} does: remove it by hand first", contained.join(" and "))
    }
}
