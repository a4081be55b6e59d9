//! One line on stderr that tells how far a collection has come; nothing where stderr is no terminal.

use aws::Progress;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The line. All clones are one line.
#[derive(Clone)]
pub(crate) struct Line {
    shown: bool,
    counts: Arc<Mutex<Counts>>,
}

/// What has come so far.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    accounts: usize,
    accounts_done: usize,
    places: usize,
    places_done: usize,
    resources: usize,
}

impl Counts {
    fn add(&mut self, progress: &Progress) {
        match progress {
            Progress::Accounts { count } => self.accounts = *count,
            Progress::Regions { count, .. } => self.places += count,
            Progress::Resources { count, .. } => self.resources += count,
            Progress::Place { .. } => self.places_done += 1,
            Progress::Account { .. } => self.accounts_done += 1,
            // There may be others, and they need no words.
            _ => {}
        }
    }

    fn told(self) -> String {
        let Counts { accounts, accounts_done, places, places_done, resources } = self;
        format!(
            "reading: {accounts_done}/{accounts} accounts, {places_done}/{places} Regions, {resources} functions"
        )
    }
}

impl Line {
    pub(crate) fn on_stderr() -> Line {
        Line { shown: io::stderr().is_terminal(), counts: Arc::default() }
    }

    /// Something came.
    pub(crate) fn on(&self, progress: &Progress) {
        if !self.shown {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.add(progress);
        // Back to the first column, and erase the rest.
        let _ = write!(io::stderr(), "\r{}\x1b[K", counts.told());
    }

    /// Makes room for other words.
    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// How many files were read, of how many.
pub(crate) struct Files {
    shown: bool,
    of: u64,
    done: AtomicU64,
}

impl Files {
    pub(crate) fn on_stderr(of: u64) -> Files {
        Files { shown: io::stderr().is_terminal(), of, done: AtomicU64::new(0) }
    }

    /// One more.
    pub(crate) fn one(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // A hundred lines are enough for everybody.
        let step = (self.of / 100).max(1);
        if self.shown && done.is_multiple_of(step) {
            let _ = write!(io::stderr(), "\rreading: {done} of {} files\x1b[K", self.of);
        }
    }

    /// Makes room for other words.
    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// How long something has been waited for.
pub(crate) struct Waiting {
    shown: bool,
}

impl Waiting {
    pub(crate) fn on_stderr() -> Waiting {
        Waiting { shown: io::stderr().is_terminal() }
    }

    /// So long, of so long at most, with so many files read meanwhile.
    pub(crate) fn tell(&self, waited: Duration, most: Duration, files: usize) {
        if self.shown {
            let (waited, most) = (waited.as_secs(), most.as_secs());
            let told = format!("waiting for the record: {waited} of at most {most} s, {files} new files");
            let _ = write!(io::stderr(), "\r{told}\x1b[K");
        }
    }

    /// Makes room for other words.
    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;
    use aws::Progress;

    #[test]
    fn counts_add_up() {
        let mut counts = Counts::default();
        let at = || ("111122223333".to_owned(), "eu-west-1".to_owned());
        counts.add(&Progress::Accounts { count: 2 });
        counts.add(&Progress::Regions { account: at().0, count: 17 });
        counts.add(&Progress::Resources { account: at().0, region: at().1, count: 50 });
        counts.add(&Progress::Place { account: at().0, region: at().1 });
        assert_eq!(counts.told(), "reading: 0/2 accounts, 1/17 Regions, 50 functions");
    }
}
