//! Selectors as clauses: each clause is a box of events, one condition for each field it speaks about.

use cloudtrail::basic_value;
use cloudtrail::event::{Event, Field};
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Condition, DataResource, ReadWrite, Selector};
use std::borrow::Cow;

/// A recorder that may record at the place in question.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its selectors; `None` iff they could not be read, so that it may record anything.
    pub selectors: Option<&'a [Selector]>,
    /// True iff it is certain that it exists, reaches the place, is active and delivers. Where that is false the
    /// recorder is never counted as recording, but may turn a "no" into an "I do not know".
    pub certain: bool,
}

/// A set of events: those whose every named field meets its condition. A selector records an event iff one of its
/// clauses holds it.
#[derive(Clone, Debug)]
pub(crate) struct Clause<'a> {
    /// Position of the recorder among the candidates.
    pub(crate) candidate: usize,
    /// Position of the selector within the recorder.
    pub(crate) selector: usize,
    /// True iff the clause certainly records what it holds: nothing about the selector or the recorder is in doubt.
    pub(crate) sure: bool,
    /// At most one for each field.
    pub(crate) conditions: Vec<(Field, Cow<'a, Condition>)>,
}

impl<'a> Clause<'a> {
    /// The condition on `field`, if there is one.
    pub(crate) fn condition(&self, field: Field) -> Option<&Condition> {
        self.conditions.iter().find(|(of, _)| *of == field).map(|(_, condition)| condition.as_ref())
    }
}

impl Clause<'_> {
    /// The same clause, its conditions borrowed from this one.
    pub(crate) fn borrowed(&self) -> Clause<'_> {
        let conditions =
            self.conditions.iter().map(|(field, one)| (*field, Cow::Borrowed(one.as_ref()))).collect();
        Clause { conditions, ..*self }
    }

    /// The same clause with another condition on `field`, which it has.
    pub(crate) fn with(&self, field: Field, condition: Condition) -> Clause<'_> {
        let mut clause = self.borrowed();
        if let Some((_, one)) = clause.conditions.iter_mut().find(|(of, _)| *of == field) {
            *one = Cow::Owned(condition);
        }
        clause
    }

    /// True iff the clause holds the event with some caller or other, as far as the rest of the event goes.
    pub(crate) fn holds_whoever_calls(&self, event: &Event) -> bool {
        let others = self.conditions.iter().filter(|(field, _)| *field != Field::UserIdentityArn);
        others.into_iter().all(|(field, condition)| condition.turns_away(event.get(*field)).is_none())
    }

    /// True iff the clause holds the event.
    pub(crate) fn holds(&self, event: &Event) -> bool {
        let admits = |(field, condition): &(Field, Cow<'_, Condition>)| {
            condition.turns_away(event.get(*field)).is_none()
        };
        self.conditions.iter().all(admits)
    }
}

/// Every clause of every candidate, in order.
pub(crate) fn clauses<'a>(candidates: &[Candidate<'a>]) -> Vec<Clause<'a>> {
    let mut all = Vec::new();
    for (candidate, seen) in candidates.iter().enumerate() {
        let Some(selectors) = seen.selectors else {
            all.push(Clause { candidate, selector: 0, sure: false, conditions: Vec::new() });
            continue;
        };
        for (position, selector) in selectors.iter().enumerate() {
            let sure = seen.certain && selector.doubts().is_empty();
            let of_selector = |conditions| Clause { candidate, selector: position, sure, conditions };
            match selector {
                Selector::Advanced(advanced) => all.push(of_selector(of_advanced(advanced))),
                Selector::Basic(basic) => all.extend(of_basic(basic).into_iter().map(of_selector)),
            }
        }
    }
    all
}

fn of_advanced(selector: &AdvancedSelector) -> Vec<(Field, Cow<'_, Condition>)> {
    selector.fields.iter().map(|field| (field.field, Cow::Borrowed(&field.condition))).collect()
}

fn of_basic(selector: &BasicSelector) -> Vec<Vec<(Field, Cow<'_, Condition>)>> {
    // All entries of one kind are one clause: there may be hundreds, and they differ in nothing but their values.
    let mut by_kind: Vec<(&str, Vec<&DataResource>)> = Vec::new();
    for entry in &selector.data_resources {
        match by_kind.iter_mut().find(|(kind, _)| *kind == entry.kind) {
            Some((_, entries)) => entries.push(entry),
            None => by_kind.push((&entry.kind, vec![entry])),
        }
    }
    let data = by_kind.iter().map(|(kind, entries)| {
        vec![
            (Field::EventCategory, Cow::Owned(Condition::equals(["Data"]))),
            (Field::ResourcesType, Cow::Owned(Condition::equals([*kind]))),
            (Field::ResourcesArn, Cow::Owned(arn_condition(entries))),
        ]
    });
    let management = selector.include_management.then(|| {
        let not_equals = selector.exclude_management_sources.clone();
        vec![
            (Field::EventCategory, Cow::Owned(Condition::equals(["Management"]))),
            (Field::EventSource, Cow::Owned(Condition { not_equals, ..Condition::default() })),
        ]
    });
    let read_only = match selector.read_write {
        ReadWrite::All => None,
        ReadWrite::ReadOnly => Some("true"),
        ReadWrite::WriteOnly => Some("false"),
    };
    let mut boxes: Vec<Vec<_>> = data.chain(management).collect();
    for conditions in &mut boxes {
        conditions.extend(read_only.map(|value| (Field::ReadOnly, Cow::Owned(Condition::equals([value])))));
    }
    boxes
}

/// The values of entries of one kind as SELECT operators; entries without values select nothing.
fn arn_condition(entries: &[&DataResource]) -> Condition {
    let mut condition = Condition::default();
    for entry in entries {
        for value in &entry.values {
            let (operator, text) = basic_value(&entry.kind, value);
            condition.values_mut(operator).push(text);
        }
    }
    if condition.first_select().is_none() {
        // No ARN is empty, so this admits nothing, as `records` says of an entry without values.
        condition.equals.push(String::new());
    }
    condition
}
