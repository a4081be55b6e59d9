//! What a plan to record everything leaves as it is, and why.

use super::super::Refusal;
use super::super::skeleton::lacking;
use super::{Apart, Planner, organization};
use crate::code::Code;
use crate::exclusion;
use crate::inventory::{Inventory, Place};
use crate::judge::{About, Prospects};
use cloudtrail::recorder::Recorder;
use recording::State;
use std::collections::{BTreeMap, BTreeSet};

impl Planner<'_> {
    /// What recorders leave out of management events on purpose, and nobody else records: it stays so.
    pub(super) fn exclusions(&self, bare: &Inventory) -> Vec<Refusal> {
        if self.options.all_management {
            return Vec::new();
        }
        let leaves_out = |one: &Recorder| {
            one.selectors.known().is_some_and(|selectors| !exclusion::sources(&selectors.list).is_empty())
        };
        if !bare.recorders.iter().any(leaves_out) {
            return Vec::new();
        }
        let mut strict = Prospects::new(&self.options.audit);
        // Where an exception accepts it, nobody asks for it.
        let is_needed = |place: &Place| {
            let needs = self.needs.get(&(place.account.clone(), place.region.clone()));
            needs.is_none_or(|needs| needs.management)
        };
        let asked = strict.of(bare, |place| match is_needed(place) {
            true => vec![About::Management],
            false => Vec::new(),
        });
        let lacking = |account: &str| {
            let mut of = asked.iter().filter(|(place, _)| place.account == account);
            of.any(|(_, answers)| answers.iter().any(|(_, one)| one.state != State::Recorded))
        };
        let excluding = bare.recorders.iter().filter_map(|recorder| {
            let sources = exclusion::sources(&recorder.selectors.known()?.list);
            let here = recorder.organization || lacking(&recorder.account);
            (!sources.is_empty() && here).then_some((recorder, sources))
        });
        let any =
            asked.iter().any(|(_, answers)| answers.iter().any(|(_, one)| one.state != State::Recorded));
        let told = excluding.filter(|_| any).map(|(recorder, sources)| Refusal {
            places: Vec::new(),
            recorder: Some(recorder.arn.clone()),
            reason: Code::ExcludedOnPurpose.says(format!(
                "it leaves out management events of {} on purpose, and the plan keeps it so",
                sources.join(" and ")
            )),
            nearest: Code::AllManagement.says("invoketrail plan --all-management-events records them too"),
        });
        told.collect()
    }

    /// Whatever is still lacking, with the reason; and recorders that stood in the way.
    pub(super) fn refusals(&mut self, bare: &Inventory) -> Vec<Refusal> {
        let (lacks, _) = lacking(bare, &self.needs, &mut self.prospects);
        let mut refusals: Vec<Refusal> = Vec::new();
        let (mut failing, mut open) = (Vec::new(), Vec::new());
        let mut withheld: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let mut full: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (place, lacks) in lacks {
            match self.apart.get(&place.0) {
                _ if lacks.failing.is_empty() => open.push(place),
                Some(Apart::Nobody(why)) => withheld.entry(why.clone()).or_default().push(place),
                Some(Apart::Full(why)) => full.entry(why.clone()).or_default().push(place),
                _ => failing.push(place),
            }
        }
        refusals.extend(withheld.into_iter().map(|(reason, places)| organization::refusal(reason, places)));
        refusals.extend(full.into_iter().map(|(reason, places)| Refusal {
            places,
            recorder: None,
            reason: Code::TrailsFull.says(reason),
            nearest: Code::MakeRoom.says("delete a trail that nobody needs, and plan again"),
        }));
        if !failing.is_empty() {
            refusals.push(Refusal {
                places: failing,
                recorder: None,
                reason: Code::NoRecorderFits
                    .says("no recorder could be changed or created such that it records everything here"),
                nearest: Code::SeeAudit.says("invoketrail audit says what escapes and why"),
            });
        }
        if !open.is_empty() {
            let calls: BTreeSet<&str> = self.inventory.gaps.iter().map(|gap| gap.call.as_str()).collect();
            let nearest = match calls.is_empty() {
                true => "make readable what `invoketrail audit` names as not read, and plan again".to_owned(),
                false => {
                    let calls = calls.into_iter().collect::<Vec<_>>().join(", ");
                    format!("make {calls} readable (invoketrail permissions audit --check) and plan again")
                }
            };
            refusals.push(Refusal {
                places: open,
                recorder: None,
                reason: Code::HangsOnGaps
                    .says("whether it is recorded already hangs on what could not be read"),
                nearest: Code::GrantCall.says(nearest),
            });
        }
        if !refusals.is_empty() || !self.steps.is_empty() {
            let changed: BTreeSet<&str> =
                self.steps.iter().map(|(change, _)| change.target.arn.as_str()).collect();
            for (arn, (reason, nearest)) in &self.refused {
                if !changed.contains(arn.as_str()) {
                    let recorder = Some(arn.clone());
                    let (reason, nearest) = (reason.clone(), nearest.clone());
                    refusals.push(Refusal { places: Vec::new(), recorder, reason, nearest });
                }
            }
        }
        refusals
    }
}
