//! All functions together: how many of each outcome, and the worst.

use super::Outcome;

/// How many functions there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Records arrive.
    pub evidenced: usize,
    /// Not invoked.
    pub idle: usize,
    /// Invoked, and nothing recorded.
    pub missing: usize,
    /// It is unknown.
    pub undetermined: usize,
}

impl Sums {
    /// All of them.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.evidenced + self.idle + self.missing + self.undetermined
    }

    /// The worst outcome; `None` iff there is no function.
    #[must_use]
    pub fn worst(&self) -> Option<Outcome> {
        let counts = [
            (self.missing, Outcome::Missing),
            (self.undetermined, Outcome::Undetermined),
            (self.idle, Outcome::Idle),
            (self.evidenced, Outcome::Evidenced),
        ];
        counts.into_iter().find(|(count, _)| *count > 0).map(|(_, outcome)| outcome)
    }
}

/// Counts outcomes.
pub fn sums(outcomes: impl IntoIterator<Item = Outcome>) -> Sums {
    let mut sums = Sums::default();
    for outcome in outcomes {
        let count = match outcome {
            Outcome::Evidenced => &mut sums.evidenced,
            Outcome::Idle => &mut sums.idle,
            Outcome::Missing => &mut sums.missing,
            Outcome::Undetermined => &mut sums.undetermined,
        };
        *count += 1;
    }
    sums
}
