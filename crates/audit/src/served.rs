//! A web function that several Regions serve: judged in each of them, answered once.

use crate::finding::{Audit, Proof, Row};
use crate::resource_ref::ResourceRef;
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::BTreeMap;

/// Which rows are about one web function.
#[derive(Clone, Debug, Default)]
pub struct Served {
    /// By the row where it is at home: the rows of the other Regions that serve it, ascending.
    elsewhere: BTreeMap<ResourceRef, Vec<ResourceRef>>,
    /// The way back.
    homes: BTreeMap<ResourceRef, ResourceRef>,
}

impl Served {
    /// `guest` is the row of a Region that serves what is at home in the row `home`.
    pub(crate) fn add(&mut self, home: ResourceRef, guest: ResourceRef) {
        self.elsewhere.entry(home).or_default().push(guest);
        self.homes.insert(guest, home);
    }

    /// The row where the resource is at home.
    #[must_use]
    pub fn home(&self, row: ResourceRef) -> ResourceRef {
        self.homes.get(&row).copied().unwrap_or(row)
    }

    /// The rows of the other Regions that serve what is at home in that row.
    #[must_use]
    pub fn elsewhere(&self, home: ResourceRef) -> &[ResourceRef] {
        self.elsewhere.get(&home).map_or(&[], Vec::as_slice)
    }
}

impl Audit<'_> {
    /// The resources of one type at home at a place, each once.
    pub fn at_home(&self, place: usize, kind: ResourceType) -> impl Iterator<Item = (ResourceRef, &Row<'_>)> {
        let plane = kind as usize;
        let of = &self.places[place].planes[plane];
        of.rows[..of.own].iter().enumerate().map(move |(row, one)| (ResourceRef { place, plane, row }, one))
    }

    /// The answer for a resource, by the row where it is at home: over all Regions that serve it. What escapes in one of them escapes.
    #[must_use]
    pub fn state(&self, home: ResourceRef) -> State {
        let of = |row: ResourceRef| self.verdicts[self.row(row).verdict].state;
        self.served.elsewhere(home).iter().map(|row| of(*row)).fold(of(home), over_both)
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

/// What two states of one resource, each in a Region of its own, come to.
fn over_both(one: State, other: State) -> State {
    use State::{NotRecorded, PartiallyRecorded, Recorded, Undetermined};
    match (one, other) {
        (Recorded, Recorded) => Recorded,
        (PartiallyRecorded, _) | (_, PartiallyRecorded) => PartiallyRecorded,
        (NotRecorded, Recorded) | (Recorded, NotRecorded) => PartiallyRecorded,
        (NotRecorded, _) | (_, NotRecorded) => NotRecorded,
        (Undetermined, _) | (_, Undetermined) => Undetermined,
    }
}
