//! Sets of small numbers, one bit for each.

/// A subset of the numbers below a length that is fixed when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bits {
    words: Box<[u64]>,
}

impl Bits {
    /// The empty set of numbers below `len`.
    pub(crate) fn none(len: usize) -> Self {
        Bits { words: vec![0; len.div_ceil(64)].into_boxed_slice() }
    }

    /// All numbers below `len`.
    pub(crate) fn all(len: usize) -> Self {
        let mut words = vec![u64::MAX; len.div_ceil(64)].into_boxed_slice();
        if let (Some(last), 1..) = (words.last_mut(), len % 64) {
            *last = (1 << (len % 64)) - 1;
        }
        Bits { words }
    }

    /// Adds `at`.
    pub(crate) fn set(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
    }

    /// True iff `at` is in it.
    pub(crate) fn has(&self, at: usize) -> bool {
        self.words[at / 64] & (1 << (at % 64)) != 0
    }

    /// True iff nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How much looking at all of it costs.
    pub(crate) fn cost(&self) -> u64 {
        self.words.len() as u64
    }

    /// How many numbers are in it.
    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// What is in both.
    pub(crate) fn and(&self, other: &Bits) -> Bits {
        Bits { words: self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect() }
    }

    /// What is in this and not in the other.
    pub(crate) fn minus(&self, other: &Bits) -> Bits {
        Bits { words: self.words.iter().zip(&other.words).map(|(a, b)| a & !b).collect() }
    }

    /// True iff something is in both.
    pub(crate) fn meets(&self, other: &Bits) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// True iff something is in both and not in `but`.
    pub(crate) fn meets_outside(&self, other: &Bits, but: &Bits) -> bool {
        self.words.iter().zip(&other.words).zip(&but.words).any(|((a, b), but)| a & b & !but != 0)
    }

    /// True iff all of this is in the other.
    pub(crate) fn within(&self, other: &Bits) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & !b == 0)
    }

    /// What is in it, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn sets_hold_what_was_put_in() {
        for len in [0, 1, 63, 64, 65, 200] {
            let all = Bits::all(len);
            assert_eq!((all.count(), all.iter().count()), (len, len));
            let mut odd = Bits::none(len);
            (0..len).filter(|at| at % 2 == 1).for_each(|at| odd.set(at));
            let even = all.minus(&odd);
            assert!(odd.within(&all) && !odd.meets(&even) && odd.and(&even).is_empty());
            assert!((0..len).all(|at| odd.has(at) == (at % 2 == 1)));
            assert_eq!(even.iter().collect::<Vec<_>>(), (0..len).step_by(2).collect::<Vec<_>>());
        }
    }
}
