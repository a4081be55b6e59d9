//! Which findings an exception with a `match` accepts.

use crate::inventory::Inventory;
use cloudtrail::recorder::Seen;
use std::collections::BTreeMap;

/// What must be true of a finding: all that is given. An empty member asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Ids of controls, at least one: findings of no other control are accepted.
    pub controls: Vec<String>,
    /// Patterns with `*` and `?`, for the ARN or the name of what the finding is about.
    pub arns: Vec<String>,
    /// Account ids.
    pub accounts: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Tags that it must have, where tags were read.
    pub tags: BTreeMap<String, String>,
}

/// What a part of a finding is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thing<'a> {
    /// ARNs of resources or recorders; of a finding about a whole account and Region, none.
    pub(crate) arns: Vec<&'a str>,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

impl Match {
    /// True iff it is about that control.
    #[must_use]
    pub fn names(&self, control: &str) -> bool {
        self.controls.iter().any(|one| one == control)
    }

    /// True iff it may accept something in that account and Region.
    pub(crate) fn is_at(&self, account: &str, region: &str) -> bool {
        let admits = |all: &[String], value: &str| all.is_empty() || all.iter().any(|one| one == value);
        admits(&self.accounts, account) && admits(&self.regions, region)
    }

    /// True iff a pattern fits the ARN or its name, or none is given.
    pub(crate) fn fits(&self, arn: &str) -> bool {
        self.arns.is_empty()
            || self.arns.iter().any(|pattern| matches(pattern, arn) || matches(pattern, name_of(arn)))
    }

    /// True iff all that is given is true of the thing. What is not known is not true.
    pub(crate) fn accepts(&self, thing: &Thing<'_>, inventory: &Inventory) -> bool {
        let tagged = |arn: &&str| self.has_tags(arn, inventory);
        // A pattern, and a tag, are about something that has a name.
        let named = !thing.arns.is_empty();
        self.is_at(thing.account, thing.region)
            && (self.arns.is_empty() || named && thing.arns.iter().all(|arn| self.fits(arn)))
            && (self.tags.is_empty() || named && thing.arns.iter().all(tagged))
    }

    /// True iff all tags that are given are known to be those of the ARN.
    pub(crate) fn has_tags(&self, arn: &str, inventory: &Inventory) -> bool {
        match inventory.extra.tags_of(arn) {
            Some(Seen::Known(tags)) => self.tags.iter().all(|(key, value)| tags.get(key) == Some(value)),
            _ => self.tags.is_empty(),
        }
    }

    /// True iff it asks for tags of functions.
    pub(crate) fn asks_for_function_tags(&self) -> bool {
        let about = |control: &String| control.starts_with("lambda-") || control == "paid-copies";
        !self.tags.is_empty() && self.controls.iter().any(about)
    }

    /// The functions that it may accept, as far as accounts, Regions and ARNs tell.
    pub(crate) fn functions<'a>(&self, inventory: &'a Inventory) -> impl Iterator<Item = &'a str> {
        let here = inventory.places.iter().filter(|place| self.is_at(&place.account, &place.region));
        let all = here.flat_map(|place| place.functions.resources.iter()).map(|one| one.arn.as_ref());
        all.filter(|arn| self.fits(arn))
    }

    /// What ARNs that begin with `prefix` must go on with for a pattern to fit, where the pattern leaves no more open than one end.
    /// `None` iff every ARN fits.
    pub(crate) fn after(&self, prefix: &str) -> Option<Vec<Rest<'_>>> {
        if self.arns.is_empty() {
            return None;
        }
        let mut rests = Vec::new();
        for pattern in &self.arns {
            let whole = residues(pattern, prefix);
            for rest in whole.into_iter().chain([pattern.as_str()]) {
                match rest_of(rest) {
                    Some(Rest::Any) => return None,
                    Some(rest) if !rests.contains(&rest) => rests.push(rest),
                    _ => {}
                }
            }
        }
        Some(rests)
    }
}

