//! An audit with what its documents say of their own making.

use super::Stamp;
use super::drift::drift_text;
use super::next::NextFlags;
use super::page::Layout;
use audit::finding::Audit;

/// An audit as every format takes it.
#[derive(Clone, Copy, Debug)]
pub struct AuditDocument<'a> {
    /// The audit.
    pub audit: &'a Audit<'a>,
    /// Of what the document says of its own making. What changed since an earlier audit stands here, too.
    pub stamp: Stamp<'a>,
    /// When the earlier audit was collected; empty iff none was named.
    pub since: &'a str,
    /// The flags with which a command that the document advises comes to the same answer.
    pub flags: NextFlags<'a>,
}

impl AuditDocument<'_> {
    /// What changed since the earlier audit, laid out; empty iff none was named.
    pub(crate) fn drift_text(&self, layout: &Layout) -> String {
        self.stamp.drift.map_or_else(String::new, |drift| drift_text(drift, self.since, layout))
    }
}
