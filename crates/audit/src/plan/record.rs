//! The plan that makes the control pass: which recorder is changed, and how.

mod excused;
mod organization;
mod refused;

use super::after::after;
use super::create::{self, full_of, new_trail};
use super::owner::owner;
use super::skeleton::{ByPlace, Lacks, Needs, Paid, lacking, needs, of_account, skeleton, weight};
use super::{Owner, Plan, PlanOptions, Purpose, Reasoned, Refusal, finish};
use crate::change::{Change, Setting, Target, Turn};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::edit::{EditError, Exclusions, add_management, extend};
use crate::inventory::Inventory;
use crate::judge::Prospects;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector_json::request;
use std::collections::{BTreeMap, BTreeSet};

/// The changes after which every invocation is recorded, and every management event.
///
/// An existing organization trail is preferred to a trail of the account, one that reaches every Region to one that does
/// not, an event data store to a new trail; of these, one whose change adds no paid copy to one whose does. Nothing that is
/// sufficient is changed, and nothing rests on what was not read.
#[must_use]
pub fn record(inventory: &Inventory, options: &PlanOptions<'_>) -> Plan {
    let (steps, refusals) = steps(inventory, options);
    finish(inventory, options, Purpose::Record, steps, refusals)
}

/// The changes of [`record`], and what was wanted and could not be planned.
pub(super) fn steps(inventory: &Inventory, options: &PlanOptions<'_>) -> (Vec<Reasoned>, Vec<Refusal>) {
    let bare = skeleton(inventory);
    let mut needs: ByPlace<Needs> = inventory
        .places
        .iter()
        .map(|place| (place.account.clone(), place.region.clone()))
        .zip(needs(inventory, options.all_kinds))
        .collect();
    excused::spare(&mut needs, inventory, options);
    let mut planner = Planner {
        inventory,
        options,
        needs,
        prospects: Prospects::with_exclusions(&options.audit, !options.all_management),
        steps: Vec::new(),
        refused: BTreeMap::new(),
        tried: BTreeSet::new(),
        apart: BTreeMap::new(),
    };
    // An organization's recorder first, but not where it would pay twice for what an account's own could record alone.
    let bare = planner.organizations(bare, Copies::None);
    let bare = planner.accounts(bare, Copies::None);
    let bare = planner.organization_trails(bare);
    let bare = planner.organizations(bare, Copies::Taken);
    let bare = planner.accounts(bare, Copies::Taken);
    let mut refusals = planner.refusals(&bare);
    refusals.extend(planner.exclusions(&bare));
    (planner.needed(), refusals)
}

/// Whether a change may add paid copies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copies {
    None,
    /// Where nothing else will do; then a trail may be created, too.
    Taken,
}

struct Planner<'a> {
    inventory: &'a Inventory,
    options: &'a PlanOptions<'a>,
    needs: ByPlace<Needs>,
    prospects: Prospects<'a>,
    steps: Vec<Reasoned>,
    /// Why a recorder could not be changed, by ARN.
    refused: BTreeMap<String, (Coded, Coded)>,
    /// Recorders that were changed: none is changed twice.
    tried: BTreeSet<String>,
    /// Why an account gets a trail of its own, or none, where one trail of its organization would serve several accounts.
    apart: BTreeMap<String, Apart>,
}

/// Why an account is not served by a trail of its organization.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Apart {
    /// It gets a trail of its own, and this is why.
    Own(String),
    /// It cannot have another trail, and this is why.
    Full(String),
    /// No account that was visited can make the trail of the organization: why. A trail in each account is made only on request.
    Nobody(String),
}

/// True iff the account belongs to the organization whose trail this is, as far as that is known.
fn is_member(inventory: &Inventory, account: &str, trail: &Recorder) -> bool {
    let of = inventory.account(account).and_then(|one| one.organization.known()?.as_ref());
    of.is_some_and(|of| of.management_account == trail.account)
}

/// Why a trail without events of global services is not extended to all Regions, and what to do: AWS refuses a trail of all Regions that leaves them out,
/// and whoever turned them off may have had a reason.
fn without_global_services() -> (Coded, Coded) {
    (
        Code::GlobalEventsLeftOut.says(
            "it leaves out events of global services (IAM, STS), and AWS takes no trail of all Regions that does",
        ),
        Code::EditByHand.says(
            "let it record them (aws cloudtrail update-trail --include-global-service-events), and plan again",
        ),
    )
}

