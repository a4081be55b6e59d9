//! What the recorders of both sides of a change are called, and what becomes of them.

use super::Check;
use cloudtrail::recorder::Recorder;
use std::collections::BTreeMap;

pub(super) struct Recorders<'a> {
    by_arn: BTreeMap<&'a str, &'a Recorder>,
    /// What differs of each: its settings before and after, as texts.
    changes: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Recorders<'a> {
    pub(super) fn of(check: &'a Check<'a>) -> Self {
        let sides = [&check.proposal.after, &check.proposal.before];
        let all = sides.into_iter().flat_map(|side| &side.recorders);
        let changes = check.gate.drift.recorders.iter().map(|one| {
            let there = if one.there.1 { "there" } else { "gone" };
            let settings = one
                .settings
                .iter()
                .flat_map(|set| [Some(set.name.as_str()), set.before.as_deref(), set.after.as_deref()]);
            let all = std::iter::once(there).chain(settings.map(|text| text.unwrap_or("-")));
            (one.arn.as_str(), all.collect())
        });
        Recorders {
            changes: changes.collect(),
            // Where both sides have one, that before the change, which is the second, gives the name.
            by_arn: all.map(|one| (one.arn.as_str(), one)).collect(),
        }
    }

    /// `trail main`; the ARN of one that is on neither side.
    pub(super) fn name(&self, arn: &str) -> String {
        self.by_arn.get(arn).map_or_else(|| arn.to_owned(), |one| format!("{} {}", one.kind.noun(), one.name))
    }

    /// What differs of the recorder: the same for the same change alone.
    pub(super) fn becomes(&self, arn: &str) -> Vec<&str> {
        self.changes.get(arn).cloned().unwrap_or_default()
    }
}
