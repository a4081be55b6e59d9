//! One target for each law. Under `cargo test` each runs a bounded number of inputs; see the README for more.

/// Bytes: more than a seed needs, and enough words for a document.
const LONGEST: usize = 256;

/// So many inputs, or as many as `FUZZ_INPUTS` says.
fn inputs(ordinarily: usize) -> usize {
    match std::env::var("FUZZ_INPUTS") {
        Ok(text) => text.parse().expect("FUZZ_INPUTS is a number"),
        Err(_) => ordinarily,
    }
}

macro_rules! targets {
    ($($law:ident $inputs:literal)*) => {
        $(#[test]
        fn $law() {
            bolero::check!().with_max_len(LONGEST).with_iterations(inputs($inputs)).for_each(fuzz::$law);
        })*
    };
}

targets! {
    witness_replays 5_000
    adding_never_unrecords 5_000
    order_does_not_matter 5_000
    decide_agrees_with_the_oracle 3_000
    parsing_never_panics 20_000
    nothing_unknown_disappears 5_000
    both_readers_agree 20_000
    no_digest_is_valid_without_its_signature 5_000
    one_flipped_bit_is_never_valid 5_000
    cover_suffices 3_000
    splitting_changes_nothing 3_000
    copies_have_an_event_in_common 3_000
    inclusion_agrees_with_the_oracle 3_000
}
