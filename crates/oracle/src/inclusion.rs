//! Is everything that some selectors record recorded by others? Answered by looking at every event that they could tell
//! apart.
//!
//! Selectors compare texts with their values, from the front, from the back, or whole. So every text is treated like a
//! value, or like *value, a letter that no value has, value*: those are the texts tried here. As in [`crate::enumerate`],
//! every rule looks at one [`Aspect`] alone, so the different notes of the aspects are walked through, not the events.

use crate::naive::{Aspect, passes};
use cloudtrail::event::Field;
use cloudtrail::selector::{Condition, Operator, Selector};
use std::collections::BTreeSet;

/// What can happen to an event that the first selectors record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Some event that a first selector certainly records passes none of the second ones.
    pub certain: bool,
    /// Some event that a first selector may record is certainly recorded by none of the second ones.
    pub possible: bool,
}

/// A letter that no value of the generated worlds has.
const FRESH: char = '~';

/// What is lost of what `a` records where `b` takes its place. A selector of `a` that stands in `b` loses nothing.
#[must_use]
pub fn losses(a: &[Selector], b: &[Selector]) -> Losses {
    let all: Vec<&Selector> = a.iter().chain(b).collect();
    assert!(all.len() <= 64, "at most 64 selectors");
    let bits = |of: &dyn Fn(usize) -> bool| -> u64 {
        (0..all.len()).filter(|at| of(*at)).fold(0, |bits, at| bits | 1 << at)
    };
    let sure = |at: usize| all[at].doubts().is_empty();
    let asked = bits(&|at| at < a.len() && !b.contains(all[at]));
    let others = bits(&|at| at >= a.len());
    let (sure_asked, sure_others) = (asked & bits(&sure), others & bits(&sure));
    let mut losses = Losses::default();
    for passing in notes(&all) {
        losses.certain |= passing & sure_asked != 0 && passing & others == 0;
        losses.possible |= passing & asked != 0 && passing & sure_others == 0;
    }
    losses
}

/// For every event, which selectors let all of it pass.
fn notes(all: &[&Selector]) -> BTreeSet<u64> {
    let note = |aspect: &Aspect<'_>| -> u64 {
        let passing = all.iter().enumerate().filter(|(_, one)| passes(one, aspect));
        passing.fold(0, |bits, (at, _)| bits | 1 << at)
    };
    let mut product: BTreeSet<u64> = abouts(all, &note);
    let names: BTreeSet<u64> =
        texts(all, Field::EventName).iter().map(|text| note(&Aspect::Name(text))).collect();
    let types = texts(all, Field::EventType).iter().map(|text| note(&Aspect::Type(text))).collect();
    let principals = texts(all, Field::UserIdentityArn);
    let principals = principals.iter().map(|text| Some(text.as_str())).chain([None]);
    let principals = principals.map(|text| note(&Aspect::Principal(text))).collect();
    let console = [true, false].into_iter().map(|yes| note(&Aspect::Console(yes))).collect();
    let network = BTreeSet::from([note(&Aspect::NetworkFields)]);
    for factor in [names, types, principals, console, network] {
        product = product.iter().flat_map(|one| factor.iter().map(move |other| one & other)).collect();
    }
    product
}

fn abouts(all: &[&Selector], note: &dyn Fn(&Aspect<'_>) -> u64) -> BTreeSet<u64> {
    let (categories, sources) = (texts(all, Field::EventCategory), texts(all, Field::EventSource));
    let (kinds, arns) = (texts(all, Field::ResourcesType), texts(all, Field::ResourcesArn));
    let mut resources = vec![None];
    resources.extend(
        kinds.iter().flat_map(|kind| arns.iter().map(move |arn| Some((kind.as_str(), arn.as_str())))),
    );
    let mut found = BTreeSet::new();
    for category in &categories {
        for source in &sources {
            for read_only in [true, false] {
                found.extend(resources.iter().map(|resource| {
                    note(&Aspect::About { category, source, read_only, resource: *resource })
                }));
            }
        }
    }
    found
}

/// Every text of the field that the selectors could tell from others.
fn texts(all: &[&Selector], field: Field) -> BTreeSet<String> {
    let (mut whole, mut starts, mut ends) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    starts.insert(String::new());
    ends.insert(String::new());
    for selector in all {
        match selector {
            Selector::Advanced(advanced) => {
                let conditions = advanced.fields.iter().filter(|one| one.field == field);
                for condition in conditions.map(|one| &one.condition) {
                    whole.extend(values(condition, [Operator::Equals, Operator::NotEquals]));
                    starts.extend(values(condition, [Operator::StartsWith, Operator::NotStartsWith]));
                    ends.extend(values(condition, [Operator::EndsWith, Operator::NotEndsWith]));
                }
            }
            Selector::Basic(basic) => match field {
                Field::EventCategory => whole.extend(["Data", "Management"].map(str::to_owned)),
                Field::EventSource => whole.extend(basic.exclude_management_sources.iter().cloned()),
                Field::ResourcesType => whole.extend(basic.data_resources.iter().map(|one| one.kind.clone())),
                Field::ResourcesArn => {
                    for value in basic.data_resources.iter().flat_map(|one| &one.values) {
                        whole.insert(value.clone());
                        starts.extend([value.clone(), format!("{value}:")]);
                    }
                }
                _ => {}
            },
        }
    }
    let mixed = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{FRESH}{end}")));
    whole.into_iter().filter(|text| !text.is_empty()).chain(mixed).collect()
}

fn values(condition: &Condition, operators: [Operator; 2]) -> impl Iterator<Item = String> {
    operators.into_iter().flat_map(|operator| condition.values(operator)).cloned()
}
