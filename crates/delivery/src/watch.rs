//! Whoever wants to know how far it has come.

use std::sync::Arc;

/// Is told what begins; each piece of work lasts as long as what was returned for it.
pub trait Watch: Sync {
    /// Files are looked for.
    fn looking(&self) -> Box<dyn WorkUnderWay>;
    /// So many files are read.
    fn reading(&self, of: u64) -> Box<dyn WorkUnderWay>;
    /// An answer of AWS is waited for.
    fn asking(&self, aws: &Arc<aws::Session>) -> Box<dyn WorkUnderWay>;
}

/// A piece of work that is under way.
pub trait WorkUnderWay: Send + Sync {
    /// One file more was found, or read.
    fn one(&self) {}

    /// All of it is done, though the value lives on.
    fn end(&self) {}
}
