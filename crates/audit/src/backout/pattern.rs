//! What a function must look like to be dropped or kept: `arn:...:function:batch-*`, `tag:env=dev`, `account:...`, `region:...`.

use crate::extra_facts::FunctionFacts;
use wildmatch::WildMatch;

/// A pattern that functions match or not. `*` stands for any characters, `?` for one.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// The unqualified ARN.
    Arn(WildMatch),
    /// A tag: its key, and its value if one was named.
    Tag {
        /// The key.
        key: WildMatch,
        /// The value; `None` for any.
        value: Option<WildMatch>,
    },
    /// The account.
    Account(WildMatch),
    /// The Region.
    Region(WildMatch),
}

/// A text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing stands there.
    #[error("the pattern is empty")]
    Empty,
    /// It begins with none of the words we know.
    #[error(
        "`{text}` is not a pattern: expected arn:..., tag:..., account:..., region:... or the name of a function"
    )]
    Unknown {
        /// What stands there.
        text: String,
    },
}

impl Pattern {
    /// Reads `arn:...`, `tag:KEY`, `tag:KEY=VALUE`, `account:ID`, `region:NAME`, or the name of a function.
    ///
    /// # Errors
    /// [`PatternError`] iff it is none of these.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        if text.starts_with("arn:") {
            return Ok(Self::Arn(WildMatch::new(text)));
        }
        match text.split_once(':') {
            None => Ok(Self::Arn(WildMatch::new(&format!("arn:*:lambda:*:*:function:{text}")))),
            Some(("account", id)) => Ok(Self::Account(WildMatch::new(id))),
            Some(("region", name)) => Ok(Self::Region(WildMatch::new(name))),
            Some(("tag", tag)) => {
                let (key, value) = tag.split_once('=').map_or((tag, None), |(key, value)| (key, Some(value)));
                Ok(Self::Tag { key: WildMatch::new(key), value: value.map(WildMatch::new) })
            }
            Some(_) => Err(PatternError::Unknown { text: text.to_owned() }),
        }
    }

    /// True iff the function matches; `None` iff that hangs on tags that are not known.
    #[must_use]
    pub fn matches(&self, arn: &str, facts: Option<&FunctionFacts>) -> Option<bool> {
        let part = |at: usize| arn.split(':').nth(at).unwrap_or_default();
        match self {
            Self::Arn(glob) => Some(glob.matches(arn)),
            Self::Region(glob) => Some(glob.matches(part(3))),
            Self::Account(glob) => Some(glob.matches(part(4))),
            Self::Tag { key, value } => {
                let tags = facts?.tags.known()?;
                Some(tags.iter().any(|(name, text)| {
                    key.matches(name) && value.as_ref().is_none_or(|value| value.matches(text))
                }))
            }
        }
    }

    /// The name of the one function that it means; `None` iff it may mean several.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let Self::Arn(glob) = self else { return None };
        let pattern = glob.pattern();
        let name = pattern.rsplit(':').next().unwrap_or_default();
        (!name.contains(['*', '?'])).then(|| name.to_owned())
    }

    /// True iff it asks about tags.
    #[must_use]
    pub fn needs_tags(&self) -> bool {
        matches!(self, Self::Tag { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::extra_facts::FunctionFacts;
    use cloudtrail::recorder::Seen;

    const ARN: &str = "arn:aws:lambda:eu-west-1:111111111111:function:batch-nightly";

    fn tagged(key: &str, value: &str) -> FunctionFacts {
        let tags = Seen::Known([(key.to_owned(), value.to_owned())].into());
        FunctionFacts {
            policy: Seen::Unread(0),
            urls: Seen::Unread(0),
            role: None,
            tags,
            triggers: Seen::Unread(0),
        }
    }

    #[test]
    fn patterns_match_what_they_name() {
        for (pattern, matches) in [
            ("batch-*", true),
            ("batch", false),
            ("arn:aws:lambda:*:111111111111:function:*", true),
            ("arn:aws:lambda:*:222222222222:function:*", false),
            ("account:111111111111", true),
            ("region:eu-*", true),
            ("region:us-*", false),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(ARN, None), Some(matches), "{pattern}");
        }
    }

    #[test]
    fn unknown_tags_are_neither_a_match_nor_none() {
        let pattern = Pattern::parse("tag:env=dev").unwrap();
        assert_eq!(pattern.matches(ARN, None), None);
        assert_eq!(pattern.matches(ARN, Some(&tagged("env", "dev"))), Some(true));
        assert_eq!(pattern.matches(ARN, Some(&tagged("env", "prod"))), Some(false));
        assert_eq!(Pattern::parse("tag:env").unwrap().matches(ARN, Some(&tagged("env", "x"))), Some(true));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        assert!(Pattern::parse(" ").is_err());
        assert!(Pattern::parse("owner:me").is_err());
    }
}
