//! Does one set of selectors record everything that another one does? Over *all* events, not only invocations: every
//! category, resource type, service, name and principal.

use crate::clauses::{Candidate, Clause, clauses};
use crate::values::{Alphabet, Class, Domain, Label, classes};
use cloudtrail::event::{Event, EventResource, Field};
use cloudtrail::selector::{Condition, Doubt, Selector};
use cloudtrail::{Answer, records};
use std::collections::{BTreeSet, HashSet};

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
    /// It hangs on something in a selector that we do not understand.
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
    let candidate = |selectors| [Candidate { selectors: Some(selectors), certain: true }];
    let all = clauses(&candidate(after));
    let sure: Vec<Clause<'_>> = all.iter().filter(|clause| clause.sure).cloned().collect();
    let mut open = None;
    for (selector, one) in before.iter().enumerate() {
        if after.contains(one) {
            continue;
        }
        for clause in clauses(&candidate(std::slice::from_ref(one))) {
            if escape(&clause, &sure).is_none() {
                continue;
            }
            // A loss that only shows in fields that `Event` does not hold cannot be told by one: then another is looked for.
            let shown = |scope| escape_in(&clause, &all, scope).filter(|event| is_lost(event, one, after));
            if clause.sure
                && let Some(witness) = shown(Scope::All).or_else(|| shown(Scope::Shown))
            {
                return Inclusion::Lost { selector, witness: Box::new(witness) };
            }
            let doubtful = || after.iter().flat_map(Selector::doubts).next();
            let doubt = one.doubts().first().or_else(doubtful).cloned();
            open = open.or(Some(Inclusion::Undetermined { selector, doubt }));
        }
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

/// An event that `clause` holds and none of `others` does; `None` iff there is none.
fn escape(clause: &Clause<'_>, others: &[Clause<'_>]) -> Option<Event> {
    escape_in(clause, others, Scope::All)
}

fn escape_in(clause: &Clause<'_>, others: &[Clause<'_>], scope: Scope) -> Option<Event> {
    // An event has a resource with type and ARN, or none.
    [true, false].into_iter().find_map(|with_resource| {
        let absent = |field: Field| match field {
            Field::ResourcesType | Field::ResourcesArn => !with_resource,
            Field::ErrorCode | Field::VpcEndpointId => scope == Scope::Shown,
            _ => false,
        };
        escape_of(clause, others, absent)
    })
}

fn escape_of(clause: &Clause<'_>, others: &[Clause<'_>], absent: impl Fn(Field) -> bool) -> Option<Event> {
    let level = |field| level(field, clause, others, absent(field));
    let levels: Vec<Level> = Field::ALL.into_iter().map(level).collect();
    if levels.iter().any(|level| level.classes.is_empty()) {
        return None;
    }
    let alive: Vec<usize> = (0..others.len())
        .filter(|at| levels.iter().all(|level| level.admits.iter().any(|row| row[*at])))
        .collect();
    let mut search = Search { levels: &levels, dead_ends: HashSet::new(), chosen: Vec::new() };
    search.descend(&alive).then(|| search.event())
}

/// What one field may be within the clause: its classes, and which of the others admit each.
struct Level {
    field: Field,
    classes: Vec<Class>,
    admits: Vec<Vec<bool>>,
}

fn level(field: Field, clause: &Clause<'_>, others: &[Clause<'_>], absent: bool) -> Level {
    let own = clause.condition(field);
    let with: Vec<(usize, &Condition)> =
        others.iter().enumerate().filter_map(|(at, other)| Some((at, other.condition(field)?))).collect();
    let conditions: Vec<&Condition> = own.into_iter().chain(with.iter().map(|(_, one)| *one)).collect();
    let shift = usize::from(own.is_some());
    let inside = if absent {
        let admitted = conditions.iter().map(|one| one.turns_away(None).is_none()).collect();
        vec![Class { representative: None, admitted, labels: BTreeSet::new() }]
    } else {
        let mut all = classes(&universe(field), &conditions);
        // No field of an event is an empty text, and conditions that admit nothing are written as such a value.
        all.retain(|class| class.labels != BTreeSet::from([Label::Is(String::new())]));
        all
    };
    let inside: Vec<Class> = inside.into_iter().filter(|class| shift == 0 || class.admitted[0]).collect();
    let admits = inside.iter().map(|class| {
        let mut row = vec![true; others.len()];
        with.iter().zip(&class.admitted[shift..]).for_each(|((at, _), admitted)| row[*at] = *admitted);
        row
    });
    Level { field, admits: admits.collect(), classes: inside }
}

/// Depth-first: at each field one class is chosen, until no other clause is left that holds the event.
struct Search<'a> {
    levels: &'a [Level],
    /// Fields decided and clauses left from which no event escapes.
    dead_ends: HashSet<(usize, Vec<usize>)>,
    chosen: Vec<usize>,
}

impl Search<'_> {
    fn descend(&mut self, alive: &[usize]) -> bool {
        let at = self.chosen.len();
        if alive.is_empty() {
            return true;
        }
        let left = &self.levels[at..];
        let whole = |other: &usize| left.iter().all(|level| level.admits.iter().all(|row| row[*other]));
        if left.is_empty() || alive.iter().any(whole) || self.dead_ends.contains(&(at, alive.to_vec())) {
            return false;
        }
        for (class, row) in self.levels[at].admits.iter().enumerate() {
            let still: Vec<usize> = alive.iter().copied().filter(|other| row[*other]).collect();
            self.chosen.push(class);
            if self.descend(&still) {
                return true;
            }
            self.chosen.pop();
        }
        self.dead_ends.insert((at, alive.to_vec()));
        false
    }

    /// The event that was found: fields that were not decided take the first class.
    fn event(&self) -> Event {
        let value = |field: Field| {
            let at = self.levels.iter().position(|level| level.field == field)?;
            let class = self.chosen.get(at).copied().unwrap_or(0);
            self.levels[at].classes.get(class)?.representative.clone()
        };
        let text = |field| value(field).unwrap_or_default();
        Event {
            category: text(Field::EventCategory),
            source: text(Field::EventSource),
            name: text(Field::EventName),
            event_type: text(Field::EventType),
            read_only: value(Field::ReadOnly).as_deref() == Some("true"),
            resource: value(Field::ResourcesType)
                .zip(value(Field::ResourcesArn))
                .map(|(kind, arn)| EventResource { kind, arn }),
            user_identity_arn: value(Field::UserIdentityArn),
            session_credential_from_console: value(Field::SessionCredentialFromConsole).is_some(),
        }
    }
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
