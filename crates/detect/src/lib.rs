//! What is suspicious in delivered records: facts that any order of files gives alike, detections over them, stories.
//!
//! ```text
//! records -- gather --> Facts (a sum without order) -- view --> detections --> Findings --> stories
//! ```
//!
//! Pure: no clock, no file. Facts are joined as sets are, so that the same records give the same findings whatever the order of
//! files, the threads, the copies and the runs.

pub mod arn;
mod baseline;
pub mod call;
pub mod change;
pub mod detected;
pub mod detection;
pub mod detections;
pub mod exception;
pub mod exported;
pub mod facts;
pub mod finding;
pub mod gather;
pub mod grouped;
pub mod recorders;
pub mod rule_hit;
pub mod ruled;
pub mod settings;
pub mod sigma;
mod signs;
pub mod story;
pub mod tuning;
pub mod view;
