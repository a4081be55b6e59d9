//! What a change does to recording: what stops, what starts, what is new and not recorded, what it costs.
//!
//! Pure values with codes, taken from two audits; sentences are made elsewhere.

mod accepted;
mod certain;
mod conclusion;
mod faults;
mod hidden;
mod interrupted;
mod stand_in;

use crate::document::{Document, Doubt};
use crate::proposal::{Proposal, What};
use audit::Options;
use audit::answer::Conclusion;
use audit::cost::{CostTurn, Prices, turn};
use audit::drift::{Drift, drift, snapshot};
use audit::finding::{Audit, PlaceCandidate, Proof};
use audit::inventory::Inventory;
use audit::plan::{Narrowing, narrowings_between};
use certain::{as_invocation, certainly, changed, may_record_less};
use cloudtrail::event::Event;
use cloudtrail::resource::ResourceType;
pub use conclusion::may_hide;
pub use faults::{Fault, FaultKind};
use recording::State;
use std::collections::{BTreeMap, BTreeSet};

/// Steps that looking for what stops, starts and is interrupted may take, each.
const EFFORT: u64 = 20_000_000;

/// The answer to a proposed change.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// *No* iff something stops being recorded for certain, is interrupted, or is new and not recorded, or a required control fails that
    /// did not; *undetermined* iff one of these may be so; *nothing* iff nothing that was asked about changes.
    pub conclusion: Conclusion,
    /// The answer of an audit before and after the change.
    pub answers: (Conclusion, Conclusion),
    /// What differs between the two audits.
    pub drift: Drift,
    /// What recorders record before the change and nothing records after it: the first of each recorder.
    pub stops: Vec<Loss>,
    /// What recorders record after the change and nothing records before it: the first of each recorder.
    pub starts: Vec<Loss>,
    /// What is not recorded between the deletion of a recorder and the making of its successor.
    pub interruptions: Vec<Interruption>,
    /// Resources that are there before and after, and what may be created later, with another verdict.
    pub turns: Vec<Turn>,
    /// The functions that the change makes.
    pub functions: Vec<FunctionAnswer>,
    /// What is wrong with the trails of the document.
    pub faults: Vec<Fault>,
    /// Recorders that record the same invocations after the change and did not before: each copy is paid.
    pub copies: Vec<PaidCopies>,
    /// Cost before and after; `None` iff no prices or invocations are known.
    pub cost: Option<CostTurn>,
    /// What is open.
    pub doubts: Vec<Doubt>,
    /// How much of what would decide exceptions that hold accept: losses, verdicts that turn, new functions.
    pub accepted: usize,
}

/// Something that is recorded on one side of the change only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What is lost, by which recorder and where.
    pub narrowing: Narrowing,
    /// True iff the event is certainly recorded on the one side, and certainly not on the other.
    pub certain: bool,
    /// The resource of the document that the recorder is, as a position in [`Document::resources`].
    pub resource: Option<usize>,
}

/// Something that is not recorded while a recorder is made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The recorder, as a position in [`Document::resources`].
    pub resource: usize,
    /// What is lost meanwhile.
    pub loss: Loss,
}

/// A verdict that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The type of the resource.
    pub kind: ResourceType,
    /// Its ARN; `None` iff it is about what may be created later.
    pub arn: Option<String>,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The verdict before.
    pub before: State,
    /// The verdict after.
    pub after: State,
    /// True iff the resource is under an exception that holds.
    pub accepted: bool,
    /// True iff a recorder may record there after the change, and nobody knows: whether it does at all, or what its selectors select.
    pub in_doubt: bool,
    /// An event that is not, or not certainly, recorded after the change; where all of it is recorded, one that was not before.
    pub witness: Option<Event>,
}

/// A function that the change makes, answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionAnswer {
    /// Position in [`Document::resources`].
    pub resource: usize,
    /// Its ARN, where its name is known.
    pub arn: Option<String>,
    /// Its account and Region, iff they are known.
    pub home: Option<(String, String)>,
    /// Whether its invocations will be recorded.
    pub state: State,
    /// True iff it may not be made: whether it is rests on what the file leaves open.
    pub conditional: bool,
    /// True iff it is under an exception that holds.
    pub accepted: bool,
    /// The verdict in the audit after the change; `None` iff its home was not audited.
    pub proof: Option<Proof>,
    /// An invocation that is not, or not certainly, recorded.
    pub witness: Option<Event>,
}

