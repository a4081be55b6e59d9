//! What the entries of every list of the file are made of, and how a member and a list are written.

use cloudtrail::recorder::Seen;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, Write};
use text::visible::write_json;

/// Text that is borrowed when writing and, where it has no escapes, when reading.
pub(super) type Text<'a> = Cow<'a, str>;

/// `{"known": ...}`, or `{"gap": 3}`: not read because of the gap at that position.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SeenShape<T> {
    Known(T),
    Gap(usize),
}

impl<T> SeenShape<T> {
    /// From the core's value.
    pub(super) fn of<'a, S>(seen: &'a Seen<S>, shape: impl FnOnce(&'a S) -> T) -> Self {
        match seen {
            Seen::Known(value) => Self::Known(shape(value)),
            Seen::Unread(gap) => Self::Gap(*gap),
        }
    }

    /// To the core's value, where the value may be wrong.
    pub(super) fn try_into_seen<S, E>(self, value: impl FnOnce(T) -> Result<S, E>) -> Result<Seen<S>, E> {
        match self {
            Self::Known(shape) => value(shape).map(Seen::Known),
            Self::Gap(gap) => Ok(Seen::Unread(gap)),
        }
    }

    /// To the core's value.
    pub(super) fn into_seen<S>(self, value: impl FnOnce(T) -> S) -> Seen<S> {
        match self {
            Self::Known(shape) => Seen::Known(value(shape)),
            Self::Gap(gap) => Seen::Unread(gap),
        }
    }
}

pub(super) fn member(out: &mut dyn Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "\"{name}\":")?;
    write_json(out, value)
}

pub(super) fn list<T: Serialize>(
    out: &mut dyn Write,
    name: &str,
    entries: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    let mut separator = "\n";
    for entry in entries {
        out.write_all(separator.as_bytes())?;
        write_json(out, &entry?)?;
        separator = ",\n";
    }
    out.write_all(b"]")
}

pub(super) fn text(text: &str) -> Text<'_> {
    Cow::Borrowed(text)
}

pub(super) fn maybe(text: &Option<String>) -> Option<Text<'_>> {
    text.as_deref().map(Cow::Borrowed)
}

pub(super) fn texts(list: &[String]) -> Vec<Text<'_>> {
    list.iter().map(|one| text(one)).collect()
}
