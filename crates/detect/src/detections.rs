//! All detections, one file each; beside it its page.

use crate::detection::Detection;

mod trl_01;
mod trl_03;
mod trl_05;
mod trl_10;

/// All of them.
pub const ALL: &[&Detection] =
    &[&trl_01::DETECTION, &trl_03::DETECTION, &trl_05::DETECTION, &trl_10::DETECTION];
