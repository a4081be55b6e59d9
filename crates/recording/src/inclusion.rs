//! Does one set of selectors record everything that another one does? Over *all* events, not only invocations: every
//! category, resource type, service, name and principal.

use crate::callers::{self, Callers};
use crate::clauses::{Candidate, Clause, clauses};
use crate::grid::{Grid, Tables};
use crate::invocations::{Provenance, Space, deciding_names};
use crate::steps::{Exhausted, Steps, WORK_LIMIT};
use crate::values::{Alphabet, Domain};
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Condition, Doubt, Operator, Selector};
use cloudtrail::{Answer, records};

/// Whether everything is still recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inclusion {
    /// Every event that the first selectors may record is certainly recorded by the second ones.
    Included,
    /// This event is recorded by the first ones and certainly not by the second ones.
    Lost {
        /// The selector that records it, by its position among the first ones.
        selector: usize,
        /// The event.
        witness: Box<Event>,
    },
    /// It hangs on something in a selector that we do not understand, or takes more than [`crate::WORK_LIMIT`] steps.
    Undetermined {
        /// The selector, by its position among the first ones.
        selector: usize,
        /// What is not understood, where that is one thing.
        doubt: Option<Doubt>,
    },
}

/// Says whether `after` records every event that `before` does.
///
/// [`Inclusion::Included`] iff each selector of `before` either stands in `after` as it is (then whatever it records is
/// recorded, understood or not), or is fully understood and each of its events is certainly recorded by selectors of
/// `after` taken together. [`Inclusion::Lost`] iff some event is certainly recorded before and certainly turned away after.
#[must_use]
pub fn included(before: &[Selector], after: &[Selector]) -> Inclusion {
    included_within(before, after, &mut Effort::new(u64::MAX))
}

/// Steps that many questions share, so that a bound on each is a bound on all of them together.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    left: u64,
}

impl Effort {
    /// So many steps.
    #[must_use]
    pub fn new(steps: u64) -> Self {
        Effort { left: steps }
    }

    /// True iff no question is answered any more.
    #[must_use]
    pub fn is_used_up(self) -> bool {
        self.left == 0
    }

    /// Takes the steps of cutting events along these clauses away; false iff there are not so many.
    fn cut(&mut self, all: &[Clause<'_>]) -> bool {
        let values = |condition: &Condition| {
            Operator::ALL.into_iter().map(|operator| condition.values(operator).len()).sum::<usize>()
        };
        let conditions = all.iter().flat_map(|clause| &clause.conditions);
        let texts: usize = conditions.map(|(_, condition)| 1 + values(condition)).sum();
        // Each text is compared with each clause, 64 at once.
        let steps = texts.saturating_mul(1 + all.len() / 64);
        self.left = self.left.saturating_sub(u64::try_from(steps).unwrap_or(u64::MAX));
        self.left > 0
    }
}

/// As [`included`], with at most the steps that are left of `effort`: where they do not suffice, it is undetermined.
#[must_use]
pub fn included_within(before: &[Selector], after: &[Selector], effort: &mut Effort) -> Inclusion {
    let candidate = |selectors| Candidate { selectors: Some(selectors), certain: true };
    // The clauses of both, so that one cut serves all questions: what is asked about is candidate 0.
    let all = clauses(&[candidate(before), candidate(after)]);
    let asked: Vec<usize> = (0..all.len())
        .filter(|at| all[*at].candidate == 0 && !after.contains(&before[all[*at].selector]))
        .collect();
    if !asked.is_empty() && !effort.cut(&all) {
        return Inclusion::Undetermined { selector: all[asked[0]].selector, doubt: None };
    }
    let given = effort.left.min(WORK_LIMIT);
    let mut search = Search { all: &all, grids: None, steps: Steps::new(given), callers: Callers::default() };
    let told = search.answer(before, after, &asked);
    effort.left -= given - search.steps.left();
    told
}

/// Asks the definition: recorded before, and certainly not after. False for what only differs in fields that [`Event`]
/// does not hold (`errorCode`, `vpcEndpointId`).
fn is_lost(event: &Event, before: &Selector, after: &[Selector]) -> bool {
    records(before, event) == Answer::Recorded
        && after.iter().all(|one| matches!(records(one, event), Answer::TurnedAway(_)))
}

/// The event, or one that people have seen in its place iff that is lost as well: a management event is not about an object of S3, and a function
/// is invoked.
fn ordinary(event: Event, is_lost: impl Fn(&Event) -> bool) -> Event {
    // Which callers there can be was looked for among events of that name.
    if !callers::is_possible(&event) {
        return event;
    }
    let kind = event.resource.as_ref().and_then(|resource| ResourceType::parse(&resource.kind));
    if let (Some(kind), "Data") = (kind, event.category.as_str()) {
        let name = deciding_names(kind).first().map_or_else(|| event.name.clone(), |name| (*name).to_owned());
        let source = "lambda.amazonaws.com".to_owned();
        let invocation = Event { source, name, read_only: false, ..event.clone() };
        return if is_lost(&invocation) { invocation } else { event };
    }
    if event.category != "Management" {
        return event;
    }
    let bare = Event { resource: None, ..event.clone() };
    let seen =
        SEEN.iter().filter(|(_, _, read_only)| *read_only == event.read_only).map(|(source, name, _)| {
            Event { source: (*source).to_owned(), name: (*name).to_owned(), ..bare.clone() }
        });
    seen.chain([bare.clone()]).find(is_lost).unwrap_or(event)
}

/// Management events that people have seen, with whether they only read: of a service that every account has, and of the two that recorders may leave out.
const SEEN: [(&str, &str, bool); 6] = [
    ("ec2.amazonaws.com", "DescribeInstances", true),
    ("ec2.amazonaws.com", "RunInstances", false),
    ("kms.amazonaws.com", "DescribeKey", true),
    ("kms.amazonaws.com", "CreateKey", false),
    ("rdsdata.amazonaws.com", "ExecuteStatement", true),
    ("rdsdata.amazonaws.com", "ExecuteStatement", false),
];

/// Which events are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All of them.
    All,
    /// Those without a field that [`Event`] has no room for.
    Shown,
}

