//! One target for each law. Under `cargo test` each runs a bounded number of random inputs; see the README for more.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

/// More than a seed needs, and enough words for a document.
const LONGEST: usize = 256;

/// Holds `law` to so many random inputs, or to as many as `FUZZ_INPUTS` says.
fn hold(law: fn(&[u8]), inputs: u32) {
    let asked = std::env::var("FUZZ_INPUTS").ok().map(|text| text.parse().expect("FUZZ_INPUTS is a number"));
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as _);
    let config = Config { cases: asked.unwrap_or(inputs), failure_persistence, ..Config::default() };
    let held = TestRunner::new(config).run(&vec(any::<u8>(), 0..=LONGEST), |input| {
        law(&input);
        Ok(())
    });
    assert!(held.is_ok(), "{}", held.expect_err("the law does not hold"));
}

macro_rules! targets {
    ($($law:ident $inputs:literal)*) => {
        $(#[test]
        fn $law() {
            hold(fuzz::$law, $inputs);
        })*
    };
}

targets! {
    witness_replays 500
    adding_never_unrecords 500
    order_does_not_matter 500
    decide_agrees_with_the_oracle 300
    parsing_never_panics 2_000
    nothing_unknown_disappears 500
}