/// What changing one recorder would bring.
struct Offer {
    changes: Vec<Change>,
    /// The lower, the better.
    rank: (bool, u8, usize, std::cmp::Reverse<usize>, String),
    because: Coded,
    after: Inventory,
}

impl Planner<'_> {
    /// Organization recorders, over all places at once.
    fn organizations(&mut self, mut bare: Inventory, copies: Copies) -> Inventory {
        while let Some(offer) = self.best(&bare, |recorder| recorder.organization, None, copies) {
            bare = self.take(offer);
        }
        bare
    }

    /// Then each account that still lacks something, by itself.
    fn accounts(&mut self, mut bare: Inventory, copies: Copies) -> Inventory {
        let (lacks, _) = lacking(&bare, &self.needs, &mut self.prospects);
        let accounts: BTreeSet<String> = lacks.into_keys().map(|(account, _)| account).collect();
        for account in accounts {
            let mut own = of_account(&bare, &account);
            let mut changes: Vec<Change> = Vec::new();
            loop {
                let own_recorder =
                    |recorder: &Recorder| !recorder.organization && recorder.account == account;
                let offer = match self.best(&own, own_recorder, Some(&account), copies) {
                    Some(offer) => offer,
                    None if copies == Copies::None => break,
                    None => match self.created(&own, &account) {
                        Some(offer) => offer,
                        None => break,
                    },
                };
                changes.extend(offer.changes.iter().cloned());
                own = self.take(offer);
            }
            bare = after(&bare, &changes);
        }
        bare
    }

    fn take(&mut self, offer: Offer) -> Inventory {
        for change in offer.changes {
            self.tried.insert(change.target.arn.clone());
            self.steps.push((change, offer.because.clone()));
        }
        offer.after
    }

    /// The best recorder to change, of those that `wanted` says; `None` iff changing none of them helps.
    fn best(
        &mut self,
        bare: &Inventory,
        wanted: impl Fn(&Recorder) -> bool,
        account: Option<&str>,
        allowed: Copies,
    ) -> Option<Offer> {
        let (lacks, copies) = lacking(bare, &self.needs, &mut self.prospects);
        let weight = weight(&lacks);
        if weight == 0 {
            return None;
        }
        let mut best: Option<Offer> = None;
        for recorder in bare.recorders.iter().filter(|one| one.kind != RecorderKind::Channel && wanted(one)) {
            if self.tried.contains(&recorder.arn) || !self.options.counts(recorder.kind) {
                continue;
            }
            let offer = self.offer(bare, recorder, &lacks, &copies, weight, account);
            let offer = offer.filter(|offer| allowed == Copies::Taken || !offer.rank.0);
            if let Some(offer) = offer
                && best.as_ref().is_none_or(|best| offer.rank < best.rank)
            {
                best = Some(offer);
            }
        }
        best
    }

    /// What changing this recorder would bring; `None` iff it would not help.
    fn offer(
        &mut self,
        bare: &Inventory,
        recorder: &Recorder,
        lacks: &ByPlace<Lacks>,
        copies: &Paid,
        weight: usize,
        account: Option<&str>,
    ) -> Option<Offer> {
        if let Owner::ControlTower { mark } = owner(self.inventory, recorder) {
            let why = format!("AWS Control Tower manages it ({mark}), and forbids to change it");
            let beside = Code::TrailBeside.says("a trail of its own for data events, beside it");
            self.refuse(recorder, Code::ManagedByControlTower.says(why), beside);
            return None;
        }
        let home_only = !recorder.multi_region && recorder.kind == RecorderKind::Trail;
        let reach = lacks.iter().filter(|((of, _), _)| recorder.organization || *of == recorder.account);
        let lacked: Vec<(&(String, String), &Lacks)> = reach.collect();
        let elsewhere = home_only && lacked.iter().any(|((_, region), _)| *region != recorder.home_region);
        if elsewhere && recorder.global_service_events == Some(false) {
            let (why, nearest) = without_global_services();
            self.refuse(recorder, why, nearest);
            return None;
        }
        let sees =
            |id: &str| id == recorder.account || recorder.organization && is_member(bare, id, recorder);
        if let Some(full) = full_of(bare, sees, Some(&recorder.arn)).filter(|_| elsewhere) {
            let room = Code::MakeRoom.says("delete a trail that nobody needs, and plan again");
            self.refuse(recorder, Code::TrailsFull.says(full), room);
            return None;
        }
        let changes = match self.changes(bare, recorder, &lacked, elsewhere) {
            Ok(changes) => changes,
            Err((why, nearest)) => {
                self.refuse(recorder, why, nearest);
                return None;
            }
        };
        if changes.is_empty() {
            return None;
        }
        let then = after(bare, &changes);
        let (left, copies_then) = lacking(&then, &self.needs, &mut self.prospects);
        let gain = weight.saturating_sub(super::skeleton::weight(&left));
        if gain == 0 {
            return None;
        }
        // Copies that were not looked for are not copies that are not there.
        let (added, open) = copies_then.beyond(copies);
        let (tier, kind) = match (recorder.kind, recorder.organization, recorder.multi_region) {
            (RecorderKind::Trail, true, true) => (0, "organization trail"),
            (RecorderKind::Trail, true, false) => (1, "organization trail for one Region"),
            (RecorderKind::Trail, false, true) => (2, "multi-Region trail"),
            (RecorderKind::Trail, false, false) => (3, "trail for one Region"),
            (_, true, _) => (4, "organization event data store"),
            (_, false, _) => (5, "event data store"),
        };
        let of = account.map_or_else(|| "these accounts".to_owned(), |id| format!("account {id}"));
        let copy = match added {
            0 if open > 0 => {
                "whether it adds paid copies takes more steps to find than the work limit".to_owned()
            }
            0 => "it adds no paid copy".to_owned(),
            _ => format!(
                "in {}{} some events, of existing or new functions, are then recorded twice, and billed twice, as by any other recorder here",
                count(copies_then.places_beyond(copies), "account-Region"),
                if open > 0 { ", and perhaps in more" } else { "" }
            ),
        };
        Some(Offer {
            changes,
            rank: (added + open > 0, tier, added + open, std::cmp::Reverse(gain), recorder.arn.clone()),
            because: Code::BestRecorder
                .says(format!("{} is the existing {kind} that serves {of} best: {copy}", recorder.name)),
            after: then,
        })
    }

    fn refuse(&mut self, recorder: &Recorder, why: Coded, nearest: Coded) {
        self.refused.entry(recorder.arn.clone()).or_insert((why, nearest));
    }

    /// What must change at the recorder for what is lacking.
    fn changes(
        &self,
        bare: &Inventory,
        recorder: &Recorder,
        lacked: &[(&(String, String), &Lacks)],
        elsewhere: bool,
    ) -> Result<Vec<Change>, (Coded, Coded)> {
        let target = Target { account: organization::caller(self.inventory, recorder), ..target(recorder) };
        let change = |setting| Change { target: target.clone(), setting };
        let mut changes = Vec::new();
        if elsewhere {
            changes.push(change(Setting::MultiRegion(Turn { before: false, after: true })));
        }
        if recorder.log_file_validation == Some(false) {
            changes.push(change(Setting::LogFileValidation(Turn { before: false, after: true })));
        }
        let Seen::Known(selectors) = &recorder.selectors else {
            let gap = recorder.selectors.gap().and_then(|gap| self.inventory.gaps.get(gap));
            let call = gap.map_or("cloudtrail:GetEventSelectors", |gap| gap.call.as_str());
            return Err((
                Code::UnreadStays.says("its selectors could not be read, so it is not changed"),
                Code::GrantCall.says(format!("grant {call} and plan again")),
            ));
        };
        let kinds: BTreeSet<usize> =
            lacked.iter().flat_map(|(_, lacks)| lacks.failing.kinds.iter().copied()).collect();
        let kinds: Vec<ResourceType> =
            ResourceType::ALL.into_iter().filter(|kind| kinds.contains(&(*kind as usize))).collect();
        let told = |error: EditError| {
            let nearest = match &error {
                EditError::DoesNotFit { nearest, .. } => Code::MakeRoom.says(nearest),
                _ => Code::EditByHand.says("another recorder, or an edit by hand"),
            };
            (error.code().says(error.to_string()), nearest)
        };
        let mut wanted = extend(selectors, &kinds, &bare.partition, recorder.kind).map_err(told)?;
        if lacked.iter().any(|(_, lacks)| lacks.failing.management) {
            let exclusions = if self.options.all_management { Exclusions::Drop } else { Exclusions::Keep };
            wanted = add_management(&wanted, recorder.kind, exclusions).map_err(told)?;
        }
        let text = |selectors| request(selectors).map_err(|error| told(error.into()));
        let (before, after) = (text(selectors)?, text(&wanted)?);
        if before != after {
            changes.push(change(Setting::Selectors(Turn { before, after })));
        }
        if stopped(bare, recorder) {
            changes.push(change(Setting::Logging(Turn { before: false, after: true })));
        }
        Ok(changes)
    }

    /// A new trail for an account that no existing recorder can serve.
    fn created(&mut self, own: &Inventory, account: &str) -> Option<Offer> {
        let (lacks, _) = lacking(own, &self.needs, &mut self.prospects);
        if weight(&lacks) == 0 {
            return None;
        }
        let why = match self.apart.get(account) {
            Some(Apart::Nobody(_) | Apart::Full(_)) => return None,
            Some(Apart::Own(why)) => format!("; {why}"),
            None => String::new(),
        };
        if let Some(full) = create::full(own, account) {
            self.apart.insert(account.to_owned(), Apart::Full(full));
            return None;
        }
        let owner = create::Owner { account, maker: account, organization: None };
        let (changes, because) = new_trail(own, owner, &lacks, self.options.buckets)?;
        if changes.iter().any(|change| self.tried.contains(&change.target.arn)) {
            return None;
        }
        let then = after(own, &changes);
        let (left, _) = lacking(&then, &self.needs, &mut self.prospects);
        (weight(&left) < weight(&lacks)).then(|| Offer {
            changes,
            rank: (false, 9, 0, std::cmp::Reverse(0), String::new()),
            because: because.code.says(format!("{because}{why}")),
            after: then,
        })
    }

    /// The steps without those that a later one made needless: an organization's recorder that had to be changed for one
    /// account may do for others, whose own changes would only add copies.
    fn needed(&mut self) -> Vec<Reasoned> {
        let bare = skeleton(self.inventory);
        let prospects = &mut self.prospects;
        let mut left = |steps: &[Reasoned]| {
            let changes: Vec<Change> = steps.iter().map(|(change, _)| change.clone()).collect();
            let (lacks, copies) = lacking(&after(&bare, &changes), &self.needs, prospects);
            let open: usize =
                lacks.values().map(|one| one.open.kinds.len() + usize::from(one.open.management)).sum();
            (weight(&lacks) + open, copies)
        };
        let mut steps = self.steps.clone();
        let organization = |arn: &str| {
            let at = self.inventory.recorder(arn);
            let created = self.steps.iter().any(|(change, _)| {
                change.target.arn == arn
                    && matches!(&change.setting, Setting::Trail(Turn { after: Some(trail), .. }) if trail.organization)
            });
            created || at.is_some_and(|at| self.inventory.recorders[at].organization)
        };
        let mut arns: Vec<String> = steps.iter().map(|(change, _)| change.target.arn.clone()).collect();
        arns.dedup();
        // The least preferred are tried first: accounts' own, the last chosen before the first.
        arns.reverse();
        arns.sort_by_key(|arn| organization(arn));
        let mut now = left(&steps);
        for arn in arns {
            let without: Vec<Reasoned> =
                steps.iter().filter(|(change, _)| change.target.arn != arn).cloned().collect();
            let then = left(&without);
            if then.0 <= now.0 && then.1.beyond(&now.1) == (0, 0) {
                (steps, now) = (without, then);
            }
        }
        steps
    }
}

/// How the recorder is called.
pub(super) fn target(recorder: &Recorder) -> Target {
    Target {
        arn: recorder.arn.clone(),
        name: recorder.name.clone(),
        kind: recorder.kind,
        account: recorder.account.clone(),
        home_region: recorder.home_region.clone(),
    }
}

/// True iff the trail certainly does not log at home.
fn stopped(inventory: &Inventory, recorder: &Recorder) -> bool {
    if recorder.kind != RecorderKind::Trail {
        return false;
    }
    let sightings = inventory.places.iter().filter_map(|place| place.trails.known()).flatten();
    let mut of = sightings.filter(|sighting| sighting.trail == recorder.arn);
    of.any(|sighting| sighting.status.known().is_some_and(|status| !status.logging))
}
