//! What is suspicious in delivered records: facts that any order of files gives alike, detections over them, stories.

pub mod sigma;
