//! Does one set of selectors record everything that another one does? Over *all* events, not only invocations: every
//! category, resource type, service, name and principal.

use crate::clauses::{Candidate, Clause, clauses};
use crate::grid::{Grid, Tables};
use crate::invocations::{Provenance, Space};
use crate::values::{Alphabet, Domain};
use crate::work::{Exhausted, WORK_LIMIT, Work};
use cloudtrail::event::{Event, Field};
use cloudtrail::selector::{Doubt, Selector};
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
    let candidate = |selectors| Candidate { selectors: Some(selectors), certain: true };
    // The clauses of both, so that one cut serves all questions: what is asked about is candidate 0.
    let all = clauses(&[candidate(before), candidate(after)]);
    let of_after: Vec<usize> = (0..all.len()).filter(|at| all[*at].candidate == 1).collect();
    let sure: Vec<usize> = of_after.iter().copied().filter(|at| all[*at].sure).collect();
    let asked: Vec<usize> = (0..of_after.first().copied().unwrap_or(all.len()))
        .filter(|at| !after.contains(&before[all[*at].selector]))
        .collect();
    let mut search = Search { all: &all, grids: None, work: Work::new(WORK_LIMIT) };
    let mut open = None;
    for clause in asked {
        let (selector, one) = (all[clause].selector, &before[all[clause].selector]);
        if let Ok(None) = search.escape(clause, &sure, Scope::All) {
            continue;
        }
        // A loss that only shows in fields that `Event` does not hold cannot be told by one: then another is looked for.
        let mut shown = |scope| {
            search.escape(clause, &of_after, scope).ok().flatten().filter(|event| is_lost(event, one, after))
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

/// Asks the definition: recorded before, and certainly not after. False for what only differs in fields that [`Event`]
/// does not hold (`errorCode`, `vpcEndpointId`).
fn is_lost(event: &Event, before: &Selector, after: &[Selector]) -> bool {
    records(before, event) == Answer::Recorded
        && after.iter().all(|one| matches!(records(one, event), Answer::TurnedAway(_)))
}

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
    work: Work,
}

impl Search<'_> {
    /// An event that `clause` holds and none of `others` does.
    fn escape(&mut self, clause: usize, others: &[usize], scope: Scope) -> Result<Option<Event>, Exhausted> {
        if self.grids.is_none() {
            self.grids = Some(grids(self.all)?);
        }
        let grids = self.grids.iter().flatten();
        for (_, grid) in grids.filter(|(of, _)| *of == scope) {
            if let Some(found) = grid.outside_within(others, &[clause], &mut self.work)? {
                return Ok(Some(found.event()));
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
