//! The question, asked and answered: is every event of this space recorded, and if not, which one escapes?

use crate::callers;
use crate::clauses::{Candidate, Clause, clauses};
use crate::copies::copies;
use crate::cover::cover;
use crate::grid::{Grid, Tables};
use crate::invocations::{Provenance, Space, merged};
use crate::remainder::{Cell, remainder};
use crate::remainder_words::{self, Sureness};
use crate::steps::{ALL_WORK_LIMIT, COPIES_LIMIT, Exhausted, Steps, WORDS_LIMIT, WORK_LIMIT};
use crate::subject::Subject;
use crate::verdict::{Escape, GivenUp, Open, SelectorRef, State, TurnedAwayBy, Verdict, Why};
use cloudtrail::event::Event;
use cloudtrail::selector::Selector;
use cloudtrail::{Answer, records};

/// Decides whether every invocation of `subject` is recorded by the candidates taken together.
///
/// [`State::Recorded`] iff every event of the documented, observed and contradicted shapes is recorded by a selector without
/// doubts of a certain candidate; [`State::PartiallyRecorded`] or [`State::NotRecorded`] iff some documented or observed event
/// is turned away by every selector of every candidate whatever the doubts; else [`State::Undetermined`], as well as where
/// that takes more than [`crate::WORK_LIMIT`] steps.
#[must_use]
pub fn decide(candidates: &[Candidate<'_>], subject: Subject<'_>) -> Verdict {
    decide_space(candidates, &subject.spaces(), "invocations")
}

/// As [`decide`], for any spaces of events; `noun` is what the remainder calls them.
#[must_use]
pub fn decide_space(candidates: &[Candidate<'_>], spaces: &[Space], noun: &str) -> Verdict {
    let all = clauses(candidates);
    let mut question = Question {
        candidates,
        all: &all,
        noun,
        tables: &mut Tables::default(),
        words: &mut Steps::new(WORDS_LIMIT),
        limit: WORK_LIMIT,
        total: &mut Steps::new(ALL_WORK_LIMIT),
    };
    question.decide(spaces)
}

/// What is asked, and what it may cost.
pub(crate) struct Question<'q> {
    pub(crate) candidates: &'q [Candidate<'q>],
    /// They hold the same events of the spaces as the clauses of the candidates do.
    pub(crate) all: &'q [Clause<'q>],
    pub(crate) noun: &'q str,
    /// Tables made for these clauses.
    pub(crate) tables: &'q mut Tables,
    /// Steps for words.
    pub(crate) words: &'q mut Steps,
    /// Steps for each search.
    pub(crate) limit: u64,
    /// Steps for all of them.
    pub(crate) total: &'q mut Steps,
}

/// What a search came to.
enum Search {
    /// No event escapes.
    Nothing,
    /// This one does.
    Event(Box<Event>),
    /// Nobody knows.
    GivenUp,
}

