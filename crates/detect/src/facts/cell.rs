//! The calls of one function by one caller in one way on one day.

use super::{Evidence, Ids, Names};
use serde::{Deserialize, Serialize};

/// Which calls: texts by their numbers among the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    /// Days since 1970, UTC.
    pub day: i32,
    /// The ARN of the function.
    pub function: u32,
    /// The parts of [`crate::call::Caller`].
    pub caller: u32,
    /// The parts of [`crate::call::Way`].
    pub way: u32,
}

impl CellKey {
    pub(super) fn numbered(self, number: impl Fn(u32) -> u32) -> CellKey {
        CellKey {
            day: self.day,
            function: number(self.function),
            caller: number(self.caller),
            way: number(self.way),
        }
    }
}

/// How many calls, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Which events, by hour.
    pub ids: Ids,
    /// The earliest.
    pub first: Evidence,
    /// When the latest was: milliseconds since 1970.
    pub last: i64,
}

impl Cell {
    pub(super) fn numbered(self, number: impl Fn(u32) -> u32) -> Cell {
        Cell { first: self.first.numbered(number), ..self }
    }

    pub(super) fn join(&mut self, other: Cell, names: &Names) {
        self.ids.join(&other.ids);
        self.last = self.last.max(other.last);
        if other.first.is_before(&self.first, names) {
            self.first = other.first;
        }
    }
}
