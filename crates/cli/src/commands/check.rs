//! `invoketrail check`: what a proposed change does to recording, before it is applied.

mod read;

use super::fresh;
use super::showing::ending;
use ::audit::Options;
use ::audit::answer::Conclusion;
use ::audit::inventory::Inventory;
use anyhow::Result;
use args::check::{Check as Typed, Format};
use args::outcome::Outcome;
use report::{Check, CheckFormat, Checked};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::CheckBaseline;
use surroundings::again::same;
use surroundings::context::Context;
use surroundings::exceptions::accepted;
use surroundings::facts::read_judged;
use surroundings::inputs::held_apart;
use surroundings::named_file::{called, is_stdin};
use surroundings::output::{layout, print, read_file, write_file};
use surroundings::problem::{Problem, say};
use surroundings::settings;
use templates::document::{Document, Language};
use templates::gate::gate;
use templates::proposal::{Defaults, merge};

/// For programs.
const JSON: Format = Format(CheckFormat::ALL[1]);

/// Reads, judges, prints, writes.
///
/// # Errors
/// [`Problem`] where a file cannot be read, or is another one than it should be.
pub(crate) fn run(typed: Typed, context: Context) -> Result<Outcome> {
    let config = &context.config;
    // Before a plan of 200 MB is read.
    let baseline = typed.baseline.as_deref().map(earlier).transpose()?;
    let named = typed.exceptions.as_deref().or(config.exceptions.as_deref());
    let mut limit = context.limit(None);
    let mut exceptions = accepted(named, limit)?;
    let inventory = typed.inventory.clone().or_else(|| config.inventory.clone());
    one_stdin(&typed, inventory.as_deref())?;
    let (document, file) = read::document(&typed)?;
    let (known, judged) = inventory.as_deref().map(read_judged).transpose()?.unzip();
    let mut recorders = settings::counted(&typed.counting, config);
    if let Some(judged) = judged.flatten() {
        let said = typed.counting.recorders.is_some() || config.recorders.is_some();
        let as_saved = judged.unless_said(said, named.is_some(), limit);
        recorders = as_saved.recorders.unwrap_or(recorders);
        exceptions = as_saved.exceptions.unwrap_or(exceptions);
        limit.most = as_saved.longest;
        limit.hold(&mut exceptions);
    }
    let home = &typed.home;
    let defaults = Defaults {
        partition: home.partition.as_deref(),
        account: home.account.as_deref(),
        region: home.region.as_deref(),
    };
    let proposal = merge(&document, known.as_ref(), &defaults);
    let options = Options {
        recorders,
        exceptions: &exceptions,
        today: surroundings::clock::day(&context.now),
        ..Options::default()
    };
    let audits = (::audit::audit(&proposal.before, &options), ::audit::audit(&proposal.after, &options));
    // The prices that come with the program are prices: a test holds it.
    let prices = store::read_prices(None).ok();
    let gate = gate(&document, &proposal, &audits.0, &audits.1, &options, prices.as_ref());
    let ids = baseline.as_ref().map(|one| &one.ids);
    let (file, inventory) = (shown(&file), inventory.as_deref().map(called));
    let check = Check {
        gate: &gate,
        document: &document,
        proposal: &proposal,
        audits: (&audits.0, &audits.1),
        file: file.as_deref(),
        inventory: inventory.as_deref(),
        baseline: ids,
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
    };
    let checked = check.findings();
    if let (Some(path), Some(baseline)) = (&typed.baseline, &baseline) {
        same_kind(path, baseline, &checked)?;
    }
    show(&checked, &typed, &context)?;
    if let Some(accepted) = checked.accepted() {
        say("note", &accepted);
    }
    next(&checked, &document, known.as_ref(), &typed);
    let answer = Outcome::from(checked.conclusion(false));
    let outcome = match (typed.deciding.only_new(), ids) {
        (true, Some(_)) => {
            let (new, open, resolved) = checked.since();
            fresh::of_check(answer, checked.conclusion(true).into(), new, open, resolved)
        }
        _ => answer,
    };
    Ok(ending(outcome, typed.exit_zero || config.exit_zero))
}

