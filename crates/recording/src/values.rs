//! What one field may still be: a domain of texts, cut into the classes that a list of conditions can tell apart.
//!
//! Conditions compare a text with values by equality, prefix and suffix. So a text is characterised by the longest
//! listed prefix it begins with, the longest listed suffix it ends with, and whether it is itself a listed value. Over an
//! unlimited alphabet every pair (prefix, suffix) is realised by *prefix + something fresh + suffix*; over a limited one
//! the fresh part may be impossible, and then the finitely many texts that lie wholly on a listed value are tried too.
//! The classes found are therefore all there are: no event of the domain is left out, and none is invented.

use crate::index::{Index, admits};
use cloudtrail::selector::{Condition, Operator};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// The characters a text may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Any character at all.
    Any,
    /// These ASCII characters only.
    Of(&'static str),
}

impl Alphabet {
    /// What the name of a Lambda resource is made of; the dot stands in names of Lambda@Edge replicas (semantics 1.1).
    pub const NAME: Alphabet =
        Alphabet::Of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    fn has(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Of(chars) => text.chars().all(|c| chars.contains(c)),
        }
    }
}

/// All that one field can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// One of these texts.
    OneOf(Vec<String>),
    /// Absent, or `true`.
    Flag,
    /// `prefix` and then any text over `alphabet`, which must not be empty where the alphabet is limited.
    Strings {
        /// What every text begins with.
        prefix: String,
        /// What follows.
        alphabet: Alphabet,
        /// True iff the field may also be absent.
        absent: bool,
        /// Texts of the domain that a reader would believe; preferred as representatives of their classes.
        credible: Vec<String>,
    },
}

impl Domain {
    /// Exactly this text.
    #[must_use]
    pub fn fixed(text: &str) -> Self {
        Domain::OneOf(vec![text.to_owned()])
    }

    /// One of these texts.
    pub fn one_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Domain::OneOf(texts.into_iter().map(str::to_owned).collect())
    }
}

/// Texts of a domain that every condition in question treats alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// One of them; `None` iff the field is absent.
    pub(crate) representative: Option<String>,
    /// For each condition, whether it admits them.
    pub(crate) admitted: Vec<bool>,
    /// Which texts these are, in terms of the listed values; texts nothing is listed for are [`Label::Other`].
    pub(crate) labels: BTreeSet<Label>,
}

/// What the texts of a class have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Label {
    Absent,
    Is(String),
    StartsWith(String),
    EndsWith(String),
    StartsAndEndsWith(String, String),
    Other,
}

/// The classes of `domain` that `conditions` can tell apart: every text of the domain is treated like the representative
/// of exactly one of them, and every representative is a text of the domain.
pub(crate) fn classes(domain: &Domain, conditions: &[&Condition]) -> Vec<Class> {
    let mut grouping = Grouping::new(conditions);
    match domain {
        Domain::OneOf(texts) => {
            for text in texts {
                grouping.add(Some(text.clone()), Some(Label::Is(text.clone())));
            }
        }
        Domain::Flag => {
            grouping.add(None, Some(Label::Absent));
            grouping.add(Some("true".to_owned()), Some(Label::Is("true".to_owned())));
        }
        Domain::Strings { prefix, alphabet, absent, credible } => {
            for text in credible {
                grouping.add(Some(text.clone()), None);
            }
            if *absent {
                grouping.add(None, Some(Label::Absent));
            }
            let leaves = RefCell::default();
            Strings { prefix, alphabet: *alphabet, credible, conditions, leaves }.fill(&mut grouping);
        }
    }
    grouping.classes
}

/// Collects texts into classes by what the conditions do with them.
struct Grouping<'c> {
    conditions: &'c [&'c Condition],
    index: Index,
    classes: Vec<Class>,
    by_admitted: HashMap<Vec<bool>, usize>,
}

impl<'c> Grouping<'c> {
    fn new(conditions: &'c [&'c Condition]) -> Self {
        Grouping {
            conditions,
            index: Index::new(conditions),
            classes: Vec::new(),
            by_admitted: HashMap::new(),
        }
    }

    fn key(&self, text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        self.index.key(text, &mut key);
        key
    }

    fn add(&mut self, text: Option<String>, label: Option<Label>) {
        let key = text.as_deref().map_or_else(|| vec![0; self.conditions.len()], |text| self.key(text));
        let admitted: Vec<bool> =
            self.conditions.iter().zip(key).map(|(one, hit)| admits(one, hit)).collect();
        let next = self.classes.len();
        let at = *self.by_admitted.entry(admitted.clone()).or_insert(next);
        if at == next {
            self.classes.push(Class { representative: text, admitted, labels: BTreeSet::new() });
        }
        self.classes[at].labels.extend(label);
    }

    /// How many texts equality can take away from a class.
    fn listed_texts(&self) -> usize {
        self.conditions.iter().map(|one| one.equals.len() + one.not_equals.len()).sum()
    }
}

/// The strings of a [`Domain::Strings`].
struct Strings<'a> {
    prefix: &'a str,
    alphabet: Alphabet,
    credible: &'a [String],
    conditions: &'a [&'a Condition],
    /// What [`Strings::leave`] found, by side and anchor: every pair of groups asks for the same few.
    leaves: RefCell<HashMap<(bool, String), Option<String>>>,
}

