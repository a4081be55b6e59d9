//! Flags about where the facts come from and how they are judged, of several commands.

use super::values::{account, region};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Where the facts come from: a file, or AWS itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Source {
    /// Audit this inventory file instead of AWS; - for stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = LIVE, value_hint = ValueHint::FilePath)]
    pub inventory: Option<PathBuf>,
    /// Use Acme, a made-up organization inside this program: no AWS account is needed.
    #[arg(long, conflicts_with_all = LIVE_AND_INVENTORY)]
    pub demo: bool,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}

/// Every flag of [`Live`].
const LIVE: [&str; 8] = [
    "accounts",
    "organization",
    "role_name",
    "external_id",
    "session_name",
    "region",
    "profile",
    "endpoint_url",
];

/// Every flag of [`Live`] except the Regions, which also say what of a file is looked at.
pub(super) const LIVE_BUT_REGION: [&str; 7] =
    ["accounts", "organization", "role_name", "external_id", "session_name", "profile", "endpoint_url"];

/// Every flag of [`Source`].
pub(super) const LIVE_AND_INVENTORY: [&str; 9] = [
    "inventory",
    "accounts",
    "organization",
    "role_name",
    "external_id",
    "session_name",
    "region",
    "profile",
    "endpoint_url",
];

/// What to read of AWS, and as whom. Without any of it: the caller's account, all enabled Regions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What to read of AWS, and as whom")]
pub struct Live {
    /// Read these accounts instead of the caller's, each through --role-name; separated by commas.
    #[arg(long, alias = "account", value_name = "ID,ID", value_delimiter = ',', value_parser = account)]
    pub accounts: Vec<String>,
    /// Read all accounts of the caller's organization, each through --role-name.
    #[arg(long, conflicts_with = "accounts")]
    pub organization: bool,
    /// The role to assume in accounts other than the caller's.
    #[arg(long, value_name = "NAME")]
    pub role_name: Option<String>,
    /// The external id that the role requires.
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// The session name that the accounts' trails record [default: invoketrail].
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<String>,
    /// Read only these Regions; separated by commas [default: all enabled ones].
    #[arg(long, value_name = "REGION,REGION", value_delimiter = ',', value_parser = region)]
    pub region: Vec<String>,
    /// A profile of the AWS configuration files.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Send every request there instead of to AWS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,
}

/// How to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Counting {
    /// Which recorders count: all, or only trails, as the control literally requires [default: all].
    #[arg(long, value_enum)]
    pub recorders: Option<Recorders>,
}

/// Which recorders count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Recorders {
    /// Trails and event data stores.
    All,
    /// Only trails.
    Trails,
}
