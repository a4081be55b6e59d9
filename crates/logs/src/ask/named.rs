//! Which of the functions that were asked for there are, and what the others are called: a name that nothing has is mistyped.

use super::Pattern;
use super::label::function;
use cloudtrail::arn::Arn;
use std::collections::BTreeSet;

/// Names of other functions that are kept: enough to find one that was meant.
const MOST: usize = 10_000;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// For each pattern of [`super::Filter::functions`] whether a function is called so.
    pub found: Vec<bool>,
    /// Names of functions that no pattern names: of very many, some.
    pub others: BTreeSet<String>,
}

impl Named {
    pub(super) fn of(asked: &[Pattern]) -> Named {
        Named { found: vec![false; asked.len()], others: BTreeSet::new() }
    }

    /// Takes in the function of that ARN; true iff it was asked for.
    pub(super) fn take(&mut self, asked: &[Pattern], text: &str) -> bool {
        let mut any = false;
        for (found, pattern) in self.found.iter_mut().zip(asked) {
            let is = names(pattern, text);
            *found |= is;
            any |= is;
        }
        if !any && self.others.len() < MOST {
            self.others.insert(name(function(text)).to_owned());
        }
        any
    }

    /// Adds what another thread found.
    pub fn merge(&mut self, other: Named) {
        if self.found.len() < other.found.len() {
            self.found.resize(other.found.len(), false);
        }
        self.found.iter_mut().zip(other.found).for_each(|(here, there)| *here |= there);
        self.others.extend(other.others);
    }
}

/// True iff the pattern names the function of that ARN: by ARN, with or without a qualifier, or by name alone.
pub(super) fn names(pattern: &Pattern, text: &str) -> bool {
    let arn = function(text);
    pattern.matches(text) || pattern.matches(arn) || pattern.matches(name(arn))
}

fn name(arn: &str) -> &str {
    Arn::parse(arn).map_or(arn, |arn| arn.resource.split_once([':', '/']).map_or("", |(_, name)| name))
}
