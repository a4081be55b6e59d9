//! What the recorders make of whatever may ever exist at a place: asked again and again while a plan is sought, so every
//! answer is kept.

use super::{CompiledPlaces, CompiledRecorders, Verdicts};
use crate::Options;
use crate::accepted::Register;
use crate::candidates::Candidates;
use crate::finding::PlaceCandidate;
use crate::inventory::{Inventory, Place};
use cloudtrail::resource::ResourceType;
use recording::{Open, State};
use std::collections::HashMap;

/// What is asked about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum About {
    /// Invocations of any resource of this kind that may ever exist there.
    Any(ResourceType),
    /// Management events.
    Management,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prospect {
    /// Whether everything is recorded that no exception excuses.
    pub(crate) state: State,
    /// The most recorders that record one same event; 0 where no event has two copies.
    pub(crate) copies: usize,
    /// Iff there may be more copies, because the work limit was reached before all were looked for: the number of the question.
    /// Where it has the same number, nothing that it depends on has changed.
    pub(crate) more_copies: Option<usize>,
}

/// Answers about places under the same options, kept by all that they depend on: the place, and which selectors are
/// candidates there and whether for certain.
pub(crate) struct Prospects<'o> {
    options: &'o Options<'o>,
    /// What recorders leave out of management events on purpose is not asked about.
    exclusions_stay: bool,
    documents: HashMap<String, usize>,
    known: HashMap<Key, Prospect>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    account: String,
    region: String,
    about: About,
    /// Selectors by the number of their document, `None` where they were not read.
    candidates: Vec<(Option<usize>, bool)>,
}

impl<'o> Prospects<'o> {
    /// Nothing is known yet.
    pub(crate) fn new(options: &'o Options<'o>) -> Self {
        Prospects { options, exclusions_stay: false, documents: HashMap::new(), known: HashMap::new() }
    }

    /// The same, for all management events but those that a recorder leaves out on purpose, if `stay`.
    pub(crate) fn with_exclusions(options: &'o Options<'o>, stay: bool) -> Self {
        Prospects { exclusions_stay: stay, ..Prospects::new(options) }
    }

    /// The answers that `wanted` asks for at each place of the inventory, in the order of its places.
    pub(crate) fn of<'a>(
        &mut self,
        inventory: &'a Inventory,
        wanted: impl Fn(&Place) -> Vec<About>,
    ) -> Vec<(&'a Place, Vec<(About, Prospect)>)> {
        let (options, stay) = (self.options, self.exclusions_stay);
        let register = Register::new(options.exceptions, options.today, inventory);
        let mut candidates = Candidates::new(inventory, options);
        let mut compiled = CompiledPlaces { inventory, by_key: HashMap::new(), all: Vec::new() };
        let documents: Vec<Option<usize>> = inventory
            .recorders
            .iter()
            .map(|recorder| recorder.selectors.known().map(|selectors| self.document(&selectors.document)))
            .collect();
        let mut all = Vec::with_capacity(inventory.places.len());
        for place in &inventory.places {
            let (here, _) = candidates.at(place);
            let stand = |one: &PlaceCandidate| (one.recorder.and_then(|at| documents[at]), one.certain);
            let stands: Vec<(Option<usize>, bool)> = here.iter().map(stand).collect();
            let mut answers = Vec::new();
            for about in wanted(place) {
                let (account, region) = match about {
                    About::Any(_) => (place.account.clone(), place.region.clone()),
                    // Management events are the same ones everywhere.
                    About::Management => (String::new(), String::new()),
                };
                let key = Key { account, region, about, candidates: stands.clone() };
                let number = self.known.len();
                let known = self.known.entry(key);
                let answer = known.or_insert_with(|| {
                    let (answer, more) = ask(compiled.of(&here), place, about, &register, stay);
                    Prospect { more_copies: more.then_some(number), ..answer }
                });
                answers.push((about, *answer));
            }
            all.push((place, answers));
        }
        all
    }

    /// The number of a document of selectors: equal documents hold equal selectors.
    fn document(&mut self, document: &str) -> usize {
        if let Some(known) = self.documents.get(document) {
            return *known;
        }
        let next = self.documents.len();
        self.documents.insert(document.to_owned(), next);
        next
    }
}

/// The answer, and whether there may be more copies.
fn ask(
    recorders: &mut CompiledRecorders<'_>,
    place: &Place,
    about: About,
    register: &Register<'_>,
    stay: bool,
) -> (Prospect, bool) {
    match about {
        About::Any(kind) => {
            let mut out = Verdicts { invocations_alone: true, ..Verdicts::default() };
            let any = recorders.any_alone(kind, place);
            let (copies, more) = (any.copies.len(), any.given_up.copies);
            let any = out.add(any);
            let of_functions = kind == ResourceType::Function;
            let other = if of_functions { recorders.any_other(any, place, register, &mut out) } else { any };
            let other =
                if of_functions { recorders.any_accepted(other, place, register, &mut out).0 } else { other };
            let other = &out.all[other];
            // A selector without a condition on eventName settles which names there are: a change does what no reading can.
            let names = other.open == Some(Open::Names);
            let state = if names { State::PartiallyRecorded } else { other.state };
            (Prospect { state, copies, more_copies: None }, more)
        }
        About::Management => {
            let verdict = recorders.management_alone();
            let narrower = if stay { recorders.management_but_exclusions() } else { None };
            let state = narrower.map_or(verdict.state, |one| one.state);
            (Prospect { state, copies: verdict.copies.len(), more_copies: None }, verdict.given_up.copies)
        }
    }
}
