//! All detections, one file each; beside it its page.

use crate::detection::Detection;

mod trl_01;

/// All of them.
pub const ALL: &[&Detection] = &[&trl_01::DETECTION];
