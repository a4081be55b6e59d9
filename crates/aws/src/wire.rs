//! The one way in which a request leaves: paced, bounded, repeated where that helps, counted, and dropped on interruption.

use crate::activity::{Activity, Traffic};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::lock::lock;
use crate::options::{Limits, Options};
use crate::pace::{Buckets, Budgets, Price, Service};
use crate::raw_answers::{self, Tape};
use crate::stop::Stop;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until};

/// One attempt, boxed: the SDK's futures are large, and thousands of calls may wait for their turn.
pub(crate) type Attempt<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// After so many silent attempts without any answer between, an endpoint is not asked again: a Region that never
/// answers must not hold up a thousand accounts, each for minutes.
const SILENCE: u32 = 12;

/// See the module.
#[derive(Debug)]
pub(crate) struct Wire {
    permits: Semaphore,
    /// Of those that read objects: whoever asks for them bounds their bytes.
    objects: Semaphore,
    buckets: Mutex<Buckets>,
    budgets: Mutex<Budgets>,
    /// Silent attempts in a row, by endpoint.
    silence: Mutex<HashMap<(Service, String), u32>>,
    limits: Limits,
    stop: Stop,
    traffic: Traffic,
    interrupted: AtomicBool,
    /// Where answers are kept, or come from.
    tape: Option<Tape>,
}

impl Wire {
    pub(crate) fn new(options: &Options, stop: Stop, tape: Option<Tape>) -> Self {
        Wire {
            permits: Semaphore::new(options.concurrency.max(1)),
            objects: Semaphore::new(options.objects.max(1)),
            buckets: Mutex::new(Buckets::new(options.pace)),
            budgets: Mutex::default(),
            silence: Mutex::default(),
            limits: options.limits,
            stop,
            traffic: Traffic::default(),
            interrupted: AtomicBool::new(false),
            tape,
        }
    }

    /// Forgets who was silent and how much was repeated: what comes is another piece of work.
    pub(crate) fn begin(&self) {
        lock(&self.silence).clear();
        *lock(&self.budgets) = Budgets::default();
    }

    /// Attempts that were sent.
    pub(crate) fn requests(&self) -> u64 {
        self.traffic.requests()
    }

    /// What is on its way.
    pub(crate) fn activity(&self) -> Activity {
        self.traffic.activity()
    }

