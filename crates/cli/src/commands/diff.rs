//! `invoketrail diff`: what changed between two audits, and which calls changed it.

use super::history;
use super::showing::ending;
use super::verify::hours::now;
use anyhow::Result;
use args::history::{Diff as Typed, DiffFormat};
use args::outcome::Outcome;
use args::source::Counting;
use audit::drift::{Snapshot, drift, unread_twice};
use audit::inputs::Inputs;
use delivery::{LogSource, control_calls, log_sources};
use report::{Diff, DiffCalls, DiffSide};
use std::path::{Path, PathBuf};
use surroundings::context::Context;
use surroundings::facts::{Known, read_known};
use surroundings::output::{layout, print};
use surroundings::problem::{Problem, say};
use surroundings::session::{Session, reader};
use surroundings::settings;
use surroundings::unknown::not_a_source;

/// Compares.
///
/// # Errors
/// [`Problem`] where one of both cannot be read, or a place of logs is none.
pub(crate) fn run(typed: Typed, context: Context) -> Result<Outcome> {
    let sources = log_sources(&typed.logs).map_err(|error| not_a_source(&error))?;
    let history = || history::path(&typed.file, &context.config);
    let before = Side::of(Some(&typed.before), &context, &history)?;
    let after = Side::of(typed.after.as_deref(), &context, &history)?;
    if typed.after.is_none() && before.named == after.named {
        let line =
            format!("{} is the newest kept audit, so there is nothing to compare it with", before.named);
        let help = "keep another: `invoketrail audit --keep`, or name what to compare it with";
        return Err(Problem::new(line).help(help).into());
    }
    let (was, is) = (before.decided(), after.decided());
    if is.0.collected_at < was.0.collected_at {
        say("note", "the second audit was collected before the first: what is gone may be what is new");
    }
    if before.inputs.recorders != after.inputs.recorders {
        say("note", DIFFERENT_RECORDERS);
    }
    let calls = match sources.is_empty() {
        true => None,
        false => {
            let time = now(&was.0.collected_at)..now(&after.generated_at).saturating_add(1);
            let Some(calls) = calls(&sources, time, &typed, &context)? else {
                return Ok(Outcome::Interrupted);
            };
            Some(calls)
        }
    };
    let unread = unread_twice(&was.0, &is.0);
    let diff = Diff { drift: drift(&was.0, &is.0), unread, before: was.1, after: is.1, calls };
    let shown = settings::format(typed.format, &context.config, settings::ANY);
    let text = match shown.unwrap_or(DiffFormat::Terminal) {
        DiffFormat::Terminal => report::diff_text(&diff, &layout()),
        DiffFormat::Json => report::diff_json(&diff),
        DiffFormat::Markdown => report::diff_markdown(&diff),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(ending(diff.answer().into(), typed.exit_zero))
}

/// What is said where an audit counts other recorders than the one that it is compared with.
pub(super) const DIFFERENT_RECORDERS: &str =
    "one audit counts all recorders and the other only trails, which alone can make a difference";

/// An audit that is compared.
struct Side {
    named: String,
    generated_at: String,
    inputs: Inputs,
}

impl Side {
    /// By what was typed: the number of a kept audit, or a file; the newest kept one where nothing was.
    fn of(typed: Option<&str>, context: &Context, history: &dyn Fn() -> Result<PathBuf>) -> Result<Side> {
        let number = typed.map(str::parse::<i64>);
        // A file may be called by a number.
        let id = match (&number, typed) {
            (None, _) => Some(None),
            (Some(Ok(id)), Some(typed)) if !Path::new(typed).exists() => Some(Some(*id)),
            _ => None,
        };
        if let Some(id) = id {
            let (id, generated_at, inputs) = history::kept(&history()?, id)?;
            return Ok(Side { named: format!("audit {id}"), generated_at, inputs });
        }
        let named = typed.unwrap_or_default().to_owned();
        let path = Path::new(&named);
        let (generated_at, inputs) = match read_known(path)? {
            Known::Saved(saved) => (saved.generated_at, saved.inputs),
            Known::Inventory(inventory) => {
                let inventory = *inventory;
                let today = surroundings::clock::day(&context.now).to_owned();
                let recorders = settings::counted(&Counting::default(), &context.config);
                let collected = inventory.collected_at.clone();
                (collected, Inputs { inventory, today, recorders, ..Inputs::default() })
            }
        };
        Ok(Side { named, generated_at, inputs })
    }

    fn decided(&self) -> (Snapshot, DiffSide) {
        let audit = self.inputs.audit(None);
        let side = DiffSide {
            named: self.named.clone(),
            collected_at: audit.inventory.collected_at.clone(),
            answer: audit.answer().conclusion().as_str().to_owned(),
        };
        (self.inputs.snapshot(&audit), side)
    }
}

/// The calls of that time; `None` iff it was interrupted.
fn calls(
    sources: &[LogSource],
    time: std::ops::Range<i64>,
    typed: &Typed,
    context: &Context,
) -> Result<Option<DiffCalls>> {
    let objects = sources.iter().any(|source| matches!(source, LogSource::Objects { .. }));
    let live = settings::live(typed.live.clone(), context.config.clone());
    let session = objects.then(|| Session::open(&live)).transpose()?;
    let threads = settings::threads(typed.threads, &context.config);
    let found = control_calls(sources, &time, &reader(session.as_ref(), None, threads));
    if session.as_ref().is_some_and(Session::is_stopped) {
        say("note", "interrupted before everything was read");
        return Ok(None);
    }
    let found = found.map_err(|error| Problem::new(error.to_string()))?;
    found.helps.iter().for_each(|help| say("help", help));
    if let Some(left_out) = report::left_out_sentence(&found.left_out) {
        say("note", &left_out);
    }
    let files = found.account.files;
    let whole = found.account.is_whole() && files > 0;
    if !found.account.is_whole() {
        say("note", &format!("{}: calls may be absent", report::shortfall(&found.account)));
    }
    Ok(Some(DiffCalls { calls: found.calls, files, whole }))
}
