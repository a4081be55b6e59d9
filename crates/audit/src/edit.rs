//! Editing the selectors of one recorder: nothing that is there is lost, and what AWS would refuse is refused here.
//!
//! Selectors that are not edited stay as they stand, understood or not. Whatever is edited is understood in full, and what
//! comes out is proven against what went in by [`recording::included`].

mod convert;
mod limits;
mod narrow;
mod rules;
mod shed;

pub use convert::to_advanced;
pub(crate) use narrow::reduced;
pub use narrow::{exclude, include_again, keep_only, without};
pub use rules::{Violation, validate};
pub(crate) use shed::{Goes, shed};

use crate::exclusion::{self, is_management};
use cloudtrail::event::Field;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{
    AdvancedSelector, BasicSelector, Condition, DataResource, Doubt, FieldSelector, ReadWrite, Selector,
    Selectors,
};
use cloudtrail::selector_json::{RequestError, each, request};
use recording::{
    Alphabet, Candidate, Domain, Effort, Inclusion, State, data_events, decide_space, included_within,
    management_events,
};

/// Selectors cannot be edited as wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// They hold something beside the selectors, or both kinds.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// What would have to be rewritten is not understood.
    #[error("selector {selector} holds something we do not understand and cannot be rewritten: {doubt}")]
    NotUnderstood {
        /// Its position.
        selector: usize,
        /// What.
        doubt: String,
    },
    /// A limit of AWS.
    #[error("it does not fit: {needed} {what}, and AWS takes {allowed}")]
    DoesNotFit {
        /// What there is too much of.
        what: &'static str,
        /// How many there would be.
        needed: usize,
        /// How many AWS takes.
        allowed: usize,
        /// The nearest that fits, in words.
        nearest: String,
    },
    /// AWS would refuse the result.
    #[error("AWS would refuse it: {0}")]
    Refused(String),
    /// No selector would be left, and none stands for AWS's default of a new trail.
    #[error("no selector would be left, and without any a trail records what a new one does")]
    NothingLeft,
    /// What came out is not proven to record what went in.
    #[error("it cannot be proven that nothing is lost: {0}")]
    NotProven(String),
}

/// The name of the selectors that we add.
#[must_use]
pub fn name_of(kind: ResourceType) -> String {
    format!("Every invocation of Lambda {}s", kind.noun())
}

/// The selectors with every data event of `kinds` recorded too. What is there stays: every category, type, exclusion and
/// name. Where a kind is recorded in full already, nothing is added for it.
///
/// Basic selectors stay basic while they can: for functions alone, within AWS's limits. Otherwise they are converted, which
/// is proven to record the same.
///
/// # Errors
/// [`EditError`] where it does not fit, or what must be rewritten is not understood.
pub fn extend(
    selectors: &Selectors,
    kinds: &[ResourceType],
    partition: &str,
    recorder: RecorderKind,
) -> Result<Selectors, EditError> {
    let missing: Vec<ResourceType> =
        kinds.iter().copied().filter(|kind| !records_all(&selectors.list, *kind, partition)).collect();
    if missing.is_empty() {
        return settled(selectors, selectors.list.clone(), recorder);
    }
    let is_basic = selectors.list.iter().all(|one| matches!(one, Selector::Basic(_)));
    let basic = if is_basic && missing == [ResourceType::Function] {
        with_functions(&selectors.list, partition)
    } else {
        None
    };
    if let Some(list) = basic {
        let tried = settled(selectors, list, recorder);
        if !matches!(tried, Err(EditError::DoesNotFit { .. })) {
            return tried;
        }
    }
    let mut list = to_advanced(&selectors.list)?;
    list.extend(missing.into_iter().map(|kind| Selector::Advanced(every_event_of(kind))));
    settled(selectors, list, recorder)
}

/// What becomes of sources that every selector of management events excludes on purpose: AWS KMS, the RDS Data API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusions {
    /// They stay excluded.
    Keep,
    /// Their events are recorded, too.
    Drop,
}

/// The selectors with every management event recorded too, read and write, except what stays excluded.
///
/// # Errors
/// As [`extend`].
pub fn add_management(
    selectors: &Selectors,
    recorder: RecorderKind,
    exclusions: Exclusions,
) -> Result<Selectors, EditError> {
    let candidate = [Candidate { selectors: Some(&selectors.list), certain: true }];
    if decide_space(&candidate, &[management_events()], "events").state == State::Recorded {
        return settled(selectors, selectors.list.clone(), recorder);
    }
    let kept = match exclusions {
        Exclusions::Keep => exclusion::of_every(&selectors.list),
        Exclusions::Drop => Vec::new(),
    };
    let list = match basic_management(&selectors.list, &kept) {
        Some(list) => list,
        None => advanced_management(to_advanced(&selectors.list)?, kept),
    };
    settled(selectors, list, recorder)
}

