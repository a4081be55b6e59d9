//! `invoketrail frameworks` as it is typed.

use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `invoketrail frameworks`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail frameworks
  invoketrail frameworks --all
  invoketrail audit --inventory examples/acme.json --framework soc2 --output soc2.html")]
pub struct Frameworks {
    /// Also list the framework of this file; repeatable.
    #[arg(long = "framework-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Print every requirement (terminal format).
    #[arg(long)]
    pub all: bool,
    /// The format of what is printed.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
}

/// A format of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person.
    Terminal,
    /// One document, with every requirement.
    Json,
}