/// The clauses, and all events cut along them.
struct Search<'s> {
    all: &'s [Clause<'s>],
    /// With a resource and without, of both scopes.
    grids: Option<Vec<(Scope, Grid)>>,
    steps: Steps,
    callers: Callers,
}

impl Search<'_> {
    /// What becomes of the clauses that are asked about, of `before`.
    fn answer(&mut self, before: &[Selector], after: &[Selector], asked: &[usize]) -> Inclusion {
        let all = self.all;
        let of_after: Vec<usize> = (0..all.len()).filter(|at| all[*at].candidate == 1).collect();
        let sure: Vec<usize> = of_after.iter().copied().filter(|at| all[*at].sure).collect();
        let mut open = None;
        for clause in asked.iter().copied() {
            let (selector, one) = (all[clause].selector, &before[all[clause].selector]);
            if let Ok(None) = self.escape(clause, &sure, Scope::All) {
                continue;
            }
            // A loss that only shows in fields that `Event` does not hold has no witness there: then another is looked for.
            let mut shown = |scope| {
                self.escape(clause, &of_after, scope)
                    .ok()
                    .flatten()
                    .filter(|event| is_lost(event, one, after))
                    .map(|event| ordinary(event, |event| is_lost(event, one, after)))
            };
            if all[clause].sure
                && let Some(witness) = shown(Scope::All).or_else(|| shown(Scope::Shown))
            {
                return Inclusion::Lost { selector, witness: Box::new(witness) };
            }
            let doubtful = || after.iter().flat_map(Selector::doubts).next();
            let doubt = one.doubts().first().or_else(doubtful).cloned();
            open = open.or(Some(Inclusion::Undetermined { selector, doubt }));
        }
        open.unwrap_or(Inclusion::Included)
    }

    /// An event that `clause` holds and none of `others` does.
    fn escape(&mut self, clause: usize, others: &[usize], scope: Scope) -> Result<Option<Event>, Exhausted> {
        if self.grids.is_none() {
            self.grids = Some(grids(self.all)?);
        }
        let grids = self.grids.iter().flatten();
        for (_, grid) in grids.filter(|(of, _)| *of == scope) {
            if let Some(found) = grid.outside_within(others, &[clause], &mut self.steps)? {
                let event = found.event();
                let possible = (!callers::is_possible(&event))
                    .then(|| self.callers.put(&event, self.all, others, &[clause]));
                return Ok(Some(possible.flatten().unwrap_or(event)));
            }
        }
        Ok(None)
    }
}

/// Every event there can be: one with a resource that has type and ARN, or with none; and with the fields that [`Event`] has
/// no room for, or without.
fn grids(all: &[Clause<'_>]) -> Result<Vec<(Scope, Grid)>, Exhausted> {
    let mut tables = Tables::default();
    let mut found = Vec::new();
    for scope in [Scope::All, Scope::Shown] {
        for with_resource in [true, false] {
            let there = |field: &Field| match field {
                Field::ResourcesType | Field::ResourcesArn => with_resource,
                Field::ErrorCode | Field::VpcEndpointId => scope == Scope::All,
                _ => true,
            };
            let fields = Field::ALL.into_iter().filter(there).map(|field| (field, universe(field)));
            let space = Space { provenance: Provenance::Documented, fields: fields.collect() };
            found.push((scope, Grid::new(&space, all, &mut tables)?));
        }
    }
    Ok(found)
}

/// All that a field can be in any event.
fn universe(field: Field) -> Domain {
    let strings = |absent, credible: &[&str]| Domain::Strings {
        prefix: String::new(),
        alphabet: Alphabet::Any,
        absent,
        credible: credible.iter().map(ToString::to_string).collect(),
    };
    match field {
        Field::EventCategory => strings(false, &["Management", "Data", "NetworkActivity"]),
        Field::ResourcesType => strings(false, &["AWS::S3::Object"]),
        Field::ReadOnly => Domain::one_of(["false", "true"]),
        Field::EventName => strings(false, &["PutObject"]),
        Field::ResourcesArn => strings(false, &["arn:aws:s3:::example-bucket/example-key"]),
        Field::EventSource => strings(false, &["s3.amazonaws.com"]),
        Field::EventType => strings(false, &["AwsApiCall"]),
        Field::SessionCredentialFromConsole => Domain::Flag,
        Field::UserIdentityArn => strings(true, &["arn:aws:iam::111122223333:user/example"]),
        Field::ErrorCode => strings(true, &["VpceAccessDenied"]),
        Field::VpcEndpointId => strings(true, &["vpce-0123456789abcdef0"]),
    }
}
