//! A verdict for every resource at every place, and for any resource that may ever exist there.

mod marked;
mod prospects;
mod verdicts;

use marked::accepted;
pub(crate) use prospects::{About, Prospects};
use verdicts::Verdicts;

use crate::accepted::Register;
use crate::candidates::Candidates;
use crate::finding::{Audit, PlaceAudit, PlaceCandidate, Plane, Row, Summary};
use crate::inventory::{Gap, GapKind, Inventory, Listing, OptIn, Place, Resource, Serving};
use crate::resource_ref::ResourceRef;
use crate::served::Served;
use crate::{Options, exclusion};
use cloudtrail::event::Field;
use cloudtrail::recorder::Seen;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use recording::{
    Alphabet, Candidate, ClassId, Decider, Domain, Open as Undecided, Space, State, Subject, Verdict,
    any_arn, arn_prefix, decide_space, invocations, management_events,
};
use std::collections::HashMap;

/// Judges every place; controls and summary are left empty.
pub(crate) fn judge<'a>(inventory: &'a Inventory, options: &Options<'a>) -> Audit<'a> {
    judge_with(inventory, options, Verdicts::default())
}

/// As [`judge`], without the verdicts about data events that are no invocations, which only a control asks for.
pub(crate) fn judge_invocations<'a>(inventory: &'a Inventory, options: &Options<'a>) -> Audit<'a> {
    judge_with(inventory, options, Verdicts { invocations_alone: true, ..Verdicts::default() })
}

fn judge_with<'a>(inventory: &'a Inventory, options: &Options<'a>, mut verdicts: Verdicts) -> Audit<'a> {
    let register = Register::new(options.exceptions, options.today, inventory);
    let mut candidates = Candidates::new(inventory, options);
    let mut compiled = CompiledPlaces { inventory, by_key: HashMap::new(), all: Vec::new() };
    let served = served_elsewhere(inventory);
    let mut places = Vec::with_capacity(inventory.places.len());
    for place in &inventory.places {
        let (here, silent) = candidates.at(place);
        let recorders = compiled.of(&here);
        let planes = ResourceType::ALL.map(|kind| {
            let guests = served.get(&(place.account.as_str(), place.region.as_str()));
            let guests = guests.filter(|_| kind == ResourceType::WebFunction).map_or(&[][..], Vec::as_slice);
            let mut plane = recorders.plane(kind, place, guests, &mut verdicts);
            plane.gaps = listing_gap(inventory, place, kind).into_iter().collect();
            let elsewhere = serving_gaps(inventory, place, kind, &mut candidates);
            plane.hang(&elsewhere, &mut verdicts);
            plane.elsewhere = elsewhere.into_iter().flat_map(|(_, gaps)| gaps).collect();
            plane.elsewhere.sort_unstable();
            plane.elsewhere.dedup();
            if kind == ResourceType::Function {
                plane.any_other = recorders.any_other(plane.any, place, &register, &mut verdicts);
                (plane.any_accepted, plane.accepted_by) =
                    recorders.any_accepted(plane.any_other, place, &register, &mut verdicts);
            }
            plane
        });
        let management = recorders.management(&mut verdicts);
        places.push(PlaceAudit {
            account: &place.account,
            region: &place.region,
            candidates: here,
            silent,
            planes: planes.into(),
            management,
        });
    }
    let served = rows_of(&served, inventory);
    let accepted = accepted(register, &mut places, &served, &verdicts.all);
    Audit {
        inventory,
        controls: Vec::new(),
        left_out: Vec::new(),
        frameworks: &[],
        summary: Summary::default(),
        places,
        accepted,
        verdicts: verdicts.all,
        data_events: verdicts.data_events,
        open: verdicts.open,
        served,
        unseen: unseen(inventory, &mut candidates),
        gaps: candidates.gaps,
    }
}

