//! What was read in neither of two audits: nobody can say whether it changed.

use super::Snapshot;
use crate::finding::Status;
use recording::State;
use std::collections::{BTreeMap, BTreeSet};

/// What two audits leave open, each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadTwice {
    /// Settings of recorders that are there in both, by ARN.
    pub settings: BTreeMap<String, Vec<String>>,
    /// Accounts and Regions whose resources, or whose recorders, were not all listed in either.
    pub unlisted: Vec<(String, String)>,
    /// Controls that are undetermined in both.
    pub controls: Vec<String>,
    /// How many resources, and how many accounts and Regions with what may be created there, have the verdict *undetermined* in both.
    pub verdicts: (usize, usize),
}

impl UnreadTwice {
    /// True iff recording may have got worse, and no difference shows it: something unread decides a verdict, before and after. The audits themselves
    /// are undetermined then.
    #[must_use]
    pub const fn may_hide(&self) -> bool {
        self.verdicts.0 > 0 || self.verdicts.1 > 0
    }
}

/// What both leave open.
#[must_use]
pub fn unread_twice(before: &Snapshot, after: &Snapshot) -> UnreadTwice {
    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (arn, was) in &before.recorders {
        let Some(is) = after.recorders.get(arn) else { continue };
        let unread = was.iter().filter(|(name, value)| value.is_none() && is.get(*name) == Some(&None));
        let names: Vec<String> = unread.map(|(name, _)| name.clone()).collect();
        if !names.is_empty() {
            settings.insert(arn.clone(), names);
        }
    }
    let places: BTreeSet<(String, String)> =
        before.future.keys().map(|(_, account, region)| (account.clone(), region.clone())).collect();
    let is_listed = |side: &Snapshot, place: &(String, String)| {
        side.listed.resources.contains(place) && side.listed.recorders.contains(place)
    };
    let unlisted = places.into_iter().filter(|place| !is_listed(before, place) && !is_listed(after, place));
    let undetermined = |side: &Snapshot, id: &String| side.controls.get(id) == Some(&Status::Undetermined);
    let controls = before.controls.keys().filter(|id| undetermined(before, id) && undetermined(after, id));
    let open = |state: Option<&State>| state == Some(&State::Undetermined);
    let resources =
        before.resources.iter().filter(|(key, was)| open(Some(was)) && open(after.resources.get(*key)));
    let future = before.future.iter().filter(|(key, was)| open(Some(was)) && open(after.future.get(*key)));
    UnreadTwice {
        settings,
        unlisted: unlisted.collect(),
        controls: controls.cloned().collect(),
        verdicts: (resources.count(), future.count()),
    }
}

#[cfg(test)]
mod tests {
    use super::{UnreadTwice, unread_twice};
    use crate::drift::{Snapshot, drift};
    use recording::State;
    use std::collections::BTreeMap;

    fn audit(selectors: Option<&str>, state: State) -> Snapshot {
        let setting = BTreeMap::from([("selectors".to_owned(), selectors.map(str::to_owned))]);
        let key = ("arn".to_owned(), "eu-west-1".to_owned());
        Snapshot {
            recorders: BTreeMap::from([("trail".to_owned(), setting)]),
            resources: BTreeMap::from([(key, state)]),
            ..Snapshot::default()
        }
    }

    /// Two that could not be read are not the same, whatever else is.
    #[test]
    fn what_was_read_in_neither_is_named_and_may_hide_something_where_a_verdict_rests_on_it() {
        let (open, known) = (audit(None, State::Undetermined), audit(Some("{}"), State::Recorded));
        assert!(drift(&open, &open).is_empty());
        let unread = unread_twice(&open, &open);
        assert_eq!(unread.settings["trail"], ["selectors"]);
        assert_eq!((unread.verdicts, unread.may_hide()), ((1, 0), true));
        for other in [unread_twice(&open, &known), unread_twice(&known, &open), unread_twice(&known, &known)]
        {
            assert_eq!((&other, other.may_hide()), (&UnreadTwice::default(), false));
        }
        // Others certainly record it.
        let beside = audit(None, State::Recorded);
        let unread = unread_twice(&beside, &beside);
        assert_eq!((unread.settings.len(), unread.may_hide()), (1, false));
    }
}
