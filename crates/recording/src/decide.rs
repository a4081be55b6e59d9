//! The question, asked and answered: is every event of this space recorded, and if not, which one escapes?

use crate::clauses::{Candidate, Clause, clauses};
use crate::index::{self, Index};
use crate::invocations::{Provenance, Space, invocations, merged};
use crate::remainder::{Cell, Cut, remainder};
use crate::values::{Alphabet, Domain};
use crate::witness;
use crate::words::{self, Sureness};
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Condition, Doubt, Operator, Selector};
use cloudtrail::{Answer, TurnedAway, records};
use std::collections::{BTreeSet, HashMap};

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Every documented and observed event is certainly recorded.
    Recorded,
    /// Some event certainly escapes, and some is certainly recorded.
    PartiallyRecorded,
    /// Some event certainly escapes, and none is certainly recorded.
    NotRecorded,
    /// Neither: it hangs on something that was not read or that we do not understand.
    Undetermined,
}

/// The answer with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer in one word.
    pub state: State,
    /// Iff recorded: selectors that together suffice, and of which none can be left out.
    pub cover: Vec<SelectorRef>,
    /// Iff not recorded: what escapes. If the state is partially or not recorded, the witness certainly escapes; if it
    /// is undetermined, the witness is not certainly recorded, and `turned_away` names what it hangs on.
    pub escape: Option<Escape>,
    /// Iff recorded: what would escape if a merely possible shape of event existed. A warning, never a fail.
    pub possible: Option<Escape>,
    /// Candidates that all certainly record one same event, where there are at least two: each is a paid copy.
    pub copies: Vec<usize>,
}

/// A set of events that are not recorded, and one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escape {
    /// All of them, in words.
    pub remainder: String,
    /// One of them.
    pub witness: Event,
    /// For each selector of each candidate why it does not (certainly) record the witness.
    pub turned_away: Vec<TurnedAwayBy>,
}

/// A selector of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SelectorRef {
    /// Position among the candidates.
    pub candidate: usize,
    /// Position among the recorder's selectors.
    pub selector: usize,
}

/// What a selector did with a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAwayBy {
    /// The selector; for a candidate whose selectors were not read, its position is 0.
    pub by: SelectorRef,
    /// What it did.
    pub why: Why,
}

/// Why a selector does not certainly record a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// This turned the witness away.
    Field(TurnedAway),
    /// It may record the witness, but holds something we do not understand.
    Doubt(Doubt),
    /// It admits the witness, but whether its recorder records at this place is not known.
    Uncertain,
    /// The recorder's selectors were not read.
    Unread,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The resource of this type with this unqualified ARN.
    Named(ResourceType, &'a str),
    /// Any resource of this type that may ever exist at this place: any name over [`Alphabet::NAME`].
    Any {
        /// The type.
        kind: ResourceType,
        /// The partition.
        partition: &'a str,
        /// The account.
        account: &'a str,
        /// The Region.
        region: &'a str,
    },
}

/// What the ARN of every resource of this type at this place begins with.
#[must_use]
pub fn arn_prefix(kind: ResourceType, partition: &str, account: &str, region: &str) -> String {
    format!("arn:{partition}:lambda:{region}:{account}:{}", kind.arn_infix())
}

/// The ARN that stands for any resource of the type that may ever exist, where all are treated alike.
#[must_use]
pub fn any_arn(kind: ResourceType, prefix: &str) -> String {
    format!("{prefix}any-future-{}", kind.noun().replace(' ', "-"))
}

impl Subject<'_> {
    /// The spaces of events that invoking it can give rise to.
    #[must_use]
    pub fn spaces(self) -> Vec<Space> {
        match self {
            Self::Named(kind, arn) => invocations(kind, &Domain::fixed(arn)),
            Self::Any { kind, partition, account, region } => {
                let prefix = arn_prefix(kind, partition, account, region);
                let credible = vec![any_arn(kind, &prefix)];
                invocations(
                    kind,
                    &Domain::Strings { prefix, alphabet: Alphabet::NAME, absent: false, credible },
                )
            }
        }
    }
}

