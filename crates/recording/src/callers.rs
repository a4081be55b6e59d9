//! A caller that IAM or STS allow, looked for among all of them: one that these conditions turn away and those admit.
//!
//! Whether a condition admits a text hangs on which listed values the text begins with, ends with and is. So the callers are
//! searched byte by byte, the shortest first, and two beginnings are one where they are at the same place of an ARN, no listed
//! value goes on from either, the longest listed value they begin with is the same, and so is the most of their end that a
//! listed end may go on from.

use crate::clauses::Clause;
use crate::grammar::Spot;
use crate::index::{Index, admits};
use crate::principal;
use crate::steps::{Exhausted, Steps};
use crate::trie::Trie;
use cloudtrail::event::{Event, Field};
use cloudtrail::selector::{Condition, Operator};
use std::collections::{HashMap, HashSet};

/// Steps for looking for one caller, and for all that one set of clauses is asked about.
const LIMIT: u64 = 1 << 20;
const ALL_LIMIT: u64 = 1 << 24;

/// Callers found for some clauses, so that none is looked for twice.
#[derive(Clone, Debug)]
pub(crate) struct Callers {
    /// By the clauses that turn it away, and those that admit it.
    known: HashMap<(Vec<usize>, Vec<usize>), Option<String>>,
    steps: Steps,
}

impl Default for Callers {
    fn default() -> Self {
        Callers { known: HashMap::new(), steps: Steps::new(ALL_LIMIT) }
    }
}

/// True iff there can be such an event, as far as its caller goes: it has none, or one that IAM or STS allow.
pub(crate) fn is_possible(event: &Event) -> bool {
    event.user_identity_arn.as_deref().is_none_or(principal::is_principal)
}

impl Callers {
    /// The event with a caller that IAM or STS allow, if there is one with whom none of `away` holds it and all of `holding`
    /// do. They are positions in `clauses`, which are always the same.
    pub(crate) fn put(
        &mut self,
        event: &Event,
        clauses: &[Clause<'_>],
        away: &[usize],
        holding: &[usize],
    ) -> Option<Event> {
        let others = |at: &usize| clauses[*at].holds_whoever_calls(event);
        let caller = |at: &usize| clauses[*at].condition(Field::UserIdentityArn);
        let away: Vec<usize> = away.iter().copied().filter(others).collect();
        let holding: Vec<usize> = holding.iter().copied().filter(|at| caller(at).is_some()).collect();
        let question = (away, holding);
        if !self.known.contains_key(&question) {
            // One without a condition on the caller holds the event, whoever that is.
            let turning: Option<Vec<&Condition>> = question.0.iter().map(caller).collect();
            let admitting: Vec<&Condition> = question.1.iter().filter_map(caller).collect();
            let found = turning.and_then(|turning| {
                self.steps.within(LIMIT, |steps| allowed(&turning, &admitting, steps)).ok().flatten()
            });
            self.known.insert(question.clone(), found);
        }
        let caller = self.known.get(&question).cloned().flatten()?;
        Some(Event { user_identity_arn: Some(caller), ..event.clone() })
    }
}

/// What texts of one state have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    /// The text is this beginning of a listed value.
    Within { node: u32 },
    /// No listed value goes on from it.
    Left { spot: Spot, hit: u32, end: u32 },
}

/// One text that is looked at: the one before it, and what was added.
struct Text {
    before: usize,
    byte: u8,
    spot: Spot,
    /// As long as the text is within a listed value, which.
    within: Option<u32>,
    /// The longest listed value it begins with.
    hit: u32,
    /// The most of its end that a listed end begins with.
    end: u32,
}

