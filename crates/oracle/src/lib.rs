//! The same question answered slowly.
