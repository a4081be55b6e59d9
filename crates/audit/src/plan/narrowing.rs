//! What changes stop recording. Every plan is held against it when it is made, and once more when it is carried out.

use super::after;
use crate::candidates::Candidates;
use crate::change::{Change, Setting};
use crate::edit::{doubtful_lost, narrows, narrows_within, to_advanced};
use crate::inventory::{Gap, Inventory, OptIn, Place};
use crate::{Counted, Options};
use cloudtrail::event::{Event, Field};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{BasicSelector, Condition, FieldSelector, Selector, Selectors};
use cloudtrail::selector_json::document;
use recording::{Effort, Inclusion, included_within};
use std::collections::BTreeSet;

/// Something that a recorder records today, and that nothing certainly records once the changes are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowing {
    /// The recorder that records it today.
    pub recorder: String,
    /// Account and Region where it is lost; `None`: where the recorder reaches and the inventory does not.
    pub place: Option<(String, String)>,
    /// One event that is lost; `None` iff it hangs on something that was not read or that we do not understand.
    pub event: Option<Box<Event>>,
}

/// What the changes stop recording, of every category, resource type, name and caller: the first loss of each changed recorder.
///
/// Empty iff at every place, and wherever else a changed recorder reaches, each event that it may record today is recorded
/// afterwards by what is left of it together with all other recorders that certainly record there.
#[must_use]
pub fn narrowings(inventory: &Inventory, changes: &[Change], options: &Options<'_>) -> Vec<Narrowing> {
    let then = after(inventory, changes);
    let changed: BTreeSet<&str> = changes.iter().map(|change| change.target.arn.as_str()).collect();
    let recorders = inventory.recorders.iter().filter(|one| changed.contains(one.arn.as_str()));
    recorders.filter_map(|recorder| narrowing(inventory, &then, changes, options, recorder)).collect()
}

fn narrowing(
    inventory: &Inventory,
    then: &Inventory,
    changes: &[Change],
    options: &Options<'_>,
    recorder: &Recorder,
) -> Option<Narrowing> {
    let left = then.recorder(&recorder.arn).map(|at| &then.recorders[at]);
    let stopped = |change: &&Change| {
        change.target.arn == recorder.arn
            && matches!(&change.setting, Setting::Logging(turn) if !turn.after && turn.before)
    };
    let reaches_as_far = left.is_some_and(|left| {
        (left.multi_region || !recorder.multi_region) && (left.organization || !recorder.organization)
    });
    let is_stopped = changes.iter().any(|change| stopped(&change));
    let reaches_as_far = reaches_as_far && !is_stopped;
    let lost = |event| Some(Narrowing { recorder: recorder.arn.clone(), place: None, event });
    let Seen::Known(before) = &recorder.selectors else {
        let same = left.is_some_and(|left| left.selectors == recorder.selectors);
        return if same && reaches_as_far { None } else { lost(None) };
    };
    let stays = left.and_then(|left| left.selectors.known());
    // What is left of it records all by itself what it does today, wherever it did.
    if reaches_as_far && stays.is_some_and(|stays| narrows(before, stays) == Inclusion::Included) {
        return None;
    }
    let mut reach = Reach::of(inventory, then, options, recorder, reaches_as_far);
    if is_stopped {
        // Where its status was not read it may have logged, and certainly does not afterwards.
        reach.places.iter_mut().for_each(|stand| stand.stays = false);
    }
    reach.loses(before, stays, &mut Effort::new(u64::MAX))
}

/// As [`narrowings`], between two inventories of the same places that differ by a change which is not a plan of ours, for the recorders of
/// these ARNs. Those of `may_record_less` may record less than `after` says where nobody listed trails, or looked at all. What takes more than `effort`
/// steps to prove counts as lost, without an event.
#[must_use]
pub fn narrowings_between(
    before: &Inventory,
    after: &Inventory,
    changed: &BTreeSet<&str>,
    may_record_less: &BTreeSet<&str>,
    options: &Options<'_>,
    effort: u64,
) -> Vec<Narrowing> {
    let mut effort = Effort::new(effort);
    let recorders = before.recorders.iter().filter(|one| changed.contains(one.arn.as_str()));
    let each = recorders.filter_map(|recorder| {
        let left = after.recorder(&recorder.arn).map(|at| &after.recorders[at]);
        let mut reach = Reach::of(before, after, options, recorder, false);
        // A trail that does less where it was seen does so where its list was not read.
        let may_do_less = may_record_less.contains(recorder.arn.as_str())
            || reach.places.iter().any(|stand| stand.is_seen && !stand.stays);
        if may_do_less {
            reach.places.iter_mut().filter(|stand| !stand.is_seen).for_each(|stand| stand.stays = false);
        }
        let reaches_as_far = !may_do_less
            && reach.places.iter().all(|stand| stand.stays)
            && left.is_some_and(|left| {
                (left.multi_region || !recorder.multi_region) && (left.organization || !recorder.organization)
            });
        if let Some((_, stays)) = &mut reach.elsewhere {
            *stays = reaches_as_far;
        }
        match &recorder.selectors {
            Seen::Known(selectors) => {
                reach.loses(selectors, left.and_then(|left| left.selectors.known()), &mut effort)
            }
            Seen::Unread(_) => {
                let is_same = left.is_some_and(|left| left.selectors == recorder.selectors);
                let is_whole = is_same && reaches_as_far && !reach.ends_global_services;
                let narrowed = !is_whole && reach.is_anywhere();
                narrowed.then(|| Narrowing { recorder: recorder.arn.clone(), place: None, event: None })
            }
        }
    });
    each.collect()
}

