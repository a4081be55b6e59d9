//! The parts of the binary that a test or a benchmark can call: our own files, and an audit as text and documents.

pub mod limits;
pub mod report;
pub mod store;
pub mod visible;