/// What an ARN must go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest<'a> {
    Any,
    Equals(&'a str),
    StartsWith(&'a str),
    EndsWith(&'a str),
}

/// `None` iff it is more than a text with one open end, or holds what no name of a function does.
fn rest_of(pattern: &str) -> Option<Rest<'_>> {
    let plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', ':', '/']);
    let trimmed = pattern.trim_matches('*');
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) if trimmed.is_empty() => Some(Rest::Any),
        _ if !plain(trimmed) => None,
        (false, false) => Some(Rest::Equals(trimmed)),
        (false, true) => Some(Rest::StartsWith(trimmed)),
        (true, false) => Some(Rest::EndsWith(trimmed)),
        (true, true) => None,
    }
}

/// What may be left of a pattern once a text was matched by its beginning.
fn residues<'p>(pattern: &'p str, text: &str) -> Vec<&'p str> {
    let mut states: Vec<&str> = vec![pattern];
    for letter in text.chars() {
        let mut next: Vec<&str> = Vec::new();
        for state in skipped(&states) {
            let mut rest = state.chars();
            match rest.next() {
                Some('*') => next.push(state),
                Some(one) if one == '?' || one == letter => next.push(rest.as_str()),
                _ => {}
            }
        }
        next.sort_unstable_by_key(|state| state.len());
        next.dedup_by_key(|state| state.len());
        states = next;
    }
    states
}

/// The states, and those after a star that matches nothing.
fn skipped<'p>(states: &[&'p str]) -> Vec<&'p str> {
    let mut all = Vec::new();
    for state in states {
        let mut rest = *state;
        all.push(rest);
        while let Some(after) = rest.strip_prefix('*') {
            all.push(after);
            rest = after;
        }
    }
    all
}

/// The name at the end of an ARN.
pub(crate) fn name_of(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

/// True iff the pattern fits the whole text: `*` stands for any letters or none, `?` for one.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut of) = (0, 0);
    // Where the last star stands, and how far into the text it reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while of < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[of] => (at, of) = (at + 1, of + 1),
            _ => {
                let Some((open, reach)) = star else { return false };
                star = Some((open, reach + 1));
                (at, of) = (open + 1, reach + 1);
            }
        }
    }
    pattern[at..].iter().all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use super::{Match, Rest, matches};

    #[test]
    fn a_pattern_fits_whole_texts() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("orders", "orders", true),
            ("orders", "orders2", false),
            ("ord?rs", "orders", true),
            ("ord?rs", "ordrs", false),
            ("*:function:dev-*", "arn:aws:lambda:us-east-1:1:function:dev-a", true),
            ("*:function:dev-*", "arn:aws:lambda:us-east-1:1:function:a-dev-a", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("**a", "a", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn what_new_functions_a_pattern_fits_is_known_at_a_place() {
        let prefix = "arn:aws:lambda:us-east-1:111111111111:function:";
        for (pattern, rest) in [
            ("dev-*", vec![Rest::StartsWith("dev-")]),
            ("*-dev", vec![Rest::EndsWith("-dev")]),
            ("batch", vec![Rest::Equals("batch")]),
            ("arn:aws:lambda:*:*:function:dev-*", vec![Rest::StartsWith("dev-")]),
            ("*:function:dev-*", vec![Rest::StartsWith("dev-")]),
            ("arn:aws:lambda:eu-west-1:*:function:dev-*", vec![]),
            ("a?b", vec![]),
        ] {
            let matched = Match { arns: vec![pattern.to_owned()], ..Match::default() };
            assert_eq!(matched.after(prefix), Some(rest), "{pattern}");
        }
        for pattern in ["*", "arn:aws:lambda:*", "arn:*:function:*"] {
            let matched = Match { arns: vec![pattern.to_owned()], ..Match::default() };
            assert_eq!(matched.after(prefix), None, "{pattern}");
        }
    }
}
