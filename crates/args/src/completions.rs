//! `invoketrail completions` as it is typed.

use clap::Args;

/// `invoketrail completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail completions bash > ~/.local/share/bash-completion/completions/invoketrail
  invoketrail completions zsh > \"${fpath[1]}/_invoketrail\"")]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
