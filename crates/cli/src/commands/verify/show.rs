//! What `verify` says: the answer on stdout and into files, and what to do next.

use crate::commands::proofs::head_objects;
use ::args::verify::{self as args, Format};
use anyhow::Result;
use delivery::Unsigned;
use report::{self, AfterVerification, Layout, Stamp, Verification};
use std::io::{self, Write};
use surroundings::again::same;
use surroundings::context::Context;
use surroundings::inputs::held_apart;
use surroundings::output::{layout, print, write_file};
use surroundings::problem::say;
use surroundings::settings::Source;

/// Prints, writes, and says what to do next.
///
/// # Errors
/// [`surroundings::problem::Problem`] iff the answer could not be written.
pub(super) fn show(
    verification: &Verification,
    unsigned: &[Unsigned],
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
    held_apart(typed.output.iter().map(|output| output.path.as_path()))?;
    for output in &typed.output {
        let plain = Layout::default();
        write_file(&output.path, |out| write(output.format, verification, &stamp, &plain, out))?;
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout();
    let format = typed.format.unwrap_or(Format::Terminal);
    print(|out| write(format, verification, &stamp, &layout, out))
}

fn write(
    format: Format,
    verification: &Verification,
    stamp: &Stamp<'_>,
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(report::verification_text(verification, layout).as_bytes()),
        Format::Json => report::verification_json(verification, stamp, out),
        Format::Jsonl => report::verification_jsonl(verification, stamp, out),
        Format::Markdown => out.write_all(report::verification_markdown(verification).as_bytes()),
    }
}

fn next(verification: &Verification, typed: &args::Verify, source: &Source) {
    let keys: Vec<String> =
        typed.public_keys.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let after = AfterVerification {
        sources: &typed.sources,
        public_keys: &keys,
        since: typed.window.since.as_deref(),
        until: typed.window.until.as_deref(),
        digests: typed.digests,
        demo: typed.demo,
        source: &source.again(),
        caller: &source.caller(),
        again: &|flags| same(&[], flags),
    };
    say("next", &after.next(verification));
}