/// Recorders that record the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaidCopies {
    /// Their ARNs, sorted.
    pub recorders: Vec<String>,
    /// How many functions and other resources they both record.
    pub resources: usize,
}

/// Answers a change. `before` and `after` are audits of the two inventories of `proposal`, with the same options.
#[must_use]
pub fn gate(
    document: &Document,
    proposal: &Proposal,
    before: &Audit<'_>,
    after: &Audit<'_>,
    options: &Options<'_>,
    prices: Option<&Prices>,
) -> Gate {
    let changed = changed(&proposal.before, &proposal.after);
    let may_record_less = may_record_less(document, proposal);
    let changed: BTreeSet<&str> = changed.iter().map(String::as_str).chain(may_record_less.clone()).collect();
    let sides = (&proposal.before, &proposal.after);
    let resource_of = |arn: &str| {
        let is = |side: &Option<String>| side.as_deref() == Some(arn);
        proposal.touched.iter().find(|one| is(&one.before) || is(&one.after)).map(|one| one.resource)
    };
    let losses = |from: &Inventory, to: &Inventory, audits: Sides<'_>| -> Vec<Loss> {
        let to = &stand_in::with_impossible(to);
        let all = narrowings_between(from, to, &changed, &may_record_less, options, EFFORT);
        let each = all.into_iter().map(|narrowing| {
            let resource = resource_of(&narrowing.recorder);
            loss(narrowing, audits, resource)
        });
        each.collect()
    };
    let forwards = Sides { from: before, to: after };
    let mut stops = losses(sides.0, sides.1, forwards);
    let mut accepted = stops.len();
    if let Some(then) = accepted::as_if_recorded(after, sides.1, options) {
        stops = losses(sides.0, &then, forwards);
    }
    accepted -= stops.len().min(accepted);
    let starts = losses(sides.1, sides.0, Sides { from: after, to: before });
    let drift = drift(&snapshot(before), &snapshot(after));
    let excused = accepted::excused(after);
    let functions = functions(proposal, after, &excused);
    let mut gate = Gate {
        conclusion: Conclusion::Nothing,
        answers: (before.answer().conclusion(), after.answer().conclusion()),
        interruptions: interrupted::interruptions(document, proposal, before, options, &stops),
        turns: turns(&drift, before, after, &excused),
        drift,
        stops,
        starts,
        functions,
        faults: faults::of(document, proposal),
        copies: new_copies(before, after),
        cost: prices.and_then(|prices| turn(before, after, prices)),
        doubts: proposal.doubts.clone(),
        accepted,
    };
    gate.accepted += gate.turns.iter().filter(|one| one.is_accepted()).count();
    gate.accepted += gate.functions.iter().filter(|one| one.is_accepted()).count();
    gate.conclusion = conclusion(&gate, document);
    // What is certain, or in doubt anyway, needs no more doubts.
    if matches!(gate.conclusion, Conclusion::Nothing | Conclusion::Yes) && !proposal.hidden.is_empty() {
        gate.stops.extend(hidden::losses(proposal, after, options));
        let may_fail = proposal.hidden.iter().any(|one| one.what == What::MayReachLess);
        let least = if may_fail { Conclusion::Undetermined } else { Conclusion::Yes };
        gate.conclusion = conclusion(&gate, document).worse(least);
    }
    gate
}

/// The audits of the two sides, in the direction in which something is lost.
#[derive(Clone, Copy)]
struct Sides<'a> {
    /// The side where it is recorded.
    from: &'a Audit<'a>,
    /// The other.
    to: &'a Audit<'a>,
}

/// What is lost, with an invocation as its example where one is lost as well.
fn loss(mut narrowing: Narrowing, audits: Sides<'_>, resource: Option<usize>) -> Loss {
    let certain = certainly_lost(&narrowing, audits);
    if certain && let Some(event) = as_invocation(&narrowing, audits) {
        narrowing.event = Some(Box::new(event));
    }
    Loss { narrowing, certain, resource }
}

/// True iff the event of a loss is certainly recorded on the one side, and certainly not on the other.
fn certainly_lost(narrowing: &Narrowing, Sides { from, to }: Sides<'_>) -> bool {
    let Some((event, place)) = narrowing.event.as_deref().zip(narrowing.place.as_ref()) else { return false };
    certainly(from, place, event) == Some(true) && certainly(to, place, event) == Some(false)
}

