//! `invoketrail.plan/1`: a plan, with a hash by which it is approved and by which an edit by hand shows.
//!
//! The hash is of what the plan does: the SHA-256 of the members named in [`matters`] as compact JSON with sorted members. It says
//! *which* plan somebody approved, and is the same whenever the same is planned. It is no signature, and does not say who
//! made it. A second hash, of the whole plan, shows any edit by hand.

use super::change_shape::ChangeShape;
use super::document::{self, DocumentError, Format};
use super::exceptions_file::ExceptionShape;
use audit::cost::Monthly;
use audit::exception::Exception;
use audit::finding::Status;
use audit::plan::{Copies, CostTurn, Loss, Outlook, Owner, Plan, Purpose, Refusal, Scope, Step};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
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

#[derive(Serialize, Deserialize)]
struct PlanShape {
    purpose: PurposeShape,
    scope: ScopeShape,
    steps: Vec<StepShape>,
    refusals: Vec<RefusalShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gained: Vec<String>,
    losses: Vec<LossShape>,
    controls: Vec<OutlookShape>,
    cost: Option<CostShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PurposeShape {
    Record,
    DropCopies,
    Backout {
        exception: ExceptionShape,
    },
    Restore {
        exceptions: Vec<String>,
        #[serde(default)]
        ends: Vec<ExceptionShape>,
    },
    Undo,
}

#[derive(Serialize, Deserialize)]
struct ScopeShape {
    partition: String,
    organization: Option<String>,
    accounts: Vec<String>,
    collected_at: String,
}

#[derive(Serialize, Deserialize)]
struct StepShape {
    change: ChangeShape,
    because: String,
    owner: OwnerShape,
    gained: Vec<String>,
    risks: Vec<String>,
    backout: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum OwnerShape {
    Nobody,
    Terraform { mark: String },
    Pulumi { mark: String },
    CloudFormation { stack: String },
    Cdk { mark: String },
    LandingZoneAccelerator { mark: String },
    ControlTower { mark: String },
    Unread { reason: String },
}

#[derive(Serialize, Deserialize)]
struct RefusalShape {
    places: Vec<(String, String)>,
    recorder: Option<String>,
    reason: String,
    nearest: String,
}

#[derive(Serialize, Deserialize)]
struct LossShape {
    recorder: String,
    function: String,
    because: String,
}

#[derive(Serialize, Deserialize)]
struct OutlookShape {
    control: String,
    before: String,
    after: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct CostShape {
    usd_per_month_before: MonthlyShape,
    usd_per_month_after: MonthlyShape,
    invocations_30_days: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_least: bool,
    basis: Vec<String>,
    copies: Vec<CopiesShape>,
}

#[derive(Serialize, Deserialize)]
struct MonthlyShape {
    low: f64,
    high: f64,
}

#[derive(Serialize, Deserialize)]
struct CopiesShape {
    recorders: Vec<String>,
    invocations_30_days: u64,
    usd_per_month: MonthlyShape,
}

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
        "steps": each("steps", &["because", "owner", "gained", "risks", "backout"]),
        "losses": each("losses", &["because"]),
    })
}

