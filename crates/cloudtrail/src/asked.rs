//! A function as whoever calls it names it: by its name, by its ARN, or by the end of one.

use crate::names::AccountId;
use crate::regions::is_usual;

/// What a caller asked for, taken apart as the API takes it (Lambda API reference, Invoke, the pattern of `FunctionName`):
/// `(arn:aws…:lambda:)?(REGION:)?(ACCOUNT:)?(function:)?NAME(:QUALIFIER)?`. A part is taken for the first that it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedFunction<'a> {
    /// Of its ARN.
    pub partition: Option<&'a str>,
    /// The Region that was named.
    pub region: Option<&'a str>,
    /// The account that was named.
    pub account: Option<&'a str>,
    /// The name, without version or alias.
    pub name: &'a str,
    /// The version or alias.
    pub qualifier: Option<&'a str>,
}

impl<'a> AskedFunction<'a> {
    /// `None` iff the text has none of these forms. Neither has the ARN of another thing of Lambda.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (partition, rest) = match text.strip_prefix("arn:") {
            Some(arn) => {
                let (partition, rest) = arn.split_once(':').filter(|(name, _)| name.starts_with("aws"))?;
                (Some(partition), rest.strip_prefix("lambda:")?)
            }
            None => (None, text),
        };
        // As a pattern is matched: each part as soon as it can be, unless what follows then fits no more.
        let ways = (0..8).map(|way| (way & 4 == 0, way & 2 == 0, way & 1 == 0));
        ways.into_iter().find_map(|(region, account, function)| {
            let (region, rest) = part(rest, region, is_region)?;
            let (account, rest) = part(rest, account, AccountId::is)?;
            let (function, rest) = part(rest, function, |first| first == "function")?;
            let (name, qualifier) = match rest.split_once(':') {
                Some((name, qualifier)) => (name, Some(qualifier)),
                None => (rest, None),
            };
            let is_new = region.is_some_and(|region| !is_usual(region));
            // `arn:aws:lambda:eu-west-1:111122223333:layer:NAME` is a layer.
            let whole = partition.is_some() && region.is_some() && account.is_some();
            let fits = is_name(name)
                && qualifier.is_none_or(is_qualifier)
                && !(is_new && account.is_none())
                && !(whole && function.is_none() && qualifier.is_some());
            fits.then_some(AskedFunction { partition, region, account, name, qualifier })
        })
    }
}

/// The first part, where it is to be taken, and the rest; `None` iff it is no such part.
fn part(text: &str, take: bool, is: impl Fn(&str) -> bool) -> Option<(Option<&str>, &str)> {
    if !take {
        return Some((None, text));
    }
    text.split_once(':').filter(|(first, _)| is(first)).map(|(first, rest)| (Some(first), rest))
}

/// Two letters or more, a word or more, a number. Names of functions are made so, too.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let area = parts.next().is_some_and(|area| area.len() >= 2);
    let number = parts.next_back().is_some_and(|number| {
        (1..=2).contains(&number.len()) && number.bytes().all(|one| one.is_ascii_digit())
    });
    let words: Vec<&str> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|one| one.is_ascii_lowercase());
    let begins = text.bytes().take_while(u8::is_ascii_lowercase).count() >= 2;
    area && begins && number && !words.is_empty() && words.iter().all(is_word)
}

fn is_name(text: &str) -> bool {
    let is_part = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(is_part)
}

/// A version, an alias, `$LATEST`, `$LATEST.PUBLISHED`.
fn is_qualifier(text: &str) -> bool {
    is_name(text.strip_prefix('$').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::AskedFunction;

    #[test]
    fn each_part_may_be_there_or_not_before_a_name() {
        for partition in [None, Some("aws"), Some("aws-us-gov")] {
            for region in [None, Some("us-gov-west-1"), Some("us-isob-east-1"), Some("eusc-de-east-1")] {
                for account in [None, Some("111122223333")] {
                    for function in ["", "function:"] {
                        for qualifier in [None, Some("7"), Some("live"), Some("$LATEST")] {
                            let before = |part: Option<&str>| part.map(|part| format!("{part}:"));
                            let arn = partition.map(|partition| format!("arn:{partition}:lambda:"));
                            let parts = [arn, before(region), before(account)].map(Option::unwrap_or_default);
                            let behind = qualifier.map(|one| format!(":{one}")).unwrap_or_default();
                            let text = format!("{}{function}or-d_e.rs{behind}", parts.concat());
                            let wanted =
                                AskedFunction { partition, region, account, name: "or-d_e.rs", qualifier };
                            let whole = partition.is_some() && region.is_some() && account.is_some();
                            let layer = whole && function.is_empty();
                            let wanted = (!layer || qualifier.is_none()).then_some(wanted);
                            assert_eq!(AskedFunction::parse(&text), wanted, "{text}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_has_none_of_these_forms_is_none() {
        for text in
            ["", ":", "a:", ":a", "a b", "a:b:c", "é", "arn:", "arn:aws:s3:::bucket", "arn:x:lambda:a"]
        {
            assert_eq!(AskedFunction::parse(text), None, "{text}");
        }
    }
}
