//! Networks: where offices, runners, clouds and attackers call from. Addresses are drawn, and mean nobody.

use crate::rng::Rng;

/// The first number of an address, by who has such.
const PROVIDERS: [u64; 10] = [62, 77, 80, 83, 91, 176, 193, 194, 212, 217];
const CLOUDS: [u64; 8] = [3, 13, 18, 34, 35, 44, 52, 54];
const HOSTILE: [u64; 8] = [45, 89, 103, 146, 179, 185, 188, 196];

/// Networks of a company and of those who attack it, each as `a.b.c`.
#[derive(Debug)]
pub(super) struct Networks {
    pub(super) office: Vec<String>,
    pub(super) vpn: Vec<String>,
    /// What takes the place of `vpn` in the middle.
    pub(super) later: String,
    pub(super) runners: Vec<String>,
    /// Where Lambda runs outside of networks of the company.
    pub(super) cloud: Vec<String>,
    /// Homes and hotels.
    pub(super) homes: Vec<String>,
    pub(super) hostile: Vec<String>,
    /// On the list of networks that nobody should call from.
    pub(super) blocked: Vec<String>,
}

impl Networks {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let mut some =
            |count: u64, of: &[u64]| -> Vec<String> { (0..count).map(|_| network(of, rng)).collect() };
        Networks {
            office: some(2, &PROVIDERS),
            vpn: some(2, &PROVIDERS),
            runners: some(4, &CLOUDS),
            cloud: some(6, &CLOUDS),
            homes: some(40, &PROVIDERS),
            later: some(1, &PROVIDERS).concat(),
            hostile: some(60, &HOSTILE),
            blocked: some(5, &HOSTILE),
        }
    }

    /// A network of a cloud.
    pub(super) fn cloud(rng: &mut Rng) -> String {
        network(&CLOUDS, rng)
    }
}

fn network(of: &[u64], rng: &mut Rng) -> String {
    format!("{}.{}.{}", of[rng.index(of.len())], 1 + rng.below(254), rng.below(256))
}

/// An address in `network`.
pub(super) fn host(network: &str, rng: &mut Rng) -> String {
    format!("{network}.{}", 1 + rng.below(254))
}
