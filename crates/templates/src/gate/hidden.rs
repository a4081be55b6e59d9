//! What may be lost where both sides of a change are in doubt, and look alike.

use super::certain::certainly;
use super::stand_in::with_impossible;
use super::{EFFORT, Loss};
use crate::proposal::{Hidden, Proposal, What, take};
use audit::Options;
use audit::finding::Audit;
use audit::plan::{Narrowing, narrowings_between};
use cloudtrail::arn::Arn;
use cloudtrail::event::Event;
use std::collections::BTreeSet;

/// The losses that nobody can see, each of them in doubt: what the rest of the document certainly records is none.
pub(super) fn losses(proposal: &Proposal, after: &Audit<'_>, options: &Options<'_>) -> Vec<Loss> {
    let of_one = |one: &Hidden| -> Option<Loss> {
        let event = match &one.what {
            What::Narrows(event) if !is_recorded(after, event) => Some(event.clone()),
            What::MayNarrow | What::MayReachLess if may_lose(one, proposal, options) => None,
            _ => return None,
        };
        let place = event.as_deref().and_then(home);
        let narrowing = Narrowing { recorder: one.arn.clone(), place, event };
        Some(Loss { narrowing, certain: false, resource: Some(one.resource) })
    };
    proposal.hidden.iter().filter_map(of_one).collect()
}

/// The account and Region that the ARN of its resource names.
fn home(event: &Event) -> Option<(String, String)> {
    let arn = Arn::parse(&event.resource.as_ref()?.arn)?;
    let is_whole = !arn.account.is_empty() && !arn.region.is_empty();
    is_whole.then(|| (arn.account.to_owned(), arn.region.to_owned()))
}

/// True iff the event is certainly recorded after the change, wherever it happens.
fn is_recorded(after: &Audit<'_>, event: &Event) -> bool {
    let mut places = after.places.iter().map(|place| (place.account.to_owned(), place.region.to_owned()));
    !after.places.is_empty() && places.all(|place| certainly(after, &place, event) == Some(true))
}

/// True iff something that the recorder records may be lost if it is gone.
fn may_lose(one: &Hidden, proposal: &Proposal, options: &Options<'_>) -> bool {
    let mut without = with_impossible(&proposal.after);
    take(&mut without, &one.arn);
    let changed = BTreeSet::from([one.arn.as_str()]);
    !narrowings_between(&proposal.before, &without, &changed, &BTreeSet::new(), options, EFFORT).is_empty()
}