/// Listed prefixes (or suffixes) that hit the same conditions, the shortest of them first.
struct Anchors {
    key: Vec<u8>,
    texts: Vec<String>,
}

/// How many pairs of prefix and suffix a class is described by at most; nobody reads more.
const PAIRS: usize = 64;

/// What we put between a prefix and a suffix if it is fresh there; the later ones only where all before are taken.
const FILLERS: [&str; 6] = ["example", "Example", "x", "q7", "zz-9", ""];

impl<'a> Strings<'a> {
    fn fill(&self, grouping: &mut Grouping<'_>) {
        for text in self.whole_values() {
            grouping.add(Some(text.clone()), Some(Label::Is(text)));
        }
        let fresh = self.fresh_character();
        let prefixes = self.anchors(grouping, self.prefixes(), |text| format!("{text}{fresh}"));
        let suffixes =
            self.anchors(grouping, self.suffixes(), |text| format!("{}{fresh}{text}", self.prefix));
        let mut all_realised = true;
        for before in &prefixes {
            for after in &suffixes {
                match self.realise(grouping, before, after, fresh) {
                    Some(text) => self.label(before, after).into_iter().for_each(|label| {
                        grouping.add(Some(text.clone()), Some(label));
                    }),
                    None => all_realised = false,
                }
            }
        }
        if !all_realised {
            for text in self.texts_on_values() {
                grouping.add(Some(text.clone()), Some(Label::Is(text)));
            }
        }
    }

