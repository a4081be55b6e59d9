//! `invoketrail verify --canary`: one invocation, and a wait until its record arrives where the trail delivers.

use super::hours;
use ::args::outcome::Outcome;
use ::args::verify as args;
use anyhow::Result;
use aws::Aim;
use cloudtrail::time::HOUR_MILLIS;
use delivery::{Delivered, LogSource, Trails, Window, delivered, delivered_by, has_request, pair};
use logs::Filter;
use report::{Canary, Waited};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use surroundings::asking;
use surroundings::clock;
use surroundings::context::Context;
use surroundings::output::print;
use surroundings::problem::{Problem, say};
use surroundings::progress::Shown;
use surroundings::session::{Session, reader};
use surroundings::settings::Live;
use text::visible::visible;

/// How long is waited where nobody says otherwise: delivery takes about five minutes on average, without a promise.
const TIMEOUT: Duration = Duration::from_secs(20 * 60);
const POLL: Duration = Duration::from_secs(15);
/// How often Ctrl-C is looked for.
const TICK: Duration = Duration::from_millis(200);

/// Sends one, waits, tells.
///
/// # Errors
/// [`Problem`] where it could not be sent, or there is nowhere to wait.
pub(super) fn run(
    typed: &args::Verify,
    sources: &[LogSource],
    live: &Live,
    context: &Context,
) -> Result<Outcome> {
    let wanted = &typed.canary;
    let function = wanted.canary.as_deref().unwrap_or_default();
    let Some((account, region)) = pair(function) else {
        return Err(Problem::misuse(format!("{} is not the ARN of a function", visible(function)))
            .help("name it as in arn:aws:lambda:REGION:ACCOUNT:function:NAME")
            .into());
    };
    let aim = if wanted.canary_invoke { Aim::Run } else { Aim::Check };
    if !approved(wanted, function, aim)? {
        say("note", "not approved, so nothing was sent");
        return Ok(Outcome::No);
    }
    let session = Session::open(live)?;
    let place = Arrivals::of(&session, sources, account, region, context);
    let listed = place.map(|place| (place.list(&session), place));
    if session.is_stopped() {
        say("note", "interrupted: nothing was sent");
        return Ok(Outcome::Interrupted);
    }
    let (before, place) = listed?;
    if let Some(hole) = before.unseen().first() {
        return Err(
            Problem::new(format!("nothing was sent, because its record could not be seen: {hole}")).into()
        );
    }
    let marker = format!("invoketrail-{}-{}", hours::now(&clock::now()) / 1_000, std::process::id());
    let sent = session.wait(session.aws.invoke(function, &marker, aim));
    let sent = sent.map_err(|error| match error.help() {
        Some(help) => Problem::new(error.to_string()).help(help),
        None => Problem::new(error.to_string()),
    })?;
    let Some(request) = sent.request_id.clone() else {
        say("note", "it was sent, but AWS returned no request id, so its record cannot be recognized");
        return Ok(super::ending(Outcome::Undetermined, typed.exit_zero));
    };
    say("sent", &format!("{} of {function}, request {request}", report::canary_noun(aim == Aim::Run)));
    let waited = place.wait(&session, &before, &request, wanted);
    let timeout = wanted.canary_timeout.unwrap_or(TIMEOUT);
    let canary = Canary {
        function,
        runs: aim == Aim::Run,
        request: &request,
        answered_at: sent.answered_at,
        function_error: sent.function_error.as_deref(),
        waited: &waited,
        timeout,
    };
    let told = report::canary_text(&canary);
    print(|out| out.write_all(told.as_bytes()))?;
    Ok(super::ending(outcome(&waited, function, live), typed.exit_zero))
}

