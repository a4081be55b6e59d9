//! Tests only: the question of the decision procedure, answered slowly, and generators of small worlds to ask it of.
//!
//! Nothing here calls [`cloudtrail::records`] or the decision procedure: what they say is compared with what stands here,
//! which is written to be read beside the documentation of AWS, not to be fast.

pub mod anywhere;
pub mod enumerate;
pub mod inclusion;
pub mod large;
pub mod naive;
pub mod strings;
pub mod subject;
pub mod translate;
pub mod worlds;