/// The gaps behind which accounts or Regions hide that were to be audited: calls that nothing in the inventory rests on, such as a listing
/// of the organization's accounts that broke off; audited accounts whose Regions are not known; a Region that an account has, or that was asked for, and
/// that is not among the places; a place whose account the inventory does not describe.
fn unseen(inventory: &Inventory, gaps: &mut Candidates<'_>) -> Vec<usize> {
    let mut found = inventory.gaps_of_nothing();
    let mut missing = |account: &str, region: Option<&str>, error: &str| {
        gaps.add(Gap {
            account: Some(account.to_owned()),
            region: region.map(str::to_owned),
            call: "account:ListRegions".to_owned(),
            subject: None,
            kind: GapKind::Failed,
            error: error.to_owned(),
        })
    };
    for account in inventory.accounts.iter().filter(|account| account.audited) {
        let wanted: Vec<&String> = match (&account.regions, &inventory.regions_asked) {
            (Seen::Unread(gap), None) => {
                found.push(*gap);
                continue;
            }
            // Where nothing of the account was seen, one gap says it.
            (Seen::Unread(gap), Some(_)) if !inventory.places.iter().any(|one| one.account == account.id) => {
                found.push(*gap);
                continue;
            }
            (Seen::Unread(_), Some(asked)) => asked.iter().collect(),
            (Seen::Known(regions), asked) => {
                if regions.is_empty() {
                    found.push(missing(&account.id, None, "the inventory names no Region of this account"));
                }
                let here =
                    regions.iter().filter(|(_, state)| **state != OptIn::Disabled).map(|(name, _)| name);
                let asked_for = |name: &&String| asked.as_ref().is_none_or(|asked| asked.contains(name));
                here.filter(asked_for).collect()
            }
        };
        let unlooked = wanted.into_iter().filter(|region| inventory.place(&account.id, region).is_none());
        found.extend(
            unlooked.map(|region| missing(&account.id, Some(region), "nobody looked into this Region")),
        );
    }
    let strangers = inventory.places.iter().filter(|place| inventory.account(&place.account).is_none());
    found.extend(
        strangers.map(|place| missing(&place.account, None, "the inventory does not describe this account")),
    );
    found.sort_unstable();
    found.dedup();
    found
}

/// The same gaps of an inventory that is not audited.
pub(crate) fn unseen_gaps(inventory: &Inventory) -> Vec<Gap> {
    let options = Options::default();
    let mut gaps = Candidates::new(inventory, &options);
    let unseen = unseen(inventory, &mut gaps);
    unseen.into_iter().filter_map(|gap| gaps.gaps.get(gap).cloned()).collect()
}

/// The listing of one plane of a place.
pub(crate) fn listing(place: &Place, kind: ResourceType) -> &Listing {
    match kind {
        ResourceType::Function => &place.functions,
        ResourceType::WebFunction => &place.web_functions,
        ResourceType::MicrovmImage => &place.microvm_images,
    }
}

/// A web function that another place serves: its ARN, and its row where it is at home.
type Guest<'a> = (&'a str, ResourceRef);

/// Web functions by the places that serve them besides their own.
fn served_elsewhere(inventory: &Inventory) -> HashMap<(&str, &str), Vec<Guest<'_>>> {
    let mut served: HashMap<(&str, &str), Vec<Guest<'_>>> = HashMap::new();
    let plane = ResourceType::WebFunction as usize;
    for (at, place) in inventory.places.iter().enumerate() {
        for (row, resource) in place.web_functions.resources.iter().enumerate() {
            if let Serving::Also(regions) = &resource.serving {
                for region in regions.iter().filter(|region| **region != place.region) {
                    let home = ResourceRef { place: at, plane, row };
                    served.entry((&place.account, region)).or_default().push((&resource.arn, home));
                }
            }
        }
    }
    served
}

/// Which rows are about one web function: in each place the guests stand after those at home, in their order.
fn rows_of(guests: &HashMap<(&str, &str), Vec<Guest<'_>>>, inventory: &Inventory) -> Served {
    let mut served = Served::default();
    let plane = ResourceType::WebFunction as usize;
    for (place, of) in inventory.places.iter().enumerate() {
        let own = of.web_functions.resources.len();
        let here = guests.get(&(of.account.as_str(), of.region.as_str()));
        for (at, (_, home)) in here.into_iter().flatten().enumerate() {
            served.add(*home, ResourceRef { place, plane, row: own + at });
        }
    }
    served
}

/// Why more resources may exist here than were seen.
fn listing_gap(inventory: &Inventory, place: &Place, kind: ResourceType) -> Option<usize> {
    let listing = listing(place, kind);
    // Functions are offered everywhere, and where something was listed the operation is known: then a later page failed.
    let may_be_absent = kind != ResourceType::Function && listing.resources.is_empty();
    let absent = |gap: &usize| {
        may_be_absent && inventory.gaps.get(*gap).is_some_and(|gap| gap.kind == GapKind::NotOffered)
    };
    listing.gap.filter(|gap| !absent(gap))
}

