//! What a declared reduction drops of functions that it does not declare, judged over the account.

use super::{Misconduct, keeps, options_of, turns};
use crate::change::{Change, Setting};
use crate::edit::{equals, to_advanced};
use crate::finding::{Audit, PlaceAudit};
use crate::inventory::{Gap, Inventory};
use crate::judge::judge_invocations;
use crate::plan::narrowing::{outside, prefixes, reaches_unseen};
use crate::plan::{Plan, after};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{FieldSelector, Selector, Selectors};
use recording::{Inclusion, State, included};
use std::collections::{HashMap, HashSet};

const PLANE: usize = ResourceType::Function as usize;

/// What to do where a list of those to keep would drop what nobody looked at.
pub(in crate::plan) const UNLOOKED: &str = "look at everything that it records (without --region, an organization trail with --organization, \
     and with the permissions of invoketrail permissions audit), or leave functions out by name with --drop";

/// The first function of today of which less is recorded afterwards, and that is not among the declared ones; or what was not
/// looked at, and would be dropped unseen.
pub(super) fn undeclared(inventory: &Inventory, plan: &Plan, declared: &[String]) -> Option<Misconduct> {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let first = changes.first()?;
    let then = after(inventory, &changes);
    let options = options_of(plan);
    let (was, is) = (judge_invocations(inventory, &options), judge_invocations(&then, &options));
    let mut changed = Vec::new();
    for (step, change) in changes.iter().enumerate() {
        let Setting::Selectors(turn) = &change.setting else { continue };
        let arn = &change.target.arn;
        let (before, after) = turns(turn);
        if let Some(why) = unlooked(&was, arn, &before, &after, declared) {
            return Some(Misconduct { step, arn: arn.clone(), why });
        }
        changed.push((arn.as_str(), before));
    }
    let covered: HashSet<&str> = declared.iter().map(String::as_str).collect();
    let both = Both { was: &was, is: &is, changed };
    let mut places = was.places.iter().zip(&is.places);
    let lost = places.find_map(|(before, after)| both.lost(before, after, &covered));
    let lost = lost.map(|arn| format!("the plan also drops {arn}, which its exception does not declare"));
    let why = lost.or_else(|| both.covered_in_vain(declared))?;
    Some(Misconduct { step: 0, arn: first.target.arn.clone(), why })
}

/// Why more may be lost than anybody can declare, where a recorder drops more than the declared functions: it also records where
/// nobody looked. `None` iff it drops no more than those, or every function was seen that it may record.
pub(in crate::plan) fn unlooked(
    was: &Audit<'_>,
    recorder: &str,
    before: &Selectors,
    after: &Selectors,
    declared: &[String],
) -> Option<String> {
    if keeps(before, after, Some(declared)) == Inclusion::Included {
        return None;
    }
    let Some(at) = was.inventory.recorder(recorder) else {
        return Some("it was not looked at, and more than the declared functions would be lost".to_owned());
    };
    let elsewhere = outside(&before.list, &prefixes(was.inventory));
    if reaches_unseen(was.inventory, &was.inventory.recorders[at])
        && included(&elsewhere, &after.list) != Inclusion::Included
    {
        return Some(
            "it also records in accounts or Regions that were not looked at, and a list of those to keep would end that undeclared".to_owned(),
        );
    }
    let records = |place: &&PlaceAudit<'_>| place.candidates.iter().any(|one| one.recorder == Some(at));
    let place = was.places.iter().filter(records).find(|place| !place.planes[PLANE].gaps.is_empty())?;
    let gap = place.planes[PLANE].gaps.first().and_then(|gap| was.gaps.get(*gap));
    Some(format!(
        "the functions in account {}, {} are not all known ({}), and a list of those to keep would drop the others undeclared",
        place.account,
        place.region,
        gap.map_or_else(|| "their list could not be read".to_owned(), Gap::why)
    ))
}

