//! `invoketrail man` as it is typed.

use clap::Args;

/// `invoketrail man`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail man > invoketrail.1
  invoketrail man logs validate | man -l -")]
pub struct Man {
    /// The command, word by word [default: invoketrail itself].
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