fn show(checked: &Checked<'_>, typed: &Typed, context: &Context) -> Result<()> {
    let why = "a check is not shown in that format";
    let layout = layout();
    let outputs = settings::outputs(typed.output.clone(), &context.config, why);
    held_apart(outputs.iter().map(|output| output.path.as_path()))?;
    for output in outputs {
        write_file(&output.path, |out| output.format.0.write(checked, &report::Layout::default(), out))?;
        say("wrote", &output.path.display().to_string());
    }
    let format = settings::format(typed.format, &context.config, why);
    let Format(format) = format.unwrap_or(Format(CheckFormat::TERMINAL));
    print(|out| format.write(checked, &layout, out))
}

/// What a file is called; `None` iff it is stdin.
fn shown(path: &Path) -> Option<String> {
    (!is_stdin(path)).then(|| path.display().to_string())
}

/// No two files are stdin.
fn one_stdin(typed: &Typed, inventory: Option<&Path>) -> Result<()> {
    let files =
        [&typed.terraform, &typed.cloudformation, &typed.stack.against, &typed.baseline, &typed.exceptions];
    let all = files.into_iter().flatten().map(PathBuf::as_path);
    let all = all.chain(typed.selectors.iter().map(PathBuf::as_path)).chain(inventory);
    if all.filter(|path| is_stdin(path)).count() > 1 {
        return Err(Problem::misuse("only one file can be - (stdin)").help("name the others").into());
    }
    Ok(())
}

/// The findings of an earlier check.
fn earlier(path: &Path) -> Result<CheckBaseline> {
    let bytes = read_file(path)?;
    store::read_check(&bytes).map_err(|error| {
        let help = "`invoketrail check --terraform plan.json --output check.json` writes such a file";
        let is = match store::recognized(&bytes) {
            Some(kind) if kind != store::FileKind::Report => format!("it is {}", kind.noun()),
            _ => error.to_string(),
        };
        let line = format!("cannot read {} as an earlier check: {is}", called(path));
        Problem::new(line).help(help).into()
    })
}

/// That the earlier check is about files of this language, and about one of these accounts.
fn same_kind(path: &Path, baseline: &CheckBaseline, checked: &Checked<'_>) -> Result<()> {
    let name = called(path);
    if baseline.language != checked.language() {
        let line = format!("{name} is a check of {}, and this is {}", baseline.language, checked.language());
        return Err(Problem::misuse(line).help("give an earlier check of the same kind of file").into());
    }
    let now = checked.accounts();
    let was: BTreeSet<&str> = baseline.accounts.iter().map(String::as_str).collect();
    if !now.is_empty() && !was.is_empty() && now.is_disjoint(&was) {
        let list = |all: &BTreeSet<&str>| all.iter().copied().collect::<Vec<_>>().join(", ");
        let line = format!(
            "{name} is a check of another account: {}, and this change is about {}",
            list(&was),
            list(&now)
        );
        return Err(Problem::misuse(line).help("give an earlier check of the same account").into());
    }
    Ok(())
}

/// What to do next. The value of a parameter is never said again, so a command that has one is not either.
fn next(checked: &Checked<'_>, document: &Document, inventory: Option<&Inventory>, typed: &Typed) {
    if checked.is_unplaced() {
        let flags = checked.unplaced_flags().join(" ");
        say("help", &format!("say where the change is made: the same command with {flags}"));
    }
    if inventory.is_none() && document.language != Language::Selectors {
        let told =
            "invoketrail inventory --output inventory.json  # then judge the change over it: --inventory";
        return say("next", told);
    }
    let is_read = typed.format == Some(JSON) || !typed.stack.parameter.is_empty();
    let files = [&typed.terraform, &typed.cloudformation, &typed.stack.against, &typed.inventory];
    let once = files.into_iter().flatten().chain(&typed.selectors).any(|path| is_stdin(path));
    let decides = matches!(checked.conclusion(false), Conclusion::No | Conclusion::Undetermined);
    if decides && !is_read && !once {
        say("next", &format!("{}  # each finding, with its reason and code", same(&[], " --format json")));
    }
}
