//! Accepted exceptions at work: which functions they excuse, and the verdict over all others.
//!
//! An exception never turns a verdict: a function under one is still `not_recorded`. It changes what a control makes of it.

use crate::controls::ABOUT_INVOCATIONS;
use crate::exception::matching::{Match, Rest};
use crate::exception::{Accepted, Exception, place_of};
use crate::finding::{Audit, ControlResult, Finding, Status};
use crate::inventory::Inventory;
use cloudtrail::event::Field;
use cloudtrail::recorder::Seen;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Selector};
use recording::arn_prefix;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// About how many patterns of exceptions it is decided at one account and Region what they leave over of new functions.
const PATTERNS: usize = 2_000;

/// The functions that exceptions name, ready to be asked about.
#[derive(Debug, Default)]
pub(crate) struct Register<'a> {
    exceptions: Vec<(&'a Exception, bool)>,
    /// By ARN: the first exception that holds and names it, else the first that names it.
    by_arn: HashMap<&'a str, usize>,
    /// ARNs of functions under exceptions that hold, by account and Region.
    by_place: BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
    /// Functions with the tags that the `match` of an exception asks for, by its position.
    tagged: HashMap<usize, BTreeSet<&'a str>>,
}

impl<'a> Register<'a> {
    /// Tags are looked at where the inventory has them.
    pub(crate) fn new(exceptions: &'a [Exception], today: &str, inventory: &'a Inventory) -> Self {
        let mut register = Register::default();
        for exception in exceptions {
            let holds = exception.holds_on(today);
            let at = register.exceptions.len();
            register.exceptions.push((exception, holds));
            if let Some(tagged) = exception.matched.as_deref().and_then(|one| tagged(one, inventory)) {
                // As if they were named: what is new has no tags yet.
                for place in tagged.iter().filter(|_| holds).filter_map(|arn| Some((place_of(arn)?, *arn))) {
                    register.by_place.entry(place.0).or_default().push(place.1);
                }
                register.tagged.insert(at, tagged);
            }
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

    /// The exception that a resource stands under: `named` names it, or the `match` of one accepts that it is not recorded. The first
    /// that holds, else the first.
    pub(crate) fn with_match(
        &self,
        named: Option<usize>,
        control: &str,
        arn: &str,
        here: &[usize],
    ) -> Option<usize> {
        let accepts = |at: &&usize| {
            let matched = self.exceptions[**at].0.matched.as_ref();
            let is_tagged = |one: &Match| match self.tagged.get(*at) {
                Some(tagged) => tagged.contains(arn),
                None => one.tags.is_empty(),
            };
            matched.is_some_and(|one| one.names(control) && one.fits(arn) && is_tagged(one))
        };
        let all = here.iter().filter(accepts).copied().chain(named);
        all.min_by_key(|at| (!self.exceptions[*at].1, *at))
    }

    /// Those with a `match` that may accept something in this account and Region, in the order of the file.
    pub(crate) fn matching_at(&self, account: &str, region: &str) -> Vec<usize> {
        let is_at = |at: &usize| {
            self.exceptions[*at].0.matched.as_ref().is_some_and(|one| one.is_at(account, region))
        };
        (0..self.exceptions.len()).filter(is_at).collect()
    }

    /// A selector that records the invocations of exactly the functions excused by name at the place; none iff none is. Deciding
    /// with it beside the recorders decides about all functions but those.
    pub(crate) fn excused(&self, account: &str, region: &str) -> Option<Selector> {
        let arns = self.by_place.get(&(account, region))?;
        let arns: Vec<String> = arns.iter().map(|arn| (*arn).to_owned()).collect();
        Some(of_functions(Condition { equals: arns, ..Condition::default() }))
    }

    /// As [`Register::excused`], for the functions that a `match` accepts, whether they exist or not, and the exceptions.
    /// `prefix` begins every ARN at the place. `None` iff more patterns are about the place than are decided about.
    pub(crate) fn matched(
        &self,
        account: &str,
        region: &str,
        prefix: &str,
    ) -> Option<(Vec<Selector>, Vec<usize>)> {
        // One selector for each operator: as many of them as there are patterns would be decided one by one.
        let (mut all, mut by): ([Condition; 3], Vec<usize>) = Default::default();
        for at in self.matching_at(account, region) {
            let (exception, holds) = self.exceptions[at];
            let about = |one: &&Match| one.names(ABOUT_INVOCATIONS[0]) && one.tags.is_empty();
            let Some(matched) = exception.matched.as_deref().filter(about).filter(|_| holds) else {
                continue;
            };
            let rests = matched.after(prefix).unwrap_or_else(|| vec![Rest::Any]);
            if !rests.is_empty() {
                by.push(at);
            }
            let [equals, begins, ends] = &mut all;
            for rest in rests {
                match rest {
                    Rest::Any => begins.starts_with.push(prefix.to_owned()),
                    Rest::Equals(rest) => equals.equals.push(format!("{prefix}{rest}")),
                    Rest::StartsWith(rest) => begins.starts_with.push(format!("{prefix}{rest}")),
                    Rest::EndsWith(rest) => ends.ends_with.push(rest.to_owned()),
                }
            }
        }
        let patterns: usize =
            all.iter().map(|one| one.equals.len() + one.starts_with.len() + one.ends_with.len()).sum();
        let asked = all.into_iter().filter(|one| *one != Condition::default());
        (patterns <= PATTERNS).then(|| (asked.map(of_functions).collect(), by))
    }

    pub(crate) fn into_accepted(self) -> Vec<Accepted<'a>> {
        let accepted = self.exceptions.into_iter().map(|(exception, holds)| Accepted {
            exception,
            holds,
            functions: Vec::new(),
            recorded: 0,
            others: Vec::new(),
            matched: None,
        });
        accepted.collect()
    }
}

/// A selector of data events of the functions whose ARN is so.
fn of_functions(arn: Condition) -> Selector {
    let one = |field, value: &str| FieldSelector { field, condition: Condition::equals([value]) };
    let fields = vec![
        one(Field::EventCategory, "Data"),
        one(Field::ResourcesType, ResourceType::Function.as_str()),
        FieldSelector { field: Field::ResourcesArn, condition: arn },
    ];
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

/// Whether one with a `match` is about any finding: not known where something it may be about was not read.
pub(crate) fn tell_matched(audit: &mut Audit<'_>) {
    for at in 0..audit.accepted.len() {
        let Some(one) = &audit.accepted[at].exception.matched else { continue };
        let about = |control: &&ControlResult| one.names(control.id);
        let findings: Vec<&Finding> =
            audit.controls.iter().filter(about).flat_map(|control| &control.findings).collect();
        let found = findings.iter().any(|finding| finding.exception == Some(at));
        let open = findings.iter().any(|finding| finding.status == Status::Undetermined)
            || audit.places.iter().flat_map(|place| &place.planes).any(|plane| !plane.gaps.is_empty())
            || !one.tags.is_empty() && !all_tags_read(audit, one);
        let is_no_place = audit.places.is_empty();
        audit.accepted[at].matched =
            if found { Some(true) } else { (!open && !is_no_place).then_some(false) };
    }
}

fn all_tags_read(audit: &Audit<'_>, one: &Match) -> bool {
    let inventory = audit.inventory;
    let is_read = |arn: &str| matches!(inventory.extra.tags_of(arn), Some(Seen::Known(_)));
    let of_functions = || !one.asks_for_function_tags() || one.functions(inventory).all(is_read);
    let about_functions_alone = one.controls.iter().all(|control| control.starts_with("lambda-"));
    let of_recorders = || about_functions_alone || inventory.recorders.iter().all(|one| is_read(&one.arn));
    of_functions() && of_recorders()
}

/// The functions of which that accepts that they are not recorded because of their tags; `None` iff it does not look at tags, or not
/// at this.
fn tagged<'a>(one: &Match, inventory: &'a Inventory) -> Option<BTreeSet<&'a str>> {
    let asks = !one.tags.is_empty() && one.names(ABOUT_INVOCATIONS[0]);
    asks.then(|| one.functions(inventory).filter(|arn| one.has_tags(arn, inventory)).collect())
}

/// Selectors that record exactly the invocations of functions at that account and Region, existing or not, of which exceptions with a `match` that
/// hold accept that they are not recorded.
#[must_use]
pub fn matched_at(
    exceptions: &[Exception],
    today: &str,
    inventory: &Inventory,
    account: &str,
    region: &str,
) -> Vec<Selector> {
    let register = Register::new(exceptions, today, inventory);
    let prefix = arn_prefix(ResourceType::Function, &inventory.partition, account, region);
    register.matched(account, region, &prefix).map(|(all, _)| all).unwrap_or_default()
}

/// True iff any of them asks for tags of recorders or functions.
#[must_use]
pub fn asks_for_tags(exceptions: &[Exception]) -> bool {
    exceptions.iter().filter_map(|one| one.matched.as_ref()).any(|one| !one.tags.is_empty())
}

/// The functions of which exceptions need to know the tags, sorted.
#[must_use]
pub fn asked_for_tags<'a>(exceptions: &[Exception], inventory: &'a Inventory) -> BTreeSet<&'a str> {
    let all = exceptions.iter().filter_map(|one| one.matched.as_deref());
    all.filter(|one| one.asks_for_function_tags()).flat_map(|one| one.functions(inventory)).collect()
}
