//! Evidence bundles: written by `audit --bundle`, checked and decided again by `bundle verify`.

mod again;

use super::showing::Shown;
use anyhow::Result;
use args::bundle::{Bundle, BundleCommand, Verify};
use args::outcome::Outcome;
use args::validate::Format;
use audit::inputs::Inputs;
use audit::raw_answers::Collection;
use report::{AuditDocument, AuditFormat, CheckedBundle, Layout, NextFlags};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use store::{Damage, Decided, KeptAnswers, Part};
use surroundings::context::Context;
use surroundings::inputs::held_apart;
use surroundings::named_file::called;
use surroundings::output::{io_written, layout, print};
use surroundings::problem::{Problem, say};
use surroundings::saved::open_bundle;
use surroundings::settings;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The flags that reports in a bundle advise: whoever reads them stands in its folder, and asks no AWS account.
const FLAGS: NextFlags<'_> = NextFlags { source: " --inventory inventory.json", caller: "", of_audit: "" };

/// Checks.
///
/// # Errors
/// [`Problem`] where it is no bundle.
pub(crate) fn run(typed: Bundle, context: Context) -> Result<Outcome> {
    let BundleCommand::Verify(typed) = typed.command;
    verify(&typed, &context)
}

fn verify(typed: &Verify, context: &Context) -> Result<Outcome> {
    let format = settings::format(typed.format, &context.config, settings::ANY).unwrap_or(Format::Terminal);
    let check = check(&typed.bundle)?;
    let text = match format {
        Format::Terminal => report::bundle_text(&check, &layout()),
        Format::Json => report::bundle_json(&check),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(check.answer().into())
}

/// Finds out whether the bundle could be written, before AWS is asked anything.
///
/// # Errors
/// [`Problem`] iff not.
pub(super) fn can_write(to: &Path) -> Result<()> {
    held_apart([to])?;
    let target = store::bundle_target(to);
    target.map_err(|why| {
        let line = format!("cannot write the bundle {}: {why}", called(to));
        Problem::misuse(line).help("name a new folder, or a file FILE.tar.zst").into()
    })
}

/// Keeps what AWS answers from now on.
///
/// # Errors
/// [`Problem`] where no scratch file can be made.
pub(super) fn keeper() -> Result<Arc<KeptAnswers>> {
    let kept = KeptAnswers::new(surroundings::clock::now);
    let kept = kept.map_err(|error| Problem::new(format!("cannot make a scratch file: {error}")))?;
    Ok(Arc::new(kept))
}

/// Writes it, with what AWS answered where it was asked.
///
/// # Errors
/// [`Problem`] where the file system refuses.
pub(super) fn write(
    to: &Path,
    inputs: &Inputs,
    generated_at: &str,
    answers: Option<(&Collection, &KeptAnswers)>,
) -> Result<()> {
    let answers = answers.filter(|(_, kept)| {
        let too_many = kept.are_too_many();
        if too_many {
            let most = store::limits::ANSWERS.bytes >> 20;
            say("note", &format!("AWS answered more than {most} MiB, so the bundle holds no raw answers"));
        }
        !too_many
    });
    let written = Shown { inputs, generated_at, flags: FLAGS }.document(|document| {
        let decided = Decided::of(document.audit, VERSION, generated_at);
        let write = |format: AuditFormat| move |out: &mut dyn Write| report(document, format, out);
        let writers: Vec<_> =
            AuditFormat::ALL.iter().map(|format| (path_of(*format), write(*format))).collect();
        let parts: Vec<Part<'_>> =
            writers.iter().map(|(path, write)| Part { path: path.clone(), write }).collect();
        store::write_bundle(to, &decided, inputs, &parts, answers)
    });
    io_written(to, written)?;
    say("wrote", &called(to));
    Ok(())
}

fn path_of(format: AuditFormat) -> String {
    format!("reports/audit.{}", format.suffix())
}

fn report(document: &AuditDocument<'_>, format: AuditFormat, out: &mut dyn Write) -> io::Result<()> {
    format.write(document, &Layout::default(), out)
}

fn check(path: &Path) -> Result<CheckedBundle> {
    let bundle = open_bundle(path)?;
    let decided = &bundle.decided;
    let mut check = CheckedBundle {
        path: called(path),
        version: decided.version.clone(),
        generated_at: decided.generated_at.clone(),
        collected_at: decided.collected_at.clone(),
        caller: decided.caller.clone(),
        answer: decided.answer.clone(),
        files: bundle.files.len(),
        ..CheckedBundle::default()
    };
    for damage in &bundle.damage {
        match damage {
            Damage::Changed(file) => check.changed.push(file.clone()),
            Damage::Missing(file) => check.missing.push(file.clone()),
            Damage::Added(file) => check.added.push(file.clone()),
        }
    }
    let Some(inputs) = &bundle.inputs else { return Ok(check) };
    let again = again::collect(path, &bundle, inputs)?;
    let (raw, collected) = again.map_or((None, None), |(raw, inputs)| (Some(raw), inputs));
    let same = raw.as_ref().is_none_or(|raw| raw.differences.is_empty());
    check.raw = raw;
    // Verdicts are those of what AWS answered, where that is known.
    let inputs = collected.as_ref().unwrap_or(inputs);
    Shown { inputs, generated_at: &decided.generated_at, flags: FLAGS }.document(|document| {
        let anew = Decided::of(document.audit, VERSION, &decided.generated_at);
        let differences = decided.differences(&anew);
        if decided.version == VERSION && differences.is_empty() && same {
            check.reports = Some(compared(&bundle, document));
        }
        check.differences = Some(differences);
    });
    Ok(check)
}

/// How many reports are byte for byte what is written now, and those that are not, are absent, or that no audit writes.
fn compared(bundle: &store::Bundle, document: &AuditDocument<'_>) -> (usize, Vec<String>) {
    let (mut same, mut other) = (0, Vec::new());
    for format in AuditFormat::ALL {
        let path = path_of(*format);
        let Some(file) = bundle.files.iter().find(|file| file.path == path) else {
            other.push(format!("{path} (absent)"));
            continue;
        };
        let anew = store::sum_of(|out| report(document, *format, out));
        if anew.is_ok_and(|anew| anew == (file.size, file.sha256.to_ascii_lowercase())) {
            same += 1;
        } else {
            other.push(path);
        }
    }
    let written =
        |path: &str| store::is_input(path) || AuditFormat::ALL.iter().any(|format| path_of(*format) == path);
    let strange = bundle.files.iter().filter(|file| !written(&file.path));
    other.extend(strange.map(|file| format!("{} (no audit writes it)", file.path)));
    (same, other)
}