    fn values(&self, operators: [Operator; 2]) -> impl Iterator<Item = &'a str> {
        let of = move |condition: &&'a Condition| operators.map(|operator| condition.values(operator));
        self.conditions.iter().flat_map(of).flatten().map(String::as_str)
    }

    /// Iff `text` is in the domain, what follows the prefix.
    fn rest<'t>(&self, text: &'t str) -> Option<&'t str> {
        let rest = text.strip_prefix(self.prefix)?;
        let long_enough = self.alphabet == Alphabet::Any || !rest.is_empty();
        (long_enough && self.alphabet.has(rest)).then_some(rest)
    }

    /// Listed values that are texts of the domain; and the texts that a suffix reaching into the prefix leaves, which
    /// are one text each, because what the alphabet does not have can only stand in the prefix. They come in an order that
    /// is not that of the document, so that the same values have the same witness.
    fn whole_values(&self) -> BTreeSet<String> {
        let equal =
            self.values([Operator::Equals, Operator::NotEquals]).filter(|value| self.rest(value).is_some());
        let reaching = self.values([Operator::EndsWith, Operator::NotEndsWith]).flat_map(|value| {
            let cuts = value.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
            cuts.filter(|at| self.prefix.ends_with(&value[..*at]))
                .map(|at| format!("{}{}", self.prefix, &value[at..]))
                .filter(|text| self.rest(text).is_some())
                .collect::<Vec<_>>()
        });
        equal.map(str::to_owned).chain(reaching).collect()
    }

    /// The prefix of the domain, and every listed prefix that goes on from there within the domain.
    fn prefixes(&self) -> Vec<String> {
        let listed = self.values([Operator::StartsWith, Operator::NotStartsWith]);
        let longer: BTreeSet<&str> =
            listed.filter(|value| *value != self.prefix && self.rest(value).is_some()).collect();
        std::iter::once(self.prefix).chain(longer).map(str::to_owned).collect()
    }

    /// The empty suffix, and every listed suffix that fits behind the prefix.
    fn suffixes(&self) -> Vec<String> {
        let listed = self.values([Operator::EndsWith, Operator::NotEndsWith]);
        let fitting: BTreeSet<&str> =
            listed.filter(|value| !value.is_empty() && self.alphabet.has(value)).collect();
        std::iter::once("").chain(fitting).map(str::to_owned).collect()
    }

    /// A character that stands in no listed value.
    fn fresh_character(&self) -> char {
        let taken = |c: &char| {
            let mut listed =
                self.conditions.iter().flat_map(|one| Operator::ALL.map(|o| one.values(o))).flatten();
            listed.any(|value| value.contains(*c)) || self.prefix.contains(*c)
        };
        let mut characters = ('\u{e000}'..='\u{f8ff}').chain('\u{f0000}'..='\u{ffffd}');
        characters.find(|c| !taken(c)).unwrap_or('\u{fffd}')
    }

    /// Groups texts by the conditions they hit on their own side; `alone` completes a text so that only that side counts.
    fn anchors(
        &self,
        grouping: &Grouping<'_>,
        texts: Vec<String>,
        alone: impl Fn(&str) -> String,
    ) -> Vec<Anchors> {
        let mut by_key: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut groups: Vec<Anchors> = Vec::new();
        for text in texts {
            let key = grouping.key(&alone(&text));
            let next = groups.len();
            let at = *by_key.entry(key.clone()).or_insert(next);
            if at == next {
                groups.push(Anchors { key, texts: Vec::new() });
            }
            groups[at].texts.push(text);
        }
        groups
    }

    /// A text of the domain that hits exactly what `before` and `after` hit, if there is one that does not lie wholly
    /// on a listed value.
    fn realise(
        &self,
        grouping: &Grouping<'_>,
        before: &Anchors,
        after: &Anchors,
        fresh: char,
    ) -> Option<String> {
        let wanted: Vec<u8> = before.key.iter().zip(&after.key).map(|(a, b)| a | b).collect();
        let fits = |text: &String| {
            self.rest(text).is_some_and(|rest| !rest.is_empty()) && grouping.key(text) == wanted
        };
        let pairs = || before.texts.iter().flat_map(|start| after.texts.iter().map(move |end| (start, end)));
        let (start, end) = (before.texts.first()?, after.texts.first()?);
        // What a reader would believe, carried on to the suffix, is the most credible way of filling.
        let believed = self.credible.iter().filter(|text| text.starts_with(start)).map(String::as_str);
        let filled = FILLERS.iter().map(|filler| format!("{start}{filler}{end}"));
        if let Some(text) = believed.map(|text| format!("{text}{end}")).chain(filled).find(|text| fits(text))
        {
            return Some(text);
        }
        let Alphabet::Of(characters) = self.alphabet else { return Some(format!("{start}{fresh}{end}")) };
        let listed = grouping.listed_texts() + 1;
        pairs().find_map(|(start, end)| {
            let start = self.leave(start, characters, Side::Prefix)?;
            let end = self.leave(end, characters, Side::Suffix)?;
            let fill = characters.chars().next()?;
            (0..=listed)
                .map(|n| format!("{start}{}{end}", fill.to_string().repeat(n)))
                .find(|text| fits(text))
        })
    }

    /// The shortest continuation of `anchor` that no listed value on that side goes on from, and that begins with (ends
    /// with) no further listed value.
    fn leave(&self, anchor: &str, characters: &str, side: Side) -> Option<String> {
        let key = (matches!(side, Side::Prefix), anchor.to_owned());
        if let Some(known) = self.leaves.borrow().get(&key) {
            return known.clone();
        }
        let found = self.search_leave(anchor, characters, side);
        self.leaves.borrow_mut().insert(key, found.clone());
        found
    }

    fn search_leave(&self, anchor: &str, characters: &str, side: Side) -> Option<String> {
        let listed: Vec<&str> = match side {
            Side::Prefix => self.values([Operator::StartsWith, Operator::NotStartsWith]).collect(),
            Side::Suffix => self.values([Operator::EndsWith, Operator::NotEndsWith]).collect(),
        };
        let mut queue = VecDeque::from([anchor.to_owned()]);
        while let Some(text) = queue.pop_front() {
            for c in characters.chars() {
                let longer = match side {
                    Side::Prefix => format!("{text}{c}"),
                    Side::Suffix => format!("{c}{text}"),
                };
                let goes_on = |value: &&str| match side {
                    Side::Prefix => value.starts_with(&longer),
                    Side::Suffix => value.ends_with(&longer),
                };
                if !listed.iter().any(goes_on) {
                    return Some(longer);
                }
                if !listed.contains(&longer.as_str()) {
                    queue.push_back(longer);
                }
            }
        }
        None
    }

    /// Every text of the domain that is itself a beginning of a listed prefix or an end of a listed suffix.
    fn texts_on_values(&self) -> Vec<String> {
        let prefixes = self.prefixes().into_iter().flat_map(|value| {
            let cuts: Vec<usize> = value.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
            cuts.into_iter().map(|at| value[..at].to_owned()).collect::<Vec<_>>()
        });
        let suffixes = self.suffixes().into_iter().flat_map(|value| {
            let cuts: Vec<usize> = value.char_indices().map(|(at, _)| at).collect();
            cuts.into_iter().map(|at| format!("{}{}", self.prefix, &value[at..])).collect::<Vec<_>>()
        });
        prefixes.chain(suffixes).filter(|text| self.rest(text).is_some()).collect()
    }

    /// What the texts realised from these two have in common, as a reader would say it.
    fn label(&self, before: &Anchors, after: &Anchors) -> Vec<Label> {
        let starts = before.texts.iter().filter(|text| *text != self.prefix);
        let ends = after.texts.iter().filter(|text| !text.is_empty());
        let root_before = before.texts.iter().any(|text| text == self.prefix);
        let root_after = after.texts.iter().any(String::is_empty);
        let mut labels = Vec::new();
        if root_before && root_after {
            labels.push(Label::Other);
        }
        if root_after {
            labels.extend(starts.clone().cloned().map(Label::StartsWith));
        }
        if root_before {
            labels.extend(ends.clone().cloned().map(Label::EndsWith));
        }
        if !root_before && !root_after {
            let pairs = starts.flat_map(|start| ends.clone().map(move |end| (start.clone(), end.clone())));
            labels.extend(pairs.take(PAIRS).map(|(start, end)| Label::StartsAndEndsWith(start, end)));
        }
        labels
    }
}

#[derive(Clone, Copy)]
enum Side {
    Prefix,
    Suffix,
}

#[cfg(test)]
mod tests;
