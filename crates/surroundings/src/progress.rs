//! How far a long piece of work has come: one line on a terminal, drawn anew; elsewhere a line every ten seconds.
//!
//! Whoever begins such a piece of work says how to word it, and one thread asks for the words and draws them. Everything else that is
//! written to stderr goes through [`aside`], so that no line stands in the middle of another.

use aws::{Activity, Progress};
use delivery::WorkUnderWay;
use report::{CollectionCounts, rate};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// WorkUnderWay that is done before is not worth a line.
const PATIENCE: Duration = Duration::from_millis(500);
/// A terminal's line is drawn so often.
const FRAME: Duration = Duration::from_millis(200);
/// Where there is no terminal a line is written so often.
const BEAT: Duration = Duration::from_secs(10);
/// Columns of a terminal that does not say how many it has.
const COLUMNS: usize = 80;

static BOARD: Mutex<Board> = Mutex::new(Board::new());
static QUIET: AtomicBool = AtomicBool::new(false);

type Words = Box<dyn Fn(Duration) -> String + Send>;

/// All work that is under way, the oldest first: that is what is shown.
struct Board {
    works: Vec<Running>,
    next: u64,
    /// The terminal holds a line of ours.
    drawn: bool,
    ticking: bool,
}

struct Running {
    id: u64,
    since: Instant,
    /// When a line was last written where there is no terminal.
    beat: Instant,
    words: Words,
}

impl Board {
    const fn new() -> Self {
        Board { works: Vec::new(), next: 0, drawn: false, ticking: false }
    }

    fn erase(&mut self) {
        if std::mem::take(&mut self.drawn) {
            // Back to the first column, and erase the rest.
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn draw(&mut self, terminal: bool) {
        let now = Instant::now();
        let Some(work) = self.works.first_mut() else { return };
        let age = now - work.since;
        if terminal && age >= PATIENCE {
            let columns = terminal_size::terminal_size_of(io::stderr());
            let columns = columns.map_or(COLUMNS, |(width, _)| usize::from(width.0));
            let line = report::fitted(&(work.words)(age), columns.saturating_sub(1));
            let _ = write!(io::stderr(), "\r{line}\x1b[K");
            self.drawn = true;
        } else if !terminal && now - work.beat >= beat() {
            work.beat = now;
            let _ = writeln!(io::stderr(), "progress: {}", (work.words)(age));
        }
    }
}

fn board() -> MutexGuard<'static, Board> {
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time between two lines; tests do not wait ten seconds.
fn beat() -> Duration {
    let typed = std::env::var("INVOKETRAIL_TEST_BEAT").ok().filter(|_| cfg!(debug_assertions));
    typed.and_then(|millis| millis.parse().ok()).map_or(BEAT, Duration::from_millis)
}

/// From here on nobody is told how far anything has come.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// True iff `--quiet` was typed.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes to a terminal on which no line of progress stands meanwhile.
pub fn aside<T>(write: impl FnOnce() -> T) -> T {
    let mut board = board();
    board.erase();
    write()
}

/// A long piece of work, shown as long as this value lives.
#[must_use]
pub struct Shown {
    id: Option<u64>,
}

impl Shown {
    /// Shows it in these words, which hear how long it has taken. Nothing is shown of what is over at once.
    pub fn of(words: impl Fn(Duration) -> String + Send + 'static) -> Shown {
        if is_quiet() {
            return Shown { id: None };
        }
        let mut board = board();
        let (id, now) = (board.next, Instant::now());
        board.next += 1;
        board.works.push(Running { id, since: now, beat: now, words: Box::new(words) });
        if !std::mem::replace(&mut board.ticking, true) {
            let terminal = io::stderr().is_terminal();
            let pause = if terminal { FRAME } else { FRAME.min(beat()) };
            // It ends with the process.
            std::thread::spawn(move || {
                loop {
                    std::thread::sleep(pause);
                    self::board().draw(terminal);
                }
            });
        }
        Shown { id: Some(id) }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut board = board();
        board.works.retain(|work| work.id != id);
        board.erase();
    }
}

/// How far a collection has come.
#[derive(Clone, Default)]
pub(crate) struct Collecting(Arc<Mutex<CollectionCounts>>);

impl Collecting {
    /// Something came.
    pub(crate) fn on(&self, progress: &Progress) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Progress::Accounts { count } => counts.accounts = *count,
            Progress::Regions { count, .. } => counts.places += count,
            Progress::Resources { count, .. } => counts.resources += count,
            Progress::Place { .. } => counts.places_done += 1,
            Progress::Account { .. } => counts.accounts_done += 1,
            // There may be others, and they need no words.
            _ => {}
        }
    }

    /// What has come so far.
    pub(crate) fn words(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).words()
    }
}

/// How many requests were sent, how fast, how many AWS throttled, and which one is waited for.
pub fn requests(activity: &Activity, took: Duration) -> String {
    let oldest = activity.oldest.as_ref();
    report::Requests {
        sent: activity.requests,
        throttled: activity.throttled,
        oldest: oldest.map(|oldest| (oldest.action, oldest.region.as_str(), oldest.since)),
    }
    .words(took)
}

/// Shows how far reading has come.
pub(crate) struct Watching;

/// See there.
pub(crate) static WATCH: Watching = Watching;

impl delivery::Watch for Watching {
    fn looking(&self) -> Box<dyn WorkUnderWay> {
        Counted::show(|number, took| format!("looking for files: {number} found{}", rate(number, took)))
    }

    fn reading(&self, of: u64) -> Box<dyn WorkUnderWay> {
        Counted::show(move |number, took| format!("reading: {number} of {of} files{}", rate(number, took)))
    }

    fn asking(&self, aws: &Arc<aws::Session>) -> Box<dyn WorkUnderWay> {
        // Only the oldest work is shown, so this one is hidden within a larger one.
        let (aws, before) = (Arc::clone(aws), aws.activity().requests);
        Counted::show(move |_, took| {
            let activity = aws.activity();
            let sent = Activity { requests: activity.requests.saturating_sub(before), ..activity };
            format!("asking AWS: {}", requests(&sent, took))
        })
    }
}

/// WorkUnderWay that counts files.
struct Counted {
    number: Arc<AtomicU64>,
    shown: Mutex<Option<Shown>>,
}

impl Counted {
    fn show(words: impl Fn(u64, Duration) -> String + Send + 'static) -> Box<dyn WorkUnderWay> {
        let number = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&number);
        let shown = Shown::of(move |took| words(counted.load(Ordering::Relaxed), took));
        Box::new(Counted { number, shown: Mutex::new(Some(shown)) })
    }
}

impl WorkUnderWay for Counted {
    fn one(&self) {
        self.number.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
