//! What a file is, by its first bytes: so that one that is given in another's place is called by its name.

/// What people and `invoketrail` write, and may give where another of them is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `invoketrail inventory --output`
    Inventory,
    /// `invoketrail audit --output FILE.json`
    Audit,
    /// `invoketrail plan --output`
    Plan,
    /// What `apply` writes.
    Journal,
    /// A file of exceptions.
    Exceptions,
    /// A file of metrics.
    Metrics,
    /// A framework.
    Framework,
    /// Another JSON document of ours.
    Report,
    /// Event selectors, or a document that holds some.
    Selectors,
    /// Delivered by CloudTrail.
    LogFile,
    /// A page for a browser.
    Html,
    /// Terraform's language.
    Hcl,
    /// Packed: a bundle, or a delivered log file.
    Packed,
}

impl FileKind {
    /// What such a file is, with its article.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Inventory => "an inventory",
            Self::Audit => "a saved audit",
            Self::Plan => "a plan",
            Self::Journal => "a journal",
            Self::Exceptions => "a file of exceptions",
            Self::Metrics => "a file of metrics",
            Self::Framework => "a framework",
            Self::Report => "a report of another command",
            Self::Selectors => "a document with event selectors",
            Self::LogFile => "a log file of CloudTrail",
            Self::Html => "an HTML page",
            Self::Hcl => "Terraform HCL",
            Self::Packed => "a packed file",
        }
    }
}

/// How far the first member of a document of ours can be.
const HEAD: usize = 400;

/// What it is; `None` iff that does not show.
#[must_use]
pub fn recognized(bytes: &[u8]) -> Option<FileKind> {
    if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(FileKind::Packed);
    }
    let head = String::from_utf8_lossy(bytes.get(..HEAD.min(bytes.len()))?);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if let Some(kind) = ours(head) {
        return Some(kind);
    }
    let lower = head.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some(FileKind::Html);
    }
    if !head.starts_with(['{', '[']) {
        let hcl = cloudtrail::json::is_hcl(&String::from_utf8_lossy(bytes));
        return hcl.then_some(FileKind::Hcl);
    }
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|one| one == name);
    if head[1..].trim_start().starts_with("\"Records\"") {
        return Some(FileKind::LogFile);
    }
    // One of ours, written anew with its members in another order: its own reader says what it is.
    if holds(b"\"invoketrail.") {
        return None;
    }
    (holds(b"EventSelectors\"") || holds(b"FieldSelectors\"")).then_some(FileKind::Selectors)
}

/// The document of ours whose format stands in these first characters.
fn ours(head: &str) -> Option<FileKind> {
    let at = head.find("invoketrail.")?;
    let before = head[..at].trim_end_matches(['"', '\'']).trim_end().trim_end_matches([':', '=']).trim_end();
    if !before.trim_end_matches(['"', '\'']).ends_with("format") {
        return None;
    }
    let (name, _) = head[at + "invoketrail.".len()..].split_once('/')?;
    Some(match name {
        "inventory" => FileKind::Inventory,
        "audit" => FileKind::Audit,
        "plan" => FileKind::Plan,
        "journal" => FileKind::Journal,
        "exceptions" => FileKind::Exceptions,
        "metrics" => FileKind::Metrics,
        "framework" => FileKind::Framework,
        _ => FileKind::Report,
    })
}

#[cfg(test)]
mod tests {
    use super::{FileKind, recognized};

    #[test]
    fn files_are_known_by_how_they_begin() {
        for (text, kind) in [
            (r#"{"format": "invoketrail.inventory/1", "#, Some(FileKind::Inventory)),
            (r#"{"format":"invoketrail.audit/1","#, Some(FileKind::Audit)),
            (" {\n  \"format\": \"invoketrail.plan/1\"", Some(FileKind::Plan)),
            ("# mine\nformat = \"invoketrail.framework/1\"\n", Some(FileKind::Framework)),
            (r#"{"format":"invoketrail.diff/1"}"#, Some(FileKind::Report)),
            ("<!DOCTYPE html>\n<html>", Some(FileKind::Html)),
            ("resource \"aws_cloudtrail\" \"a\" {\n}", Some(FileKind::Hcl)),
            (r#"{"TrailARN": "x", "AdvancedEventSelectors": []}"#, Some(FileKind::Selectors)),
            (r#"{ "Records": [{}]}"#, Some(FileKind::LogFile)),
            (r#"{"tool": "invoketrail.plan/1"}"#, None),
            ("", None),
            (
                r#"{"accounts": [], "format": "invoketrail.inventory/1", "EventSelectors": []}"#,
                Some(FileKind::Inventory),
            ),
            (r#"{"EventSelectors": [], "a": "invoketrail.x"}"#, None),
            ("[]", None),
            ("hello", None),
        ] {
            assert_eq!(recognized(text.as_bytes()), kind, "{text}");
        }
        assert_eq!(recognized(b"\x1f\x8b\x08"), Some(FileKind::Packed));
    }
}
