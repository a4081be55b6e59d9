//! Which attacks there are, when, at what pace and by what means.

use super::company::Company;
use super::drawn::whole;
use super::labels::Story;
use super::record::Rec;
use super::stage::{Access, Hush, Pace, Stage};
use super::{calling, control, tampering};
use crate::calendar::stamp;
use crate::rng::Rng;
use std::collections::BTreeSet;

/// All techniques, those of trails first: nothing is recorded in times that they make.
fn techniques() -> impl Iterator<Item = &'static str> {
    tampering::TECHNIQUES.into_iter().chain(control::TECHNIQUES).chain(calling::TECHNIQUES)
}

/// What attackers do one after the other.
const CHAINS: [&[&str]; 8] = [
    &["INV-09", "LAM-02"],
    &["INV-08", "LAM-05", "INV-06"],
    &["LAM-04", "INV-13"],
    &["LAM-05", "LAM-11"],
    &["INV-05", "LAM-09"],
    &["TRL-08", "LAM-07"],
    &["LAM-06", "INV-15"],
    &["INV-03", "INV-05", "LAM-12"],
];

/// One attack before it is played.
struct Planned {
    steps: Vec<&'static str>,
    pace: Pace,
    access: Access,
    /// Which of its kind it is.
    turn: usize,
}

/// Every technique at every pace, some once more, and some chains.
fn plan(rng: &mut Rng) -> Vec<Planned> {
    let mut plan = Vec::new();
    for technique in techniques() {
        let mut ways = vec![Access::Stolen, Access::Key, Access::Trusted, Access::Foreign];
        let mut paces = vec![Pace::Loud, Pace::Slow, Pace::Quiet];
        if rng.permille(500) {
            paces.push([Pace::Loud, Pace::Slow, Pace::Quiet][rng.index(3)]);
        }
        for (turn, pace) in paces.into_iter().enumerate() {
            let access = ways.swap_remove(rng.index(ways.len()));
            plan.push(Planned { steps: vec![technique], pace, access, turn });
        }
    }
    for steps in CHAINS {
        let pace = [Pace::Loud, Pace::Slow, Pace::Quiet][rng.index(3)];
        let access = [Access::Stolen, Access::Key, Access::Vendor][rng.index(3)];
        plan.push(Planned { steps: steps.to_vec(), pace, access, turn: 0 });
    }
    plan
}

/// Plays all: the stories, the times without records, and all records.
pub(super) fn all(company: &Company) -> (Vec<Story>, Vec<Hush>, Vec<Rec>) {
    let (mut stories, mut hushes, mut records) = (Vec::new(), Vec::new(), Vec::new());
    let mut rng = Rng::new(company.seed, 0xA77);
    for planned in plan(&mut rng) {
        let Some(played) = attempt(company, &planned, &hushes, &mut rng) else { continue };
        // Of several, the last is what it was all for.
        let Some(technique) = planned.steps.last() else { continue };
        stories.push(Story::new(technique, &planned.steps, &played));
        hushes.extend(played.hushes);
        records.extend(played.records.into_iter().chain(played.asides));
    }
    stories.sort_by(|one, other| (&one.from, &one.events).cmp(&(&other.from, &other.events)));
    for (at, story) in stories.iter_mut().enumerate() {
        story.id = format!("s-{:03}", at + 1);
    }
    (stories, hushes, records)
}

/// One story: played again where a step of it would not have been recorded.
fn attempt(company: &Company, planned: &Planned, hushed: &[Hush], rng: &mut Rng) -> Option<Played> {
    let Planned { steps, pace, access, turn } = planned;
    let (first, last) = (company.days / 3, company.days - 2);
    // A function is asleep only after a month.
    let first =
        if steps.contains(&"INV-16") { first.max((company.days * 5 / 8).min(last - 1)) } else { first };
    let tail = if *pace == Pace::Slow { (last - first) / 6 } else { 0 };
    (0..20).find_map(|_| {
        let day = first + whole(rng, (last - first - tail).max(1));
        let own = Rng::new(rng.bits(), 1);
        let mut stage = Stage::new(company, own, *pace, *access, day, *turn, hushed);
        for technique in steps {
            let before = stage.records.len();
            if steps.len() > 1 {
                stage.next_step();
            }
            match technique.get(..3) {
                Some("TRL") => tampering::play(&mut stage, technique),
                Some("LAM") => control::play(&mut stage, technique),
                _ => calling::play(&mut stage, technique),
            }
            if stage.records.len() == before {
                return None;
            }
        }
        let Stage { pace, access, records, asides, principals, functions, hushes, .. } = stage;
        Some(Played { pace, access, records, asides, principals, functions, hushes })
    })
}

/// What is left of a stage.
pub(super) struct Played {
    pub(super) pace: Pace,
    pub(super) access: Access,
    pub(super) records: Vec<Rec>,
    asides: Vec<Rec>,
    pub(super) principals: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
    hushes: Vec<Hush>,
}

impl Story {
    pub(super) fn new(technique: &'static str, steps: &[&'static str], played: &Played) -> Self {
        let times = || played.records.iter().map(|one| one.at);
        let mut records: Vec<_> = played.records.iter().map(|one| (one.at, one.id.clone())).collect();
        records.sort_unstable();
        Story {
            id: String::new(),
            technique,
            steps: steps.to_vec(),
            variant: played.pace.name(),
            access: played.access.name(),
            from: stamp(times().min().unwrap_or(0)),
            until: stamp(times().max().unwrap_or(0)),
            principals: played.principals.iter().cloned().collect(),
            functions: played.functions.iter().cloned().collect(),
            events: records.into_iter().map(|(_, id)| id).collect(),
        }
    }
}