/// Decides whether every invocation of `subject` is recorded by the candidates taken together.
///
/// [`State::Recorded`] iff every event of the documented and observed shapes is recorded by a selector without doubts of
/// a certain candidate; [`State::PartiallyRecorded`] or [`State::NotRecorded`] iff some such event is turned away by
/// every selector of every candidate whatever the doubts; else [`State::Undetermined`].
#[must_use]
pub fn decide(candidates: &[Candidate<'_>], subject: Subject<'_>) -> Verdict {
    decide_space(candidates, &subject.spaces(), "invocations")
}

/// As [`decide`], for any spaces of events; `noun` is what the remainder calls them.
#[must_use]
pub fn decide_space(candidates: &[Candidate<'_>], spaces: &[Space], noun: &str) -> Verdict {
    decide_clauses(candidates, &clauses(candidates), spaces, noun)
}

/// As [`decide_space`], where `all` holds the same events of `spaces` as the clauses of the candidates do.
fn decide_clauses(candidates: &[Candidate<'_>], all: &[Clause<'_>], spaces: &[Space], noun: &str) -> Verdict {
    let sure: Vec<Clause<'_>> = all.iter().filter(|clause| clause.sure).cloned().collect();
    let is_possible = |space: &&Space| space.provenance == Provenance::Possible;
    let certain = merged(spaces.iter().filter(|space| !is_possible(space)));
    let possible = merged(spaces.iter().filter(is_possible));
    let left = |spaces: &[Space], clauses: &[Clause<'_>]| -> Vec<Cell> {
        spaces.iter().flat_map(|space| remainder(space, clauses)).collect()
    };
    let escape = |cells: &[Cell], sureness| escape(candidates, cells, noun, sureness);

    let unproven = left(&certain, &sure);
    let copies = copies(&certain, &sure);
    if unproven.is_empty() {
        let cover = cover(&sure, |clauses| left(&certain, clauses));
        let possible = escape(&left(&possible, &sure), Sureness::Certain);
        return Verdict { state: State::Recorded, cover, escape: None, possible, copies };
    }
    let no_possible = |state, escape| Verdict { state, cover: Vec::new(), escape, possible: None, copies };
    let escaping = if sure.len() == all.len() { unproven.clone() } else { left(&certain, all) };
    match escape(&escaping, Sureness::Certain).filter(Escape::is_certain) {
        Some(escape) if some_recorded(&certain, &sure) => no_possible(State::PartiallyRecorded, Some(escape)),
        Some(escape) => no_possible(State::NotRecorded, Some(escape)),
        None => no_possible(State::Undetermined, escape(&unproven, Sureness::Open)),
    }
}

impl Escape {
    /// True iff every selector certainly turns the witness away.
    fn is_certain(&self) -> bool {
        self.turned_away.iter().all(|by| matches!(by.why, Why::Field(_)))
    }
}

/// The cells as an escape; `None` iff there are none, or, against the proof, some selector records the witness.
fn escape(candidates: &[Candidate<'_>], cells: &[Cell], noun: &str, sureness: Sureness) -> Option<Escape> {
    let witness = witness::witness(cells.first()?);
    let turned_away = turned_away(candidates, &witness)?;
    Some(Escape { remainder: words::sentence(cells, noun, sureness), witness, turned_away })
}

/// Asks the definition about every selector; `None` iff some selector certainly records the event.
fn turned_away(candidates: &[Candidate<'_>], witness: &Event) -> Option<Vec<TurnedAwayBy>> {
    let mut all = Vec::new();
    for (candidate, seen) in candidates.iter().enumerate() {
        let by = |selector| SelectorRef { candidate, selector };
        let Some(selectors) = seen.selectors else {
            all.push(TurnedAwayBy { by: by(0), why: Why::Unread });
            continue;
        };
        for (position, selector) in selectors.iter().enumerate() {
            all.push(TurnedAwayBy { by: by(position), why: why(selector, witness, seen.certain)? });
        }
    }
    Some(all)
}

fn why(selector: &Selector, witness: &Event, certain: bool) -> Option<Why> {
    match records(selector, witness) {
        Answer::TurnedAway(field) => Some(Why::Field(field)),
        Answer::Undetermined(doubt) => Some(Why::Doubt(doubt)),
        Answer::Recorded if !certain => Some(Why::Uncertain),
        Answer::Recorded => None,
    }
}

/// True iff some event of the spaces is certainly recorded.
fn some_recorded(spaces: &[Space], sure: &[Clause<'_>]) -> bool {
    let mut any = false;
    for space in spaces {
        Cut::new(space, sure).cells(true, &mut |holding, _| any |= !holding.is_empty());
    }
    any
}

/// The largest set of candidates that all record one same event; empty where no event has two copies.
fn copies(spaces: &[Space], sure: &[Clause<'_>]) -> Vec<usize> {
    let mut most: BTreeSet<usize> = BTreeSet::new();
    let candidates: BTreeSet<usize> = sure.iter().map(|clause| clause.candidate).collect();
    if candidates.len() > 1 {
        for space in spaces {
            let cut = Cut::new(space, sure);
            let alive: BTreeSet<usize> = cut.alive().iter().map(|clause| sure[*clause].candidate).collect();
            if alive.len() < 2 {
                continue;
            }
            cut.cells(false, &mut |holding, _| {
                let here: BTreeSet<usize> = holding.iter().map(|clause| sure[*clause].candidate).collect();
                if here.len() > most.len() {
                    most = here;
                }
            });
        }
    }
    if most.len() > 1 { most.into_iter().collect() } else { Vec::new() }
}

/// Selectors that suffice and of which none can be left out: a single one if any does. Else, for as long as something is left,
/// the selector that records most of what is left is taken in; then whatever turned out needless goes, the last first.
fn cover(sure: &[Clause<'_>], left: impl Fn(&[Clause<'_>]) -> Vec<Cell>) -> Vec<SelectorRef> {
    let of = |clause: &Clause<'_>| SelectorRef { candidate: clause.candidate, selector: clause.selector };
    let only = |kept: &BTreeSet<SelectorRef>| -> Vec<Clause<'_>> {
        sure.iter().filter(|clause| kept.contains(&of(clause))).cloned().collect()
    };
    let all: BTreeSet<SelectorRef> = sure.iter().map(of).collect();
    let suffices = |kept: &BTreeSet<SelectorRef>| left(&only(kept)).is_empty();
    if let Some(one) = all.iter().find(|one| suffices(&BTreeSet::from([**one]))) {
        return vec![*one];
    }
    let mut kept: BTreeSet<SelectorRef> = BTreeSet::new();
    loop {
        let cells = left(&only(&kept));
        let Some(cell) = cells.first() else { break };
        let event = witness::witness(cell);
        let holds = |clause: &&Clause<'_>| {
            clause
                .conditions
                .iter()
                .all(|(field, condition)| condition.turns_away(event.get(*field)).is_none())
        };
        // Something records it: all of them together leave nothing.
        let Some(next) = sure.iter().find(holds).map(of).filter(|next| !kept.contains(next)) else {
            kept.clone_from(&all);
            break;
        };
        kept.insert(next);
    }
    for one in kept.clone().iter().rev() {
        let without: BTreeSet<SelectorRef> = kept.iter().copied().filter(|other| other != one).collect();
        if suffices(&without) {
            kept = without;
        }
    }
    kept.into_iter().collect()
}

/// Which verdict of a [`Decider`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(usize);

/// The decision for many resources of one type under the same candidates: selectors are compiled once, and resources
/// that every condition on `resources.ARN` treats alike, down to the operator, share one verdict.
#[derive(Debug)]
pub struct Decider<'a> {
    kind: ResourceType,
    candidates: Vec<Candidate<'a>>,
    clauses: Vec<Clause<'a>>,
    /// The clauses whose conditions on `resources.ARN` the index holds, in its order.
    with_arn: Vec<usize>,
    index: Index,
    by_key: HashMap<Box<[u8]>, ClassId>,
    verdicts: Vec<Verdict>,
    key: Vec<u8>,
    last: Option<(Box<[u8]>, ClassId)>,
}

impl<'a> Decider<'a> {
    /// Compiles the candidates for resources of `kind`.
    #[must_use]
    pub fn new(kind: ResourceType, candidates: &[Candidate<'a>]) -> Self {
        let clauses = clauses(candidates);
        let of_kind = |clause: &&Clause<'_>| {
            let admits =
                |field, text| clause.condition(field).is_none_or(|one| one.turns_away(Some(text)).is_none());
            admits(Field::EventCategory, "Data") && admits(Field::ResourcesType, kind.as_str())
        };
        let with_arn: Vec<usize> = (0..clauses.len())
            .filter(|at| of_kind(&&clauses[*at]) && clauses[*at].condition(Field::ResourcesArn).is_some())
            .collect();
        let arns: Vec<&Condition> =
            with_arn.iter().filter_map(|at| clauses[*at].condition(Field::ResourcesArn)).collect();
        let index = Index::new(&arns);
        Decider {
            kind,
            candidates: candidates.to_vec(),
            clauses,
            with_arn,
            index,
            by_key: HashMap::new(),
            verdicts: Vec::new(),
            key: Vec::new(),
            last: None,
        }
    }

    /// The class of the resource with this unqualified ARN. Its verdict is that of [`decide`], but for the ARN in the
    /// witnesses, which is that of the first resource of the class; see [`Escape::witness_for`].
    pub fn class(&mut self, arn: &str) -> ClassId {
        self.index.key(arn, &mut self.key);
        // Neighbours in a listing mostly share a class, and comparing is cheaper than hashing.
        if let Some((key, id)) = &self.last
            && key.as_ref() == self.key
        {
            return *id;
        }
        if let Some(known) = self.by_key.get(self.key.as_slice()) {
            self.last = Some((self.key.clone().into_boxed_slice(), *known));
            return *known;
        }
        let id = ClassId(self.verdicts.len());
        self.verdicts.push(self.decide_within(arn, &Subject::Named(self.kind, arn).spaces(), "invocations"));
        self.by_key.insert(self.key.clone().into_boxed_slice(), id);
        id
    }

    /// The class of *every* resource whose ARN begins with `prefix`, iff the conditions treat all of them alike: then one
    /// verdict serves for any of them that may ever exist, as [`decide`] would answer for [`Subject::Any`].
    pub fn class_of_all(&mut self, prefix: &str) -> Option<ClassId> {
        self.index.alike(prefix).then(|| self.class(&any_arn(self.kind, prefix)))
    }

    /// As [`decide_space`], for spaces in which every `resources.ARN` begins with `prefix`: values about other resources
    /// are left out first, so that it does not matter how many there are.
    #[must_use]
    pub fn decide_within(&self, prefix: &str, spaces: &[Space], noun: &str) -> Verdict {
        let mut narrowed: Vec<Condition> = vec![Condition::default(); self.with_arn.len()];
        for (condition, bit, value) in self.index.within(prefix) {
            if let Some(operator) = Operator::ALL.into_iter().find(|operator| index::bit(*operator) == bit) {
                narrowed[condition].values_mut(operator).push(value);
            }
        }
        let mut all = self.clauses.clone();
        for (at, mut condition) in self.with_arn.iter().zip(narrowed) {
            let selects = self.clauses[*at].condition(Field::ResourcesArn).and_then(Condition::first_select);
            if selects.is_some() && condition.first_select().is_none() {
                // It selects other resources alone: no ARN is empty, so this admits none.
                condition.equals.push(String::new());
            }
            all[*at] = self.clauses[*at].with(Field::ResourcesArn, condition);
        }
        decide_clauses(&self.candidates, &all, spaces, noun)
    }

    /// The verdict of a class of this decider.
    #[must_use]
    pub fn verdict(&self, class: ClassId) -> &Verdict {
        &self.verdicts[class.0]
    }
}

impl ClassId {
    /// Position in the order in which the decider met its classes.
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

impl Escape {
    /// The witness for another resource of the same class.
    #[must_use]
    pub fn witness_for(&self, arn: &str) -> Event {
        let mut witness = self.witness.clone();
        if let Some(resource) = &mut witness.resource {
            arn.clone_into(&mut resource.arn);
        }
        witness
    }
}
