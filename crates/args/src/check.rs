//! `invoketrail check` as it is typed.

use super::deciding::Deciding;
use super::source::Counting;
use super::values::{Output, Suffixed, account, output, region};
use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, ValueEnum, ValueHint};
use report::CheckFormat;
use std::path::PathBuf;

/// `invoketrail check`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("change").required(true).args(["terraform", "cloudformation", "selectors"]),
    after_help = "\
Examples:
  terraform show -json plan.out | invoketrail check --terraform - --inventory inventory.json
  invoketrail check --cloudformation template.yaml --parameter Stage=prod
  invoketrail check --cloudformation new.yaml --against deployed.yaml --inventory inventory.json
  invoketrail check --selectors before.json after.json

Without --inventory, the file is all there is: other recorders of the account are not known.
No value of the file is shown except names, ARNs and selectors. No AWS account is needed.
Exit code: 0 nothing gets worse, 3 something stops being recorded or a new function is not recorded, 4 undetermined."
)]
pub struct Check {
    /// A plan of Terraform or OpenTofu, as `terraform show -json` writes it; - for stdin.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub terraform: Option<PathBuf>,
    /// A CloudFormation template (YAML or JSON), or what `describe-change-set` prints; - for stdin.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cloudformation: Option<PathBuf>,
    /// Event selectors of a trail before and after, as AWS, Terraform or a person writes them.
    #[arg(long, value_names = ["BEFORE", "AFTER"], num_args = 2, value_hint = ValueHint::FilePath)]
    pub selectors: Vec<PathBuf>,
    /// The stack of a template.
    #[command(flatten)]
    pub stack: Stack,
    /// Judge the change over this inventory, with all other recorders of the account.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inventory: Option<PathBuf>,
    /// Accepted exceptions: what one accepts that still holds does not decide.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub exceptions: Option<PathBuf>,
    /// Where the proposed recorders are.
    #[command(flatten)]
    pub home: Home,
    /// Which recorders count.
    #[command(flatten)]
    pub counting: Counting,
    /// The findings of an earlier check (--format json), for --fail-on new.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Which findings decide.
    #[command(flatten)]
    pub deciding: Deciding,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .md .sarif .github.txt .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub output: Vec<Output<Format>>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub exit_zero: bool,
}

/// What is known of a stack of CloudFormation.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "CloudFormation")]
pub struct Stack {
    /// The template as it is deployed: what becomes of each resource is judged.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["terraform", "selectors"], value_hint = ValueHint::FilePath)]
    pub against: Option<PathBuf>,
    /// The value of a parameter of the template; repeatable. It is never shown.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with_all = ["terraform", "selectors"])]
    pub parameter: Vec<Parameter>,
    /// The name of the stack.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["terraform", "selectors"])]
    pub stack_name: Option<String>,
}

/// A parameter as it was typed, which may be a secret.
#[derive(Clone)]
pub struct Parameter(pub String);

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a parameter")
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Parameter(text.to_owned())
    }
}

/// Where resources are of which the file does not say it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Where the file does not say it")]
pub struct Home {
    /// The account of the resources.
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<String>,
    /// The Region of the resources.
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
    /// The partition of the resources: aws, aws-cn, aws-us-gov [default: that of the Region].
    #[arg(long, value_name = "NAME", value_parser = partition)]
    pub partition: Option<String>,
}

/// The form of the name of a partition.
///
/// # Errors
/// One line with an example.
fn partition(text: &str) -> Result<String, String> {
    let is_one =
        text.starts_with("aws") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if is_one { Ok(text.to_owned()) } else { Err("a partition has a name like aws or aws-cn".to_owned()) }
}

/// A format of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(pub CheckFormat);

const FORMATS: [Format; CheckFormat::ALL.len()] = {
    let mut all = [Format(CheckFormat::TERMINAL); CheckFormat::ALL.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = Format(CheckFormat::ALL[at]);
        at += 1;
    }
    all
};

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.help()))
    }
}

impl Suffixed for Format {
    const SUFFIXES: &'static [(&'static str, Self)] = &{
        let mut all = [("", FORMATS[0]); FORMATS.len()];
        let mut at = 0;
        while at < all.len() {
            // That for a person comes last.
            let format = FORMATS[(at + 1) % all.len()];
            all[at] = (format.0.suffix(), format);
            at += 1;
        }
        all
    };
}
