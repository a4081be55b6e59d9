//! AWS behind plain functions: a runtime, Ctrl-C, progress on stderr, and errors in the user's words.

use crate::args::Job;
use crate::outcome::Outcome;
use crate::problem::{Problem, say};
use crate::progress::Line;
use crate::settings::{Accounts, Live};
use anyhow::Result;
use audit::change::{Change, State};
use audit::inventory::Inventory;
use audit::journal::Journal;
use aws::permissions::{Action, Held};
use aws::{Carried, CollectError, Collected, Limits, Options, Orders, Pace, Stop, Wants};
use std::convert::Infallible;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Reads AWS into an inventory.
///
/// # Errors
/// [`Problem`] iff nothing could be collected at all.
pub(crate) fn collect(live: &Live, now: &str) -> Result<Collected> {
    let line = Line::on_stderr();
    let stop = Stop::new();
    let options = options(live);
    let progress = |progress| line.on(&progress);
    let collected = runtime()?.block_on(async {
        tokio::select! {
            // Asked first, so that Ctrl-C is heard before the first request leaves.
            biased;
            never = stop_on_ctrl_c(&stop, &line) => match never {},
            collected = aws::collect(&options, now, &progress, stop.clone()) => collected,
        }
    });
    line.clear();
    collected.map_err(|error| problem(&error).into())
}

/// Adds to an inventory what is wanted beside an audit.
///
/// # Errors
/// [`Problem`] iff not even the caller is known.
pub(crate) fn enrich(live: &Live, inventory: Inventory, wants: Wants) -> Result<Collected> {
    let options = options(live);
    interruptible(|stop| async move { aws::enrich(&options, inventory, wants, &|_, _| {}, stop).await })
}

/// Carries changes out, from where the marks say.
///
/// # Errors
/// [`Problem`] iff not even the caller is known.
pub(crate) fn carry_out(
    live: &Live,
    orders: Orders<'_>,
    journal: &mut dyn Journal,
    told: &mut dyn FnMut(usize),
) -> Result<Carried> {
    let options = options(live);
    interruptible(|stop| async move { aws::carry_out(&options, orders, journal, told, stop).await })
}

/// What each change's setting is now, or what AWS said; `None` iff it was interrupted.
///
/// # Errors
/// [`Problem`] iff not even the caller is known.
pub(crate) fn look(
    live: &Live,
    changes: &[Change],
) -> Result<Option<Vec<std::result::Result<State, String>>>> {
    let options = options(live);
    let stopped = Stop::new();
    let handle = stopped.clone();
    let found = interruptible(|stop| async move {
        let found = aws::look(&options, changes, stop.clone()).await;
        if stop.is_stopped() {
            handle.stop();
        }
        found
    })?;
    Ok((!stopped.is_stopped()).then_some(found))
}

/// What stands where these changes create buckets; `None` iff interrupted.
///
/// # Errors
/// What stopped it before anything was read.
pub(crate) fn sites(live: &Live, changes: &[Change]) -> Result<Option<Vec<aws::Site>>> {
    let options = options(live);
    let stopped = Stop::new();
    let handle = stopped.clone();
    let found = interruptible(|stop| async move {
        let found = aws::sites(&options, changes, stop.clone()).await;
        if stop.is_stopped() {
            handle.stop();
        }
        found
    })?;
    Ok((!stopped.is_stopped()).then_some(found))
}

/// Runs to its end, or until Ctrl-C is heard and the work has come to a stop.
fn interruptible<T, F>(work: impl FnOnce(Stop) -> F) -> Result<T>
where
    F: Future<Output = std::result::Result<T, CollectError>>,
{
    let line = Line::on_stderr();
    let stop = Stop::new();
    let result = runtime()?.block_on(async {
        tokio::select! {
            biased;
            never = stop_on_ctrl_c(&stop, &line) => match never {},
            result = work(stop.clone()) => result,
        }
    });
    line.clear();
    result.map_err(|error| problem(&error).into())
}

/// Asks AWS which of the permissions of a job the caller holds.
///
/// # Errors
/// [`Problem`] iff not even the caller is known.
pub(crate) fn held(live: &Live, job: Job) -> Result<Vec<(Action, Held)>> {
    let options = options(live);
    runtime()?.block_on(aws::permissions::check(&options, job.into())).map_err(|error| problem(&error).into())
}

impl From<Job> for aws::permissions::Job {
    fn from(job: Job) -> Self {
        match job {
            Job::Audit => Self::Audit,
            Job::Plan => Self::Plan,
            Job::Apply => Self::Apply,
            Job::Backout => Self::Backout,
            Job::Evidence => Self::Evidence,
            Job::Canary => Self::Canary,
        }
    }
}

pub(crate) fn runtime() -> Result<Runtime> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Problem::new(format!("cannot start: {error}")).into())
}

pub(crate) fn options(live: &Live) -> Options {
    let default = Options::default();
    let (limits, pace) = in_haste();
    Options {
        limits,
        pace,
        profile: live.profile.clone(),
        regions: live.regions.clone(),
        endpoint_url: live.endpoint_url.clone(),
        other_endpoints: endpoints_around(),
        accounts: match &live.accounts {
            Accounts::Caller => aws::Accounts::Caller,
            Accounts::Listed(ids) => aws::Accounts::Listed(ids.clone()),
            Accounts::Organization => aws::Accounts::Organization,
        },
        role_name: live.role_name.clone(),
        external_id: live.external_id.clone(),
        session_name: live.session_name.clone().unwrap_or(default.session_name.clone()),
        ..default
    }
}

/// Tests on this machine wait for nobody's quota, neither before an attempt nor between two; `once` leaves it at one attempt.
/// What is built for use has no such switch.
fn in_haste() -> (Limits, Pace) {
    let haste = std::env::var("INVOKETRAIL_TEST_HASTE").ok().filter(|_| cfg!(debug_assertions));
    let Some(haste) = haste else { return (Limits::default(), Pace::default()) };
    let soon = Duration::from_millis(1);
    let mut limits = Limits { backoff: soon, conflict: soon, ..Limits::default() };
    if haste == "once" {
        limits.attempts = 1;
    }
    let all = f64::from(u16::MAX);
    let pace =
        Pace { cloudtrail: all, writes: all, lambda: all, organizations: all, objects: all, other: all };
    (limits, pace)
}

/// `AWS_ENDPOINT_URL` and the ones for single services, which the SDK follows on its own.
fn endpoints_around() -> Vec<(String, String)> {
    let ignored = std::env::var("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if ignored.is_ok_and(|value| value.eq_ignore_ascii_case("true")) {
        return Vec::new();
    }
    let mut named: Vec<(String, String)> = std::env::vars_os()
        .map(|(name, url)| (name.to_string_lossy().into_owned(), url.to_string_lossy().into_owned()))
        .filter(|(name, url)| name.starts_with("AWS_ENDPOINT_URL") && !url.is_empty())
        .collect();
    named.sort();
    named
}

/// In the user's words.
pub(crate) fn problem(error: &CollectError) -> Problem {
    let problem = Problem::new(error.to_string());
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// The first Ctrl-C ends the collection and keeps what it has; the second one ends everything.
async fn stop_on_ctrl_c(stop: &Stop, line: &Line) -> Infallible {
    if tokio::signal::ctrl_c().await.is_ok() {
        line.clear();
        say("note", "interrupted: finishing with what was read; press Ctrl-C again to end at once");
        stop.stop();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(Outcome::Interrupted.code()));
        }
    }
    // Where signals cannot be heard, nobody interrupts.
    std::future::pending().await
}
