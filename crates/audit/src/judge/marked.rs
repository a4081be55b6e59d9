//! The resources that stand under an exception, because it names them or its `match` accepts that they are not recorded.

use crate::accepted::Register;
use crate::controls::ABOUT_INVOCATIONS;
use crate::exception::Accepted;
use crate::finding::PlaceAudit;
use crate::resource_ref::ResourceRef;
use crate::served::Served;
use cloudtrail::resource::ResourceType;
use recording::{State, Verdict};
use std::collections::BTreeMap;

/// Marks them.
pub(super) fn accepted<'a>(
    register: Register<'a>,
    places: &mut [PlaceAudit<'a>],
    served: &Served,
    verdicts: &[Verdict],
) -> Vec<Accepted<'a>> {
    if register.is_empty() {
        return Vec::new();
    }
    let marks = marks(&register, places, served, verdicts);
    let mut accepted = register.into_accepted();
    for (at, exception) in marks {
        let row = &mut places[at.place].planes[at.plane].rows[at.row];
        row.exception = Some(exception);
        let (state, one) = (verdicts[row.verdict].state, &mut accepted[exception]);
        match (at.plane == ResourceType::Function as usize, state) {
            (true, State::Recorded) => one.recorded += 1,
            (true, State::NotRecorded | State::PartiallyRecorded) => one.functions.push(at),
            // What is not known is not accepted, and an exception that ended makes it no worse: the row speaks for itself.
            (true, State::Undetermined) => {}
            // A web function is said once, where it is at home.
            (false, _) if served.home(at) == at => one.others.push(at),
            (false, _) => {}
        }
    }
    accepted
}

/// The exception that each stands under.
fn marks(
    register: &Register<'_>,
    places: &[PlaceAudit<'_>],
    served: &Served,
    verdicts: &[Verdict],
) -> BTreeMap<ResourceRef, usize> {
    let state = |at: ResourceRef| verdicts[places[at.place].planes[at.plane].rows[at.row].verdict].state;
    let mut marks = BTreeMap::new();
    for (place, at) in places.iter().enumerate() {
        let here = register.matching_at(at.account, at.region);
        for (plane, of) in at.planes.iter().enumerate() {
            let is_function = of.kind == ResourceType::Function;
            if !is_function && here.is_empty() {
                continue;
            }
            for (row, one) in of.rows[..of.own].iter().enumerate() {
                let at = ResourceRef { place, plane, row };
                // A web function is one answer over all Regions that serve it, so one that is open nowhere.
                let all = || served.elsewhere(at).iter().copied().chain([at]).map(state);
                let fails = all().all(|state| state != State::Undetermined)
                    && all().any(|one| one != State::Recorded);
                let named = is_function.then(|| register.of(one.arn)).flatten();
                let control = ABOUT_INVOCATIONS[plane];
                let exception =
                    if fails { register.with_match(named, control, one.arn, &here) } else { named };
                if let Some(exception) = exception {
                    marks.insert(at, exception);
                    marks.extend(served.elsewhere(at).iter().map(|guest| (*guest, exception)));
                }
            }
        }
    }
    marks
}
