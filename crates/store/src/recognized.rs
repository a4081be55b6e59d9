//! What a file is, by its first bytes and its members: so that one that is given in another's place is called by its name.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

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
    /// What CloudTrail delivers about its log files.
    Digest,
    /// What `aws cloudtrail list-public-keys` prints.
    PublicKeys,
    /// What `terraform show -json` prints.
    TerraformPlan,
    /// A template of CloudFormation.
    Template,
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
            Self::Digest => "a digest file of CloudTrail",
            Self::PublicKeys => "a file of public keys",
            Self::TerraformPlan => "a Terraform plan",
            Self::Template => "a CloudFormation template",
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
    let is_json = head.starts_with(['{', '[']);
    // What we write names its format first. Further on the name may be that of a document within this one.
    let first = !is_json || head[1..].trim_start().starts_with("\"format\"");
    if let Some(kind) = ours(head).filter(|_| first) {
        return Some(kind);
    }
    let lower = head.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some(FileKind::Html);
    }
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|one| one == name);
    if !is_json {
        // YAML. `Resources:` alone is also the answer of many a command.
        let resources = holds(b"\nResources:") || head.starts_with("Resources:");
        if holds(b"AWSTemplateFormatVersion:") || resources && holds(b"Type: AWS::") {
            return Some(FileKind::Template);
        }
        let hcl = cloudtrail::selector_json::is_hcl(&String::from_utf8_lossy(bytes));
        return hcl.then_some(FileKind::Hcl);
    }
    let members = Members::of(bytes);
    let has = |name: &str| members.names.contains(name);
    // One of ours, written anew with its members in another order.
    if let Some(format) = members.format.as_deref().and_then(|format| format.strip_prefix("invoketrail.")) {
        return of_format(format);
    }
    if head[1..].trim_start().starts_with("\"Records\"") {
        return Some(FileKind::LogFile);
    }
    if has("PublicKeyList") {
        return Some(FileKind::PublicKeys);
    }
    if has("digestStartTime") {
        return Some(FileKind::Digest);
    }
    if has("resource_changes") || has("planned_values") {
        return Some(FileKind::TerraformPlan);
    }
    if has("AWSTemplateFormatVersion") || has("Resources") && holds(b"\"AWS::") {
        return Some(FileKind::Template);
    }
    (holds(b"EventSelectors\"") || holds(b"FieldSelectors\"")).then_some(FileKind::Selectors)
}

/// The members of a document, as far as it can be read: it may be cut off.
#[derive(Default)]
struct Members {
    names: BTreeSet<String>,
    format: Option<String>,
}

impl Members {
    fn of(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut members = Members::default();
        // Where it ends early, what came before is known.
        let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(&mut members);
        members
    }
}

impl<'de> Visitor<'de> for &mut Members {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "format" {
                self.format = map.next_value::<Value>()?.as_str().map(str::to_owned);
            } else {
                self.names.insert(name);
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The document of ours whose format stands in these first characters.
fn ours(head: &str) -> Option<FileKind> {
    let at = head.find("invoketrail.")?;
    let before = head[..at].trim_end_matches(['"', '\'']).trim_end().trim_end_matches([':', '=']).trim_end();
    if !before.trim_end_matches(['"', '\'']).ends_with("format") {
        return None;
    }
    of_format(&head[at + "invoketrail.".len()..])
}

/// The document of this format of ours: `plan/1`.
fn of_format(format: &str) -> Option<FileKind> {
    let (name, _) = format.split_once('/')?;
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
            (r#"{"EventSelectors": [], "a": "invoketrail.x"}"#, Some(FileKind::Selectors)),
            (r#"{"PublicKeyList": []}"#, Some(FileKind::PublicKeys)),
            (r#"{"awsAccountId": "1", "digestStartTime": "x"}"#, Some(FileKind::Digest)),
            (r#"{"format_version": "1.2", "resource_changes": []}"#, Some(FileKind::TerraformPlan)),
            (
                r#"{"Resources": {"T": {"Type": "AWS::CloudTrail::Trail", "EventSelectors": []}}}"#,
                Some(FileKind::Template),
            ),
            (r#"{"Resources": [], "EventSelectors": []}"#, Some(FileKind::Selectors)),
            (
                "Description: x\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n",
                Some(FileKind::Template),
            ),
            ("Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n", Some(FileKind::Template)),
            ("AWSTemplateFormatVersion: '2010-09-09'\n", Some(FileKind::Template)),
            // Cut off in the middle of a member.
            (r#"{"PublicKeyList": [], "a": {"b"#, Some(FileKind::PublicKeys)),
            (
                r#"{"inputs": {"exceptions": {"format": "invoketrail.exceptions/1"}}, "format": "invoketrail.audit/1"}"#,
                Some(FileKind::Audit),
            ),
            ("[]", None),
            ("hello", None),
        ] {
            assert_eq!(recognized(text.as_bytes()), kind, "{text}");
        }
        assert_eq!(recognized(b"\x1f\x8b\x08"), Some(FileKind::Packed));
        // Its format comes last, long after the first bytes.
        let accounts = "1".repeat(3 * super::HEAD);
        let late = format!(r#"{{"accounts": [{accounts}], "format": "invoketrail.audit/1"}}"#);
        assert_eq!(recognized(late.as_bytes()), Some(FileKind::Audit));
        let other = format!(
            r#"{{"accounts": [{accounts}], "format": ["invoketrail.audit/1"], "EventSelectors": 1}}"#
        );
        assert_eq!(recognized(other.as_bytes()), Some(FileKind::Selectors));
    }
}
