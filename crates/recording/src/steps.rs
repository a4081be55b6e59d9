//! How much work a question may cost, counted in steps and not in time: the same question gets the same answer anywhere.

/// Steps that a search may take for one verdict: each looks at 64 of the classes that a field can still be in. A question that
/// needs more is undetermined.
pub const WORK_LIMIT: u64 = 1 << 23;

/// Steps for finding how many copies are paid, which changes no verdict.
pub(crate) const COPIES_LIMIT: u64 = WORK_LIMIT / 8;

/// Steps for all searches of one decider together, so that many resources cannot multiply what one costs. Where they are used up,
/// what cannot be seen at a glance is undetermined.
pub(crate) const ALL_WORK_LIMIT: u64 = 16 * WORK_LIMIT;

/// The most combinations of a condition with a text of its field that are looked at side by side. More are beyond the limit, too.
pub(crate) const TABLE_LIMIT: usize = 1 << 29;

/// Steps for telling in words what is left: beyond them, only an example is told.
pub(crate) const WORDS_LIMIT: u64 = 1 << 20;

/// Steps for the words of all verdicts of one decider.
pub(crate) const ALL_WORDS_LIMIT: u64 = 1 << 24;

/// The most entries that the proofs of one decider's verdicts may have together, each for one selector and one verdict.
pub(crate) const PROOF_LIMIT: usize = 1 << 20;

/// Steps that are left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    left: u64,
}

/// There are no steps left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Steps {
    /// So many steps.
    pub(crate) fn new(steps: u64) -> Self {
        Steps { left: steps }
    }

    /// Takes steps away.
    pub(crate) fn spend(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exhausted)
            }
        }
    }

    /// Runs `of` with at most `limit` of these steps, and takes away what it used.
    pub(crate) fn within<T>(&mut self, limit: u64, of: impl FnOnce(&mut Steps) -> T) -> T {
        let given = self.left.min(limit);
        let mut steps = Steps::new(given);
        let told = of(&mut steps);
        self.left -= given - steps.left;
        told
    }

    /// How many are left.
    pub(crate) fn left(self) -> u64 {
        self.left
    }
}