/// Where a recorder may record, and who else certainly does there.
pub(super) struct Reach<'a> {
    recorder: &'a Recorder,
    /// Each place, whether what is left of the recorder records there, and what the others record.
    places: Vec<Stand>,
    /// The places that were seen, as what ARNs of functions there begin with, iff the recorder also reaches others;
    /// and whether what is left of it records at those others.
    elsewhere: Option<(Vec<String>, bool)>,
    /// What is left of the recorder no longer records events of global services (IAM, STS).
    ends_global_services: bool,
}

struct Stand {
    place: (String, String),
    /// True iff it was seen there what the recorder does: no list of trails was refused.
    is_seen: bool,
    stays: bool,
    others: Vec<Selector>,
}

impl<'a> Reach<'a> {
    /// Others count as they are in `then`.
    pub(super) fn of(
        inventory: &Inventory,
        then: &Inventory,
        options: &Options<'_>,
        recorder: &'a Recorder,
        reaches_as_far: bool,
    ) -> Self {
        let all = Options { recorders: Counted::All, ..*options };
        let (mut before, mut after) = (Candidates::new(inventory, &all), Candidates::new(then, &all));
        let mut places: Vec<Stand> = Vec::new();
        for (was, is) in inventory.places.iter().zip(&then.places) {
            let here = |inventory: &Inventory, at: Option<usize>| {
                at.is_some_and(|at| inventory.recorders[at].arn == recorder.arn)
            };
            let candidates = before.at(was).0;
            let Some(it) = candidates.iter().find(|one| here(inventory, one.recorder)) else { continue };
            let was_open = (!it.certain).then(|| values(&before.gaps, &it.gaps));
            let is_seen = recorder.kind != RecorderKind::Trail || is.trails.known().is_some();
            let (mut stays, mut others) = (false, Vec::new());
            for candidate in after.at(is).0 {
                let Some(at) = candidate.recorder else { continue };
                let one = &then.recorders[at];
                let counts = options.recorders == Counted::All || one.kind == RecorderKind::Trail;
                if one.arn == recorder.arn {
                    // Whether it still records there must not have become a question, nor another question than it was.
                    let is_as_open =
                        |was: &BTreeSet<&Gap>| values(&after.gaps, &candidate.gaps).is_subset(was);
                    stays = candidate.certain || was_open.as_ref().is_some_and(is_as_open);
                } else if candidate.certain && counts {
                    let known = one.selectors.known().into_iter().flat_map(|selectors| &selectors.list);
                    // One of another recorder that looks the same may differ in what we do not understand.
                    let known = known.filter(|one| one.doubts().is_empty());
                    match has_global_services(one) {
                        true => others.extend(known.cloned()),
                        false => others.extend(known.filter_map(without_management)),
                    }
                }
            }
            let stand = Stand { place: (was.account.clone(), was.region.clone()), is_seen, stays, others };
            let is_same = |known: &Stand| {
                known.is_seen == is_seen && known.stays == stays && known.others == stand.others
            };
            if !places.iter().any(is_same) {
                places.push(stand);
            }
        }
        let elsewhere = reaches_unseen(inventory, recorder).then(|| (prefixes(inventory), reaches_as_far));
        let left = then.recorder(&recorder.arn).map(|at| &then.recorders[at]);
        let ends_global_services =
            has_global_services(recorder) && left.is_some_and(|left| !has_global_services(left));
        Reach { recorder, places, elsewhere, ends_global_services }
    }

    /// True iff the recorder may record at some place that was seen.
    pub(super) fn is_anywhere(&self) -> bool {
        !self.places.is_empty()
    }

    /// The first loss, where the recorder has `before` today and `stays` afterwards. What cannot be proven with the steps that are
    /// left of `effort` counts as lost.
    pub(super) fn loses(
        &self,
        before: &Selectors,
        stays: Option<&Selectors>,
        effort: &mut Effort,
    ) -> Option<Narrowing> {
        let lost = |place, event| Some(Narrowing { recorder: self.recorder.arn.clone(), place, event });
        // Which management events those of global services are is not ours to say, so none of its own count.
        let bare = stays.filter(|_| self.ends_global_services).map(|stays| {
            let list: Vec<Selector> = stays.list.iter().filter_map(without_management).collect();
            Selectors { document: document(&list), list }
        });
        let stays = bare.as_ref().or(stays);
        let own = |stays_here: bool| stays.filter(|_| stays_here);
        // What is left of it may record all by itself what it does today.
        let is_whole =
            stays.is_some_and(|stays| narrows_within(before, stays, effort) == Inclusion::Included);
        for stand in self.places.iter().filter(|stand| !(is_whole && stand.stays)) {
            if let Some(event) = loss(before, &before.list, own(stand.stays), &stand.others, effort) {
                return lost(Some(stand.place.clone()), event);
            }
        }
        let (seen, stays_there) = self.elsewhere.as_ref().filter(|(_, stays)| !(is_whole && *stays))?;
        let there = outside(&before.list, seen);
        loss(before, &there, own(*stays_there), &[], effort).and_then(|event| lost(None, event))
    }
}

