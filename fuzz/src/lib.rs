//! The laws that fuzz targets hold, as functions of bytes: the bytes choose a small world, the law must hold in it.
//!
//! The worlds are those of `oracle`: questions that mean something, and not texts that no parser takes.

mod digests;
mod laws;
mod records;
mod texts;

pub use digests::{no_digest_is_valid_without_its_signature, one_flipped_bit_is_never_valid};
pub use laws::{
    adding_never_unrecords, copies_have_an_event_in_common, cover_suffices, decide_agrees_with_the_oracle,
    inclusion_agrees_with_the_oracle, order_does_not_matter, splitting_changes_nothing, witness_replays,
};
pub use records::both_readers_agree;
pub use texts::{nothing_unknown_disappears, parsing_never_panics};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What `strategy` generates from the seed that `bytes` fold into; `None` iff it rejects it.
///
/// The bytes are a seed and not the stream of chance itself: at the end of such a stream stand zeros for ever, and there are
/// generators that wait for another number.
fn chosen<S: Strategy>(strategy: &S, bytes: &[u8]) -> Option<S::Value> {
    let mut seed = [0; 32];
    bytes.iter().enumerate().for_each(|(at, byte)| seed[at % 32] ^= byte);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy.new_tree(&mut runner).ok().map(|tree| tree.current())
}
