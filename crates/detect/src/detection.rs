//! A detection: what it is called, how much it matters, what it looks at, and how it looks.

use crate::finding::{Finding, Severity};
use crate::view::View;

/// A number that users may set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Its name in `invoketrail.toml`: `[detect.thresholds]`, `"INV-04.calls-an-hour" = 1000`.
    pub key: &'static str,
    /// What counts when nothing is set.
    pub default: f64,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Detection {
    /// `INV-04`.
    pub id: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// How much a finding matters, when nothing speaks for more or less.
    pub severity: Severity,
    /// Techniques of MITRE ATT&CK.
    pub attack: &'static [&'static str],
    /// Members of records that it looks at.
    pub fields: &'static [&'static str],
    /// Its page, in Markdown.
    pub page: &'static str,
    /// What users may set.
    pub thresholds: &'static [Threshold],
    /// Looks.
    pub find: fn(&View<'_>) -> Vec<Finding>,
}
