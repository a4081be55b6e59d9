//! How a text leaves all listed prefixes (or suffixes): proven, or proven to be impossible.

use crate::steps::Exhausted;
use crate::values::Alphabet;
use std::collections::VecDeque;

/// Whether texts can go on from a listed value without going on along listed values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exits {
    /// With this behind (or, of suffixes, before) it, no listed value goes on, and no further one is reached.
    By(String),
    /// It cannot: these are all texts that begin (end) with it and with no longer listed value.
    None(Vec<String>),
}

/// Values on one side, sorted from that side.
#[derive(Debug)]
pub(crate) struct Listed<'v> {
    values: Vec<Side<'v>>,
    from_the_end: bool,
}

/// How many texts are looked at where values leave no way out, before that is given up: nobody lists so many by chance.
const MOST: usize = 1 << 20;

type Side<'v> = std::borrow::Cow<'v, str>;

impl<'v> Listed<'v> {
    /// Values that texts are compared with from the beginning.
    pub(crate) fn prefixes(values: impl Iterator<Item = &'v str>) -> Self {
        Self::new(values.map(Side::Borrowed).collect(), false)
    }

    /// Values that texts are compared with from the end.
    pub(crate) fn suffixes(values: impl Iterator<Item = &'v str>) -> Self {
        Self::new(values.map(|value| Side::Owned(reversed(value))).collect(), true)
    }

    fn new(mut values: Vec<Side<'v>>, from_the_end: bool) -> Self {
        values.sort_unstable();
        values.dedup();
        Listed { values, from_the_end }
    }

    /// The shortest way out of `anchor`, along characters of the alphabet.
    pub(crate) fn exits(&self, anchor: &str, alphabet: Alphabet) -> Result<Exits, Exhausted> {
        let anchor = if self.from_the_end { reversed(anchor) } else { anchor.to_owned() };
        let told = |text: &str| if self.from_the_end { reversed(text) } else { text.to_owned() };
        let mut queue = VecDeque::from([anchor.clone()]);
        let mut all = Vec::new();
        while let Some(text) = queue.pop_front() {
            for c in alphabet.characters() {
                let longer = format!("{text}{c}");
                let at = self.values.partition_point(|value| value.as_ref() < longer.as_str());
                match self.values.get(at).filter(|value| value.starts_with(&longer)) {
                    None => return Ok(Exits::By(told(&longer[anchor.len()..]))),
                    Some(value) if value.len() > longer.len() => queue.push_back(longer),
                    Some(_) => {}
                }
            }
            all.push(told(&text));
            if all.len() > MOST {
                return Err(Exhausted);
            }
        }
        Ok(Exits::None(all))
    }
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::{Exits, Listed};
    use crate::values::Alphabet;

    #[test]
    fn a_way_out_is_found_or_there_is_none() {
        let ab = Alphabet::Of("ab");
        let listed = Listed::prefixes(["a", "ba"].into_iter());
        assert_eq!(listed.exits("", ab), Ok(Exits::By("bb".to_owned())));
        let listed = Listed::prefixes(["a", "ba", "bba", "bbb"].into_iter());
        let all = ["", "b", "bb"].map(str::to_owned).to_vec();
        assert_eq!(listed.exits("", ab), Ok(Exits::None(all)));
        let listed = Listed::suffixes(["xa", "xb"].into_iter());
        assert_eq!(listed.exits("a", Alphabet::Of("xb")), Ok(Exits::By("b".to_owned())));
        let private: Vec<String> = ('\u{e000}'..='\u{f8ff}').map(String::from).collect();
        let listed = Listed::prefixes(private.iter().map(String::as_str));
        assert_eq!(listed.exits("", Alphabet::Any), Ok(Exits::By("a".to_owned())));
    }
}
