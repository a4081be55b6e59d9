//! An exception as it stands on the day of an audit.

use crate::exception::Exception;
use crate::resource_ref::ResourceRef;

/// An exception, as it stands on the day of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// What was declared.
    pub exception: &'a Exception,
    /// True iff it still holds: only then does it excuse anything.
    pub holds: bool,
    /// The functions it names that were seen and of which something certainly escapes, ascending.
    pub functions: Vec<ResourceRef>,
    /// How many of the functions it names were seen and are recorded all the same.
    pub recorded: usize,
    /// The web functions and MicroVM images that a `match` finds and that are not fully recorded, ascending.
    pub others: Vec<ResourceRef>,
    /// Of one with a `match`: whether it is about any finding that fails or would; `None` where nobody knows, or it has none.
    pub matched: Option<bool>,
}