fn hash(plan: &Value) -> String {
    let mut told = String::from("sha256:");
    for byte in Sha256::digest(sorted(plan).to_string().as_bytes()) {
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
            problem: text::visible::excerpt(&error.inner().to_string(), 200),
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

impl PlanShape {
    fn of(plan: &Plan) -> Self {
        PlanShape {
            purpose: match &plan.purpose {
                Purpose::Record => PurposeShape::Record,
                Purpose::DropCopies => PurposeShape::DropCopies,
                Purpose::Backout(exception) => PurposeShape::Backout { exception: exception.into() },
                Purpose::Restore(ended) => PurposeShape::Restore {
                    exceptions: ended.iter().map(|one| one.id.clone()).collect(),
                    ends: ended.iter().map(ExceptionShape::from).collect(),
                },
                Purpose::Undo => PurposeShape::Undo,
            },
            scope: ScopeShape {
                partition: plan.scope.partition.clone(),
                organization: plan.scope.organization.clone(),
                accounts: plan.scope.accounts.clone(),
                collected_at: plan.scope.collected_at.clone(),
            },
            steps: plan.steps.iter().map(step).collect(),
            refusals: plan.refusals.iter().map(refusal).collect(),
            gained: plan.gained.clone(),
            losses: plan.losses.iter().map(loss).collect(),
            controls: plan.outlook.iter().map(outlook).collect(),
            cost: plan.cost.as_ref().map(cost),
        }
    }

    fn into_plan(self) -> Result<Plan, DocumentError> {
        let purpose = match self.purpose {
            PurposeShape::Record => Purpose::Record,
            PurposeShape::DropCopies => Purpose::DropCopies,
            PurposeShape::Backout { exception } => {
                Purpose::Backout(exception.checked("plan.purpose.exception")?)
            }
            PurposeShape::Restore { exceptions, ends } => Purpose::Restore(ended(&exceptions, ends)?),
            PurposeShape::Undo => Purpose::Undo,
        };
        let ScopeShape { partition, organization, accounts, collected_at } = self.scope;
        let outlook = self.controls.into_iter().map(into_outlook).collect::<Result<_, _>>()?;
        Ok(Plan {
            purpose,
            scope: Scope { partition, organization, accounts, collected_at },
            steps: self.steps.into_iter().map(into_step).collect(),
            refusals: self.refusals.into_iter().map(into_refusal).collect(),
            gained: self.gained,
            losses: self.losses.into_iter().map(into_loss).collect(),
            outlook,
            cost: self.cost.map(into_cost),
        })
    }
}

fn step(step: &Step) -> StepShape {
    StepShape {
        change: (&step.change).into(),
        because: step.because.clone(),
        owner: match step.owner.clone() {
            Owner::Nobody => OwnerShape::Nobody,
            Owner::Terraform { mark } => OwnerShape::Terraform { mark },
            Owner::Pulumi { mark } => OwnerShape::Pulumi { mark },
            Owner::CloudFormation { stack } => OwnerShape::CloudFormation { stack },
            Owner::Cdk { mark } => OwnerShape::Cdk { mark },
            Owner::LandingZoneAccelerator { mark } => OwnerShape::LandingZoneAccelerator { mark },
            Owner::ControlTower { mark } => OwnerShape::ControlTower { mark },
            Owner::Unread(reason) => OwnerShape::Unread { reason },
        },
        gained: step.gained.clone(),
        risks: step.risks.clone(),
        backout: step.backout.clone(),
    }
}

fn into_step(shape: StepShape) -> Step {
    Step {
        change: shape.change.into(),
        because: shape.because,
        owner: match shape.owner {
            OwnerShape::Nobody => Owner::Nobody,
            OwnerShape::Terraform { mark } => Owner::Terraform { mark },
            OwnerShape::Pulumi { mark } => Owner::Pulumi { mark },
            OwnerShape::CloudFormation { stack } => Owner::CloudFormation { stack },
            OwnerShape::Cdk { mark } => Owner::Cdk { mark },
            OwnerShape::LandingZoneAccelerator { mark } => Owner::LandingZoneAccelerator { mark },
            OwnerShape::ControlTower { mark } => Owner::ControlTower { mark },
            OwnerShape::Unread { reason } => Owner::Unread(reason),
        },
        gained: shape.gained,
        risks: shape.risks,
        backout: shape.backout,
    }
}

fn refusal(one: &Refusal) -> RefusalShape {
    let Refusal { places, recorder, reason, nearest } = one.clone();
    RefusalShape { places, recorder, reason, nearest }
}

fn into_refusal(shape: RefusalShape) -> Refusal {
    let RefusalShape { places, recorder, reason, nearest } = shape;
    Refusal { places, recorder, reason, nearest }
}

fn loss(one: &Loss) -> LossShape {
    let Loss { recorder, function, because } = one.clone();
    LossShape { recorder, function, because }
}

fn into_loss(shape: LossShape) -> Loss {
    let LossShape { recorder, function, because } = shape;
    Loss { recorder, function, because }
}

fn outlook(one: &Outlook) -> OutlookShape {
    OutlookShape {
        control: one.control.clone(),
        before: one.before.as_str().to_owned(),
        after: one.after.as_str().to_owned(),
        reason: one.reason.clone(),
    }
}

fn into_outlook(shape: OutlookShape) -> Result<Outlook, DocumentError> {
    let status = |word: &str| {
        Status::parse(word).ok_or_else(|| DocumentError::Impossible {
            path: "plan.controls".to_owned(),
            problem: format!("`{}` is no status", text::visible::excerpt(word, 40)),
        })
    };
    Ok(Outlook {
        before: status(&shape.before)?,
        after: status(&shape.after)?,
        control: shape.control,
        reason: shape.reason,
    })
}

fn cost(one: &CostTurn) -> CostShape {
    let copies = |one: &Copies| CopiesShape {
        recorders: one.recorders.clone(),
        invocations_30_days: one.invocations,
        usd_per_month: monthly(one.cost),
    };
    CostShape {
        usd_per_month_before: monthly(one.before),
        usd_per_month_after: monthly(one.after),
        invocations_30_days: one.invocations,
        is_least: one.is_least,
        basis: one.basis.clone(),
        copies: one.copies.iter().map(copies).collect(),
    }
}

fn into_cost(shape: CostShape) -> CostTurn {
    let copies = |one: CopiesShape| Copies {
        recorders: one.recorders,
        invocations: one.invocations_30_days,
        cost: into_monthly(one.usd_per_month),
    };
    CostTurn {
        before: into_monthly(shape.usd_per_month_before),
        after: into_monthly(shape.usd_per_month_after),
        invocations: shape.invocations_30_days,
        is_least: shape.is_least,
        basis: shape.basis,
        copies: shape.copies.into_iter().map(copies).collect(),
    }
}

fn monthly(one: Monthly) -> MonthlyShape {
    MonthlyShape { low: one.low, high: one.high }
}

fn into_monthly(shape: MonthlyShape) -> Monthly {
    Monthly { low: shape.low, high: shape.high }
}

/// The exceptions that a restore ends, whole: an id alone may be another one's by now.
fn ended(ids: &[String], ends: Vec<ExceptionShape>) -> Result<Vec<Exception>, DocumentError> {
    let path = "plan.purpose.ends";
    let ends: Vec<Exception> = ends.into_iter().map(|one| one.checked(path)).collect::<Result<_, _>>()?;
    if !ends.iter().map(|one| &one.id).eq(ids) {
        let problem =
            "it does not hold the exceptions whose ids stand beside it: make the restore again".to_owned();
        return Err(DocumentError::Impossible { path: path.to_owned(), problem });
    }
    Ok(ends)
}
