//! What exceptions that hold accept of what must be recorded: nothing is changed for that alone.

use super::super::PlanOptions;
use super::super::skeleton::{ByPlace, Needs};
use crate::audit;
use crate::finding::{Audit, Status};
use crate::inventory::Inventory;
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::BTreeSet;

/// Takes out of `needs` what is accepted: web functions and MicroVM images where all that are not recorded are under exceptions, and management events
/// where every finding about them is. Functions are judged without those that are accepted wherever they are asked about.
pub(super) fn spare(needs: &mut ByPlace<Needs>, inventory: &Inventory, options: &PlanOptions<'_>) {
    if options.audit.exceptions.is_empty() {
        return;
    }
    let audit = audit(inventory, &options.audit);
    let managed = accepted_places(&audit);
    for (at, place) in audit.places.iter().enumerate() {
        let Some(needs) = needs.get_mut(&(place.account.to_owned(), place.region.to_owned())) else {
            continue;
        };
        if managed.contains(&at) {
            needs.management = false;
        }
        for kind in [ResourceType::WebFunction, ResourceType::MicrovmImage] {
            let rows = place.planes[kind as usize].rows.iter();
            let mut failing =
                rows.filter(|row| audit.verdicts[row.verdict].state != State::Recorded).peekable();
            let some = failing.peek().is_some();
            if some && !options.all_kinds && failing.all(|row| audit.is_excused(row)) {
                needs.kinds.remove(&(kind as usize));
            }
        }
    }
}

/// The places whose findings about management events are all accepted, and not none.
fn accepted_places(audit: &Audit<'_>) -> BTreeSet<usize> {
    let control = audit.controls.iter().filter(|one| one.id == "management-events-recorded");
    let (mut accepted, mut open) = (BTreeSet::new(), BTreeSet::new());
    for finding in control.flat_map(|one| &one.findings) {
        if audit.is_accepted(finding) {
            accepted.extend(finding.places.iter().copied());
        } else if finding.status != Status::Pass {
            open.extend(finding.places.iter().copied());
        }
    }
    accepted.difference(&open).copied().collect()
}