/// How it ended, and the next command.
fn outcome(waited: &Waited, function: &str, live: &Live) -> Outcome {
    let flags = live.again();
    match waited {
        Waited::Arrived { .. } => {
            let next =
                format!("invoketrail verify --digests{flags}  # and do the records of all functions arrive?");
            say("next", &next);
            Outcome::Well
        }
        Waited::Interrupted => Outcome::Interrupted,
        Waited::Nothing { .. } => {
            let function = report::shell(function);
            let next = format!("invoketrail explain{flags} {function}  # is it recorded at all, and by whom");
            say("next", &next);
            Outcome::Undetermined
        }
    }
}

/// Whoever sits at a terminal is asked; elsewhere it has to be said.
fn approved(wanted: &args::Canary, function: &str, aim: Aim) -> Result<bool> {
    if wanted.approve_canary {
        return Ok(true);
    }
    let does = match aim {
        Aim::Check => "Send one dry run (nothing is run)",
        Aim::Run => "RUN the function once, with an empty event",
    };
    asking::says_yes(&format!("{does}: {}?", visible(function))).ok_or_else(|| {
        let problem = Problem::misuse("this is not a terminal, so nobody can confirm the call");
        problem.help("to approve it: --approve-canary").into()
    })
}

/// Where the record would arrive.
struct Arrivals {
    sources: Vec<LogSource>,
    window: Window,
}

impl Arrivals {
    /// # Errors
    /// [`Problem`] iff no trail delivers its records to any place that is known.
    fn of(
        session: &Session,
        typed: &[LogSource],
        account: &str,
        region: &str,
        context: &Context,
    ) -> Result<Self> {
        let mut sources = typed.to_vec();
        if sources.is_empty() {
            let trails = Trails::of(session.door(), &[region.to_owned()]);
            sources = trails.roots(|location| delivered_by(location, account, region));
            if sources.is_empty() {
                let line = format!(
                    "nothing was sent, because no trail is known that delivers records of {account} in {region}"
                );
                return Err(Problem::new(line).help("name the bucket: s3://BUCKET/PREFIX").into());
            }
        }
        // Whatever the clocks say, it lies in the folder of a day about now.
        let now = hours::now(&context.now).min(hours::now(&clock::now()));
        let filter = Filter {
            accounts: vec![account.to_owned()],
            regions: vec![region.to_owned()],
            since: Some(now - HOUR_MILLIS),
            ..Filter::default()
        };
        Ok(Arrivals { sources, window: Window::of(&filter) })
    }

    fn list(&self, session: &Session) -> Delivered {
        delivered(&self.sources, &self.window, &reader(Some(session), None, 1))
    }

    fn wait(&self, session: &Session, before: &Delivered, request: &str, wanted: &args::Canary) -> Waited {
        let timeout = wanted.canary_timeout.unwrap_or(TIMEOUT);
        let poll = wanted.canary_poll.unwrap_or(POLL);
        let start = Instant::now();
        let (most, seen) = (timeout.as_secs(), Arc::<AtomicUsize>::default());
        let counted = Arc::clone(&seen);
        let _shown = Shown::of(move |waited| {
            let (waited, files) = (waited.as_secs(), counted.load(Ordering::Relaxed));
            format!("waiting for the record: {waited} of at most {most} s, {files} new files read")
        });
        let mut known = before.names();
        let (mut files, mut unread) = (0, None);
        loop {
            let mut listed = self.list(session);
            unread = listed.unseen().into_iter().next().or(unread);
            listed.forget(&known);
            let search = has_request(&listed, request, &reader(Some(session), None, 1));
            unread = search.unread.or(unread);
            if let Some(file) = search.found {
                return Waited::Arrived { file, after: start.elapsed() };
            }
            files += search.read.len();
            seen.store(files, Ordering::Relaxed);
            known.extend(search.read);
            let next = Instant::now() + poll;
            while Instant::now() < next {
                if session.is_stopped() {
                    return Waited::Interrupted;
                }
                if start.elapsed() >= timeout {
                    return Waited::Nothing { files, unread };
                }
                std::thread::sleep(TICK.min(poll));
            }
        }
    }
}
