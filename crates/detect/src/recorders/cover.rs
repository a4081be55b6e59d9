//! Which other recorders record what one recorded: all that are needed for it, and how a sentence names them.

use super::state::{Recorder, Step};
use crate::arn::{account_of, name_of, region_of};
use cloudtrail::selector::Selector;
use recording::{Inclusion, included};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Other recorders that together certainly record what this one recorded, wherever it did, and none too many; `None` also where it is not
/// known what it recorded.
pub(super) fn covered_by(step: &Step<'_>) -> Option<Vec<String>> {
    let before = step.before.get(&step.recorder)?;
    let recorded: &[Selector] = match before.active {
        Some(false) => &[],
        _ => &before.selectors.as_ref()?.list,
    };
    let reaches_as_far = |one: &Recorder| {
        let (account, region) = (account_of(&before.arn), region_of(&before.arn));
        // Both of one organization, or one that reaches the only account.
        let accounts = match before.organization {
            Some(false) => one.is_of(account),
            _ => one.organization == Some(true) && account_of(&one.arn) == account,
        };
        let regions = one.multi_region == Some(true)
            || before.multi_region == Some(false) && one.reaches(account, region) == Some(true);
        let in_reach = |(of, at): &(String, String)| {
            (before.organization != Some(false) || of == account)
                && (before.multi_region != Some(false) || at == region)
        };
        accounts && regions && !one.holes.keys().any(in_reach)
    };
    let of = |one: &Recorder| one.selectors.iter().flat_map(|all| all.list.clone()).collect::<Vec<_>>();
    // Of itself it is enough that it records as much of the time as before.
    let goes_on = |one: &&Rc<Recorder>| one.active != Some(false) && one.active == before.active;
    let own = step.after.get(&step.recorder).filter(goes_on).filter(|one| reaches_as_far(one));
    let own = own.map(|one| of(one)).unwrap_or_default();
    let mut needed: Vec<(&String, Vec<Selector>)> = step
        .after
        .iter()
        .filter(|(arn, one)| **arn != step.recorder && one.surely_records() && reaches_as_far(one))
        .map(|(arn, one)| (arn, of(one)))
        .collect();
    let is_whole = |with: &[(&String, Vec<Selector>)]| {
        let others = with.iter().flat_map(|(_, list)| list.clone());
        matches!(
            included(recorded, &own.iter().cloned().chain(others).collect::<Vec<_>>()),
            Inclusion::Included
        )
    };
    if let Some(alone) = needed.iter().find(|one| is_whole(std::slice::from_ref(one))) {
        return Some(vec![alone.0.clone()]);
    }
    if !is_whole(&needed) {
        return None;
    }
    let mut at = 0;
    while at < needed.len() {
        let left_out = needed.remove(at);
        if !is_whole(&needed) {
            needed.insert(at, left_out);
            at += 1;
        }
    }
    Some(needed.into_iter().map(|(arn, _)| arn.clone()).collect())
}

/// These recorders as the subject of a sentence about what `of` recorded, with its verb: `m records`, `m and n together record`. A name that
/// several have, or `of` has, too, is told apart by its Region.
pub(crate) fn recording(recorders: &BTreeSet<&str>, of: &[&str]) -> String {
    let alike = |arn: &str| {
        let all = recorders.iter().chain(of).copied().collect::<BTreeSet<_>>();
        all.into_iter().filter(|other| name_of(other) == name_of(arn)).count()
    };
    let names: Vec<String> = recorders
        .iter()
        .map(|arn| match alike(arn) {
            0 | 1 => name_of(arn).to_owned(),
            _ => format!("{} of {}", name_of(arn), region_of(arn)),
        })
        .collect();
    match names.split_last() {
        None => "nothing records".to_owned(),
        Some((only, [])) => format!("{only} records"),
        Some((last, first)) => format!("{} and {last} together record", first.join(", ")),
    }
}
