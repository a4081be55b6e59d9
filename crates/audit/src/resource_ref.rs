//! Where a resource stands in an audit.

/// A resource, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceRef {
    /// Position in [`crate::finding::Audit::places`].
    pub place: usize,
    /// The plane: position in [`crate::finding::PlaceAudit::planes`], which is the position in [`cloudtrail::resource::ResourceType::ALL`].
    pub plane: usize,
    /// Position in [`crate::finding::Plane::rows`].
    pub row: usize,
}
