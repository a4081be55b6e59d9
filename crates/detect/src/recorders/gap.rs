//! How long something is not recorded: until the call that records it again.

use super::judged::{Kind, Loss};
use super::state::Step;
use crate::grouped::Grouped;
use cloudtrail::arn::partition_of;
use cloudtrail::resource::ResourceType;
use cloudtrail::time::HOUR_MILLIS;
use recording::{Candidate, State, Subject, decide, decide_space, management_events};
use std::collections::BTreeSet;

/// See the module.
pub(super) struct Gap {
    pub(super) until: Option<(i64, String)>,
}

impl Gap {
    /// Of a loss by that step; `later` are the steps after it, in order of time.
    pub(super) fn after(step: &Step<'_>, loss: &Loss, later: &[Step<'_>]) -> Gap {
        let Some((account, region)) = loss.places.first() else { return Gap { until: None } };
        let state = |of: &Step<'_>| {
            // What is known to record: of the recorder itself that is presumed, else nothing would have been lost.
            let presumed = |arn: &str| arn == step.recorder;
            let candidates: Vec<Candidate<'_>> = of
                .after
                .iter()
                .filter_map(|(arn, one)| one.candidate(account, region, presumed(arn)))
                .collect();
            match (loss.kind, loss.functions.first()) {
                (Kind::Management, _) => decide_space(&candidates, &[management_events()], "events").state,
                (Kind::Invocations, Some(function)) => {
                    decide(&candidates, Subject::Named(ResourceType::Function, function)).state
                }
                _ => {
                    let partition = partition_of(region);
                    let kind = ResourceType::Function;
                    decide(&candidates, Subject::Any { kind, partition, account, region }).state
                }
            }
        };
        let ends = |one: &&Step<'_>| match loss.kind {
            // What other data events there were is again there when the recorder has its selectors back.
            Kind::Other => one.after.get(&step.recorder) == step.before.get(&step.recorder),
            Kind::Invocations | Kind::Management => state(one) == State::Recorded,
        };
        let end = later.iter().filter(|one| one.change.time >= step.change.time).find(ends);
        Gap { until: end.map(|one| (one.change.time, one.change.name.clone())) }
    }

    /// Invocations of these functions that CloudWatch counts within the gap, hours that it touches included.
    pub(super) fn counted(&self, view: &Grouped<'_>, functions: &BTreeSet<String>, from: i64) -> Option<u64> {
        let from = from.div_euclid(HOUR_MILLIS) * HOUR_MILLIS;
        let until = self.until.as_ref().map_or(i64::MAX, |(until, _)| *until);
        let counts: Vec<_> = functions.iter().filter_map(|one| view.settings.counts.get(one)).collect();
        if counts.is_empty() || from >= until {
            return None;
        }
        Some(counts.iter().flat_map(|hours| hours.range(from..until)).map(|(_, count)| count).sum())
    }
}
