//! One value of a rule, ready to be compared with values of a record.

use super::field;
use super::pattern::Pattern;
use regex_automata::meta::Regex;
use serde_json::Value;
use std::collections::HashSet;
use std::net::IpAddr;

/// What a value of the record must be.
#[derive(Debug, Clone)]
pub(crate) enum Matcher {
    /// Missing, or null.
    Null,
    Text(Pattern),
    /// This number, or this text.
    Number(f64, String),
    Compare(Compare, f64),
    /// An expression, and the texts that are in whatever it fits.
    Regex(Regex, Vec<String>),
    Cidr(Cidr),
    /// Another field of the same record has the value.
    Field(FieldRef),
    /// The field is there, or is not.
    Exists(bool),
}

/// How a number compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A comparison with another field.
#[derive(Debug, Clone)]
pub(crate) struct FieldRef {
    pub(crate) path: String,
    pub(crate) how: How,
    pub(crate) cased: bool,
}

/// Where in a value a text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Whole,
    Contains,
    Starts,
    Ends,
}

/// Addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    bits: u128,
    mask: u128,
    six: bool,
}

/// A field and what its values must be; keywords iff there is no field.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) field: Option<String>,
    /// Whole texts in lower case, any of which will do. Lists of rules are mostly these, and long.
    pub(crate) exact: HashSet<String>,
    pub(crate) matchers: Vec<Matcher>,
    /// Iff every value must be found; then `exact` is empty.
    pub(crate) every: bool,
    pub(crate) negated: bool,
}

impl Item {
    /// True iff the record is as the item says.
    pub(crate) fn fits(&self, record: &Value) -> bool {
        let found = if self.every {
            self.matchers.iter().all(|matcher| self.found(record, matcher))
        } else {
            self.listed(record) || self.matchers.iter().any(|matcher| self.found(record, matcher))
        };
        found != self.negated
    }

    fn listed(&self, record: &Value) -> bool {
        let Some(field) = self.field.as_deref().filter(|_| !self.exact.is_empty()) else { return false };
        field::any(record, field, &mut |value| {
            field::text(value).is_some_and(|text| self.exact.contains(&text.to_lowercase()))
        })
    }

    fn found(&self, record: &Value, matcher: &Matcher) -> bool {
        let Some(path) = self.field.as_deref() else {
            return field::anywhere(record, &mut |text| matcher.fits_text(text));
        };
        match matcher {
            Matcher::Null => !field::any(record, path, &mut |value| !value.is_null()),
            Matcher::Exists(wanted) => field::exists(record, path) == *wanted,
            Matcher::Field(other) => field::any(record, path, &mut |value| {
                field::text(value).is_some_and(|text| {
                    field::any(record, &other.path, &mut |value| {
                        field::text(value).is_some_and(|value| other.fits(&text, &value))
                    })
                })
            }),
            matcher => field::any(record, path, &mut |value| match (matcher, value) {
                (Matcher::Number(wanted, _), Value::Number(number)) if number.as_f64() == Some(*wanted) => {
                    true
                }
                // Policies are texts with quotes in them, which rules write as one sees them.
                (_, Value::Object(_)) => {
                    let text = value.to_string();
                    matcher.fits_text(&text)
                        || text.contains('\\') && matcher.fits_text(&field::readable(value))
                }
                _ => field::text(value).is_some_and(|text| matcher.fits_text(&text)),
            }),
        }
    }
}

impl Matcher {
    fn fits_text(&self, text: &str) -> bool {
        match self {
            Matcher::Text(pattern) if pattern.cased() => pattern.fits(text, ""),
            Matcher::Text(pattern) => pattern.fits(text, &text.to_lowercase()),
            Matcher::Number(_, wanted) => text == wanted,
            Matcher::Compare(compare, wanted) => text.parse::<f64>().is_ok_and(|number| match compare {
                Compare::Less => number < *wanted,
                Compare::AtMost => number <= *wanted,
                Compare::More => number > *wanted,
                Compare::AtLeast => number >= *wanted,
            }),
            Matcher::Regex(regex, _) => regex.is_match(text),
            Matcher::Cidr(cidr) => text.parse().is_ok_and(|address| cidr.contains(address)),
            Matcher::Null | Matcher::Field(_) | Matcher::Exists(_) => false,
        }
    }
}

impl FieldRef {
    fn fits(&self, text: &str, other: &str) -> bool {
        let (text, other) = match self.cased {
            true => (text.to_owned(), other.to_owned()),
            false => (text.to_lowercase(), other.to_lowercase()),
        };
        match self.how {
            How::Whole => text == other,
            How::Contains => text.contains(&other),
            How::Starts => text.starts_with(&other),
            How::Ends => text.ends_with(&other),
        }
    }
}

impl Cidr {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address. None iff it is none of these.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (address, length) =
            text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().ok()?;
        let most: u32 = if address.is_ipv6() { 128 } else { 32 };
        let length =
            length.map_or(Some(most), |length| length.parse().ok().filter(|length| *length <= most))?;
        let mask = u128::MAX.checked_shl(most - length).unwrap_or(0);
        Some(Self { bits: bits(address) & mask, mask, six: address.is_ipv6() })
    }

    fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv6() == self.six && bits(address) & self.mask == self.bits
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(four.to_bits()),
        IpAddr::V6(six) => six.to_bits(),
    }
}
