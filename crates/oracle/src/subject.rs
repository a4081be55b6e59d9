//! What the oracle is asked about.

use cloudtrail::resource::ResourceType;

/// What is asked about, at [`crate::worlds::PLACE`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The resource of this type and name.
    Named(ResourceType, String),
    /// Any resource of this type.
    Any(ResourceType),
}
