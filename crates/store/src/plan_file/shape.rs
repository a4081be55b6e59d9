//! The members of a plan as they stand in its file.

use super::super::change_shape::ChangeShape;
use super::super::document::DocumentError;
use super::super::exceptions_file::ExceptionShape;
use super::super::saved_audit::RecordersShape;
use audit::code::{Code, Coded};
use audit::cost::Monthly;
use audit::cost::{Copies, CostTurn};
use audit::exception::Exception;
use audit::finding::Status;
use audit::plan::{FoundTrail, Loss, Outlook, Owner, Plan, Purpose, Refusal, Scope, Step};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct PlanShape {
    purpose: PurposeShape,
    scope: ScopeShape,
    steps: Vec<StepShape>,
    refusals: Vec<RefusalShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gained: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gained_codes: Vec<String>,
    losses: Vec<LossShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    found: Vec<FoundShape>,
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
    #[serde(default, skip_serializing_if = "RecordersShape::is_all")]
    recorders: RecordersShape,
}

#[derive(Serialize, Deserialize)]
struct StepShape {
    change: ChangeShape,
    because: String,
    #[serde(default)]
    code: String,
    owner: OwnerShape,
    gained: Vec<String>,
    #[serde(default)]
    gained_codes: Vec<String>,
    risks: Vec<String>,
    #[serde(default)]
    risk_codes: Vec<String>,
    backout: String,
    #[serde(default)]
    backout_code: String,
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
    #[serde(default)]
    code: String,
    nearest: String,
    #[serde(default)]
    nearest_code: String,
}

