//! Which functions a reduction leaves out.

use super::{Pattern, Risk, risk};
use crate::code::{Code, Coded};
use crate::inventory::Inventory;
use cloudtrail::recorder::Seen;
use std::collections::HashSet;

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// Recording Lambda costs at most so many US dollars a month, by the high end of the estimate.
    Budget(f64),
    /// These functions are dropped: those that match any of the patterns.
    Drop(Vec<Pattern>),
    /// Only these functions stay recorded, by unqualified ARN: new ones escape.
    Only(Vec<String>),
}

/// A function that is left out, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its unqualified ARN.
    pub arn: String,
    /// What recording it costs in US dollars a month, by the high end of the estimate; `None` iff not known.
    pub cost: Option<f64>,
    /// What spoke for keeping it.
    pub risk: Risk,
}

/// The functions that are left out, and what stood in the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// By ARN.
    pub dropped: Vec<Chosen>,
    /// What recording costs afterwards, in US dollars a month, by the high end of the estimate; `None` iff not known.
    pub cost_after: Option<f64>,
    /// What could not be had, in words; empty iff everything wanted is in `dropped`.
    pub unmet: Vec<Coded>,
}

/// Chooses what to leave out.
///
/// `cost` gives what recording a function costs in US dollars a month by its ARN, all copies together; `None` iff its
/// invocations are not known. `keep` is the must-keep list: what matches it, or may match it, is never left out.
///
/// For a budget: functions of the highest cost over risk first, until the rest costs no more than the budget; then
/// whatever turned out not to be needed is put back, so that none of the rest could be.
#[must_use]
pub fn choose(
    inventory: &Inventory,
    wanted: &Wanted,
    keep: &[Pattern],
    cost: impl Fn(&str) -> Option<f64>,
) -> Choice {
    let mut all: Vec<Chosen> = Vec::new();
    let mut unmet = Vec::new();
    let mut kept = Vec::new();
    for resource in inventory.places.iter().flat_map(|place| &place.functions.resources) {
        let facts = inventory.extra.functions.get(&resource.arn);
        let must_keep = keep.iter().any(|pattern| pattern.matches(&resource.arn, facts) != Some(false));
        let one = Chosen { arn: resource.arn.to_string(), cost: cost(&resource.arn), risk: risk(facts) };
        if must_keep { kept.push(one) } else { all.push(one) }
    }
    let strangers = strangers(inventory, wanted, keep);
    let everything = total(all.iter().chain(&kept));
    let mut dropped = match wanted {
        Wanted::Budget(budget) => within(*budget, all, &kept, &mut unmet),
        Wanted::Drop(patterns) => matching(inventory, patterns, all, &kept, &mut unmet),
        Wanted::Only(arns) => {
            unmet.extend(kept.iter().filter(|one| !arns.contains(&one.arn)).map(must_keep));
            all.into_iter().filter(|one| !arns.contains(&one.arn)).collect()
        }
    };
    // A misspelled name of what must be kept is no reason to drop it, and one of what is to go hides what was meant.
    if !strangers.is_empty() {
        dropped.clear();
        unmet.splice(
            0..0,
            strangers
                .iter()
                .map(|name| Code::NotAmongSeen.says(format!("{name} is not among the functions seen"))),
        );
    }
    dropped.sort_by(|a, b| a.arn.cmp(&b.arn));
    let cost_after = everything.and_then(|all| total(dropped.iter()).map(|less| all - less));
    Choice { dropped, cost_after, unmet }
}

/// The functions that are named as those to drop or to keep, and that nothing seen is called.
#[must_use]
pub fn strangers(inventory: &Inventory, wanted: &Wanted, keep: &[Pattern]) -> Vec<String> {
    let resources = || inventory.places.iter().flat_map(|place| &place.functions.resources);
    let mut strangers = Vec::new();
    if let Wanted::Only(arns) = wanted {
        let known: HashSet<&str> = resources().map(|one| one.arn.as_ref()).collect();
        strangers.extend(arns.iter().filter(|arn| !known.contains(arn.as_str())).cloned());
    }
    let dropped = match wanted {
        Wanted::Drop(patterns) => patterns.as_slice(),
        Wanted::Budget(_) | Wanted::Only(_) => &[],
    };
    for pattern in dropped.iter().chain(keep) {
        let is_there = || resources().any(|one| pattern.matches(&one.arn, None) == Some(true));
        if let Some(name) = pattern.name().filter(|_| !is_there()) {
            strangers.push(name);
        }
    }
    strangers
}