/// Basic selectors with the part of management events that is missing, so that none is recorded by two of them; `None` iff
/// there is no room, or they are not all basic and understood.
fn basic_management(list: &[Selector], kept: &[String]) -> Option<Vec<Selector>> {
    let mut list = list.to_vec();
    let mut had = (false, false);
    for one in &mut list {
        let Selector::Basic(basic) = one else { return None };
        if !basic.doubts.is_empty() {
            continue;
        }
        if basic.include_management {
            basic.exclude_management_sources = kept.to_vec();
            had.0 |= basic.read_write.admits(true);
            had.1 |= basic.read_write.admits(false);
        }
    }
    let read_write = match had {
        (true, true) => return Some(list),
        (true, false) => ReadWrite::WriteOnly,
        (false, true) => ReadWrite::ReadOnly,
        (false, false) => ReadWrite::All,
    };
    let exclude_management_sources = kept.to_vec();
    let other = BasicSelector { read_write, exclude_management_sources, ..BasicSelector::of_a_new_trail() };
    list.push(Selector::Basic(other));
    (list.len() <= limits::BASIC_SELECTORS).then_some(list)
}

/// Advanced selectors of which one records every management event: one that is there is widened, and others for management
/// events alone go, because it records what they do.
fn advanced_management(list: Vec<Selector>, kept: Vec<String>) -> Vec<Selector> {
    let mut whole = vec![equals(Field::EventCategory, "Management")];
    if !kept.is_empty() {
        let condition = Condition { not_equals: kept, ..Condition::default() };
        whole.push(FieldSelector { field: Field::EventSource, condition });
    }
    let whole = || whole.clone();
    let mut widened = false;
    let mut all = Vec::new();
    for one in list {
        match one {
            Selector::Advanced(mut one) if one.doubts.is_empty() && is_management(&one) => {
                if !widened {
                    one.fields = whole();
                    widened = true;
                    all.push(Selector::Advanced(one));
                }
            }
            other => all.push(other),
        }
    }
    if !widened {
        let name = "Every management event".to_owned();
        all.push(Selector::Advanced(AdvancedSelector { name, fields: whole(), doubts: Vec::new() }));
    }
    all
}

/// True iff every data event on resources of the kind in the partition is certainly recorded, whatever its name, caller
/// and ARN.
#[must_use]
pub fn records_all(list: &[Selector], kind: ResourceType, partition: &str) -> bool {
    let mut space = data_events(kind.as_str());
    for (field, domain) in &mut space.fields {
        match field {
            // Lambda's are the only events on its resources.
            Field::EventSource => *domain = Domain::fixed("lambda.amazonaws.com"),
            Field::EventType => *domain = Domain::fixed("AwsApiCall"),
            Field::ResourcesArn => {
                *domain = Domain::Strings {
                    prefix: format!("arn:{partition}:lambda:"),
                    alphabet: Alphabet::Any,
                    absent: false,
                    credible: Vec::new(),
                };
            }
            _ => {}
        }
    }
    let candidate = [Candidate { selectors: Some(list), certain: true }];
    decide_space(&candidate, &[space], "events").state == State::Recorded
}

/// The basic selectors with all functions in one of them; `None` iff they are not all understood.
fn with_functions(list: &[Selector], partition: &str) -> Option<Vec<Selector>> {
    let mut list = list.to_vec();
    if list.iter().any(|one| !one.doubts().is_empty()) {
        return None;
    }
    let resource = DataResource {
        kind: ResourceType::Function.as_str().to_owned(),
        values: vec![format!("arn:{partition}:lambda")],
    };
    let with = |wanted: ReadWrite| move |one: &Selector| matches!(one, Selector::Basic(basic) if basic.read_write == wanted);
    let host = list.iter().position(with(ReadWrite::All)).or_else(|| {
        // A new selector would be better than one for writes alone, as long as there is room for it.
        let full = list.len() >= limits::BASIC_SELECTORS;
        list.iter().position(with(ReadWrite::WriteOnly)).filter(|_| full)
    });
    match host.map(|at| &mut list[at]) {
        Some(Selector::Basic(basic)) => {
            let entry = basic.data_resources.iter_mut().find(|one| one.kind == resource.kind);
            match entry {
                Some(entry) => entry.values.extend(resource.values),
                None => basic.data_resources.push(resource),
            }
        }
        _ => list.push(Selector::Basic(BasicSelector {
            include_management: false,
            data_resources: vec![resource],
            ..BasicSelector::of_a_new_trail()
        })),
    }
    Some(list)
}

