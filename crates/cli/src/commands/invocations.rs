//! `invoketrail invocations`: who invoked what, when, from where, how.

mod ask;
pub(crate) mod located;
pub(crate) mod question;

use ::args::invocations::{self as args, Format};
use ::args::outcome::Outcome;
use anyhow::Result;
use delivery::log_sources;
use report::{self, Layout, LookedUntil, Reading, Stamp, left_out_sentence};
use std::io::{self, Write};
use surroundings::again::same;
use surroundings::config::Config;
use surroundings::context::Context;
use surroundings::inputs::held_apart;
use surroundings::misread::nothing_read;
use surroundings::output::{layout, print, write_file};
use surroundings::problem::say;
use surroundings::settings;
use surroundings::unknown::not_a_source;

/// Troubles that are named on stderr, beside an answer for a machine.
const TROUBLES: usize = 5;

/// Asks, prints, writes.
///
/// # Errors
/// [`Problem`] where nothing could be read, the question makes no sense, or an answer could not be written.
pub(crate) fn run(typed: args::Invocations, context: Context) -> Result<Outcome> {
    let typed = over_config(typed, &context.config);
    let asked = question::read(&typed, &context.now)?;
    let sources = log_sources(&typed.sources).map_err(|error| not_a_source(&error))?;
    let settings = ask::Settings::of(&typed, &context)?;
    let Some(answered) = ask::ask(&asked, sources, &settings)? else {
        say("note", "interrupted before everything was read: calls would be missing from an answer");
        return Ok(Outcome::Interrupted);
    };
    answered.helps.iter().for_each(|help| say("help", help));
    let looked_until = answered.looked_until.map(|looked| LookedUntil {
        delivered: looked.delivered,
        later: looked.read,
        digests_unread: looked.digests_unread,
    });
    let reading = Reading {
        question: &asked.question,
        found: &answered.found,
        account: &answered.account,
        looked_until,
        left_out: &answered.left_out,
        sort: asked.sort,
        limit: asked.limit,
        account_beside: asked.account_beside,
    };
    if let Some(problem) = nothing_read(&answered.account, &asked.question.filter, &typed.sources) {
        return Err(problem.into());
    }
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: ::audit::Counted::All,
        drift: None,
    };
    held_apart(typed.output.iter().map(|output| output.path.as_path()))?;
    for output in &typed.output {
        let plain = Layout::default();
        write_file(&output.path, |out| write(output.format, &reading, &stamp, &plain, out))?;
        say("wrote", &output.path.display().to_string());
    }
    let (format, layout) = (typed.format.unwrap_or(Format::Terminal), layout());
    print(|out| write(format, &reading, &stamp, &layout, out))?;
    let whole = answered.account.is_whole();
    if !whole && format != Format::Terminal {
        say(
            "note",
            &format!("{}: calls may be missing from the answer", report::shortfall(&answered.account)),
        );
        for trouble in answered.account.troubles.iter().take(TROUBLES) {
            say("note", &format!("{}: {}", trouble.file, trouble.why));
        }
    }
    if let (Some(left_out), Format::Csv) = (left_out_sentence(&answered.left_out), format) {
        say("note", &left_out);
    }
    if let (Some(looked), Format::Csv) = (looked_until, format) {
        say("note", &looked.sentence());
    }
    let (filters, account) = (typed.filter.named(), account_again(&typed));
    say("next", &report::invocations_next(&answered.found, &typed.by, &filters, &account, &same));
    Ok(if whole { Outcome::Well } else { Outcome::Undetermined })
}

/// What was typed, over what the configuration file says.
fn over_config(mut typed: args::Invocations, config: &Config) -> args::Invocations {
    if typed.filter.region.is_empty() {
        typed.filter.region.clone_from(&config.region);
    }
    let why = "invocations are not shown as Markdown";
    typed.format = settings::format(typed.format, config, why);
    typed.output = settings::outputs(typed.output, config, why);
    typed
}

/// The flags that lead the next command to the account whose logs these are, each with a space before it.
fn account_again(typed: &args::Invocations) -> String {
    if typed.demo.demo {
        return " --demo".to_owned();
    }
    let flag = |name: &str, value: &Option<String>| {
        value.as_deref().map(|value| report::shell_flag(name, value)).unwrap_or_default()
    };
    let reading = &typed.reading;
    flag("profile", &reading.profile)
        + &flag("endpoint-url", &reading.endpoint_url)
        + &surroundings::again::config_again()
}

fn write(
    format: Format,
    reading: &Reading<'_>,
    stamp: &Stamp<'_>,
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(report::invocations_text(reading, layout).as_bytes()),
        Format::Json => report::invocations_json(reading, stamp, out),
        Format::Jsonl => report::invocations_jsonl(reading, stamp, out),
        Format::Csv => report::invocations_csv(reading, out),
    }
}