fn turns(
    drift: &Drift,
    before: &Audit<'_>,
    after: &Audit<'_>,
    excused: &BTreeSet<(&str, &str)>,
) -> Vec<Turn> {
    let (was, is) = (Proofs::of(before, drift), Proofs::of(after, drift));
    // An example of what is lost was recorded before.
    let was_recorded = |event: &Event, was: State, is: State, here: &(String, String)| {
        is == State::Recorded
            || was != State::PartiallyRecorded
            || certainly(before, here, event) == Some(true)
    };
    let witness = |of: &str, region: &str, state: State| -> Option<Event> {
        let key = (of, region);
        let (audit, proofs) = if state == State::Recorded { (before, &was) } else { (after, &is) };
        let escape = audit.verdicts.get(*proofs.by_row.get(&key)?)?.escape.as_ref();
        escape.map(|escape| escape.witness_for(of))
    };
    let resources = drift.resources.iter().filter_map(|one| {
        let arn = cloudtrail::arn::Arn::parse(&one.arn)?;
        let here = (arn.account.to_owned(), one.region.clone());
        let event = witness(&one.arn, &one.region, one.after);
        Some(Turn {
            kind: cloudtrail::resource::unqualified(&one.arn)
                .map_or(ResourceType::Function, |(kind, _)| kind),
            arn: Some(one.arn.clone()),
            account: arn.account.to_owned(),
            region: one.region.clone(),
            before: one.before,
            after: one.after,
            accepted: excused.contains(&(one.arn.as_str(), one.region.as_str())),
            in_doubt: in_doubt(after, arn.account, &one.region),
            witness: event.filter(|event| was_recorded(event, one.before, one.after, &here)),
        })
    });
    let later = drift.future.iter().filter_map(|((kind, account, region), was, is)| {
        let kind = ResourceType::parse(kind)?;
        let of = if *is == State::Recorded { before } else { after };
        let mut places = of.places.iter();
        let place = places.find(|place| place.account == account && place.region == region)?;
        let escape = of.verdicts.get(place.planes[kind as usize].any)?.escape.as_ref();
        let event = escape.map(|escape| escape.witness.clone());
        let here = (account.clone(), region.clone());
        let turn = Turn {
            kind,
            arn: None,
            account: account.clone(),
            region: region.clone(),
            before: *was,
            after: *is,
            accepted: false,
            in_doubt: in_doubt(after, account, region),
            witness: event.filter(|event| was_recorded(event, *was, *is, &here)),
        };
        let rest = rest_of(after, kind, account, region);
        let accepted =
            rest.is_some_and(|rest| Turn { after: rest, ..turn.clone() }.conclusion() == Conclusion::Yes);
        Some(Turn { accepted, ..turn })
    });
    resources.chain(later).collect()
}

/// True iff a recorder may record at the place, and nobody knows: whether it does at all, or what its selectors select.
fn in_doubt(after: &Audit<'_>, account: &str, region: &str) -> bool {
    let is_understood = |candidate: &PlaceCandidate| {
        let recorder = candidate.recorder.map(|at| &after.inventory.recorders[at]);
        let selectors = recorder.and_then(|recorder| recorder.selectors.known());
        candidate.certain
            && selectors.is_some_and(|selectors| selectors.list.iter().all(|one| one.doubts().is_empty()))
    };
    let mut places = after.places.iter().filter(|place| place.account == account && place.region == region);
    places.any(|place| !place.candidates.iter().all(is_understood))
}

/// The verdict on what may be created at that place and no exception that holds accepts; `None` iff none accepts any.
fn rest_of(after: &Audit<'_>, kind: ResourceType, account: &str, region: &str) -> Option<State> {
    let mut places = after.places.iter();
    let place = places.find(|place| place.account == account && place.region == region)?;
    let plane = &place.planes[kind as usize];
    let is_narrower = kind == ResourceType::Function && plane.any_accepted != plane.any;
    is_narrower.then(|| after.verdicts.get(plane.any_accepted)).flatten().map(|verdict| verdict.state)
}

