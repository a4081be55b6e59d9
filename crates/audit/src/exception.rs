//! Accepted exceptions: functions that are deliberately not recorded, by whom, why, and until when.

pub mod check;

/// A declared reduction of the recording, accepted until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Short and unique within its file.
    pub id: String,
    /// Unqualified ARNs of the functions it is about, sorted. It is about no function created later, unless that has the
    /// same ARN.
    pub functions: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds: `YYYY-MM-DD`, UTC.
    pub until: String,
    /// When it was declared: RFC 3339, UTC.
    pub declared_at: String,
    /// The hash of the plan that made the reduction.
    pub plan: Option<String>,
}

impl Exception {
    /// True iff both are the same exception. A name alone can be taken twice, so its functions are a part of what it is.
    #[must_use]
    pub fn is_same(&self, other: &Exception) -> bool {
        self.id == other.id && self.functions == other.functions
    }

    /// True iff it holds on `today` (`YYYY-MM-DD`, UTC), its last day included. On no day that is not one.
    #[must_use]
    pub fn holds_on(&self, today: &str) -> bool {
        !today.is_empty() && today <= self.until.as_str()
    }
}

/// The account and Region in a function's ARN.
pub(crate) fn place_of(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next()?;
    Some((parts.next()?, region))
}
