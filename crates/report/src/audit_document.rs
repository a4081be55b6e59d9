//! An audit with what its documents say of their own making.

use super::Stamp;
use super::drift::drift_text;
use super::next::NextFlags;
use super::page::Layout;
use audit::finding::Audit;
use std::fmt;
use std::io::{self, Write};

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
    /// What the audit was decided from, for the document that can be decided again.
    pub inputs: Option<WriteInputs<'a>>,
}

/// Writes what an audit was decided from as one value of JSON. Its format is not ours: whoever makes the document brings it.
#[derive(Clone, Copy)]
pub struct WriteInputs<'a>(pub &'a dyn Fn(&mut dyn Write) -> io::Result<()>);

impl fmt::Debug for WriteInputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriteInputs")
    }
}

impl AuditDocument<'_> {
    /// What changed since the earlier audit, laid out; empty iff none was named.
    pub(crate) fn drift_text(&self, layout: &Layout) -> String {
        self.stamp.drift.map_or_else(String::new, |drift| drift_text(drift, self.since, layout))
    }
}
