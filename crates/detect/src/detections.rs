//! All detections, one file each; beside it its page.

use crate::detection::Detection;

mod inv_01;
mod inv_02;
mod inv_03;
mod inv_04;
mod inv_05;
mod inv_06;
mod inv_07;
mod inv_08;
mod inv_09;
mod inv_10;
mod inv_11;
mod inv_12;
mod inv_13;
mod inv_14;
mod inv_15;
mod inv_16;
mod inv_17;
mod inv_18;
mod inv_19;
mod inv_shared;
mod trl_01;

/// All of them.
pub const ALL: &[&Detection] = &[
    &inv_01::DETECTION,
    &inv_02::DETECTION,
    &inv_03::DETECTION,
    &inv_04::DETECTION,
    &inv_05::DETECTION,
    &inv_06::DETECTION,
    &inv_07::DETECTION,
    &inv_08::DETECTION,
    &inv_09::DETECTION,
    &inv_10::DETECTION,
    &inv_11::DETECTION,
    &inv_12::DETECTION,
    &inv_13::DETECTION,
    &inv_14::DETECTION,
    &inv_15::DETECTION,
    &inv_16::DETECTION,
    &inv_17::DETECTION,
    &inv_18::DETECTION,
    &inv_19::DETECTION,
    &trl_01::DETECTION,
];
