//! Logs of a company with attacks in them, and labels that say which records belong to which attack.
//!
//! Detections are measured against them. Nothing here knows of any detection, and no detection may know of this.

mod actor;
mod attacks;
mod calling;
mod changes;
mod clock;
mod company;
mod control;
mod deliver;
mod drawn;
mod founding;
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
use company::Company;
use record::Rec;
use stage::Hush;
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

/// The labels alone: what [`write`] says of the same plan.
#[must_use]
pub fn labels(plan: &Plan) -> Labels {
    drawn(plan).labels
}

/// Writes the logs below `root`; the labels say what is in them.
///
/// # Errors
///
/// A folder or a file cannot be written.
pub fn write(plan: &Plan, root: &Path) -> io::Result<(Labels, Written)> {
    let Drawn { company, labels, planned, hushes } = drawn(plan);
    let mut days: Vec<Vec<Rec>> = (0..company.days).map(|_| Vec::new()).collect();
    for record in planned {
        let day = (record.at - company.from).div_euclid(86_400).clamp(0, company.days - 1);
        days[usize::try_from(day).unwrap_or(0)].push(record);
    }
    let written = all_days(&company, &days, &hushes, root)?;
    Ok((labels, written))
}

/// Everything but the ordinary days.
struct Drawn {
    company: Company,
    labels: Labels,
    /// Records of attacks, windows and foundations.
    planned: Vec<Rec>,
    hushes: Vec<Hush>,
}

fn drawn(plan: &Plan) -> Drawn {
    let plan = Plan { days: plan.days.max(15), ..*plan };
    let company = founding::founded(&plan);
    let (stories, hushes, mut planned) = attacks::all(&company);
    let windows::Windows { records, benign, .. } = windows::Windows::new(&company);
    planned.extend(records);
    planned.extend(changes::foundations(&company, &mut Rng::new(plan.seed, 0xF0)));
    let Plan { seed, days, functions } = plan;
    let labels = Labels { seed, days, functions, stories, benign, context: Context::new(&company) };
    Drawn { company, labels, planned, hushes }
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
            written.add(deliver::day(company, day, records, hushes, root, &mut packer)?);
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
