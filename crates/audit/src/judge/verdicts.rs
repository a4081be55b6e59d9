//! The verdicts of an audit, each once.

use crate::finding::Open;
use cloudtrail::resource::ResourceType;
use recording::{State, Verdict};
use std::collections::BTreeMap;

/// Every verdict reached, and how they belong together.
#[derive(Default)]
pub(super) struct Verdicts {
    pub(super) all: Vec<Verdict>,
    pub(super) data_events: BTreeMap<usize, usize>,
    pub(super) open: BTreeMap<usize, Open>,
    /// No verdicts about all data events are reached.
    pub(super) invocations_alone: bool,
}

impl Verdicts {
    pub(super) fn add(&mut self, verdict: Verdict) -> usize {
        self.all.push(verdict);
        self.all.len() - 1
    }

    /// Adds a verdict about invocations with the one about all data events of the same resource.
    pub(super) fn add_pair(
        &mut self,
        invocations: Verdict,
        data_events: impl FnOnce(&Verdict) -> Verdict,
    ) -> usize {
        let paired = (!self.invocations_alone).then(|| data_events(&invocations));
        let position = self.add(invocations);
        let Some(paired) = paired else { return position };
        let paired = self.add(paired);
        self.data_events.insert(position, paired);
        position
    }

    /// Adds a verdict for resources that `home` says are recorded where they are at home, and that Regions with `gaps` may
    /// serve besides.
    pub(super) fn add_open(&mut self, home: usize, kind: ResourceType, gaps: &[usize]) -> usize {
        let (cover, escape, possible) = (Vec::new(), None, None);
        let of_home = self.all[home].clone();
        let verdict = Verdict { state: State::Undetermined, cover, escape, possible, ..of_home };
        let position = self.add(verdict);
        let reason = format!(
            "a {} may be served by Regions that were not audited, and what they serve is recorded there",
            kind.noun()
        );
        self.open.insert(position, Open { reason, gaps: gaps.to_vec(), home });
        position
    }
}
