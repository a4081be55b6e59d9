//! What holds the oracle itself: it agrees with the definition, with its own slower form, and its worlds are varied.

mod definition;
mod worlds;