/// For each resource at home here, by position, of which other Regions serve something and it is not known who records there:
/// the gaps, ascending.
fn serving_gaps(
    inventory: &Inventory,
    place: &Place,
    kind: ResourceType,
    gaps: &mut Candidates<'_>,
) -> Vec<(usize, Vec<usize>)> {
    let mut found = Vec::new();
    for (position, resource) in listing(place, kind).resources.iter().enumerate() {
        let mut hangs_on = match &resource.serving {
            Serving::Home => continue,
            Serving::Unread(gap) => vec![*gap],
            Serving::Also(regions) => unaudited(inventory, place, resource, regions, gaps),
        };
        if !hangs_on.is_empty() {
            hangs_on.sort_unstable();
            found.push((position, hangs_on));
        }
    }
    found
}

impl Plane<'_> {
    /// What is recorded at home hangs on `elsewhere`, the gaps of Regions that serve these rows, where all of it is recorded:
    /// a no stays a no.
    fn hang(&mut self, elsewhere: &[(usize, Vec<usize>)], out: &mut Verdicts) {
        let mut known: HashMap<(usize, &[usize]), usize> = HashMap::new();
        for (position, gaps) in elsewhere {
            let Some(row) = self.rows.get_mut(*position) else { continue };
            if out.all[row.verdict].state != State::Recorded {
                continue;
            }
            let home = row.verdict;
            row.verdict = *known.entry((home, gaps)).or_insert_with(|| out.add_open(home, self.kind, gaps));
        }
    }
}

/// Gaps for the Regions that serve `resource` and are not among the places: nobody looked who records there.
fn unaudited(
    inventory: &Inventory,
    place: &Place,
    resource: &Resource,
    regions: &[String],
    gaps: &mut Candidates<'_>,
) -> Vec<usize> {
    let missing =
        regions.iter().filter(|region| inventory.place(&place.account, region).is_none()).map(|region| {
            gaps.add(Gap {
                account: Some(place.account.clone()),
                region: Some(region.clone()),
                call: "cloudtrail:DescribeTrails".to_owned(),
                subject: Some(resource.arn.to_string()),
                kind: GapKind::Failed,
                error: "this Region serves the web function, but is not among the Regions audited".to_owned(),
            })
        });
    missing.collect()
}

/// What decides about a place depends on its candidates alone (recorder, certain, selectors read or not), so all places
/// with the same candidates share one of [`CompiledRecorders`] and its verdicts.
struct CompiledPlaces<'a> {
    inventory: &'a Inventory,
    by_key: HashMap<Vec<(Option<usize>, bool)>, usize>,
    all: Vec<CompiledRecorders<'a>>,
}

impl<'a> CompiledPlaces<'a> {
    fn of(&mut self, here: &[PlaceCandidate]) -> &mut CompiledRecorders<'a> {
        let key = here.iter().map(|candidate| (candidate.recorder, candidate.certain)).collect();
        let next = self.all.len();
        let at = *self.by_key.entry(key).or_insert(next);
        if at == next {
            let selectors = |recorder: usize| self.inventory.recorders[recorder].selectors.known();
            let candidates: Vec<Candidate<'a>> = here
                .iter()
                .map(|one| Candidate {
                    selectors: one.recorder.and_then(selectors).map(|selectors| selectors.list.as_slice()),
                    certain: one.certain,
                })
                .collect();
            let kinds = Decider::of_all_kinds(&candidates).map(|decider| (decider, Vec::new()));
            let partition = &self.inventory.partition;
            self.all.push(CompiledRecorders { partition, candidates, kinds: kinds.into(), management: None });
        }
        &mut self.all[at]
    }
}

/// The recorders of some places, compiled, with the verdicts they have given.
struct CompiledRecorders<'a> {
    partition: &'a str,
    candidates: Vec<Candidate<'a>>,
    /// In the order of [`ResourceType::ALL`]: the decider, and where the verdicts of its classes stand, by position.
    kinds: Vec<(Decider<'a>, Vec<Option<usize>>)>,
    management: Option<usize>,
}

