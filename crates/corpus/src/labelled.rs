//! Logs of a company with attacks in them, and labels that say which records belong to which attack.
//!
//! Detections are measured against them. Nothing here knows of any detection, and no detection may know of this.

mod actor;
mod calling;
mod changes;
mod clock;
mod company;
mod control;
mod deliver;
mod functions;
mod labels;
mod names;
mod networks;
mod ordinary;
mod record;
mod stage;
mod tampering;
mod windows;

pub use deliver::Written;
pub use labels::{Benign, Context, Labels, Story};

use crate::files::Packer;
use crate::rng::Rng;
use company::{Company, whole};
use record::Rec;
use stage::{Access, Hush, Pace, Stage};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

/// What is wanted. The same plan makes the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Everything that is drawn is drawn from it.
    pub seed: u64,
    /// How many days: at least 15.
    pub days: i64,
    /// How many functions.
    pub functions: usize,
}

/// Writes the logs below `root`; the labels say what is in them.
///
/// # Errors
///
/// A folder or a file cannot be written.
pub fn write(plan: &Plan, root: &Path) -> io::Result<(Labels, Written)> {
    let plan = Plan { days: plan.days.max(15), ..*plan };
    let company = Company::new(&plan);
    let (stories, hushes, mut planned) = attacks(&company);
    let windows = windows::Windows::new(&company);
    planned.extend(windows.records);
    planned.extend(changes::foundations(&company, &mut Rng::new(plan.seed, 0xF0)));
    let mut days: Vec<Vec<Rec>> = (0..plan.days).map(|_| Vec::new()).collect();
    for record in planned {
        let day = (record.at - company.from).div_euclid(86_400).clamp(0, plan.days - 1);
        days[usize::try_from(day).unwrap_or(0)].push(record);
    }
    let written = all_days(&company, &days, &hushes, root)?;
    let labels = Labels {
        seed: plan.seed,
        days: plan.days,
        functions: plan.functions,
        stories,
        benign: windows.benign,
        context: Context::new(&company),
    };
    Ok((labels, written))
}

/// Every day from numbers of its own, on all cores: the same bytes whatever their number.
fn all_days(company: &Company, planned: &[Vec<Rec>], hushes: &[Hush], root: &Path) -> io::Result<Written> {
    let next = AtomicI64::new(0);
    let work = || -> io::Result<Written> {
        let (mut packer, mut written) = (Packer::default(), Written::default());
        loop {
            let day = next.fetch_add(1, Ordering::Relaxed);
            let Some(fixed) = usize::try_from(day).ok().and_then(|at| planned.get(at)) else {
                return Ok(written);
            };
            let mut records = fixed.clone();
            for at in 0..company.functions.len() {
                ordinary::calls(company, at, day, &mut records);
                changes::day(company, at, day, &mut records);
            }
            ordinary::noise(company, day, &mut records);
            written.add(deliver::day(company, (day, records), hushes, (root, &mut packer))?);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let done: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        all.into_iter().map(|one| one.join()).collect()
    });
    let mut written = Written::default();
    for one in done {
        written.add(one.map_err(|_| io::Error::other("a thread panicked"))??);
    }
    Ok(written)
}

/// All techniques, those of trails first: nothing is recorded in times that they make.
fn techniques() -> impl Iterator<Item = &'static str> {
    tampering::TECHNIQUES.into_iter().chain(control::TECHNIQUES).chain(calling::TECHNIQUES)
}

/// Plays every technique at every pace, and some once more.
fn attacks(company: &Company) -> (Vec<Story>, Vec<Hush>, Vec<Rec>) {
    let (mut stories, mut hushes, mut records) = (Vec::new(), Vec::new(), Vec::new());
    let mut rng = Rng::new(company.seed, 0xA77);
    for technique in techniques() {
        let mut ways = vec![Access::Stolen, Access::Key, Access::Trusted, Access::Foreign];
        let mut paces = vec![Pace::Loud, Pace::Slow, Pace::Quiet];
        if rng.permille(500) {
            paces.push([Pace::Loud, Pace::Slow, Pace::Quiet][rng.index(3)]);
        }
        for pace in paces {
            let access = ways.swap_remove(rng.index(ways.len()));
            let Some(stage) = attempt(company, technique, (pace, access), &hushes, &mut rng) else {
                continue;
            };
            stories.push(Story::new(technique, &stage));
            hushes.extend(stage.hushes);
            records.extend(stage.records.into_iter().chain(stage.asides));
        }
    }
    stories.sort_by(|one, other| (&one.from, &one.events).cmp(&(&other.from, &other.events)));
    for (at, story) in stories.iter_mut().enumerate() {
        story.id = format!("s-{:03}", at + 1);
    }
    (stories, hushes, records)
}

/// One story: played again where nothing of it would have been recorded.
fn attempt(
    company: &Company,
    technique: &str,
    (pace, access): (Pace, Access),
    hushed: &[Hush],
    rng: &mut Rng,
) -> Option<Played> {
    let (first, last) = (company.days / 3, company.days - 2);
    // A function is asleep only after a month.
    let first = if technique == "INV-16" { first.max((company.days * 5 / 8).min(last - 1)) } else { first };
    let tail = if pace == Pace::Slow { (last - first) / 6 } else { 0 };
    (0..20).find_map(|_| {
        let day = first + whole(rng, (last - first - tail).max(1));
        let own = Rng::new(rng.bits(), 1);
        let mut stage: Stage<'_> = Stage::new(company, own, (pace, access), day, hushed);
        match technique.get(..3) {
            Some("TRL") => tampering::play(&mut stage, technique),
            Some("LAM") => control::play(&mut stage, technique),
            _ => calling::play(&mut stage, technique),
        }
        let Stage { records, asides, principals, functions, hushes, .. } = stage;
        (!records.is_empty()).then_some(Played {
            pace,
            access,
            records,
            asides,
            principals,
            functions,
            hushes,
        })
    })
}

/// What is left of a stage.
struct Played {
    pace: Pace,
    access: Access,
    records: Vec<Rec>,
    asides: Vec<Rec>,
    principals: std::collections::BTreeSet<String>,
    functions: std::collections::BTreeSet<String>,
    hushes: Vec<Hush>,
}