fn every_event_of(kind: ResourceType) -> AdvancedSelector {
    let fields = vec![equals(Field::EventCategory, "Data"), equals(Field::ResourcesType, kind.as_str())];
    AdvancedSelector { name: name_of(kind), fields, doubts: Vec::new() }
}

pub(crate) fn equals(field: Field, value: &str) -> FieldSelector {
    FieldSelector { field, condition: Condition::equals([value]) }
}

/// The edited list as selectors again: within the limits, taken by AWS, recording whatever `before` does.
fn settled(before: &Selectors, list: Vec<Selector>, recorder: RecorderKind) -> Result<Selectors, EditError> {
    let after = written(before, list, recorder)?;
    match narrows(before, &after) {
        Inclusion::Included => Ok(after),
        other => Err(EditError::NotProven(format!("{other:?}"))),
    }
}

/// The edited list as selectors again: within the limits and taken by AWS. What was not edited stays as it stands.
fn written(before: &Selectors, list: Vec<Selector>, recorder: RecorderKind) -> Result<Selectors, EditError> {
    limits::check(before, &list, recorder)?;
    let document = merged(before, &list)?;
    let after = cloudtrail::selector_json::from_str(&document)
        .map_err(|error| EditError::Refused(error.to_string()))?;
    let was: Vec<Violation> = validate(before, recorder);
    if let Some(new) = validate(&after, recorder).into_iter().find(|one| !was.contains(one)) {
        return Err(EditError::Refused(new.to_string()));
    }
    Ok(after)
}

/// The document of the list: selectors that stand in `before` as they stand there, with what we do not understand.
fn merged(before: &Selectors, list: &[Selector]) -> Result<String, EditError> {
    if list.iter().all(|one| one.doubts().is_empty()) {
        return Ok(cloudtrail::selector_json::document(list));
    }
    // Doubtful ones are never edited and never moved: those of `before` come first, in their order.
    let known = before.list.len().min(list.len());
    if list[..known] != before.list[..known] {
        let selector = before.list.iter().position(|one| !one.doubts().is_empty()).unwrap_or(0);
        let doubt = before.list.get(selector).and_then(|one| one.doubts().first());
        let doubt = doubt.map(ToString::to_string).unwrap_or_default();
        return Err(EditError::NotUnderstood { selector, doubt });
    }
    let old = request(before)?;
    let new = cloudtrail::selector_json::document(&list[known..]);
    if known == list.len() {
        return Ok(old);
    }
    // Both are `{"Member":[...]}`: the lists are put together as text, so that nothing in them changes.
    let inside = |text: &str| text.find('[').map(|at| text[at + 1..text.len() - 2].to_owned());
    let head = |text: &str| text.find('[').map(|at| text[..=at].to_owned());
    match (head(&old), head(&new), inside(&old), inside(&new)) {
        (Some(head), Some(same), Some(old), Some(new)) if head == same => Ok(format!("{head}{old},{new}]}}")),
        _ => Err(EditError::Request(RequestError::BothKinds)),
    }
}

/// Whether `after` records everything that `before` does, of every category and type.
///
/// A selector of `before` that holds a doubt stands only for itself: it must be in `after` with all that we do not know of it.
#[must_use]
pub fn narrows(before: &Selectors, after: &Selectors) -> Inclusion {
    narrows_within(before, after, &mut Effort::new(u64::MAX))
}

/// As [`narrows`], with at most the steps that are left of `effort`.
pub fn narrows_within(before: &Selectors, after: &Selectors, effort: &mut Effort) -> Inclusion {
    match included_within(&before.list, &after.list, effort) {
        Inclusion::Included => {}
        answer => return answer,
    }
    match doubtful(before, Some(after)) {
        None => Inclusion::Included,
        Some((selector, doubt)) => Inclusion::Undetermined { selector, doubt: Some(doubt) },
    }
}

/// True iff some selector of `before` holds a doubt and is not in `after` with all that we do not know of it.
pub(crate) fn doubtful_lost(before: &Selectors, after: Option<&Selectors>) -> bool {
    doubtful(before, after).is_some()
}

/// The first selector of `before` with a doubt that is not in `after` as it is.
fn doubtful(before: &Selectors, after: Option<&Selectors>) -> Option<(usize, Doubt)> {
    let was = each(before);
    let is = after.and_then(|after| each(after).ok()).unwrap_or_default();
    before.list.iter().enumerate().find_map(|(selector, one)| {
        let doubt = one.doubts().iter().find(|doubt| **doubt != Doubt::NoSelectors)?;
        let stays = was.as_ref().ok().and_then(|was| was.get(selector)).is_some_and(|text| is.contains(text));
        (!stays).then(|| (selector, doubt.clone()))
    })
}
