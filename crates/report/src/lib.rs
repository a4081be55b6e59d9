//! An audit as documents: text for a terminal, JSON, JSON lines, Markdown, HTML; and the proof for one resource.
//!
//! Nothing here decides anything, and nothing reads a clock, the environment or a terminal: the same audit, stamp and
//! layout always give the same bytes.

mod asff;
mod audit_document;
mod audit_format;
mod bundle;
mod canary;
mod cause;
mod cells;
mod check;
mod colours;
mod csv;
mod detections;
mod diff;
mod drift;
mod entries;
mod exceptions;
pub mod explain;
mod explained;
mod finding_text;
mod fingerprint;
mod frameworks;
mod gaps;
mod headline;
mod history;
mod html;
mod inactive;
mod invocations;
mod json;
mod jsonl;
mod junit;
pub mod lake;
mod left_out;
mod markdown;
mod member;
mod next;
mod notice;
mod ocsf;
mod oscal;
mod page;
mod places;
mod plan;
mod policy;
mod progress;
mod proof;
mod quantity;
mod recorder_sentences;
mod resource_name;
mod retyped;
mod sarif;
mod selectors;
mod settings;
mod shell;
mod shortfall;
mod terminal;
mod unknown;
mod validation;
mod verdict_words;
mod verification;
mod without_secret;

pub use asff::account_and_region;
pub use audit_document::{AuditDocument, WriteInputs};
pub use audit_format::AuditFormat;
pub use bundle::{BUNDLE_CHECK_FORMAT, CheckedBundle, RawAnswers, bundle_json, bundle_text};
pub use canary::{Canary, Waited, canary_noun, canary_text};
pub use check::{CHECK_FORMAT, Check, CheckFormat, Checked};
pub use detections::{
    Again as DetectionsAgain, DETECTIONS_FORMAT, Detections, DetectionsFormat, RuleTold, Shown,
    baseline_text, detection, detections_list, replay_text, rules_told, show_text, since_baseline,
};
pub use diff::{DIFF_FORMAT, Diff, DiffCalls, DiffSide, diff_json, diff_markdown, diff_text};
pub use drift::{drift_text, forecast_text};
pub use exceptions::{EXCEPTIONS_CHECK_FORMAT, exceptions_json, exceptions_text};
pub use explain::{
    Explanation, anywhere_sentence, candidates, elsewhere_sentence, explain_at, explain_future,
    explain_resource, explain_selectors, find_resource, too_many_sentence,
};
pub use explained::{explanation_json, explanation_text};
pub use frameworks::{FRAMEWORKS_FORMAT, frameworks_json, frameworks_text};
pub use gaps::gaps_sentence;
pub use history::{HISTORY_FORMAT, KeptAudit, forgotten_sentence, history_json, history_text};
pub use html::{SCRIPT, STYLE};
pub use invocations::{
    Again, INVOCATIONS_FORMAT, LookedUntil, Reading, Sort, invocations_csv, invocations_json,
    invocations_jsonl, invocations_next, invocations_text, no_log_files, nothing_read,
};
pub use json::write_json;
pub use jsonl::write_jsonl;
pub use left_out::left_out_sentence;
pub use markdown::{quoted_text, write_markdown};
pub use next::{NextFlags, next_command};
pub use notice::{NOTICE_FORMAT, Notice, OpenFinding, OpenFindings, open_findings};
pub use page::Layout;
pub use plan::{
    AfterPlan, Line, MIXED, PlaceDocument, PlanFormat, RenderError, difference, difference_of_states,
    manager_sentence, mixed_sentence, noun_of_change, owner_advice, plan_again, plan_aws_cli,
    plan_cloudformation, plan_markdown, plan_terraform, plan_text, stranger_sentence, undeclared_sentence,
};
pub use policy::{held_text, policy_json};
pub use progress::{CollectionCounts, Requests, fitted, rate};
pub use retyped::{retyped, typed_value};
pub use settings::{InFile, SETTINGS_FORMAT, Settings, default_setting, settings_json, settings_text};
pub use shell::{shell, shell_file, shell_flag};
pub use shortfall::shortfall;
pub use terminal::{write_terminal, write_terminal_since};
pub use unknown::no_function;
pub use validation::{VALIDATION_FORMAT, Validated, validation_json, validation_text};
pub use verification::{
    AfterVerification, ReadOn, VERIFY_FORMAT, Verification, VerifiedFunction, verification_json,
    verification_jsonl, verification_markdown, verification_text,
};
pub use without_secret::without_secret;

use audit::Counted;
use audit::drift::Drift;

/// The format of an audit as JSON and JSON lines, and its version.
pub const AUDIT_FORMAT: &str = "invoketrail.audit/1";

/// The format of an explanation as JSON, and its version.
pub const EXPLAIN_FORMAT: &str = "invoketrail.explain/1";

/// What a document says of its own making.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// The version of the tool.
    pub version: &'a str,
    /// When the document is made: RFC 3339, UTC.
    pub generated_at: &'a str,
    /// Which recorders the audit counted.
    pub counted: Counted,
    /// What changed since an earlier audit, where one was named.
    pub drift: Option<&'a Drift>,
}
