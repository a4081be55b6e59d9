//! A whole corpus: every file from its own seed, on all cores, the same bytes whatever their number.

use crate::batch::Batch;
use crate::digests::{Signer, Trail};
use crate::files::{Delivered, Origin, Packer};
use crate::rng::Rng;
use crate::truth::Truth;
use crate::world::World;
use crate::{Plan, draw};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// JSON is packed to about a seventh.
const PACKING: f64 = 7.0;
/// Packed, in bytes.
const SMALLEST: f64 = 5_200.0;
const LARGEST: f64 = 5_000_000.0;
const MEDIAN: f64 = 90_000.0;
/// Every step of deviation is a factor of this.
const SPREAD: f64 = 3.2;

/// A file that is to be.
struct Slot {
    place: usize,
    delivered: i64,
    bytes: f64,
}

/// Writes the corpus of `plan` below `root`; `truth` says what stands in it.
pub fn write(plan: &Plan, root: &Path) -> io::Result<Truth> {
    let world = World::new(plan);
    let slots = slots(plan, world.places.len());
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<(Truth, Vec<(usize, Delivered)>)> {
        let (mut truth, mut delivered) = (Truth::default(), Vec::new());
        let (mut packer, mut batch) = (Packer::default(), Batch::default());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = slots.get(at) else { return Ok((truth, delivered)) };
            fill(plan, &world, &slots, at, &mut batch);
            let key = origin(plan, &world, slot.place)
                .log_key(slot.delivered, &mut Rng::new(plan.seed ^ 0xA3E, at as u64));
            let file = packer.deliver(root, key, slot.delivered, plan.digests, &mut batch, &mut truth)?;
            if plan.digests {
                delivered.push((at, file));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let done: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        all.into_iter().map(|one| one.join()).collect()
    });
    let (mut truth, mut delivered) = (Truth::default(), Vec::new());
    for one in done {
        let (part, files) = one.map_err(|_| io::Error::other("a thread panicked"))??;
        truth.add(part);
        delivered.extend(files);
    }
    if plan.digests {
        delivered.sort_unstable_by_key(|(at, _)| *at);
        digest(plan, &world, &slots, &delivered, root)?;
    }
    Ok(truth)
}

fn origin<'a>(plan: &'a Plan, world: &'a World, place: usize) -> Origin<'a> {
    let place = &world.places[place];
    Origin {
        prefix: &plan.prefix,
        organization: plan.organization.as_deref(),
        account: &place.account,
        region: &place.region,
    }
}

/// All files, before any is made: their sizes have to add up.
fn slots(plan: &Plan, places: usize) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (mut sum, wanted) = (0.0, plan.bytes as f64);
    while plan.files.map_or(sum < wanted, |files| slots.len() < files) {
        let mut rng = Rng::new(plan.seed ^ 0x51_07, slots.len() as u64);
        let packed = (MEDIAN * SPREAD.powf(rng.bell())).clamp(SMALLEST, LARGEST);
        let span = u64::try_from(plan.to() - plan.from).unwrap_or(0) / 60;
        let delivered = plan.from + 60 * i64::try_from(rng.below(span)).unwrap_or(0);
        let bytes = packed * PACKING;
        sum += bytes;
        slots.push(Slot { place: rng.rank(places), delivered, bytes });
    }
    // Where the number is given, the sizes give way; else the last file does.
    if plan.files.is_some() {
        slots.iter_mut().for_each(|slot| slot.bytes *= wanted / sum);
    } else if let Some(last) = slots.last_mut() {
        last.bytes = (last.bytes - (sum - wanted)).max(SMALLEST * PACKING);
    }
    slots
}

/// Makes the records of a file.
fn fill(plan: &Plan, world: &World, slots: &[Slot], at: usize, batch: &mut Batch) {
    let slot = &slots[at];
    let mut rng = Rng::new(plan.seed ^ 0xD0B, at as u64);
    let before =
        slots[..at].iter().rposition(|other| other.place == slot.place && other.delivered <= slot.delivered);
    if let Some(before) = before.filter(|_| rng.permille(plan.duplicates)) {
        batch.again = true;
        for number in 0..1 + rng.below(4) {
            happen(plan, world, &slots[before], before, number, batch);
        }
        batch.again = false;
    }
    let mut number = 0;
    while number == 0 || (batch.length() as f64) < slot.bytes {
        happen(plan, world, slot, at, number, batch);
        number += 1;
    }
}

/// Puts event `number` of a file: the same wherever it is delivered.
fn happen(plan: &Plan, world: &World, slot: &Slot, at: usize, number: u64, batch: &mut Batch) {
    let mut rng = Rng::new(plan.seed.wrapping_add((at as u64 + 1) << 24), number);
    draw::put(&world.places[slot.place], slot.delivered, &mut rng, batch);
}

/// Digests of every place.
fn digest(
    plan: &Plan,
    world: &World,
    slots: &[Slot],
    delivered: &[(usize, Delivered)],
    root: &Path,
) -> io::Result<()> {
    let signer = Signer::new()?;
    for place in 0..world.places.len() {
        let mine = delivered.iter().filter(|(at, _)| slots[*at].place == place);
        let mine: Vec<Delivered> = mine.map(|(_, file)| file.clone()).collect();
        let trail = Trail { name: "main", home: "us-east-1", bucket: "trail-bucket" };
        signer.write(root, origin(plan, world, place), trail, plan.from, plan.to(), &mine)?;
    }
    Ok(())
}