    /// True iff a call was given up because of the interruption.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Makes the call: `attempt` as often as it takes and makes sense. Over answers that were kept, once.
    pub(crate) async fn send<'f, T>(
        &self,
        call: &Call<'_>,
        attempt: impl Fn() -> Attempt<'f, T>,
    ) -> Result<T, Failure> {
        match &self.tape {
            None => self.sent(call, attempt).await,
            Some(Tape::Recorder(keep)) => {
                raw_answers::recorded(&**keep, call, self.sent(call, attempt)).await
            }
            Some(Tape::Replay(replay)) => replay.read(call, attempt()).await,
        }
    }

    /// Of answers that were kept: whether the call worked, whose answer was not kept. `None` iff AWS is asked.
    pub(crate) async fn outcome(&self, call: &Call<'_>) -> Option<Result<(), Failure>> {
        match &self.tape {
            Some(Tape::Replay(replay)) => Some(replay.outcome(call).await),
            _ => None,
        }
    }

    async fn sent<'f, T>(&self, call: &Call<'_>, attempt: impl Fn() -> Attempt<'f, T>) -> Result<T, Failure> {
        match self.stop.unless_stopped(self.persist(call, attempt)).await {
            Some(result) => result,
            None => {
                self.interrupted.store(true, Ordering::Relaxed);
                Err(Failure::interrupted())
            }
        }
    }

    /// Makes the call with one attempt: it does something that must not be done twice.
    pub(crate) async fn send_once<'f, T>(
        &self,
        call: &Call<'_>,
        attempt: impl Fn() -> Attempt<'f, T>,
    ) -> Result<T, Failure> {
        match self.stop.unless_stopped(self.once(call, &attempt, Try::default())).await {
            Some(result) => result,
            None => {
                self.interrupted.store(true, Ordering::Relaxed);
                Err(Failure::interrupted())
            }
        }
    }

    async fn persist<'f, T>(
        &self,
        call: &Call<'_>,
        attempt: impl Fn() -> Attempt<'f, T>,
    ) -> Result<T, Failure> {
        let mut sent = 0;
        let mut turn = Try::default();
        loop {
            if self.is_silent(call) {
                return Err(Failure::silent());
            }
            let result = self.once(call, &attempt, std::mem::take(&mut turn)).await;
            sent += 1;
            match result {
                Ok(value) => {
                    lock(&self.budgets).earn(call.account, call.action);
                    return Ok(value);
                }
                Err(failure) if self.worth_repeating(call, &failure, sent) => {
                    let pause = self.backoff(sent);
                    sleep(pause).await;
                    let because = failure.code.unwrap_or(failure.error);
                    turn = Try { after: sent, pause, because };
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn once<'f, T>(
        &self,
        call: &Call<'_>,
        attempt: &impl Fn() -> Attempt<'f, T>,
        turn: Try,
    ) -> Result<T, Failure> {
        let Call { service, region, .. } = *call;
        let asked = Instant::now();
        // STS meters who assumes a role, not the account that the role is in.
        let account = if service == Service::Sts { "" } else { call.account };
        let leaves = lock(&self.buckets).take(service, account, region, Instant::now());
        sleep_until(leaves).await;
        let permits = if service == Service::S3Objects { &self.objects } else { &self.permits };
        let _permit = permits.acquire().await.map_err(|_| Failure::interrupted())?;
        let (leaving, since) = (self.traffic.leaves(call), Instant::now());
        let result = attempt().await;
        drop(leaving);
        let paced = since.duration_since(asked);
        show(call, &turn, paced, since.elapsed(), result.as_ref().err());
        let class = result.as_ref().err().map(|failure| failure.class);
        self.hear(call, class);
        if class == Some(Class::Throttled) {
            self.traffic.throttled();
            lock(&self.buckets).throttled(service, account, region, Instant::now());
        }
        result
    }

    /// Only what may pass is repeated, never a refusal.
    fn worth_repeating(&self, call: &Call<'_>, failure: &Failure, sent: u32) -> bool {
        let (most, price) = match failure.class {
            Class::Throttled => (self.limits.attempts, Price::Throttled),
            Class::Server if failure.code.is_none() => (self.limits.attempts, Price::Strange),
            Class::Server => (self.limits.attempts, Price::Failed),
            Class::Silent | Class::Unreachable => (self.limits.silent_attempts, Price::Failed),
            _ => return false,
        };
        sent < most && lock(&self.budgets).pay(call.account, call.action, price)
    }

    fn backoff(&self, sent: u32) -> Duration {
        let longest = self.limits.backoff * (1 << sent.saturating_sub(1).min(6)).min(50);
        longest.mul_f64(fastrand::f64())
    }

    fn hear(&self, call: &Call<'_>, class: Option<Class>) {
        let mut silence = lock(&self.silence);
        let in_a_row = silence.entry((call.service, call.region.to_owned())).or_default();
        *in_a_row = if class == Some(Class::Silent) { *in_a_row + 1 } else { 0 };
    }

    fn is_silent(&self, call: &Call<'_>) -> bool {
        lock(&self.silence)
            .get(&(call.service, call.region.to_owned()))
            .is_some_and(|in_a_row| *in_a_row >= SILENCE)
    }
}

/// Which attempt at a call it is.
#[derive(Debug, Default)]
struct Try {
    /// How many came before it.
    after: u32,
    /// How long it was put off because of that.
    pause: Duration,
    /// What came of the one before: an error code, else the error in words.
    because: String,
}

/// For `-v`: which request it was, how long it waited for its turn, and what came of it. Nothing of its headers, its body or its
/// signature is there.
fn show(call: &Call<'_>, turn: &Try, paced: Duration, took: Duration, failure: Option<&Failure>) {
    let Call { account, region, action, subject, .. } = *call;
    let subject = subject.unwrap_or_default();
    let answer = failure.map_or("answered", |failure| failure.code.as_deref().unwrap_or(&failure.error));
    let in_millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let (millis, paced, pause) = (in_millis(took), in_millis(paced), in_millis(turn.pause));
    let (attempt, because) = (turn.after + 1, turn.because.as_str());
    tracing::debug!(
        target: "invoketrail::request",
        action, account, region, subject, answer, because, millis, paced, pause, attempt
    );
}
