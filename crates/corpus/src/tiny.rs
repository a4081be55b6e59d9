//! Very many very small files: what a quiet account has after a year.

use crate::Plan;
use crate::batch::Batch;
use crate::draw;
use crate::files::{Origin, Packer};
use crate::rng::Rng;
use crate::truth::Truth;
use crate::world::World;
use std::io;
use std::path::Path;

/// Bytes of JSON in each.
const BYTES: usize = 10_500;

/// Writes `count` files of about 11 KB of JSON, 2 KB packed.
pub fn tiny(count: usize, seed: u64, root: &Path) -> io::Result<Truth> {
    let plan = Plan { seed, days: 30, functions: 300, ..Plan::default() };
    let world = World::new(&plan);
    let (mut truth, mut batch, mut packer) = (Truth::default(), Batch::default(), Packer::default());
    for at in 0..count {
        let mut rng = Rng::new(seed ^ 0x71_77, at as u64);
        let place = &world.places[at % world.places.len()];
        let delivered = plan.from + 300 * i64::try_from(at / world.places.len()).unwrap_or(0);
        while batch.length() < BYTES {
            draw::put(place, delivered, &mut rng, &mut batch);
        }
        let origin =
            Origin { prefix: "", organization: None, account: &place.account, region: &place.region };
        let key = origin.log_key(delivered, &mut rng);
        packer.deliver(root, key, delivered, false, &mut batch, &mut truth)?;
    }
    Ok(truth)
}
