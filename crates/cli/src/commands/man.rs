//! `invoketrail man`: manual pages, made of the same words as `--help`.

use anyhow::Result;
use args::Cli;
use args::man::Man;
use args::outcome::Outcome;
use clap::CommandFactory;
use std::path::Path;
use surroundings::output::{io_written, print};
use surroundings::problem::Problem;
use text::nearest::nearest;

/// Prints one.
///
/// # Errors
/// [`Problem`] of misuse iff there is no such command.
pub(crate) fn run(typed: &Man) -> Result<Outcome> {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    // `man invoketrail` is how others call the first page.
    let skipped = usize::from(typed.command.first().is_some_and(|word| word == root.get_name()));
    for word in typed.command.iter().skip(skipped) {
        let names = command.get_subcommands().map(clap::Command::get_name);
        let Some(below) = command.find_subcommand(word) else {
            let problem = Problem::misuse(format!("`{}` has no command `{word}`", command.get_name()));
            return Err(match nearest(word, names) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("invoketrail --help lists all commands"),
            }
            .into());
        };
        command = below;
    }
    let mut page = Vec::new();
    // A command has no version of its own.
    let source = format!("{} {}", root.get_name(), env!("CARGO_PKG_VERSION"));
    let man = clap_mangen::Man::new(command.clone()).source(source);
    io_written(Path::new("the page"), man.render(&mut page))?;
    print(|out| out.write_all(&page))?;
    Ok(Outcome::Well)
}
