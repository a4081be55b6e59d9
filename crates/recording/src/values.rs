//! What one field may be: a domain of texts, and the classes that a list of conditions can tell apart.
//!
//! Conditions compare a text with values by equality, prefix and suffix. So a text is characterised by the longest
//! listed prefix it begins with, the longest listed suffix it ends with, and whether it is itself a listed value. A pair
//! (prefix, suffix) is realised by *prefix + something that leaves all listed prefixes + enough to be longer than any value +
//! something that leaves all listed suffixes + suffix*. Where the values leave no way out of a prefix or a suffix, the texts
//! there are finitely many, and each is looked at. The classes found are therefore all there are: no text of the domain is
//! left out, and none is invented. [`crate::table`] finds them.

use crate::bits::Bits;
use crate::principal;
use std::collections::BTreeSet;

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

    /// What is printed, without the space: all that IAM and STS allow in the ARN of a principal, and more than the name of an API
    /// is made of.
    pub const PRINTED: Alphabet = Alphabet::Of(principal::CHARACTERS);

    /// True iff every character of the text is one of these.
    pub(crate) fn has(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Of(chars) => text.chars().all(|c| chars.contains(c)),
        }
    }

    /// Every character, those first that a reader sees.
    pub(crate) fn characters(self) -> Box<dyn Iterator<Item = char>> {
        match self {
            Self::Of(chars) => Box::new(chars.chars()),
            Self::Any => {
                let letters = ('\u{c0}'..='\u{24f}').chain('\u{4e00}'..='\u{9fff}');
                Box::new(principal::CHARACTERS.chars().chain(letters).chain('\0'..=char::MAX))
            }
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
    /// `prefix` and then any text over `alphabet`, which must not be empty where the alphabet is limited. No field is an
    /// empty text.
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
    /// Where one of them is found.
    pub(crate) pick: Pick,
    /// The conditions that admit them.
    pub(crate) admitted: Bits,
    /// Which texts these are, in terms of the listed values; texts nothing is listed for are [`Label::Other`].
    pub(crate) labels: BTreeSet<Label>,
}

/// One text of a field, by its place in a [`crate::table::Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// One of the texts that are looked at whole.
    Whole(usize),
    /// Something that begins and ends like this.
    Between(usize, usize),
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

#[cfg(test)]
mod tests;
