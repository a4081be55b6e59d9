//! What takes the records of a file as they are read, and what it may ask of each.

use crate::accounted::Reason;
use crate::json::{Key, Node};
use crate::record::{Record, Text};
use crate::time::milliseconds;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// Which records of interest a caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Wanted {
    /// Everything whose source is Lambda or CloudTrail: data events, management events, aggregated events.
    #[default]
    LambdaAndCloudTrail,
    /// Only what [`Record::is_invocation`] is true of.
    Invocations,
}

impl Wanted {
    /// True iff a record of interest is wanted.
    #[must_use]
    pub fn admits(self, record: &Record<'_>) -> bool {
        match self {
            Wanted::LambdaAndCloudTrail => true,
            Wanted::Invocations => record.is_invocation(),
        }
    }
}

/// Takes records as they are read.
pub trait Sink {
    /// True iff [`Sink::event`] is to be called. A constant, so that a sink which does not ask for every record pays nothing.
    const EVERY: bool = false;

    /// Called once for each record that counts as read, of whatever source, in the order of the file; of a record that is also
    /// handed to [`Sink::record`], before that.
    fn event(&mut self, _event: &Event<'_>) {}

    /// Called once for each record that is wanted, in the order of the file.
    fn record(&mut self, record: &Record<'_>);
}

impl<F: FnMut(&Record<'_>)> Sink for F {
    fn record(&mut self, record: &Record<'_>) {
        self(record);
    }
}

/// A record of whatever source, as it was found. The reader looks into those of Lambda and CloudTrail alone: of others it knows that
/// strings and braces close, and what [`Event::texts`] says of them may be that they cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// As [`Record::offset`].
    pub offset: u64,
    /// As [`Record::raw`].
    pub raw: &'a [u8],
}

impl<'a> Event<'a> {
    /// The texts of these members of the record, in one pass over it; `None` where there is no such member, or `null`.
    ///
    /// # Errors
    /// Why the record cannot be read, or one of the members: it is no text, or stands twice.
    pub fn texts<const N: usize>(&self, members: [&'static str; N]) -> Result<[Option<Text<'a>>; N], Reason> {
        let text = std::str::from_utf8(self.raw)
            .map_err(|error| Reason::NotUtf8 { at: error.valid_up_to() as u64 })?;
        let not_json = |error: serde_json::Error| Reason::NotJson { why: error.to_string() };
        let mut json = serde_json::Deserializer::from_str(text);
        let found = (&mut json).deserialize_map(Texts { members }).map_err(not_json)?;
        json.end().map_err(not_json)?;
        found
    }

    /// `eventTime` in milliseconds since 1970; of an aggregated event, which has none, `timeWindow` in [`Event::raw`] says it.
    ///
    /// # Errors
    /// As [`Event::texts`]; or there is no time, or none that CloudTrail writes.
    pub fn milliseconds(&self) -> Result<i64, Reason> {
        let [time] = self.texts(["eventTime"])?;
        let time = time.ok_or(Reason::Missing { member: "eventTime" })?;
        milliseconds(&time).ok_or_else(|| Reason::Time { text: time.into_owned() })
    }
}

/// Picks members out of an object.
struct Texts<const N: usize> {
    members: [&'static str; N],
}

impl<'de, const N: usize> Visitor<'de> for Texts<N> {
    type Value = Result<[Option<Text<'de>>; N], Reason>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = [const { None }; N];
        let mut seen = [false; N];
        let mut wrong = None;
        while let Some(Key(key)) = object.next_key::<Key<'de>>()? {
            let Some(at) = self.members.iter().position(|member| *member == key) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = object.next_value::<Node<'de>>()?;
            let member = self.members.get(at).copied().unwrap_or_default();
            let (Some(slot), Some(seen)) = (found.get_mut(at), seen.get_mut(at)) else { continue };
            let twice = std::mem::replace(seen, true).then_some(Reason::Twice { member });
            let other = match value {
                Node::Text(text) => {
                    *slot = Some(text);
                    None
                }
                Node::Null => None,
                _ => Some(Reason::Type { member }),
            };
            wrong = wrong.or(twice).or(other);
        }
        Ok(wrong.map_or(Ok(found), Err))
    }
}
