//! The decision for many resources at once.

use crate::clauses::{Candidate, Clause, clauses};
use crate::decide::Question;
use crate::grid::Tables;
use crate::index::{self, Index};
use crate::invocations::Space;
use crate::steps::{ALL_WORDS_LIMIT, ALL_WORK_LIMIT, PROOF_LIMIT, Steps, WORK_LIMIT};
use crate::subject::{Subject, any_arn};
use crate::verdict::Verdict;
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Condition, Operator};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Which verdict of a [`Decider`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(usize);

/// The decision for many resources of one type under the same candidates: selectors are compiled once, and resources
/// that every condition on `resources.ARN` treats alike, down to the operator, share one verdict.
#[derive(Debug)]
pub struct Decider<'a> {
    kind: ResourceType,
    candidates: Vec<Candidate<'a>>,
    clauses: Rc<[Clause<'a>]>,
    /// The clauses whose conditions on `resources.ARN` the index holds, in its order.
    with_arn: Vec<usize>,
    index: Index,
    by_key: HashMap<Box<[u8]>, ClassId>,
    verdicts: Vec<Verdict>,
    /// How many entries the proofs of the verdicts have.
    proofs: usize,
    /// The class of all resources that are beyond the limit of proofs.
    beyond: Option<ClassId>,
    key: Vec<u8>,
    last: Option<(Box<[u8]>, ClassId)>,
    kept: RefCell<Kept>,
    /// Of all fields that do not say which resource is meant; those of all kinds where they were made together.
    tables: Rc<RefCell<Tables>>,
}

/// What one question leaves to the next.
#[derive(Debug)]
struct Kept {
    /// Steps for words that are left.
    words: Steps,
    /// Steps for searches that are left.
    total: Steps,
}

impl<'a> Decider<'a> {
    /// Compiles the candidates for resources of `kind`.
    #[must_use]
    pub fn new(kind: ResourceType, candidates: &[Candidate<'a>]) -> Self {
        Self::sharing(kind, candidates, clauses(candidates).into(), Rc::default())
    }

    /// One for each kind, in the order of [`ResourceType::ALL`]: the selectors are compiled once for all of them.
    #[must_use]
    pub fn of_all_kinds(candidates: &[Candidate<'a>]) -> [Self; ResourceType::ALL.len()] {
        let (clauses, tables): (Rc<[Clause<'a>]>, Rc<RefCell<Tables>>) =
            (clauses(candidates).into(), Rc::default());
        ResourceType::ALL.map(|kind| Self::sharing(kind, candidates, Rc::clone(&clauses), Rc::clone(&tables)))
    }

    fn sharing(
        kind: ResourceType,
        candidates: &[Candidate<'a>],
        clauses: Rc<[Clause<'a>]>,
        tables: Rc<RefCell<Tables>>,
    ) -> Self {
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
            proofs: 0,
            beyond: None,
            key: Vec::new(),
            last: None,
            kept: RefCell::new(Kept {
                words: Steps::new(ALL_WORDS_LIMIT),
                total: Steps::new(ALL_WORK_LIMIT),
            }),
            tables,
        }
    }

    /// The class of the resource with this unqualified ARN. Its verdict is that of [`decide`], except for the ARN in the
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
        if self.proofs > PROOF_LIMIT {
            return *self.beyond.get_or_insert_with(|| {
                self.verdicts.push(Verdict::beyond_the_limit());
                ClassId(self.verdicts.len() - 1)
            });
        }
        let id = ClassId(self.verdicts.len());
        let verdict = self.decide_within(arn, &Subject::Named(self.kind, arn).spaces(), "invocations");
        let escapes = verdict.escape.iter().chain(&verdict.possible);
        self.proofs += 1 + verdict.cover.len() + escapes.map(|one| one.turned_away.len()).sum::<usize>();
        self.verdicts.push(verdict);
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
        let mut all: Vec<Clause<'_>> = self.clauses.iter().map(Clause::borrowed).collect();
        for (at, mut condition) in self.with_arn.iter().zip(narrowed) {
            let selects = self.clauses[*at].condition(Field::ResourcesArn).and_then(Condition::first_select);
            if selects.is_some() && condition.first_select().is_none() {
                // It selects other resources alone: no ARN is empty, so this admits none.
                condition.equals.push(String::new());
            }
            all[*at] = self.clauses[*at].with(Field::ResourcesArn, condition);
        }
        let (kept, tables) = (&mut *self.kept.borrow_mut(), &mut *self.tables.borrow_mut());
        let mut question = Question {
            candidates: &self.candidates,
            all: &all,
            noun,
            tables,
            words: &mut kept.words,
            limit: WORK_LIMIT,
            total: &mut kept.total,
        };
        let verdict = question.decide(spaces);
        tables.forget_arns();
        verdict
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
