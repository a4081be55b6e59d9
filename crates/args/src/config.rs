//! `invoketrail config` as it is typed.

use super::validate::Format;
use clap::{Args, Subcommand};

/// `invoketrail config`
#[derive(Debug, Args)]
pub struct Config {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the value of every setting, and whether it comes from the file or is the default.
    Show(Show),
}

/// `invoketrail config show`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail config show
  invoketrail config show --config prod.toml --format json")]
pub struct Show {
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}
