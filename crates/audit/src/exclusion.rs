//! Management events that somebody leaves out on purpose: those of AWS KMS and the RDS Data API, which AWS offers to exclude.

use cloudtrail::event::Field;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Selector};

/// The sources that AWS offers to exclude (`ExcludeManagementEventSources`).
const OFFERED: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];

/// The sources that the selectors exclude from management events, and nothing else of them.
pub(crate) fn sources(list: &[Selector]) -> Vec<String> {
    let mut all: Vec<String> = list.iter().filter(|one| one.doubts().is_empty()).flat_map(of).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The sources that every selector of management events excludes: what none of them records, whatever else they do.
pub(crate) fn of_every(list: &[Selector]) -> Vec<String> {
    let takes_management = |one: &&Selector| match one {
        Selector::Basic(basic) => basic.include_management,
        Selector::Advanced(one) => is_management(one),
    };
    let mut all = list.iter().filter(takes_management).map(of);
    let first = all.next().unwrap_or_default();
    all.fold(first, |kept, other| kept.into_iter().filter(|one| other.contains(one)).collect())
}

fn of(selector: &Selector) -> Vec<String> {
    let sources = match selector {
        Selector::Basic(basic) if basic.include_management => basic.exclude_management_sources.clone(),
        Selector::Basic(_) => Vec::new(),
        Selector::Advanced(one) if is_management(one) => {
            let condition = one.condition(Field::EventSource).cloned().unwrap_or_default();
            let alone = Condition { not_equals: condition.not_equals.clone(), ..Condition::default() };
            if condition == alone { condition.not_equals } else { Vec::new() }
        }
        Selector::Advanced(_) => Vec::new(),
    };
    if sources.iter().all(|one| OFFERED.contains(&one.as_str())) { sources } else { Vec::new() }
}

/// True iff the selector is for management events and no others.
pub(crate) fn is_management(one: &AdvancedSelector) -> bool {
    one.condition(Field::EventCategory)
        .is_some_and(|condition| *condition == Condition::equals(["Management"]))
}

/// A selector that records the management events of exactly these sources; `None` iff there are none.
pub(crate) fn selector(sources: Vec<String>) -> Option<Selector> {
    if sources.is_empty() {
        return None;
    }
    let one = |field, condition| FieldSelector { field, condition };
    let fields = vec![
        one(Field::EventCategory, Condition::equals(["Management"])),
        one(Field::EventSource, Condition::equals(sources)),
    ];
    Some(Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() }))
}
