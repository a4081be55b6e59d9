//! Edits that record less on purpose: leaving functions out, and taking that back.

use super::{EditError, convert::to_advanced, written};
use cloudtrail::event::Field;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{
    AdvancedSelector, Condition, DataResource, FieldSelector, Operator, Selector, Selectors,
};

/// The selectors without the events on resources of `kind` with these unqualified ARNs. All else is recorded as before.
///
/// # Errors
/// [`EditError`] where it does not fit, or a selector that may record them is not understood.
pub fn exclude(
    selectors: &Selectors,
    kind: ResourceType,
    arns: &[String],
    recorder: RecorderKind,
) -> Result<Selectors, EditError> {
    let excluded = edit(selectors, kind, recorder, |condition| {
        for arn in arns {
            // One that the condition does not admit anyway needs no value.
            if condition.turns_away(Some(arn)).is_none() {
                condition.not_equals.push(arn.clone());
            }
        }
        true
    });
    if !matches!(excluded, Err(EditError::DoesNotFit { .. })) {
        return excluded;
    }
    // Where there is no room for more values, one that is listed goes out of its list, which makes room.
    edit(selectors, kind, recorder, |condition| {
        for arn in arns {
            if condition.turns_away(Some(arn)).is_some() {
                continue;
            }
            let mut shorter = condition.clone();
            shorter.equals.retain(|value| value != arn);
            let selects = [&shorter.equals, &shorter.starts_with, &shorter.ends_with];
            if selects.iter().all(|values| values.is_empty()) && !condition.equals.is_empty() {
                return false;
            }
            *condition = shorter;
            if condition.turns_away(Some(arn)).is_none() {
                condition.not_equals.push(arn.clone());
            }
        }
        true
    })
}

/// The selectors with these ARNs no longer left out by name: the inverse of [`exclude`] on advanced selectors.
///
/// # Errors
/// As [`exclude`].
pub fn include_again(
    selectors: &Selectors,
    kind: ResourceType,
    arns: &[String],
    recorder: RecorderKind,
) -> Result<Selectors, EditError> {
    if selectors.list.iter().all(|one| matches!(one, Selector::Basic(_))) {
        return written(selectors, selectors.list.clone(), recorder);
    }
    edit(selectors, kind, recorder, |condition| {
        condition.not_equals.retain(|value| !arns.contains(value));
        true
    })
}

/// Of the events on resources of `kind`, only those on these ARNs stay recorded, as far as they are today.
///
/// # Errors
/// As [`exclude`]; [`EditError::NothingLeft`] where no selector would be left.
pub fn keep_only(
    selectors: &Selectors,
    kind: ResourceType,
    arns: &[String],
    recorder: RecorderKind,
) -> Result<Selectors, EditError> {
    edit(selectors, kind, recorder, |condition| {
        let admitted: Vec<String> =
            arns.iter().filter(|arn| condition.turns_away(Some(arn)).is_none()).cloned().collect();
        // SELECT operators are joined by *or*: the list replaces them. None of it is hit by a DESELECT operator.
        *condition = Condition::equals(admitted);
        !condition.equals.is_empty()
    })
}

/// The selectors without any event on resources of `kind`.
///
/// # Errors
/// As [`keep_only`].
pub fn without(
    selectors: &Selectors,
    kind: ResourceType,
    recorder: RecorderKind,
) -> Result<Selectors, EditError> {
    let is_basic = selectors.list.iter().all(|one| matches!(one, Selector::Basic(_)));
    if is_basic && selectors.list.iter().all(|one| one.doubts().is_empty()) {
        let list = selectors.list.iter().filter_map(|one| basic_without(one, kind)).collect();
        return left(selectors, list, recorder);
    }
    edit(selectors, kind, recorder, |_| false)
}

/// A basic selector without the type; `None` iff it records nothing else.
pub(super) fn basic_without(selector: &Selector, kind: ResourceType) -> Option<Selector> {
    let Selector::Basic(basic) = selector else { return Some(selector.clone()) };
    let mut basic = basic.clone();
    let is_kind = |one: &DataResource| one.kind == kind.as_str();
    if !basic.data_resources.iter().any(is_kind) {
        return Some(selector.clone());
    }
    basic.data_resources.retain(|one| !is_kind(one));
    (basic.include_management || !basic.data_resources.is_empty()).then_some(Selector::Basic(basic))
}

/// Edits the condition on `resources.ARN` of every selector that records events of `kind`; one for which `change` says
/// false goes.
fn edit(
    selectors: &Selectors,
    kind: ResourceType,
    recorder: RecorderKind,
    mut change: impl FnMut(&mut Condition) -> bool,
) -> Result<Selectors, EditError> {
    let mut list = Vec::new();
    let converted = if selectors.list.iter().any(|one| concerns_basic(one, kind)) {
        to_advanced(&selectors.list)?
    } else {
        selectors.list.clone()
    };
    for (at, one) in converted.into_iter().enumerate() {
        match one {
            Selector::Advanced(advanced) if concerns(&advanced, kind) => {
                if let Some(doubt) = advanced.doubts.first() {
                    return Err(EditError::NotUnderstood { selector: at, doubt: doubt.to_string() });
                }
                list.extend(edited(advanced, &mut change).map(Selector::Advanced));
            }
            other => list.push(other),
        }
    }
    left(selectors, list, recorder)
}

fn edited(
    mut one: AdvancedSelector,
    change: &mut impl FnMut(&mut Condition) -> bool,
) -> Option<AdvancedSelector> {
    let at = one.fields.iter().position(|field| field.field == Field::ResourcesArn);
    let mut condition = at.map(|at| one.fields[at].condition.clone()).unwrap_or_default();
    if !change(&mut condition) {
        return None;
    }
    let empty = Operator::ALL.iter().all(|operator| condition.values(*operator).is_empty());
    match at {
        Some(at) if empty => drop(one.fields.remove(at)),
        Some(at) => one.fields[at].condition = condition,
        None if empty => {}
        None => one.fields.push(FieldSelector { field: Field::ResourcesArn, condition }),
    }
    Some(one)
}

/// True iff the selector may record data events of the kind.
pub(super) fn concerns(selector: &AdvancedSelector, kind: ResourceType) -> bool {
    let admits =
        |field, text| selector.condition(field).is_none_or(|one| one.turns_away(Some(text)).is_none());
    admits(Field::EventCategory, "Data") && admits(Field::ResourcesType, kind.as_str())
}

fn concerns_basic(selector: &Selector, kind: ResourceType) -> bool {
    match selector {
        Selector::Basic(basic) => basic.data_resources.iter().any(|one| one.kind == kind.as_str()),
        Selector::Advanced(_) => false,
    }
}

/// The selectors with `list` in their place, which records less of one kind.
///
/// # Errors
/// As [`keep_only`].
pub(crate) fn reduced(
    before: &Selectors,
    list: Vec<Selector>,
    recorder: RecorderKind,
) -> Result<Selectors, EditError> {
    left(before, list, recorder)
}

/// The list, if anything is left of it. An empty list would be taken for the default of a new trail.
fn left(before: &Selectors, list: Vec<Selector>, recorder: RecorderKind) -> Result<Selectors, EditError> {
    if list.is_empty() {
        return Err(EditError::NothingLeft);
    }
    written(before, list, recorder)
}