fn must_keep(one: &Chosen) -> Coded {
    Code::MustKeep.says(format!("{} is on the must-keep list", one.arn))
}

/// What all of them cost; `None` iff that of one is not known.
fn total<'a>(all: impl Iterator<Item = &'a Chosen>) -> Option<f64> {
    all.map(|one| one.cost).sum()
}

fn within(budget: f64, all: Vec<Chosen>, kept: &[Chosen], unmet: &mut Vec<Coded>) -> Vec<Chosen> {
    let unknown = all.iter().chain(kept).filter(|one| one.cost.is_none()).count();
    if unknown > 0 {
        unmet.push(Code::BudgetUncounted.says(format!(
            "the inventory does not say how often {} invoked, so no budget can be promised: \
             without --inventory, backout asks CloudWatch for that",
            if unknown == 1 { "1 function is".to_owned() } else { format!("{unknown} functions are") }
        )));
        return Vec::new();
    }
    let price = |one: &Chosen| one.cost.unwrap_or_default();
    let mut left: f64 = all.iter().chain(kept).map(price).sum();
    let mut candidates: Vec<Chosen> = all.into_iter().filter(|one| price(one) > 0.0).collect();
    let merit = |one: &Chosen| price(one) / f64::from(one.risk.score);
    candidates.sort_by(|a, b| merit(b).total_cmp(&merit(a)).then_with(|| a.arn.cmp(&b.arn)));
    let mut dropped = Vec::new();
    for one in candidates {
        if left <= budget {
            break;
        }
        left -= price(&one);
        dropped.push(one);
    }
    if left > budget {
        unmet.push(Code::BudgetTooLow.says(format!(
            "the budget of ${budget:.2} cannot be met, because what must be kept costs ${left:.2} a month by the high estimate"
        )));
        return Vec::new();
    }
    // The last ones may have made an earlier one needless; the riskiest is put back first.
    let mut order: Vec<usize> = (0..dropped.len()).collect();
    order.sort_by(|a, b| dropped[*b].risk.score.cmp(&dropped[*a].risk.score).then(a.cmp(b)));
    let mut back = vec![false; dropped.len()];
    for at in order {
        if left + price(&dropped[at]) <= budget {
            left += price(&dropped[at]);
            back[at] = true;
        }
    }
    dropped.into_iter().zip(back).filter(|(_, back)| !back).map(|(one, _)| one).collect()
}

fn matching(
    inventory: &Inventory,
    patterns: &[Pattern],
    all: Vec<Chosen>,
    kept: &[Chosen],
    unmet: &mut Vec<Coded>,
) -> Vec<Chosen> {
    let mut open = 0;
    let mut is_match = |one: &Chosen| {
        let facts = inventory.extra.functions.get(one.arn.as_str());
        let answers: Vec<Option<bool>> =
            patterns.iter().map(|pattern| pattern.matches(&one.arn, facts)).collect();
        let matched = answers.contains(&Some(true));
        if !matched && answers.contains(&None) {
            open += 1;
        }
        matched
    };
    let dropped: Vec<Chosen> = all.into_iter().filter(|one| is_match(one)).collect();
    unmet.extend(kept.iter().filter(|one| is_match(one)).map(must_keep));
    if open > 0 {
        unmet.push(
            Code::TagsUnknown.says(format!("the tags of {open} functions are not known, so they are kept")),
        );
    }
    if dropped.is_empty() && unmet.is_empty() {
        unmet.push(Code::NothingMatches.says("no function matches"));
    }
    dropped
}

/// The invocations of a function in 30 days, where they are known.
#[must_use]
pub fn invocations(inventory: &Inventory, arn: &str) -> Option<u64> {
    let mut parts = arn.splitn(7, ':').skip(3);
    let (region, account) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let name = parts.nth(1)?;
    match inventory.extra.invocations.get(&(account, region))? {
        Seen::Known(counts) => counts.get(name).copied(),
        Seen::Unread(_) => None,
    }
}
