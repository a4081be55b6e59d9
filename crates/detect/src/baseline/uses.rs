//! Calls by principals: of what kind each is, who the principal is, and which function it was.

use crate::call::Caller;
use crate::grouped::Call;
use std::ops::Range;

/// What kind of call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A principal called.
    Direct,
    /// A principal called and was refused, or there is no such function.
    Refused,
    /// A principal asked whether it might.
    Dry,
    /// Whoever knows the address of the function called.
    Anonymous,
    /// A service called, by itself or for a principal; or the record does not say who.
    Service,
}

/// Calls of a function by a principal in one way on one day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use<'f> {
    /// The calls.
    pub(crate) call: Call<'f>,
    /// What kind of call.
    pub(crate) kind: Kind,
    /// Which principal.
    pub(crate) who: usize,
}

impl Use<'_> {
    /// When the first was.
    pub(crate) fn time(&self) -> i64 {
        self.call.time()
    }
}

/// A principal, whatever its session.
#[derive(Clone, Debug)]
pub(crate) struct Principal<'f> {
    /// As a record tells it.
    pub(crate) caller: Caller<'f>,
    pub(super) range: Range<usize>,
}

/// A function that was called.
#[derive(Clone, Debug)]
pub(crate) struct Known<'f> {
    /// Its ARN.
    pub(crate) arn: &'f str,
    /// Its account.
    pub(crate) account: &'f str,
    /// When it was made or first called, whichever is earlier, as far as the records say.
    pub(crate) first: i64,
    pub(super) range: Range<usize>,
}
