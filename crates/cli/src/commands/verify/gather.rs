//! What `verify` knows before it judges: the functions, their records, counts of invocations, and what digests prove.

use super::counts::counts;
use super::hours;
use crate::commands::proofs::{keys, tell, without_keys};
use ::args::verify as args;
use anyhow::Result;
use audit::inventory::Inventory;
use delivery::{Evidence, Functions, LogSource, NotThere, Scope, Sought};
use logs::Pattern;
use std::io;
use std::ops::Range;
use surroundings::context::Context;
use surroundings::facts::{Facts, Opened};
use surroundings::problem::{Problem, io_problem};
use surroundings::remembered;
use surroundings::session::{Session, reader};
use surroundings::settings::{self, Live, Source};
use surroundings::unknown::no_function;

/// All that is known before anything is asked or read.
pub(super) struct Ready<'a> {
    pub(super) typed: &'a args::Verify,
    pub(super) log_sources: &'a [LogSource],
    pub(super) live: &'a Live,
    /// Where the functions are from.
    pub(super) source: &'a Source,
    pub(super) context: &'a Context,
}

/// What was asked about, beside the evidence.
pub(super) struct Standing {
    /// Milliseconds since 1970, whole hours.
    pub(super) window: Range<i64>,
    pub(super) functions: Functions,
    /// Where counts of invocations come from, in words.
    pub(super) metrics: &'static str,
}

/// Lists, reads, counts; `None` iff it was interrupted.
///
/// # Errors
/// [`Problem`] where the functions are not known, a scratch file cannot be written, keys cannot be read, or nothing is called as was
/// asked for.
pub(super) fn gather(ready: &Ready<'_>) -> Result<Option<(Evidence, Standing)>> {
    let Ready { typed, log_sources, live, source, context } = *ready;
    let window = hours::window(&typed.window, &context.now)?;
    let index = (!log_sources.iter().any(|one| matches!(one, LogSource::Lake(_))))
        .then(|| remembered::open(&typed.remembering, &context.config));
    let index = index.transpose()?.flatten();
    let patterns: Vec<Pattern> = typed.function.iter().map(|text| Pattern::new(text)).collect();
    let known = typed.inventory.is_some() || !is_here(log_sources);
    let unknown = |error| if known { error } else { without_inventory(error) };
    let opened = Opened::of(source).map_err(unknown)?;
    let Some(functions) = functions(&opened, live.scope(), &patterns, &context.now).map_err(unknown)? else {
        return Ok(None);
    };
    let session = session(typed, log_sources, opened, live)?;
    let is_stopped = || session.as_ref().is_some_and(Session::is_stopped);
    let counts = counts(typed.metrics.as_deref(), session.as_ref())?;
    let keys = typed.digests.then(|| keys(&typed.public_keys)).transpose()?;
    let sought = Sought {
        functions: &functions,
        patterns: &patterns,
        sources: log_sources,
        scope: live.scope(),
        window: &window,
        keys: keys.as_ref(),
        now: hours::now(&context.now),
    };
    let reader = reader(session.as_ref(), index.as_ref(), settings::threads(typed.threads, &context.config));
    #[cfg(feature = "lake")]
    let lake = typed.lake.as_deref().map(crate::commands::lake::lake_place).transpose()?;
    #[cfg(feature = "lake")]
    let reader = delivery::Reader { lake: lake.as_ref(), ..reader };
    let gathered = delivery::gather(&sought, &reader).map_err(|error| scratch_problem(&error))?;
    let (from_index, files) = gathered.from_index();
    remembered::tell_known(from_index, files);
    remembered::tell_damage(index.as_ref());
    gathered.proven().iter().for_each(|proven| tell(proven));
    gathered.check_names().map_err(|none| {
        no_function(&none, &format!("in the inventory or in {} invocation records", none.invocations))
    })?;
    let counted = counts.over(&gathered.functions(), &window, sought.now);
    if is_stopped() {
        return Ok(None);
    }
    let evidence = gathered.read_on(&counted, &reader).map_err(|error| scratch_problem(&error))?;
    let metrics = counts.origin();
    Ok((!is_stopped()).then_some((evidence, Standing { window, functions, metrics })))
}

fn scratch_problem(error: &io::Error) -> Problem {
    io_problem("write to", "a scratch file", error)
}

/// The functions of the inventory; `None` iff reading it was interrupted.
///
/// # Errors
/// [`Problem`] where it could not be read, or has no account or Region of that name.
fn functions(
    opened: &Opened<'_>,
    scope: Scope<'_>,
    patterns: &[Pattern],
    now: &str,
) -> Result<Option<Functions>> {
    let Facts { inventory, interrupted, .. } = opened.facts(now)?;
    if matches!(opened, Opened::File(_)) {
        known(scope, &inventory)?;
    }
    Ok((!interrupted).then(|| Functions::of(&inventory, scope, patterns)))
}

/// # Errors
/// [`Problem`] iff an account or a Region was named that the inventory does not have: a name that is mistyped must not pass for
/// one whose records arrive.
fn known(scope: Scope<'_>, inventory: &Inventory) -> Result<()> {
    let Some(NotThere { what, name, known }) = scope.not_in(inventory) else { return Ok(()) };
    let problem = Problem::misuse(format!("the inventory has no {what} {name}"));
    Err(problem.help(format!("it has {}", known.join(", "))).into())
}

/// The session with AWS, iff anything else has to be asked there.
fn session(
    typed: &args::Verify,
    log_sources: &[LogSource],
    opened: Opened<'_>,
    live: &Live,
) -> Result<Option<Session>> {
    let remote = log_sources.iter().any(|one| matches!(one, LogSource::Objects { .. })) || is_of_lake(typed);
    let counts = typed.metrics.is_none() && matches!(opened, Opened::Live(_));
    let keys = typed.digests && typed.public_keys.is_empty();
    let needed = log_sources.is_empty() || remote || counts || keys;
    let session = match opened {
        _ if !needed => Ok(None),
        Opened::Live(session) => Ok(Some(session)),
        Opened::File(_) | Opened::Interrupted => Session::open(live).map(Some),
    };
    session.map_err(|error| if keys && !counts && is_here(log_sources) { without_keys(error) } else { error })
}

/// True iff they are read out of a lake in a bucket.
fn is_of_lake(typed: &args::Verify) -> bool {
    #[cfg(feature = "lake")]
    let remote = typed.lake.as_deref().is_some_and(|place| place.starts_with("s3://"));
    #[cfg(not(feature = "lake"))]
    let remote = {
        let _ = typed;
        false
    };
    remote
}

/// True iff local copies were named, and nothing else.
fn is_here(log_sources: &[LogSource]) -> bool {
    !log_sources.is_empty() && !log_sources.iter().any(|one| matches!(one, LogSource::Objects { .. }))
}

/// The functions of a local copy could not be asked for: a file does as well.
fn without_inventory(error: anyhow::Error) -> anyhow::Error {
    let flag = "name them: --inventory FILE (`invoketrail inventory --output FILE` writes it where AWS can be asked), with \
                --metrics FILE for CloudWatch's counts";
    Problem::of_a_copy(error, "verify needs the list of functions", flag)
}
