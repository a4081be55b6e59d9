//! Three lists of selectors: what stood there first, what a plan set, and what others have made of it since.

use crate::edit::to_advanced;
use cloudtrail::event::Field;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Operator, Selector, Selectors};
use std::collections::BTreeSet;

/// What they come to without what the plan did; `None` iff it is mixed with what others did.
pub(super) fn merged_selectors(
    first: &Selectors,
    set: &Selectors,
    live: &Selectors,
) -> Option<Vec<Selector>> {
    let all = [first, set, live];
    if all.iter().any(|one| one.list.iter().any(|one| !one.doubts().is_empty())) {
        return None;
    }
    let [first, set, live] = all.map(|one| one.list.as_slice());
    let is_basic = |list: &[Selector]| list.iter().any(|one| matches!(one, Selector::Basic(_)));
    let basic = [first, set, live].map(is_basic);
    let plainly = if basic.iter().all(|one| *one == basic[0]) { merged(first, set, live) } else { None };
    // A trail keeps selectors of one kind; those of the other record the same once they are converted.
    let list = match plainly {
        Some(list) => list,
        None if basic.contains(&true) => {
            let convert = |list: &[Selector]| to_advanced(list).ok();
            merged(&convert(first)?, &convert(set)?, &convert(live)?)?
        }
        None => return None,
    };
    (!list.is_empty()).then_some(list)
}

fn merged(first: &[Selector], set: &[Selector], live: &[Selector]) -> Option<Vec<Selector>> {
    let only = |list: &[Selector], other: &[Selector]| -> Vec<Selector> {
        list.iter().filter(|one| !other.contains(one)).cloned().collect()
    };
    let (ours, gone, theirs) = (only(set, first), only(first, set), only(live, set));
    // What others took away of what was not ours may have been recorded by ours, and the other way round.
    let mut taken = set.iter().filter(|one| first.contains(one) && !live.contains(one));
    if taken.any(|one| ours.iter().chain(&gone).any(|own| may_overlap(own, one))) {
        return None;
    }
    let (mut list, mut settled) = (live.to_vec(), Vec::new());
    for own in &ours {
        if let Some(at) = list.iter().position(|one| one == own) {
            list.remove(at);
            continue;
        }
        let was = counterpart(own, &gone, &ours)?;
        let Some(edited) = counterpart(own, &theirs, &ours)? else {
            // Others took away what the plan had made of an earlier one: nobody knows what they would have left of that.
            if was.is_some() {
                return None;
            }
            continue;
        };
        let at = list.iter().position(|one| one == edited)?;
        match (was, edited) {
            (Some(was), _) => list[at] = back(was, own, edited)?,
            // What others chose in the place of what the plan had added is theirs, also where it records less.
            (None, _) => return None,
        }
        settled.extend(was);
    }
    let missing: Vec<Selector> =
        gone.iter().filter(|one| !settled.contains(one) && !list.contains(one)).cloned().collect();
    list.extend(missing);
    Some(list)
}

/// The selector about the same events in that list: `Some(None)` iff there is none, `None` iff it may be one of several.
fn counterpart<'s>(one: &Selector, list: &'s [Selector], ours: &[Selector]) -> Option<Option<&'s Selector>> {
    let same: Vec<&Selector> = list.iter().filter(|other| may_overlap(one, other)).collect();
    let alone = ours.iter().filter(|other| may_overlap(one, other)).count() == 1;
    match same.as_slice() {
        [] => Some(None),
        [other] if alone => Some(Some(other)),
        _ => {
            let mut named = same.into_iter().filter(|other| is_named(one, other));
            named.next().filter(|_| named.next().is_none()).map(Some)
        }
    }
}

fn is_named(one: &Selector, other: &Selector) -> bool {
    match (one, other) {
        (Selector::Advanced(one), Selector::Advanced(other)) => {
            !one.name.is_empty() && one.name == other.name
        }
        _ => false,
    }
}

/// False iff their categories or types say that no event is in both.
fn may_overlap(one: &Selector, other: &Selector) -> bool {
    let (Selector::Advanced(one), Selector::Advanced(other)) = (one, other) else { return true };
    [Field::EventCategory, Field::ResourcesType].into_iter().all(|field| {
        let values =
            |one: &AdvancedSelector| one.condition(field).map(|one| one.equals.clone()).unwrap_or_default();
        let (one, other) = (values(one), values(other));
        one.is_empty() || other.is_empty() || one.iter().any(|value| other.contains(value))
    })
}

/// What others made of `own`, without what the plan had made of `was`.
fn back(was: &Selector, own: &Selector, edited: &Selector) -> Option<Selector> {
    let (Selector::Advanced(was), Selector::Advanced(own), Selector::Advanced(edited)) = (was, own, edited)
    else {
        return None;
    };
    let name = if edited.name == own.name { &was.name } else { &edited.name };
    let all = [edited, was, own].into_iter().flat_map(|one| &one.fields).map(|one| one.field);
    let (mut seen, mut fields) = (BTreeSet::new(), Vec::new());
    for field in all.filter(|field| seen.insert(field.as_str())) {
        let of = |one: &AdvancedSelector| one.condition(field).cloned().unwrap_or_default();
        let condition = back_in(&of(was), &of(own), &of(edited))?;
        if condition != Condition::default() {
            fields.push(FieldSelector { field, condition });
        }
    }
    Some(Selector::Advanced(AdvancedSelector { name: name.clone(), fields, doubts: Vec::new() }))
}

fn back_in(was: &Condition, own: &Condition, edited: &Condition) -> Option<Condition> {
    if edited == own {
        return Some(was.clone());
    }
    if own == was || edited == was {
        return Some(edited.clone());
    }
    // A list of what is let in means everything once it is empty, so its values are not taken one by one.
    let lets_in = [Operator::Equals, Operator::StartsWith, Operator::EndsWith];
    if lets_in.iter().any(|operator| {
        let values = [was, own, edited].map(|one| one.values(*operator));
        values[0] != values[1] || values[1] != values[2]
    }) {
        return None;
    }
    let turned = |was: &[String], own: &[String], edited: &[String]| {
        let mut values: Vec<String> =
            edited.iter().filter(|one| !own.contains(one) || was.contains(one)).cloned().collect();
        values.extend(was.iter().filter(|one| !own.contains(one) && !edited.contains(one)).cloned());
        values
    };
    Some(Condition {
        not_equals: turned(&was.not_equals, &own.not_equals, &edited.not_equals),
        not_starts_with: turned(&was.not_starts_with, &own.not_starts_with, &edited.not_starts_with),
        not_ends_with: turned(&was.not_ends_with, &own.not_ends_with, &edited.not_ends_with),
        ..edited.clone()
    })
}