/// The account before and after a plan.
struct Both<'a, 'b> {
    was: &'b Audit<'a>,
    is: &'b Audit<'b>,
    /// What each changed recorder selects today, by ARN.
    changed: Vec<(&'b str, Selectors)>,
}

impl<'a> Both<'a, '_> {
    /// Why the exception covers more than the plan drops: each of its functions must be recorded before, and not after.
    fn covered_in_vain(&self, declared: &[String]) -> Option<String> {
        let wanted: HashSet<&str> = declared.iter().map(String::as_str).collect();
        let mut known: HashMap<&str, [State; 2]> = HashMap::new();
        for (before, after) in self.was.places.iter().zip(&self.is.places) {
            let rows = before.planes[PLANE].rows.iter().zip(&after.planes[PLANE].rows);
            for (one, other) in rows.filter(|(one, _)| wanted.contains(one.arn)) {
                let states = [self.was.verdicts[one.verdict].state, self.is.verdicts[other.verdict].state];
                known.insert(one.arn, states);
            }
        }
        declared.iter().find_map(|arn| {
            let why = match known.get(arn.as_str()) {
                None => "was not found in the accounts and Regions that were looked at",
                Some([State::NotRecorded, _]) => "is not recorded today",
                Some([State::Undetermined, _]) => {
                    "may not be recorded today: not all that decides could be read"
                }
                Some([_, State::Recorded | State::PartiallyRecorded]) => "is recorded afterwards, too",
                Some(_) => return None,
            };
            Some(format!("the exception also covers {arn}, which {why}"))
        })
    }

    /// The first function of the place that is recorded before and no longer afterwards, and not declared.
    fn lost(
        &self,
        before: &PlaceAudit<'a>,
        after: &PlaceAudit<'_>,
        declared: &HashSet<&str>,
    ) -> Option<&'a str> {
        let may_record = |arn: &str| {
            let at = self.was.inventory.recorder(arn);
            at.is_some() && before.candidates.iter().any(|one| one.recorder == at)
        };
        let here: Vec<&(&str, Selectors)> = self.changed.iter().filter(|(arn, _)| may_record(arn)).collect();
        // Functions that share the verdict before and the one after are alike.
        let mut known: HashMap<(usize, usize), bool> = HashMap::new();
        let mut loses = |arn: &str, verdicts: (usize, usize)| {
            let is_recorded = self.is.verdicts[verdicts.1].state == State::Recorded;
            // Whatever one may record of it today must be recorded, by what is left of it or by others for certain.
            let ask = || {
                here.iter().any(|(recorder, selectors)| {
                    let today = of_functions(sure(&selectors.list), arn);
                    included(&today, &self.left(after, recorder)) != Inclusion::Included
                })
            };
            !is_recorded && *known.entry(verdicts).or_insert_with(ask)
        };
        let mut rows = before.planes[PLANE].rows.iter().zip(&after.planes[PLANE].rows);
        let found = rows
            .find(|(one, other)| !declared.contains(one.arn) && loses(one.arn, (one.verdict, other.verdict)));
        found.map(|(one, _)| one.arn)
    }

    /// What records at the place afterwards: what is left of the recorder, and all others that certainly do.
    fn left(&self, place: &PlaceAudit<'_>, recorder: &str) -> Vec<Selector> {
        let recorders = &self.is.inventory.recorders;
        let counts = |at: usize, certain: bool| certain || recorders[at].arn == recorder;
        let here = place.candidates.iter().filter_map(|one| Some((one.recorder?, one.certain)));
        let here = here.filter(|(at, certain)| counts(*at, *certain)).map(|(at, _)| &recorders[at]);
        let selectors = here.filter_map(|one| one.selectors.known());
        selectors.flat_map(|all| sure(&all.list)).cloned().collect()
    }
}

/// The selectors without doubts. Those with doubts stay to the letter.
fn sure(list: &[Selector]) -> impl Iterator<Item = &Selector> {
    list.iter().filter(|one| one.doubts().is_empty())
}

/// The part of selectors that is about this function.
fn of_functions<'s>(list: impl Iterator<Item = &'s Selector>, arn: &str) -> Vec<Selector> {
    list.filter_map(|one| to_advanced(std::slice::from_ref(one)).ok())
        .flatten()
        .filter_map(|one| of_function(one, arn))
        .collect()
}

/// The part of an advanced selector that is about this function; `None` iff there is none.
fn of_function(selector: Selector, arn: &str) -> Option<Selector> {
    let Selector::Advanced(mut one) = selector else { return None };
    let wanted: [FieldSelector; 3] = [
        equals(Field::EventCategory, "Data"),
        equals(Field::ResourcesType, ResourceType::Function.as_str()),
        equals(Field::ResourcesArn, arn),
    ];
    for wanted in wanted {
        let text = wanted.condition.equals.first()?.clone();
        match one.fields.iter().position(|field| field.field == wanted.field) {
            Some(at) if one.fields[at].condition.turns_away(Some(&text)).is_some() => return None,
            Some(at) => one.fields[at] = wanted,
            None => one.fields.push(wanted),
        }
    }
    Some(Selector::Advanced(one))
}
