//! `invoketrail exceptions check`: whether a file of exceptions is one to rely on.

use ::args::exceptions as args;
use ::args::outcome::Outcome;
use ::args::source::Counting;
use ::args::validate::Format;
use anyhow::Result;
use audit::Counted;
use audit::answer::Conclusion;
use audit::exception::check::check;
use report::Stamp;
use surroundings::context::Context;
use surroundings::exceptions::accepted;
use surroundings::facts::{ONLY_TRAILS, read_judged};
use surroundings::named_file::is_stdin;
use surroundings::output::{layout, print};
use surroundings::problem::{Problem, say};
use surroundings::settings;

/// Reads, checks, prints.
///
/// # Errors
/// [`Problem`] where a file cannot be read, or is not what it should be.
pub(crate) fn run(typed: args::Exceptions, context: Context) -> Result<Outcome> {
    let args::ExceptionsCommand::Check(typed) = typed.command;
    let why = "a check is shown for a person or as one JSON document alone";
    let format = settings::format(typed.format, &context.config, why).unwrap_or(Format::Terminal);
    let inventory = typed.inventory.or(context.config.inventory.clone());
    if is_stdin(&typed.file) && inventory.as_deref().is_some_and(is_stdin) {
        return Err(Problem::misuse("only one of FILE and --inventory can be -").into());
    }
    let mut limit = context.limit(typed.longest.exceptions_max_days);
    let mut exceptions = accepted(Some(&typed.file), limit)?;
    let inventory = inventory.map(|path| read_judged(&path).map(|read| (path, read))).transpose()?;
    let today = surroundings::clock::day(&context.now);
    let judged = inventory.as_ref().and_then(|(_, (_, judged))| judged.as_ref());
    if let Some(judged) = judged.filter(|_| limit.most.is_none()) {
        limit.most = judged.longest_as_saved();
        limit.hold(&mut exceptions);
    }
    let own = settings::counted(&Counting::default(), &context.config);
    let recorders = match judged {
        Some(judged) if context.config.recorders.is_none() => judged.recorders,
        _ => own,
    };
    if recorders == Counted::Trails && own != recorders {
        say("note", ONLY_TRAILS);
    }
    let checked = check(&exceptions, today, inventory.as_ref().map(|(_, (read, _))| read), recorders);
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: Counted::All,
        drift: None,
    };
    let text = match format {
        Format::Terminal => report::exceptions_text(&checked, &layout()),
        Format::Json => report::exceptions_json(&checked, today, &stamp),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    // What came from stdin cannot be given again.
    let gone = is_stdin(&typed.file) || inventory.as_ref().is_some_and(|(path, _)| is_stdin(path));
    if checked.answer() == Conclusion::Yes && !gone {
        let file = report::shell_file(&typed.file);
        let source = inventory
            .as_ref()
            .map_or_else(String::new, |(path, _)| format!(" --inventory {}", report::shell_file(path)));
        let longest = settings::longest_again(typed.longest.exceptions_max_days);
        say("next", &format!("invoketrail audit --exceptions {file}{longest}{source}"));
    }
    Ok(checked.answer().into())
}
