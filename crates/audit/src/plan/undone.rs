//! Taking changes back: exactly, or around what others changed since.

use super::{Owner, Plan, Purpose, Step};
use crate::change::{Change, Setting, State, Turn, undo as inverted};

/// The plan that takes back these steps of a plan that was carried out, the last first.
#[must_use]
pub fn undo(plan: &Plan, done: &[usize]) -> Plan {
    let changes: Vec<Change> =
        done.iter().filter_map(|at| plan.steps.get(*at)).map(|step| step.change.clone()).collect();
    let owner = |change: &Change| {
        let same = plan.steps.iter().find(|step| step.change.target.arn == change.target.arn);
        same.map_or(Owner::Nobody, |step| step.owner.clone())
    };
    let steps = inverted(&changes).into_iter().map(|change| Step {
        owner: owner(&change),
        change,
        because: "it takes back what the plan changed".to_owned(),
        gained: Vec::new(),
        risks: vec![
            match plan.purpose {
                Purpose::Backout(_) | Purpose::DropCopies => {
                    "what the plan left out is recorded again, and paid for"
                }
                _ => "what the plan let in is recorded no longer",
            }
            .to_owned(),
        ],
        backout: "apply the plan again".to_owned(),
    });
    Plan {
        purpose: Purpose::Undo,
        scope: plan.scope.clone(),
        steps: steps.collect(),
        refusals: Vec::new(),
        gained: Vec::new(),
        losses: Vec::new(),
        outlook: Vec::new(),
        cost: None,
    }
}

/// The change that takes `change` back where `found` stands now: what it added goes, what it took away comes back, and what
/// others changed since stays. `None` iff that cannot be told apart, or nothing of it is left.
///
/// `change` is the one to be made: its `before` is what the plan had set, its `after` what stood there first.
#[must_use]
pub fn taken_back(change: &Change, found: &State) -> Option<Change> {
    let (Setting::Selectors(turn), State::Selectors(now)) = (&change.setting, found) else { return None };
    let read = |text: &str| cloudtrail::json::from_str(text).ok();
    let (set, first, live) = (read(&turn.before)?, read(&turn.after)?, read(now)?);
    let kind = |text: &str| text.split('"').nth(1).map(str::to_owned);
    if kind(&turn.before) != kind(now) || kind(&turn.after) != kind(now) {
        return None;
    }
    if [&set, &first, &live].iter().any(|all| all.list.iter().any(|one| !one.doubts().is_empty())) {
        return None;
    }
    let mut list: Vec<_> =
        live.list.iter().filter(|one| !set.list.contains(one) || first.list.contains(one)).cloned().collect();
    let missing = first.list.iter().filter(|one| !set.list.contains(one) && !live.list.contains(one));
    list.extend(missing.cloned());
    let after = cloudtrail::json::document(&list);
    (!list.is_empty() && after != *now).then(|| Change {
        target: change.target.clone(),
        setting: Setting::Selectors(Turn { before: now.clone(), after }),
    })
}
