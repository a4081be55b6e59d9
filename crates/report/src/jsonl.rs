//! An audit as JSON lines: the same members as `json`, one record a line, so that it can be read as a stream.
//!
//! The first line is the audit without its lists (`"record":"audit"`), then one line for each resource, recorder, gap and
//! place. Every line stands for itself: a resource holds the gaps that decide it.

use super::audit_document::AuditDocument;
use super::json::{Lines, head, place, recorder, resources, standings};
use super::member::{Json, Object};
use super::page::Layout;
use super::{AUDIT_FORMAT, Stamp, proof};
use audit::finding::Audit;
use std::io::{self, Write};

/// Writes the audit as JSON lines.
///
/// # Errors
/// What the writer says.
pub fn write_jsonl(audit: &Audit<'_>, stamp: &Stamp<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", AUDIT_FORMAT);
        object.text("record", "audit");
        head(audit, stamp, object);
    });
    out.write_all(json.as_str().as_bytes())?;
    out.write_all(b"\n")?;
    resources(audit, &Lines { record: true, before: "", between: "\n", after: "\n" }, out)?;
    let mut line = |record: &str, members: &mut dyn FnMut(&mut Object<'_>)| {
        json.clear();
        json.object(|object| {
            object.text("record", record);
            members(object);
        });
        out.write_all(json.as_str().as_bytes())?;
        out.write_all(b"\n")
    };
    for (of, standing) in audit.inventory.recorders.iter().zip(standings(audit)) {
        line("recorder", &mut |object| recorder(of, &standing, object))?;
    }
    for gap in &audit.gaps {
        line("gap", &mut |object| proof::gap_members(gap, object))?;
    }
    for at in 0..audit.places.len() {
        line("place", &mut |object| place(audit, at, object))?;
    }
    Ok(())
}

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    write_jsonl(document.audit, &document.stamp, out)
}
