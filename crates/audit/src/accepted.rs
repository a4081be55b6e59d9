//! Accepted exceptions at work: which functions they excuse, and the verdict over all others.
//!
//! An exception never turns a verdict: a function under one is still `not_recorded`. It changes what a control makes of it.

use crate::exception::{Exception, place_of};
use crate::resource_ref::ResourceRef;
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Selector};
use std::collections::{BTreeMap, HashMap};

/// An exception, as it stands on the day of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// What was declared.
    pub exception: &'a Exception,
    /// True iff it still holds: only then does it excuse anything.
    pub holds: bool,
    /// The functions it names that were seen and of which something certainly escapes, ascending.
    pub functions: Vec<ResourceRef>,
    /// How many of the functions it names were seen and are recorded all the same.
    pub recorded: usize,
}

/// The functions that exceptions name, ready to be asked about.
#[derive(Debug, Default)]
pub(crate) struct Register<'a> {
    exceptions: Vec<(&'a Exception, bool)>,
    /// By ARN: the first exception that holds and names it, else the first that names it.
    by_arn: HashMap<&'a str, usize>,
    /// ARNs of functions under exceptions that hold, by account and Region.
    by_place: BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
}

impl<'a> Register<'a> {
    pub(crate) fn new(exceptions: &'a [Exception], today: &str) -> Self {
        let mut register = Register::default();
        for exception in exceptions {
            let holds = exception.holds_on(today);
            let at = register.exceptions.len();
            register.exceptions.push((exception, holds));
            for arn in &exception.functions {
                let known = register.by_arn.entry(arn).or_insert(at);
                if holds && !register.exceptions[*known].1 {
                    *known = at;
                }
                if holds && let Some(place) = place_of(arn) {
                    register.by_place.entry(place).or_default().push(arn);
                }
            }
        }
        register
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// The exception that the function of this ARN stands under, by position.
    pub(crate) fn of(&self, arn: &str) -> Option<usize> {
        self.by_arn.get(arn).copied()
    }

    /// A selector that records the invocations of exactly the functions excused at the place; `None` iff none is. Deciding
    /// with it beside the recorders decides about all functions but those.
    pub(crate) fn excused(&self, account: &str, region: &str) -> Option<Selector> {
        let arns = self.by_place.get(&(account, region))?;
        let one = |field, values: Vec<String>| FieldSelector { field, condition: Condition::equals(values) };
        let fields = vec![
            one(Field::EventCategory, vec!["Data".to_owned()]),
            one(Field::ResourcesType, vec![ResourceType::Function.as_str().to_owned()]),
            one(Field::ResourcesArn, arns.iter().map(|arn| (*arn).to_owned()).collect()),
        ];
        Some(Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() }))
    }

    pub(crate) fn into_accepted(self) -> Vec<Accepted<'a>> {
        let accepted = self.exceptions.into_iter().map(|(exception, holds)| Accepted {
            exception,
            holds,
            functions: Vec::new(),
            recorded: 0,
        });
        accepted.collect()
    }
}
