//! Accepted exceptions: what is deliberately not as a control asks, by whom, why, and until when.
//!
//! One names functions, as plans of a backout do, or it holds a `match` and accepts findings of the controls it names.

pub mod check;
mod day;
pub mod matching;
mod standing;

use day::day_number;
use matching::Match;

pub use standing::Accepted;

/// Findings that are accepted until a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    /// Short and unique within its file.
    pub id: String,
    /// Unqualified ARNs of the functions it is about, sorted. It is about no function created later, unless that has the
    /// same ARN.
    pub functions: Vec<String>,
    /// Which findings it accepts; `None` iff it names functions instead.
    pub matched: Option<Box<Match>>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it was decided, for people.
    pub ticket: Option<String>,
    /// The last day on which it holds: `YYYY-MM-DD`, UTC.
    pub until: String,
    /// True iff its file calls that day `expires`.
    pub says_expires: bool,
    /// When it was declared: RFC 3339, UTC; empty iff nobody said it, which only one with a `match` may leave open.
    pub declared_at: String,
    /// The hash of the plan that made the reduction.
    pub plan: Option<String>,
    /// The most days for which one may be declared, iff this one ends later: then it holds on no day. No file says it.
    pub too_long: Option<u16>,
}

impl Exception {
    /// True iff both are the same exception. A name alone can be taken twice, so its functions are a part of what it is.
    #[must_use]
    pub fn is_same(&self, other: &Exception) -> bool {
        self.id == other.id && self.functions == other.functions && self.matched == other.matched
    }

    /// True iff it holds on `today` (`YYYY-MM-DD`, UTC), its last day included. On no day that is not one.
    #[must_use]
    pub fn holds_on(&self, today: &str) -> bool {
        self.too_long.is_none() && !today.is_empty() && today <= self.until.as_str()
    }

    /// Lets it hold on no day iff it ends more than `most` days after it was declared, or after `today` where nobody said when that was.
    pub fn limit(&mut self, most: u16, today: &str) {
        let declared = self.declared_at.get(..10).filter(|_| !self.declared_at.is_empty()).unwrap_or(today);
        // A day to come does not make it longer.
        let declared = if today.is_empty() { declared } else { declared.min(today) };
        let days = day_number(&self.until).zip(day_number(declared)).map(|(until, from)| until - from);
        self.too_long = days.is_none_or(|days| days > i64::from(most)).then_some(most);
    }

    /// Why, with the ticket where there is one.
    #[must_use]
    pub fn why(&self) -> String {
        let ticket = self.ticket.as_ref().map(|ticket| format!(" (ticket {ticket})"));
        format!("{}{}", self.reason, ticket.unwrap_or_default())
    }

    /// What it accepts, until when and by whom, and whether it holds on `today`, in one line.
    #[must_use]
    pub fn in_one_line(&self, today: &str) -> String {
        let what = match &self.matched {
            Some(matched) => format!("findings of {}", matched.controls.join(", ")),
            None if self.functions.len() == 1 => "1 function".to_owned(),
            None => format!("{} functions", self.functions.len()),
        };
        let (until, owner) = (&self.until, &self.owner);
        match self.too_long {
            Some(most) => {
                format!(
                    "{what}, does not hold, because it ends on {until}, and at most {most} days are allowed, owner {owner}"
                )
            }
            None if self.holds_on(today) => format!("{what}, until {until}, owner {owner}"),
            None => format!("{what}, no longer, ended {until}, owner {owner}"),
        }
    }

    /// Why it holds no more, or not at all, where it does not.
    #[must_use]
    pub fn why_not(&self) -> String {
        let (id, owner, until) = (&self.id, &self.owner, &self.until);
        match self.too_long {
            Some(most) => {
                format!(
                    "exception {id} of {owner} does not hold, because it ends on {until}, and at most {most} days are allowed"
                )
            }
            None => format!("exception {id} of {owner} ended on {until}"),
        }
    }
}

/// The account and Region in a function's ARN.
pub(crate) fn place_of(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next()?;
    Some((parts.next()?, region))
}
