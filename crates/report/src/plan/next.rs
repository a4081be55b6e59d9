//! The natural next command after a plan, and what there is to do about a plan for recorders that others manage.

use super::stack_or_tag;
use crate::shell::{shell_file, shell_flag};
use audit::plan::{Owner, Plan, Purpose, Step};
use std::collections::BTreeSet;

/// The formats of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFormat {
    /// For a person.
    Terminal,
    /// The plan file.
    Json,
    /// For a pull request or a wiki.
    Markdown,
    /// For whoever manages the trail with Terraform or OpenTofu.
    Terraform,
    /// For whoever manages the trail with CloudFormation.
    Cloudformation,
    /// AWS CLI commands to run by hand.
    AwsCli,
}

impl PlanFormat {
    /// All of them.
    pub const ALL: [PlanFormat; 6] =
        [Self::Terminal, Self::Json, Self::Markdown, Self::Terraform, Self::Cloudformation, Self::AwsCli];

    /// What it is for.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Terminal => "For a person",
            Self::Json => "The plan file",
            Self::Markdown => "For a pull request or a wiki",
            Self::Terraform => "For whoever manages the trail with Terraform or OpenTofu",
            Self::Cloudformation => "For whoever manages the trail with CloudFormation",
            Self::AwsCli => "AWS CLI commands to run by hand",
        }
    }

    /// As it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Terraform => "terraform",
            Self::Cloudformation => "cloudformation",
            Self::AwsCli => "aws-cli",
        }
    }
}

/// How a plan was asked for, as far as the next command depends on it. Flags have a space before them.
pub struct AfterPlan<'a> {
    /// The format in which it was printed.
    pub format: PlanFormat,
    /// The file that holds the plan.
    pub output: Option<&'a str>,
    /// The file of exceptions.
    pub exceptions: Option<&'a str>,
    /// True iff the facts came from AWS.
    pub live: bool,
    /// The flags that lead to the same facts.
    pub source: &'a str,
    /// The flags that lead to the same caller of AWS.
    pub caller: &'a str,
    /// The flags with which an audit judges as the plan does: which recorders count, and what is accepted.
    pub judged: &'a str,
    /// The command that was typed, about the same facts, with these flags instead of its format and output.
    pub again: &'a dyn Fn(&str) -> String,
    /// The same, with facts from AWS.
    pub asking_aws: &'a dyn Fn(&str) -> String,
}

impl AfterPlan<'_> {
    /// The natural next command: what works for whoever manages the recorders, or applying it where nobody does. `None` iff nothing is
    /// to be done.
    #[must_use]
    pub fn next(&self, plan: &Plan) -> Option<String> {
        let (caller, judged) = (self.caller, self.judged);
        let afterwards = |what: &str| Some(format!("invoketrail audit{caller}{judged}  # {what}"));
        if plan.steps.is_empty() {
            let ends = matches!(&plan.purpose, Purpose::Restore(ids) if !ids.is_empty());
            let path = self.output.filter(|_| ends && plan.refusals.is_empty())?;
            return Some(format!(
                "invoketrail apply {}{}{caller}  # ends the exceptions",
                shell_file(path),
                self.exceptions_flag(plan)
            ));
        }
        let wanted: Vec<&Step> = plan.steps.iter().filter(|step| step.owner != Owner::Nobody).collect();
        let fits = |step: &&&Step| match step.owner {
            Owner::Terraform { .. } => self.format == PlanFormat::Terraform,
            Owner::CloudFormation { .. } | Owner::Cdk { .. } => self.format == PlanFormat::Cloudformation,
            Owner::Pulumi { .. } | Owner::LandingZoneAccelerator { .. } => {
                self.format == PlanFormat::Markdown
            }
            _ => false,
        };
        let known = |step: &&&Step| !matches!(step.owner, Owner::Unread(_));
        if wanted.iter().any(|step| fits(&step)) {
            return afterwards("once its owner has taken the change over");
        }
        if let Some(step) = wanted.iter().find(known) {
            return Some(self.for_owner(plan, step));
        }
        match self.format {
            PlanFormat::Terraform | PlanFormat::Cloudformation => {
                return afterwards("once the change was taken over and deployed");
            }
            PlanFormat::AwsCli => return afterwards("once the commands were run"),
            PlanFormat::Terminal | PlanFormat::Json | PlanFormat::Markdown => {}
        }
        let path = shell_file(self.output.unwrap_or("plan.json"));
        if !wanted.is_empty() && self.live {
            return Some(format!(
                "invoketrail permissions plan{caller} --check  # why tags could not be read: they say who manages a trail"
            ));
        }
        let apply = format!("invoketrail apply {path}{}{caller}", self.exceptions_flag(plan));
        if !wanted.is_empty() {
            let command = (self.asking_aws)(&format!(" --output {path}"));
            return Some(format!("{command}  # asks AWS who manages the trails; then: `{apply}`"));
        }
        Some(match self.output {
            Some(_) => apply,
            None => format!("{}  # then: {apply}", (self.again)(&format!(" --output {path}"))),
        })
    }

    /// What to do where others manage what a plan changes: applying it is refused.
    fn for_owner(&self, plan: &Plan, step: &Step) -> String {
        let code = |format: &str, by: &str| {
            let folder = folder(plan, format);
            let command = (self.again)(&format!(" --format {format}{folder}"));
            format!("{command}  # {by} manages {}, so apply refuses", step.change.target.name)
        };
        match &step.owner {
            Owner::Terraform { .. } => code("terraform", "Terraform"),
            Owner::CloudFormation { .. } => code("cloudformation", "CloudFormation"),
            Owner::Cdk { .. } => code("cloudformation", "the AWS CDK"),
            Owner::Pulumi { .. } => {
                let command = (self.again)(" --format markdown");
                let name = &step.change.target.name;
                format!("{command}  # Pulumi manages {name}: shows what to change in its program")
            }
            Owner::LandingZoneAccelerator { .. } => {
                let command = (self.again)(" --format markdown");
                format!(
                    "{command}  # shows the line for the Landing Zone Accelerator, which manages {}",
                    step.change.target.name
                )
            }
            Owner::ControlTower { .. } | Owner::Nobody | Owner::Unread(_) => format!(
                "invoketrail plan{}  # AWS Control Tower manages {}, which must not be changed",
                self.source, step.change.target.name
            ),
        }
    }

    /// Backouts and restores cannot be applied without a file of exceptions.
    fn exceptions_flag(&self, plan: &Plan) -> String {
        let needed = matches!(plan.purpose, Purpose::Backout(_) | Purpose::Restore(_));
        let path = self.exceptions.unwrap_or("exceptions.json");
        if needed { shell_flag("exceptions", path) } else { String::new() }
    }
}