/// The shortest caller that every condition of `away` turns away and every one of `holding` admits; `None` iff IAM and STS
/// allow none. Of callers whose folders or names are nearly as long as they may be, some may be missed.
fn allowed(
    away: &[&Condition],
    holding: &[&Condition],
    steps: &mut Steps,
) -> Result<Option<String>, Exhausted> {
    let conditions: Vec<&Condition> = away.iter().chain(holding).copied().collect();
    let values = |operators: &[Operator]| -> Vec<&str> {
        let listed = conditions.iter().flat_map(|one| operators.iter().flat_map(|by| one.values(*by)));
        listed.map(String::as_str).collect()
    };
    let starts = values(&[Operator::StartsWith, Operator::NotStartsWith]);
    let equal = values(&[Operator::Equals, Operator::NotEquals]);
    let ends = values(&[Operator::EndsWith, Operator::NotEndsWith]);
    let bytes = starts.iter().chain(&equal).chain(&ends).map(|one| one.len() as u64).sum();
    steps.spend(bytes)?;
    // What no principal begins with, or is, tells none apart.
    let begins = |text: &&str| text.bytes().try_fold(Spot::start(), Spot::step).is_some();
    let printed = |text: &&str| text.bytes().all(|one| one.is_ascii_graphic());
    let mut beginnings = Trie::default();
    starts.into_iter().filter(begins).for_each(|text| beginnings.add(text.as_bytes(), true));
    equal.into_iter().filter(begins).for_each(|text| beginnings.add(text.as_bytes(), false));
    let mut endings = Trie::default();
    ends.into_iter().filter(printed).for_each(|text| endings.add(text.as_bytes(), true));
    endings.link();
    let index = Index::new(&conditions);
    let mut key = Vec::new();
    let fits = |text: &str| {
        index.key(text, &mut key);
        let mut each = conditions.iter().zip(&key).enumerate();
        each.all(|(at, (one, hit))| admits(one, *hit) == (at >= away.len()))
    };
    let search = Search {
        letters: letters(&[&beginnings, &endings]),
        beginnings,
        endings,
        each: 1 + conditions.len() as u64 / 16,
    };
    search.run(fits, steps)
}

/// The bytes of names and folders that listed values have, and one each that none has; those of names first.
fn letters(of: &[&Trie]) -> Vec<u8> {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let listed = |byte: u8| of.iter().any(|trie| trie.has(byte));
    let all = || principal::CHARACTERS.bytes().filter(u8::is_ascii_graphic);
    let mut fresh: Vec<u8> = all().find(|one| name(*one) && !listed(*one)).into_iter().collect();
    fresh.push(b'/');
    fresh.extend(all().find(|one| !name(*one) && !listed(*one) && *one != b'/'));
    let rest: Vec<u8> = all().filter(|one| listed(*one) && !fresh.contains(one)).collect();
    fresh.extend(rest);
    fresh
}

struct Search {
    letters: Vec<u8>,
    beginnings: Trie,
    endings: Trie,
    /// What asking about one text costs.
    each: u64,
}

impl Search {
    fn run(
        &self,
        mut fits: impl FnMut(&str) -> bool,
        steps: &mut Steps,
    ) -> Result<Option<String>, Exhausted> {
        let first = Text { before: 0, byte: 0, spot: Spot::start(), within: Some(0), hit: 0, end: 0 };
        let mut seen: HashSet<State> = HashSet::from([first.state()]);
        let mut all = vec![first];
        let mut at = 0;
        while at < all.len() {
            let few = all[at].spot.next();
            for byte in few.as_ref().unwrap_or(&self.letters) {
                steps.spend(1)?;
                let Some(text) = self.step(&all, at, *byte) else { continue };
                if !seen.insert(text.state()) {
                    continue;
                }
                let is_end = text.spot.is_end();
                all.push(text);
                if is_end {
                    steps.spend(self.each)?;
                    let told = text_of(&all);
                    if fits(&told) {
                        return Ok(Some(told));
                    }
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn step(&self, all: &[Text], before: usize, byte: u8) -> Option<Text> {
        let text = &all[before];
        let spot = text.spot.step(byte)?;
        let within = text.within.and_then(|node| self.beginnings.child(node, byte));
        let hit = within.filter(|node| self.beginnings.is_listed(*node)).unwrap_or(text.hit);
        Some(Text { before, byte, spot, within, hit, end: self.endings.follow(text.end, byte) })
    }
}

impl Text {
    fn state(&self) -> State {
        match self.within {
            Some(node) => State::Within { node },
            None => State::Left { spot: self.spot.without_lengths(), hit: self.hit, end: self.end },
        }
    }
}

/// The last of the texts.
fn text_of(all: &[Text]) -> String {
    let mut bytes = Vec::new();
    let mut at = all.len() - 1;
    while at > 0 {
        bytes.push(char::from(all[at].byte));
        at = all[at].before;
    }
    bytes.into_iter().rev().collect()
}
