//! What `verify` says: the answer on stdout and into files, and what to do next.

use crate::again::same;
use crate::args::verify::{self as args, Format};
use crate::commands::Context;
use crate::commands::proofs::head_objects;
use crate::output::{layout, print, write_file};
use crate::problem::say;
use crate::settings::Source;
use anyhow::Result;
use audit::evidence::Outcome;
use delivery::Unsigned;
use report::{self, Layout, Stamp, Verification, VerifiedFunction};
use std::io::{self, Write};

/// Prints, writes, and says what to do next.
///
/// # Errors
/// [`crate::problem::Problem`] iff the answer could not be written.
pub(super) fn show(
    (verification, unsigned): (&Verification, &[Unsigned]),
    typed: &args::Verify,
    source: &Source,
    context: &Context,
) -> Result<()> {
    answer(verification, typed, context)?;
    head_objects(unsigned);
    next(verification, typed, source);
    Ok(())
}

fn answer(verification: &Verification, typed: &args::Verify, context: &Context) -> Result<()> {
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: audit::Counted::All,
        drift: None,
    };
    for output in &typed.output {
        let plain = Layout::default();
        write_file(&output.path, |out| write(output.format, verification, &stamp, (&plain, out)))?;
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout();
    let format = typed.format.unwrap_or(Format::Terminal);
    print(|out| write(format, verification, &stamp, (&layout, out)))
}

fn write(
    format: Format,
    verification: &Verification,
    stamp: &Stamp<'_>,
    (layout, out): (&Layout, &mut dyn Write),
) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(report::verification_text(verification, layout).as_bytes()),
        Format::Json => report::verification_json(verification, stamp, out),
        Format::Jsonl => report::verification_jsonl(verification, stamp, out),
        Format::Markdown => out.write_all(report::verification_markdown(verification).as_bytes()),
    }
}

fn next(verification: &Verification, typed: &args::Verify, source: &Source) {
    let of = |wanted| verification.functions.iter().find(move |one| one.decided.outcome == wanted);
    let command = if let Some(missing) = of(Outcome::Missing) {
        format!(
            "invoketrail explain{} {}  # is it recorded at all, and what lets it escape",
            source.again(),
            report::shell(&missing.arn)
        )
    } else if verification.functions.iter().any(VerifiedFunction::is_unproven) {
        let mut rest = String::new();
        let sources = typed.sources.iter().map(|source| ("", source.as_str()));
        let keys: Vec<_> = typed.public_keys.iter().map(|path| path.to_string_lossy()).collect();
        let keys = keys.iter().map(|path| ("--public-keys ", path.as_ref()));
        let times = [("--since ", &typed.window.since), ("--until ", &typed.window.until)];
        let times = times.into_iter().filter_map(|(flag, time)| Some((flag, time.as_deref()?)));
        for (flag, value) in sources.chain(keys).chain(times) {
            rest.push_str(&format!(" {flag}{}", report::shell(value)));
        }
        format!(
            "invoketrail logs validate{rest}{}  # what digests prove, and what they do not",
            source.caller()
        )
    } else if let Some(open) = of(Outcome::Undetermined) {
        let sources: String = typed
            .sources
            .iter()
            .filter(|one| one.starts_with("s3://"))
            .map(|one| format!(" {}", report::shell(one)))
            .collect();
        let canary = report::shell(&open.arn);
        format!("invoketrail verify{sources} --canary {canary}{}  # an end-to-end proof", source.caller())
    } else if typed.digests {
        format!("invoketrail audit{}  # is every invocation recorded?", source.again())
    } else {
        format!("{}  # and are the files as they were delivered?", same(&[], " --digests"))
    };
    say("next", &command);
}
