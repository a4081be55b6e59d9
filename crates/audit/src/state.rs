//! The answer for a resource over all Regions that serve it: judged in each of them, answered once.

use crate::finding::{Audit, Proof, Row};
use crate::inventory::Serving;
use crate::resource_ref::ResourceRef;
use cloudtrail::resource::ResourceType;
use recording::State;

impl Audit<'_> {
    /// The resources of one type at home at a place, each once.
    pub fn at_home(&self, place: usize, kind: ResourceType) -> impl Iterator<Item = (ResourceRef, &Row<'_>)> {
        let plane = kind as usize;
        let of = &self.places[place].planes[plane];
        of.rows[..of.own].iter().enumerate().map(move |(row, one)| (ResourceRef { place, plane, row }, one))
    }

    /// The answer for a resource, by the row where it is at home: over all Regions that serve it. What escapes in one of them escapes,
    /// and what one of them records is recorded.
    #[must_use]
    pub fn state(&self, home: ResourceRef) -> State {
        let rows = [home].into_iter().chain(self.served.elsewhere(home).iter().copied());
        let verdicts = rows.map(|row| self.row(row).verdict);
        let states = verdicts.map(|verdict| self.verdicts[verdict].state);
        // A home Region that records all it serves, where others were not audited, does record.
        let at_home = self.open.get(&self.row(home).verdict).map(|open| self.verdicts[open.home].state);
        over_all(states.chain(at_home))
    }

    /// The ARNs of functions of which no invocation is recorded: their verdict is *not recorded*.
    pub fn functions_not_recorded(&self) -> impl Iterator<Item = &str> {
        let here = |place| self.at_home(place, ResourceType::Function);
        let all = (0..self.places.len()).flat_map(here);
        all.filter(|(home, _)| self.state(*home) == State::NotRecorded).map(|(_, row)| row.arn)
    }

    /// The Regions that serve a resource or may, its own first, each with the proof of its answer: `None` where nobody looked. Empty iff no
    /// other Region is known to serve it.
    #[must_use]
    pub fn regions(&self, home: ResourceRef) -> Vec<(&str, Option<Proof>)> {
        let open = self.open.get(&self.row(home).verdict);
        let unlooked = self.unlooked(home);
        if open.is_none() && unlooked.is_empty() && self.served.elsewhere(home).is_empty() {
            return Vec::new();
        }
        let at_home = self.places[home.place].region;
        let own = open.map_or(self.row(home).verdict, |open| open.home);
        let mut all = vec![(at_home, Some(Proof { place: home.place, verdict: own }))];
        let proof = |one: &ResourceRef| Proof { place: one.place, verdict: self.row(*one).verdict };
        let elsewhere = self.served.elsewhere(home).iter();
        all.extend(elsewhere.map(|one| (self.places[one.place].region, Some(proof(one)))));
        let gaps = open.into_iter().flat_map(|open| &open.gaps);
        let unread = gaps.filter_map(|gap| self.gaps[*gap].region.as_deref());
        let mut unseen: Vec<&str> = unread.chain(unlooked).filter(|region| *region != at_home).collect();
        unseen.sort_unstable();
        unseen.dedup();
        all.extend(unseen.into_iter().map(|region| (region, None)));
        // Alone, it says nothing: which others serve it was not read, or none does.
        if all.len() > 1 { all } else { Vec::new() }
    }

    /// The Regions that serve a web function and were not audited, whatever its home Region says.
    fn unlooked(&self, home: ResourceRef) -> Vec<&str> {
        if home.plane != ResourceType::WebFunction as usize {
            return Vec::new();
        }
        let Some(place) = self.inventory.places.get(home.place) else { return Vec::new() };
        let resource = place.web_functions.resources.get(home.row);
        let Some(Serving::Also(regions)) = resource.map(|resource| &resource.serving) else {
            return Vec::new();
        };
        let is_unlooked = |region: &&str| self.inventory.place(&place.account, region).is_none();
        regions.iter().map(String::as_str).filter(is_unlooked).collect()
    }

    /// The verdict that proves [`Audit::state`]: that of the home Region unless another Region alone decides.
    #[must_use]
    pub fn proof_of(&self, home: ResourceRef) -> Proof {
        let rank = |proof: &Proof| match self.verdicts[proof.verdict].state {
            State::NotRecorded | State::PartiallyRecorded => 0,
            State::Undetermined => 1,
            State::Recorded => 2,
        };
        let proof = |row: ResourceRef| Proof { place: row.place, verdict: self.row(row).verdict };
        let others = self.served.elsewhere(home).iter().map(|row| proof(*row));
        others.fold(proof(home), |worst, other| if rank(&other) < rank(&worst) { other } else { worst })
    }
}

/// What the states of one resource come to, each of them in a Region of its own.
fn over_all(states: impl Iterator<Item = State>) -> State {
    let (mut escapes, mut records, mut open) = (false, false, false);
    for state in states {
        escapes |= matches!(state, State::NotRecorded | State::PartiallyRecorded);
        records |= matches!(state, State::Recorded | State::PartiallyRecorded);
        open |= state == State::Undetermined;
    }
    match (escapes, records, open) {
        (true, true, _) => State::PartiallyRecorded,
        (true, false, _) => State::NotRecorded,
        (false, _, true) => State::Undetermined,
        (false, _, false) => State::Recorded,
    }
}

#[cfg(test)]
mod tests {
    use super::over_all;
    use recording::State::{NotRecorded, PartiallyRecorded, Recorded, Undetermined};

    #[test]
    fn the_order_of_regions_decides_nothing() {
        for (states, expected) in [
            (&[Recorded, Recorded][..], Recorded),
            (&[Recorded, Undetermined], Undetermined),
            (&[Recorded, Undetermined, NotRecorded], PartiallyRecorded),
            (&[Undetermined, NotRecorded], NotRecorded),
            (&[NotRecorded, PartiallyRecorded], PartiallyRecorded),
            (&[Undetermined, PartiallyRecorded], PartiallyRecorded),
        ] {
            for by in 0..states.len() {
                let mut turned = states.to_vec();
                turned.rotate_left(by);
                assert_eq!(over_all(turned.iter().copied()), expected, "{turned:?}");
                turned.reverse();
                assert_eq!(over_all(turned.into_iter()), expected);
            }
        }
    }
}