impl<'a> CompiledRecorders<'a> {
    fn plane(
        &mut self,
        kind: ResourceType,
        place: &'a Place,
        guests: &[Guest<'a>],
        out: &mut Verdicts,
    ) -> Plane<'a> {
        let any = self.any(kind, place, out);
        let own = listing(place, kind).resources.iter().map(|resource| resource.arn.as_ref());
        let rows = own.chain(guests.iter().map(|(arn, _)| *arn));
        let rows =
            rows.map(|arn| Row { arn, verdict: self.named(kind, arn, out), exception: None }).collect();
        let own = listing(place, kind).resources.len();
        Plane {
            kind,
            any,
            any_other: any,
            any_accepted: any,
            accepted_by: Vec::new(),
            rows,
            own,
            gaps: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    fn named(&mut self, kind: ResourceType, arn: &str, out: &mut Verdicts) -> usize {
        let class = self.kinds[kind as usize].0.class(arn);
        self.of_class(kind, class, arn, out)
    }

    fn of_class(&mut self, kind: ResourceType, class: ClassId, arn: &str, out: &mut Verdicts) -> usize {
        let (decider, known) = &mut self.kinds[kind as usize];
        if let Some(Some(position)) = known.get(class.position()) {
            return *position;
        }
        let verdict = decider.verdict(class).clone();
        let position = out.add_pair(verdict, |verdict| match verdict.open {
            // The class of all beyond the work limit holds resources that are not alike: none of them speaks for the others.
            Some(Undecided::Work) => verdict.clone(),
            _ => decider.decide_within(arn, &read_and_write(kind, &Domain::fixed(arn)), "data events"),
        });
        known.resize(known.len().max(class.position() + 1), None);
        known[class.position()] = Some(position);
        position
    }

    /// The verdict for any resource that may ever exist at the place: shared with a class where all names are alike.
    fn any(&mut self, kind: ResourceType, place: &Place, out: &mut Verdicts) -> usize {
        let prefix = arn_prefix(kind, self.partition, &place.account, &place.region);
        if let Some(class) = self.kinds[kind as usize].0.class_of_all(&prefix) {
            return self.of_class(kind, class, &any_arn(kind, &prefix), out);
        }
        let decider = &self.kinds[kind as usize].0;
        let any = decider.decide_within(&prefix, &self.spaces(kind, place), "invocations");
        let data_events = || read_and_write(kind, &names(prefix.clone()));
        out.add_pair(any, |_| decider.decide_within(&prefix, &data_events(), "data events"))
    }

    /// As [`CompiledRecorders::any`], for invocations alone.
    fn any_alone(&mut self, kind: ResourceType, place: &Place) -> Verdict {
        let prefix = arn_prefix(kind, self.partition, &place.account, &place.region);
        let spaces = self.spaces(kind, place);
        let decider = &mut self.kinds[kind as usize].0;
        match decider.class_of_all(&prefix) {
            Some(class) => decider.verdict(class).clone(),
            None => decider.decide_within(&prefix, &spaces, "invocations"),
        }
    }

    /// Every event that invoking any resource at the place can give rise to.
    fn spaces(&self, kind: ResourceType, place: &Place) -> Vec<Space> {
        let (account, region) = (place.account.as_str(), place.region.as_str());
        Subject::Any { kind, partition: self.partition, account, region }.spaces()
    }

    /// The verdict for any function that may ever exist at the place and is not excused by an exception, where `any` is
    /// the one for any at all.
    fn any_other(&mut self, any: usize, place: &Place, register: &Register<'_>, out: &mut Verdicts) -> usize {
        let Some(excused) = register.excused(&place.account, &place.region) else { return any };
        if out.all[any].state == State::Recorded {
            return any;
        }
        self.any_but(&[excused], any, place, out)
    }

    /// As [`CompiledRecorders::any_other`], also without the functions that a `match` accepts, and the exceptions, where `other` is the
    /// verdict for all of them. What is undetermined is never accepted.
    fn any_accepted(
        &mut self,
        other: usize,
        place: &Place,
        register: &Register<'_>,
        out: &mut Verdicts,
    ) -> (usize, Vec<usize>) {
        let fails =
            |verdict: &Verdict| matches!(verdict.state, State::NotRecorded | State::PartiallyRecorded);
        // Where a recorder is in doubt, a part of what fails may be open, and nobody accepts what is open.
        let doubted = |one: &Candidate<'_>| {
            !one.certain || one.selectors.is_none_or(|all| all.iter().any(|one| !one.doubts().is_empty()))
        };
        if register.is_empty() || !fails(&out.all[other]) || self.candidates.iter().any(doubted) {
            return (other, Vec::new());
        }
        let prefix = arn_prefix(ResourceType::Function, self.partition, &place.account, &place.region);
        let Some((mut all, by)) = register.matched(&place.account, &place.region, &prefix) else {
            let open = |verdict: &Verdict| {
                let open = Some(Undecided::Work);
                Verdict {
                    state: State::Undetermined,
                    cover: Vec::new(),
                    escape: None,
                    possible: None,
                    open,
                    ..verdict.clone()
                }
            };
            let (verdict, pair) =
                (open(&out.all[other]), out.data_events.get(&other).map(|at| open(&out.all[*at])));
            return (out.add_pair(verdict, |verdict| pair.unwrap_or_else(|| verdict.clone())), Vec::new());
        };
        if by.is_empty() {
            return (other, by);
        }
        all.extend(register.excused(&place.account, &place.region));
        let rest = self.any_but(&all, other, place, out);
        let told = |at: usize| out.all[at].escape.as_ref().map(|escape| &escape.remainder);
        if told(rest) == told(other) { (other, Vec::new()) } else { (rest, by) }
    }

    /// The verdict for any function at the place that `excused` does not record, where `any` is the one for any at all. No verdict names
    /// what is no recorder, and what it excuses is not recorded.
    fn any_but(&mut self, excused: &[Selector], any: usize, place: &Place, out: &mut Verdicts) -> usize {
        let kind = ResourceType::Function;
        let (own, state) = (self.candidates.len(), |at: usize| out.all.get(at).map(|verdict| verdict.state));
        let states = (state(any), out.data_events.get(&any).copied().and_then(state));
        let mut candidates: Vec<Candidate<'_>> = self.candidates.clone();
        candidates.push(Candidate { selectors: Some(excused), certain: true });
        let prefix = arn_prefix(kind, self.partition, &place.account, &place.region);
        let decider = Decider::new(kind, &candidates);
        let verdict = decider.decide_within(&prefix, &self.spaces(kind, place), "invocations");
        let data_events = || read_and_write(kind, &names(prefix.clone()));
        out.add_pair(verdict.among(own, states.0), |_| {
            decider.decide_within(&prefix, &data_events(), "data events").among(own, states.1)
        })
    }

    fn management(&mut self, out: &mut Verdicts) -> usize {
        if let Some(known) = self.management {
            return known;
        }
        *self.management.insert(out.add(self.management_alone()))
    }

    /// As [`CompiledRecorders::management_alone`], for all but what recorders here leave out on purpose.
    /// `None` iff they leave none out.
    fn management_but_exclusions(&self) -> Option<Verdict> {
        let certain = self.candidates.iter().filter(|one| one.certain).filter_map(|one| one.selectors);
        let sources = certain.flat_map(exclusion::sources).collect();
        let excluded = exclusion::selector(sources)?;
        let mut candidates = self.candidates.clone();
        let excluded = [excluded];
        candidates.push(Candidate { selectors: Some(&excluded), certain: true });
        Some(decide_space(&candidates, &[management_events()], "management events"))
    }

    fn management_alone(&self) -> Verdict {
        decide_space(&self.candidates, &[management_events()], "management events")
    }
}

/// Every ARN that begins with `prefix` and ends in the name of a resource.
fn names(prefix: String) -> Domain {
    Domain::Strings { prefix, alphabet: Alphabet::NAME, absent: false, credible: Vec::new() }
}

/// The data events of a resource as the test plan ticks them: what invoking gives rise to, were it a write or a read.
fn read_and_write(kind: ResourceType, arn: &Domain) -> Vec<Space> {
    let mut spaces = invocations(kind, arn);
    spaces.retain(|space| space.provenance != recording::Provenance::Possible);
    for (field, domain) in spaces.iter_mut().flat_map(|space| &mut space.fields) {
        if *field == Field::ReadOnly {
            *domain = Domain::one_of(["false", "true"]);
        }
    }
    spaces
}