impl Question<'_> {
    pub(crate) fn decide(&mut self, spaces: &[Space]) -> Verdict {
        let of = |wanted: &[Provenance]| -> Vec<Space> {
            merged(spaces.iter().filter(|space| wanted.contains(&space.provenance)))
        };
        let certain = of(&[Provenance::Documented, Provenance::Observed]);
        let contradicted = of(&[Provenance::Contradicted]);
        let possible = of(&[Provenance::Possible]);
        let sure: Vec<usize> = (0..self.all.len()).filter(|at| self.all[*at].sure).collect();
        let every: Vec<usize> = (0..self.all.len()).collect();
        let Ok(grids) = self.grids(&certain) else { return Verdict::beyond_the_limit() };
        let all = self.all;
        let (copies, more) =
            self.total.within(self.limit.min(COPIES_LIMIT), |steps| copies(&grids, all, &sure, steps));
        let given_up = GivenUp { copies: more, possible: false };
        let verdict = |state, escape, open| Verdict {
            state,
            cover: Vec::new(),
            escape,
            possible: None,
            copies,
            open,
            given_up,
        };

        let unproven = self.search(&grids, &sure);
        if let Search::Nothing = unproven {
            return self.proven(
                verdict(State::Recorded, None, None),
                &sure,
                &grids,
                &contradicted,
                &possible,
            );
        }
        let escaping = if sure.len() == every.len() { None } else { Some(self.search(&grids, &every)) };
        let limited = matches!(escaping, Some(Search::GivenUp)) || matches!(unproven, Search::GivenUp);
        if let Search::Event(event) = escaping.as_ref().unwrap_or(&unproven)
            && let Some(escape) =
                self.escape(&certain, &every, event, Sureness::Certain).filter(Escape::is_certain)
        {
            let some = grids.iter().any(|grid| sure.iter().any(|clause| grid.is_alive(*clause)));
            let state = if some { State::PartiallyRecorded } else { State::NotRecorded };
            return verdict(state, Some(escape), None);
        }
        let escape = match &unproven {
            Search::Event(event) => self.escape(&certain, &sure, event, Sureness::Open),
            Search::Nothing | Search::GivenUp => None,
        };
        verdict(State::Undetermined, escape, limited.then_some(Open::Work))
    }

    /// The verdict where every documented and observed event is recorded.
    fn proven(
        &mut self,
        verdict: Verdict,
        sure: &[usize],
        grids: &[Grid],
        contradicted: &[Space],
        possible: &[Space],
    ) -> Verdict {
        let open = |escape, open| Verdict {
            state: State::Undetermined,
            escape,
            open: Some(open),
            ..verdict.clone()
        };
        let mut grids = grids.to_vec();
        match self.grids(contradicted) {
            Err(Exhausted) => return open(None, Open::Work),
            Ok(more) => match self.search(&more, sure) {
                Search::Nothing => grids.extend(more),
                Search::GivenUp => return open(None, Open::Work),
                Search::Event(event) => {
                    let escape = self.escape(contradicted, sure, &event, Sureness::Contradicted);
                    return open(escape, Open::Names);
                }
            },
        }
        let all = self.all;
        let cover = self.total.within(self.limit, |steps| cover(&grids, all, sure, steps));
        let found = self.grids(possible).map_or(Search::GivenUp, |grids| self.search(&grids, sure));
        let given_up = GivenUp { possible: matches!(found, Search::GivenUp), ..verdict.given_up };
        let possible = match found {
            Search::Event(event) => self.escape(possible, sure, &event, Sureness::Certain),
            Search::Nothing | Search::GivenUp => None,
        };
        Verdict { cover, possible, given_up, ..verdict }
    }

    fn grids(&mut self, spaces: &[Space]) -> Result<Vec<Grid>, Exhausted> {
        spaces.iter().map(|space| Grid::new(space, self.all, self.tables)).collect()
    }

    /// Looks for an event that none of the clauses holds.
    fn search(&mut self, grids: &[Grid], clauses: &[usize]) -> Search {
        self.total.within(self.limit, |steps| {
            let mut found = Search::Nothing;
            for grid in grids {
                match grid.outside(clauses, steps) {
                    Ok(Some(box_of_events)) => return Search::Event(Box::new(box_of_events.event())),
                    Ok(None) => {}
                    Err(Exhausted) => found = Search::GivenUp,
                }
            }
            found
        })
    }

    /// What none of the clauses holds, as an escape. `event` is one of it; where all of it can be told, its first, most
    /// credible event is the witness. `None` iff, against the proof, some selector records the witness.
    fn escape(
        &mut self,
        spaces: &[Space],
        clauses: &[usize],
        event: &Event,
        sureness: Sureness,
    ) -> Option<Escape> {
        let these: Vec<Clause<'_>> = clauses.iter().map(|at| self.all[*at].borrowed()).collect();
        let mut steps = Steps::new(self.words.left().min(WORDS_LIMIT));
        let before = steps.left();
        let cells = remainder(spaces, &these, &mut steps).filter(|cells| !cells.is_empty());
        let _ = self.words.spend(before - steps.left());
        let (witness, remainder) = match &cells {
            Some(cells) => {
                (self.witness(cells, clauses), remainder_words::sentence(cells, self.noun, sureness))
            }
            None => (self.with_caller(event, clauses), remainder_words::of_an_example(self.noun, sureness)),
        };
        let turned_away = turned_away(self.candidates, &witness)?;
        Some(Escape { remainder, witness, turned_away })
    }
}

impl Question<'_> {
    /// An event of the first cell; where its caller cannot be, one of the first cell beside which one can.
    fn witness(&mut self, cells: &[Cell], clauses: &[usize]) -> Event {
        let first = cells[0].event();
        if callers::is_possible(&first) {
            return first;
        }
        let mut others = cells.iter().take(CELLS).map(Cell::event_without_caller);
        others.find_map(|event| self.tables.callers.put(&event, self.all, clauses, &[])).unwrap_or(first)
    }

    /// The event, with a caller that can be if one escapes.
    fn with_caller(&mut self, event: &Event, clauses: &[usize]) -> Event {
        let found =
            (!callers::is_possible(event)).then(|| self.tables.callers.put(event, self.all, clauses, &[]));
        found.flatten().unwrap_or_else(|| event.clone())
    }
}

/// How many cells are looked at for a caller that can be.
const CELLS: usize = 64;

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

#[cfg(test)]
mod tests;