#[derive(Serialize, Deserialize)]
struct FoundShape {
    recorder: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    selectors: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    multi_region: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logging: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct LossShape {
    recorder: String,
    function: String,
    because: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    risk_codes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct OutlookShape {
    control: String,
    before: String,
    after: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    excepted: bool,
    reason: String,
    #[serde(default)]
    code: String,
}

#[derive(Serialize, Deserialize)]
struct CostShape {
    usd_per_month_before: MonthlyShape,
    usd_per_month_after: MonthlyShape,
    invocations_30_days: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_least: bool,
    basis: Vec<String>,
    #[serde(default)]
    basis_codes: Vec<String>,
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

impl PlanShape {
    pub(super) fn of(plan: &Plan) -> Self {
        PlanShape {
            purpose: match &plan.purpose {
                Purpose::Record => PurposeShape::Record,
                Purpose::DropCopies => PurposeShape::DropCopies,
                Purpose::Backout(exception) => {
                    PurposeShape::Backout { exception: ExceptionShape::of_plan(exception) }
                }
                Purpose::Restore(ended) => PurposeShape::Restore {
                    exceptions: ended.iter().map(|one| one.id.clone()).collect(),
                    ends: ended.iter().map(ExceptionShape::of_plan).collect(),
                },
                Purpose::Undo => PurposeShape::Undo,
            },
            scope: ScopeShape {
                partition: plan.scope.partition.clone(),
                organization: plan.scope.organization.clone(),
                accounts: plan.scope.accounts.clone(),
                collected_at: plan.scope.collected_at.clone(),
                recorders: plan.scope.recorders.into(),
            },
            steps: plan.steps.iter().map(step).collect(),
            refusals: plan.refusals.iter().map(refusal).collect(),
            gained: words(&plan.gained),
            gained_codes: codes(&plan.gained),
            losses: plan.losses.iter().map(loss).collect(),
            found: plan.found.iter().map(found).collect(),
            controls: plan.outlook.iter().map(outlook).collect(),
            cost: plan.cost.as_ref().map(cost),
        }
    }

    pub(super) fn into_plan(self) -> Result<Plan, DocumentError> {
        let purpose = match self.purpose {
            PurposeShape::Record => Purpose::Record,
            PurposeShape::DropCopies => Purpose::DropCopies,
            PurposeShape::Backout { exception } => {
                Purpose::Backout(exception.checked("plan.purpose.exception")?)
            }
            PurposeShape::Restore { exceptions, ends } => Purpose::Restore(ended(&exceptions, ends)?),
            PurposeShape::Undo => Purpose::Undo,
        };
        let ScopeShape { partition, organization, accounts, collected_at, recorders } = self.scope;
        let outlook = self.controls.into_iter().map(into_outlook).collect::<Result<_, _>>()?;
        Ok(Plan {
            purpose,
            scope: Scope { partition, organization, accounts, collected_at, recorders: recorders.into() },
            steps: self.steps.into_iter().map(into_step).collect(),
            refusals: self.refusals.into_iter().map(into_refusal).collect(),
            gained: coded(self.gained, &self.gained_codes),
            losses: self.losses.into_iter().map(into_loss).collect(),
            found: self.found.into_iter().map(into_found).collect(),
            outlook,
            cost: self.cost.map(into_cost),
        })
    }
}

fn found(found: &FoundTrail) -> FoundShape {
    FoundShape {
        recorder: found.arn.clone(),
        selectors: found.selectors.clone(),
        multi_region: found.multi_region,
        logging: found.logging,
    }
}

fn into_found(found: FoundShape) -> FoundTrail {
    let FoundShape { recorder, selectors, multi_region, logging } = found;
    FoundTrail { arn: recorder, selectors, multi_region, logging }
}

fn step(step: &Step) -> StepShape {
    StepShape {
        change: (&step.change).into(),
        because: step.because.words.clone(),
        code: step.because.code.to_string(),
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
        gained: words(&step.gained),
        gained_codes: codes(&step.gained),
        risks: words(&step.risks),
        risk_codes: codes(&step.risks),
        backout: step.backout.words.clone(),
        backout_code: step.backout.code.to_string(),
    }
}

fn into_step(shape: StepShape) -> Step {
    Step {
        change: shape.change.into(),
        because: Code::parse(&shape.code).says(shape.because),
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
        gained: coded(shape.gained, &shape.gained_codes),
        risks: coded(shape.risks, &shape.risk_codes),
        backout: Code::parse(&shape.backout_code).says(shape.backout),
    }
}

fn refusal(one: &Refusal) -> RefusalShape {
    let Refusal { places, recorder, reason, nearest } = one.clone();
    RefusalShape {
        places,
        recorder,
        code: reason.code.to_string(),
        reason: reason.words,
        nearest_code: nearest.code.to_string(),
        nearest: nearest.words,
    }
}

fn into_refusal(shape: RefusalShape) -> Refusal {
    let RefusalShape { places, recorder, reason, code, nearest, nearest_code } = shape;
    let (reason, nearest) = (Code::parse(&code).says(reason), Code::parse(&nearest_code).says(nearest));
    Refusal { places, recorder, reason, nearest }
}

fn loss(one: &Loss) -> LossShape {
    let Loss { recorder, function, because, risks } = one.clone();
    let risk_codes = risks.iter().map(Code::to_string).collect();
    LossShape { recorder, function, code: because.code.to_string(), because: because.words, risk_codes }
}

fn into_loss(shape: LossShape) -> Loss {
    let LossShape { recorder, function, because, code, risk_codes } = shape;
    let risks = risk_codes.iter().map(|code| Code::parse(code)).collect();
    Loss { recorder, function, because: Code::parse(&code).says(because), risks }
}

fn outlook(one: &Outlook) -> OutlookShape {
    OutlookShape {
        control: one.control.clone(),
        before: one.before.as_str().to_owned(),
        after: one.after.as_str().to_owned(),
        excepted: one.excepted,
        reason: one.reason.words.clone(),
        code: one.reason.code.to_string(),
    }
}

fn into_outlook(shape: OutlookShape) -> Result<Outlook, DocumentError> {
    let status = |word: &str| {
        Status::parse(word).ok_or_else(|| DocumentError::Impossible {
            path: "plan.controls".to_owned(),
            problem: format!("`{}` is not a status", text::visible::excerpt(word, 40)),
        })
    };
    Ok(Outlook {
        before: status(&shape.before)?,
        after: status(&shape.after)?,
        excepted: shape.excepted,
        control: shape.control,
        reason: Code::parse(&shape.code).says(shape.reason),
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
        basis: words(&one.basis),
        basis_codes: codes(&one.basis),
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
        basis: coded(shape.basis, &shape.basis_codes),
        copies: shape.copies.into_iter().map(copies).collect(),
    }
}

fn words(all: &[Coded]) -> Vec<String> {
    all.iter().map(|one| one.words.clone()).collect()
}

fn codes(all: &[Coded]) -> Vec<String> {
    all.iter().map(|one| one.code.to_string()).collect()
}

/// Words with the codes that stand beside them; a file of an earlier version has none.
fn coded(words: Vec<String>, codes: &[String]) -> Vec<Coded> {
    let codes = codes.iter().map(|code| Code::parse(code)).chain(std::iter::repeat(Code::Uncoded));
    words.into_iter().zip(codes).map(|(words, code)| code.says(words)).collect()
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
            "it does not hold the exceptions whose ids are listed beside it: make the restore again"
                .to_owned();
        return Err(DocumentError::Impossible { path: path.to_owned(), problem });
    }
    Ok(ends)
}