/// The flag for a folder, where the plan is for several accounts and Regions: each needs a file of its own.
fn folder(plan: &Plan, format: &str) -> String {
    let changes = plan.steps.iter().map(|step| &step.change.target);
    let places: BTreeSet<_> = changes.map(|target| (&target.account, &target.home_region)).collect();
    if places.len() > 1 { format!(" --output-dir {format}") } else { String::new() }
}

/// Who manages it, as a sentence; `None` iff nobody does.
#[must_use]
pub fn manager_sentence(owner: &Owner) -> Option<String> {
    Some(match owner {
        Owner::Nobody => return None,
        Owner::Terraform { mark } => format!("Terraform manages it ({mark})"),
        Owner::Pulumi { mark } => format!("Pulumi manages it ({mark})"),
        Owner::CloudFormation { stack } => {
            format!("CloudFormation manages it ({})", stack_or_tag(stack))
        }
        Owner::Cdk { mark } => format!("the AWS CDK manages it ({mark})"),
        Owner::LandingZoneAccelerator { mark } => format!("the Landing Zone Accelerator manages it ({mark})"),
        Owner::ControlTower { mark } => format!("AWS Control Tower manages it ({mark})"),
        Owner::Unread(why) => format!("who manages it is not known ({why})"),
    })
}

/// The flag with which `plan` makes a plan of that purpose; `None` iff what was declared for it is not known here.
fn flag_of(purpose: &Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::Record => Some(""),
        Purpose::DropCopies => Some(" --drop-copies"),
        Purpose::Backout(_) | Purpose::Restore(_) | Purpose::Undo => None,
    }
}

/// The command that makes such a plan again; `None` iff what was declared for it is not known here.
#[must_use]
pub fn plan_again(purpose: &Purpose, caller: &str) -> Option<String> {
    let flags = flag_of(purpose)?;
    Some(format!("invoketrail plan{flags} --output plan.json{caller}"))
}

/// What to do with a change of what others manage. `caller` are the flags that lead to the same caller of AWS.
#[must_use]
pub fn owner_advice(plan: &Plan, owner: &Owner, caller: &str) -> String {
    let anyway = "or add --even-if-managed to change it here";
    let Some(flag) = flag_of(&plan.purpose) else {
        return format!("hand the change above to its owner, {anyway}");
    };
    let code = |format: &str| {
        let folder = folder(plan, format);
        format!(
            "`invoketrail plan{flag} --format {format}{folder}{}` writes the change for it, {anyway}",
            caller
        )
    };
    match owner {
        Owner::Terraform { .. } => code("terraform"),
        Owner::CloudFormation { .. } | Owner::Cdk { .. } => code("cloudformation"),
        Owner::Pulumi { .. } => {
            format!(
                "`invoketrail plan{flag} --format markdown{}` shows what to change in its program, {anyway}",
                caller
            )
        }
        Owner::LandingZoneAccelerator { .. } => {
            format!("`invoketrail plan{flag} --format markdown{}` shows the line for it, {anyway}", caller)
        }
        Owner::ControlTower { .. } => {
            format!("its trail must not be changed: `invoketrail plan{}` records with another one", caller)
        }
        Owner::Unread(_) | Owner::Nobody => {
            format!("`invoketrail plan --output plan.json{}` asks AWS who manages it, {anyway}", caller)
        }
    }
}