/// The verdicts on the resources that changed, by ARN and Region.
struct Proofs<'a> {
    by_row: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Proofs<'a> {
    fn of(audit: &'a Audit<'_>, drift: &Drift) -> Self {
        let wanted: BTreeSet<&str> = drift.resources.iter().map(|one| one.arn.as_str()).collect();
        let mut by_row = BTreeMap::new();
        for place in &audit.places {
            for row in place.planes.iter().flat_map(|plane| &plane.rows) {
                if wanted.contains(row.arn) {
                    by_row.insert((row.arn, place.region), row.verdict);
                }
            }
        }
        Proofs { by_row }
    }
}

/// The verdict on each function that is new. One whose name is unknown is recorded iff any function there is.
fn functions(
    proposal: &Proposal,
    after: &Audit<'_>,
    excused: &BTreeSet<(&str, &str)>,
) -> Vec<FunctionAnswer> {
    let plane = ResourceType::Function as usize;
    let mut rows: BTreeMap<&str, Proof> = BTreeMap::new();
    for (at, place) in after.places.iter().enumerate() {
        let of = &place.planes[plane];
        rows.extend(of.rows.iter().map(|row| (row.arn, Proof { place: at, verdict: row.verdict })));
    }
    let answer = |one: &crate::proposal::NewFunction| {
        let named = one.arn.as_deref().and_then(|arn| rows.get(arn).copied());
        let any = || {
            let (account, region) = one.home.as_ref()?;
            let place = after.inventory.place(account, region)?;
            Some(Proof { place, verdict: after.places[place].planes[plane].any })
        };
        let proof = named.or_else(any);
        let verdict = proof.and_then(|proof| after.verdicts.get(proof.verdict));
        let state = match verdict.map(|verdict| verdict.state) {
            None => State::Undetermined,
            // Which of the functions that may be there it is, nobody knows.
            Some(State::PartiallyRecorded) if named.is_none() => State::Undetermined,
            Some(state) => state,
        };
        let escape = verdict.and_then(|verdict| verdict.escape.as_ref());
        let witness = escape.map(|escape| match &one.arn {
            Some(arn) => escape.witness_for(arn),
            None => escape.witness.clone(),
        });
        FunctionAnswer {
            resource: one.resource,
            arn: one.arn.clone(),
            home: one.home.clone(),
            state,
            conditional: one.conditional,
            accepted: one
                .arn
                .as_deref()
                .zip(one.home.as_ref())
                .is_some_and(|(arn, (_, region))| excused.contains(&(arn, region.as_str()))),
            proof,
            witness,
        }
    };
    proposal.functions.iter().map(answer).collect()
}

/// The groups of recorders that record the same only after the change.
fn new_copies(before: &Audit<'_>, after: &Audit<'_>) -> Vec<PaidCopies> {
    let groups = |audit: &Audit<'_>| {
        let mut all: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for place in &audit.places {
            for row in place.planes.iter().flat_map(|plane| &plane.rows) {
                let copies = &audit.verdicts[row.verdict].copies;
                if copies.is_empty() {
                    continue;
                }
                let arns = copies.iter().filter_map(|copy| place.candidates.get(*copy)?.recorder);
                let mut arns: Vec<String> =
                    arns.map(|at| audit.inventory.recorders[at].arn.clone()).collect();
                arns.sort();
                *all.entry(arns).or_default() += 1;
            }
        }
        all
    };
    let was = groups(before);
    let new = groups(after).into_iter().filter(|(recorders, _)| !was.contains_key(recorders));
    new.map(|(recorders, resources)| PaidCopies { recorders, resources }).collect()
}

fn conclusion(gate: &Gate, document: &Document) -> Conclusion {
    let losses =
        gate.stops.iter().chain(gate.interruptions.iter().map(|one| &one.loss)).map(Loss::conclusion);
    let functions = gate.functions.iter().map(FunctionAnswer::conclusion);
    let turns = gate.turns.iter().map(Turn::conclusion);
    let controls = gate.controls().map(|(.., conclusion)| conclusion);
    let doubts =
        gate.doubts.iter().filter(|doubt| may_hide(doubt, document)).map(|_| Conclusion::Undetermined);
    let faults = gate.faults.iter().map(|fault| fault.kind.conclusion());
    let start = if gate.drift.is_empty() { Conclusion::Nothing } else { Conclusion::Yes };
    let all = losses.chain(functions).chain(turns).chain(controls).chain(doubts).chain(faults);
    all.fold(start, Conclusion::worse)
}
