//! `invoketrail.plan/1`: a plan, with a hash by which it is approved and by which an edit by hand shows.
//!
//! The hash is of what the plan does: the SHA-256 of the members named in [`matters`] as compact JSON with sorted members. It says
//! *which* plan somebody approved, and is the same whenever the same is planned. It is no signature, and does not say who
//! made it. A second hash, of the whole plan, shows any edit by hand.

mod shape;

use super::document::{self, DocumentError, Format};
use audit::plan::Plan;
use logs::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shape::PlanShape;
use std::fmt::Write;

pub(crate) const FORMAT: Format = Format { name: "invoketrail.plan", version: 1, noun: "a plan" };

/// A file cannot be read as a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// It is no plan, or one of a later version.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Its content is not what its hash says.
    #[error("it was changed after it was made: its hash is {found} and it says {written}")]
    Edited {
        /// The hash of what stands there.
        found: String,
        /// The hash it names.
        written: String,
    },
}

impl PlanFileError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Document(error) => error.help(),
            Self::Edited { .. } => {
                "a plan is not edited: make another one with `invoketrail plan --output FILE`"
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct FileShape {
    format: String,
    hash: String,
    /// The hash of the whole plan; files of versions before 0.2 have none, and their `hash` is that of the whole plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_hash: Option<String>,
    generated_at: String,
    tool: ToolShape,
    plan: Value,
}

#[derive(Serialize, Deserialize)]
struct ToolShape {
    name: String,
    version: String,
}

/// The members of a step that only explain it.
const STEP_EXPLAINS: [&str; 9] =
    ["because", "code", "owner", "gained", "gained_codes", "risks", "risk_codes", "backout", "backout_code"];

/// The hash of a plan: `sha256:` and 64 hexadecimal digits. Two plans have the same iff they do the same in the same place for
/// the same purpose: whenever they were made, and whatever they say of it.
#[must_use]
pub fn plan_hash(plan: &Plan) -> String {
    hash(&matters(&value(plan)))
}

/// What a plan does: purpose, place, changes, losses. Not when the account was looked at or the exception declared, and not what
/// only explains: reasons, gains, risks, controls, cost; nor who manages a recorder, which a plan from a file of facts cannot know and
/// the same plan of the live account says.
fn matters(plan: &Value) -> Value {
    let without = |value: Option<&Value>, left_out: &[&str]| match value {
        Some(Value::Object(members)) => {
            let kept = members.iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        other => other.cloned().unwrap_or_default(),
    };
    let each = |name: &str, left_out: &[&str]| {
        let list = plan.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        Value::Array(list.iter().map(|one| without(Some(one), left_out)).collect())
    };
    let mut purpose = plan.get("purpose").cloned().unwrap_or_default();
    if let Some(exception) = purpose.get_mut("exception").and_then(Value::as_object_mut) {
        exception.remove("declared_at");
    }
    serde_json::json!({
        "purpose": purpose,
        "scope": without(plan.get("scope"), &["collected_at"]),
        "steps": each("steps", &STEP_EXPLAINS),
        "losses": each("losses", &["because", "code", "risk_codes"]),
    })
}

fn hash(plan: &Value) -> String {
    let mut told = String::from("sha256:");
    for byte in sha256(sorted(plan).to_string().as_bytes()) {
        // Writing into a string cannot fail.
        let _ = write!(told, "{byte:02x}");
    }
    told
}

/// The same with the members of every object in the order of their names, whatever order the JSON library keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        other => other.clone(),
    }
}

/// The file of a plan: JSON with one member a line.
#[must_use]
pub fn write_plan(plan: &Plan, generated_at: &str, version: &str) -> String {
    let plan = value(plan);
    let file = FileShape {
        format: FORMAT.tag(),
        hash: hash(&matters(&plan)),
        content_hash: Some(hash(&plan)),
        generated_at: generated_at.to_owned(),
        tool: ToolShape { name: "invoketrail".to_owned(), version: version.to_owned() },
        plan,
    };
    // Texts, lists and numbers alone: this cannot fail.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text::visible::json(&text).into_owned()
}

/// Reads a plan, and its hash.
///
/// # Errors
/// [`PlanFileError`] iff it is no plan that this version can read, or was edited.
pub fn read_plan(bytes: &[u8]) -> Result<(Plan, String), PlanFileError> {
    let file: FileShape = document::read(bytes, FORMAT)?;
    let content = hash(&file.plan);
    // A file of an earlier version has one hash, of everything.
    let (found, approved) = match &file.content_hash {
        Some(_) => (content, hash(&matters(&file.plan))),
        None => (content.clone(), content),
    };
    for (found, written) in
        [(&found, file.content_hash.as_ref().unwrap_or(&file.hash)), (&approved, &file.hash)]
    {
        if found != written {
            let written = text::visible::excerpt(written, 80);
            return Err(PlanFileError::Edited { found: found.clone(), written });
        }
    }
    let shape: PlanShape =
        serde_path_to_error::deserialize(file.plan).map_err(|error| DocumentError::WrongShape {
            path: format!("plan.{}", text::visible::excerpt(&error.path().to_string(), 200)),
            problem: text::visible::excerpt(&text::shape::in_everyday_words(&error.inner().to_string()), 200),
        })?;
    let plan = shape.into_plan()?;
    super::plan_check::time("generated_at", &file.generated_at)?;
    super::plan_check::check(&plan)?;
    Ok((plan, approved))
}

fn value(plan: &Plan) -> Value {
    // Texts, lists and finite numbers alone: this cannot fail.
    serde_json::to_value(PlanShape::of(plan)).unwrap_or_default()
}