/// The gaps at these positions.
fn values<'g>(gaps: &'g [Gap], at: &[usize]) -> BTreeSet<&'g Gap> {
    at.iter().filter_map(|at| gaps.get(*at)).collect()
}

/// True unless it is a trail for one Region that does not say that it records events of global services (IAM, STS).
fn has_global_services(recorder: &Recorder) -> bool {
    recorder.kind != RecorderKind::Trail
        || recorder.multi_region
        || recorder.global_service_events == Some(true)
}

/// The selector without management events; `None` iff nothing is left of it.
fn without_management(selector: &Selector) -> Option<Selector> {
    match selector {
        Selector::Basic(basic) => {
            Some(Selector::Basic(BasicSelector { include_management: false, ..basic.clone() }))
        }
        Selector::Advanced(advanced) => advanced
            .condition(Field::EventCategory)
            .is_some_and(|one| one.turns_away(Some("Management")).is_some())
            .then(|| selector.clone()),
    }
}

/// What of `list`, the selectors of `before`, nothing records any more: `None` iff all of it is; `Some(None)` iff that hangs on
/// a doubt.
fn loss(
    before: &Selectors,
    list: &[Selector],
    stays: Option<&Selectors>,
    others: &[Selector],
    effort: &mut Effort,
) -> Option<Option<Box<Event>>> {
    let own = stays.map_or(&[][..], |stays| &stays.list);
    let union: Vec<Selector> = own.iter().chain(others).cloned().collect();
    match included_within(list, &union, effort) {
        Inclusion::Included => doubtful_lost(before, stays).then_some(None),
        Inclusion::Lost { witness, .. } => Some(Some(witness)),
        Inclusion::Undetermined { .. } => Some(None),
    }
}

/// What ARNs of functions at the places that were seen begin with.
pub(super) fn prefixes(inventory: &Inventory) -> Vec<String> {
    let prefix =
        |place: &Place| format!("arn:{}:lambda:{}:{}:", inventory.partition, place.region, place.account);
    inventory.places.iter().map(prefix).collect()
}

/// The selectors without what they record of functions whose ARN begins so: an invocation of a function is recorded in
/// the Region that its ARN names.
pub(super) fn outside(list: &[Selector], prefixes: &[String]) -> Vec<Selector> {
    let Ok(advanced) = to_advanced(list) else { return list.to_vec() };
    let kind = ResourceType::Function.as_str();
    let mut all = Vec::new();
    for one in advanced {
        let Selector::Advanced(mut one) = one else { continue };
        let is_fixed = |field, text: &str| {
            one.condition(field).is_some_and(|condition| *condition == Condition::equals([text]))
        };
        if is_fixed(Field::EventCategory, "Data") && is_fixed(Field::ResourcesType, kind) {
            let at =
                one.fields.iter().position(|field| field.field == Field::ResourcesArn).unwrap_or_else(|| {
                    one.fields
                        .push(FieldSelector { field: Field::ResourcesArn, condition: Condition::default() });
                    one.fields.len() - 1
                });
            one.fields[at].condition.not_starts_with.extend(prefixes.iter().cloned());
        }
        all.push(Selector::Advanced(one));
    }
    all
}

/// True unless every account and Region in which the recorder can record is among the places.
pub(super) fn reaches_unseen(inventory: &Inventory, recorder: &Recorder) -> bool {
    let seen = |account: &str, region: &str| inventory.place(account, region).is_some();
    let in_account = |id: &str| {
        let account = inventory.account(id);
        match account.map(|account| &account.regions) {
            Some(Seen::Known(regions)) if recorder.multi_region => {
                let enabled = regions.iter().filter(|(_, state)| **state != OptIn::Disabled);
                regions.is_empty() || !enabled.into_iter().all(|(region, _)| seen(id, region))
            }
            Some(_) | None if recorder.multi_region => true,
            _ => !seen(id, &recorder.home_region),
        }
    };
    if !recorder.organization {
        return in_account(&recorder.account);
    }
    // Only the organization's own list says which accounts there are, and gives each a state.
    let listed = inventory.accounts.iter().all(|account| account.state.is_some())
        && inventory.gaps.iter().all(|gap| gap.call != "organizations:ListAccounts");
    let closed = |state: Option<&str>| state == Some("CLOSED");
    let open = inventory.accounts.iter().filter(|account| !closed(account.state.as_deref()));
    !listed || open.into_iter().any(|account| !account.audited || in_account(&account.id))
}
