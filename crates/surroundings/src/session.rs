//! The session with AWS of a command, opened once: one runtime, one Ctrl-C, many questions side by side, and errors in the
//! user's words.

use crate::problem::{Problem, say};
use crate::progress::{Collecting, Shown, WATCH, requests};
use crate::settings::{Accounts, Live};
use anyhow::Result;
use args::outcome::Outcome;
use audit::accepted::asked_for_tags;
use audit::change::{Change, State};
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::raw_answers::Keep;
use aws::permissions::{Action, Held, Job};
use aws::{CollectError, Collected, Limits, Options, Pace, Stop, Wants};
use delivery::{Door, Reader};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};
use store::Index;
use tokio::runtime::{Builder, Runtime};

/// See the module.
pub struct Session {
    /// The door's work runs there, and ends before anything else does.
    _runtime: Runtime,
    /// What asks AWS.
    pub aws: Arc<aws::Session>,
    door: Door,
    stop: Stop,
}

/// What files are read with, from now on.
pub fn reader<'a>(session: Option<&'a Session>, index: Option<&'a Index>, threads: usize) -> Reader<'a> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Reader {
        door: session.map(Session::door),
        index,
        seen: None,
        #[cfg(feature = "lake")]
        lake: None,
        threads,
        watch: &WATCH,
        now,
    }
}

impl Session {
    /// Finds credentials, and asks AWS whose they are.
    ///
    /// # Errors
    /// [`Problem`] iff not even the caller is known, or it was interrupted before.
    pub fn open(live: &Live) -> Result<Session> {
        let interrupted = || Problem::interrupted("interrupted before it was known who asks").into();
        Session::begin(live)?.ok_or_else(interrupted)
    }

    /// The same; `None` iff it was interrupted.
    ///
    /// # Errors
    /// [`Problem`] iff not even the caller is known.
    pub fn begin(live: &Live) -> Result<Option<Session>> {
        Session::begin_with(live, None)
    }

    /// The same, and every answer that an audit rests on is kept.
    ///
    /// # Errors
    /// [`Problem`] iff not even the caller is known.
    pub(crate) fn begin_with(live: &Live, keep: Option<Arc<dyn Keep>>) -> Result<Option<Session>> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Problem::new(format!("cannot start: {error}")))?;
        let stop = Stop::new();
        hear(&runtime, stop.clone());
        let _shown = Shown::of(|_| "finding credentials, and asking AWS whose they are".to_owned());
        let options = options(live);
        let opened = match keep {
            Some(keep) => runtime.block_on(aws::Session::recording(&options, stop.clone(), keep)),
            None => runtime.block_on(aws::Session::open(&options, stop.clone())),
        };
        let opened = opened.map_err(|error| problem(&error))?;
        Ok(opened.map(|aws| {
            let aws = Arc::new(aws);
            let door = Door::new(Arc::clone(&aws), runtime.handle().clone(), &WATCH);
            Session { _runtime: runtime, aws, door, stop }
        }))
    }

    /// Reads AWS into an inventory.
    ///
    /// # Errors
    /// [`Problem`] iff nothing could be collected at all.
    pub fn collect(&self, now: &str) -> Result<Collected> {
        let collecting = Collecting::default();
        let (counts, aws) = (collecting.clone(), Arc::clone(&self.aws));
        let _shown = Shown::of(move |took| {
            format!("reading: {}; {}", counts.words(), requests(&aws.activity(), took))
        });
        let collected = self.wait(self.aws.collect(now, &|progress| collecting.on(&progress)));
        collected.map_err(|error| problem(&error).into())
    }

    /// Adds to an inventory what is wanted beside an audit.
    pub fn enrich(&self, inventory: Inventory, wants: Wants) -> Collected {
        self.wait(self.aws.enrich(inventory, wants, &|_, _| {}))
    }

    /// Adds to an inventory the tags of functions that exceptions ask for.
    pub fn read_function_tags(&self, inventory: Inventory, exceptions: &[Exception]) -> Collected {
        let arns: Vec<String> =
            asked_for_tags(exceptions, &inventory).into_iter().map(str::to_owned).collect();
        let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
        self.wait(self.aws.read_function_tags(inventory, &arns))
    }

    /// Adds to an inventory the tags for which exceptions ask: those of recorders, and of functions.
    pub fn tagged(&self, inventory: Inventory, exceptions: &[Exception]) -> Inventory {
        self.wait(self.aws.tagged(inventory, exceptions))
    }

    /// What each change's setting is now, or what AWS said; `None` iff it was interrupted.
    pub fn look(&self, changes: &[Change]) -> Option<Vec<std::result::Result<State, String>>> {
        let found = self.wait(self.aws.look(changes));
        (!self.is_stopped()).then_some(found)
    }

    /// What stands where these changes create buckets; `None` iff interrupted.
    pub fn sites(&self, changes: &[Change]) -> Option<Vec<aws::Site>> {
        let found = self.wait(self.aws.sites(changes));
        (!self.is_stopped()).then_some(found)
    }

    /// Which of the permissions of a job the caller holds.
    pub fn held(&self, job: Job) -> Vec<(Action, Held)> {
        self.wait(self.aws.held(job))
    }

    /// Waits for an answer. May be called from several threads.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.door.wait(work)
    }

    /// The way to AWS of whoever reads files.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// True iff Ctrl-C was heard.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }
}

/// From here on the first Ctrl-C stops the session, which keeps what it has; the second one ends everything.
fn hear(runtime: &Runtime, stop: Stop) {
    let mut pressed = Box::pin(tokio::signal::ctrl_c());
    // Asked once before anything is sent: then it is heard.
    let first = runtime.block_on(poll_fn(|context| Poll::Ready(pressed.as_mut().poll(context))));
    runtime.spawn(async move {
        let heard = match first {
            Poll::Ready(heard) => heard,
            Poll::Pending => pressed.await,
        };
        // Where signals cannot be heard, nobody interrupts.
        if heard.is_err() {
            return;
        }
        stop.stop();
        say("note", "interrupted: press Ctrl-C again to end at once");
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(Outcome::Interrupted.code()));
        }
    });
}

fn options(live: &Live) -> Options {
    let default = Options::default();
    let (mut limits, pace) = in_haste();
    if let Some(most) = most_attempts() {
        limits.attempts = most;
        limits.silent_attempts = limits.silent_attempts.min(most);
    }
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

/// How often a request is made at most, as the SDK's variable says (SDKs and Tools Reference, *Retry behavior*); `None` iff it is not set, or not to a
/// whole number of at least 1.
fn most_attempts() -> Option<u32> {
    const NAME: &str = "AWS_MAX_ATTEMPTS";
    let said = std::env::var(NAME).ok().filter(|said| !said.is_empty())?;
    let most = said.parse().ok().filter(|most| *most > 0);
    if most.is_none() {
        say("note", &format!("{NAME} is ignored: it is not a whole number of at least 1"));
    }
    most
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
pub fn problem(error: &CollectError) -> Problem {
    let problem = Problem::new(error.to_string());
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}
